//! What the admin sets.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Coin, Decimal, Uint128};
use nym_contracts_common::Percent;
use std::fmt;

/// Both ends belong to the range.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Range<T> {
    /// The lowest allowed value.
    pub minimum: T,
    /// The highest allowed value.
    pub maximum: T,
}

/// Allowed profit margins.
pub type ProfitMarginRange = Range<Percent>;
/// Allowed operating costs of an interval, in base units.
pub type OperatingCostRange = Range<Uint128>;

impl<T: PartialOrd + Copy> Range<T> {
    /// Whether a value is allowed.
    #[must_use]
    pub fn contains(&self, value: T) -> bool {
        value >= self.minimum && value <= self.maximum
    }

    /// The allowed value next to `value`; in a range without values, its minimum.
    #[must_use]
    pub fn nearest(&self, value: T) -> T {
        if value < self.minimum || self.maximum < self.minimum {
            self.minimum
        } else if value > self.maximum {
            self.maximum
        } else {
            value
        }
    }
}

impl<T: fmt::Display> fmt::Display for Range<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} - {}", self.minimum, self.maximum)
    }
}

impl Default for ProfitMarginRange {
    fn default() -> Self {
        Range { minimum: Percent::zero(), maximum: Percent::hundred() }
    }
}

impl Default for OperatingCostRange {
    fn default() -> Self {
        // The whole supply: no limit in practice.
        Range { minimum: Uint128::zero(), maximum: Uint128::new(1_000_000_000_000_000) }
    }
}

/// Limits of delegations.
#[cw_serde]
#[derive(Default)]
pub struct DelegationsParams {
    /// The least that can be delegated; without it, anything above zero.
    pub minimum_delegation: Option<Coin>,
}

/// Limits of operators.
#[cw_serde]
pub struct OperatorsParams {
    /// The least that a node is bonded with.
    pub minimum_pledge: Coin,
    /// Allowed profit margins.
    pub profit_margin: ProfitMarginRange,
    /// Allowed operating costs of an interval, in base units.
    pub interval_operating_cost: OperatingCostRange,
}

/// What a step of each version component costs a node that is behind.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct OutdatedVersionWeights {
    /// A major release.
    pub major: u32,
    /// A minor release.
    pub minor: u32,
    /// A patch.
    pub patch: u32,
    /// A change of the prerelease tag.
    pub prerelease: u32,
}

impl Default for OutdatedVersionWeights {
    fn default() -> Self {
        OutdatedVersionWeights { major: 100, minor: 10, patch: 1, prerelease: 1 }
    }
}

/// `penalty ^ (factor ^ penalty_scaling)` is the version score.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct VersionScoreFormulaParams {
    /// Score of a node that is one patch behind.
    pub penalty: Decimal,
    /// How fast the score falls with distance.
    pub penalty_scaling: Decimal,
}

impl Default for VersionScoreFormulaParams {
    fn default() -> Self {
        VersionScoreFormulaParams { penalty: Decimal::permille(995), penalty_scaling: Decimal::percent(165) }
    }
}

/// How nodes with old software are judged (`docs/protocol/mixnet-contract.md` §11.3).
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct ConfigScoreParams {
    /// What each step costs.
    pub version_weights: OutdatedVersionWeights,
    /// How cost becomes a score.
    pub version_score_formula_params: VersionScoreFormulaParams,
}

/// Everything that the admin sets except parameters of rewarding.
#[cw_serde]
pub struct ContractStateParams {
    /// Limits of delegations.
    pub delegations_params: DelegationsParams,
    /// Limits of operators.
    pub operators_params: OperatorsParams,
    /// Judgement of old software.
    pub config_score_params: ConfigScoreParams,
}

/// Accounts and settings of the contract.
#[cw_serde]
pub struct ContractState {
    /// Copy of the admin, for readers of old layouts.
    pub owner: Option<Addr>,
    /// Account that turns epochs and reports performance.
    pub rewarding_validator_address: Addr,
    /// Address of the vesting contract, which plays no role any more.
    pub vesting_contract_address: Addr,
    /// Address of the contract of node families, empty where there is none. Published clients require the member; it
    /// plays no role here.
    #[serde(default = "no_contract")]
    pub node_families_contract_address: Addr,
    /// Denomination of pledges, delegations and rewards.
    pub rewarding_denom: String,
    /// Settings.
    pub params: ContractStateParams,
}

fn no_contract() -> Addr {
    Addr::unchecked("")
}

/// A change of limits of operators; absent fields stay as they are.
#[cw_serde]
#[derive(Default)]
pub struct OperatorsParamsUpdate {
    /// The least that a node is bonded with.
    pub minimum_pledge: Option<Coin>,
    /// Allowed profit margins.
    pub profit_margin: Option<ProfitMarginRange>,
    /// Allowed operating costs of an interval, in base units.
    pub interval_operating_cost: Option<OperatingCostRange>,
}

/// A change of how old software is judged; absent fields stay as they are.
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct ConfigScoreParamsUpdate {
    /// What each step costs.
    pub version_weights: Option<OutdatedVersionWeights>,
    /// How cost becomes a score.
    pub version_score_formula_params: Option<VersionScoreFormulaParams>,
}

/// A change of settings; absent sections stay as they are.
#[cw_serde]
#[derive(Default)]
pub struct ContractStateParamsUpdate {
    /// Replaces the limits of delegations as a whole: an absent minimum removes it.
    pub delegations_params: Option<DelegationsParams>,
    /// Limits of operators.
    pub operators_params: Option<OperatorsParamsUpdate>,
    /// Judgement of old software.
    pub config_score_params: Option<ConfigScoreParamsUpdate>,
}
