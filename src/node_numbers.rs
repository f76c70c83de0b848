//! The nodes of an instance: each call has the lowest free number, as on a rack of modems.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Default)]
struct Rack {
    free: BTreeSet<i64>,
    highest: i64,
}

/// The node numbers of one instance.
#[derive(Debug, Clone, Default)]
pub struct NodeNumbers(Arc<Mutex<Rack>>);

/// A node in use; dropping it frees its number.
#[derive(Debug)]
pub struct NodeNumber {
    numbers: NodeNumbers,
    /// From 1.
    pub number: i64,
}

impl NodeNumbers {
    /// Takes the lowest free one.
    pub fn take(&self) -> NodeNumber {
        let mut rack = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let number = rack.free.pop_first().unwrap_or_else(|| {
            rack.highest += 1;
            rack.highest
        });
        drop(rack);
        NodeNumber { numbers: self.clone(), number }
    }
}

impl Drop for NodeNumber {
    fn drop(&mut self) {
        self.numbers.0.lock().unwrap_or_else(PoisonError::into_inner).free.insert(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_node_is_taken_and_no_two_calls_share_one() {
        let nodes = NodeNumbers::default();
        let (a, b, c) = (nodes.take(), nodes.take(), nodes.take());
        assert_eq!((a.number, b.number, c.number), (1, 2, 3));
        drop(b);
        assert_eq!(nodes.take().number, 2);
    }
}
