//! Dialtone, a bulletin board system that answers telnet and SSH.
//!
//! The arrows run one way: `cli -> app -> {server, switchboard}`, `server -> {transport, session}`,
//! `session -> {menu, screens, call}`, `screens -> {call, ui, domain}`, `call -> ui`. `docs/architecture.md` is the map.

pub mod app;
pub mod call;
pub mod cli;
pub mod config;
pub mod database;
pub mod lang;
pub mod login_throttle;
pub mod menu;
pub mod mistakes;
pub mod node_numbers;
pub mod screens;
pub mod server;
pub mod server_state;
pub mod session;
pub mod switchboard;
pub mod telemetry;
pub mod transport;
pub mod ui;
