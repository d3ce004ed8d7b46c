//! The arguments of the program. This module only reads them and calls the library's functions.

mod account;
mod chain;
mod cosmwasm;
mod delegators;
mod ecash;
mod operators;
mod query;
mod signature;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use nym_network::{NetworkChoice, Overrides};
use zeroize::Zeroizing;

use crate::{CliError, Format, SecretSource, Session, mixnet::NodeName, output::Output};

const AFTER_HELP: &str = "\
Exit codes: 0 done, 2 wrong arguments, 3 network unknown or incomplete, 4 mnemonic or key unusable, 5 node does not
answer, 6 refused (nothing paid), 7 failed in its block (fee paid), 8 outcome unknown, 9 unusable input, 10 not found.";

/// Accounts, nodes, delegations and contracts of a Nym network.
#[derive(Debug, Parser)]
#[command(name = "nym-cli", version, after_help = AFTER_HELP, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Global {
    /// Words of the account. Others on this machine can see arguments: prefer --mnemonic-file, MNEMONIC or the prompt
    #[arg(long, global = true, value_name = "WORDS", conflicts_with = "mnemonic_file")]
    mnemonic: Option<String>,
    /// File with the words of the account, mode 0600; `-` is standard input
    #[arg(long, global = true, value_name = "FILE")]
    mnemonic_file: Option<PathBuf>,
    /// Which account of the mnemonic
    #[arg(long, global = true, value_name = "N", default_value_t = 0)]
    account_index: u32,
    /// The network's env file
    #[arg(short = 'c', long, global = true, value_name = "FILE", conflicts_with = "network")]
    config_env_file: Option<PathBuf>,
    /// A network that is known by name: mainnet or sandbox
    #[arg(long, global = true, value_name = "NAME")]
    network: Option<String>,
    /// Chain endpoint to use instead of the network's
    #[arg(long, global = true, value_name = "URL")]
    nyxd_url: Option<String>,
    /// nym-api to use instead of the network's
    #[arg(long, global = true, value_name = "URL")]
    nym_api_url: Option<String>,
    /// Mixnet contract to use instead of the network's
    #[arg(long, global = true, value_name = "ADDRESS")]
    mixnet_contract_address: Option<String>,
    /// Vesting contract to use instead of the network's
    #[arg(long, global = true, value_name = "ADDRESS")]
    vesting_contract_address: Option<String>,
    /// How to print results
    #[arg(short = 'o', long, global = true, value_enum, default_value_t)]
    output: Format,
}

/// The arguments may hold the words of an account, so they are never shown.
impl std::fmt::Debug for Global {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Global").field("output", &self.output).finish_non_exhaustive()
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make accounts, see what they hold, send from them
    #[command(subcommand)]
    Account(account::Command),
    /// Sign texts with an account, check signatures
    #[command(subcommand)]
    Signature(signature::Command),
    /// Buy, import and spend ticketbooks
    #[command(subcommand)]
    Ecash(ecash::Command),
    /// Look at blocks
    #[command(subcommand)]
    Block(chain::BlockCommand),
    /// Look at transactions
    #[command(subcommand)]
    Tx(chain::TxCommand),
    /// Upload, make, execute and inspect contracts
    #[command(subcommand)]
    Cosmwasm(cosmwasm::Command),
    /// Nodes, delegations and the state of the mixnet
    #[command(subcommand)]
    Mixnet(Mixnet),
}

#[derive(Debug, Subcommand)]
enum Mixnet {
    /// Ask about the network
    #[command(subcommand)]
    Query(query::Command),
    /// Delegate to nodes
    #[command(subcommand)]
    Delegators(delegators::Command),
    /// Run nodes
    #[command(subcommand)]
    Operators(operators::Command),
}

impl Cli {
    /// How results and errors are printed.
    pub fn format(&self) -> Format {
        self.global.output
    }
}

/// Runs a command and returns what belongs on standard output.
///
/// # Errors
/// Every failure of the command; [`CliError::exit_code`] says what the process should end with.
pub async fn run(cli: Cli) -> Result<String, CliError> {
    let format = cli.format();
    let session = cli.global.session();
    let output = match cli.command {
        Command::Account(command) => command.run(&session).await,
        Command::Signature(command) => command.run(&session).await,
        Command::Ecash(command) => command.run(&session).await,
        Command::Block(command) => command.run(&session).await,
        Command::Tx(command) => command.run(&session).await,
        Command::Cosmwasm(command) => command.run(&session).await,
        Command::Mixnet(Mixnet::Query(command)) => command.run(&session).await,
        Command::Mixnet(Mixnet::Delegators(command)) => command.run(&session).await,
        Command::Mixnet(Mixnet::Operators(command)) => command.run(&session).await,
    };
    output.map(|output| output.print(format))
}

impl Global {
    fn session(self) -> Session {
        Session {
            network: NetworkChoice {
                env_file: self.config_env_file,
                network: self.network,
                overrides: Overrides {
                    nyxd_url: self.nyxd_url,
                    nym_api_url: self.nym_api_url,
                    mixnet_contract_address: self.mixnet_contract_address,
                    vesting_contract_address: self.vesting_contract_address,
                },
            },
            secret: SecretSource {
                words: self.mnemonic.map(Zeroizing::new),
                file: self.mnemonic_file,
                index: self.account_index,
            },
        }
    }
}

/// A node, by number or by identity key.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct NodeArgs {
    /// The node's number
    #[arg(long, alias = "node-id", value_name = "ID")]
    mix_id: Option<u32>,
    /// The node's identity key
    #[arg(long, value_name = "BASE58")]
    identity_key: Option<String>,
}

impl NodeArgs {
    fn name(self) -> Result<NodeName, CliError> {
        match (self.mix_id, self.identity_key) {
            (Some(node_id), _) => Ok(NodeName::Id(node_id)),
            (None, Some(identity)) => Ok(NodeName::Identity(identity)),
            (None, None) => Err(CliError::Usage("name the node with --mix-id or --identity-key")),
        }
    }
}

type Ran = Result<Output, CliError>;

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
