//! What waits to be settled on the chain: double spenders, forfeited deposits, votes.

use sqlx::Row;

use super::{Result, Storage, deposits};

/// Rows of one answer. Whoever wants more asks for those after the last.
pub const PAGE: usize = 100;
/// Double spenders that can wait for the quorum at a time. Each has paid for a ticketbook; beyond it their tickets are
/// refused all the same, and nobody is accused here until others are settled.
const MAX_UNSETTLED: u32 = 10_000;

/// `settled` of a row that waits for the quorum.
const OPEN: i64 = 0;
/// `settled` of a row that the quorum has decided.
const SETTLED: i64 = 1;
/// `settled` of a deposit whose evidence nobody could verify any more.
const LAPSED: i64 = 2;

/// A double spender with the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoubleSpendRecord {
    /// Base58 of the user's key.
    pub public_key: String,
    /// Both spendings, byte form.
    pub evidence: [Vec<u8>; 2],
    /// Unix seconds.
    pub detected_at: i64,
}

/// A deposit that was presented under a blacklisted key, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForfeitRecord {
    /// The deposit.
    pub deposit_id: u32,
    /// Base58 of the user's key.
    pub public_key: String,
    /// Byte form of the request.
    pub withdrawal_request: Vec<u8>,
    /// The deposit key's signature.
    pub signature: Vec<u8>,
    /// Unix seconds.
    pub presented_at: i64,
}

/// A vote that is decided and not cast yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PendingVote {
    /// The proposal.
    pub proposal_id: u64,
    /// The vote.
    pub yes: bool,
}

impl Storage {
    /// Remembers a double spender; the first evidence stays. True if it is news. While ten thousand wait for the quorum,
    /// no more are taken.
    ///
    /// # Errors
    /// Of the database.
    pub async fn record_double_spend(&self, record: DoubleSpendRecord) -> Result<bool> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let [first, second] = &record.evidence;
                    let inserted = sqlx::query(
                        "INSERT OR IGNORE INTO double_spend
                            (ecash_pubkey, first_spending, second_spending, detected_at)
                         SELECT ?, ?, ?, ? WHERE (SELECT COUNT(*) FROM double_spend WHERE settled = ?) < ?",
                    )
                    .bind(&record.public_key)
                    .bind(first)
                    .bind(second)
                    .bind(record.detected_at)
                    .bind(OPEN)
                    .bind(MAX_UNSETTLED)
                    .execute(connection)
                    .await?;
                    Ok(inserted.rows_affected() == 1)
                })
            })
            .await
    }

    /// A page of double spenders that are not on the blacklist for good yet, by their keys, from the one after `after` on.
    ///
    /// # Errors
    /// Of the database.
    pub async fn unsettled_double_spends(&self, after: &str) -> Result<Vec<DoubleSpendRecord>> {
        self.double_spends("WHERE settled = 0 AND ecash_pubkey > ?", after).await
    }

    /// A page of all double spenders on record, by their keys, from the one after `after` on.
    ///
    /// # Errors
    /// Of the database.
    pub async fn all_double_spends(&self, after: &str) -> Result<Vec<DoubleSpendRecord>> {
        self.double_spends("WHERE ecash_pubkey > ?", after).await
    }

    async fn double_spends(&self, filter: &'static str, after: &str) -> Result<Vec<DoubleSpendRecord>> {
        let statement = format!(
            "SELECT ecash_pubkey, first_spending, second_spending, detected_at FROM double_spend {filter}
             ORDER BY ecash_pubkey LIMIT {PAGE}"
        );
        let rows = sqlx::query(&statement).bind(after).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(DoubleSpendRecord {
                    public_key: row.try_get(0)?,
                    evidence: [row.try_get(1)?, row.try_get(2)?],
                    detected_at: row.try_get(3)?,
                })
            })
            .collect()
    }

    /// Notes that a key is on the blacklist for good.
    ///
    /// # Errors
    /// Of the database.
    pub async fn settle_double_spend(&self, public_key: &str) -> Result<()> {
        let public_key = public_key.to_owned();
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE double_spend SET settled = ? WHERE ecash_pubkey = ?")
                        .bind(SETTLED)
                        .bind(public_key)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Remembers a deposit that a blacklisted key presented.
    ///
    /// # Errors
    /// Of the database.
    pub async fn record_forfeit(&self, record: ForfeitRecord) -> Result<()> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT OR IGNORE INTO forfeit_evidence
                            (deposit_id, ecash_pubkey, withdrawal_request, signature, presented_at)
                         VALUES (?, ?, ?, ?, ?)",
                    )
                    .bind(record.deposit_id)
                    .bind(&record.public_key)
                    .bind(&record.withdrawal_request)
                    .bind(&record.signature)
                    .bind(record.presented_at)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// The blacklisted key that presented a deposit here, if any did.
    ///
    /// # Errors
    /// Of the database.
    pub async fn forfeited_under(&self, deposit_id: u32) -> Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT ecash_pubkey FROM forfeit_evidence WHERE deposit_id = ?")
            .bind(deposit_id)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// A page of deposits that are to be withheld and are not on the chain yet, by their numbers, from the one after
    /// `after` on.
    ///
    /// # Errors
    /// Of the database.
    pub async fn unsettled_forfeits(&self, after: Option<u32>) -> Result<Vec<ForfeitRecord>> {
        let statement = format!(
            "SELECT deposit_id, ecash_pubkey, withdrawal_request, signature, presented_at FROM forfeit_evidence
             WHERE settled = 0 AND deposit_id > ? ORDER BY deposit_id LIMIT {PAGE}"
        );
        let rows = sqlx::query(&statement).bind(after.map_or(-1, i64::from)).fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(ForfeitRecord {
                    deposit_id: row.try_get(0)?,
                    public_key: row.try_get(1)?,
                    withdrawal_request: row.try_get(2)?,
                    signature: row.try_get(3)?,
                    presented_at: row.try_get(4)?,
                })
            })
            .collect()
    }

    /// Notes that a deposit is withheld on the chain.
    ///
    /// # Errors
    /// Of the database.
    pub async fn settle_forfeit(&self, deposit_id: u32) -> Result<()> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE forfeit_evidence SET settled = ? WHERE deposit_id = ?")
                        .bind(SETTLED)
                        .bind(deposit_id)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Removes evidence that has served: of double spenders and deposits that the quorum decided on, found before
    /// `decided_before`; and what nobody can verify any more, of deposits presented before `undecided_before`. Such a
    /// deposit stays refused here, which takes its number and the key. Returns how many rows went or shrank.
    ///
    /// # Errors
    /// Of the database.
    pub async fn remove_evidence(&self, decided_before: i64, undecided_before: i64) -> Result<u64> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let mut changed = 0;
                    for statement in [
                        "DELETE FROM double_spend WHERE settled = ? AND detected_at < ?",
                        "DELETE FROM forfeit_evidence WHERE settled = ? AND presented_at < ?",
                    ] {
                        let removed =
                            sqlx::query(statement).bind(SETTLED).bind(decided_before).execute(&mut *connection).await?;
                        changed += removed.rows_affected();
                    }
                    let lapsed = sqlx::query(
                        "UPDATE forfeit_evidence SET settled = ?, withdrawal_request = x'', signature = x''
                         WHERE settled = ? AND presented_at < ?",
                    )
                    .bind(LAPSED)
                    .bind(OPEN)
                    .bind(undecided_before)
                    .execute(&mut *connection)
                    .await?;
                    Ok(changed + lapsed.rows_affected())
                })
            })
            .await
    }

    /// Votes that are decided and not cast yet.
    ///
    /// # Errors
    /// Of the database.
    pub async fn pending_votes(&self) -> Result<Vec<PendingVote>> {
        let rows = sqlx::query("SELECT proposal_id, yes FROM pending_vote ORDER BY proposal_id LIMIT 100")
            .fetch_all(&self.pool)
            .await?;
        rows.iter()
            .map(|row| Ok(PendingVote { proposal_id: deposits::unsigned(row, 0)?, yes: row.try_get(1)? }))
            .collect()
    }

    /// Forgets a vote that was cast or can no longer be.
    ///
    /// # Errors
    /// Of the database.
    pub async fn forget_vote(&self, proposal_id: u64) -> Result<()> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM pending_vote WHERE proposal_id = ?")
                        .bind(deposits::signed(proposal_id))
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}
