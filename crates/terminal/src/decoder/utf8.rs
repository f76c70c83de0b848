//! UTF-8 byte by byte, without overlong forms and surrogates (RFC 3629).

/// A character of which some bytes are still to come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Partial {
    code: u32,
    missing: u8,
    low: u8,
    high: u8,
}

/// What a byte did.
pub enum Step {
    /// More bytes belong to the character.
    More,
    /// The character is complete.
    Done(char),
    /// The byte does not belong to it; the character is lost, the byte stands for itself.
    Broken,
}

impl Partial {
    /// Starts a character with its first byte; not open afterwards if no character starts so.
    pub fn open(byte: u8) -> Self {
        let (code, missing, low, high) = match byte {
            0xc2..=0xdf => (byte & 0x1f, 1, 0x80, 0xbf),
            0xe0 => (0, 2, 0xa0, 0xbf),
            0xed => (0xd, 2, 0x80, 0x9f),
            0xe1..=0xef => (byte & 0xf, 2, 0x80, 0xbf),
            0xf0 => (0, 3, 0x90, 0xbf),
            0xf1..=0xf3 => (byte & 7, 3, 0x80, 0xbf),
            0xf4 => (4, 3, 0x80, 0x8f),
            _ => return Self::default(),
        };
        Self { code: u32::from(code), missing, low, high }
    }

    /// Whether bytes are missing.
    pub fn is_open(self) -> bool {
        self.missing > 0
    }

    /// Takes the next byte.
    pub fn step(&mut self, byte: u8) -> Step {
        if !(self.low..=self.high).contains(&byte) {
            *self = Self::default();
            return Step::Broken;
        }
        self.code = self.code << 6 | u32::from(byte & 0x3f);
        (self.low, self.high) = (0x80, 0xbf);
        self.missing -= 1;
        if self.missing > 0 {
            return Step::More;
        }
        char::from_u32(self.code).map_or(Step::Broken, Step::Done)
    }
}
