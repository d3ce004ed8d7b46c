//! A network as an env file describes it: the JSON description and the few values that only the file carries.

use std::{collections::BTreeMap, fs, path::Path};

use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    ApiUrl, ChainDetails, DenomDetails, NetworkError, NymContracts, NymNetworkDetails, ValidatorDetails,
    env_file::{line, parse_variables},
    variable as v,
};

/// Everything that a program must know to work on one network (`docs/protocol/quorum-contracts.md §10.3`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// What the JSON description holds.
    pub details: NymNetworkDetails,
    /// Account of the service that turns epochs.
    pub rewarding_validator_address: Option<String>,
    /// Where exit nodes fetch the text of the exit policy.
    pub exit_policy: Option<Url>,
    /// Variables of the file that this crate gives no meaning to; they are written back as they were.
    pub other_variables: BTreeMap<String, String>,
}

/// Variables without which a description is incomplete. Contract addresses may be empty, but must be written down:
/// other programs fill an absent one with mainnet's.
const REQUIRED: [&str; 15] = [
    v::NETWORK_NAME,
    v::BECH32_PREFIX,
    v::MIX_DENOM,
    v::MIX_DENOM_DISPLAY,
    v::STAKE_DENOM,
    v::STAKE_DENOM_DISPLAY,
    v::DENOMS_EXPONENT,
    v::MIXNET_CONTRACT_ADDRESS,
    v::VESTING_CONTRACT_ADDRESS,
    v::ECASH_CONTRACT_ADDRESS,
    v::GROUP_CONTRACT_ADDRESS,
    v::MULTISIG_CONTRACT_ADDRESS,
    v::COCONUT_DKG_CONTRACT_ADDRESS,
    v::NYXD,
    v::NYM_API,
];

/// Other programs fill these from mainnet, so they are written even where they are empty.
const UPGRADE_MODE: [&str; 2] = [v::UPGRADE_MODE_ATTESTATION_URL, v::UPGRADE_MODE_ATTESTER_ED25519_PUBKEY];

impl Network {
    /// A network of one's own on a Nyx chain, without contracts.
    ///
    /// # Errors
    /// [`NetworkError::Url`] for an address that is no URL.
    pub fn local(nyxd_url: &str, nym_api_url: &str) -> Result<Self, NetworkError> {
        let endpoint = ValidatorDetails::new(nyxd_url, Some(nym_api_url), None)?;
        let apis = endpoint.api_url.clone().map(ApiUrl::plain).into_iter().collect();
        Ok(Self::from(NymNetworkDetails::new("localnet").with_validator_endpoint(endpoint).with_nym_api_urls(apis)))
    }

    /// Replaces the contract addresses.
    #[must_use]
    pub fn with_contracts(mut self, contracts: NymContracts) -> Self {
        self.details.contracts = contracts;
        self
    }

    /// Reads an env file.
    ///
    /// # Errors
    /// Every way in which the file can be unreadable, incomplete or wrong; see [`NetworkError`].
    pub fn read_env_file(path: &Path) -> Result<Self, NetworkError> {
        let text = fs::read_to_string(path).map_err(|reason| NetworkError::File {
            action: "read",
            path: path.into(),
            reason,
        })?;
        let name = path.display().to_string();
        Self::from_variables(parse_variables(&text, &name)?, &name)
    }

    /// Writes an env file that every Nym program reads as this network and nothing else.
    ///
    /// # Errors
    /// [`NetworkError::File`] when the file cannot be written.
    pub fn write_env_file(&self, path: &Path) -> Result<(), NetworkError> {
        fs::write(path, self.to_env_text()).map_err(|reason| NetworkError::File {
            action: "write",
            path: path.into(),
            reason,
        })
    }

    /// Reads the text of an env file.
    ///
    /// # Errors
    /// As [`Network::read_env_file`].
    pub fn from_env_text(text: &str) -> Result<Self, NetworkError> {
        let name = "the env text";
        Self::from_variables(parse_variables(text, name)?, name)
    }

    /// Builds a description from variables; `source_name` says in errors where they came from.
    ///
    /// # Errors
    /// As [`Network::read_env_file`].
    pub fn from_variables(variables: BTreeMap<String, String>, source_name: &str) -> Result<Self, NetworkError> {
        let mut reader = Reader { variables, source_name };
        reader.apply_old_names();
        reader.check_complete()?;

        let exponent = reader.parse(v::DENOMS_EXPONENT, str::parse::<u32>)?;
        let chain_details = ChainDetails {
            bech32_account_prefix: reader.filled(v::BECH32_PREFIX)?,
            mix_denom: DenomDetails::new(reader.filled(v::MIX_DENOM)?, reader.filled(v::MIX_DENOM_DISPLAY)?, exponent),
            stake_denom: DenomDetails::new(
                reader.filled(v::STAKE_DENOM)?,
                reader.filled(v::STAKE_DENOM_DISPLAY)?,
                exponent,
            ),
        };
        let api_url = reader.url(v::NYM_API)?;
        let endpoint = ValidatorDetails {
            nyxd_url: reader.parse(v::NYXD, Url::parse)?,
            websocket_url: reader.url(v::NYXD_WS)?,
            api_url: api_url.clone(),
        };
        let contracts = NymContracts {
            mixnet_contract_address: reader.take(v::MIXNET_CONTRACT_ADDRESS),
            vesting_contract_address: reader.take(v::VESTING_CONTRACT_ADDRESS),
            performance_contract_address: reader.take(v::PERFORMANCE_CONTRACT_ADDRESS),
            ecash_contract_address: reader.take(v::ECASH_CONTRACT_ADDRESS),
            group_contract_address: reader.take(v::GROUP_CONTRACT_ADDRESS),
            multisig_contract_address: reader.take(v::MULTISIG_CONTRACT_ADDRESS),
            coconut_dkg_contract_address: reader.take(v::COCONUT_DKG_CONTRACT_ADDRESS),
        };
        // A file without the list means the one API that it names, never the list of another network.
        let listed_apis = reader.json::<Vec<ApiUrl>>(v::NYM_APIS)?;
        let details = NymNetworkDetails {
            network_name: reader.filled(v::NETWORK_NAME)?,
            chain_details,
            endpoints: vec![endpoint],
            contracts,
            nym_vpn_api_url: reader.url(v::NYM_VPN_API)?,
            nym_api_urls: listed_apis.or_else(|| api_url.map(|url| vec![ApiUrl::plain(url)])),
            nym_vpn_api_urls: reader.json(v::NYM_VPN_APIS)?,
        };
        let rewarding_validator_address = reader.take(v::REWARDING_VALIDATOR_ADDRESS);
        let exit_policy = reader.url(v::EXIT_POLICY)?;
        reader.variables.remove(v::CONFIGURED);
        for name in UPGRADE_MODE {
            if let Some(value) = reader.take(name) {
                reader.variables.insert(name.into(), value);
            }
        }
        Ok(Self { details, rewarding_validator_address, exit_policy, other_variables: reader.variables })
    }

    /// The env file's text. Every variable that other programs would fill with mainnet's value is written, empty where
    /// there is no value.
    pub fn to_env_text(&self) -> String {
        let details = &self.details;
        let chain = &details.chain_details;
        let contracts = &details.contracts;
        let endpoint = details.first_endpoint();
        let text = |value: Option<&Url>| value.map(Url::to_string).unwrap_or_default();
        let list = |urls: &Option<Vec<ApiUrl>>| {
            urls.as_ref()
                .map(|urls| serde_json::to_string(urls).expect("a list of strings always serialises"))
                .unwrap_or_default()
        };
        let address = |address: &Option<String>| address.clone().unwrap_or_default();
        let known = [
            (v::CONFIGURED, "true".to_owned()),
            (v::NETWORK_NAME, details.network_name.clone()),
            (v::BECH32_PREFIX, chain.bech32_account_prefix.clone()),
            (v::MIX_DENOM, chain.mix_denom.base.clone()),
            (v::MIX_DENOM_DISPLAY, chain.mix_denom.display.clone()),
            (v::STAKE_DENOM, chain.stake_denom.base.clone()),
            (v::STAKE_DENOM_DISPLAY, chain.stake_denom.display.clone()),
            (v::DENOMS_EXPONENT, chain.mix_denom.display_exponent.to_string()),
            (v::MIXNET_CONTRACT_ADDRESS, address(&contracts.mixnet_contract_address)),
            (v::VESTING_CONTRACT_ADDRESS, address(&contracts.vesting_contract_address)),
            (v::ECASH_CONTRACT_ADDRESS, address(&contracts.ecash_contract_address)),
            (v::GROUP_CONTRACT_ADDRESS, address(&contracts.group_contract_address)),
            (v::MULTISIG_CONTRACT_ADDRESS, address(&contracts.multisig_contract_address)),
            (v::COCONUT_DKG_CONTRACT_ADDRESS, address(&contracts.coconut_dkg_contract_address)),
            (v::PERFORMANCE_CONTRACT_ADDRESS, address(&contracts.performance_contract_address)),
            (v::REWARDING_VALIDATOR_ADDRESS, address(&self.rewarding_validator_address)),
            (v::NYXD, text(endpoint.map(|endpoint| &endpoint.nyxd_url))),
            (v::NYXD_WS, text(endpoint.and_then(|endpoint| endpoint.websocket_url.as_ref()))),
            (v::NYM_API, text(endpoint.and_then(|endpoint| endpoint.api_url.as_ref()))),
            (v::NYM_APIS, list(&details.nym_api_urls)),
            (v::NYM_VPN_API, text(details.nym_vpn_api_url.as_ref())),
            (v::NYM_VPN_APIS, list(&details.nym_vpn_api_urls)),
            (v::EXIT_POLICY, text(self.exit_policy.as_ref())),
        ];
        let upgrade_mode = UPGRADE_MODE
            .into_iter()
            .filter(|name| !self.other_variables.contains_key(*name))
            .map(|name| line(name, ""));
        let others = self.other_variables.iter().map(|(name, value)| line(name, value));
        known.iter().map(|(name, value)| line(name, value)).chain(upgrade_mode).chain(others).collect()
    }

    /// The chain endpoint that programs use.
    pub fn nyxd_url(&self) -> Option<&Url> {
        self.details.first_endpoint().map(|endpoint| &endpoint.nyxd_url)
    }

    /// The websocket of that endpoint: as given, or `/websocket` under the RPC address.
    pub fn nyxd_websocket_url(&self) -> Option<Url> {
        let endpoint = self.details.first_endpoint()?;
        if let Some(url) = &endpoint.websocket_url {
            return Some(url.clone());
        }
        let mut url = endpoint.nyxd_url.clone();
        let scheme = if matches!(url.scheme(), "https" | "wss") { "wss" } else { "ws" };
        url.set_scheme(scheme).ok()?;
        let path = format!("{}/websocket", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Some(url)
    }
}

impl From<NymNetworkDetails> for Network {
    fn from(details: NymNetworkDetails) -> Self {
        Self { details, rewarding_validator_address: None, exit_policy: None, other_variables: BTreeMap::new() }
    }
}

/// Takes variables out one by one; what is left has no meaning here.
struct Reader<'a> {
    variables: BTreeMap<String, String>,
    source_name: &'a str,
}

impl Reader<'_> {
    fn apply_old_names(&mut self) {
        for (old, new) in [(v::NYMD_VALIDATOR, v::NYXD), (v::API_VALIDATOR, v::NYM_API)] {
            if let Some(value) = self.variables.remove(old) {
                self.variables.entry(new.into()).or_insert(value);
            }
        }
    }

    fn check_complete(&self) -> Result<(), NetworkError> {
        let missing: Vec<_> = REQUIRED.into_iter().filter(|name| !self.variables.contains_key(*name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(NetworkError::Incomplete { source_name: self.source_name.into(), missing })
    }

    /// The value, `None` where it is absent or empty.
    fn take(&mut self, name: &str) -> Option<String> {
        self.variables.remove(name).filter(|value| !value.is_empty())
    }

    fn filled(&mut self, variable: &'static str) -> Result<String, NetworkError> {
        self.take(variable).ok_or_else(|| NetworkError::Empty { source_name: self.source_name.into(), variable })
    }

    fn parse<T, E: std::fmt::Display>(
        &mut self,
        variable: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<T, NetworkError> {
        let value = self.filled(variable)?;
        parse(&value).map_err(|reason| self.invalid(variable, value, &reason))
    }

    fn url(&mut self, variable: &'static str) -> Result<Option<Url>, NetworkError> {
        let Some(value) = self.take(variable) else { return Ok(None) };
        Url::parse(&value).map(Some).map_err(|reason| self.invalid(variable, value, &reason))
    }

    fn json<T: DeserializeOwned>(&mut self, variable: &'static str) -> Result<Option<T>, NetworkError> {
        let Some(value) = self.take(variable) else { return Ok(None) };
        serde_json::from_str(&value).map(Some).map_err(|reason| self.invalid(variable, value, &reason))
    }

    fn invalid(&self, variable: &'static str, value: String, reason: &impl ToString) -> NetworkError {
        NetworkError::Invalid { source_name: self.source_name.into(), variable, value, reason: reason.to_string() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{Network, REQUIRED};
    use crate::{KnownNetwork, NetworkError, NymContracts};

    fn local() -> Network {
        let mut network = Network::local("http://127.0.0.1:26657", "http://127.0.0.1:8000/").unwrap();
        network.details.contracts =
            NymContracts { mixnet_contract_address: Some("n1mix".into()), ..NymContracts::default() };
        network.other_variables.insert("DKG_TIME_CONFIGURATION".into(), "60 30 # x".into());
        network
    }

    #[test]
    fn written_files_are_read_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("network.env");
        for network in [local(), KnownNetwork::Mainnet.network(), KnownNetwork::Sandbox.network()] {
            network.write_env_file(&path).unwrap();
            let read = Network::read_env_file(&path).unwrap();
            assert_eq!(read, network);
            assert_eq!(Network::from_env_text(&read.to_env_text()).unwrap(), read);
        }
    }

    #[test]
    fn every_missing_variable_is_named() {
        let text = local().to_env_text();
        for required in REQUIRED {
            let without: String = text
                .lines()
                .filter(|line| !line.starts_with(&format!("{required}=")))
                .map(|l| format!("{l}\n"))
                .collect();
            match Network::from_env_text(&without).unwrap_err() {
                NetworkError::Incomplete { missing, .. } => assert_eq!(missing, [required]),
                other => panic!("{other}"),
            }
        }
        match Network::from_env_text("").unwrap_err() {
            NetworkError::Incomplete { missing, .. } => assert_eq!(missing, REQUIRED),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn nothing_of_mainnet_enters_another_network() {
        let without_lists: String = local()
            .to_env_text()
            .lines()
            .filter(|line| {
                !line.starts_with("NYM_APIS") && !line.starts_with("NYM_VPN") && !line.starts_with("NYXD_WS")
            })
            .map(|l| format!("{l}\n"))
            .collect();
        let network = Network::from_env_text(&without_lists).unwrap();
        assert_eq!(network.details.nym_api_urls, local().details.nym_api_urls);
        assert_eq!(network.details.nym_vpn_api_urls, None);
        assert_eq!(network.nyxd_websocket_url().unwrap().as_str(), "ws://127.0.0.1:26657/websocket");
        let json = serde_json::to_string(&network.details).unwrap();
        assert!(!json.contains("nymtech"), "{json}");
    }

    #[test]
    fn wrong_values_name_their_variable() {
        for (name, bad) in [("DENOMS_EXPONENT", "six"), ("NYXD", "nowhere"), ("NYM_APIS", "[1]"), ("NYM_API", "::")] {
            let text = format!("{name}={bad}\n{}", local().to_env_text());
            let error = Network::from_env_text(&text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{name}=\"{bad}\"")), "{error}");
        }
        let error = Network::from_env_text(&format!("NYXD=\n{}", local().to_env_text())).unwrap_err();
        assert!(matches!(error, NetworkError::Empty { variable: "NYXD", .. }), "{error}");
    }

    #[test]
    fn old_names_are_read_where_the_new_ones_are_absent() {
        let text = local().to_env_text().replace("NYXD=", "NYMD_VALIDATOR=").replace("NYM_API=", "API_VALIDATOR=");
        let network = Network::from_env_text(&text).unwrap();
        assert_eq!(network.nyxd_url(), local().nyxd_url());
    }
}
