//! How many ticketbooks were issued, by day.

use nym_ecash::EcashDay;
use sqlx::Row;

use super::{Result, Storage, deposits};

/// A row of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuedCount {
    /// Day of issuance.
    pub issuance: EcashDay,
    /// Last day of validity.
    pub expiration: EcashDay,
    /// Ticketbooks.
    pub count: u64,
}

impl Storage {
    /// Counts, newest first: `limit` of them after the first `offset`, and how many there are.
    ///
    /// # Errors
    /// Of the database.
    pub async fn issued_counts(&self, offset: u64, limit: u32) -> Result<Vec<IssuedCount>> {
        self.counts(
            sqlx::query(
                "SELECT issuance_date, expiration_date, count FROM issued_ticketbooks_count
                 ORDER BY issuance_date DESC, expiration_date DESC LIMIT ? OFFSET ?",
            )
            .bind(limit)
            .bind(deposits::signed(offset)),
        )
        .await
    }

    /// Counts of ticketbooks with an expiration date.
    ///
    /// # Errors
    /// Of the database.
    pub async fn issued_counts_for(&self, expiration: EcashDay) -> Result<Vec<IssuedCount>> {
        self.counts(
            sqlx::query(
                "SELECT issuance_date, expiration_date, count FROM issued_ticketbooks_count
                 WHERE expiration_date = ? ORDER BY issuance_date",
            )
            .bind(expiration.to_string()),
        )
        .await
    }

    /// Counts of ticketbooks issued on a day.
    ///
    /// # Errors
    /// Of the database.
    pub async fn issued_counts_on(&self, issuance: EcashDay) -> Result<Vec<IssuedCount>> {
        self.counts(
            sqlx::query(
                "SELECT issuance_date, expiration_date, count FROM issued_ticketbooks_count
                 WHERE issuance_date = ? ORDER BY expiration_date",
            )
            .bind(issuance.to_string()),
        )
        .await
    }

    async fn counts<'q>(
        &self,
        query: sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments<'q>>,
    ) -> Result<Vec<IssuedCount>> {
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                row.try_get::<i64, _>(2)?;
                Ok(IssuedCount {
                    issuance: deposits::day(row, 0)?,
                    expiration: deposits::day(row, 1)?,
                    count: deposits::unsigned(row, 2)?,
                })
            })
            .collect()
    }
}
