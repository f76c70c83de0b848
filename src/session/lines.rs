//! The node's lines: each call has the lowest free number, as on a rack of modems.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Default)]
struct Rack {
    free: BTreeSet<i64>,
    highest: i64,
}

/// The lines of one node.
#[derive(Debug, Clone, Default)]
pub struct Lines(Arc<Mutex<Rack>>);

/// A line in use; dropping it frees the number.
#[derive(Debug)]
pub struct Line {
    lines: Lines,
    /// Its number, from 1.
    pub number: i64,
}

impl Lines {
    /// Takes the lowest free line.
    pub fn take(&self) -> Line {
        let mut rack = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = rack.free.pop_first().unwrap_or_else(|| {
            rack.highest += 1;
            rack.highest
        });
        drop(rack);
        Line { lines: self.clone(), number }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.lines.0.lock().unwrap_or_else(PoisonError::into_inner).free.insert(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_line_is_taken_and_no_two_calls_share_one() {
        let lines = Lines::default();
        let (a, b, c) = (lines.take(), lines.take(), lines.take());
        assert_eq!((a.number, b.number, c.number), (1, 2, 3));
        drop(b);
        assert_eq!(lines.take().number, 2);
    }
}
