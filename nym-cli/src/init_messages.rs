//! Instantiate messages of the contracts that stand (`docs/protocol/clients-and-exit.md §1.3`).

use std::time::Duration;

use cosmwasm_std::{Decimal, Uint128};
use nym_contracts_common::Percent;
use nym_group_contract::msg::InstantiateMsg as GroupInstantiate;
use nym_mixnet_contract::{
    msg::InstantiateMsg as MixnetInstantiate,
    types::{InitialRewardingParams, OutdatedVersionWeights, Range, RewardedSetParams, VersionScoreFormulaParams},
};
use nym_multisig_contract::msg::InstantiateMsg as MultisigInstantiate;

use crate::CliError;

/// What a new mixnet contract is told. Percentages are whole numbers up to 100; costs are in base units.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each member is the argument of the command that it is named after")]
pub struct MixnetParameters {
    pub rewarding_validator_address: String,
    pub vesting_contract_address: String,
    pub rewarding_denom: String,
    pub current_nym_node_version: String,
    pub epochs_in_interval: u32,
    pub epoch_duration_secs: u64,
    pub initial_reward_pool: u128,
    pub initial_staking_supply: u128,
    pub staking_supply_scale_factor: u64,
    pub sybil_resistance: u64,
    pub active_set_work_factor: u64,
    pub interval_pool_emission: u64,
    pub rewarded_set: RewardedSetParams,
    pub minimum_profit_margin_percent: u64,
    pub maximum_profit_margin_percent: u64,
    pub minimum_interval_operating_cost: u128,
    pub maximum_interval_operating_cost: u128,
}

/// The mixnet contract's message.
///
/// # Errors
/// [`CliError::Value`] for percentages above 100, a version that is none, ranges that hold nothing, and a rewarded set
/// that the contract would divide by zero or could not spread over three layers.
pub fn mixnet(given: &MixnetParameters) -> Result<MixnetInstantiate, CliError> {
    semver::Version::parse(&given.current_nym_node_version)
        .map_err(|reason| CliError::value("the node version", &given.current_nym_node_version, reason))?;
    for (what, value) in
        [("epochs in an interval", u64::from(given.epochs_in_interval)), ("epoch duration", given.epoch_duration_secs)]
    {
        if value == 0 {
            return Err(CliError::value(what, value, "it must be more than 0"));
        }
    }
    let set = given.rewarded_set;
    if set.mixnodes == 0 || !set.mixnodes.is_multiple_of(3) || set.entry_gateways == 0 || set.exit_gateways == 0 {
        let shown = format!("entry {}, exit {}, mixnodes {}", set.entry_gateways, set.exit_gateways, set.mixnodes);
        return Err(CliError::value(
            "the rewarded set",
            shown,
            "every kind must be there, and mixnodes are spread over three layers",
        ));
    }
    let profit_margin = Range {
        minimum: percent("minimum profit margin", given.minimum_profit_margin_percent)?,
        maximum: percent("maximum profit margin", given.maximum_profit_margin_percent)?,
    };
    let interval_operating_cost = Range {
        minimum: Uint128::new(given.minimum_interval_operating_cost),
        maximum: Uint128::new(given.maximum_interval_operating_cost),
    };
    if profit_margin.minimum > profit_margin.maximum
        || interval_operating_cost.minimum > interval_operating_cost.maximum
    {
        return Err(CliError::value("a range", "profit margin or operating cost", "its minimum is above its maximum"));
    }
    Ok(MixnetInstantiate {
        rewarding_validator_address: given.rewarding_validator_address.clone(),
        vesting_contract_address: given.vesting_contract_address.clone(),
        node_families_contract_address: None,
        rewarding_denom: given.rewarding_denom.clone(),
        epochs_in_interval: given.epochs_in_interval,
        epoch_duration: Duration::from_secs(given.epoch_duration_secs),
        initial_rewarding_params: InitialRewardingParams {
            initial_reward_pool: Decimal::from_atomics(given.initial_reward_pool, 0)
                .map_err(|reason| CliError::value("the reward pool", given.initial_reward_pool, reason))?,
            initial_staking_supply: Decimal::from_atomics(given.initial_staking_supply, 0)
                .map_err(|reason| CliError::value("the staking supply", given.initial_staking_supply, reason))?,
            staking_supply_scale_factor: percent("the staking supply scale factor", given.staking_supply_scale_factor)?,
            sybil_resistance: percent("the sybil resistance", given.sybil_resistance)?,
            active_set_work_factor: Decimal::from_ratio(given.active_set_work_factor, 1u64),
            interval_pool_emission: percent("the pool emission", given.interval_pool_emission)?,
            rewarded_set_params: set,
        },
        current_nym_node_version: given.current_nym_node_version.clone(),
        version_score_weights: OutdatedVersionWeights::default(),
        version_score_params: VersionScoreFormulaParams::default(),
        profit_margin,
        interval_operating_cost,
        key_validity_in_epochs: None,
    })
}

/// The group contract's message; members that are not given are added later.
///
/// # Errors
/// [`CliError::Value`] for a member that is not `address` or `address:weight`.
pub fn group(admin: Option<String>, members: &[String]) -> Result<GroupInstantiate, CliError> {
    let members = members.iter().map(|member| {
        let (addr, weight) = member.split_once(':').unwrap_or((member, "1"));
        let weight =
            weight.parse().map_err(|_| CliError::value("the member", member, "use address or address:weight"))?;
        Ok(cw4::Member { addr: addr.to_owned(), weight })
    });
    Ok(GroupInstantiate { admin, members: members.collect::<Result<_, CliError>>()? })
}

/// What a new multisig contract is told.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each member is the argument of the command that it is named after")]
pub struct MultisigParameters {
    pub group_addr: String,
    /// Share of the weight that passes a proposal, in percent with decimals: `67`, `66.6666666`.
    pub threshold_percent: Decimal,
    pub max_voting_period_secs: u64,
    pub ecash_contract_address: String,
    pub coconut_dkg_contract_address: String,
}

/// The multisig contract's message.
///
/// # Errors
/// [`CliError::Value`] for a threshold outside 50 to 100 percent, which the contract would refuse.
pub fn multisig(given: &MultisigParameters) -> Result<MultisigInstantiate, CliError> {
    let percentage = given.threshold_percent * Decimal::percent(1);
    if percentage < Decimal::percent(50) || percentage > Decimal::one() {
        return Err(CliError::value("the threshold", given.threshold_percent, "it must be between 50 and 100 percent"));
    }
    Ok(MultisigInstantiate {
        group_addr: given.group_addr.clone(),
        coconut_bandwidth_contract_address: given.ecash_contract_address.clone(),
        coconut_dkg_contract_address: given.coconut_dkg_contract_address.clone(),
        threshold: cw_utils::Threshold::AbsolutePercentage { percentage },
        max_voting_period: cw_utils::Duration::Time(given.max_voting_period_secs),
        executor: None,
        proposal_deposit: None,
    })
}

fn percent(what: &'static str, value: u64) -> Result<Percent, CliError> {
    Percent::from_percentage_value(value).map_err(|reason| CliError::value(what, value, reason))
}
