//! The names of the peer's terminal, asked for one by one (RFC 1091).

use crate::codec::put_subnegotiation;
use crate::option::TelnetOption;

const IS: u8 = 0;
const SEND: u8 = 1;
/// Names asked for; clients have one to three.
const MOST_NAMES: usize = 4;
/// Bytes kept of a name; RFC 1091 allows 40.
const LONGEST: usize = 40;

/// Asks until a name comes again, which ends the peer's list, or enough have come.
#[derive(Debug, Default)]
pub(crate) struct TerminalTypes {
    /// Digests of the names so far: all that is needed to know one again.
    seen: [u32; MOST_NAMES],
    count: u8,
    asking: bool,
}

impl TerminalTypes {
    /// Asks for the first name.
    pub(crate) fn start(&mut self, out: &mut Vec<u8>) {
        *self = Self { asking: true, ..Self::default() };
        ask(out);
    }

    /// Takes a subnegotiation's body, and asks on if there may be more: the name, if it is a new
    /// one and was asked for. Bytes that are not printable ASCII are left out of it.
    pub(crate) fn answer(&mut self, body: &[u8], out: &mut Vec<u8>) -> Option<String> {
        let (&IS, name) = body.split_first()? else { return None };
        if !std::mem::take(&mut self.asking) {
            return None;
        }
        let name: String = name.iter().copied().filter(is_printable).take(LONGEST).map(char::from).collect();
        let digest = digest(&name);
        let count = usize::from(self.count);
        if name.is_empty() || self.seen.iter().take(count).any(|seen| *seen == digest) {
            return None;
        }
        *self.seen.get_mut(count)? = digest;
        self.count += 1;
        self.asking = count + 1 < MOST_NAMES;
        if self.asking {
            ask(out);
        }
        Some(name)
    }
}

/// Printable ASCII.
pub(crate) fn is_printable(byte: &u8) -> bool {
    matches!(byte, b' '..=b'~')
}

fn ask(out: &mut Vec<u8>) {
    put_subnegotiation(TelnetOption::TTYPE, &[SEND], out);
}

/// FNV-1a. Two names alike in it would only end the list early.
fn digest(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: [u8; 6] = [255, 250, 24, 1, 255, 240];

    fn names(answers: &[&str]) -> (Vec<String>, usize) {
        let (mut types, mut out) = (TerminalTypes::default(), Vec::new());
        types.start(&mut out);
        let names = answers.iter().filter_map(|name| types.answer(format!("\0{name}").as_bytes(), &mut out));
        (names.collect(), out.chunks(ASKED.len()).filter(|question| *question == ASKED).count())
    }

    #[test]
    fn the_list_ends_when_a_name_comes_again() {
        assert_eq!(names(&["syncterm", "syncterm"]), (vec!["syncterm".into()], 2));
        assert_eq!(names(&["XTERM", "ANSI", "ANSI", "VT100"]).0, ["XTERM", "ANSI"]);
        assert_eq!(names(&["a", "b", "a"]), (vec!["a".into(), "b".into()], 3));
    }

    #[test]
    fn four_names_are_enough() {
        assert_eq!(names(&["a", "b", "c", "d", "e"]), (["a", "b", "c", "d"].map(String::from).to_vec(), 4));
    }

    #[test]
    fn names_are_printable_and_short() {
        assert_eq!(names(&["\x1b[2Jx\u{e9}term\r\n"]).0, ["[2Jxterm"]);
        assert_eq!(names(&[&"x".repeat(500)]).0, ["x".repeat(40)]);
        assert_eq!(names(&["\x07", "ansi"]), (vec![], 1));
    }

    #[test]
    fn what_was_not_asked_is_not_heard() {
        let mut out = Vec::new();
        assert_eq!(TerminalTypes::default().answer(b"\0ansi", &mut out), None);
        let mut types = TerminalTypes::default();
        types.start(&mut out);
        assert_eq!(types.answer(b"\x01", &mut out), None);
        assert_eq!(types.answer(b"", &mut out), None);
        assert_eq!(types.answer(b"\0ansi", &mut out).as_deref(), Some("ansi"));
    }
}
