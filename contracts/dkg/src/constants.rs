//! Numbers and names that the contract is built with.

/// The cw2 name of the contract (`docs/protocol/quorum-contracts.md` §1.5).
pub const CONTRACT_NAME: &str = "crate:nym-coconut-dkg";
/// The package that the build information names.
pub const PACKAGE_NAME: &str = env!("CARGO_PKG_NAME");
/// Version of the contract and of its package.
pub const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Scalars of an ecash key: x, user secret, wallet secret, expiration date, ticket type.
pub const ECASH_KEY_SIZE: u32 = 5;
/// Most dealings per dealer that a contract can be made with.
pub const MAX_KEY_SIZE: u32 = 32;
/// Bytes of the largest chunk.
pub const MAX_CHUNK_SIZE: u64 = 2048;
/// Bytes of the largest dealing.
pub const MAX_DEALING_SIZE: u64 = 102_400;
/// Chunks of the most fragmented dealing.
pub const MAX_CHUNKS: usize = 50;
/// Bytes of an encryption key with its proof.
pub const BTE_KEY_WITH_PROOF_LENGTH: usize = 128;
/// Characters of the longest announced URL.
pub const MAX_ANNOUNCE_ADDRESS_LENGTH: usize = 256;
/// Characters of the longest verification key.
pub const MAX_VERIFICATION_KEY_LENGTH: usize = 4096;

/// Seconds for which ticketbooks of replaced keys can still be spent: their seven days, and one for midnight.
pub const OUTGOING_KEYS_SECS: u64 = 8 * 86_400;
/// Seconds of the longest pause before a failed ceremony is tried again.
pub const MAX_RETRY_DELAY_SECS: u64 = 86_400;
/// Seconds of the longest state.
pub const MAX_STATE_SECS: u64 = 10_000_000_000;
/// Seconds for which a proposal to accept a verification key is asked to be open; the multisig may cut it.
pub const VERIFICATION_PROPOSAL_SECS: u64 = 86_400;
/// Members of the group that are looked at; in a larger one registration lasts until its deadline.
pub const MAX_MEMBERS: usize = 300;

/// Title of a proposal that accepts a verification key; signers compare it.
pub const VERIFICATION_PROPOSAL_TITLE: &str = "Verify VK share, as ordered by Coconut DKG Contract";
/// Title of a proposal of an admin's message.
pub const ADMIN_PROPOSAL_TITLE: &str = "dkg-admin";

/// Chunks that one `prune_dealings` deletes by default and at most.
pub const PRUNE_LIMIT: u32 = 200;
/// Old chunks that are deleted along with every new one.
pub const PRUNED_PER_CHUNK: usize = 2;

/// Page sizes: what is given when nothing is asked for, and at most.
pub mod pages {
    /// Page size by default and at most.
    pub type PageSize = (u32, u32);

    /// Accounts of dealers.
    pub const ADDRESSES: PageSize = (25, 50);
    /// Dealers.
    pub const DEALERS: PageSize = (10, 25);
    /// Numbers of dealers.
    pub const INDICES: PageSize = (40, 80);
    /// Verification keys.
    pub const SHARES: PageSize = (10, 30);
    /// Key generations.
    pub const GENERATIONS: PageSize = (20, 50);
}

/// Names of events and attributes; on chain an event's name has the prefix `wasm-`.
pub mod events {
    /// A dealer announced another address: `dealer`, `old_address`, `new_address`.
    pub const ANNOUNCE_ADDRESS_UPDATE: &str = "dkg-announce-address-update";
    /// A dealer's place changed hands: `from`, `to`, `node_index`.
    pub const OWNERSHIP_TRANSFER: &str = "dkg-ownership-transfer";
    /// A state began: `epoch_id`, `state`, `resharing`.
    pub const STATE_CHANGE: &str = "dkg-state-change";
    /// Registration was prolonged, since too few have registered: `epoch_id`, `reason`.
    pub const REGISTRATION_PROLONGED: &str = "dkg-registration-prolonged";
    /// A ceremony failed: `epoch_id`, `reason`.
    pub const CEREMONY_FAILED: &str = "dkg-ceremony-failed";
    /// New keys went into service: `epoch_id`, `threshold`.
    pub const KEYS_IN_SERVICE: &str = "dkg-keys-in-service";
    /// The dealer's number, as an attribute of a registration.
    pub const NODE_INDEX: &str = "node_index";
    /// The multisig's attribute with a proposal's number.
    pub const PROPOSAL_ID: &str = "proposal_id";
}
