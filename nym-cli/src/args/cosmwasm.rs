use std::path::PathBuf;

use clap::{Args, Subcommand};
use cosmwasm_std::{Decimal, coin};
use nym_mixnet_contract::types::RewardedSetParams;
use nyxd_client::Instantiation;

use super::Ran;
use crate::{
    CliError, Session, cosmwasm,
    init_messages::{self, MixnetParameters, MultisigParameters},
    output::Output,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Upload a code
    Upload {
        /// The wasm file; it is zipped on the way
        #[arg(long, value_name = "FILE")]
        wasm_path: PathBuf,
        /// What the transaction says for itself
        #[arg(long, default_value = "contract upload")]
        memo: String,
    },
    /// Make a contract
    Init(Init),
    /// Move a contract to another code
    Migrate {
        /// The contract
        contract_address: String,
        /// The code
        #[arg(long)]
        code_id: u64,
        /// The contract's message, JSON
        #[arg(long, alias = "migrate-message", default_value = "{}")]
        init_message: String,
        /// What the transaction says for itself
        #[arg(long, default_value = "contract migration")]
        memo: String,
    },
    /// Execute a contract
    Execute {
        /// The contract
        contract_address: String,
        /// The contract's message, JSON
        json_args: String,
        /// Coins that go to the contract, in base units
        funds: Option<u128>,
        /// Base unit of these coins; the mix denom if there is none
        #[arg(long)]
        funds_denom: Option<String>,
        /// What the transaction says for itself
        #[arg(long, default_value = "contract execution")]
        memo: String,
    },
    /// All of a contract's storage: keys in hex, values in base64
    RawContractState {
        /// The contract
        #[arg(long, value_name = "ADDRESS")]
        contract: String,
        /// Write it to this file instead of standard output
        #[arg(long, value_name = "FILE")]
        output_file: Option<PathBuf>,
    },
    /// Print the instantiate message of a contract
    #[command(subcommand)]
    GenerateInitMessage(Box<Generate>),
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The code
    code_id: u64,
    /// The contract's message, JSON
    #[arg(long)]
    init_message: String,
    /// The contract's name for people
    #[arg(long, default_value = "Nym mixnet smart contract")]
    label: String,
    /// Who may migrate it; one's own account if there is none
    #[arg(long)]
    admin: Option<String>,
    /// Coins that go to the contract, in base units
    #[arg(long)]
    funds: Option<u128>,
    /// Base unit of these coins; the mix denom if there is none
    #[arg(long, requires = "funds")]
    funds_denom: Option<String>,
    /// What the transaction says for itself
    #[arg(long, default_value = "contract instantiation")]
    memo: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum Generate {
    /// Of the mixnet contract
    Mixnet(GenerateMixnet),
    /// Of the multisig contract
    Multisig {
        /// The group contract
        #[arg(long, value_name = "ADDRESS")]
        group_addr: Option<String>,
        /// Share of the weight that passes a proposal, in percent; decimals are allowed
        #[arg(long, default_value = "67", value_name = "PERCENT")]
        threshold: Decimal,
        /// How long a proposal is open, in seconds
        #[arg(long, default_value_t = 3600, value_name = "SECONDS")]
        max_voting_period: u64,
        /// The ecash contract
        #[arg(long, value_name = "ADDRESS")]
        ecash_contract_address: Option<String>,
        /// The DKG contract
        #[arg(long, value_name = "ADDRESS")]
        coconut_dkg_contract_address: Option<String>,
    },
    /// Of the group contract
    Group {
        /// Who may change the members
        #[arg(long, value_name = "ADDRESS")]
        admin: Option<String>,
        /// A member and its weight (address or address:weight); may be repeated
        #[arg(long = "member", value_name = "ADDRESS[:WEIGHT]")]
        members: Vec<String>,
    },
}

/// Addresses that are not given are the network's.
#[derive(Debug, Args)]
pub(super) struct GenerateMixnet {
    /// Account that turns epochs
    #[arg(long, value_name = "ADDRESS")]
    rewarding_validator_address: Option<String>,
    /// Denom of pledges, delegations and rewards
    #[arg(long, default_value = "unym")]
    rewarding_denom: String,
    /// Release of the node software
    #[arg(long, value_name = "SEMVER")]
    current_nym_node_version: String,
    #[arg(long, default_value_t = 720)]
    epochs_in_interval: u32,
    /// Seconds
    #[arg(long, default_value_t = 3600)]
    epoch_duration: u64,
    /// Base units
    #[arg(long, default_value_t = 244_817_525_850_285)]
    initial_reward_pool: u128,
    /// Base units
    #[arg(long, default_value_t = 100_000_000_000_000)]
    initial_staking_supply: u128,
    /// Percent
    #[arg(long, default_value_t = 50)]
    staking_supply_scale_factor: u64,
    /// Percent
    #[arg(long, default_value_t = 30)]
    sybil_resistance: u64,
    #[arg(long, default_value_t = 10)]
    active_set_work_factor: u64,
    /// Percent
    #[arg(long, default_value_t = 2)]
    interval_pool_emission: u64,
    #[arg(long, default_value_t = 50)]
    entry_gateways: u32,
    #[arg(long, default_value_t = 70)]
    exit_gateways: u32,
    #[arg(long, default_value_t = 120)]
    mixnodes: u32,
    #[arg(long, default_value_t = 0)]
    standby: u32,
    /// Percent
    #[arg(long, default_value_t = 0)]
    minimum_profit_margin_percent: u64,
    /// Percent
    #[arg(long, default_value_t = 100)]
    maximum_profit_margin_percent: u64,
    /// Base units
    #[arg(long, default_value_t = 0)]
    minimum_interval_operating_cost: u128,
    /// Base units
    #[arg(long, default_value_t = 1_000_000_000_000_000)]
    maximum_interval_operating_cost: u128,
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Ran {
        match self {
            Self::Upload { wasm_path, memo } => {
                Output::of(&cosmwasm::upload(&session.signing()?, &wasm_path, &memo).await?)
            }
            Self::Init(init) => init.run(session).await,
            Self::Migrate { contract_address, code_id, init_message, memo } => {
                let message = cosmwasm::read_message(&init_message)?;
                let client = session.signing()?;
                let contract = client.queries().address(&contract_address)?;
                Output::of(&cosmwasm::migrate(&client, &contract, code_id, &message, &memo).await?)
            }
            Self::Execute { contract_address, json_args, funds, funds_denom, memo } => {
                let message = cosmwasm::read_message(&json_args)?;
                let client = session.signing()?;
                let contract = client.queries().address(&contract_address)?;
                let denom = funds_denom.as_deref().unwrap_or(client.queries().mix_denom());
                let funds = funds.map(|amount| coin(amount, denom)).into_iter().collect();
                Output::of(&cosmwasm::execute(&client, &contract, &message, funds, &memo).await?)
            }
            Self::RawContractState { contract, output_file } => {
                let queries = session.queries()?;
                let entries = cosmwasm::raw_state(&queries, &queries.address(&contract)?).await?;
                let Some(path) = output_file else { return Output::json(&entries) };
                let text = serde_json::to_vec(&entries).map_err(|reason| CliError::value("the state", "", reason))?;
                std::fs::write(&path, text).map_err(|reason| CliError::File {
                    action: "write",
                    path: path.clone(),
                    reason,
                })?;
                Ok(Output::value(format!("{} entries in {}", entries.len(), path.display())))
            }
            Self::GenerateInitMessage(generate) => generate.run(session),
        }
    }
}

impl Init {
    async fn run(self, session: &Session) -> Ran {
        let message = cosmwasm::read_message(&self.init_message)?;
        let client = session.signing()?;
        let denom = self.funds_denom.as_deref().unwrap_or(client.queries().mix_denom());
        let admin = match &self.admin {
            Some(admin) => client.queries().address(admin)?,
            None => client.address().clone(),
        };
        let new = Instantiation {
            code_id: self.code_id,
            label: self.label,
            admin: Some(admin),
            funds: self.funds.map(|amount| coin(amount, denom)).into_iter().collect(),
        };
        Output::of(&cosmwasm::instantiate(&client, &new, &message, &self.memo).await?)
    }
}

impl Generate {
    fn run(self, session: &Session) -> Ran {
        match self {
            Self::Mixnet(given) => given.run(session),
            Self::Group { admin, members } => Output::json(&init_messages::group(admin, &members)?),
            Self::Multisig {
                group_addr,
                threshold,
                max_voting_period,
                ecash_contract_address,
                coconut_dkg_contract_address,
            } => {
                let contracts = session.network().map(|network| network.details.contracts).unwrap_or_default();
                let parameters = MultisigParameters {
                    group_addr: given_or(
                        group_addr,
                        contracts.group_contract_address,
                        "give --group-addr, or a network that has a group contract",
                    )?,
                    threshold_percent: threshold,
                    max_voting_period_secs: max_voting_period,
                    ecash_contract_address: given_or(
                        ecash_contract_address,
                        contracts.ecash_contract_address,
                        "give --ecash-contract-address, or a network that has an ecash contract",
                    )?,
                    coconut_dkg_contract_address: given_or(
                        coconut_dkg_contract_address,
                        contracts.coconut_dkg_contract_address,
                        "give --coconut-dkg-contract-address, or a network that has a DKG contract",
                    )?,
                };
                Output::json(&init_messages::multisig(&parameters)?)
            }
        }
    }
}

impl GenerateMixnet {
    fn run(self, session: &Session) -> Ran {
        let network = session.network().ok();
        let rewarder = network.as_ref().and_then(|network| network.rewarding_validator_address.clone());
        let vesting = session.network.overrides.vesting_contract_address.clone();
        let known_vesting = network.and_then(|network| network.details.contracts.vesting_contract_address);
        let parameters = MixnetParameters {
            rewarding_validator_address: given_or(
                self.rewarding_validator_address,
                rewarder,
                "give --rewarding-validator-address, or a network that has one",
            )?,
            vesting_contract_address: given_or(
                vesting,
                known_vesting,
                "give --vesting-contract-address: any valid address serves where there is no such contract",
            )?,
            rewarding_denom: self.rewarding_denom,
            current_nym_node_version: self.current_nym_node_version,
            epochs_in_interval: self.epochs_in_interval,
            epoch_duration_secs: self.epoch_duration,
            initial_reward_pool: self.initial_reward_pool,
            initial_staking_supply: self.initial_staking_supply,
            staking_supply_scale_factor: self.staking_supply_scale_factor,
            sybil_resistance: self.sybil_resistance,
            active_set_work_factor: self.active_set_work_factor,
            interval_pool_emission: self.interval_pool_emission,
            rewarded_set: RewardedSetParams {
                entry_gateways: self.entry_gateways,
                exit_gateways: self.exit_gateways,
                mixnodes: self.mixnodes,
                standby: self.standby,
            },
            minimum_profit_margin_percent: self.minimum_profit_margin_percent,
            maximum_profit_margin_percent: self.maximum_profit_margin_percent,
            minimum_interval_operating_cost: self.minimum_interval_operating_cost,
            maximum_interval_operating_cost: self.maximum_interval_operating_cost,
        };
        Output::json(&init_messages::mixnet(&parameters)?)
    }
}

fn given_or(given: Option<String>, known: Option<String>, missing: &'static str) -> Result<String, CliError> {
    given.or(known).ok_or(CliError::Usage(missing))
}
