//! The quorum's public signatures and keys, by epoch. What came from outside is marked until it is verified under the
//! epoch's master key.

use nym_ecash::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, EcashDay, EpochVerificationKey, Stored,
};
use sqlx::sqlite::SqliteRow;

use super::{Store, integer, unsigned, value};
use crate::{Result, TicketbookError};

/// Something from outside, and whether it has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept<T> {
    pub(crate) item: T,
    pub(crate) verified: bool,
}

impl Store {
    /// Keeps the master key of an epoch.
    ///
    /// # Errors
    /// [`TicketbookError::OtherNetwork`] when the store has another one for the epoch.
    pub async fn keep_master_key(&self, key: &EpochVerificationKey) -> Result<()> {
        let packed = key.pack();
        sqlx::query(
            "INSERT INTO master_verification_key (epoch, data, revision) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(integer(key.epoch_id))
        .bind(packed.data)
        .bind(i64::from(packed.revision))
        .execute(&self.pool)
        .await
        .map_err(TicketbookError::database("keep a master key"))?;
        match self.master_key(key.epoch_id).await? {
            Some(stored) if stored == *key => Ok(()),
            _ => Err(TicketbookError::OtherNetwork { epoch_id: key.epoch_id }),
        }
    }

    /// The master key of an epoch.
    ///
    /// # Errors
    /// When the database fails or the row is unusable.
    pub async fn master_key(&self, epoch_id: u64) -> Result<Option<EpochVerificationKey>> {
        let row = sqlx::query("SELECT * FROM master_verification_key WHERE epoch = ?")
            .bind(integer(epoch_id))
            .fetch_optional(&self.pool)
            .await
            .map_err(TicketbookError::database("read a master key"))?;
        row.as_ref().map(|row| unpack(row, "master key")).transpose()
    }

    pub(crate) async fn keep_coin_indices(
        &self,
        signatures: &AggregatedCoinIndicesSignatures,
        verified: bool,
    ) -> Result<()> {
        let packed = signatures.pack();
        sqlx::query(
            "INSERT INTO coin_index_signatures (epoch, data, revision, verified) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (epoch) DO UPDATE SET data = ?2, revision = ?3, verified = ?4 WHERE verified = 0 OR ?4 = 1",
        )
        .bind(integer(signatures.epoch_id))
        .bind(packed.data)
        .bind(i64::from(packed.revision))
        .bind(i64::from(verified))
        .execute(&self.pool)
        .await
        .map_err(TicketbookError::database("keep coin-index signatures"))?;
        Ok(())
    }

    pub(crate) async fn coin_indices(&self, epoch_id: u64) -> Result<Option<Kept<AggregatedCoinIndicesSignatures>>> {
        let row = sqlx::query("SELECT * FROM coin_index_signatures WHERE epoch = ?")
            .bind(integer(epoch_id))
            .fetch_optional(&self.pool)
            .await
            .map_err(TicketbookError::database("read coin-index signatures"))?;
        row.as_ref().map(|row| kept(row, "coin-index signatures")).transpose()
    }

    pub(crate) async fn keep_expiration_dates(
        &self,
        signatures: &AggregatedExpirationDateSignatures,
        verified: bool,
    ) -> Result<()> {
        let packed = signatures.pack();
        sqlx::query(
            "INSERT INTO expiration_date_signatures (epoch, expiration, data, revision, verified)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (epoch, expiration) DO UPDATE SET data = ?3, revision = ?4, verified = ?5
             WHERE verified = 0 OR ?5 = 1",
        )
        .bind(integer(signatures.epoch_id))
        .bind(i64::from(signatures.expiration_date.timestamp()))
        .bind(packed.data)
        .bind(i64::from(packed.revision))
        .bind(i64::from(verified))
        .execute(&self.pool)
        .await
        .map_err(TicketbookError::database("keep expiration-date signatures"))?;
        Ok(())
    }

    pub(crate) async fn expiration_dates(
        &self,
        epoch_id: u64,
        expiration: EcashDay,
    ) -> Result<Option<Kept<AggregatedExpirationDateSignatures>>> {
        let row = sqlx::query("SELECT * FROM expiration_date_signatures WHERE epoch = ? AND expiration = ?")
            .bind(integer(epoch_id))
            .bind(i64::from(expiration.timestamp()))
            .fetch_optional(&self.pool)
            .await
            .map_err(TicketbookError::database("read expiration-date signatures"))?;
        row.as_ref().map(|row| kept(row, "expiration-date signatures")).transpose()
    }
}

fn kept<T: Stored>(row: &SqliteRow, what: &'static str) -> Result<Kept<T>> {
    Ok(Kept { item: unpack(row, what)?, verified: unsigned(row, "verified")? != 0 })
}

fn unpack<T: Stored>(row: &SqliteRow, what: &'static str) -> Result<T> {
    let revision = u8::try_from(unsigned(row, "revision")?).unwrap_or(u8::MAX);
    T::unpack(value(row, "data")?, revision).map_err(TicketbookError::corrupt(what))
}
