//! Spent tickets and their providers.

use std::collections::HashSet;

use nym_ecash::{CredentialSpendingData, EcashDay};
use sqlx::{Row, SqliteConnection};

use super::shards::append_to_shard;
use super::{Result, Storage, damaged};

/// A verified ticket that is to be stored before it is confirmed.
#[derive(Clone, Debug)]
pub struct TicketRecord {
    /// What was presented.
    pub data: CredentialSpendingData,
    /// Who presented it.
    pub provider: String,
    /// Unix seconds.
    pub now: i64,
    /// The shard's entry.
    pub fingerprint: u64,
}

/// A ticket on record.
#[derive(Clone, Debug)]
pub struct Spending {
    /// What was presented.
    pub data: CredentialSpendingData,
    /// Who presented it.
    pub provider: String,
}

/// What came of storing a ticket.
#[derive(Clone, Debug)]
pub enum SpendOutcome {
    /// Stored, with its entry at this position of the day's shard.
    Stored {
        /// The position.
        position: usize,
    },
    /// This one was there first.
    Earlier(Box<Spending>),
}

impl Storage {
    /// The ticket with a serial number.
    ///
    /// # Errors
    /// Of the database.
    pub async fn spending(&self, serial: &[u8; 48]) -> Result<Option<Spending>> {
        let mut connection = self.pool.acquire().await?;
        find(&mut connection, serial).await
    }

    /// Stores a verified ticket and its shard's entry, or returns the one that was there first. One transaction; durable
    /// on return.
    ///
    /// # Errors
    /// Of the database; the ticket is then not accepted.
    pub async fn store_spending(&self, record: TicketRecord) -> Result<SpendOutcome> {
        self.writer.write(move |connection| Box::pin(async move { store(connection, record).await })).await
    }

    /// When a provider's last batch was voted for, if it is known at all.
    ///
    /// # Errors
    /// Of the database.
    pub async fn provider(&self, address: &str) -> Result<Option<Option<i64>>> {
        Ok(sqlx::query_scalar("SELECT last_batch_verification FROM ticket_providers WHERE gateway_address = ?")
            .bind(address)
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Of the given serial numbers, those that this provider presented with a coin-index proof, and that no batch has
    /// claimed but the one of `proposal` itself.
    ///
    /// # Errors
    /// Of the database.
    pub async fn redeemable(&self, address: &str, serials: &[[u8; 48]], proposal: u64) -> Result<HashSet<[u8; 48]>> {
        let mut connection = self.pool.acquire().await?;
        let mut found = HashSet::new();
        for serial in serials {
            let known: Option<i64> = sqlx::query_scalar(
                "SELECT 1 FROM verified_tickets t JOIN ticket_providers p ON p.id = t.gateway_id
                 WHERE t.serial_number = ? AND p.gateway_address = ? AND t.coin_index_proof = 1
                   AND (t.redemption IS NULL OR t.redemption = ?)",
            )
            .bind(&serial[..])
            .bind(address)
            .bind(super::deposits::signed(proposal))
            .fetch_optional(&mut *connection)
            .await?;
            if known.is_some() {
                found.insert(*serial);
            }
        }
        Ok(found)
    }

    /// Marks tickets as claimed by a proposal, counts the provider's batch and queues the vote, all or nothing.
    ///
    /// # Errors
    /// Of the database.
    pub async fn claim_redemption(&self, address: &str, serials: Vec<[u8; 48]>, proposal: u64, now: i64) -> Result<()> {
        let address = address.to_owned();
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    let proposal = super::deposits::signed(proposal);
                    for serial in &serials {
                        sqlx::query("UPDATE verified_tickets SET redemption = ? WHERE serial_number = ?")
                            .bind(proposal)
                            .bind(&serial[..])
                            .execute(&mut *connection)
                            .await?;
                    }
                    sqlx::query("UPDATE ticket_providers SET last_batch_verification = ? WHERE gateway_address = ?")
                        .bind(now)
                        .bind(&address)
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("INSERT OR IGNORE INTO pending_vote (proposal_id, yes, provider) VALUES (?, 1, ?)")
                        .bind(proposal)
                        .bind(&address)
                        .execute(&mut *connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Removes tickets spent before a day, and providers that have no others and had no batch since; returns how many
    /// tickets.
    ///
    /// # Errors
    /// Of the database.
    pub async fn remove_spent_before(&self, day: EcashDay) -> Result<u64> {
        let (date, julian, midnight) = (day.to_string(), day.julian_day(), day.timestamp());
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    for table in ["spent_shard", "spent_aggregate"] {
                        sqlx::query(&format!("DELETE FROM {table} WHERE spending_day < ?"))
                            .bind(julian)
                            .execute(&mut *connection)
                            .await?;
                    }
                    let removed = sqlx::query("DELETE FROM verified_tickets WHERE spending_date < ?")
                        .bind(&date)
                        .execute(&mut *connection)
                        .await?;
                    // Looks at all tickets, so only on the one pass a day that has removed some.
                    if removed.rows_affected() > 0 {
                        sqlx::query(
                            "DELETE FROM ticket_providers WHERE id NOT IN (SELECT gateway_id FROM verified_tickets)
                             AND (last_batch_verification IS NULL OR last_batch_verification < ?)",
                        )
                        .bind(midnight)
                        .execute(&mut *connection)
                        .await?;
                    }
                    Ok(removed.rows_affected())
                })
            })
            .await
    }
}

async fn find(connection: &mut SqliteConnection, serial: &[u8; 48]) -> Result<Option<Spending>> {
    let row = sqlx::query(
        "SELECT t.ticket_data, p.gateway_address FROM verified_tickets t
         JOIN ticket_providers p ON p.id = t.gateway_id WHERE t.serial_number = ?",
    )
    .bind(&serial[..])
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let data: &[u8] = row.try_get(0)?;
    let data = CredentialSpendingData::from_bytes(data).map_err(|error| damaged("ticket")(error.to_string()))?;
    Ok(Some(Spending { data, provider: row.try_get(1)? }))
}

async fn store(connection: &mut SqliteConnection, record: TicketRecord) -> Result<SpendOutcome> {
    let TicketRecord { data, provider, now, fingerprint } = record;
    for serial in data.payment.serial_numbers() {
        if let Some(earlier) = find(connection, &serial).await? {
            return Ok(SpendOutcome::Earlier(Box::new(earlier)));
        }
    }
    sqlx::query("INSERT OR IGNORE INTO ticket_providers (gateway_address) VALUES (?)")
        .bind(&provider)
        .execute(&mut *connection)
        .await?;
    let gateway: i64 = sqlx::query_scalar("SELECT id FROM ticket_providers WHERE gateway_address = ?")
        .bind(&provider)
        .fetch_one(&mut *connection)
        .await?;
    let bytes = data.to_bytes();
    let proven = !data.payment.zk_proof.responses_r_k.is_empty();
    for serial in data.payment.serial_numbers() {
        sqlx::query(
            "INSERT INTO verified_tickets
                (ticket_data, serial_number, spending_date, verified_at, gateway_id, coin_index_proof)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(&bytes)
        .bind(&serial[..])
        .bind(data.spend_date.to_string())
        .bind(now)
        .bind(gateway)
        .bind(proven)
        .execute(&mut *connection)
        .await?;
    }
    let position = append_to_shard(connection, data.spend_date, fingerprint).await?;
    Ok(SpendOutcome::Stored { position })
}
