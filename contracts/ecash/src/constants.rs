//! Numbers and names that the contract is built with.

/// The cw2 name of the contract (`docs/protocol/quorum-contracts.md` §1.5).
pub const CONTRACT_NAME: &str = "crate:nym-ecash";
/// The package that the build information names.
pub const PACKAGE_NAME: &str = env!("CARGO_PKG_NAME");
/// Version of the contract and of its package.
pub const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Tickets of a ticketbook.
pub const TICKETBOOK_SIZE: u64 = 50;

/// Title of a proposal that counts tickets as redeemed; signers compare it.
pub const REDEMPTION_PROPOSAL_TITLE: &str = "ecash-redemption";
/// Title of a proposal that pays for tickets; signers compare it.
pub const PAYOUT_PROPOSAL_TITLE: &str = "ecash-payout";
/// Title of a proposal that blacklists a key; signers compare it.
pub const BLACKLIST_PROPOSAL_TITLE: &str = "Add to blacklist, as ordered by Ecash Bandwidth Contract";
/// Title of a proposal that withholds a deposit; signers compare it.
pub const FORFEIT_PROPOSAL_TITLE: &str = "ecash-forfeit";
/// Title of a proposal of an admin's message.
pub const ADMIN_PROPOSAL_TITLE: &str = "ecash-admin";

/// Bytes of the longest spending: 88 around a payment of 50 tickets (`docs/protocol/crypto.md` §6.4, §4.6).
pub const MAX_SPENDING_RECORD_LENGTH: usize = 88 + 683 + 507 * 50;
/// Bytes of the longest withdrawal request that is kept as evidence.
pub const MAX_WITHDRAWAL_REQUEST_LENGTH: usize = 1024;
/// Bytes of an ecash user key, a compressed point.
pub const PUBLIC_KEY_LENGTH: usize = 48;
/// Bytes of a commitment to serial numbers.
pub const COMMITMENT_LENGTH: usize = 32;

/// Page sizes: what is given when nothing is asked for, and at most.
pub mod pages {
    /// Page size by default and at most.
    pub type PageSize = (u32, u32);

    /// Deposits, withheld ones too.
    pub const DEPOSITS: PageSize = (50, 100);
    /// Entries of the blacklist.
    pub const BLACKLIST: PageSize = (50, 75);
}

/// Names of events and attributes; on chain an event's name has the prefix `wasm-`.
pub mod events {
    /// A deposit was made.
    pub const DEPOSITED_FUNDS: &str = "deposited-funds";
    /// The deposit's number.
    pub const DEPOSIT_ID: &str = "deposit-id";
    /// Tickets were counted as redeemed.
    pub const TICKET_REDEMPTION: &str = "ticket_redemption";
    /// Whether money moved: never.
    pub const MOVED_TO_HOLDING_ACCOUNT: &str = "moved_to_holding_account";
    /// A gateway was paid for tickets: `gateway`, `tickets`, `amount`.
    pub const TICKET_PAYOUT: &str = "ticket_payout";
    /// A key was blacklisted for good: `public_key`.
    pub const BLACKLISTED: &str = "blacklisted";
    /// A deposit was withheld: `deposit-id`, `public_key`.
    pub const FORFEITED: &str = "forfeited_deposit";
    /// Who is paid.
    pub const GATEWAY: &str = "gateway";
    /// How many tickets.
    pub const TICKETS: &str = "tickets";
    /// A coin.
    pub const AMOUNT: &str = "amount";
    /// Base58 of an ecash user key.
    pub const PUBLIC_KEY: &str = "public_key";
    /// The multisig's attribute with a proposal's number.
    pub const PROPOSAL_ID: &str = "proposal_id";
}
