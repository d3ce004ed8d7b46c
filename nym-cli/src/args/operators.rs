use std::path::PathBuf;

use clap::{Args, Subcommand};
use nym_mixnet_contract::{constants::DEFAULT_OPERATING_COST, types::NodeConfigUpdate};

use super::Ran;
use crate::{
    CliError, Session, identity_key,
    mixnet::operators::{self, Bonding},
    output::Output,
};

/// One display unit: less is taken for a mistake.
const SMALLEST_USUAL_PLEDGE: u128 = 1_000_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Bond and run a node
    #[command(subcommand)]
    Nymnode(NymNode),
    /// A node's identity key
    #[command(subcommand)]
    IdentityKey(IdentityKey),
}

#[derive(Debug, Subcommand)]
pub(super) enum NymNode {
    /// Bond a node: in one step with its key file, or with a signature that was made elsewhere
    Bond {
        #[command(flatten)]
        bonding: BondingArgs,
        /// The node's identity key; needed with --signature
        #[arg(long, value_name = "BASE58", required_unless_present = "private_key")]
        identity_key: Option<String>,
        /// The node's private key file: nonce, signature and transaction in one step
        #[arg(long, value_name = "PEM", required_unless_present = "signature", conflicts_with = "signature")]
        private_key: Option<PathBuf>,
        /// The node's signature over the payload
        #[arg(long, value_name = "BASE58")]
        signature: Option<String>,
        /// Pledge less than 1 token
        #[arg(short = 'f', long)]
        force: bool,
    },
    /// Leave at the end of the epoch
    Unbond,
    /// Print what the node has to sign to be bonded with these arguments
    CreateNodeBondingSignPayload {
        #[command(flatten)]
        bonding: BondingArgs,
        /// The node's identity key
        #[arg(long, value_name = "BASE58")]
        identity_key: String,
        /// The account that will bond the node; one's own if there is none
        #[arg(long, value_name = "ADDRESS")]
        owner: Option<String>,
    },
    /// How the node is reached and what its operator keeps
    #[command(subcommand)]
    Settings(Settings),
    /// What the operator has put in
    #[command(subcommand)]
    Pledge(Pledge),
    /// The operator's rewards
    #[command(subcommand)]
    Rewards(Rewards),
    /// Keys of nodes
    #[command(subcommand)]
    Keys(Keys),
}

#[derive(Debug, Args)]
pub(super) struct BondingArgs {
    /// Host name or address
    #[arg(long)]
    host: String,
    /// Port of the HTTP interface, where it is not the usual one
    #[arg(long, alias = "custom-http-api-port", value_name = "PORT")]
    http_api_port: Option<u16>,
    /// Share of the rewards that the operator keeps
    #[arg(long, default_value_t = 20, value_name = "PERCENT")]
    profit_margin_percent: u64,
    /// What the operator keeps first, per interval, in base units
    #[arg(long, default_value_t = DEFAULT_OPERATING_COST, value_name = "AMOUNT")]
    interval_operating_cost: u128,
    /// What is pledged, in base units of the mix denom
    #[arg(long)]
    amount: u128,
}

#[derive(Debug, Subcommand)]
pub(super) enum Settings {
    /// Change how the node is reached, at once
    UpdateConfig {
        /// Host name or address
        #[arg(long)]
        host: Option<String>,
        /// Port of the HTTP interface
        #[arg(long, value_name = "PORT", conflicts_with = "restore_default_http_port")]
        custom_http_port: Option<u16>,
        /// Go back to the usual port
        #[arg(long)]
        restore_default_http_port: bool,
    },
    /// Change what the operator keeps, at the end of the interval; what is not given stays
    UpdateCostParameters {
        /// Share of the rewards
        #[arg(long, value_name = "PERCENT")]
        profit_margin_percent: Option<u64>,
        /// Per interval, in base units
        #[arg(long, value_name = "AMOUNT")]
        interval_operating_cost: Option<u128>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Pledge {
    /// Add to the pledge at the end of the epoch
    Increase {
        /// Base units of the mix denom
        #[arg(long)]
        amount: u128,
    },
    /// Take from the pledge at the end of the epoch
    Decrease {
        /// Base units of the mix denom
        #[arg(long, value_name = "AMOUNT")]
        decrease_by: u128,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Rewards {
    /// Pay out the operator's rewards
    Claim,
}

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Turn a key in base64 into the base58 form that commands take
    DecodeNodeKey {
        /// The key
        #[arg(short = 'k', long, value_name = "BASE64")]
        key: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum IdentityKey {
    /// Sign a payload with a node's key; needs no network
    Sign {
        /// The node's private key file
        #[arg(long, value_name = "PEM")]
        private_key: PathBuf,
        /// The payload of create-node-bonding-sign-payload
        #[arg(long, value_name = "BASE58")]
        base58_msg: String,
    },
    /// Make a new key; needs no network
    Generate {
        /// Where the private key goes
        #[arg(long, value_name = "PEM")]
        private_key: PathBuf,
        /// Where the public key goes
        #[arg(long, value_name = "PEM")]
        public_key: Option<PathBuf>,
    },
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Ran {
        match self {
            Self::Nymnode(command) => command.run(session).await,
            Self::IdentityKey(IdentityKey::Sign { private_key, base58_msg }) => {
                let key = identity_key::read_private_key(&private_key)?;
                Output::of(&identity_key::sign_contract_message(&key, &base58_msg)?)
            }
            Self::IdentityKey(IdentityKey::Generate { private_key, public_key }) => {
                Output::of(&identity_key::generate(&private_key, public_key.as_deref())?)
            }
        }
    }
}

impl NymNode {
    async fn run(self, session: &Session) -> Ran {
        match self {
            Self::Bond { bonding, identity_key, private_key, signature, force } => {
                bond(session, bonding, identity_key, private_key, signature, force).await
            }
            Self::Unbond => Output::of(&operators::unbond(&session.mixnet_transactions()?).await?),
            Self::CreateNodeBondingSignPayload { bonding, identity_key, owner } => {
                let owner = session.address_or_own(owner.as_deref())?;
                let payload =
                    operators::payload_for(&session.mixnet()?, &owner, &bonding.into(), &identity_key).await?;
                Ok(Output::value(payload))
            }
            Self::Settings(Settings::UpdateConfig { host, custom_http_port, restore_default_http_port }) => {
                let update = NodeConfigUpdate { host, custom_http_port, restore_default_http_port };
                Output::of(&operators::update_config(&session.mixnet_transactions()?, update).await?)
            }
            Self::Settings(Settings::UpdateCostParameters { profit_margin_percent, interval_operating_cost }) => {
                let transactions = session.mixnet_transactions()?;
                let sent = operators::update_cost_params(&transactions, profit_margin_percent, interval_operating_cost)
                    .await?;
                Output::of(&sent)
            }
            Self::Pledge(Pledge::Increase { amount }) => {
                Output::of(&operators::increase_pledge(&session.mixnet_transactions()?, amount).await?)
            }
            Self::Pledge(Pledge::Decrease { decrease_by }) => {
                Output::of(&operators::decrease_pledge(&session.mixnet_transactions()?, decrease_by).await?)
            }
            Self::Rewards(Rewards::Claim) => {
                Output::of(&operators::claim_rewards(&session.mixnet_transactions()?).await?)
            }
            Self::Keys(Keys::DecodeNodeKey { key }) => Ok(Output::value(identity_key::decode_node_key(&key)?)),
        }
    }
}

async fn bond(
    session: &Session,
    bonding: BondingArgs,
    identity: Option<String>,
    private_key: Option<PathBuf>,
    signature: Option<String>,
    force: bool,
) -> Ran {
    if bonding.amount < SMALLEST_USUAL_PLEDGE && !force {
        return Err(CliError::value(
            "the pledge",
            bonding.amount,
            "it is less than 1 token: amounts are in base units; pass --force if this is meant",
        ));
    }
    let bonding = Bonding::from(bonding);
    match (private_key, signature, identity) {
        (Some(path), _, identity) => {
            let own = identity_key::public_text(&identity_key::read_private_key(&path)?);
            if let Some(other) = identity.filter(|identity| *identity != own) {
                let reason = format!("the key in {} has identity {own}", path.display());
                return Err(CliError::value("the identity key", other, reason));
            }
            Output::of(&operators::bond(&session.mixnet_transactions()?, &bonding, &path).await?)
        }
        (None, Some(signature), Some(identity)) => {
            Output::of(&operators::bond_signed(&session.mixnet_transactions()?, &bonding, &identity, &signature).await?)
        }
        _ => Err(CliError::Usage("give --private-key, or --identity-key and --signature")),
    }
}

impl From<BondingArgs> for Bonding {
    fn from(given: BondingArgs) -> Self {
        Self {
            host: given.host,
            custom_http_port: given.http_api_port,
            profit_margin_percent: given.profit_margin_percent,
            interval_operating_cost: given.interval_operating_cost,
            pledge: given.amount,
        }
    }
}
