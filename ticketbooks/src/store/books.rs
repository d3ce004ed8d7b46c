//! Ticketbooks and the count of their spent tickets. The count is raised and on disk before a payment is built, because
//! a ticket that is spent twice reveals the payer.

use nym_ecash::{EcashDay, IssuedTicketBook, Stored, TICKETBOOK_SIZE, TicketType};
use sha2::{Digest, Sha256};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{Store, day, integer, unsigned, value};
use crate::{Result, TicketbookError};

/// A ticketbook in the store.
#[derive(Clone, Debug)]
pub struct HeldTicketbook {
    /// Its number in the store.
    pub id: i64,
    /// Key epoch of its signature.
    pub epoch_id: u64,
    /// What its tickets pay for.
    pub ticket_type: TicketType,
    /// Last day of validity.
    pub expiration: EcashDay,
    /// Where this store's tickets of it end; 50 unless the rest is another client's.
    pub total: u64,
    /// Tickets that are gone.
    pub used: u64,
    /// The ticketbook. Its own count of spent tickets is that of [`HeldTicketbook::used`].
    pub book: IssuedTicketBook,
}

impl HeldTicketbook {
    /// Tickets left.
    pub fn left(&self) -> u64 {
        self.total.saturating_sub(self.used)
    }
}

/// Tickets of one ticketbook that are counted as spent and may now be spent, once.
#[derive(Clone, Debug)]
pub struct Reservation {
    /// The ticketbook, with its count as it was before.
    pub held: HeldTicketbook,
    /// Index of the first reserved ticket.
    pub first: u64,
    /// How many are reserved.
    pub tickets: u64,
}

impl Store {
    /// Keeps the tickets of a ticketbook from its own count up to `end`, which is not included.
    ///
    /// # Errors
    /// [`TicketbookError::AlreadyHeld`] for one that is there: its counter must not start anew.
    pub async fn insert(&self, book: &IssuedTicketBook, end: u64) -> Result<()> {
        let failed = || TicketbookError::database("keep a ticketbook");
        let mut connection = self.pool.acquire().await.map_err(failed())?;
        if insert(&mut connection, book, end).await? { Ok(()) } else { Err(TicketbookError::AlreadyHeld) }
    }

    /// All ticketbooks, the one that is spent first in front.
    ///
    /// # Errors
    /// When the database fails or a row is unusable.
    pub async fn ticketbooks(&self) -> Result<Vec<HeldTicketbook>> {
        let rows = sqlx::query("SELECT * FROM ticketbook ORDER BY expiration, id")
            .fetch_all(&self.pool)
            .await
            .map_err(TicketbookError::database("list ticketbooks"))?;
        rows.iter().map(read).collect()
    }

    /// Tickets of a type that are neither spent nor expired.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tickets_left(&self, ticket_type: TicketType, today: EcashDay) -> Result<u64> {
        let usable = self.usable(ticket_type, today).await?;
        Ok(usable.iter().map(HeldTicketbook::left).sum())
    }

    /// Ticketbooks of a type with tickets that can be spent today, the one that expires first in front.
    ///
    /// # Errors
    /// When the database fails or a row is unusable.
    pub async fn usable(&self, ticket_type: TicketType, today: EcashDay) -> Result<Vec<HeldTicketbook>> {
        let mut connection = self.pool.acquire().await.map_err(TicketbookError::database("read ticketbooks"))?;
        usable(&mut connection, ticket_type, today).await
    }

    /// Counts tickets as spent, from the ticketbooks that expire first, and returns them. All are reserved or none.
    ///
    /// # Errors
    /// [`TicketbookError::NoTickets`] when fewer are left.
    pub async fn reserve(&self, ticket_type: TicketType, tickets: u64, today: EcashDay) -> Result<Vec<Reservation>> {
        let failed = || TicketbookError::database("count tickets as spent");
        // The write lock is taken before the counts are read, so that no other program reads the same ones.
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        let (mut wanted, mut reserved) = (tickets, Vec::new());
        for held in usable(&mut change, ticket_type, today).await? {
            let taken = wanted.min(held.left());
            if taken == 0 {
                break;
            }
            set_used(&mut change, &held, held.used + taken).await?;
            wanted -= taken;
            reserved.push(Reservation { first: held.used, tickets: taken, held });
        }
        if wanted > 0 {
            return Err(TicketbookError::NoTickets { ticket_type, wanted: tickets, left: tickets - wanted });
        }
        change.commit().await.map_err(failed())?;
        Ok(reserved)
    }

    /// Counts the ticket with this index of the ticketbook that would be spent next as spent, and all before it.
    ///
    /// # Errors
    /// [`TicketbookError::TicketSpent`] when it is gone, [`TicketbookError::NoTickets`] when there is no ticketbook or
    /// the index is beyond it.
    pub async fn reserve_index(&self, ticket_type: TicketType, index: u64, today: EcashDay) -> Result<Reservation> {
        let failed = || TicketbookError::database("count tickets as spent");
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        let held = usable(&mut change, ticket_type, today).await?.into_iter().next();
        let none = |left| TicketbookError::NoTickets { ticket_type, wanted: 1, left };
        let held = held.ok_or_else(|| none(0))?;
        if index < held.used {
            return Err(TicketbookError::TicketSpent { index, next: held.used });
        }
        if index >= held.total {
            return Err(none(0));
        }
        set_used(&mut change, &held, index + 1).await?;
        change.commit().await.map_err(failed())?;
        Ok(Reservation { first: index, tickets: 1, held })
    }

    /// Takes a reservation back whose payment was never built. Nothing happens when more tickets were reserved since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(&self, reservation: &Reservation) -> Result<()> {
        sqlx::query("UPDATE ticketbook SET used = ? WHERE id = ? AND used = ?")
            .bind(integer(reservation.held.used))
            .bind(reservation.held.id)
            .bind(integer(reservation.first + reservation.tickets))
            .execute(&self.pool)
            .await
            .map_err(TicketbookError::database("take tickets back"))?;
        Ok(())
    }

    /// Counts all tickets of a ticketbook as spent, because it is handed to somebody else, and returns it as it was.
    ///
    /// # Errors
    /// [`TicketbookError::TakenOver`] when it is not there or some of its tickets were spent in the meantime.
    pub async fn hand_over(&self, held: &HeldTicketbook) -> Result<()> {
        let done = sqlx::query("UPDATE ticketbook SET used = total WHERE id = ? AND used = ?")
            .bind(held.id)
            .bind(integer(held.used))
            .execute(&self.pool)
            .await
            .map_err(TicketbookError::database("hand a ticketbook over"))?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(TicketbookError::TakenOver) }
    }

    /// Removes ticketbooks and public signatures that nothing can be paid with any more, and says how many ticketbooks
    /// that were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_expired(&self, today: EcashDay) -> Result<u64> {
        let failed = || TicketbookError::database("remove what is expired");
        let midnight = i64::from(today.timestamp());
        let mut change = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed())?;
        let removed = sqlx::query("DELETE FROM ticketbook WHERE expiration < ?")
            .bind(midnight)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        sqlx::query("DELETE FROM expiration_date_signatures WHERE expiration < ?")
            .bind(midnight)
            .execute(&mut *change)
            .await
            .map_err(failed())?;
        change.commit().await.map_err(failed())?;
        Ok(removed.rows_affected())
    }
}

/// Whether it was inserted; a ticketbook with the same serial numbers stays as it is.
pub(super) async fn insert(connection: &mut SqliteConnection, book: &IssuedTicketBook, end: u64) -> Result<bool> {
    let packed = book.pack();
    let inserted = sqlx::query(
        "INSERT INTO ticketbook (fingerprint, data, revision, epoch, ticket_type, expiration, total, used)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING",
    )
    .bind(fingerprint(book).as_slice())
    .bind(packed.data)
    .bind(i64::from(packed.revision))
    .bind(integer(book.epoch_id))
    .bind(i64::from(book.ticketbook_type.number()))
    .bind(i64::from(book.expiration_date.timestamp()))
    .bind(integer(end.min(TICKETBOOK_SIZE)))
    .bind(integer(book.spent_tickets.min(TICKETBOOK_SIZE)))
    .execute(connection)
    .await
    .map_err(TicketbookError::database("keep a ticketbook"))?;
    Ok(inserted.rows_affected() == 1)
}

async fn usable(
    connection: &mut SqliteConnection,
    ticket_type: TicketType,
    today: EcashDay,
) -> Result<Vec<HeldTicketbook>> {
    let rows = sqlx::query(
        "SELECT * FROM ticketbook WHERE ticket_type = ? AND used < total AND expiration >= ? ORDER BY expiration, id",
    )
    .bind(i64::from(ticket_type.number()))
    .bind(i64::from(today.timestamp()))
    .fetch_all(connection)
    .await
    .map_err(TicketbookError::database("read ticketbooks"))?;
    rows.iter().map(read).collect()
}

async fn set_used(connection: &mut SqliteConnection, held: &HeldTicketbook, used: u64) -> Result<()> {
    sqlx::query("UPDATE ticketbook SET used = ? WHERE id = ?")
        .bind(integer(used))
        .bind(held.id)
        .execute(connection)
        .await
        .map_err(TicketbookError::database("count tickets as spent"))?;
    Ok(())
}

/// The serial numbers follow from the wallet secret alone, so two ticketbooks with one secret are one to a provider,
/// even where their signatures differ.
fn fingerprint(book: &IssuedTicketBook) -> [u8; 32] {
    let bytes = zeroize::Zeroizing::new(book.signatures_wallet.to_bytes());
    Sha256::digest(&bytes[WALLET_SECRET]).into()
}

/// Where the secret stands in a wallet's bytes (`docs/protocol/crypto.md` §2.7).
const WALLET_SECRET: std::ops::Range<usize> = 96..128;

fn read(row: &SqliteRow) -> Result<HeldTicketbook> {
    let corrupt = || TicketbookError::corrupt("ticketbook");
    let small = |column| unsigned(row, column).map(|number| u8::try_from(number).unwrap_or(u8::MAX));
    let mut book = IssuedTicketBook::unpack(value(row, "data")?, small("revision")?).map_err(corrupt())?;
    let used = unsigned(row, "used")?;
    book.spent_tickets = used;
    Ok(HeldTicketbook {
        id: value(row, "id")?,
        epoch_id: unsigned(row, "epoch")?,
        ticket_type: TicketType::try_from(small("ticket_type")?).map_err(corrupt())?,
        expiration: day(row, "expiration")?,
        total: unsigned(row, "total")?,
        used,
        book,
    })
}
