//! Whole conversations: known clients, a client of our own, and any bytes at all.

mod agreement;
mod any_bytes;
mod client;
mod conversations;

use crate::{Received, Telnet};

/// What was handed up, with runs of data joined, since their borders mean nothing.
#[derive(Clone, Debug, PartialEq)]
enum Heard {
    Data(Vec<u8>),
    Other(String),
}

/// Feeds the input, cut as it is, and notes what comes of it.
fn hear(telnet: &mut Telnet, parts: &[&[u8]]) -> (Vec<Heard>, Vec<u8>) {
    let (mut heard, mut out) = (Vec::new(), Vec::new());
    for part in parts {
        telnet.receive(part, &mut out, |received| match (received, heard.last_mut()) {
            (Received::Data(data), Some(Heard::Data(before))) => before.extend_from_slice(data),
            (Received::Data(data), _) => heard.push(Heard::Data(data.to_vec())),
            (other, _) => heard.push(Heard::Other(format!("{other:?}"))),
        });
    }
    (heard, out)
}
