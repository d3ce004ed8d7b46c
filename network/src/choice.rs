//! Which network a program works on: an env file, a name, the environment, or bare endpoints. Exactly one of them.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{KnownNetwork, Network, NetworkError, NymNetworkDetails, ValidatorDetails, details::parse_url, variable};

/// What a user said about the network. Nothing said is an error, not a default.
#[derive(Clone, Debug, Default)]
pub struct NetworkChoice {
    /// An env file.
    pub env_file: Option<PathBuf>,
    /// A network that is known by name.
    pub network: Option<String>,
    /// Values that replace those of the description for this run.
    pub overrides: Overrides,
}

/// Single values given on the command line.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Replaces the chain endpoint (and its websocket, which belongs to the endpoint).
    pub nyxd_url: Option<String>,
    /// Replaces the nym-api.
    pub nym_api_url: Option<String>,
    /// Replaces the mixnet contract's address.
    pub mixnet_contract_address: Option<String>,
    /// Replaces the vesting contract's address.
    pub vesting_contract_address: Option<String>,
}

impl NetworkChoice {
    /// The network that was chosen.
    ///
    /// `environment` holds the process's variables; they count only when nothing else was said and they carry the marker
    /// `CONFIGURED`, so that stray variables do not choose a network. A file or a name is never mixed with them.
    ///
    /// # Errors
    /// [`NetworkError::NotChosen`] when nothing was said, [`NetworkError::Ambiguous`] when a file and a name were, and
    /// every way in which the chosen description can be unreadable or incomplete.
    pub fn resolve(&self, environment: &BTreeMap<String, String>) -> Result<Network, NetworkError> {
        let mut network = match (&self.env_file, &self.network) {
            (Some(_), Some(network)) => return Err(NetworkError::Ambiguous { network: network.clone() }),
            (Some(path), None) => Network::read_env_file(path)?,
            (None, Some(name)) => name.parse::<KnownNetwork>()?.network(),
            (None, None) if environment.contains_key(variable::CONFIGURED) => Self::from_environment(environment)?,
            (None, None) => match &self.overrides.nyxd_url {
                Some(url) => NymNetworkDetails::new("custom")
                    .with_validator_endpoint(ValidatorDetails::new(url, None, None)?)
                    .into(),
                None => return Err(NetworkError::NotChosen),
            },
        };
        self.overrides.apply(&mut network)?;
        Ok(network)
    }

    fn from_environment(environment: &BTreeMap<String, String>) -> Result<Network, NetworkError> {
        let mut network = Network::from_variables(environment.clone(), "the environment")?;
        // The rest of a process environment (PATH, HOME, …) is no part of a network.
        network.other_variables.clear();
        Ok(network)
    }
}

impl Overrides {
    fn apply(&self, network: &mut Network) -> Result<(), NetworkError> {
        if let Some(url) = &self.nyxd_url {
            let api_url = network.details.first_endpoint().and_then(|endpoint| endpoint.api_url.clone());
            let endpoint = ValidatorDetails { api_url, ..ValidatorDetails::new(url, None, None)? };
            network.details.endpoints = vec![endpoint];
        }
        if let Some(url) = &self.nym_api_url {
            let url = parse_url(url)?;
            if let Some(endpoint) = network.details.endpoints.first_mut() {
                endpoint.api_url = Some(url.clone());
            }
            network.details.nym_api_urls = Some(vec![crate::ApiUrl::plain(url)]);
        }
        let contracts = &mut network.details.contracts;
        for (given, address) in [
            (&self.mixnet_contract_address, &mut contracts.mixnet_contract_address),
            (&self.vesting_contract_address, &mut contracts.vesting_contract_address),
        ] {
            if given.is_some() {
                address.clone_from(given);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{NetworkChoice, Overrides};
    use crate::{Network, NetworkError};
    use std::collections::BTreeMap;

    fn environment(text: &str) -> BTreeMap<String, String> {
        crate::parse_variables(text, "test").unwrap()
    }

    #[test]
    fn nothing_said_is_an_error_and_never_mainnet() {
        let stray = environment("NYXD=http://127.0.0.1:1\nNETWORK_NAME=stray\n");
        for variables in [BTreeMap::new(), stray] {
            let error = NetworkChoice::default().resolve(&variables).unwrap_err();
            assert!(matches!(error, NetworkError::NotChosen), "{error}");
            assert!(error.to_string().contains("--network mainnet"));
        }
    }

    #[test]
    fn mainnet_is_used_only_by_name() {
        let choice = NetworkChoice { network: Some("mainnet".into()), ..NetworkChoice::default() };
        assert_eq!(choice.resolve(&BTreeMap::new()).unwrap().details.network_name, "mainnet");
        let both = NetworkChoice { env_file: Some("x.env".into()), ..choice };
        assert!(matches!(both.resolve(&BTreeMap::new()).unwrap_err(), NetworkError::Ambiguous { .. }));
    }

    #[test]
    fn a_configured_environment_counts_when_nothing_else_was_said() {
        let text = Network::local("http://127.0.0.1:26657", "http://127.0.0.1:8000/").unwrap().to_env_text();
        let network = NetworkChoice::default().resolve(&environment(&format!("{text}PATH=/bin\n"))).unwrap();
        assert_eq!(network.details.network_name, "localnet");
        assert!(network.other_variables.is_empty());
        let error = NetworkChoice::default().resolve(&environment("CONFIGURED=true\n")).unwrap_err();
        assert!(error.to_string().starts_with("the environment is incomplete"), "{error}");
    }

    #[test]
    fn flags_replace_single_values_and_suffice_alone() {
        let overrides = Overrides {
            nyxd_url: Some("http://127.0.0.1:9".into()),
            mixnet_contract_address: Some("n1other".into()),
            ..Overrides::default()
        };
        let alone = NetworkChoice { overrides: overrides.clone(), ..NetworkChoice::default() };
        let network = alone.resolve(&BTreeMap::new()).unwrap();
        assert_eq!(network.details.contracts.mixnet_contract_address.as_deref(), Some("n1other"));
        let over = NetworkChoice { network: Some("mainnet".into()), overrides, env_file: None };
        let network = over.resolve(&BTreeMap::new()).unwrap();
        assert_eq!(network.nyxd_url().unwrap().as_str(), "http://127.0.0.1:9/");
        // The websocket of the replaced endpoint must not be listened to any more.
        assert_eq!(network.nyxd_websocket_url().unwrap().as_str(), "ws://127.0.0.1:9/websocket");
    }
}
