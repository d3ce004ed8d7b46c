//! What a nym-api says when it refuses. The body is plain text (`docs/protocol/nym-api.md` §0.2); what programs need to
//! know stands in two headers beside it.

use std::fmt;
use std::str::FromStr;

/// Header with the [`ErrorCode`].
pub const ERROR_CODE_HEADER: &str = "nym-error-code";
/// Header with [`Consumed`], on every answer about a ticket or a deposit.
pub const CONSUMED_HEADER: &str = "nym-consumed";

/// Header on verdicts about recorded tickets: `this-provider` if it is on record for the provider that asks (a repeated
/// question then needs no second answer), `another-provider` otherwise.
pub const RECORDED_HEADER: &str = "nym-recorded-for";

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)?) => {
        /// A stable name for the cause of a refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[$doc])* $variant,)* }

        impl ErrorCode {
            /// The name in the header.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl FromStr for ErrorCode {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(()) }
            }
        }
    };
}

codes! {
    /// The request itself is wrong; the text says what.
    Malformed = "malformed-request",
    /// This API is not a signer of the generation in service. Ask another one.
    NotASigner = "not-a-signer",
    /// No key generation is in service yet.
    NoKeys = "no-keys-in-service",
    /// New keys are being made, and the client does not say that it keeps its request. Try again later.
    KeysChanging = "keys-changing",
    /// This API does not know the key generation of that epoch.
    UnknownEpoch = "unknown-epoch",
    /// A date outside what is served; check the clock.
    DateOutOfRange = "date-out-of-range",
    /// There is no such deposit on the chain (yet).
    UnknownDeposit = "unknown-deposit",
    /// The request is not signed by the deposit's key.
    WrongDepositSignature = "wrong-deposit-signature",
    /// The deposit belongs to another request; send that one.
    DepositTaken = "deposit-taken",
    /// The deposit was presented under a blacklisted key and is withheld.
    DepositForfeited = "deposit-forfeited",
    /// The user's key is blacklisted.
    Blacklisted = "blacklisted",
    /// The proof in the request does not verify.
    InvalidProof = "invalid-proof",
    /// Too few other signers answered; try again or ask another API.
    NotEnoughSigners = "not-enough-signers",
    /// A batch of tickets that cannot be redeemed.
    Redemption = "redemption-refused",
    /// The chain does not answer; try again.
    ChainUnavailable = "chain-unavailable",
    /// The store failed; nothing was taken. Try again.
    StorageFailed = "storage-failed",
    /// Too many requests at once; try again.
    Busy = "busy",
    /// It took too long; try again.
    Timeout = "timeout",
    /// The route no longer exists.
    Gone = "gone",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether the ticket or deposit of a request is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumed {
    /// It is: do not present it again elsewhere.
    Yes,
    /// It is not: it can be presented again.
    No,
    /// It is not known here: ask again, do not spend the same ticket elsewhere.
    Unknown,
}

impl Consumed {
    /// The word in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for Consumed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "yes" => Ok(Self::Yes),
            "no" => Ok(Self::No),
            "unknown" => Ok(Self::Unknown),
            _ => Err(()),
        }
    }
}

/// A refusal as a client sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url} answered {status}: {message}")]
pub struct ServerError {
    /// What was asked.
    pub url: String,
    /// HTTP status.
    pub status: u16,
    /// The cause, if the server names it.
    pub code: Option<ErrorCode>,
    /// Whether ticket or deposit are used up, if the server says so.
    pub consumed: Option<Consumed>,
    /// The server's words, shortened.
    pub message: String,
}
