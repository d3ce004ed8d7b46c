//! Requests, and what was signed for them. A deposit belongs to the first request that is signed for it.

use nym_ecash::{BlindedSignature, EcashDay, IssuedTicketbook, TicketType, WithdrawalRequest};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{Result, Storage, damaged};

/// What makes two requests the same: base point and commitments, hence the same secrets and serial numbers. The proof
/// may differ, since it is made anew for every attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestIdentity {
    /// h.
    pub hash: [u8; 48],
    /// c1 ‖ c2.
    pub commitments: [u8; 96],
    /// Last day of validity.
    pub expiration: EcashDay,
    /// What the tickets pay for.
    pub ticket_type: TicketType,
}

impl RequestIdentity {
    /// Of a request; `None` unless it has exactly two commitments.
    pub fn of(request: &WithdrawalRequest, expiration: EcashDay, ticket_type: TicketType) -> Option<Self> {
        let commitments = request.encoded_commitments().try_into().ok()?;
        Some(Self { hash: request.joined_commitment_hash.to_bytes(), commitments, expiration, ticket_type })
    }
}

/// The request that a deposit belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRequest {
    /// The request.
    pub request: RequestIdentity,
    /// What was answered under the asked generation, if anything.
    pub answer: Option<BlindedSignature>,
}

/// A ticketbook that was signed and is to be stored before it is handed out.
#[derive(Clone, Debug)]
pub struct IssuedRecord {
    /// The deposit.
    pub deposit_id: u32,
    /// Its request.
    pub request: RequestIdentity,
    /// The user's key, 48 bytes.
    pub user: [u8; 48],
    /// Generation that signed.
    pub epoch_id: u64,
    /// The signature.
    pub answer: BlindedSignature,
    /// The day of issuance.
    pub today: EcashDay,
}

/// What came of storing an [`IssuedRecord`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueOutcome {
    /// Stored; a deposit's first answer also gets a leaf at this position of its expiration date's tree.
    Stored {
        /// The leaf.
        leaf: Option<(usize, [u8; 32])>,
    },
    /// An answer to the same request was stored meanwhile: that one is to be handed out.
    Already(BlindedSignature),
    /// The deposit belongs to another request: the signature must not leave this process.
    OtherRequest,
}

impl Storage {
    /// The request that a deposit belongs to, with the answer under one generation.
    ///
    /// # Errors
    /// Of the database.
    pub async fn deposit_request(&self, deposit_id: u32, epoch_id: u64) -> Result<Option<StoredRequest>> {
        let mut connection = self.pool.acquire().await?;
        find(&mut connection, deposit_id, epoch_id).await
    }

    /// Stores what was signed, unless the deposit belongs to another request. One transaction; durable on return.
    ///
    /// # Errors
    /// Of the database; the signature must then not be handed out.
    pub async fn store_issued(&self, record: IssuedRecord) -> Result<IssueOutcome> {
        self.writer.write(move |connection| Box::pin(async move { store(connection, record).await })).await
    }

    /// Leaves of an expiration date in order of issuance, with their deposits.
    ///
    /// # Errors
    /// Of the database.
    pub async fn leaves(&self, expiration: EcashDay) -> Result<Vec<(u32, [u8; 32])>> {
        let rows = sqlx::query(
            "SELECT deposit_id, merkle_leaf FROM issued_ticketbook
             WHERE expiration_date = ? AND merkle_index IS NOT NULL ORDER BY merkle_index",
        )
        .bind(expiration.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, array(row, 1, "Merkle leaf")?))).collect()
    }

    /// Expiration dates that have leaves.
    ///
    /// # Errors
    /// Of the database.
    pub async fn expiration_dates(&self) -> Result<Vec<EcashDay>> {
        let rows = sqlx::query("SELECT DISTINCT expiration_date FROM issued_ticketbook").fetch_all(&self.pool).await?;
        rows.iter().map(|row| day(row, 0)).collect()
    }

    /// Ticketbooks as rewarders see them, for those of the deposits that have a leaf of this date.
    ///
    /// # Errors
    /// Of the database.
    pub async fn issued_ticketbooks(&self, expiration: EcashDay, deposits: &[u32]) -> Result<Vec<IssuedTicketbook>> {
        let mut connection = self.pool.acquire().await?;
        let mut found = Vec::with_capacity(deposits.len());
        for deposit_id in deposits {
            let row = sqlx::query(
                "SELECT dkg_epoch_id, blinded_partial_credential, joined_private_commitments, ticketbook_type_repr
                 FROM issued_ticketbook
                 WHERE deposit_id = ? AND expiration_date = ? AND merkle_index IS NOT NULL",
            )
            .bind(*deposit_id)
            .bind(expiration.to_string())
            .fetch_optional(&mut *connection)
            .await?;
            if let Some(row) = row {
                found.push(IssuedTicketbook {
                    deposit_id: *deposit_id,
                    epoch_id: unsigned(&row, 0)?,
                    blinded_partial_credential: row.try_get(1)?,
                    joined_encoded_private_attributes_commitments: row.try_get(2)?,
                    expiration_date: expiration,
                    ticketbook_type: ticket_type(&row, 3)?,
                });
            }
        }
        Ok(found)
    }

    /// Removes requests and answers that expired before a day; returns how many requests.
    ///
    /// # Errors
    /// Of the database.
    pub async fn remove_issued_before(&self, day: EcashDay) -> Result<u64> {
        let day = day.to_string();
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM issued_ticketbook WHERE expiration_date < ?")
                        .bind(&day)
                        .execute(&mut *connection)
                        .await?;
                    // Requests stay: a deposit is for one ticketbook for ever, not for one per week.
                    let removed = sqlx::query("DELETE FROM issued_ticketbooks_count WHERE expiration_date < ?")
                        .bind(&day)
                        .execute(&mut *connection)
                        .await?;
                    Ok(removed.rows_affected())
                })
            })
            .await
    }
}

async fn find(connection: &mut SqliteConnection, deposit_id: u32, epoch_id: u64) -> Result<Option<StoredRequest>> {
    let row = sqlx::query(
        "SELECT r.joined_commitment_hash, r.joined_private_commitments, r.expiration_date, r.ticketbook_type_repr,
                i.blinded_partial_credential
         FROM deposit_request r
         LEFT JOIN issued_ticketbook i ON i.deposit_id = r.deposit_id AND i.dkg_epoch_id = ?
         WHERE r.deposit_id = ?",
    )
    .bind(signed(epoch_id))
    .bind(deposit_id)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let answer: Option<Vec<u8>> = row.try_get(4)?;
    Ok(Some(StoredRequest {
        request: RequestIdentity {
            hash: array(&row, 0, "commitment hash")?,
            commitments: array(&row, 1, "commitments")?,
            expiration: day(&row, 2)?,
            ticket_type: ticket_type(&row, 3)?,
        },
        answer: answer
            .map(|bytes| BlindedSignature::from_bytes(&bytes))
            .transpose()
            .map_err(|error| damaged("blinded signature")(error.to_string()))?,
    }))
}

async fn store(connection: &mut SqliteConnection, record: IssuedRecord) -> Result<IssueOutcome> {
    let IssuedRecord { deposit_id, request, user, epoch_id, answer, today } = record;
    let expiration = request.expiration.to_string();
    let is_first = match find(connection, deposit_id, epoch_id).await? {
        Some(stored) if stored.request != request => return Ok(IssueOutcome::OtherRequest),
        Some(StoredRequest { answer: Some(answer), .. }) => return Ok(IssueOutcome::Already(answer)),
        Some(_) => false,
        None => {
            sqlx::query(
                "INSERT INTO deposit_request (deposit_id, joined_commitment_hash, joined_private_commitments,
                    ecash_pubkey, expiration_date, ticketbook_type_repr) VALUES (?, ?, ?, ?, ?, ?)",
            )
            .bind(deposit_id)
            .bind(&request.hash[..])
            .bind(&request.commitments[..])
            .bind(&user[..])
            .bind(&expiration)
            .bind(request.ticket_type.number())
            .execute(&mut *connection)
            .await?;
            true
        }
    };
    let leaf = if is_first {
        let next: i64 = sqlx::query_scalar(
            "SELECT COALESCE(MAX(merkle_index) + 1, 0) FROM issued_ticketbook
             WHERE expiration_date = ? AND merkle_index IS NOT NULL",
        )
        .bind(&expiration)
        .fetch_one(&mut *connection)
        .await?;
        let hash = IssuedTicketbook {
            deposit_id,
            epoch_id,
            blinded_partial_credential: answer.to_bytes().to_vec(),
            joined_encoded_private_attributes_commitments: request.commitments.to_vec(),
            expiration_date: request.expiration,
            ticketbook_type: request.ticket_type,
        }
        .leaf();
        Some((usize::try_from(next).map_err(|error| damaged("Merkle index")(error.to_string()))?, hash))
    } else {
        None
    };
    sqlx::query(
        "INSERT INTO issued_ticketbook (deposit_id, dkg_epoch_id, blinded_partial_credential,
            joined_private_commitments, expiration_date, ticketbook_type_repr, merkle_leaf, merkle_index)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(deposit_id)
    .bind(signed(epoch_id))
    .bind(&answer.to_bytes()[..])
    .bind(&request.commitments[..])
    .bind(&expiration)
    .bind(request.ticket_type.number())
    .bind(leaf.as_ref().map(|(_, hash)| hash.to_vec()))
    .bind(leaf.as_ref().and_then(|(index, _)| i64::try_from(*index).ok()))
    .execute(&mut *connection)
    .await?;
    if is_first {
        sqlx::query(
            "INSERT INTO issued_ticketbooks_count (issuance_date, expiration_date, count) VALUES (?, ?, 1)
             ON CONFLICT (issuance_date, expiration_date) DO UPDATE SET count = count + 1",
        )
        .bind(today.to_string())
        .bind(&expiration)
        .execute(connection)
        .await?;
    }
    Ok(IssueOutcome::Stored { leaf })
}

/// SQLite integers are signed; epochs count from zero and stay far below the sign.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(row: &SqliteRow, column: usize) -> Result<u64> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|error| damaged("number")(error.to_string()))
}

pub(super) fn day(row: &SqliteRow, column: usize) -> Result<EcashDay> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|error: nym_ecash::EcashError| damaged("date")(error.to_string()))
}

pub(super) fn ticket_type(row: &SqliteRow, column: usize) -> Result<TicketType> {
    let number: u8 = row.try_get(column)?;
    TicketType::try_from(number).map_err(|error| damaged("ticket type")(error.to_string()))
}

pub(super) fn array<const N: usize>(row: &SqliteRow, column: usize, what: &'static str) -> Result<[u8; N]> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| damaged(what)(format!("{} bytes instead of {N}", bytes.len())))
}
