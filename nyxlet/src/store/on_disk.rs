//! Committed state in a redb file. Every commit is flushed before it is acknowledged.

use std::{collections::HashMap, path::Path};

use bytes::Bytes;
use parking_lot::Mutex;
use redb::{
    Database, DatabaseError, Durability, ReadOnlyTable, ReadTransaction, ReadableDatabase, TableDefinition, TableError,
};

use super::db::{Order, RangeIter, StoreError, Table, WriteBatch, bounds};

type Opened = ReadOnlyTable<&'static [u8], &'static [u8]>;
type Guard = redb::AccessGuard<'static, &'static [u8]>;

/// How much of the file is kept in memory, in bytes.
const CACHE: usize = 64 << 20;

pub(super) struct DiskDb {
    database: Database,
}

impl DiskDb {
    pub(super) fn open(home: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(home)
            .map_err(|error| StoreError::Folder { path: home.display().to_string(), reason: error.to_string() })?;
        let path = home.join("state.redb");
        let database = Database::builder().set_cache_size(CACHE).create(&path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { path: path.display().to_string() },
            other => database(other),
        })?;
        Ok(Self { database })
    }

    pub(super) fn snapshot(&self) -> Result<DiskSnapshot, StoreError> {
        let transaction = self.database.begin_read().map_err(database)?;
        Ok(DiskSnapshot { transaction, tables: Mutex::default() })
    }

    pub(super) fn commit(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let mut transaction = self.database.begin_write().map_err(database)?;
        transaction.set_durability(Durability::Immediate).map_err(database)?;
        {
            let mut by_table: HashMap<Table, Vec<(&Bytes, &Option<Bytes>)>> = HashMap::new();
            for (table, key, value) in batch.changes() {
                by_table.entry(*table).or_default().push((key, value));
            }
            for (table, changes) in by_table {
                let mut opened = transaction.open_table(definition(table)).map_err(database)?;
                for (key, value) in changes {
                    match value {
                        Some(value) => opened.insert(key.as_ref(), value.as_ref()).map_err(database)?,
                        None => opened.remove(key.as_ref()).map_err(database)?,
                    };
                }
            }
        }
        transaction.commit().map_err(database)
    }
}

pub(super) struct DiskSnapshot {
    transaction: ReadTransaction,
    /// Tables opened so far; `None` for a table that did not exist at the commit.
    tables: Mutex<HashMap<Table, Option<std::sync::Arc<Opened>>>>,
}

impl DiskSnapshot {
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let Some(opened) = self.table(table)? else { return Ok(None) };
        let value = opened.get(key).map_err(database)?;
        Ok(value.map(|guard| Bytes::copy_from_slice(guard.value())))
    }

    pub(super) fn range(
        &self,
        table: Table,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Result<RangeIter, StoreError> {
        let Some(opened) = self.table(table)? else { return Ok(Box::new(std::iter::empty())) };
        let range = opened.range::<&[u8]>(bounds(start, end)).map_err(database)?;
        let entry = |item: Result<(Guard, Guard), redb::StorageError>| {
            item.map(|(key, value)| (Bytes::copy_from_slice(key.value()), Bytes::copy_from_slice(value.value())))
                .map_err(database)
        };
        Ok(match order {
            Order::Ascending => Box::new(range.map(entry)),
            Order::Descending => Box::new(range.rev().map(entry)),
        })
    }

    fn table(&self, table: Table) -> Result<Option<std::sync::Arc<Opened>>, StoreError> {
        let mut tables = self.tables.lock();
        if let Some(known) = tables.get(&table) {
            return Ok(known.clone());
        }
        let opened = match self.transaction.open_table(definition(table)) {
            Ok(opened) => Some(std::sync::Arc::new(opened)),
            Err(TableError::TableDoesNotExist(_)) => None,
            Err(error) => return Err(database(error)),
        };
        tables.insert(table, opened.clone());
        Ok(opened)
    }
}

fn definition(table: Table) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(table.0)
}

fn database(error: impl std::fmt::Display) -> StoreError {
    StoreError::Database(error.to_string())
}
