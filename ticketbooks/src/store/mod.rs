//! The store: one SQLite file that only its owner can read. It keeps purchases under way, ticketbooks with their counts of
//! spent tickets, and the quorum's public signatures and keys by epoch.
//!
//! Every method is one transaction, and what it returns is on disk. Several programs may use one file at a time.

mod books;
mod globals;
mod purchases;

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use nym_ecash::{EcashDay, PreparedKey};
use parking_lot::Mutex;
use sqlx::{
    Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use books::{HeldTicketbook, Reservation};
pub use purchases::{Purchase, Stage};

use crate::{Result, TicketbookError};

/// Version of the tables.
const VERSION: i64 = 1;
/// How long a write waits for another program's.
const BUSY: Duration = Duration::from_secs(10);

/// Dates are Unix seconds of their midnight; secrets are raw bytes, which is why the file is 0600. `used` is what counts:
/// tickets below it are gone, whatever the packed ticketbook says.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS purchase (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_type INTEGER NOT NULL,
    expiration INTEGER NOT NULL,
    user_secret BLOB NOT NULL,
    deposit_key BLOB NOT NULL,
    request BLOB NOT NULL,
    request_info BLOB NOT NULL,
    broadcast_at INTEGER,
    latest_deposit_before INTEGER,
    deposit_id INTEGER,
    asked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS share (
    purchase INTEGER NOT NULL REFERENCES purchase(id) ON DELETE CASCADE,
    epoch INTEGER NOT NULL,
    signer INTEGER NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (purchase, epoch, signer)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ticketbook (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint BLOB NOT NULL UNIQUE,
    data BLOB NOT NULL,
    revision INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    ticket_type INTEGER NOT NULL,
    expiration INTEGER NOT NULL,
    total INTEGER NOT NULL,
    used INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS coin_index_signatures (
    epoch INTEGER PRIMARY KEY,
    data BLOB NOT NULL,
    revision INTEGER NOT NULL,
    verified INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS expiration_date_signatures (
    epoch INTEGER NOT NULL,
    expiration INTEGER NOT NULL,
    data BLOB NOT NULL,
    revision INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    PRIMARY KEY (epoch, expiration)
) STRICT;
CREATE TABLE IF NOT EXISTS master_verification_key (
    epoch INTEGER PRIMARY KEY,
    data BLOB NOT NULL,
    revision INTEGER NOT NULL
) STRICT;
";

/// A store of ticketbooks. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    /// Master keys with their tables, by epoch.
    pub(crate) prepared_keys: Arc<Mutex<HashMap<u64, Arc<PreparedKey>>>>,
}

impl Store {
    /// Opens a file, making it (mode 0600) where there is none.
    ///
    /// # Errors
    /// A file that cannot be made or protected, is no database, or is one of a later version.
    pub async fn open(path: &Path) -> Result<Self> {
        protect(path).map_err(|reason| TicketbookError::File { path: path.into(), reason })?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            // A count of spent tickets must survive a power cut before its payment leaves.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options)
            .await
            .map_err(TicketbookError::database("open"))?;
        let store = Self { pool, prepared_keys: Arc::default() };
        store.prepare_tables().await?;
        Ok(store)
    }

    /// A store that is gone with the program. It has one connection, since every connection to memory is a database of
    /// its own.
    ///
    /// # Errors
    /// When SQLite cannot be used at all.
    pub async fn in_memory() -> Result<Self> {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(SqliteConnectOptions::new().in_memory(true).foreign_keys(true))
            .await
            .map_err(TicketbookError::database("open"))?;
        let store = Self { pool, prepared_keys: Arc::default() };
        store.prepare_tables().await?;
        Ok(store)
    }

    /// Brings everything into the one file and ends all connections, so that it can be moved or copied.
    pub async fn close(self) {
        // The last connection does the same when it ends, but several that end at once leave it to each other.
        let brought = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await;
        if let Err(reason) = brought {
            tracing::warn!("the journal of a store of ticketbooks stays beside it: {reason}");
        }
        self.pool.close().await;
    }

    async fn prepare_tables(&self) -> Result<()> {
        let failed = || TicketbookError::database("read its version");
        let row = sqlx::query("PRAGMA user_version").fetch_one(&self.pool).await.map_err(failed())?;
        let found: i64 = row.try_get(0).map_err(failed())?;
        if found > VERSION {
            return Err(TicketbookError::StoreVersion { found, known: VERSION });
        }
        let failed = || TicketbookError::database("make its tables");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        sqlx::raw_sql(TABLES).execute(&mut *change).await.map_err(failed())?;
        sqlx::raw_sql(&format!("PRAGMA user_version = {VERSION}")).execute(&mut *change).await.map_err(failed())?;
        change.commit().await.map_err(failed())
    }
}

/// The file exists afterwards and only its owner can read it; SQLite gives its companions the same mode.
fn protect(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mut permissions = file.metadata()?.permissions();
        if permissions.mode() & 0o077 != 0 {
            tracing::warn!("others could read {}: its mode is 0600 now", path.display());
            permissions.set_mode(0o600);
            file.set_permissions(permissions)?;
        }
    }
    Ok(())
}

/// SQLite has signed integers only; epochs and indices stay far below their end.
fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(row: &sqlx::sqlite::SqliteRow, column: &'static str) -> Result<u64> {
    let number: i64 = value(row, column)?;
    u64::try_from(number).map_err(|_| TicketbookError::Corrupt { what: column, reason: format!("it is {number}") })
}

fn day(row: &sqlx::sqlite::SqliteRow, column: &'static str) -> Result<EcashDay> {
    let seconds: i64 = value(row, column)?;
    EcashDay::containing(seconds).map_err(TicketbookError::corrupt(column))
}

fn value<'r, T>(row: &'r sqlx::sqlite::SqliteRow, column: &'static str) -> Result<T>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(column).map_err(|reason| TicketbookError::Corrupt { what: column, reason: reason.to_string() })
}

fn array<const N: usize>(row: &sqlx::sqlite::SqliteRow, column: &'static str) -> Result<[u8; N]> {
    let bytes: &[u8] = value(row, column)?;
    bytes.try_into().map_err(|_| TicketbookError::Corrupt {
        what: column,
        reason: format!("it has {} bytes, not {N}", bytes.len()),
    })
}
