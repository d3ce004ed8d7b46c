//! What a nym-api asks of the chain and sends to it, as one trait at the edge.
//!
//! [`nyxd`] answers it from a real chain; tests answer it from facts in memory. Everything behind it has a deadline.

pub mod nyxd;

use async_trait::async_trait;

use crate::keys::PublicGeneration;

/// Why the chain gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChainError {
    /// It cannot be reached, or did not answer in time.
    #[error("the chain does not answer: {0}")]
    Unavailable(String),
    /// It refused a question or a transaction.
    #[error("the chain refused: {0}")]
    Refused(String),
    /// Its answer makes no sense.
    #[error("the chain's answer cannot be used: {0}")]
    Answer(String),
    /// This process has no account, so it cannot send anything.
    #[error("this nym-api has no account: set base.mnemonic")]
    NoAccount,
}

/// Result of a question or a transaction.
pub type ChainResult<T> = Result<T, ChainError>;

/// The quorum as the chain has it.
#[derive(Clone, Debug, Default)]
pub struct Quorum {
    /// The generation that signs.
    pub in_service: Option<PublicGeneration>,
    /// Earlier generations whose tickets may still be spent.
    pub outgoing: Vec<PublicGeneration>,
    /// Epoch of the latest key generation, which may be under way.
    pub current_epoch: u64,
}

/// Where a user's key stands on the blacklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blacklisting {
    /// The latest proposal against it.
    pub proposal_id: u64,
    /// Whether the quorum has decided. A pending entry is one member's claim and blocks nobody.
    pub is_final: bool,
}

/// A deposit and a key before signing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The ed25519 key of the deposit; `None` if there is no such deposit.
    pub deposit_key: Option<[u8; 32]>,
    /// The user's key under which the deposit was forfeited, if it was.
    pub forfeited: Option<String>,
    /// Where the user's key stands.
    pub blacklisting: Option<Blacklisting>,
}

/// What an open proposal of the quorum is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// A key is to be blacklisted.
    Blacklist {
        /// Base58 of the user's key.
        public_key: String,
        /// The two spendings, byte form.
        evidence: [Vec<u8>; 2],
    },
    /// A deposit is to be withheld.
    Forfeit {
        /// The deposit.
        deposit_id: u32,
        /// Base58 of the blacklisted key.
        public_key: String,
        /// Byte form of the request that was signed for the deposit.
        withdrawal_request: Vec<u8>,
        /// The deposit key's signature over it.
        signature: Vec<u8>,
    },
    /// A provider is to be paid for tickets.
    Redeem {
        /// Base58 of the digest over the serial numbers.
        commitment: String,
        /// Number of tickets.
        tickets: u16,
        /// Who is paid.
        provider: String,
    },
}

/// A proposal of the quorum that this signer knows how to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Number in the multisig.
    pub id: u64,
    /// What is proposed.
    pub matter: Matter,
    /// Whether votes are still taken, or its execution is awaited.
    pub open: bool,
    /// Whether it was executed.
    pub executed: bool,
    /// Whether it has passed and waits for its execution.
    pub passed: bool,
    /// Whether this signer has voted.
    pub voted: bool,
}

/// A chain as this service needs it.
#[async_trait]
pub trait Chain: Send + Sync {
    /// Unix seconds of the latest block.
    async fn block_time(&self) -> ChainResult<i64>;

    /// All that must be known of a deposit and a user's key (base58) before signing.
    async fn standing(&self, deposit_id: u32, public_key: &str) -> ChainResult<Standing>;

    /// The user's key under which a deposit was forfeited, if it was.
    async fn forfeited(&self, deposit_id: u32) -> ChainResult<Option<String>>;

    /// Where a user's key (base58) stands.
    async fn blacklisting(&self, public_key: &str) -> ChainResult<Option<Blacklisting>>;

    /// Generations and their signers.
    async fn quorum(&self) -> ChainResult<Quorum>;

    /// Epoch of the keys in service; `None` while new ones are made, or before the first.
    async fn settled_epoch(&self) -> ChainResult<Option<u64>>;

    /// Undecided or unexecuted proposals about tickets and deposits. Others are left out.
    async fn proposals(&self) -> ChainResult<Vec<Proposal>>;

    /// One proposal; `None` if it is about something else or unknown.
    async fn proposal(&self, id: u64) -> ChainResult<Option<Proposal>>;

    /// This process's account.
    fn account(&self) -> Option<String>;

    /// Its balance in base units.
    async fn balance(&self) -> ChainResult<u128>;

    /// Whether this account may vote.
    async fn is_member(&self) -> ChainResult<bool>;

    /// Proposes to blacklist a key on the evidence of two spendings.
    async fn propose_blacklist(&self, public_key: &str, evidence: &[Vec<u8>; 2]) -> ChainResult<()>;

    /// Proposes to withhold a deposit that was presented under a blacklisted key.
    async fn propose_forfeit(
        &self,
        deposit_id: u32,
        public_key: &str,
        withdrawal_request: &[u8],
        signature: &[u8],
    ) -> ChainResult<()>;

    /// Votes.
    async fn vote(&self, proposal: u64, yes: bool) -> ChainResult<()>;

    /// Executes a passed proposal.
    async fn execute(&self, proposal: u64) -> ChainResult<()>;
}
