//! Signature sets that every client needs, cached per generation in their binary form.

use nym_ecash::EcashDay;

use super::{Result, Storage};

/// Whose signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalKind {
    /// This signer's.
    Partial,
    /// The quorum's.
    Aggregated,
}

impl Storage {
    /// A stored set of coin-index signatures.
    ///
    /// # Errors
    /// Of the database.
    pub async fn coin_indices(&self, kind: GlobalKind, epoch_id: u64) -> Result<Option<Vec<u8>>> {
        let statement = match kind {
            GlobalKind::Partial => "SELECT serialised_signatures FROM partial_coin_index_signatures WHERE epoch_id = ?",
            GlobalKind::Aggregated => {
                "SELECT serialised_signatures FROM global_coin_index_signatures WHERE epoch_id = ?"
            }
        };
        Ok(sqlx::query_scalar(statement).bind(super::deposits::signed(epoch_id)).fetch_optional(&self.pool).await?)
    }

    /// Stores a set of coin-index signatures.
    ///
    /// # Errors
    /// Of the database.
    pub async fn store_coin_indices(&self, kind: GlobalKind, epoch_id: u64, signatures: Vec<u8>) -> Result<()> {
        let statement = match kind {
            GlobalKind::Partial => "INSERT OR REPLACE INTO partial_coin_index_signatures VALUES (?, ?)",
            GlobalKind::Aggregated => "INSERT OR REPLACE INTO global_coin_index_signatures VALUES (?, ?)",
        };
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(statement)
                        .bind(super::deposits::signed(epoch_id))
                        .bind(signatures)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// A stored set of expiration-date signatures.
    ///
    /// # Errors
    /// Of the database.
    pub async fn expiration_signatures(
        &self,
        kind: GlobalKind,
        epoch_id: u64,
        expiration: EcashDay,
    ) -> Result<Option<Vec<u8>>> {
        let statement = match kind {
            GlobalKind::Partial => {
                "SELECT serialised_signatures FROM partial_expiration_date_signatures
                 WHERE expiration_date = ? AND epoch_id = ?"
            }
            GlobalKind::Aggregated => {
                "SELECT serialised_signatures FROM global_expiration_date_signatures
                 WHERE expiration_date = ? AND epoch_id = ?"
            }
        };
        Ok(sqlx::query_scalar(statement)
            .bind(expiration.to_string())
            .bind(super::deposits::signed(epoch_id))
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Stores a set of expiration-date signatures.
    ///
    /// # Errors
    /// Of the database.
    pub async fn store_expiration_signatures(
        &self,
        kind: GlobalKind,
        epoch_id: u64,
        expiration: EcashDay,
        signatures: Vec<u8>,
    ) -> Result<()> {
        let statement = match kind {
            GlobalKind::Partial => "INSERT OR REPLACE INTO partial_expiration_date_signatures VALUES (?, ?, ?)",
            GlobalKind::Aggregated => "INSERT OR REPLACE INTO global_expiration_date_signatures VALUES (?, ?, ?)",
        };
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(statement)
                        .bind(expiration.to_string())
                        .bind(super::deposits::signed(epoch_id))
                        .bind(signatures)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
