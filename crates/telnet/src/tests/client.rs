//! A model of a client, made of the same parts as the server: it answers what it is asked.

use crate::Side;
use crate::codec::{Decoder, Piece, put_subnegotiation};
use crate::negotiation::Negotiation;
use crate::newline::Reader;
use crate::option::TelnetOption;
use crate::subnegotiation::Collector;

pub(super) struct Client {
    pub(super) negotiation: Negotiation,
    pub(super) data: Vec<u8>,
    decoder: Decoder,
    reader: Reader,
    collector: Collector,
    names: Vec<&'static str>,
    named: usize,
}

impl Client {
    /// Performs `us` and lets the server perform `him`.
    pub(super) fn new(us: &[TelnetOption], him: &[TelnetOption], names: &[&'static str]) -> Self {
        Self {
            negotiation: Negotiation::new(us, him),
            data: Vec::new(),
            decoder: Decoder::default(),
            reader: Reader::default(),
            collector: Collector::default(),
            names: names.to_vec(),
            named: 0,
        }
    }

    pub(super) fn receive(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        while let Some(piece) = self.decoder.next(&mut input) {
            match piece {
                Piece::Run(run) if self.collector.take(run) => {}
                Piece::Run(run) => {
                    let binary = self.negotiation.is_on(Side::Him, TelnetOption::BINARY);
                    self.reader.read(run, binary, |data| self.data.extend_from_slice(data));
                }
                Piece::Begin(option) => self.collector.begin(option, true),
                Piece::End => {
                    if let Some((option, body)) = self.collector.end() {
                        assert_eq!(body, [1], "a server asks by SEND only");
                        self.answer(option, out);
                    }
                }
                Piece::Command(_) => {}
                Piece::Negotiate(verb, option) => {
                    let before = self.negotiation.is_on(Side::Us, option);
                    self.negotiation.receive(verb, option, out);
                    if option == TelnetOption::NAWS && !before && self.negotiation.is_on(Side::Us, option) {
                        put_subnegotiation(option, &[0, 255, 0, 24], out);
                    }
                }
            }
        }
    }

    fn answer(&mut self, option: TelnetOption, out: &mut Vec<u8>) {
        if !self.negotiation.is_on(Side::Us, option) {
            return;
        }
        match option {
            TelnetOption::TTYPE => {
                let name = self.names[self.named.min(self.names.len() - 1)];
                self.named += 1;
                put_subnegotiation(option, &[b"\0", name.as_bytes()].concat(), out);
            }
            TelnetOption::NEW_ENVIRON => put_subnegotiation(option, b"\0\0USER\x01ada\x03LANG\x01C", out),
            other => panic!("asked about {other:?}"),
        }
    }
}
