//! The server's side of one telnet connection, from its first offer to its last byte.

use crate::codec::{Decoder, Piece, Verb};
use crate::command::Command;
use crate::environment;
use crate::negotiation::{Negotiation, Side};
use crate::newline::{Reader, Writer};
use crate::option::TelnetOption;
use crate::subnegotiation::Collector;
use crate::terminal_type::TerminalTypes;
use crate::window_size;

/// What we perform, in the order of our offers.
const OURS: [TelnetOption; 3] = [TelnetOption::ECHO, TelnetOption::SGA, TelnetOption::BINARY];
/// What the client may perform.
const HIS: [TelnetOption; 5] = [
    TelnetOption::SGA,
    TelnetOption::BINARY,
    TelnetOption::TTYPE,
    TelnetOption::NAWS,
    TelnetOption::NEW_ENVIRON,
];
/// Our opening offers. Clients go character by character once ECHO and SGA are ours.
const OFFERS: [(Side, TelnetOption); 8] = [
    (Side::Us, TelnetOption::ECHO),
    (Side::Us, TelnetOption::SGA),
    (Side::Him, TelnetOption::SGA),
    (Side::Us, TelnetOption::BINARY),
    (Side::Him, TelnetOption::BINARY),
    (Side::Him, TelnetOption::TTYPE),
    (Side::Him, TelnetOption::NAWS),
    (Side::Him, TelnetOption::NEW_ENVIRON),
];

/// What [`Telnet::receive`] hands up, in the order of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// At least one byte of data, unescaped. Without BINARY, CR NUL has become CR; no other line
    /// end is touched.
    Data(&'a [u8]),
    /// The window's size in characters, neither of them 0 (RFC 1073). Comes again at each change.
    WindowSize {
        /// Characters in a row.
        columns: u16,
        /// Rows on the screen.
        rows: u16,
    },
    /// A name of the terminal, the preferred one first, each one once: printable ASCII, 1 to 40
    /// characters (RFC 1091).
    TerminalType(&'a str),
    /// A variable, VAR or USERVAR, that has a value: printable ASCII, less than 512 characters
    /// (RFC 1572).
    Environment {
        /// Its name, not empty.
        name: &'a str,
        /// Its value, which may be empty.
        value: &'a str,
    },
    /// A command in the data.
    Command(Command),
}

/// The server's side of one connection: codec, option negotiation and what the client's answers
/// lead to. Its size is fixed, and it has no heap but while a subnegotiation is coming in.
#[derive(Debug)]
pub struct Telnet {
    decoder: Decoder,
    reader: Reader,
    writer: Writer,
    negotiation: Negotiation,
    collector: Collector,
    terminal_types: TerminalTypes,
    awaited: Awaited,
    spoken: bool,
}

/// The subnegotiations that the client promised by its WILL and that have not come yet.
#[derive(Debug, Default)]
struct Awaited {
    terminal_type: bool,
    window_size: bool,
    environment: bool,
}

impl Awaited {
    fn set(&mut self, option: TelnetOption, awaited: bool) {
        match option {
            TelnetOption::TTYPE => self.terminal_type = awaited,
            TelnetOption::NAWS => self.window_size = awaited,
            TelnetOption::NEW_ENVIRON => self.environment = awaited,
            _ => {}
        }
    }
}

impl Default for Telnet {
    fn default() -> Self {
        Self::new()
    }
}

impl Telnet {
    /// A connection on which nothing was said yet.
    pub fn new() -> Self {
        Self {
            decoder: Decoder::default(),
            reader: Reader::default(),
            writer: Writer::default(),
            negotiation: Negotiation::new(&OURS, &HIS),
            collector: Collector::default(),
            terminal_types: TerminalTypes::default(),
            awaited: Awaited::default(),
            spoken: false,
        }
    }

    /// Appends our opening offers: WILL ECHO, WILL SGA, DO SGA, WILL BINARY, DO BINARY, DO TTYPE,
    /// DO NAWS, DO NEW-ENVIRON; what is agreed already is left out.
    pub fn open(&mut self, out: &mut Vec<u8>) {
        for (side, option) in OFFERS {
            self.negotiation.request(side, option, true, out);
        }
    }

    /// Asks for an option to be on or off on one side, now or, by the queue bit of RFC 1143, when
    /// what was asked before is answered. Options that this crate does not negotiate are left alone.
    pub fn request(&mut self, side: Side, option: TelnetOption, on: bool, out: &mut Vec<u8>) {
        self.negotiation.request(side, option, on, out);
    }

    /// Takes any input, split anywhere, and hands up what is in it. Replies are appended to `out`:
    /// at most three bytes for each byte of input.
    pub fn receive(&mut self, mut input: &[u8], out: &mut Vec<u8>, mut on: impl FnMut(Received<'_>)) {
        while let Some(piece) = self.decoder.next(&mut input) {
            self.take(piece, out, &mut on);
        }
    }

    /// Appends data as it goes to the wire: IAC doubled; unless we are BINARY, CR without LF as CR
    /// NUL. That NUL comes with the next data if the CR is the last byte of this.
    pub fn encode(&mut self, data: &[u8], out: &mut Vec<u8>) {
        let binary = self.us(TelnetOption::BINARY);
        self.writer.write(data, binary, out);
    }

    /// Every option that we asked for is answered, and what the answers promised has come: a
    /// terminal type (the first, if there are more), a window size, an environment.
    pub fn settled(&self) -> bool {
        let Awaited { terminal_type, window_size, environment } = self.awaited;
        self.negotiation.settled() && !terminal_type && !window_size && !environment
    }

    /// The peer has spoken telnet at all: an IAC came that was not just a doubled byte of data.
    pub fn is_telnet(&self) -> bool {
        self.spoken
    }

    /// We perform the option.
    pub fn us(&self, option: TelnetOption) -> bool {
        self.negotiation.is_on(Side::Us, option)
    }

    /// The client performs the option.
    pub fn him(&self, option: TelnetOption) -> bool {
        self.negotiation.is_on(Side::Him, option)
    }

    /// Bytes on the heap: 0 unless a subnegotiation is coming in, and never more than 1,024.
    pub fn heap(&self) -> usize {
        self.collector.heap()
    }

    fn take(&mut self, piece: Piece<'_>, out: &mut Vec<u8>, on: &mut impl FnMut(Received<'_>)) {
        self.spoken |= !matches!(piece, Piece::Run(_));
        match piece {
            Piece::Run(run) => {
                if !self.collector.take(run) {
                    let binary = self.him(TelnetOption::BINARY);
                    self.reader.read(run, binary, |data| on(Received::Data(data)));
                }
            }
            Piece::End => {
                if let Some((option, body)) = self.collector.end() {
                    self.subnegotiation(option, &body, out, on);
                }
            }
            Piece::Begin(option) => {
                let wanted =
                    matches!(option, TelnetOption::TTYPE | TelnetOption::NAWS | TelnetOption::NEW_ENVIRON);
                self.collector.begin(option, wanted && self.him(option));
            }
            // A sequence that has no place in a subnegotiation ends it, as its IAC SE was lost.
            Piece::Negotiate(verb, option) => {
                self.collector.end();
                self.negotiate(verb, option, out);
            }
            Piece::Command(code) => {
                self.collector.end();
                if let Some(command) = Command::from_code(code) {
                    on(Received::Command(command));
                }
            }
        }
    }

    fn negotiate(&mut self, verb: Verb, option: TelnetOption, out: &mut Vec<u8>) {
        let before = self.him(option);
        self.negotiation.receive(verb, option, out);
        let now = self.him(option);
        if before == now {
            return;
        }
        self.awaited.set(option, now);
        match option {
            TelnetOption::TTYPE if now => self.terminal_types.start(out),
            TelnetOption::NEW_ENVIRON if now => environment::ask(out),
            _ => {}
        }
    }

    fn subnegotiation(
        &mut self,
        option: TelnetOption,
        body: &[u8],
        out: &mut Vec<u8>,
        on: &mut impl FnMut(Received<'_>),
    ) {
        // Whatever is in it, it is the answer: waiting for a better one would be in vain.
        self.awaited.set(option, false);
        match option {
            TelnetOption::TTYPE => {
                if let Some(name) = self.terminal_types.answer(body, out) {
                    on(Received::TerminalType(&name));
                }
            }
            TelnetOption::NAWS => {
                if let Some((columns, rows)) = window_size::parse(body) {
                    on(Received::WindowSize { columns, rows });
                }
            }
            TelnetOption::NEW_ENVIRON => {
                environment::parse(body, |name, value| on(Received::Environment { name, value }));
            }
            _ => {}
        }
    }
}
