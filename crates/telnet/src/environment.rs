//! Variables of the peer's environment: the subnegotiation of RFC 1572.

use nom::branch::alt;
use nom::bytes::complete::{take, take_while1};
use nom::combinator::{opt, recognize, verify};
use nom::error::Error;
use nom::multi::{many0, many0_count};
use nom::number::complete::be_u8;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::codec::put_subnegotiation;
use crate::option::TelnetOption;
use crate::terminal_type::is_printable;

const IS: u8 = 0;
const SEND: u8 = 1;
const INFO: u8 = 2;
const VAR: u8 = 0;
const VALUE: u8 = 1;
const ESC: u8 = 2;
const USERVAR: u8 = 3;

/// Asks for the variables that the peer is set to give. They are not asked for by name: some
/// clients would then give away what their user never meant to.
pub fn ask(out: &mut Vec<u8>) {
    put_subnegotiation(TelnetOption::NEW_ENVIRON, &[SEND], out);
}

/// Hands on each variable that the body (IS or INFO) gives a value, in order, without any bytes
/// that are not printable ASCII. True if the body was of this kind at all.
///
/// Clients that swap the codes of VAR and VALUE, as early programs of RFC 1408 did (RFC 1571), are
/// known by their answer: of the two readings, the one that defines more variables is meant.
pub fn parse(body: &[u8], mut on: impl FnMut(&str, &str)) -> bool {
    let Some((&(IS | INFO), list)) = body.split_first() else { return false };
    let (standard, swapped) = (definitions(list, VAR, VALUE), definitions(list, VALUE, VAR));
    let meant = if swapped.len() > standard.len() { swapped } else { standard };
    for (name, value) in meant {
        let name = printable(name);
        if !name.is_empty() {
            on(&name, &printable(value));
        }
    }
    true
}

/// The variables with a value, still escaped, up to the first place that is malformed.
fn definitions(list: &[u8], var: u8, value: u8) -> Vec<(&[u8], &[u8])> {
    let kind = alt((code(var), code(USERVAR)));
    let variable = (preceded(kind, text), opt(preceded(code(value), text)));
    let (_, variables) = many0(variable).parse(list).unwrap_or_default();
    variables.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Bytes up to the next code, with what ESC takes the meaning from.
fn text(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let escaped = preceded(code(ESC), take(1usize));
    recognize(many0_count(alt((escaped, take_while1(|byte| byte > USERVAR))))).parse(input)
}

fn code<'a>(code: u8) -> impl Parser<&'a [u8], Output = u8, Error = Error<&'a [u8]>> {
    verify(be_u8, move |byte| *byte == code)
}

/// The codes are no printable characters, so leaving ESC out is all there is to unescape.
fn printable(text: &[u8]) -> String {
    text.iter().copied().filter(is_printable).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(body: &[u8]) -> Vec<(String, String)> {
        let mut variables = Vec::new();
        parse(body, |name, value| variables.push((name.to_owned(), value.to_owned())));
        variables
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
    }

    #[test]
    fn both_kinds_of_variable_are_read() {
        let body = b"\0\0USER\x01ada\x03LANG\x01en_GB.UTF-8\0DISPLAY\0EMPTY\x01";
        let expected = [("USER", "ada"), ("LANG", "en_GB.UTF-8"), ("EMPTY", "")];
        assert_eq!(variables(body), pairs(&expected));
        assert_eq!(variables(b"\x02\x03LANG\x01C"), pairs(&[("LANG", "C")]));
    }

    #[test]
    fn swapped_codes_are_understood() {
        let body = b"\0\x01USER\0ada\x01DISPLAY\x03LANG\0C";
        assert_eq!(variables(body), pairs(&[("USER", "ada"), ("LANG", "C")]));
        assert_eq!(variables(b"\0\x03A\0a\x01B\0b"), pairs(&[("A", "a"), ("B", "b")]));
        assert_eq!(variables(b"\0\x03A\0B\x01b"), pairs(&[("B", "b")]));
    }

    #[test]
    fn escapes_do_not_end_a_name_or_a_value() {
        let body = b"\0\0A\x02\x01B\x01x\x02\x02y\x02\0z\x02\x03\0C\x01c";
        assert_eq!(variables(body), pairs(&[("AB", "xyz"), ("C", "c")]));
        assert_eq!(variables(b"\0\0A\x01\x02b"), pairs(&[("A", "b")]));
    }

    #[test]
    fn only_printable_characters_come_through() {
        assert_eq!(variables(b"\0\0US\x1b[2JER\x01jos\xe9\x07\r\n"), pairs(&[("US[2JER", "jos")]));
        assert_eq!(variables(b"\0\0\x1b\x01x\0\x01y"), pairs(&[]));
    }

    #[test]
    fn malformed_bodies_give_what_came_before() {
        assert_eq!(variables(b"\0\0A\x01a\x01b\0C\x01c"), pairs(&[("A", "a")]));
        assert_eq!(variables(b"\0\0A\x01a\x02"), pairs(&[("A", "a")]));
        assert_eq!(variables(b"\0no code"), pairs(&[]));
        assert!(parse(b"\0", |_, _| ()) && parse(b"\x02", |_, _| ()));
        assert!(!parse(b"", |_, _| ()) && !parse(b"\x01\0USER", |_, _| ()));
    }
}
