//! Answers of the contract. Those up to [`PagedBlacklistedAccountResponse`] have the members that published clients
//! decode; nothing may be added to them.

use crate::types::{
    BlacklistProposal, Blacklisting, Deposit, DepositId, ForfeitProposal, ForfeitedDeposit, Payout, ProposalId,
    WhitelistedAccount,
};
use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin};
use std::collections::BTreeMap;

/// All accounts with a reduced price.
#[cw_serde]
pub struct WhitelistedAccountsResponse {
    /// By address.
    pub whitelisted_accounts: Vec<WhitelistedAccount>,
}

/// A deposit that was asked for.
#[cw_serde]
pub struct DepositResponse {
    /// Its number.
    pub id: DepositId,
    /// The deposit, if there is one.
    pub deposit: Option<Deposit>,
}

/// A deposit with its number.
#[cw_serde]
pub struct DepositData {
    /// Its number.
    pub id: DepositId,
    /// The deposit.
    pub deposit: Deposit,
}

/// The last deposit.
#[cw_serde]
pub struct LatestDepositResponse {
    /// It, if there is any.
    pub deposit: Option<DepositData>,
}

/// A page of deposits.
#[cw_serde]
pub struct PagedDepositsResponse {
    /// By ascending number.
    pub deposits: Vec<DepositData>,
    /// Where the next page starts.
    pub start_next_after: Option<DepositId>,
}

/// Sums of deposits by price.
#[cw_serde]
pub struct DepositsStatistics {
    /// Number of all deposits.
    pub total_deposits_made: u32,
    /// Sum of all deposits.
    pub total_deposited: Coin,
    /// Number of those at the default price.
    pub total_deposits_made_with_default_price: u32,
    /// Sum of those.
    pub total_deposited_with_default_price: Coin,
    /// Number of those at a reduced price.
    pub total_deposits_made_with_custom_price: u32,
    /// Sum of those.
    pub total_deposited_with_custom_price: Coin,
    /// Number of those by account.
    pub deposits_made_with_custom_price: BTreeMap<String, u32>,
    /// Sum of those by account.
    pub deposited_with_custom_price: BTreeMap<String, Coin>,
}

/// Where a key stands on the blacklist.
#[cw_serde]
pub struct BlacklistedAccountResponse {
    /// Its entry, if it has one.
    pub account: Option<Blacklisting>,
}

/// An entry of the blacklist.
#[cw_serde]
pub struct BlacklistedAccount {
    /// Base58 of the ecash user key.
    pub public_key: String,
    /// Where it stands.
    pub info: Blacklisting,
}

/// A page of the blacklist.
#[cw_serde]
pub struct PagedBlacklistedAccountResponse {
    /// By key.
    pub accounts: Vec<BlacklistedAccount>,
    /// The size of full pages.
    pub per_page: usize,
    /// Where the next page starts.
    pub start_next_after: Option<String>,
}

/// All that a signer must know before it signs.
#[cw_serde]
pub struct IssuanceStandingResponse {
    /// The deposit, if there is one.
    pub deposit: Option<Deposit>,
    /// Present when the deposit is withheld: sign nothing for it.
    pub forfeited: Option<ForfeitedDeposit>,
    /// Where the key stands: sign nothing for it once that is final.
    pub blacklisting: Option<Blacklisting>,
}

/// A proposal to blacklist a key.
#[cw_serde]
pub struct BlacklistProposalResponse {
    /// It, unless there is none with this number.
    pub proposal: Option<BlacklistProposal>,
}

/// Proposals to blacklist one key.
#[cw_serde]
pub struct BlacklistProposalsResponse {
    /// At most one per member, by ascending number.
    pub proposals: Vec<BlacklistProposal>,
}

/// A proposal to withhold a deposit.
#[cw_serde]
pub struct ForfeitProposalResponse {
    /// It, unless there is none with this number.
    pub proposal: Option<ForfeitProposal>,
}

/// Whether a deposit is withheld.
#[cw_serde]
pub struct ForfeitedDepositResponse {
    /// The deposit's number.
    pub deposit_id: DepositId,
    /// How it came to be withheld; absent when it is not.
    pub forfeited: Option<ForfeitedDeposit>,
}

/// A page of withheld deposits.
#[cw_serde]
pub struct PagedForfeitedDepositsResponse {
    /// By ascending number.
    pub forfeited: Vec<ForfeitedDeposit>,
    /// Where the next page starts.
    pub start_next_after: Option<DepositId>,
}

/// A request to be paid for tickets.
#[cw_serde]
pub struct PayoutResponse {
    /// Who asked.
    pub gateway: Addr,
    /// Base58 of the commitment to the tickets.
    pub commitment_bs58: String,
    /// The request, if there is one.
    pub payout: Option<Payout>,
}

/// Sums, and what can still be paid out.
#[cw_serde]
pub struct PoolResponse {
    /// Everything that was deposited.
    pub total_deposited: Coin,
    /// Everything that was paid out.
    pub total_paid: Coin,
    /// Tickets that were paid for.
    pub tickets_paid: u64,
    /// Tickets for which payments can still be asked: 50 for every deposit, less those that were paid.
    pub tickets_payable: u64,
    /// Tickets that old gateways had counted, without a payment.
    pub tickets_requested_and_not_redeemed: u64,
}

/// The number of a new proposal, as the data of a transaction carries it.
#[must_use]
pub fn proposal_id_from_data(data: &[u8]) -> Option<ProposalId> {
    Some(ProposalId::from_be_bytes(data.try_into().ok()?))
}

/// The number of a new deposit, as the data of a transaction carries it.
#[must_use]
pub fn deposit_id_from_data(data: &[u8]) -> Option<DepositId> {
    Some(DepositId::from_be_bytes(data.try_into().ok()?))
}
