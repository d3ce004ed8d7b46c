//! Committed state in memory: one persistent ordered map per table, so that a snapshot is a pointer.

use std::collections::HashMap;

use bytes::Bytes;
use imbl::OrdMap;
use parking_lot::RwLock;

use super::db::{Order, RangeIter, Table, WriteBatch, bounds};

pub(super) type Map<V> = OrdMap<Bytes, V>;

#[derive(Default)]
pub(super) struct MemoryDb {
    tables: RwLock<HashMap<Table, Map<Bytes>>>,
}

impl MemoryDb {
    pub(super) fn snapshot(&self) -> MemorySnapshot {
        MemorySnapshot { tables: self.tables.read().clone() }
    }

    pub(super) fn commit(&self, batch: WriteBatch) {
        let mut tables = self.tables.write();
        for (table, key, value) in batch.changes() {
            let map = tables.entry(*table).or_default();
            match value {
                Some(value) => {
                    map.insert(key.clone(), value.clone());
                }
                None => {
                    map.remove(key);
                }
            }
        }
    }
}

#[derive(Clone)]
pub(super) struct MemorySnapshot {
    tables: HashMap<Table, Map<Bytes>>,
}

impl MemorySnapshot {
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Option<Bytes> {
        self.tables.get(&table)?.get(key).cloned()
    }

    pub(super) fn range(&self, table: Table, start: Option<&[u8]>, end: Option<&[u8]>, order: Order) -> RangeIter {
        match self.tables.get(&table) {
            Some(map) => Box::new(MapRange::new(map.clone(), start, end, order).map(Ok)),
            None => Box::new(std::iter::empty()),
        }
    }
}

/// A range over a persistent map that owns the map: each step seeks from the last key seen.
pub(super) struct MapRange<V> {
    map: Map<V>,
    start: Option<Bytes>,
    end: Option<Bytes>,
    last: Option<Bytes>,
    order: Order,
}

impl<V: Clone> MapRange<V> {
    pub(super) fn new(map: Map<V>, start: Option<&[u8]>, end: Option<&[u8]>, order: Order) -> Self {
        Self { map, start: start.map(Bytes::copy_from_slice), end: end.map(Bytes::copy_from_slice), last: None, order }
    }
}

impl<V: Clone> Iterator for MapRange<V> {
    type Item = (Bytes, V);

    fn next(&mut self) -> Option<Self::Item> {
        use std::ops::Bound::Excluded;
        let (mut low, mut high) = bounds(self.start.as_deref(), self.end.as_deref());
        match (&self.last, self.order) {
            (Some(last), Order::Ascending) => low = Excluded(last),
            (Some(last), Order::Descending) => high = Excluded(last),
            (None, _) => {}
        }
        let mut range = self.map.range::<_, [u8]>((low, high));
        let (key, value) = match self.order {
            Order::Ascending => range.next(),
            Order::Descending => range.next_back(),
        }?;
        self.last = Some(key.clone());
        Some((key.clone(), value.clone()))
    }
}
