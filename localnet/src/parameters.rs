//! What the mixnet contract is instantiated with, and who has how much.

use std::time::Duration;

use cosmwasm_std::Decimal;
use nym_contracts_common::Percent;
use nym_mixnet_contract::{
    msg::InstantiateMsg,
    types::{InitialRewardingParams, RewardedSetParams},
};

use nyxd_client::{AccountId, dkg::contract as dkg, ecash::contract::msg as ecash};

use crate::{
    accounts::{Account, Accounts},
    chain::{DENOM, coin},
    error::LocalnetError,
    options::Parameters,
};

/// A NYM in base units.
pub const NYM: u128 = 1_000_000;
/// The least number of nodes that fills every role.
pub const LEAST_NODES: u32 = 5;
/// Scalars of an e-cash signing key, which is the number of dealings per signer.
const SCALARS_OF_A_KEY: u32 = 5;
/// Epochs in an interval.
const EPOCHS_IN_INTERVAL: u32 = 720;

/// How many nodes get each role: as many as there are, or the live network's set sizes.
pub fn rewarded_set(parameters: Parameters, nodes: u32) -> Result<RewardedSetParams, LocalnetError> {
    if nodes < LEAST_NODES {
        return Err(LocalnetError::TooFewNodes(nodes));
    }
    Ok(match parameters {
        Parameters::Mainnet => RewardedSetParams { entry_gateways: 80, exit_gateways: 100, mixnodes: 60, standby: 0 },
        Parameters::Local => {
            // A third of the nodes mix, in three equal layers; what is left over stands by.
            let mixnodes = (nodes / 9).max(1) * 3;
            let gateways = (nodes - mixnodes).div_ceil(3).min((nodes - mixnodes) / 2);
            RewardedSetParams {
                entry_gateways: gateways,
                exit_gateways: gateways,
                mixnodes,
                standby: nodes - mixnodes - 2 * gateways,
            }
        }
    })
}

/// The message that makes the mixnet contract.
pub fn mixnet(parameters: Parameters, set: RewardedSetParams, epoch: Duration, accounts: &Accounts) -> InstantiateMsg {
    let (pool, supply, scale) = match parameters {
        Parameters::Local => (whole(250_000_000_000_000), whole(100_000_000_000_000), "0.5"),
        // The live network's snapshot (docs/protocol/mixnet-contract.md §2.4).
        Parameters::Mainnet => {
            (decimal("166613455567357.391753168447944888"), decimal("61194672938727.325886595653401629"), "0.07342892")
        }
    };
    InstantiateMsg {
        rewarding_validator_address: accounts.rewarder.address.to_string(),
        vesting_contract_address: accounts.placeholder("vesting").to_string(),
        node_families_contract_address: None,
        rewarding_denom: DENOM.to_owned(),
        epochs_in_interval: EPOCHS_IN_INTERVAL,
        epoch_duration: epoch,
        initial_rewarding_params: InitialRewardingParams {
            initial_reward_pool: pool,
            initial_staking_supply: supply,
            staking_supply_scale_factor: percent(scale),
            sybil_resistance: percent("0.3"),
            active_set_work_factor: whole(10),
            interval_pool_emission: percent("0.02"),
            rewarded_set_params: set,
        },
        current_nym_node_version: env!("CARGO_PKG_VERSION").to_owned(),
        version_score_weights: Default::default(),
        version_score_params: Default::default(),
        profit_margin: Default::default(),
        interval_operating_cost: Default::default(),
        key_validity_in_epochs: None,
    }
}

/// The message that makes the ecash contract: a ticketbook costs 75 NYM, as on the live network.
pub fn ecash(holder: &Account, multisig: &AccountId, group: &AccountId) -> ecash::InstantiateMsg {
    ecash::InstantiateMsg {
        holding_account: holder.address.to_string(),
        multisig_addr: multisig.to_string(),
        group_addr: group.to_string(),
        deposit_amount: coin(75 * NYM),
    }
}

/// The message that makes the key generation contract. A phase ends when all have acted; `phase` only bounds how long
/// the others wait for one that does not. Two thirds of the signers are enough for a key.
pub fn dkg(multisig: &AccountId, group: &AccountId, phase: Duration) -> dkg::msg::InstantiateMsg {
    let seconds = phase.as_secs();
    dkg::msg::InstantiateMsg {
        group_addr: group.to_string(),
        multisig_addr: multisig.to_string(),
        time_configuration: Some(dkg::types::TimeConfiguration {
            public_key_submission_time_secs: seconds,
            dealing_exchange_time_secs: seconds,
            verification_key_submission_time_secs: seconds,
            verification_key_validation_time_secs: seconds,
            verification_key_finalization_time_secs: seconds,
            ..Default::default()
        }),
        mix_denom: DENOM.to_owned(),
        key_size: SCALARS_OF_A_KEY,
        ceremony_rules: None,
    }
}

/// What operator number `index` (from 0) pledges, in base units: 100 to 500 NYM.
pub fn pledge(index: usize) -> u128 {
    100 * NYM * (1 + index as u128 % 5)
}

/// What is delegated to node number `index` (from 0), in base units.
pub fn delegation(parameters: Parameters, index: usize) -> u128 {
    match parameters {
        // Enough for every node's reward to exceed its operating cost, standby nodes included.
        Parameters::Local => 100_000 * NYM * (1 + index as u128 % 9),
        // Between a fifth and all of the saturation point of about 255,000 NYM.
        Parameters::Mainnet => NYM * (50_000 + (index as u128 * 37 % 200) * 1000),
    }
}

fn whole(amount: u128) -> Decimal {
    Decimal::from_atomics(amount, 0).expect("amounts of a token fit")
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a constant of this file")
}

fn percent(text: &str) -> Percent {
    Percent::new(decimal(text)).expect("a constant of this file, at most 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_nodes_fills_every_role() {
        for nodes in LEAST_NODES..400 {
            let set = rewarded_set(Parameters::Local, nodes).expect("enough nodes");
            assert!(set.entry_gateways > 0 && set.exit_gateways > 0 && set.mixnodes > 0, "{nodes}: {set:?}");
            assert_eq!(set.mixnodes % 3, 0);
            assert_eq!(set.rewarded_set_size(), Some(nodes));
        }
        assert!(matches!(rewarded_set(Parameters::Local, 4), Err(LocalnetError::TooFewNodes(4))));
    }
}
