//! What can go wrong, and who caused it.

use nym_curve::CurveError;
use thiserror::Error;

/// Errors of the scheme. Whatever a remote party sent is refused with one of these; nothing panics on remote data.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum EcashError {
    /// Bytes that are no scalar or point, or unusable interpolation indices.
    #[error(transparent)]
    Curve(#[from] CurveError),
    /// A fixed-size object of another size.
    #[error("{object} takes {expected} bytes, {got} were given")]
    Length {
        /// What was decoded.
        object: &'static str,
        /// Expected length in bytes.
        expected: usize,
        /// Given length in bytes.
        got: usize,
    },
    /// Bytes that do not decode.
    #[error("{object} cannot be decoded: {reason}")]
    Malformed {
        /// What was decoded.
        object: &'static str,
        /// What the decoder found.
        reason: String,
    },
    /// Serialised data of a revision this version does not read.
    #[error("{object} of revision {revision} cannot be read: export it again with a current client")]
    UnknownRevision {
        /// What was unpacked.
        object: &'static str,
        /// The revision given.
        revision: u8,
    },
    /// A list whose length is not the one the statement needs.
    #[error("{list} holds {got} entries where {expected} are needed")]
    ListLength {
        /// Name of the list.
        list: &'static str,
        /// Needed number of entries.
        expected: usize,
        /// Given number of entries.
        got: usize,
    },
    /// The identity where it makes the statement empty.
    #[error("{0} is the identity point")]
    Identity(&'static str),
    /// A ticket type outside the four that exist.
    #[error("ticket type {0} does not exist: types are 0 to 3")]
    UnknownTicketType(u8),
    /// A ticket type name that does not exist.
    #[error("ticket type {0:?} does not exist: names look like v1-mixnet-entry")]
    UnknownTicketTypeName(String),
    /// A timestamp or date that cannot be an e-cash day.
    #[error("{0} is not the Unix time of a UTC midnight between 1970-01-02 and 2106-02-07")]
    NotADay(i64),
    /// An expiration date a signer must not sign.
    #[error("the expiration date {expiration} is outside {earliest} to {latest}")]
    ExpirationOutOfRange {
        /// The date asked for.
        expiration: String,
        /// First acceptable date.
        earliest: String,
        /// Last acceptable date.
        latest: String,
    },
    /// A key with fewer components than there are attributes.
    #[error("the key has {got} components for attributes, {needed} are needed")]
    KeyTooShort {
        /// Components needed.
        needed: usize,
        /// Components present.
        got: usize,
    },
    /// The hash of a withdrawal request does not follow from its commitment, date and type.
    #[error("the request's base point does not belong to its commitment, expiration date and ticket type")]
    CommitmentHash,
    /// A withdrawal proof that does not hold.
    #[error("the proof of the withdrawal request does not hold for this user key, date and type")]
    WithdrawalProof,
    /// A signer answered for another request.
    #[error("the signer's answer belongs to another request (its base point differs)")]
    ForeignAnswer,
    /// A signature that does not verify.
    #[error("{0} does not verify under the given key")]
    Signature(&'static str),
    /// Aggregation failed even without the shares that were found bad.
    #[error("{valid} usable shares are left where {needed} are needed; refused: {rejected:?}")]
    NotEnoughShares {
        /// Threshold.
        needed: usize,
        /// Shares that passed.
        valid: usize,
        /// Indices of signers whose shares were refused.
        rejected: Vec<u64>,
    },
    /// Shares that verify one by one but do not interpolate to the master key.
    #[error(
        "every share verifies under its own key, but together they do not match the master key: check that key and the indices"
    )]
    KeysInconsistent,
    /// More tickets wanted than are left.
    #[error("{wanted} tickets are wanted, the ticketbook has {left} left")]
    NotEnoughTickets {
        /// Tickets asked for.
        wanted: u64,
        /// Tickets left.
        left: u64,
    },
    /// A payment without tickets.
    #[error("a payment holds at least one ticket")]
    NoTickets,
    /// A spend date before the ticketbook's validity.
    #[error("the spend date is before the ticketbook's validity")]
    SpendDateTooEarly,
    /// A spend date after the ticketbook's validity.
    #[error("the spend date is after the ticketbook's expiration")]
    SpendDateTooLate,
    /// A value that cannot occur with honest randomness.
    #[error("the wallet secret collides with ticket index {0}: the ticketbook is unusable")]
    UnusableIndex(u64),
    /// The same serial number twice in one payment.
    #[error("the payment repeats a serial number")]
    RepeatedSerialNumber,
    /// A payment without the coin-index proof while it is required.
    #[error("the payment lacks the coin-index proof; ask the payer to upgrade, or enable the compatibility policy")]
    CoinIndexProofMissing,
    /// A spend proof that does not hold.
    #[error("the spend proof does not hold")]
    SpendProof,
    /// The expiration-date part of a payment does not verify.
    #[error("the payment's expiration-date signature does not verify for this spend date")]
    PaymentExpirationSignature,
    /// The ticketbook or coin-index part of a payment does not verify.
    #[error("{0} of the payment does not verify")]
    PaymentSignature(&'static str),
    /// Identification where nothing was spent twice.
    #[error("the two payments share no serial number")]
    NotADuplicatePayment,
    /// Identification on payments that cannot both have been verified.
    #[error("the payments cannot both be valid: {0}")]
    Unidentifiable(&'static str),
    /// A Merkle proof request or proof that makes no sense.
    #[error("Merkle proof: {0}")]
    Merkle(&'static str),
}

/// Result of the scheme's functions.
pub type Result<T, E = EcashError> = std::result::Result<T, E>;
