//! What is switched on in a terminal when a call begins, and off again when it ends.

use crate::charset::Charset;
use crate::probe::Capabilities;

/// What a terminal is asked to do beyond what it does by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// Reports clicks and the wheel (xterm's modes 1000 and 1006).
    pub mouse: bool,
    /// Shows blink as a bright background (CTerm's mode 33).
    pub ice: bool,
    /// Lends its status line (DECSSDT); its own words stand there otherwise.
    pub status_line: bool,
    /// Small and capital letters of the C64.
    pub petscii: bool,
}

impl Modes {
    /// What to switch on for this terminal.
    pub fn of(terminal: &Capabilities) -> Self {
        let obeys = terminal.ansi && !terminal.plain;
        Self {
            mouse: obeys && terminal.mouse,
            ice: obeys && terminal.ice,
            status_line: obeys && terminal.status_line,
            petscii: terminal.charset == Charset::Petscii,
        }
    }

    /// Appends what turns these into `wanted`, and keeps that.
    pub fn change(&mut self, wanted: Self, out: &mut Vec<u8>) {
        let from = std::mem::replace(self, wanted);
        for (had, wants, on, off) in [
            (from.mouse, wanted.mouse, &b"\x1b[?1000h\x1b[?1006h"[..], &b"\x1b[?1006l\x1b[?1000l"[..]),
            (from.ice, wanted.ice, b"\x1b[?33h", b"\x1b[?33l"),
            (from.status_line, wanted.status_line, b"\x1b[2$~", b"\x1b[1$~"),
            // The other set of letters is where it came from, and no caller misses it.
            (from.petscii, wanted.petscii, b"\x0e", b""),
        ] {
            match (had, wants) {
                (false, true) => out.extend_from_slice(on),
                (true, false) => out.extend_from_slice(off),
                _ => {}
            }
        }
    }

    /// Appends what leaves the terminal as it was before the call: modes off, the cursor shown, CTerm's first font.
    pub fn restore(&mut self, terminal: &Capabilities, out: &mut Vec<u8>) {
        self.change(Self::default(), out);
        if terminal.ansi && !terminal.plain {
            if terminal.wire().hide_cursor {
                out.extend_from_slice(b"\x1b[?25h");
            }
            if terminal.cterm.is_some() {
                out.extend_from_slice(b"\x1b[0;0 D");
            }
            out.extend_from_slice(b"\x1b[0m");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Report;
    use crate::probe::{Hint, Probe};

    #[test]
    fn what_was_switched_on_is_switched_off_again() {
        let mut probe = Probe::new(Hint { terminal_type: Some("syncterm"), ..Hint::default() });
        for answer in [
            Report::CTerm { revision: 1332 },
            Report::CTermFeatures(0x1ff),
            Report::Cursor { row: 1, column: 4 },
        ] {
            probe.answer(&answer);
        }
        let mut terminal = probe.conclude();
        assert!(terminal.status_line);
        let (mut modes, mut out) = (Modes::default(), Vec::new());
        modes.change(Modes::of(&terminal), &mut out);
        assert_eq!(out, b"\x1b[?1000h\x1b[?1006h\x1b[?33h\x1b[2$~");
        out.clear();
        modes.change(Modes::of(&terminal), &mut out);
        assert!(out.is_empty());
        modes.restore(&terminal, &mut out);
        assert_eq!(out, b"\x1b[?1006l\x1b[?1000l\x1b[?33l\x1b[1$~\x1b[?25h\x1b[0;0 D\x1b[0m");
        // Words alone switch nothing on and need nothing back.
        terminal.plain = true;
        assert_eq!(Modes::of(&terminal), Modes::default());
        out.clear();
        modes.restore(&terminal, &mut out);
        assert!(out.is_empty());
    }
}
