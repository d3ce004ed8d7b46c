//! The storage layout, which is a public interface: tools read it raw (`docs/protocol/quorum-contracts.md` §3.8, §15.1).
//! Names and encodings must not change.

use crate::error::ContractError;
use crate::types::{
    BlacklistProposal, Blacklisting, DepositId, DoubleSpendEvidence, ForfeitEvidence, ForfeitProposal,
    ForfeitedDeposit, Payout, PoolCounters, ProposalId,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin, Storage};
use cw_controllers::Admin;
use cw_storage_plus::{Item, Map};
use cw4::Cw4Contract;
use nym_contracts_common::ED25519_PUBLIC_KEY_LENGTH;

/// Who administers the contract.
pub const ADMIN: Admin = Admin::new("contract_admin");
/// The multisig contract.
pub const MULTISIG: Admin = Admin::new("multisig");

/// Accounts and the default price.
#[cw_serde]
pub struct Config {
    /// The group contract.
    pub group_addr: Cw4Contract,
    /// Account that the published design moves redeemed funds to; never paid.
    pub holding_account: Addr,
    /// The default price.
    #[serde(alias = "default_deposit_amount")]
    pub deposit_amount: Coin,
}

/// What must not change between versions of the code.
#[cw_serde]
pub struct Invariants {
    /// Tickets of a ticketbook.
    pub ticket_book_size: u64,
}

/// Accounts and the default price.
pub const CONFIG: Item<Config> = Item::new("config");
/// Sums over all deposits and payments.
pub const POOL_COUNTERS: Item<PoolCounters> = Item::new("pool_counters");
/// What must not change between versions of the code.
pub const EXPECTED_INVARIANTS: Item<Invariants> = Item::new("expected_invariants");

/// Number of the next deposit.
pub const NEXT_DEPOSIT: Item<DepositId> = Item::new("deposit_ids");
/// The keys of deposits: 32 raw bytes each, not JSON. Read and write with [`deposit_key`] and [`save_deposit_key`].
pub const DEPOSITS: Map<DepositId, ()> = Map::new("deposit");
/// Number of deposits at the default price.
pub const DEFAULT_PRICE_DEPOSITS: Item<u32> = Item::new("deposits_with_default_price");
/// Their sum.
pub const DEFAULT_PRICE_AMOUNTS: Item<Coin> = Item::new("deposits_with_default_price_amounts");
/// Number of deposits at a reduced price by account.
pub const CUSTOM_PRICE_DEPOSITS: Map<&Addr, u32> = Map::new("deposits_with_custom_price");
/// Their sum by account.
pub const CUSTOM_PRICE_AMOUNTS: Map<&Addr, Coin> = Map::new("deposits_with_custom_price_amounts");
/// Reduced prices by account.
pub const REDUCED_DEPOSITS: Map<&Addr, Coin> = Map::new("reduced_deposits");

/// The blacklist by base58 of the ecash user key.
pub const BLACKLIST: Map<&str, Blacklisting> = Map::new("blacklist");
/// Proposals to blacklist a key.
pub const BLACKLIST_PROPOSALS: Map<ProposalId, BlacklistProposal> = Map::new("blacklist_proposals");
/// Each member's proposal by key.
pub const BLACKLIST_PROPOSAL_OF: Map<(&str, &Addr), ProposalId> = Map::new("blacklist_proposal_of");

/// Proposals to withhold a deposit.
pub const FORFEIT_PROPOSALS: Map<ProposalId, ForfeitProposal> = Map::new("forfeit_proposals");
/// Each member's proposal by deposit.
pub const FORFEIT_PROPOSAL_OF: Map<(DepositId, &Addr), ProposalId> = Map::new("forfeit_proposal_of");
/// Withheld deposits.
pub const FORFEITED: Map<DepositId, ForfeitedDeposit> = Map::new("forfeited_deposits");

/// Requests to be paid, by account and commitment.
pub const PAYOUTS: Map<(&Addr, &[u8]), Payout> = Map::new("payouts");
/// The commitment of each account's last request.
pub const LAST_PAYOUT_OF: Map<&Addr, Vec<u8>> = Map::new("last_payout_of");
/// Commitments whose tickets were paid for, with the account that was paid.
pub const PAID_COMMITMENTS: Map<&[u8], Addr> = Map::new("paid_commitments");
/// Tickets that were paid for.
pub const TICKETS_PAID: Item<u64> = Item::new("tickets_paid");

/// What the reply of the multisig belongs to. Lives within one transaction.
pub const PENDING_PROPOSAL: Item<PendingProposal> = Item::new("pending_proposal");

/// What the reply of the multisig belongs to.
#[cw_serde]
pub enum PendingProposal {
    /// Nothing is remembered.
    Plain,
    /// A key is to be blacklisted.
    Blacklist {
        /// The key.
        public_key: String,
        /// Who proposed.
        proposer: Addr,
        /// What convicts it.
        evidence: DoubleSpendEvidence,
    },
    /// A deposit is to be withheld.
    Forfeit {
        /// The deposit.
        deposit_id: DepositId,
        /// The key.
        public_key: String,
        /// Who proposed.
        proposer: Addr,
        /// What convicts it.
        evidence: ForfeitEvidence,
    },
    /// Tickets are to be paid for.
    Payout {
        /// Who asked.
        gateway: Addr,
        /// Which tickets.
        commitment: Vec<u8>,
        /// How many.
        number_of_tickets: u16,
    },
}

/// The key of a deposit.
///
/// # Errors
/// When other than 32 bytes are stored.
pub fn deposit_key(
    storage: &dyn Storage,
    deposit_id: DepositId,
) -> Result<Option<[u8; ED25519_PUBLIC_KEY_LENGTH]>, ContractError> {
    let Some(stored) = storage.get(&DEPOSITS.key(deposit_id)) else { return Ok(None) };
    let length = stored.len();
    let key = stored.try_into().map_err(|_| ContractError::MalformedDeposit { deposit_id, length })?;
    Ok(Some(key))
}

/// Stores the key of a deposit.
pub fn save_deposit_key(storage: &mut dyn Storage, deposit_id: DepositId, key: &[u8; ED25519_PUBLIC_KEY_LENGTH]) {
    storage.set(&DEPOSITS.key(deposit_id), key);
}
