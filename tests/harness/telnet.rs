//! The caller's side of telnet as the terminals in `Kind` speak it: no I/O.

use super::Kind;
use super::recording::{Draws, Recording, bytes};
use super::{cp437, petscii};

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

const BINARY: u8 = 0;
const ECHO: u8 = 1;
const SGA: u8 = 3;
const TTYPE: u8 = 24;
const NAWS: u8 = 31;
const NEW_ENVIRON: u8 = 39;

/// Where the decoder stands between two bytes.
enum Expect {
    Data,
    Command,
    Option(u8),
    Subnegotiation,
    SubnegotiationCommand,
}

/// One side of one connection.
pub struct Telnet {
    kind: Kind,
    size: (u16, u16),
    expect: Expect,
    subnegotiation: Vec<u8>,
    /// Options that the terminal said WILL and DO to.
    will: Vec<u8>,
    please: Vec<u8>,
    /// Options that the board agreed to have from the terminal.
    agreed: Vec<u8>,
    binary_refused: bool,
    /// How many names the terminal has told.
    named: usize,
}

impl Telnet {
    /// A terminal of this kind with a window of (columns, rows).
    pub fn new(kind: Kind, size: (u16, u16)) -> Self {
        Self {
            kind,
            size,
            expect: Expect::Data,
            subnegotiation: Vec::new(),
            will: Vec::new(),
            please: Vec::new(),
            agreed: Vec::new(),
            binary_refused: false,
            named: 0,
        }
    }

    /// What the terminal sends before it has read anything.
    pub fn open(&mut self) -> Vec<u8> {
        if let Kind::Recorded(recording) = self.kind {
            let opening = recording.opening();
            for command in opening.chunks(3) {
                match command {
                    [IAC, WILL, option] => self.will.push(*option),
                    [IAC, DO, option] => self.please.push(*option),
                    _ => {}
                }
            }
            return opening;
        }
        if self.kind != Kind::SyncTerm {
            return Vec::new();
        }
        self.will.extend([SGA, BINARY]);
        self.please.extend([SGA, BINARY, ECHO]);
        vec![IAC, WILL, SGA, IAC, DO, SGA, IAC, WILL, BINARY, IAC, DO, BINARY, IAC, DO, ECHO]
    }

    /// Splits input into data, which is returned, and telnet, to which the terminal's answers go to `out`.
    pub fn receive(&mut self, input: &[u8], out: &mut Vec<u8>) -> Vec<u8> {
        let mut data = Vec::new();
        for &byte in input {
            self.expect = match std::mem::replace(&mut self.expect, Expect::Data) {
                Expect::Data if byte == IAC => Expect::Command,
                Expect::Data => {
                    data.push(byte);
                    Expect::Data
                }
                Expect::Command => match byte {
                    IAC => {
                        data.push(IAC);
                        Expect::Data
                    }
                    WILL | WONT | DO | DONT => Expect::Option(byte),
                    SB => {
                        self.subnegotiation.clear();
                        Expect::Subnegotiation
                    }
                    _ => Expect::Data,
                },
                Expect::Option(verb) => {
                    self.negotiate(verb, byte, out);
                    Expect::Data
                }
                Expect::Subnegotiation if byte == IAC => Expect::SubnegotiationCommand,
                Expect::Subnegotiation => {
                    self.subnegotiation.push(byte);
                    Expect::Subnegotiation
                }
                Expect::SubnegotiationCommand if byte == SE => {
                    self.subnegotiated(out);
                    Expect::Data
                }
                Expect::SubnegotiationCommand => {
                    self.subnegotiation.push(byte);
                    Expect::Subnegotiation
                }
            };
        }
        data
    }

    fn has(&self, option: u8) -> bool {
        match self.kind {
            Kind::SyncTerm => matches!(option, BINARY | SGA | TTYPE | NAWS),
            Kind::NetRunner => matches!(option, BINARY | SGA | TTYPE),
            Kind::Xterm => matches!(option, BINARY | SGA | TTYPE | NAWS | NEW_ENVIRON),
            Kind::Silent => false,
            Kind::Recorded(recording) => {
                let named = |name: &String| match name.as_str() {
                    "binary" => option == BINARY,
                    "sga" => option == SGA,
                    "ttype" => option == TTYPE,
                    "naws" => option == NAWS,
                    "new-environ" => option == NEW_ENVIRON,
                    unknown => panic!("no option {unknown}"),
                };
                recording.options.iter().any(named) || (option == NAWS && recording.offers_size_after_name)
            }
        }
    }

    fn negotiate(&mut self, verb: u8, option: u8, out: &mut Vec<u8>) {
        if self.kind == Kind::Silent {
            return;
        }
        match verb {
            DO if self.has(option) => {
                if !self.will.contains(&option) {
                    self.will.push(option);
                    out.extend([IAC, WILL, option]);
                }
                if !self.agreed.contains(&option) {
                    self.agreed.push(option);
                    if option == NAWS {
                        self.window_size(out);
                    }
                }
            }
            DO => out.extend([IAC, WONT, option]),
            DONT => {
                self.binary_refused |= option == BINARY;
                self.agreed.retain(|o| *o != option);
                if self.will.contains(&option) {
                    self.will.retain(|o| *o != option);
                    out.extend([IAC, WONT, option]);
                }
            }
            WILL if matches!(option, BINARY | ECHO | SGA) => {
                if !self.please.contains(&option) {
                    self.please.push(option);
                    out.extend([IAC, DO, option]);
                }
            }
            WILL => out.extend([IAC, DONT, option]),
            _ => {
                if self.please.contains(&option) {
                    self.please.retain(|o| *o != option);
                    out.extend([IAC, DONT, option]);
                }
            }
        }
    }

    fn subnegotiated(&mut self, out: &mut Vec<u8>) {
        const SEND: u8 = 1;
        const IS: u8 = 0;
        match self.subnegotiation.get(..2) {
            Some([TTYPE, SEND]) => {
                let name = match self.kind {
                    Kind::SyncTerm => "syncterm",
                    Kind::NetRunner => "ansi-bbs",
                    Kind::Xterm => "xterm-256color",
                    Kind::Silent => return,
                    Kind::Recorded(recording) => {
                        let names = &recording.terminal_types;
                        let name = names.get(self.named).or(names.last()).expect("a name");
                        self.named += 1;
                        name
                    }
                };
                out.extend([IAC, SB, TTYPE, IS]);
                out.extend(name.bytes());
                out.extend([IAC, SE]);
                let offers = match self.kind {
                    Kind::SyncTerm => true,
                    Kind::Recorded(recording) => recording.offers_size_after_name,
                    _ => false,
                };
                if offers && !self.will.contains(&NAWS) {
                    self.will.push(NAWS);
                    out.extend([IAC, WILL, NAWS]);
                }
            }
            Some([NEW_ENVIRON, SEND]) if self.kind == Kind::Xterm => {
                out.extend([IAC, SB, NEW_ENVIRON, IS, IAC, SE]);
            }
            Some([NEW_ENVIRON, SEND]) => {
                if let Kind::Recorded(recording) = self.kind {
                    out.extend([IAC, SB, NEW_ENVIRON, IS]);
                    if let Some((name, value)) = recording.environment.split_once('=') {
                        out.push(0);
                        out.extend(name.bytes());
                        out.push(1);
                        out.extend(value.bytes());
                    }
                    out.extend([IAC, SE]);
                }
            }
            _ => {}
        }
    }

    /// The window has this size now; the board is told if it asked.
    pub fn resize(&mut self, size: (u16, u16), out: &mut Vec<u8>) {
        self.size = size;
        if self.agreed.contains(&NAWS) {
            self.window_size(out);
        }
    }

    fn window_size(&self, out: &mut Vec<u8>) {
        let (columns, rows) = self.size;
        out.extend([IAC, SB, NAWS]);
        for byte in columns.to_be_bytes().into_iter().chain(rows.to_be_bytes()) {
            out.push(byte);
            if byte == IAC {
                out.push(IAC);
            }
        }
        out.extend([IAC, SE]);
    }

    /// The bytes of the Enter key.
    pub fn enter(&self) -> Vec<u8> {
        let bytes: &[u8] = match self.kind {
            Kind::Recorded(recording) if self.agreed.contains(&BINARY) => return bytes(&recording.enter),
            Kind::Recorded(recording) => return bytes(&recording.enter_without_binary),
            Kind::SyncTerm | Kind::NetRunner if self.binary_refused => b"\r\n",
            Kind::SyncTerm | Kind::NetRunner => b"\r",
            Kind::Xterm if self.agreed.contains(&BINARY) => b"\r",
            Kind::Xterm => b"\r\0",
            Kind::Silent => b"\r\n",
        };
        bytes.to_vec()
    }

    /// Typed text in the terminal's charset, IAC doubled.
    pub fn typed(&self, text: &str) -> Vec<u8> {
        let bytes: Vec<u8> = if self.kind.is_cp437() {
            text.chars().map(cp437::encode).collect()
        } else if let Kind::Recorded(Recording { draws: Draws::Petscii, .. }) = self.kind {
            text.chars().map(petscii::encode).collect()
        } else {
            text.bytes().collect()
        };
        bytes.into_iter().flat_map(|b| std::iter::repeat_n(b, 1 + usize::from(b == IAC))).collect()
    }
}
