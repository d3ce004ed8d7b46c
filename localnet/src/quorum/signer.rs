//! One signer: a service in this process, or a `nym-api` process of its own.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use ed25519_dalek::VerifyingKey;
use futures::future::try_join_all;
use nym_api::{Config, Handle, Secret, Service, identity};
use nym_api_requests::NymApiClient;
use nym_network::Network;
use url::Url;

use super::process::{Process, beside};
use crate::{accounts::Account, error::LocalnetError, options::Options, report::SignerReport};

/// How often signers look at the chain: a localnet should not make anybody wait.
const SIGNERS_LOOK: Duration = Duration::from_millis(500);
/// The network that the processes of signers read.
const NETWORK_FILE: &str = "signers.env";
/// Who and where the signers are, for whoever cannot wait for the walk's end.
const SIGNERS_FILE: &str = "signers.json";

/// A running signer.
pub struct Signer {
    place: Place,
    running: Running,
}

/// Who a signer is and where.
struct Place {
    name: String,
    account: String,
    url: Url,
    home: PathBuf,
    identity: VerifyingKey,
    api: NymApiClient,
}

enum Running {
    Here(Handle),
    Process(Process),
}

/// Starts a signer for every account and waits until all answer.
pub async fn start(
    accounts: &[Account],
    network: &Network,
    options: &Options,
    files: &Path,
) -> Result<Vec<Signer>, LocalnetError> {
    let ports = ports(options.signer_port, accounts.len())?;
    let places = accounts.iter().zip(ports).map(|(account, port)| Place::prepare(account, port, files, options));
    let places = places.collect::<Result<Vec<_>, _>>()?;
    let signers = if options.processes {
        let program = options.nym_api.clone().map_or_else(|| beside("nym-api"), Ok)?;
        let network_file = files.join(NETWORK_FILE);
        network.write_env_file(&network_file)?;
        try_join_all(places.into_iter().map(|(place, _)| place.process(&program, &network_file))).await?
    } else {
        try_join_all(places.into_iter().map(|(place, config)| place.service(config, network))).await?
    };
    let reports: Vec<_> = signers.iter().map(Signer::report).collect();
    crate::report::write_json(&reports, &files.join(SIGNERS_FILE))?;
    Ok(signers)
}

impl Place {
    /// Writes the configuration and, the first time, an identity.
    fn prepare(account: &Account, port: u16, files: &Path, options: &Options) -> Result<(Self, Config), LocalnetError> {
        let failed = |source: nym_api::ServiceError| LocalnetError::Signer {
            name: account.role.clone(),
            reason: source.to_string(),
        };
        let home = files.join(&account.role);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let url: Url = format!("http://{address}/").parse().expect("an address makes a URL");
        let config = config(account, address, &url, &home, options);
        config.store(&home.join("config/config.toml")).map_err(|error| failed(error.into()))?;
        let identity =
            identity::load_or_create(&config.base.storage_paths).map_err(|error| failed(error.into()))?.verifying_key();
        let api = NymApiClient::new(url.clone())?;
        let (name, account) = (account.role.clone(), account.address.to_string());
        Ok((Self { name, account, url, home, identity, api }, config))
    }

    async fn service(self, config: Config, network: &Network) -> Result<Signer, LocalnetError> {
        let started = Service::start(config, network).await;
        let handle =
            started.map_err(|source| LocalnetError::Signer { name: self.name.clone(), reason: source.to_string() })?;
        Ok(Signer { place: self, running: Running::Here(handle) })
    }

    async fn process(self, program: &Path, network_file: &Path) -> Result<Signer, LocalnetError> {
        let log = self.home.join("nym-api.log");
        fs::create_dir_all(&self.home).map_err(|source| LocalnetError::Write { file: self.home.clone(), source })?;
        let (network_file, home) = (network_file.display().to_string(), self.home.display().to_string());
        let arguments = ["--config-env-file", network_file.as_str(), "run", "--folder", home.as_str()];
        let process = Process::start(program, &arguments, &log)?;
        let serves = process.serves(&self.api).await;
        serves.map_err(|reason| LocalnetError::Signer { name: self.name.clone(), reason })?;
        Ok(Signer { place: self, running: Running::Process(process) })
    }
}

impl Signer {
    /// Its role, for instance `signer-1`.
    pub fn name(&self) -> &str {
        &self.place.name
    }

    /// Base URL of its API.
    pub fn url(&self) -> &Url {
        &self.place.url
    }

    /// A client of its API.
    pub fn api(&self) -> &NymApiClient {
        &self.place.api
    }

    /// The key that signs its lists of spent tickets.
    pub fn identity(&self) -> VerifyingKey {
        self.place.identity
    }

    /// How it ended, if it did so by itself.
    pub fn ended(&self) -> Option<String> {
        match &self.running {
            Running::Here(_) => None,
            Running::Process(process) => process.ended(),
        }
    }

    /// Whether it signs with the keys of this epoch.
    pub async fn serves_with(&self, epoch: u64) -> bool {
        let status = self.place.api.signer_status().await;
        status.is_ok_and(|status| status.body.has_signing_keys && status.body.dkg_ecash_epoch_id == epoch)
    }

    /// For other programs.
    pub fn report(&self) -> SignerReport {
        let (pid, log, command) = match &self.running {
            Running::Here(_) => (std::process::id(), None, None),
            Running::Process(process) => {
                (process.pid(), Some(process.log().to_owned()), Some(process.command().to_vec()))
            }
        };
        SignerReport {
            name: self.place.name.clone(),
            address: self.place.account.clone(),
            url: self.place.url.to_string(),
            identity: bs58::encode(self.place.identity.as_bytes()).into_string(),
            home: self.place.home.clone(),
            pid,
            log,
            command,
        }
    }

    /// Ends it; what it has to write is written.
    pub async fn stop(self) {
        match self.running {
            Running::Here(handle) => handle.stop().await,
            Running::Process(process) => process.stop().await,
        }
    }
}

fn config(account: &Account, address: SocketAddr, url: &Url, home: &Path, options: &Options) -> Config {
    let mut config = Config::in_folder(&account.role, home);
    config.base.bind_address = address;
    config.base.mnemonic = Some(Secret::new(account.mnemonic.to_string()));
    // The localnet moves the chain's clock.
    config.base.chain_time = true;
    config.ecash_signer.enabled = true;
    config.ecash_signer.announce_address = Some(url.clone());
    let debug = &mut config.ecash_signer.debug;
    debug.dkg_contract_polling_rate = SIGNERS_LOOK;
    debug.quorum_polling_rate = SIGNERS_LOOK;
    debug.dkg_stagger = SIGNERS_LOOK;
    debug.spent_tickets_polling_rate = SIGNERS_LOOK;
    debug.accept_payments_without_coin_index_proof = options.compat_payments_without_coin_index_proof;
    config
}

/// One port a signer: in a row from `first`, or free ones for 0.
fn ports(first: u16, count: usize) -> Result<Vec<u16>, LocalnetError> {
    if first != 0 {
        let ports = (first..=u16::MAX).take(count).collect::<Vec<_>>();
        return if ports.len() == count { Ok(ports) } else { Err(LocalnetError::Ports { first, count }) };
    }
    // All are held at once, so that no two are the same.
    let free = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<Result<Vec<_>, _>>();
    free.and_then(|held| held.iter().map(|listener| Ok(listener.local_addr()?.port())).collect())
        .map_err(LocalnetError::NoPort)
}
