//! Entries of spent-ticket shards, in the order in which they were made.

use nym_ecash::EcashDay;
use sqlx::SqliteConnection;

use super::{Result, Storage, damaged};

impl Storage {
    /// The entries of this signer's shard of a day.
    ///
    /// # Errors
    /// Of the database.
    pub async fn shard(&self, day: EcashDay) -> Result<Vec<u64>> {
        self.entries("SELECT fingerprint FROM spent_shard WHERE spending_day = ? ORDER BY position", day).await
    }

    /// The aggregated entries of a day.
    ///
    /// # Errors
    /// Of the database.
    pub async fn aggregate(&self, day: EcashDay) -> Result<Vec<u64>> {
        self.entries("SELECT fingerprint FROM spent_aggregate WHERE spending_day = ? ORDER BY position", day).await
    }

    /// Days that have entries of either kind.
    ///
    /// # Errors
    /// Of the database.
    pub async fn shard_days(&self) -> Result<Vec<EcashDay>> {
        let days: Vec<i32> = sqlx::query_scalar(
            "SELECT spending_day FROM spent_shard UNION SELECT spending_day FROM spent_aggregate ORDER BY 1",
        )
        .fetch_all(&self.pool)
        .await?;
        days.into_iter()
            .map(|day| EcashDay::from_julian_day(day).map_err(|error| damaged("spend day")(error.to_string())))
            .collect()
    }

    /// Appends aggregated entries.
    ///
    /// # Errors
    /// Of the database.
    pub async fn append_aggregate(&self, day: EcashDay, first: usize, fingerprints: Vec<u64>) -> Result<()> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    for (position, fingerprint) in (first..).zip(fingerprints) {
                        sqlx::query(
                            "INSERT OR REPLACE INTO spent_aggregate (spending_day, position, fingerprint)
                             VALUES (?, ?, ?)",
                        )
                        .bind(day.julian_day())
                        .bind(i64::try_from(position).unwrap_or(i64::MAX))
                        .bind(super::deposits::signed(fingerprint))
                        .execute(&mut *connection)
                        .await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn entries(&self, statement: &'static str, day: EcashDay) -> Result<Vec<u64>> {
        let entries: Vec<i64> = sqlx::query_scalar(statement).bind(day.julian_day()).fetch_all(&self.pool).await?;
        entries
            .into_iter()
            .map(|entry| u64::try_from(entry).map_err(|error| damaged("shard entry")(error.to_string())))
            .collect()
    }
}

/// Part of the transaction that stores the ticket; returns the entry's position.
pub(super) async fn append_to_shard(
    connection: &mut SqliteConnection,
    day: EcashDay,
    fingerprint: u64,
) -> Result<usize> {
    let position: i64 = sqlx::query_scalar(
        "INSERT INTO spent_shard (spending_day, position, fingerprint)
         SELECT ?1, COALESCE(MAX(position) + 1, 0), ?2 FROM spent_shard WHERE spending_day = ?1
         RETURNING position",
    )
    .bind(day.julian_day())
    .bind(super::deposits::signed(fingerprint))
    .fetch_one(connection)
    .await?;
    usize::try_from(position).map_err(|error| damaged("shard position")(error.to_string()))
}
