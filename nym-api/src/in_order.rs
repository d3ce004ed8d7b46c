//! Numbered items that arrive in any order and leave in order.

use std::collections::BTreeMap;

/// Holds what came too early. Writers get their numbers from the database and meet here afterwards.
#[derive(Clone, Debug)]
pub(crate) struct InOrder<T> {
    next: usize,
    early: BTreeMap<usize, T>,
}

impl<T> InOrder<T> {
    /// Expects `next` first.
    pub(crate) fn starting_at(next: usize) -> Self {
        Self { next, early: BTreeMap::new() }
    }

    /// Takes an item and returns all whose turn has come.
    pub(crate) fn push(&mut self, position: usize, item: T) -> Vec<T> {
        if position >= self.next {
            self.early.insert(position, item);
        }
        let mut ready = Vec::new();
        while let Some(item) = self.early.remove(&self.next) {
            self.next += 1;
            ready.push(item);
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_leave_in_order_and_once() {
        let mut queue = InOrder::starting_at(2);
        assert!(queue.push(3, 'b').is_empty());
        assert!(queue.push(1, 'x').is_empty());
        assert_eq!(queue.push(2, 'a'), ['a', 'b']);
        assert!(queue.push(2, 'y').is_empty());
        assert_eq!(queue.push(4, 'c'), ['c']);
    }
}
