use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
};

use clap::Subcommand;
use cosmwasm_std::{Coin, coin};
use nyxd_client::AccountId;

use super::Ran;
use crate::{
    CliError, Session,
    account::{self, BalanceDisplay, DEFAULT_MEMO},
    output::Output,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a new account and print its words and address; keep the words
    Create {
        /// Number of words: 12, 15, 18, 21 or 24
        #[arg(long, default_value_t = 24)]
        word_count: usize,
    },
    /// What an account holds
    Balance {
        /// The account; one's own if there is none
        address: Option<String>,
        /// Only this denom, in its base unit (unym)
        #[arg(long)]
        denom: Option<String>,
        /// The number alone
        #[arg(long, requires = "denom")]
        hide_denom: bool,
        /// Base units
        #[arg(long)]
        raw: bool,
    },
    /// An account's public key
    PubKey {
        /// The account; one's own if there is none
        address: Option<String>,
        /// Derive it from the mnemonic instead of asking the chain
        #[arg(long, conflicts_with = "address")]
        from_mnemonic: bool,
    },
    /// Send coins
    Send {
        /// Who is paid
        recipient: String,
        /// How much, in base units
        amount: u128,
        /// Base unit of the coin; the mix denom if there is none
        #[arg(long)]
        denom: Option<String>,
        /// What the transaction says for itself
        #[arg(long, default_value = DEFAULT_MEMO)]
        memo: String,
    },
    /// Send coins to many accounts in one transaction
    SendMultiple {
        /// Table of address, amount, denom; denoms that start with `u` are in base units, others in display units
        #[arg(long, value_name = "CSV")]
        input: PathBuf,
        /// Table to which address, amount, denom, time and hash are added
        #[arg(long, value_name = "CSV")]
        output_file: Option<PathBuf>,
        /// What the transaction says for itself
        #[arg(long, default_value = DEFAULT_MEMO)]
        memo: String,
        /// Do not ask
        #[arg(short = 'y', long)]
        yes: bool,
    },
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Ran {
        match self {
            Self::Create { word_count } => {
                // The prefix is the network's where one is named; making an account needs none.
                let prefix = match session.network() {
                    Ok(network) => network.details.chain_details.bech32_account_prefix,
                    Err(CliError::Network(nym_network::NetworkError::NotChosen)) => {
                        nym_network::ChainDetails::nyx().bech32_account_prefix
                    }
                    Err(error) => return Err(error),
                };
                Output::of(&account::create(word_count, &prefix)?)
            }
            Self::Balance { address, denom, hide_denom, raw } => {
                let address = session.address_or_own(address.as_deref())?;
                let queries = session.queries()?;
                let exponent = queries.config().chain.mix_denom.display_exponent;
                let display = BalanceDisplay { raw, hide_denom, exponent };
                Output::of(&account::balance(&queries, &address, denom.as_deref(), display).await?)
            }
            Self::PubKey { from_mnemonic: true, .. } => {
                let prefix = nym_network::ChainDetails::nyx().bech32_account_prefix;
                public_key(&session.secret.signer(&prefix)?.public_key())
            }
            Self::PubKey { address, .. } => {
                let address = session.address_or_own(address.as_deref())?;
                public_key(&account::public_key(&session.queries()?, &address).await?)
            }
            Self::Send { recipient, amount, denom, memo } => {
                let client = session.signing()?;
                let recipient = client.queries().address(&recipient)?;
                let denom = denom.as_deref().unwrap_or(client.queries().mix_denom());
                Output::of(&account::send(&client, &recipient, coin(amount, denom), &memo).await?)
            }
            Self::SendMultiple { input, output_file, memo, yes } => {
                let client = session.signing()?;
                let transfers = account::read_transfers(&input, &client.queries().config().chain)?;
                if !yes {
                    confirm(&transfers)?;
                }
                let sent = account::send_many(&client, &transfers, &memo).await?;
                if let Some(path) = output_file {
                    account::append_receipts(client.queries(), &sent, &path).await?;
                }
                Output::of(&sent)
            }
        }
    }
}

fn public_key(key: &nyxd_client::PublicKey) -> Ran {
    let json: serde_json::Value =
        serde_json::from_str(&key.to_json()).map_err(|reason| CliError::value("the public key", "", reason))?;
    Output::json(&json)
}

/// Asks on the terminal; without one there is nobody to ask.
fn confirm(transfers: &[(AccountId, Coin)]) -> Result<(), CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::NotConfirmed);
    }
    let mut question: String =
        transfers.iter().map(|(recipient, amount)| format!("{amount} to {recipient}\n")).collect();
    question.push_str("Send this? [y/N] ");
    let mut stderr = std::io::stderr();
    // If the question cannot be shown, the answer will be missing too.
    let _shown = stderr.write_all(question.as_bytes()).and_then(|()| stderr.flush());
    let mut answer = String::new();
    match std::io::stdin().read_line(&mut answer) {
        Ok(_) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        _ => Err(CliError::NotConfirmed),
    }
}
