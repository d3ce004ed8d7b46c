//! What is stored. Proposals and ballots are those of the published contracts.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Addr;
use cw_storage_plus::Item;
use cw_utils::{Duration, Threshold};
use cw3::DepositInfo;
use cw3_flex_multisig::state::{Config as StockConfig, Executor};
use cw4::Cw4Contract;

pub use cw3_fixed_multisig::state::{BALLOTS, PROPOSAL_COUNT, PROPOSALS};

/// The published configuration and two addresses. It lies under the key that the published code
/// reads, which ignores the fields it does not know.
#[cw_serde]
pub struct Config {
    /// When a proposal has passed.
    pub threshold: Threshold,
    /// The longest and the default time between proposal and expiry.
    pub max_voting_period: Duration,
    /// The group whose members vote.
    pub group_addr: Cw4Contract,
    /// The ecash contract.
    pub coconut_bandwidth_addr: Addr,
    /// The DKG contract.
    pub coconut_dkg_addr: Addr,
    /// Who may execute what has passed; anyone when absent.
    pub executor: Option<Executor>,
    /// What a proposal costs, if anything.
    pub proposal_deposit: Option<DepositInfo>,
}

impl Config {
    /// The published configuration `stock` together with the contracts that may propose.
    #[must_use]
    pub fn new(stock: StockConfig, coconut_bandwidth_addr: Addr, coconut_dkg_addr: Addr) -> Self {
        Config {
            threshold: stock.threshold,
            max_voting_period: stock.max_voting_period,
            group_addr: stock.group_addr,
            coconut_bandwidth_addr,
            coconut_dkg_addr,
            executor: stock.executor,
            proposal_deposit: stock.proposal_deposit,
        }
    }

    /// Whether `sender` is one of the two contracts that may propose.
    #[must_use]
    pub fn may_propose(&self, sender: &Addr) -> bool {
        *sender == self.coconut_bandwidth_addr || *sender == self.coconut_dkg_addr
    }
}

/// The configuration.
pub const CONFIG: Item<Config> = Item::new("config");
