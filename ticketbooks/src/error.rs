//! What can go wrong, and what the user still has afterwards.

use std::{io, path::PathBuf};

use nym_ecash::{EcashDay, EcashError, TicketType};
use nyxd_client::ClientError;

/// Why a ticketbook was not bought, kept or spent. Messages say what to do; none holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum TicketbookError {
    /// The scheme refuses something.
    #[error(transparent)]
    Ecash(#[from] EcashError),
    /// The chain or its node; nothing was paid.
    #[error(transparent)]
    Chain(#[from] ClientError),
    /// The database file cannot be made or protected.
    #[error("cannot use {} as a store of ticketbooks: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's answer.
        reason: io::Error,
    },
    /// The database does not do what it is asked.
    #[error("the store of ticketbooks failed to {action}: {reason}")]
    Database {
        /// What was to be done.
        action: &'static str,
        /// The database's words.
        reason: sqlx::Error,
    },
    /// A database of a later version.
    #[error("the store has version {found}, this program knows {known}: use a newer program")]
    StoreVersion {
        /// Version of the file.
        found: i64,
        /// Latest known version.
        known: i64,
    },
    /// A row that this program cannot have written.
    #[error("the store holds an unusable {what}: {reason}; restore the file from a copy")]
    Corrupt {
        /// What the row should hold.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Another program took over the purchase.
    #[error("another program that uses the same store is at this purchase: let it finish, then run this again")]
    TakenOver,
    /// The chain names no keys to buy with.
    #[error("the quorum has no keys in service yet: wait for its first key generation to finish")]
    NoKeys,
    /// Too few published shares can be used.
    #[error(
        "key generation {epoch_id} has {usable} usable shares where {threshold} are needed; left out: {}",
        listed(left_out)
    )]
    BrokenGeneration {
        /// The generation.
        epoch_id: u64,
        /// Shares that can be used.
        usable: usize,
        /// Shares needed.
        threshold: usize,
        /// Owners of the others, with what is wrong.
        left_out: Vec<(String, String)>,
    },
    /// The chain's key differs from a stored one of the same number.
    #[error(
        "the stored master key of epoch {epoch_id} is not the chain's: the store belongs to another network, name another file"
    )]
    OtherNetwork {
        /// The epoch.
        epoch_id: u64,
    },
    /// The user's key is on the blacklist.
    #[error(
        "the quorum has blacklisted this client's key for double spending: it issues nothing to it any more; nothing was paid"
    )]
    Blacklisted,
    /// A deposit may or may not have been made.
    #[error(
        "it is not known yet whether the deposit was made ({reason}): everything is stored, run this command or the recovery again in {retry_after} s; nothing is paid twice"
    )]
    DepositUncertain {
        /// Why it is not known.
        reason: String,
        /// Seconds until it will be known.
        retry_after: i64,
    },
    /// The deposit was made and too few signers answered.
    #[error(
        "{have} of {asked} shares are there, {needed} are needed; deposit {deposit_id} and the request are stored, recover the ticketbook later: {}",
        listed(refused)
    )]
    NotEnoughShares {
        /// The deposit.
        deposit_id: u32,
        /// Verified shares.
        have: usize,
        /// Signers of the generation.
        asked: usize,
        /// Shares needed.
        needed: usize,
        /// Signers that did not give a usable share, with the reason.
        refused: Vec<(String, String)>,
    },
    /// No API gave usable public signatures.
    #[error("no API gives the {what} of epoch {epoch_id}: {}", listed(tried))]
    Unavailable {
        /// What was asked for.
        what: &'static str,
        /// The epoch.
        epoch_id: u64,
        /// Who was asked, with what came of it.
        tried: Vec<(String, String)>,
    },
    /// Public data that spending needs is not in the store.
    #[error("the store lacks the {what} of epoch {epoch_id}: import them, or export the ticketbook with them")]
    Missing {
        /// What is lacking.
        what: &'static str,
        /// The epoch.
        epoch_id: u64,
    },
    /// Too few usable tickets.
    #[error(
        "{wanted} {ticket_type} tickets are wanted, the store has {left} that are not spent or expired: buy a ticketbook"
    )]
    NoTickets {
        /// What they pay for.
        ticket_type: TicketType,
        /// Tickets wanted.
        wanted: u64,
        /// Tickets left.
        left: u64,
    },
    /// A ticket that is gone.
    #[error(
        "ticket {index} is spent: the next unspent one is {next}; spending a ticket twice would reveal this client and have it blacklisted"
    )]
    TicketSpent {
        /// The ticket.
        index: u64,
        /// The first that is left.
        next: u64,
    },
    /// An expired ticketbook.
    #[error("the ticketbook expired on {expired}: its tickets can be spent no more")]
    Expired {
        /// Its last day.
        expired: EcashDay,
    },
    /// A ticketbook that is in the store.
    #[error("the store holds this ticketbook already: importing it twice would spend its tickets twice")]
    AlreadyHeld,
    /// A file that is not what it should be.
    #[error("this is no {what}: {reason}")]
    Import {
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

impl TicketbookError {
    pub(crate) fn database(action: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |reason| Self::Database { action, reason }
    }

    pub(crate) fn corrupt(what: &'static str) -> impl FnOnce(EcashError) -> Self {
        move |reason| Self::Corrupt { what, reason: reason.to_string() }
    }
}

fn listed(reasons: &[(String, String)]) -> String {
    if reasons.is_empty() {
        return "nobody".into();
    }
    reasons.iter().map(|(who, why)| format!("{who}: {why}")).collect::<Vec<_>>().join("; ")
}

/// Result of this crate's functions.
pub type Result<T, E = TicketbookError> = std::result::Result<T, E>;
