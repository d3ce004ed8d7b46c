//! Ticketbooks and public data as files (`docs/protocol/crypto.md` §6.3). Whoever holds a ticketbook's file can spend it,
//! so an exported one is not spent here any more.

use std::ops::Range;

use nym_ecash::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, EcashDay, EpochVerificationKey,
    ImportableTicketBook, IssuedTicketBook, Stored, TICKETBOOK_SIZE,
};

use crate::{
    Result, Store, TicketbookError,
    public_data::{COIN_INDICES, EXPIRATION_DATES, MASTER_KEY},
    spending::check_by_trial,
    store::HeldTicketbook,
};

/// Which tickets of an imported ticketbook are this store's. One ticketbook can serve two clients with ranges that do not
/// overlap.
pub type Tickets = Range<u64>;

/// All tickets of a ticketbook that are not spent.
pub const ALL_TICKETS: Tickets = 0..TICKETBOOK_SIZE;

/// What an exported ticketbook carries along for an importer that lacks it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Include {
    /// Signatures of its expiration date.
    pub expiration_date_signatures: bool,
    /// Signatures of its epoch's ticket numbers.
    pub coin_index_signatures: bool,
    /// Master key of its epoch.
    pub master_verification_key: bool,
}

impl Store {
    /// A ticketbook as a file's bytes. Here it counts as spent from now on.
    ///
    /// # Errors
    /// As [`Store::bundle`], and [`TicketbookError::TakenOver`] when tickets were spent in the meantime.
    pub async fn export(&self, held: &HeldTicketbook, include: Include) -> Result<Vec<u8>> {
        let data = self.bundle(held, include).await?;
        self.hand_over(held).await?;
        Ok(data)
    }

    /// A ticketbook as a file's bytes. Nobody else may spend it while it can be spent here: see
    /// [`Store::hand_over`].
    ///
    /// # Errors
    /// [`TicketbookError::Missing`] for something that is to be included and not there.
    pub async fn bundle(&self, held: &HeldTicketbook, include: Include) -> Result<Vec<u8>> {
        let epoch_id = held.epoch_id;
        let missing = |what| TicketbookError::Missing { what, epoch_id };
        let mut bundle = ImportableTicketBook {
            serialised_ticketbook: held.book.pack(),
            serialised_expiration_date_signatures: None,
            serialised_coin_index_signatures: None,
            serialised_master_verification_key: None,
        };
        if include.expiration_date_signatures {
            let kept = self.expiration_dates(epoch_id, held.expiration).await?;
            let kept = kept.ok_or_else(|| missing(EXPIRATION_DATES))?;
            bundle.serialised_expiration_date_signatures = Some(kept.item.pack());
        }
        if include.coin_index_signatures {
            let kept = self.coin_indices(epoch_id).await?.ok_or_else(|| missing(COIN_INDICES))?;
            bundle.serialised_coin_index_signatures = Some(kept.item.pack());
        }
        if include.master_verification_key {
            let key = self.master_key(epoch_id).await?.ok_or_else(|| missing(MASTER_KEY))?;
            bundle.serialised_master_verification_key = Some(key.pack());
        }
        Ok(bundle.pack().data)
    }

    /// Imports an exported ticketbook with what it carries. Everything that spending needs must be in it or here, and a
    /// trial payment must verify; nothing is kept otherwise but public data that verifies.
    ///
    /// # Errors
    /// [`TicketbookError::Import`], [`TicketbookError::Expired`], [`TicketbookError::Missing`],
    /// [`TicketbookError::AlreadyHeld`], or what does not verify.
    pub async fn import_bundle(
        &self,
        data: &[u8],
        revision: u8,
        tickets: Tickets,
        today: EcashDay,
    ) -> Result<IssuedTicketBook> {
        let imported = ImportableTicketBook::unpack(data, revision)
            .and_then(|bundle| bundle.import())
            .map_err(|reason| TicketbookError::Import { what: "exported ticketbook", reason: reason.to_string() })?;
        let (ticketbook, end) = part(imported.ticketbook, tickets, today)?;
        if let Some(key) = &imported.master_verification_key {
            self.keep_master_key(key).await?;
        }
        if let Some(signatures) = &imported.coin_index_signatures {
            self.keep_coin_indices(signatures, false).await?;
        }
        if let Some(signatures) = &imported.expiration_date_signatures {
            self.keep_expiration_dates(signatures, false).await?;
        }
        self.keep_checked(ticketbook, end, today).await
    }

    /// Imports a bare ticketbook; the public data of its epoch and date must be here.
    ///
    /// # Errors
    /// As [`Store::import_bundle`].
    pub async fn import_ticketbook(
        &self,
        data: &[u8],
        revision: u8,
        tickets: Tickets,
        today: EcashDay,
    ) -> Result<IssuedTicketBook> {
        let (book, end) = part(unpack("ticketbook", data, revision)?, tickets, today)?;
        self.keep_checked(book, end, today).await
    }

    /// Imports signatures on ticket numbers. They are verified when a ticketbook first needs them.
    ///
    /// # Errors
    /// [`TicketbookError::Import`].
    pub async fn import_coin_index_signatures(
        &self,
        data: &[u8],
        revision: u8,
    ) -> Result<AggregatedCoinIndicesSignatures> {
        let signatures = unpack(COIN_INDICES, data, revision)?;
        self.keep_coin_indices(&signatures, false).await?;
        Ok(signatures)
    }

    /// Imports signatures on the days of an expiration date. They are verified when a ticketbook first needs them.
    ///
    /// # Errors
    /// [`TicketbookError::Import`].
    pub async fn import_expiration_date_signatures(
        &self,
        data: &[u8],
        revision: u8,
    ) -> Result<AggregatedExpirationDateSignatures> {
        let signatures = unpack(EXPIRATION_DATES, data, revision)?;
        self.keep_expiration_dates(&signatures, false).await?;
        Ok(signatures)
    }

    /// Imports a master key. Whoever it comes from is trusted: a purchase compares it with the chain's.
    ///
    /// # Errors
    /// [`TicketbookError::Import`], [`TicketbookError::OtherNetwork`] when the store has another key for the epoch.
    pub async fn import_master_verification_key(&self, data: &[u8], revision: u8) -> Result<EpochVerificationKey> {
        let key: EpochVerificationKey = unpack(MASTER_KEY, data, revision)?;
        key.key.check()?;
        self.keep_master_key(&key).await?;
        Ok(key)
    }

    async fn keep_checked(&self, book: IssuedTicketBook, end: u64, today: EcashDay) -> Result<IssuedTicketBook> {
        let public = self.public_data(book.epoch_id, book.expiration_date).await?;
        check_by_trial(&book, &public, today)?;
        self.insert(&book, end).await?;
        Ok(book)
    }
}

/// The ticketbook with its count at the first of the wanted tickets, and where they end; refused for what can be seen
/// without any key.
fn part(mut book: IssuedTicketBook, tickets: Tickets, today: EcashDay) -> Result<(IssuedTicketBook, u64)> {
    let refused = |reason: String| TicketbookError::Import { what: "ticketbook", reason };
    if book.is_expired(today) {
        return Err(TicketbookError::Expired { expired: book.expiration_date });
    }
    if book.signatures_wallet.expiration()? != book.expiration_date {
        return Err(refused("its signature is for another expiration date".into()));
    }
    if book.signatures_wallet.ticket_type()? != book.ticketbook_type {
        return Err(refused("its signature is for another ticket type".into()));
    }
    let first = tickets.start.max(book.spent_tickets);
    if tickets.end > TICKETBOOK_SIZE || first >= tickets.end {
        return Err(refused(format!(
            "tickets {} to {} are wanted, it has {} to {TICKETBOOK_SIZE} (the last not included)",
            tickets.start, tickets.end, book.spent_tickets
        )));
    }
    book.spent_tickets = first;
    Ok((book, tickets.end))
}

fn unpack<T: Stored>(what: &'static str, data: &[u8], revision: u8) -> Result<T> {
    T::unpack(data, revision).map_err(|reason| TicketbookError::Import { what, reason: reason.to_string() })
}
