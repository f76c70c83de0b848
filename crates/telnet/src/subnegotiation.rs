//! Collects the body of a subnegotiation (RFC 855) and lets go of it when it is done.

use crate::option::TelnetOption;

/// The most bytes that a body may have; one that is longer is dropped.
pub const LIMIT: usize = 512;

/// The subnegotiation that is open, if any. Only one being collected has a heap, of at most
/// twice [`LIMIT`].
#[derive(Debug, Default)]
pub enum Collector {
    /// None is open.
    #[default]
    Idle,
    /// One that nobody wants, or that grew too long.
    Skipping,
    /// One that is wanted, so far.
    Collecting {
        /// Its option.
        option: TelnetOption,
        /// Its bytes, unescaped.
        body: Vec<u8>,
    },
}

impl Collector {
    /// One begins; whatever was open is dropped.
    pub fn begin(&mut self, option: TelnetOption, wanted: bool) {
        *self = if wanted { Self::Collecting { option, body: Vec::new() } } else { Self::Skipping };
    }

    /// Takes the bytes if a subnegotiation is open; false if they are plain data.
    pub fn take(&mut self, bytes: &[u8]) -> bool {
        match self {
            Self::Idle => return false,
            Self::Skipping => {}
            Self::Collecting { body, .. } if body.len() + bytes.len() > LIMIT => *self = Self::Skipping,
            Self::Collecting { body, .. } => body.extend_from_slice(bytes),
        }
        true
    }

    /// The end has come: the option and the whole body, if it was wanted and not too long.
    pub fn end(&mut self) -> Option<(TelnetOption, Vec<u8>)> {
        match std::mem::take(self) {
            Self::Collecting { option, body } => Some((option, body)),
            Self::Idle | Self::Skipping => None,
        }
    }

    /// Bytes on the heap.
    pub fn heap(&self) -> usize {
        match self {
            Self::Collecting { body, .. } => body.capacity(),
            Self::Idle | Self::Skipping => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_handed_over_whole() {
        let mut collector = Collector::default();
        assert!(!collector.take(b"data"));
        collector.begin(TelnetOption::TTYPE, true);
        assert!(collector.take(b"\0an") && collector.take(b"si"));
        assert_eq!(collector.end(), Some((TelnetOption::TTYPE, b"\0ansi".to_vec())));
        assert_eq!((collector.end(), collector.heap()), (None, 0));
    }

    #[test]
    fn the_limit_is_exact_and_frees_what_was_kept() {
        for (length, kept) in [(LIMIT, true), (LIMIT + 1, false)] {
            let mut collector = Collector::default();
            collector.begin(TelnetOption::TTYPE, true);
            for _ in 0..length {
                assert!(collector.take(b"x"));
            }
            assert_eq!(collector.heap() > 0, kept);
            assert_eq!(collector.end().map(|(_, body)| body.len()), kept.then_some(length));
        }
    }

    #[test]
    fn what_nobody_wants_costs_nothing() {
        let mut collector = Collector::default();
        collector.begin(TelnetOption(200), false);
        assert!(collector.take(&[0; 4096]));
        assert_eq!((collector.heap(), collector.end()), (0, None));
        assert!(!collector.take(b"data"));
    }
}
