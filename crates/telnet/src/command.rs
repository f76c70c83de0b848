//! The commands of RFC 854 that stand alone, without an option.

/// A command within the data, for whoever serves the caller to obey or ignore (RFC 854).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// NOP: nothing; some clients send it to keep a line open.
    Nop,
    /// DM: the place in the data that a Synch points at.
    DataMark,
    /// BRK: the Break or Attention key.
    Break,
    /// IP: interrupt the process.
    InterruptProcess,
    /// AO: let the process run on, but drop its output.
    AbortOutput,
    /// AYT: show some sign of life.
    AreYouThere,
    /// EC: erase the character before.
    EraseCharacter,
    /// EL: erase the line so far.
    EraseLine,
    /// GA: the other side's turn.
    GoAhead,
}

impl Command {
    /// The command with this code; `None` for codes that RFC 854 gives no such meaning.
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            241 => Self::Nop,
            242 => Self::DataMark,
            243 => Self::Break,
            244 => Self::InterruptProcess,
            245 => Self::AbortOutput,
            246 => Self::AreYouThere,
            247 => Self::EraseCharacter,
            248 => Self::EraseLine,
            249 => Self::GoAhead,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{IAC, SB, SE};

    #[test]
    fn only_the_commands_that_stand_alone_have_a_name() {
        let named: Vec<u8> = (0..=255).filter(|&code| Command::from_code(code).is_some()).collect();
        assert_eq!(named, (SE + 1..SB).collect::<Vec<u8>>());
        assert_eq!(Command::from_code(246), Some(Command::AreYouThere));
        assert_eq!(Command::from_code(IAC), None);
    }
}
