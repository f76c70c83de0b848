//! Screens that a key made moot while a slow line was still sending them: what is unsent of them is dropped.
//!
//! A change of a screen is right only on top of the one before it. So each is stamped with the count of drops that its
//! session knew of: what was drawn before a drop never goes out after it, and the session draws anew.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// Smaller changes, in bytes, are sent all the same: drawing the whole screen again would take longer.
const WORTH_DROPPING: usize = 256;

/// What the two ends of an [`super::Output`] know of its screens.
#[derive(Debug, Default)]
pub struct Moot {
    drops: AtomicU32,
    /// Screens in the queue that are worth dropping.
    queued: AtomicUsize,
    /// Bytes left of the screen that is being sent.
    left: AtomicUsize,
    slow: AtomicBool,
    /// Letters are text on the newest screen, and make nothing moot.
    typing: AtomicBool,
}

impl Moot {
    /// How often screens were dropped so far: the stamp of what is drawn now.
    pub fn drops(&self) -> u32 {
        self.drops.load(Ordering::Acquire)
    }

    /// The line has a pace of its own, or goes as fast as it can: then nothing is dropped.
    pub fn set_slow(&self, slow: bool) {
        self.slow.store(slow, Ordering::Release);
    }

    /// A screen of so many bytes goes into the queue. Letters typed at it may be text.
    pub fn queue(&self, bytes: usize, typing: bool) {
        self.typing.store(typing, Ordering::Release);
        if bytes >= WORTH_DROPPING {
            self.queued.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// A screen of so many bytes is taken from the queue; false if it was drawn before a drop.
    pub fn take(&self, bytes: usize, stamp: u32) -> bool {
        if bytes >= WORTH_DROPPING {
            self.queued.fetch_sub(1, Ordering::AcqRel);
        }
        let current = stamp == self.drops();
        self.left(if current { bytes } else { 0 });
        current
    }

    /// So many bytes of the screen that is being sent are left.
    pub fn left(&self, bytes: usize) {
        self.left.store(bytes, Ordering::Release);
    }

    /// The caller has pressed keys, nothing but `letters` if that says so. Must be told before the session hears of them.
    pub fn key(&self, letters: impl FnOnce() -> bool) {
        let unsent =
            self.left.load(Ordering::Acquire) >= WORTH_DROPPING || self.queued.load(Ordering::Acquire) > 0;
        let drop = unsent && self.slow.load(Ordering::Acquire);
        if drop && !(self.typing.load(Ordering::Acquire) && letters()) {
            self.drops.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Where output may end at or after `from`: not within a character, a sequence, or what telnet writes for one byte.
pub fn seam(bytes: &[u8], from: usize, telnet: bool) -> usize {
    /// Telnet's escape (RFC 854): doubled where it is data.
    const IAC: u8 = 0xff;
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Ground,
        Escape,
        Sequence,
        String,
        StringEscape,
    }
    let mut at = At::Ground;
    let mut iac = false;
    for (n, &byte) in bytes.iter().enumerate() {
        let inside = at != At::Ground || iac || matches!(byte, 0x80..=0xbf);
        if n >= from && !inside {
            return n;
        }
        if telnet && (iac || byte == IAC) {
            iac = !iac;
            continue;
        }
        at = match (at, byte) {
            (At::Ground, 0x1b) | (At::Sequence, 0x1b) => At::Escape,
            (At::Ground, _) => At::Ground,
            (At::Escape, b'[') => At::Sequence,
            (At::Escape, b']' | b'P' | b'_' | b'^' | b'X') => At::String,
            (At::Escape, 0x20..=0x2f) => At::Escape,
            (At::Escape, _) => At::Ground,
            (At::Sequence, 0x40..=0x7e) => At::Ground,
            (At::Sequence, _) => At::Sequence,
            (At::String, 0x07) => At::Ground,
            (At::String | At::StringEscape, 0x1b) => At::StringEscape,
            (At::StringEscape, b'\\') => At::Ground,
            (At::String | At::StringEscape, _) => At::String,
        };
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_ends_between_characters_and_sequences_only() {
        let table: [(&[u8], usize, bool, usize); 9] = [
            (b"abc", 1, true, 1),
            (b"a\x1b[1;31mb", 1, true, 1),
            (b"a\x1b[1;31mb", 2, true, 8),
            (b"a\x1b[1;31mb", 7, true, 8),
            ("a┌b".as_bytes(), 2, true, 4),
            (b"\xff\xff\xff\xffb", 1, true, 2),
            (b"\xff\x1b[0m", 1, false, 1),
            (b"\x1b]8;;http://x\x1b\\b", 3, true, 15),
            (b"\x1b[1;3", 2, true, 5),
        ];
        for (bytes, from, telnet, end) in table {
            assert_eq!(seam(bytes, from, telnet), end, "{bytes:?} from {from}");
        }
    }

    #[test]
    fn a_key_drops_what_is_drawn_on_a_slow_line_and_no_more() {
        let moot = Moot::default();
        moot.queue(2000, false);
        moot.key(|| true);
        assert_eq!(moot.drops(), 0, "a fast line");
        moot.set_slow(true);
        moot.key(|| true);
        assert_eq!(moot.drops(), 1);
        assert!(!moot.take(2000, 0), "drawn before the key");
        moot.queue(2000, false);
        assert!(moot.take(2000, 1));
        moot.left(100);
        moot.key(|| true);
        assert_eq!(moot.drops(), 1, "the rest is soon sent");
        moot.queue(10, false);
        moot.key(|| true);
        assert_eq!(moot.drops(), 1, "an echo is soon sent");
        moot.queue(2000, true);
        moot.key(|| true);
        assert_eq!(moot.drops(), 1, "letters are text here");
        moot.key(|| false);
        assert_eq!(moot.drops(), 2);
    }
}
