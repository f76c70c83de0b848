//! The window's size (RFC 1073).

use nom::combinator::all_consuming;
use nom::number::complete::be_u16;
use nom::{IResult, Parser};

/// Columns and rows of a NAWS body. `None` if it is malformed, or has a 0 in it, which is how a
/// client says that it does not know.
pub(crate) fn parse(body: &[u8]) -> Option<(u16, u16)> {
    let parsed: IResult<_, _> = all_consuming((be_u16, be_u16)).parse(body);
    parsed.ok().map(|(_, size)| size).filter(|(columns, rows)| *columns > 0 && *rows > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_two_numbers_that_say_something() {
        assert_eq!(parse(&[0, 80, 0, 24]), Some((80, 24)));
        assert_eq!(parse(&[1, 0, 255, 255]), Some((256, 65535)));
        for wrong in [&[][..], &[0, 80, 0], &[0, 80, 0, 24, 0], &[0, 0, 0, 24], &[0, 80, 0, 0]] {
            assert_eq!(parse(wrong), None);
        }
    }
}
