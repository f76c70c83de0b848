//! The wire format of RFC 854: bytes into runs of data and IAC sequences, and back.

use nom::branch::alt;
use nom::bytes::complete::take_while1;
use nom::bytes::streaming::tag;
use nom::combinator::map;
use nom::number::streaming::be_u8;
use nom::{IResult, Parser};

use crate::option::TelnetOption;

/// End of a subnegotiation.
pub const SE: u8 = 240;
/// Begin of a subnegotiation.
pub const SB: u8 = 250;
/// "Interpret as command": the byte that starts every sequence; doubled where it is data.
pub const IAC: u8 = 255;

/// The four verbs of option negotiation, with their codes (RFC 854).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Verb {
    /// The sender performs the option, or would like to.
    Will = 251,
    /// The sender does not perform it.
    Wont = 252,
    /// The sender wants, or allows, the receiver to perform it.
    Do = 253,
    /// The sender wants the receiver not to perform it.
    Dont = 254,
}

/// One piece of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// At least one byte of data, or of the subnegotiation that is open; IAC IAC is one byte 255.
    Run(&'a [u8]),
    /// IAC and a code that takes no option.
    Command(u8),
    /// A negotiation verb and its option.
    Negotiate(Verb, TelnetOption),
    /// IAC SB and the option: what follows, up to IAC SE, is the subnegotiation's.
    Begin(TelnetOption),
    /// IAC SE.
    End,
}

/// Cuts the wire into pieces, wherever the input was split. It holds back at most two bytes.
#[derive(Debug, Default)]
pub struct Decoder {
    held: Held,
}

/// The start of a sequence that the input ended in.
#[derive(Clone, Copy, Debug, Default)]
enum Held {
    #[default]
    Nothing,
    Iac,
    Code(u8),
}

impl Decoder {
    /// The next piece, and `input` moved on behind it; `None` when all of `input` is used up, with
    /// the start of a sequence that it may have ended in kept for the next call.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Option<Piece<'a>> {
        loop {
            if let Held::Nothing = self.held {
                let whole = *input;
                let Ok((rest, piece)) = piece(whole) else {
                    self.held = Held::from_start(whole);
                    *input = &[];
                    return None;
                };
                *input = rest;
                return Some(piece);
            }
            let (&byte, rest) = input.split_first()?;
            *input = rest;
            if let Some(piece) = self.resume(byte) {
                return Some(piece);
            }
        }
    }

    /// The sequence held back, if this byte completes it.
    fn resume(&mut self, byte: u8) -> Option<Piece<'static>> {
        let two = [IAC, byte];
        let three;
        let start: &[u8] = match self.held {
            Held::Code(code) => {
                three = [IAC, code, byte];
                &three
            }
            _ => &two,
        };
        let (held, piece) = match sequence(start) {
            Ok((_, piece)) => (Held::Nothing, Some(piece)),
            Err(_) => (Held::from_start(start), None),
        };
        self.held = held;
        piece
    }
}

impl Held {
    /// What to keep of an incomplete sequence: the grammar has none longer than IAC, code, option.
    fn from_start(start: &[u8]) -> Self {
        match start {
            [] => Self::Nothing,
            [_] => Self::Iac,
            [_, code, ..] => Self::Code(*code),
        }
    }
}

fn piece(input: &[u8]) -> IResult<&[u8], Piece<'_>> {
    let run = map(take_while1(|byte| byte != IAC), Piece::Run);
    alt((run, |input| sequence(input))).parse(input)
}

fn sequence(input: &[u8]) -> IResult<&[u8], Piece<'static>> {
    let (input, _) = tag(&[IAC][..]).parse(input)?;
    let (input, code) = be_u8(input)?;
    let negotiate = |verb| map(be_u8, move |option| Piece::Negotiate(verb, TelnetOption(option)));
    match code {
        IAC => Ok((input, Piece::Run(&[IAC]))),
        SE => Ok((input, Piece::End)),
        SB => map(be_u8, |option| Piece::Begin(TelnetOption(option))).parse(input),
        251 => negotiate(Verb::Will).parse(input),
        252 => negotiate(Verb::Wont).parse(input),
        253 => negotiate(Verb::Do).parse(input),
        254 => negotiate(Verb::Dont).parse(input),
        _ => Ok((input, Piece::Command(code))),
    }
}

/// Appends data with each IAC doubled. Line ends are left alone: see [`crate::newline`].
pub fn put_data(data: &[u8], out: &mut Vec<u8>) {
    let mut runs = data.split(|&byte| byte == IAC);
    out.extend_from_slice(runs.next().unwrap_or_default());
    for run in runs {
        out.extend_from_slice(&[IAC, IAC]);
        out.extend_from_slice(run);
    }
}

/// Appends IAC, the verb and the option.
pub fn put_verb(verb: Verb, option: TelnetOption, out: &mut Vec<u8>) {
    out.extend_from_slice(&[IAC, verb as u8, option.0]);
}

/// Appends a whole subnegotiation, with each IAC in its body doubled (RFC 855).
pub fn put_subnegotiation(option: TelnetOption, body: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&[IAC, SB, option.0]);
    put_data(body, out);
    out.extend_from_slice(&[IAC, SE]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(decoder: &mut Decoder, mut input: &[u8]) -> Vec<String> {
        std::iter::from_fn(|| decoder.next(&mut input)).map(|piece| format!("{piece:?}")).collect()
    }

    #[test]
    fn a_wire_is_cut_into_runs_and_sequences() {
        let wire = b"ab\xff\xffc\xff\xfb\x18\xff\xf6\xff\xfa\x1fxy\xff\xf0z";
        let expected = [
            Piece::Run(b"ab"),
            Piece::Run(b"\xff"),
            Piece::Run(b"c"),
            Piece::Negotiate(Verb::Will, TelnetOption::TTYPE),
            Piece::Command(246),
            Piece::Begin(TelnetOption::NAWS),
            Piece::Run(b"xy"),
            Piece::End,
            Piece::Run(b"z"),
        ];
        let mut rest = &wire[..];
        let mut decoder = Decoder::default();
        for piece in expected {
            assert_eq!(decoder.next(&mut rest), Some(piece));
        }
        assert_eq!(decoder.next(&mut rest), None);
    }

    #[test]
    fn each_verb_is_read_as_it_is_written() {
        for verb in [Verb::Will, Verb::Wont, Verb::Do, Verb::Dont] {
            let mut wire = Vec::new();
            put_verb(verb, TelnetOption(IAC), &mut wire);
            let piece = Decoder::default().next(&mut &wire[..]);
            assert_eq!(piece, Some(Piece::Negotiate(verb, TelnetOption(IAC))));
        }
    }

    #[test]
    fn a_sequence_is_held_until_its_last_byte() {
        let mut decoder = Decoder::default();
        assert!(pieces(&mut decoder, b"\xff").is_empty());
        assert!(pieces(&mut decoder, b"").is_empty());
        assert!(pieces(&mut decoder, b"\xfd").is_empty());
        let expected = [Piece::Negotiate(Verb::Do, TelnetOption::ECHO), Piece::Run(b"x")];
        assert_eq!(pieces(&mut decoder, b"\x01x"), expected.map(|piece| format!("{piece:?}")));
    }

    #[test]
    fn a_subnegotiation_doubles_what_would_end_it() {
        let mut wire = Vec::new();
        put_subnegotiation(TelnetOption::NAWS, &[0, 255, 255, 240], &mut wire);
        assert_eq!(wire, [255, 250, 31, 0, 255, 255, 255, 255, 240, 255, 240]);
    }
}
