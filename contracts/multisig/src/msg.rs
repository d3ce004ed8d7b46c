//! The messages: the published ones with two addresses more.

use cosmwasm_schema::cw_serde;
use cw_utils::{Duration, Threshold};
use cw3::UncheckedDepositInfo;
use cw3_flex_multisig::state::Executor;

pub use cw3_flex_multisig::msg::{ExecuteMsg, QueryMsg};

/// Sets up the multisig (`docs/protocol/quorum-contracts.md` §6.2).
#[cw_serde]
pub struct InstantiateMsg {
    /// The group whose members vote.
    pub group_addr: String,
    /// The ecash contract, under the name that clients know; it may propose.
    pub coconut_bandwidth_contract_address: String,
    /// The DKG contract, which may propose too.
    pub coconut_dkg_contract_address: String,
    /// When a proposal has passed.
    pub threshold: Threshold,
    /// The longest and the default time between proposal and expiry.
    pub max_voting_period: Duration,
    /// Who may execute what has passed; anyone when absent.
    pub executor: Option<Executor>,
    /// What a proposal costs, if anything.
    pub proposal_deposit: Option<UncheckedDepositInfo>,
}

/// Replaces the addresses of the contracts that may propose
/// (`docs/protocol/quorum-contracts.md` §6.1).
#[cw_serde]
pub struct MigrateMsg {
    /// The ecash contract.
    pub coconut_bandwidth_address: String,
    /// The DKG contract.
    pub coconut_dkg_address: String,
}
