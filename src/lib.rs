//! Dialtone, a bulletin board system that answers telnet and SSH.
