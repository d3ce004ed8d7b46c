//! The committed state behind one face: memory or a redb file.

use std::{ops::Bound, path::Path, sync::Arc};

use bytes::Bytes;

use super::{
    memory::{MemoryDb, MemorySnapshot},
    on_disk::{DiskDb, DiskSnapshot},
};

/// A named, ordered table of byte strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Table(pub &'static str);

/// The direction of an iteration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}

/// Why committed state cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The home folder cannot be created.
    #[error("cannot create the folder {path}: {reason}; choose another --home or give it write permission")]
    Folder {
        /// The folder.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// Another process has the file open.
    #[error("{path} is in use by another process; stop that nyxlet or choose another --home")]
    InUse {
        /// The database file.
        path: String,
    },
    /// The database failed: full disk, broken file.
    #[error("the state database failed: {0}; check the disk behind --home")]
    Database(String),
}

/// Committed state. Cheap to clone; all clones are the same database.
#[derive(Clone)]
pub struct Db(Backend);

#[derive(Clone)]
enum Backend {
    Memory(Arc<MemoryDb>),
    Disk(Arc<DiskDb>),
}

impl Db {
    /// State that lives as long as the process.
    pub fn memory() -> Self {
        Self(Backend::Memory(Arc::default()))
    }

    /// State in `home/state.redb`, created when absent.
    ///
    /// # Errors
    /// The folder cannot be created, another process holds the file, or the file is not a database.
    pub fn open(home: &Path) -> Result<Self, StoreError> {
        DiskDb::open(home).map(|db| Self(Backend::Disk(Arc::new(db))))
    }

    /// The state after the last commit; stays what it is while later commits happen.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(match &self.0 {
            Backend::Memory(db) => Snapshot(View::Memory(db.snapshot())),
            Backend::Disk(db) => Snapshot(View::Disk(Arc::new(db.snapshot()?))),
        })
    }

    /// Makes every change of the batch visible and durable at once, or none of them. In a redb file the commit is
    /// flushed to the disk before this returns.
    ///
    /// # Errors
    /// The database cannot be written; nothing of the batch is then visible.
    pub fn commit(&self, batch: WriteBatch) -> Result<(), StoreError> {
        match &self.0 {
            Backend::Memory(db) => {
                db.commit(batch);
                Ok(())
            }
            Backend::Disk(db) => db.commit(batch),
        }
    }
}

/// Changes that are committed together. A later change of a key replaces an earlier one.
#[derive(Debug, Clone, Default)]
pub struct WriteBatch {
    changes: Vec<(Table, Bytes, Option<Bytes>)>,
}

impl WriteBatch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key.
    pub fn put(&mut self, table: Table, key: impl Into<Bytes>, value: impl Into<Bytes>) {
        self.changes.push((table, key.into(), Some(value.into())));
    }

    /// Removes a key; removing an absent key is no error.
    pub fn delete(&mut self, table: Table, key: impl Into<Bytes>) {
        self.changes.push((table, key.into(), None));
    }

    /// Adds all changes of another batch behind the ones of this.
    pub fn append(&mut self, mut other: WriteBatch) {
        self.changes.append(&mut other.changes);
    }

    /// The changes in the order in which they were added; a missing value is a removal.
    pub fn changes(&self) -> &[(Table, Bytes, Option<Bytes>)] {
        &self.changes
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// The state after one commit. Cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Snapshot(View);

#[derive(Clone)]
enum View {
    Memory(MemorySnapshot),
    Disk(Arc<DiskSnapshot>),
}

/// Entries of a table in order.
pub type RangeIter = Box<dyn Iterator<Item = Result<(Bytes, Bytes), StoreError>> + Send>;

impl Snapshot {
    /// The value of a key.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn get(&self, table: Table, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        match &self.0 {
            View::Memory(view) => Ok(view.get(table, key)),
            View::Disk(view) => view.get(table, key),
        }
    }

    /// The entries from `start` (inclusive) to `end` (exclusive); `None` is no bound. The iterator owns its snapshot.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn range(
        &self,
        table: Table,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Result<RangeIter, StoreError> {
        if let (Some(start), Some(end)) = (start, end)
            && start >= end
        {
            return Ok(Box::new(std::iter::empty()));
        }
        match &self.0 {
            View::Memory(view) => Ok(view.range(table, start, end, order)),
            View::Disk(view) => view.range(table, start, end, order),
        }
    }

    /// The entries whose keys begin with `prefix`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn prefix(&self, table: Table, prefix: &[u8], order: Order) -> Result<RangeIter, StoreError> {
        let end = prefix_end(prefix);
        self.range(table, Some(prefix), end.as_deref(), order)
    }
}

/// The first key behind all keys that begin with `prefix`; `None` when there is no such key.
pub fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

pub(super) fn bounds<'a>(start: Option<&'a [u8]>, end: Option<&'a [u8]>) -> (Bound<&'a [u8]>, Bound<&'a [u8]>) {
    (start.map_or(Bound::Unbounded, Bound::Included), end.map_or(Bound::Unbounded, Bound::Excluded))
}
