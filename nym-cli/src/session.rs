//! What a command works with: the network, the chain, the account. Each is looked for when it is first needed, so a
//! command that needs no network runs without one.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use nym_network::{Network, NetworkChoice, NetworkError};
use nym_ticketbooks::network::{QuorumContracts, chain_time};
use nyxd_client::{
    AccountId, Config, QueryClient, SigningClient,
    dkg::DkgQueries,
    ecash::{EcashQueries, EcashTransactions},
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

    /// The quorum's contracts; with an account where one is needed that pays.
    ///
    /// # Errors
    /// As [`Session::mixnet`], and as [`Session::signing`] where an account is needed.
    pub fn quorum(&self, pays: bool) -> Result<QuorumContracts, CliError> {
        let contracts = self.network()?.details.contracts;
        let ecash = self.contract(
            contracts.ecash_contract_address,
            "ecash",
            nym_network::variable::ECASH_CONTRACT_ADDRESS,
            None,
        )?;
        let dkg = self.contract(
            contracts.coconut_dkg_contract_address,
            "key generation",
            nym_network::variable::COCONUT_DKG_CONTRACT_ADDRESS,
            None,
        )?;
        let payer = if pays { Some(EcashTransactions::new(self.signing()?, ecash.clone())) } else { None };
        let queries = self.queries()?;
        Ok(QuorumContracts {
            ecash: EcashQueries::new(queries.clone(), ecash),
            dkg: DkgQueries::new(queries, dkg),
            payer,
        })
    }

    /// The time in Unix seconds: the network's where one is named, the machine's otherwise.
    ///
    /// # Errors
    /// When the named network's node does not answer.
    pub async fn now(&self) -> Result<i64, CliError> {
        match self.network() {
            Ok(_) => Ok(chain_time(&self.queries()?).await?),
            Err(CliError::Network(NetworkError::NotChosen)) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Ok(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
            }
            Err(error) => Err(error),
        }
    }

    fn mixnet_contract(&self) -> Result<AccountId, CliError> {
        self.contract(
            self.network()?.details.contracts.mixnet_contract_address,
            "mixnet",
            nym_network::variable::MIXNET_CONTRACT_ADDRESS,
            Some("--mixnet-contract-address"),
        )
    }

    fn contract(
        &self,
        address: Option<String>,
        contract: &'static str,
        variable: &'static str,
        flag: Option<&'static str>,
    ) -> Result<AccountId, CliError> {
        let details = self.network()?.details;
        let network = details.network_name;
        let address = address.ok_or(CliError::NoContract { network, contract, variable, flag })?;
        Ok(nyxd_client::parse_address(&address, &details.chain_details.bech32_account_prefix)?)
    }
}
