//! The rules of the board: users, messaging and market, their SQL and their events.
