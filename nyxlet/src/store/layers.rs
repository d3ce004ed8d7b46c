//! Uncommitted changes as a stack of layers above a snapshot.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use super::{
    StoreKey,
    db::{Order, RangeIter, Snapshot, StoreError, WriteBatch},
    memory::{Map, MapRange},
};

/// A stack of changes above a snapshot. Reads see the topmost change of a key; writes go to the top layer. Clones are
/// the same stack.
#[derive(Clone)]
pub struct Layers {
    base: Arc<Snapshot>,
    stack: Arc<Mutex<Vec<Layer>>>,
}

/// The changes of one layer: `None` removes the key.
#[derive(Clone, Default)]
struct Layer([Map<Option<Bytes>>; StoreKey::ALL.len()]);

impl Layers {
    /// One empty layer above `base`.
    pub fn new(base: Snapshot) -> Self {
        Self { base: Arc::new(base), stack: Arc::new(Mutex::new(vec![Layer::default()])) }
    }

    /// A separate stack that starts with the same content: writes to either are invisible to the other.
    pub fn fork(&self) -> Self {
        let mut stack = self.stack.lock().clone();
        stack.push(Layer::default());
        Self { base: self.base.clone(), stack: Arc::new(Mutex::new(stack)) }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn get(&self, store: StoreKey, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        {
            let stack = self.stack.lock();
            for layer in stack.iter().rev() {
                if let Some(change) = layer.0[store.index()].get(key) {
                    return Ok(change.clone());
                }
            }
        }
        self.base.get(store.table(), key)
    }

    /// Sets a key in the top layer.
    pub fn set(&self, store: StoreKey, key: impl Into<Bytes>, value: impl Into<Bytes>) {
        self.change(store, key.into(), Some(value.into()));
    }

    /// Removes a key in the top layer.
    pub fn delete(&self, store: StoreKey, key: impl Into<Bytes>) {
        self.change(store, key.into(), None);
    }

    /// The entries from `start` (inclusive) to `end` (exclusive) as they are now; later writes do not show.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn range(
        &self,
        store: StoreKey,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Result<LayerIter, StoreError> {
        let committed = self.base.range(store.table(), start, end, order)?;
        let empty = matches!((start, end), (Some(start), Some(end)) if start >= end);
        let stack = self.stack.lock();
        let layers = stack
            .iter()
            .rev()
            .map(|layer| &layer.0[store.index()])
            .filter(|map| !empty && !map.is_empty())
            .map(|map| Source::Changes { range: MapRange::new(map.clone(), start, end, order), head: None })
            .collect::<Vec<_>>();
        LayerIter::new(layers, committed, order)
    }

    /// Opens a layer: what is written from now on can be dropped.
    pub fn push(&self) {
        self.stack.lock().push(Layer::default());
    }

    /// Merges the top layer into the one below it.
    ///
    /// # Panics
    /// There is only one layer: a merge without its push is a bug of the caller.
    pub fn merge(&self) {
        let mut stack = self.stack.lock();
        let top = stack.pop().expect("a stack of layers is never empty");
        let below = stack.last_mut().expect("merge follows a push");
        for (changes, target) in top.0.into_iter().zip(below.0.iter_mut()) {
            if target.is_empty() {
                *target = changes;
            } else {
                for (key, change) in changes {
                    target.insert(key, change);
                }
            }
        }
    }

    /// Drops the top layer.
    ///
    /// # Panics
    /// There is only one layer: a drop without its push is a bug of the caller.
    pub fn revert(&self) {
        let mut stack = self.stack.lock();
        assert!(stack.len() > 1, "revert follows a push");
        stack.pop();
    }

    /// How many layers there are.
    pub fn depth(&self) -> usize {
        self.stack.lock().len()
    }

    /// All changes above the snapshot, ordered by table and key.
    pub fn to_batch(&self) -> WriteBatch {
        let all = self.fork();
        while all.depth() > 1 {
            all.merge();
        }
        let stack = all.stack.lock();
        let mut batch = WriteBatch::new();
        for store in StoreKey::ALL {
            for (key, change) in stack.iter().flat_map(|layer| &layer.0[store.index()]) {
                match change {
                    Some(value) => batch.put(store.table(), key.clone(), value.clone()),
                    None => batch.delete(store.table(), key.clone()),
                }
            }
        }
        batch
    }

    fn change(&self, store: StoreKey, key: Bytes, change: Option<Bytes>) {
        let mut stack = self.stack.lock();
        let top = stack.last_mut().expect("a stack of layers is never empty");
        top.0[store.index()].insert(key, change);
    }
}

enum Source {
    Changes { range: MapRange<Option<Bytes>>, head: Option<(Bytes, Option<Bytes>)> },
    Committed { range: RangeIter, head: Option<(Bytes, Option<Bytes>)> },
}

impl Source {
    fn head(&self) -> Option<&(Bytes, Option<Bytes>)> {
        match self {
            Source::Changes { head, .. } | Source::Committed { head, .. } => head.as_ref(),
        }
    }

    fn advance(&mut self) -> Result<Option<(Bytes, Option<Bytes>)>, StoreError> {
        match self {
            Source::Changes { range, head } => Ok(std::mem::replace(head, range.next())),
            Source::Committed { range, head } => {
                let next = range.next().transpose()?.map(|(key, value)| (key, Some(value)));
                Ok(std::mem::replace(head, next))
            }
        }
    }
}

/// Entries of a store in order, the changes of upper layers in front of those below. Positioned on the first entry when
/// created.
pub struct LayerIter {
    /// Uppermost first: of equal keys the first source wins.
    sources: Vec<Source>,
    order: Order,
    current: Option<(Bytes, Bytes)>,
}

impl LayerIter {
    fn new(mut sources: Vec<Source>, committed: RangeIter, order: Order) -> Result<Self, StoreError> {
        sources.push(Source::Committed { range: committed, head: None });
        for source in &mut sources {
            source.advance()?;
        }
        let mut iter = Self { sources, order, current: None };
        iter.advance()?;
        Ok(iter)
    }

    /// The entry under the cursor; `None` at the end.
    pub fn current(&self) -> Option<(&Bytes, &Bytes)> {
        self.current.as_ref().map(|(key, value)| (key, value))
    }

    /// Moves to the next entry.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn advance(&mut self) -> Result<(), StoreError> {
        self.current = loop {
            let Some(key) = self.next_key() else { break None };
            let mut winner: Option<Option<Bytes>> = None;
            for source in &mut self.sources {
                if source.head().is_some_and(|(head, _)| *head == key) {
                    let entry = source.advance()?;
                    if let (None, Some((_, value))) = (&winner, entry) {
                        winner = Some(value);
                    }
                }
            }
            if let Some(Some(value)) = winner {
                break Some((key, value));
            }
        };
        Ok(())
    }

    fn next_key(&self) -> Option<Bytes> {
        let heads = self.sources.iter().filter_map(|source| source.head().map(|(key, _)| key));
        match self.order {
            Order::Ascending => heads.min(),
            Order::Descending => heads.max(),
        }
        .cloned()
    }
}

impl Iterator for LayerIter {
    type Item = Result<(Bytes, Bytes), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let entry = self.current.take()?;
        match self.advance() {
            Ok(()) => Some(Ok(entry)),
            Err(error) => Some(Err(error)),
        }
    }
}
