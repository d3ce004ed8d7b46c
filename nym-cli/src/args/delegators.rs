use std::path::PathBuf;

use clap::Subcommand;

use super::{NodeArgs, Ran};
use crate::{Session, mixnet::delegators, output::Output};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// One's delegations and what waits for the end of the epoch
    List {
        /// Another account
        address: Option<String>,
    },
    /// Rewards of delegations
    #[command(subcommand)]
    Rewards(Rewards),
    /// Delegate to a node, from the end of the epoch on
    Delegate {
        #[command(flatten)]
        node: NodeArgs,
        /// How much, in base units of the mix denom
        #[arg(long)]
        amount: u128,
    },
    /// Bring delegations to the amounts of a table
    DelegateMulti {
        /// Table of node id and wanted amount in display units; nodes that are not named stay as they are
        #[arg(long, value_name = "CSV")]
        input: PathBuf,
        /// Table to which node id, amount before, amount wanted and transactions are added
        #[arg(long, value_name = "CSV")]
        output_file: Option<PathBuf>,
        /// What the transactions say for themselves
        #[arg(long, default_value = "delegating to many nodes")]
        memo: String,
    },
    /// Take back all of a delegation at the end of the epoch
    Undelegate {
        #[command(flatten)]
        node: NodeArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Rewards {
    /// Pay out the rewards of a delegation
    Claim {
        #[command(flatten)]
        node: NodeArgs,
    },
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Ran {
        match self {
            Self::List { address } => {
                let delegator = session.address_or_own(address.as_deref())?;
                Output::of(&delegators::list(&session.mixnet()?, &delegator).await?)
            }
            Self::Rewards(Rewards::Claim { node }) => {
                let transactions = session.mixnet_transactions()?;
                let node_id = node.name()?.resolve(transactions.queries()).await?;
                Output::of(&delegators::claim_rewards(&transactions, node_id).await?)
            }
            Self::Delegate { node, amount } => {
                let transactions = session.mixnet_transactions()?;
                let node_id = node.name()?.resolve(transactions.queries()).await?;
                Output::of(&delegators::delegate(&transactions, node_id, amount).await?)
            }
            Self::DelegateMulti { input, output_file, memo } => {
                let transactions = session.mixnet_transactions()?;
                let exponent = transactions.client().queries().config().chain.mix_denom.display_exponent;
                let wanted = delegators::read_wanted(&input, exponent)?;
                let done = delegators::delegate_multi(&transactions, &wanted, &memo).await?;
                if let Some(path) = output_file {
                    delegators::append_changes(&done, &path)?;
                }
                Output::of(&done)
            }
            Self::Undelegate { node } => {
                let transactions = session.mixnet_transactions()?;
                let node_id = node.name()?.resolve(transactions.queries()).await?;
                Output::of(&delegators::undelegate(&transactions, node_id).await?)
            }
        }
    }
}
