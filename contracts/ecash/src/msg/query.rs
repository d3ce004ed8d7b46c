//! Questions to the contract.

#![cfg_attr(
    target_arch = "wasm32",
    allow(unused_imports, reason = "the answers' types are named for schemas, which wasm has not")
)]

use super::responses::*;
use crate::types::{DepositId, ProposalId};
use cosmwasm_schema::{QueryResponses, cw_serde};
use cosmwasm_std::Coin;
use cw_controllers::AdminResponse;

/// Questions to the contract (`docs/protocol/quorum-contracts.md` §3.3, §15.1).
///
/// Lists come in pages: ask again with `start_after` set to the answer's `start_next_after` until that is null.
#[cw_serde]
#[derive(QueryResponses)]
pub enum QueryMsg {
    /// Price of a ticketbook.
    #[returns(Coin)]
    GetDefaultDepositAmount {},
    /// The same under the name that older clients ask for.
    #[returns(Coin)]
    #[serde(alias = "GetRequiredDepositAmount")]
    GetRequiredDepositAmount {},
    /// The reduced price of an account.
    #[returns(Option<Coin>)]
    GetReducedDepositAmount {
        /// The account.
        address: String,
    },
    /// All accounts with a reduced price.
    #[returns(WhitelistedAccountsResponse)]
    GetAllWhitelistedAccounts {},
    /// A deposit.
    #[returns(DepositResponse)]
    GetDeposit {
        /// Its number.
        deposit_id: DepositId,
    },
    /// The last deposit.
    #[returns(LatestDepositResponse)]
    GetLatestDeposit {},
    /// Deposits by ascending number.
    #[returns(PagedDepositsResponse)]
    GetDepositsPaged {
        /// Page size.
        limit: Option<u32>,
        /// Last deposit of the page before.
        start_after: Option<DepositId>,
    },
    /// Sums of deposits by price.
    #[returns(DepositsStatistics)]
    GetDepositsStatistics {},
    /// Where a key stands on the blacklist.
    #[returns(BlacklistedAccountResponse)]
    GetBlacklistedAccount {
        /// Base58 of the ecash user key.
        public_key: String,
    },
    /// All pending and final entries of the blacklist, by key.
    #[returns(PagedBlacklistedAccountResponse)]
    GetBlacklistPaged {
        /// Page size.
        limit: Option<u32>,
        /// Last key of the page before.
        start_after: Option<String>,
    },

    /// Who administers the contract.
    #[returns(AdminResponse)]
    Admin {},
    /// All that a signer must know of a deposit and a key before it signs, in one answer.
    #[returns(IssuanceStandingResponse)]
    GetIssuanceStanding {
        /// The deposit.
        deposit_id: DepositId,
        /// Base58 of the ecash user key.
        public_key: String,
    },
    /// A proposal to blacklist a key, with its evidence.
    #[returns(BlacklistProposalResponse)]
    GetBlacklistProposal {
        /// The proposal's number in the multisig.
        proposal_id: ProposalId,
    },
    /// All proposals to blacklist a key that were not dropped, by proposal, with their evidence.
    #[returns(BlacklistProposalsResponse)]
    GetBlacklistProposals {
        /// Base58 of the ecash user key.
        public_key: String,
    },
    /// A proposal to withhold a deposit, with its evidence.
    #[returns(ForfeitProposalResponse)]
    GetForfeitProposal {
        /// The proposal's number in the multisig.
        proposal_id: ProposalId,
    },
    /// Whether a deposit is withheld.
    #[returns(ForfeitedDepositResponse)]
    GetForfeitedDeposit {
        /// The deposit.
        deposit_id: DepositId,
    },
    /// All withheld deposits, by number.
    #[returns(PagedForfeitedDepositsResponse)]
    GetForfeitedDepositsPaged {
        /// Page size.
        limit: Option<u32>,
        /// Last deposit of the page before.
        start_after: Option<DepositId>,
    },
    /// A request to be paid for tickets.
    #[returns(PayoutResponse)]
    GetPayout {
        /// Who asked.
        gateway: String,
        /// Base58 of the commitment to the tickets.
        commitment_bs58: String,
    },
    /// All sums, and what can still be paid out.
    #[returns(PoolResponse)]
    GetPool {},
}
