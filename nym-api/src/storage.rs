//! What a nym-api keeps: one SQLite file with write-ahead log, migrated at its opening
//! (`docs/protocol/nym-api.md` §8).
//!
//! Reads go through a small pool. Writes go through one task that puts whatever has gathered into one transaction and
//! answers when it is on disk (`synchronous = FULL`): a ticketbook is handed out and a ticket is accepted only after a
//! power cut could no longer undo it, and under load one disk synchronisation serves many.

mod counts;
mod deposits;
mod globals;
mod quorum;
mod shards;
mod tickets;
mod writer;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

pub use counts::IssuedCount;
pub use deposits::{IssueOutcome, IssuedRecord, RequestIdentity, StoredRequest};
pub use globals::GlobalKind;
pub use quorum::{DoubleSpendRecord, ForfeitRecord, PAGE, PendingVote};
pub use tickets::{SpendOutcome, Spending, TicketRecord};

use writer::Writer;

/// Why the database gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The file cannot be opened or migrated.
    #[error("cannot open the database {path}: {reason}; check the disk and that no newer release has written it")]
    Open {
        /// The file.
        path: PathBuf,
        /// The database's words.
        reason: String,
    },
    /// A statement failed; nothing of its transaction is stored.
    #[error("the database failed and nothing was stored: {0}")]
    Statement(String),
    /// A stored value does not decode.
    #[error("the database holds a damaged {what}: {reason}")]
    Damaged {
        /// What it should be.
        what: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The service is stopping.
    #[error("the service is stopping")]
    Stopping,
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        Self::Statement(error.to_string())
    }
}

/// Result of storage operations.
pub type Result<T, E = StorageError> = std::result::Result<T, E>;

/// The database. Clones share it.
#[derive(Clone, Debug)]
pub struct Storage {
    pool: SqlitePool,
    writer: Writer,
}

/// Changes of the schema, in the order in which they are made.
const SCHEMA: [(i64, &str, &str); 2] =
    [(1, "first", include_str!("storage/schema.sql")), (2, "evidence", include_str!("storage/evidence.sql"))];

impl Storage {
    /// Opens or creates the file, with mode 0600 and its folder, and migrates it.
    ///
    /// # Errors
    /// [`StorageError::Open`].
    pub async fn open(path: &Path) -> Result<Self> {
        let failed = |reason: String| StorageError::Open { path: path.to_owned(), reason };
        create_private(path).map_err(|error| failed(error.to_string()))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(60));
        let pool = SqlitePoolOptions::new()
            .max_connections(6)
            .acquire_timeout(Duration::from_secs(20))
            .connect_with(options)
            .await
            .map_err(|error| failed(error.to_string()))?;
        migrator(&SCHEMA).run(&pool).await.map_err(|error| failed(error.to_string()))?;
        let connection = pool.acquire().await.map_err(|error| failed(error.to_string()))?;
        let writer = Writer::spawn(connection.detach());
        Ok(Self { pool, writer })
    }

    /// Writes what is queued and closes the file.
    pub async fn close(&self) {
        self.writer.close().await;
        self.pool.close().await;
    }
}

fn migrator(schema: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |(version, name, statements): &(i64, &'static str, &'static str)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, Cow::Borrowed(*statements), false)
    };
    Migrator { migrations: schema.iter().map(migration).collect(), ..Migrator::DEFAULT }
}

fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn damaged(what: &'static str) -> impl Fn(String) -> StorageError {
    move |reason| StorageError::Damaged { what, reason }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    #[tokio::test]
    async fn a_database_of_the_first_release_is_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db.sqlite");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let old = SqlitePoolOptions::new().connect_with(options).await.unwrap();
        migrator(&SCHEMA[..1]).run(&old).await.unwrap();
        sqlx::query("INSERT INTO forfeit_evidence (deposit_id, ecash_pubkey, withdrawal_request, signature) VALUES (7, 'key', x'01', x'02')")
            .execute(&old)
            .await
            .unwrap();
        old.close().await;
        let storage = Storage::open(&path).await.unwrap();
        let kept = storage.unsettled_forfeits(None).await.unwrap();
        // Its time is counted from now on, so that it is not removed at once.
        assert!(kept.len() == 1 && kept[0].deposit_id == 7 && kept[0].presented_at > 1_700_000_000, "{kept:?}");
        storage.close().await;
    }
}
