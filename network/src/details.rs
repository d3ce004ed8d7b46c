//! The JSON description of a network (`docs/protocol/clients-and-exit.md §0.1`), as nym-api serves it and SDKs take it.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{ChainDetails, DenomDetails, NetworkError};

/// Name, chain, endpoints and contracts of a network. The JSON members are public interface: none may be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NymNetworkDetails {
    /// `mainnet`, `sandbox`, or any name of one's own.
    pub network_name: String,
    /// Address prefix and denoms.
    pub chain_details: ChainDetails,
    /// Chain endpoints, the first is used first.
    pub endpoints: Vec<ValidatorDetails>,
    /// Addresses of the contracts that stand.
    pub contracts: NymContracts,
    /// The VPN service's API, if there is one.
    pub nym_vpn_api_url: Option<Url>,
    /// Every nym-api of the network.
    pub nym_api_urls: Option<Vec<ApiUrl>>,
    /// Every VPN API of the network.
    pub nym_vpn_api_urls: Option<Vec<ApiUrl>>,
}

/// One chain endpoint and the nym-api that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidatorDetails {
    /// CometBFT JSON-RPC over HTTP.
    pub nyxd_url: Url,
    /// The RPC's websocket; absent: `/websocket` under the RPC address.
    pub websocket_url: Option<Url>,
    /// The nym-api's base.
    pub api_url: Option<Url>,
}

/// An API's address, and the hosts that it can be reached through where it is blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiUrl {
    /// Base address.
    pub url: Url,
    /// Names to show in the TLS handshake instead of the real one.
    pub front_hosts: Option<Vec<String>>,
}

/// Addresses of the network's contracts; `None` where a contract does not stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each member is the address of the contract that it names")]
pub struct NymContracts {
    pub mixnet_contract_address: Option<String>,
    pub vesting_contract_address: Option<String>,
    #[serde(default)]
    pub performance_contract_address: Option<String>,
    pub ecash_contract_address: Option<String>,
    pub group_contract_address: Option<String>,
    pub multisig_contract_address: Option<String>,
    pub coconut_dkg_contract_address: Option<String>,
}

impl NymNetworkDetails {
    /// A network of this name on a Nyx chain, without endpoints or contracts.
    pub fn new(network_name: impl Into<String>) -> Self {
        Self {
            network_name: network_name.into(),
            chain_details: ChainDetails::nyx(),
            endpoints: Vec::new(),
            contracts: NymContracts::default(),
            nym_vpn_api_url: None,
            nym_api_urls: None,
            nym_vpn_api_urls: None,
        }
    }

    /// Replaces the endpoints by this one.
    #[must_use]
    pub fn with_validator_endpoint(mut self, endpoint: ValidatorDetails) -> Self {
        self.endpoints = vec![endpoint];
        self
    }

    /// Adds an endpoint after those that are there.
    #[must_use]
    pub fn with_additional_validator_endpoint(mut self, endpoint: ValidatorDetails) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// Replaces the address prefix.
    #[must_use]
    pub fn with_bech32_account_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.chain_details.bech32_account_prefix = prefix.into();
        self
    }

    /// Replaces the denom of fees and stake on nodes.
    #[must_use]
    pub fn with_mix_denom(mut self, denom: DenomDetails) -> Self {
        self.chain_details.mix_denom = denom;
        self
    }

    /// Replaces the denom of validators.
    #[must_use]
    pub fn with_stake_denom(mut self, denom: DenomDetails) -> Self {
        self.chain_details.stake_denom = denom;
        self
    }

    /// Replaces all contract addresses.
    #[must_use]
    pub fn with_contracts(mut self, contracts: NymContracts) -> Self {
        self.contracts = contracts;
        self
    }

    /// Replaces the list of nym-apis.
    #[must_use]
    pub fn with_nym_api_urls(mut self, urls: Vec<ApiUrl>) -> Self {
        self.nym_api_urls = Some(urls);
        self
    }

    /// The first endpoint, which programs use unless told otherwise.
    pub fn first_endpoint(&self) -> Option<&ValidatorDetails> {
        self.endpoints.first()
    }
}

impl ValidatorDetails {
    /// An endpoint from its addresses.
    ///
    /// # Errors
    /// [`NetworkError::Url`] for a string that is no URL.
    pub fn new(nyxd_url: &str, api_url: Option<&str>, websocket_url: Option<&str>) -> Result<Self, NetworkError> {
        Ok(Self {
            nyxd_url: parse_url(nyxd_url)?,
            websocket_url: websocket_url.map(parse_url).transpose()?,
            api_url: api_url.map(parse_url).transpose()?,
        })
    }
}

impl ApiUrl {
    /// An API that is reached by its own name.
    pub fn plain(url: Url) -> Self {
        Self { url, front_hosts: None }
    }
}

pub(crate) fn parse_url(value: &str) -> Result<Url, NetworkError> {
    Url::parse(value).map_err(|reason| NetworkError::Url { value: value.into(), reason })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::NymNetworkDetails;

    /// The example of `docs/protocol/clients-and-exit.md §0.1`, one line.
    const EXAMPLE: &str = concat!(
        r#"{"network_name":"local","chain_details":{"bech32_account_prefix":"n","#,
        r#""mix_denom":{"base":"unym","display":"nym","display_exponent":6},"#,
        r#""stake_denom":{"base":"unyx","display":"nyx","display_exponent":6}},"#,
        r#""endpoints":[{"nyxd_url":"http://127.0.0.1:26657/","websocket_url":null,"api_url":"http://127.0.0.1:8000/"}],"#,
        r#""contracts":{"mixnet_contract_address":"n1mix","vesting_contract_address":null,"#,
        r#""performance_contract_address":null,"ecash_contract_address":null,"group_contract_address":null,"#,
        r#""multisig_contract_address":null,"coconut_dkg_contract_address":null},"nym_vpn_api_url":null,"#,
        r#""nym_api_urls":[{"url":"http://127.0.0.1:8000/","front_hosts":null}],"nym_vpn_api_urls":null}"#,
    );

    #[test]
    fn json_keeps_the_published_members_and_their_order() {
        let details: NymNetworkDetails = serde_json::from_str(EXAMPLE).unwrap();
        assert_eq!(serde_json::to_string(&details).unwrap(), EXAMPLE);
    }

    #[test]
    fn a_description_without_a_performance_contract_is_read() {
        let older = EXAMPLE.replace(r#""performance_contract_address":null,"#, "");
        let details: NymNetworkDetails = serde_json::from_str(&older).unwrap();
        assert_eq!(serde_json::to_string(&details).unwrap(), EXAMPLE);
    }
}
