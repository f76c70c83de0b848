//! The holes a reader has seen in the log: numbers drawn by transactions that may yet commit.

use std::collections::BTreeMap;

/// More holes than this are not remembered one by one: they would need as many transactions at once. They
/// come of a log that was pruned, or of a sequence that was set forward by hand.
const WIDEST: i64 = 10_000;

/// Holes, each with its horizon: a transaction id given out after the hole was seen. Whoever drew the number
/// has a lower one, so once every transaction below the horizon is over, the hole is final.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    holes: BTreeMap<i64, i64>,
}

impl Gaps {
    pub(super) fn len(&self) -> usize {
        self.holes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.holes.is_empty()
    }

    pub(super) fn numbers(&self) -> Vec<i64> {
        self.holes.keys().copied().collect()
    }

    /// Remembers the numbers in `missing`.
    pub(super) fn remember(&mut self, missing: &[i64], horizon: i64) {
        self.holes.extend(missing.iter().map(|seq| (*seq, horizon)));
    }

    /// `seq` has come.
    pub(super) fn fill(&mut self, seq: i64) {
        self.holes.remove(&seq);
    }

    /// Forgets the holes that are final: `oldest` is the lowest transaction id that was still running before
    /// the read that did not show them.
    pub(super) fn give_up(&mut self, oldest: i64) {
        self.holes.retain(|_, horizon| *horizon > oldest);
    }
}

/// The numbers missing from `present` (ascending, all above `cursor`), at most [`WIDEST`] before each.
pub(super) fn missing(cursor: i64, present: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut holes = Vec::new();
    let mut last = cursor;
    for seq in present {
        let first = last.saturating_add(1).max(seq.saturating_sub(WIDEST));
        holes.extend(first..seq);
        last = seq;
    }
    holes
}

#[cfg(test)]
mod tests {
    use super::{Gaps, WIDEST, missing};
    use proptest::prelude::*;

    #[test]
    fn a_hole_is_given_up_only_when_every_older_transaction_is_over() {
        let mut gaps = Gaps::default();
        gaps.remember(&[5, 7], 100);
        gaps.remember(&[9], 110);
        gaps.give_up(99);
        assert_eq!(gaps.numbers(), [5, 7, 9]);
        gaps.fill(7);
        gaps.give_up(100);
        assert_eq!(gaps.numbers(), [9]);
    }

    #[test]
    fn a_very_wide_hole_is_cut() {
        assert_eq!(missing(0, [1_000_000].into_iter()).len() as i64, WIDEST);
    }

    proptest! {
        #[test]
        fn what_is_present_and_what_is_missing_make_the_whole(
            present in proptest::collection::btree_set(11i64..200, 0..60),
        ) {
            let holes = missing(10, present.iter().copied());
            let mut all: Vec<i64> = holes.iter().chain(&present).copied().collect();
            all.sort_unstable();
            let end = present.last().copied().unwrap_or(10);
            prop_assert_eq!(all, (11..=end).collect::<Vec<_>>());
        }
    }
}
