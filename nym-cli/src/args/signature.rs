use clap::Subcommand;

use super::Ran;
use crate::{Session, output::Output, signature};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign a text with the account's key
    Sign {
        /// The text
        message: String,
    },
    /// Check a signature; one that does not hold is a failure
    Verify {
        /// The key as JSON, or an address whose key the chain knows
        public_key_or_address: String,
        /// The signature, hex
        signature: String,
        /// The text
        message: String,
    },
}

impl Command {
    pub(super) async fn run(self, session: &Session) -> Ran {
        match self {
            Self::Sign { message } => {
                let prefix = match session.network() {
                    Ok(network) => network.details.chain_details.bech32_account_prefix,
                    Err(_) => nym_network::ChainDetails::nyx().bech32_account_prefix,
                };
                Output::json(&signature::sign(&session.secret.signer(&prefix)?, &message)?)
            }
            Self::Verify { public_key_or_address, signature, message } => {
                let key = signature::resolve_key(&public_key_or_address, || session.queries()).await?;
                Output::of(&signature::verify(&key, &signature, &message)?)
            }
        }
    }
}
