//! What a command works with: the network, the chain, the account. Each is looked for when it is first needed, so a
//! command that needs no network runs without one.

use std::collections::BTreeMap;

use nym_network::{Network, NetworkChoice};
use nyxd_client::{
    AccountId, Config, QueryClient, SigningClient,
    mixnet::{MixnetQueries, MixnetTransactions},
};

use crate::{CliError, SecretSource};

/// A run of the program: which network, which account.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// What was said about the network.
    pub network: NetworkChoice,
    /// What was said about the account.
    pub secret: SecretSource,
}

impl Session {
    /// The network.
    ///
    /// # Errors
    /// [`CliError::Network`] when none is named or its description is unusable.
    pub fn network(&self) -> Result<Network, CliError> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Ok(self.network.resolve(&environment)?)
    }

    /// A client that reads the chain.
    ///
    /// # Errors
    /// As [`Session::network`].
    pub fn queries(&self) -> Result<QueryClient, CliError> {
        Ok(QueryClient::connect(Config::from_network(&self.network()?)?)?)
    }

    /// A client that sends from the account.
    ///
    /// # Errors
    /// As [`Session::network`], and [`CliError::NoMnemonic`] without an account.
    pub fn signing(&self) -> Result<SigningClient, CliError> {
        let queries = self.queries()?;
        let signer = self.secret.signer(queries.prefix())?;
        Ok(SigningClient::new(queries, signer))
    }

    /// The mixnet contract, for reading.
    ///
    /// # Errors
    /// As [`Session::network`], and [`CliError::NoContract`] where the network names none.
    pub fn mixnet(&self) -> Result<MixnetQueries, CliError> {
        Ok(MixnetQueries::new(self.queries()?, self.mixnet_contract()?))
    }

    /// The mixnet contract, for sending from the account.
    ///
    /// # Errors
    /// As [`Session::mixnet`] and [`Session::signing`].
    pub fn mixnet_transactions(&self) -> Result<MixnetTransactions, CliError> {
        Ok(MixnetTransactions::new(self.signing()?, self.mixnet_contract()?))
    }

    /// The address that was given, or the account's own.
    ///
    /// # Errors
    /// For a string that is no address, and as [`Session::signing`].
    pub fn address_or_own(&self, given: Option<&str>) -> Result<AccountId, CliError> {
        let prefix = self.network()?.details.chain_details.bech32_account_prefix;
        match given {
            Some(address) => Ok(nyxd_client::parse_address(address, &prefix)?),
            None => Ok(self.secret.signer(&prefix)?.address().clone()),
        }
    }

    fn mixnet_contract(&self) -> Result<AccountId, CliError> {
        let network = self.network()?;
        let address = network.details.contracts.mixnet_contract_address.ok_or_else(|| CliError::NoContract {
            network: network.details.network_name.clone(),
            contract: "mixnet",
            variable: nym_network::variable::MIXNET_CONTRACT_ADDRESS,
            flag: Some("--mixnet-contract-address"),
        })?;
        Ok(nyxd_client::parse_address(&address, &network.details.chain_details.bech32_account_prefix)?)
    }
}
