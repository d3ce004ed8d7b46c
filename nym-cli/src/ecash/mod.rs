//! Ticketbooks: buying them from the quorum, moving them between stores and files, spending tickets by hand
//! (`docs/protocol/clients-and-exit.md §1.3`).

mod client_config;
mod files;

use std::{
    fmt, fs,
    ops::Range,
    path::{Path, PathBuf},
};

use nym_ecash::{EcashDay, IssuedTicketBook, SecretKeyUser, TICKETBOOK_SIZE, TicketType};
use nym_ticketbooks::{
    Buyer, Include, Progress, Recovered, Store, TicketPayment, TicketbookError,
    network::{HttpApis, QuorumContracts},
};
use serde::Serialize;

pub use client_config::ClientFiles;
pub use files::Encoded;

use crate::CliError;

/// Buys from the quorum of a network into a store.
pub type QuorumBuyer = Buyer<QuorumContracts, HttpApis>;

/// Revision of files that carry none.
const BUNDLE_REVISION: u8 = 1;

/// A ticketbook that was issued or imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ticketbook {
    /// What its tickets pay for.
    pub ticketbook_type: &'static str,
    /// Key epoch of its signature.
    pub epoch_id: u64,
    /// Last day of validity.
    pub expiration_date: String,
    /// Tickets that can be spent.
    pub tickets: u64,
    /// The file it was written to, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
}

impl Ticketbook {
    fn of(book: &IssuedTicketBook, end: u64) -> Self {
        Self {
            ticketbook_type: book.ticketbook_type.name(),
            epoch_id: book.epoch_id,
            expiration_date: book.expiration_date.to_string(),
            tickets: end.saturating_sub(book.spent_tickets),
            file: None,
        }
    }
}

impl fmt::Display for Ticketbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ticketbook_type, epoch_id, expiration_date, tickets, file } = self;
        write!(
            f,
            "{ticketbook_type} ticketbook of epoch {epoch_id}: {tickets} tickets, valid until {expiration_date}"
        )?;
        match file {
            Some(file) => write!(f, ", in {}", file.display()),
            None => Ok(()),
        }
    }
}

/// What became of an interrupted purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Its ticketbook is in the store.
    Issued(Ticketbook),
    /// Nothing was paid for it; it is forgotten.
    NothingPaid {
        /// What its tickets would have paid for.
        ticketbook_type: &'static str,
    },
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issued(book) => book.fmt(f),
            Self::NothingPaid { ticketbook_type } => write!(f, "nothing was paid for a {ticketbook_type} ticketbook"),
        }
    }
}

/// A payment with one ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ticket {
    /// Its place in the ticketbook.
    pub ticket_index: u64,
    /// What it pays for.
    pub ticketbook_type: &'static str,
    /// Key epoch of its ticketbook.
    pub epoch_id: u64,
    /// The day on which it is spent.
    pub spend_date: String,
    /// The payment: base58 of its byte form.
    pub credential: String,
}

impl Ticket {
    fn of(ticket_type: TicketType, payment: &TicketPayment) -> Self {
        Self {
            ticket_index: payment.index,
            ticketbook_type: ticket_type.name(),
            epoch_id: payment.data.epoch_id,
            spend_date: payment.data.spend_date.to_string(),
            credential: payment.data.to_base58(),
        }
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.credential)
    }
}

/// Which tickets are spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The next one.
    Next,
    /// The one with this index; those before it are given up.
    Index(u64),
    /// All that are left in the ticketbook that is next in turn.
    Full,
}

/// Public data that was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// What it is.
    pub what: &'static str,
    /// Its key epoch.
    pub epoch_id: u64,
    /// The expiration date that it is for, where it is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<String>,
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of epoch {}", self.what, self.epoch_id)?;
        match &self.expiration_date {
            Some(date) => write!(f, " for {date}"),
            None => Ok(()),
        }
    }
}

/// Buys a ticketbook into the buyer's store, or finishes an interrupted purchase of the same type.
///
/// # Errors
/// [`CliError::Ticketbook`].
pub async fn issue(
    buyer: &QuorumBuyer,
    user: &SecretKeyUser,
    ticket_type: TicketType,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Ticketbook, CliError> {
    let book = buyer.issue(user, ticket_type, progress).await?;
    Ok(Ticketbook::of(&book, TICKETBOOK_SIZE))
}

/// How an issued ticketbook is written to a file.
#[derive(Clone, Debug)]
pub struct Export {
    /// The file; it must not be there yet.
    pub file: PathBuf,
    /// As base58 instead of bytes.
    pub base58: bool,
    /// What it carries along.
    pub include: Include,
}

impl Export {
    /// Where the purchase is kept until its ticketbook is in the file.
    pub fn purchase_store(&self) -> PathBuf {
        let mut name = self.file.clone().into_os_string();
        name.push(".purchase");
        name.into()
    }

    /// Whether the ticketbook can be written where it shall be.
    ///
    /// # Errors
    /// [`CliError::Value`] when the file is there already, so that nothing is paid for a ticketbook that cannot be
    /// written.
    pub fn check(&self) -> Result<(), CliError> {
        if self.file.exists() {
            return Err(CliError::value("the output file", self.file.display(), "it exists already"));
        }
        Ok(())
    }
}

/// Buys a ticketbook and writes it to a file that is handed to somebody. `buyer`'s store is that of
/// [`Export::purchase_store`], and is removed at the end; with the same arguments an interrupted purchase goes on.
///
/// # Errors
/// [`CliError::Ticketbook`], and [`CliError::File`] when the file cannot be written; the ticketbook is then still in the
/// store.
pub async fn issue_to_file(
    buyer: QuorumBuyer,
    user: &SecretKeyUser,
    ticket_type: TicketType,
    export: &Export,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Ticketbook, CliError> {
    export.check()?;
    let bought = |held: Vec<nym_ticketbooks::store::HeldTicketbook>| {
        held.into_iter().find(|held| held.ticket_type == ticket_type && held.left() > 0)
    };
    if bought(buyer.store.ticketbooks().await?).is_none() {
        buyer.issue(user, ticket_type, progress).await?;
    }
    let held = bought(buyer.store.ticketbooks().await?).ok_or(TicketbookError::NoTickets {
        ticket_type,
        wanted: TICKETBOOK_SIZE,
        left: 0,
    })?;
    let data = buyer.store.bundle(&held, export.include).await?;
    files::write_secret(&export.file, &data, export.base58)?;
    buyer.store.close().await;
    remove_store(&export.purchase_store());
    Ok(Ticketbook { file: Some(export.file.clone()), ..Ticketbook::of(&held.book, held.total) })
}

/// Finishes all interrupted purchases of the buyer's store.
///
/// # Errors
/// [`CliError::Ticketbook`] of the first that fails. The others are finished all the same, and reported by `progress`.
pub async fn recover(
    buyer: &QuorumBuyer,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Vec<Recovery>, CliError> {
    let outcomes = buyer.recover(progress).await?;
    let recovery = |outcome| match outcome {
        Recovered::Issued(book) => Ok(Recovery::Issued(Ticketbook::of(&book, TICKETBOOK_SIZE))),
        Recovered::NothingPaid(ticket_type) => Ok(Recovery::NothingPaid { ticketbook_type: ticket_type.name() }),
        Recovered::Failed(error) => Err(CliError::from(error)),
    };
    outcomes.into_iter().map(recovery).collect()
}

/// What a file of a ticketbook holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A bare ticketbook.
    Standalone,
    /// A bundle with what spending needs.
    Full,
}

/// Imports a ticketbook, or a part of its tickets.
///
/// # Errors
/// [`CliError::Ticketbook`] for what is expired, incomplete, already held, or would not be accepted by a provider.
pub async fn import_ticketbook(
    store: &Store,
    data: &[u8],
    form: Form,
    revision: Option<u8>,
    tickets: Range<u64>,
    today: EcashDay,
) -> Result<Ticketbook, CliError> {
    let revision = revision.unwrap_or(BUNDLE_REVISION);
    let end = tickets.end;
    let book = match form {
        Form::Standalone => store.import_ticketbook(data, revision, tickets, today).await?,
        Form::Full => store.import_bundle(data, revision, tickets, today).await?,
    };
    Ok(Ticketbook::of(&book, end))
}

/// Spends tickets at a provider. They are gone, whether their payments are used or not.
///
/// # Errors
/// [`CliError::Ticketbook`]; then none is gone.
pub async fn generate_tickets(
    store: &Store,
    ticket_type: TicketType,
    which: Which,
    provider: &[u8; 32],
    now: i64,
) -> Result<Vec<Ticket>, CliError> {
    let payments = match which {
        Which::Next => store.pay(ticket_type, 1, provider, now).await?,
        Which::Index(index) => vec![store.pay_with(ticket_type, index, provider, now).await?],
        Which::Full => {
            let today = EcashDay::containing(now).map_err(TicketbookError::from)?;
            let left = store.usable(ticket_type, today).await?.first().map_or(0, |held| held.left());
            if left == 0 {
                return Err(TicketbookError::NoTickets { ticket_type, wanted: 1, left }.into());
            }
            store.pay(ticket_type, left, provider, now).await?
        }
    };
    Ok(payments.iter().map(|payment| Ticket::of(ticket_type, payment)).collect())
}

/// Imports signatures on ticket numbers.
///
/// # Errors
/// [`CliError::Ticketbook`].
pub async fn import_coin_index_signatures(store: &Store, data: &[u8], revision: u8) -> Result<Imported, CliError> {
    let imported = store.import_coin_index_signatures(data, revision).await?;
    Ok(Imported { what: "coin-index signatures", epoch_id: imported.epoch_id, expiration_date: None })
}

/// Imports signatures on the days of an expiration date.
///
/// # Errors
/// [`CliError::Ticketbook`].
pub async fn import_expiration_date_signatures(store: &Store, data: &[u8], revision: u8) -> Result<Imported, CliError> {
    let imported = store.import_expiration_date_signatures(data, revision).await?;
    Ok(Imported {
        what: "expiration-date signatures",
        epoch_id: imported.epoch_id,
        expiration_date: Some(imported.expiration_date.to_string()),
    })
}

/// Imports a master key.
///
/// # Errors
/// [`CliError::Ticketbook`].
pub async fn import_master_verification_key(store: &Store, data: &[u8], revision: u8) -> Result<Imported, CliError> {
    let imported = store.import_master_verification_key(data, revision).await?;
    Ok(Imported { what: "master verification key", epoch_id: imported.epoch_id, expiration_date: None })
}

/// The database with its companions. It holds nothing any more that is not in the exported file.
fn remove_store(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.to_path_buf().into_os_string();
        name.push(suffix);
        if let Err(reason) = fs::remove_file(&name)
            && reason.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("cannot remove {}: {reason}", Path::new(&name).display());
        }
    }
}
