//! Purchases under way. Each step is stored before it takes effect outside, so that a purchase goes on from wherever it
//! was interrupted: the same deposit, the same request, the same serial numbers.

use ed25519_dalek::SigningKey;
use nym_api_requests::ecash::BlindSignRequestBody;
use nym_ecash::{
    BlindedSignature, EcashDay, IssuedTicketBook, RequestInfo, SecretKeyUser, TICKETBOOK_SIZE, TicketType,
    WithdrawalRequest,
};
use sqlx::sqlite::SqliteRow;
use zeroize::Zeroizing;

use super::{Store, array, day, integer, unsigned, value};
use crate::{Result, TicketbookError};

/// How far a purchase has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing has left yet.
    Prepared,
    /// The deposit may have been sent and its number is not known yet.
    Broadcast {
        /// The chain's time when it was sent, Unix seconds.
        at: i64,
        /// Number of the last deposit before, from which it is to be looked for.
        latest_before: Option<u32>,
    },
    /// The deposit is made.
    Paid {
        /// Its number.
        deposit_id: u32,
        /// Whether a signer may have seen the request. From then on the deposit is bound to it.
        asked: bool,
    },
}

/// A purchase with all its secrets.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// Its number in the store; 0 before it is there.
    pub id: i64,
    /// What the tickets will pay for.
    pub ticket_type: TicketType,
    /// Last day of validity.
    pub expiration: EcashDay,
    /// Who buys.
    pub user: SecretKeyUser,
    /// The key that the deposit names.
    pub deposit_key: SigningKey,
    /// What signers are asked to sign.
    pub request: WithdrawalRequest,
    /// Its secrets.
    pub info: RequestInfo,
    /// How far it has come.
    pub stage: Stage,
}

impl Purchase {
    /// A new purchase with fresh secrets, not stored yet.
    pub fn new<R: rand::RngCore + rand::CryptoRng>(
        user: &SecretKeyUser,
        ticket_type: TicketType,
        expiration: EcashDay,
        rng: &mut R,
    ) -> Self {
        let (request, info) = WithdrawalRequest::create(user, expiration, ticket_type, rng);
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self {
            id: 0,
            ticket_type,
            expiration,
            user: user.clone(),
            deposit_key: SigningKey::from_bytes(&seed),
            request,
            info,
            stage: Stage::Prepared,
        }
    }

    /// The public key that the deposit names.
    pub fn deposit_public_key(&self) -> [u8; 32] {
        self.deposit_key.verifying_key().to_bytes()
    }

    /// What signers are sent once the deposit is made.
    pub fn issuance_request(&self, deposit_id: u32) -> BlindSignRequestBody {
        BlindSignRequestBody::new(
            self.request.clone(),
            deposit_id,
            &self.deposit_key,
            self.user.public_key(),
            self.expiration,
            self.ticket_type,
        )
    }
}

impl Store {
    /// Stores a purchase before anything of it leaves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prepare(&self, purchase: &Purchase) -> Result<Purchase> {
        let inserted = sqlx::query(
            "INSERT INTO purchase (ticket_type, expiration, user_secret, deposit_key, request, request_info)
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(i64::from(purchase.ticket_type.number()))
        .bind(i64::from(purchase.expiration.timestamp()))
        .bind(Zeroizing::new(purchase.user.to_bytes()).as_slice())
        .bind(Zeroizing::new(purchase.deposit_key.to_bytes()).as_slice())
        .bind(purchase.request.to_bytes())
        .bind(Zeroizing::new(purchase.info.to_bytes()).as_slice())
        .execute(&self.pool)
        .await
        .map_err(TicketbookError::database("keep a purchase"))?;
        Ok(Purchase { id: inserted.last_insert_rowid(), stage: Stage::Prepared, ..purchase.clone() })
    }

    /// All purchases that are not finished, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is unusable.
    pub async fn purchases(&self) -> Result<Vec<Purchase>> {
        let rows = sqlx::query("SELECT * FROM purchase ORDER BY id")
            .fetch_all(&self.pool)
            .await
            .map_err(TicketbookError::database("list purchases"))?;
        rows.iter().map(read).collect()
    }

    /// Marks that the deposit is about to be sent.
    ///
    /// # Errors
    /// [`TicketbookError::TakenOver`] when another program has already marked, finished or dropped the purchase.
    pub async fn broadcasting(&self, id: i64, at: i64, latest_before: Option<u32>) -> Result<()> {
        let change = sqlx::query(
            "UPDATE purchase SET broadcast_at = ?, latest_deposit_before = ?
             WHERE id = ? AND broadcast_at IS NULL AND deposit_id IS NULL",
        )
        .bind(at)
        .bind(latest_before.map(i64::from))
        .bind(id);
        self.change_one(change, "mark a deposit").await
    }

    /// Marks that the deposit was not made after all, so that it may be sent again.
    ///
    /// # Errors
    /// As [`Store::broadcasting`].
    pub async fn not_paid(&self, id: i64) -> Result<()> {
        let change =
            sqlx::query("UPDATE purchase SET broadcast_at = NULL WHERE id = ? AND deposit_id IS NULL").bind(id);
        self.change_one(change, "mark a deposit").await
    }

    /// Keeps the number of the deposit.
    ///
    /// # Errors
    /// As [`Store::broadcasting`].
    pub async fn paid(&self, id: i64, deposit_id: u32) -> Result<()> {
        let change =
            sqlx::query("UPDATE purchase SET deposit_id = ? WHERE id = ?").bind(i64::from(deposit_id)).bind(id);
        self.change_one(change, "keep a deposit").await
    }

    /// Replaces the request of a purchase by one with a later date, and drops what signers answered to the old one.
    ///
    /// # Errors
    /// As [`Store::broadcasting`], also when a signer may have seen the old request and its date has not passed.
    pub async fn replace_request(&self, purchase: &Purchase, today: EcashDay) -> Result<()> {
        let failed = || TicketbookError::database("replace a request");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        let done = sqlx::query(
            "UPDATE purchase SET request = ?, request_info = ?, expiration = ?, asked = 0
             WHERE id = ? AND (asked = 0 OR expiration < ?)",
        )
        .bind(purchase.request.to_bytes())
        .bind(Zeroizing::new(purchase.info.to_bytes()).as_slice())
        .bind(i64::from(purchase.expiration.timestamp()))
        .bind(purchase.id)
        .bind(i64::from(today.timestamp()))
        .execute(&mut *change)
        .await
        .map_err(failed())?;
        if done.rows_affected() != 1 {
            return Err(TicketbookError::TakenOver);
        }
        sqlx::query("DELETE FROM share WHERE purchase = ?")
            .bind(purchase.id)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        change.commit().await.map_err(failed())
    }

    /// Marks that signers are about to see the request.
    ///
    /// # Errors
    /// As [`Store::broadcasting`].
    pub async fn asking(&self, id: i64) -> Result<()> {
        let change = sqlx::query("UPDATE purchase SET asked = 1 WHERE id = ?").bind(id);
        self.change_one(change, "mark a request").await
    }

    /// Keeps a signer's answer.
    ///
    /// # Errors
    /// When the database fails, or the purchase is finished or dropped.
    pub async fn keep_share(&self, id: i64, epoch_id: u64, signer: u64, share: &BlindedSignature) -> Result<()> {
        sqlx::query("INSERT OR REPLACE INTO share (purchase, epoch, signer, signature) VALUES (?, ?, ?, ?)")
            .bind(id)
            .bind(integer(epoch_id))
            .bind(integer(signer))
            .bind(share.to_bytes().as_slice())
            .execute(&self.pool)
            .await
            .map_err(TicketbookError::database("keep a share"))?;
        Ok(())
    }

    /// The answers of one key generation's signers.
    ///
    /// # Errors
    /// When the database fails or a row is unusable.
    pub async fn shares(&self, id: i64, epoch_id: u64) -> Result<Vec<(u64, BlindedSignature)>> {
        let rows = sqlx::query("SELECT signer, signature FROM share WHERE purchase = ? AND epoch = ?")
            .bind(id)
            .bind(integer(epoch_id))
            .fetch_all(&self.pool)
            .await
            .map_err(TicketbookError::database("read shares"))?;
        let share = |row: &SqliteRow| {
            let signature =
                BlindedSignature::from_bytes(value(row, "signature")?).map_err(TicketbookError::corrupt("share"))?;
            Ok((unsigned(row, "signer")?, signature))
        };
        rows.iter().map(share).collect()
    }

    /// Ends a purchase: its ticketbook is kept and the purchase is gone, in one step.
    ///
    /// # Errors
    /// When the database fails. A ticketbook that another program has stored for the same purchase is no error.
    pub async fn finish(&self, id: i64, book: &IssuedTicketBook) -> Result<()> {
        let failed = || TicketbookError::database("finish a purchase");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        super::books::insert(&mut change, book, TICKETBOOK_SIZE).await?;
        sqlx::query("DELETE FROM purchase WHERE id = ?").bind(id).execute(&mut *change).await.map_err(failed())?;
        change.commit().await.map_err(failed())
    }

    /// Drops a purchase for which nothing was paid, or whose deposit can buy nothing any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_purchase(&self, id: i64) -> Result<()> {
        sqlx::query("DELETE FROM purchase WHERE id = ?")
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(TicketbookError::database("drop a purchase"))?;
        Ok(())
    }

    /// Drops a purchase of which nothing has left, unless another program has gone on with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_prepared(&self, id: i64) -> Result<()> {
        sqlx::query("DELETE FROM purchase WHERE id = ? AND broadcast_at IS NULL AND deposit_id IS NULL")
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(TicketbookError::database("drop a purchase"))?;
        Ok(())
    }

    async fn change_one<'q>(
        &self,
        change: sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments<'q>>,
        action: &'static str,
    ) -> Result<()> {
        let done = change.execute(&self.pool).await.map_err(TicketbookError::database(action))?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(TicketbookError::TakenOver) }
    }
}

fn read(row: &SqliteRow) -> Result<Purchase> {
    let corrupt = || TicketbookError::corrupt("purchase");
    let number = u8::try_from(unsigned(row, "ticket_type")?).unwrap_or(u8::MAX);
    let id_of = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let deposit_id = id_of(value(row, "deposit_id")?);
    let broadcast_at: Option<i64> = value(row, "broadcast_at")?;
    let stage = match (deposit_id, broadcast_at) {
        (Some(deposit_id), _) => Stage::Paid { deposit_id, asked: value::<i64>(row, "asked")? != 0 },
        (None, Some(at)) => Stage::Broadcast { at, latest_before: id_of(value(row, "latest_deposit_before")?) },
        (None, None) => Stage::Prepared,
    };
    let user_secret = Zeroizing::new(array::<32>(row, "user_secret")?);
    let seed = Zeroizing::new(array::<32>(row, "deposit_key")?);
    Ok(Purchase {
        id: value(row, "id")?,
        ticket_type: TicketType::try_from(number).map_err(corrupt())?,
        expiration: day(row, "expiration")?,
        user: SecretKeyUser::from_bytes(&user_secret[..]).map_err(corrupt())?,
        deposit_key: SigningKey::from_bytes(&seed),
        request: WithdrawalRequest::from_bytes(value(row, "request")?).map_err(corrupt())?,
        info: RequestInfo::from_bytes(value(row, "request_info")?).map_err(corrupt())?,
        stage,
    })
}
