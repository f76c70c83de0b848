//! Telnet without I/O: the RFC 854 codec and RFC 1143 option negotiation.
//!
//! [`Telnet`] is the server's side of one connection: bytes of the wire go in, data and answers
//! about the caller's terminal come out, and what must be said back is appended to a buffer. The
//! parts it is made of are public, so that a client can be built from them too.

pub mod codec;
pub mod command;
pub mod environment;
pub mod negotiation;
pub mod newline;
pub mod option;
mod session;
pub mod subnegotiation;
mod terminal_type;
mod window_size;

#[cfg(test)]
mod tests;

pub use command::Command;
pub use negotiation::Side;
pub use option::TelnetOption;
pub use session::{Received, Telnet};
