//! The service: everything opened, started and stopped in order (`docs/protocol/nym-api.md` §1.5).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nym_network::Network;
use nyxd_client::{QueryClient, Signer, SigningClient};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::chain::nyxd::NyxdChain;
use crate::chain::{Chain, ChainError};
use crate::clock::Clock;
use crate::config::{Base, Config, ConfigError};
use crate::dkg::{self, CeremonyError, Controller, NyxdContracts, driver::Pace};
use crate::ecash::{Ecash, Parts};
use crate::http;
use crate::identity::{self, IdentityError};
use crate::keys::{Generations, KeyError};
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::storage::{Storage, StorageError};

/// Rounds of looking at the chain after which the signers' addresses are read again.
const ADDRESSES_EVERY: u32 = 6;

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Identity files.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// Key files.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Database.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The chain's client or the account.
    #[error(transparent)]
    Client(#[from] nyxd_client::ClientError),
    /// Records of key generations.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The account is too poor to take part.
    #[error(
        "the account {account} holds {balance} and a signer needs {needed} base units: send it some, or lower ecash_signer.debug.minimum_balance"
    )]
    Poor {
        /// The account.
        account: String,
        /// What it holds.
        balance: u128,
        /// What it should hold.
        needed: u128,
    },
    /// The address is taken or not this machine's.
    #[error("cannot serve HTTP at {address}: {source}; choose another base.bind_address")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
}

/// Starts nym-apis. See the crate's documentation for an example.
#[derive(Debug)]
pub struct Service;

/// A running nym-api. Dropping it stops the service without waiting; [`Handle::stop`] waits.
#[derive(Debug)]
#[must_use = "the service stops when its handle is dropped"]
pub struct Handle {
    address: SocketAddr,
    ecash: Ecash,
    metrics: Metrics,
    storage: Storage,
    shutdown: Shutdown,
    server: Option<JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Service {
    /// Starts a nym-api of a network: HTTP, the signer with its background tasks, and its part in key generations, as the
    /// configuration says. A signer that knows keys from earlier starts without the chain, too, and serves what it can.
    ///
    /// # Errors
    /// [`ServiceError`]; nothing is left running.
    pub async fn start(config: Config, network: &Network) -> Result<Handle, ServiceError> {
        config.check()?;
        let queries = connect(&config, network)?;
        let signing = match &config.base.mnemonic {
            Some(mnemonic) => {
                let signer = Signer::from_mnemonic(mnemonic.expose(), 0, queries.prefix())?;
                Some(SigningClient::new(queries.clone(), signer))
            }
            None => None,
        };
        let chain = NyxdChain::new(queries.clone(), signing.clone(), network)?
            .reading_again_after(ADDRESSES_EVERY * config.ecash_signer.debug.quorum_polling_rate);
        let chain: Arc<dyn Chain> = Arc::new(chain);
        let clock = if config.base.chain_time { Clock::of_chain(chain.clone()) } else { Clock::system() };
        let silent =
            if config.ecash_signer.enabled { check_balance(&config, chain.as_ref()).await?.err() } else { None };
        let is_silent = silent.is_some();
        let mut handle = Self::start_over(config.clone(), chain, clock).await?;
        if let Some(error) = silent {
            // What it knows from earlier it serves while the chain is away; without that, something is set wrongly.
            if handle.generations().in_service().is_none() {
                handle.stop().await;
                return Err(error.into());
            }
            tracing::warn!(%error, "the chain does not answer; serving with the keys of before");
        }
        if let (true, Some(signing)) = (config.ecash_signer.enabled, signing) {
            let rate = config.ecash_signer.debug.dkg_contract_polling_rate;
            let pace = Pace { running: rate.min(Duration::from_secs(1)), idle: rate };
            let settings = dkg_settings(&config, network, &handle)?;
            let generations = handle.generations().clone();
            let shutdown = handle.shutdown.clone();
            let begin = move |chain_id: String| {
                let (settings, started) = (dkg::Settings { chain_id, ..settings }, Instant::now());
                let clock = Arc::new(move || started.elapsed());
                Controller::new(Arc::new(NyxdContracts::new(signing)), settings, generations, clock)
            };
            handle.tasks.push(if is_silent {
                tokio::spawn(async move {
                    let Some(chain_id) = first_answer(&queries, rate, &shutdown).await else { return };
                    match begin(chain_id) {
                        Ok(controller) => dkg::driver::run(controller, pace, shutdown).await,
                        Err(error) => tracing::error!(%error, "this signer takes no part in key generations"),
                    }
                })
            } else {
                let controller = begin(queries.chain_id().await?.to_string())?;
                tokio::spawn(dkg::driver::run(controller, pace, shutdown))
            });
        }
        Ok(handle)
    }

    /// Starts a nym-api over any chain, without a part in key generations: for tests with keys of a trusted dealer.
    ///
    /// # Errors
    /// [`ServiceError`]; nothing is left running.
    pub async fn start_over(config: Config, chain: Arc<dyn Chain>, clock: Clock) -> Result<Handle, ServiceError> {
        config.check()?;
        let generations =
            Generations::open(&config.ecash_signer.storage_paths.ecash_key_path, &config.generations_file())?;
        let storage = Storage::open(&config.node_status_api.storage_paths.database_path).await?;
        let identity = identity::load_or_create(&config.base.storage_paths)?;
        let metrics = Metrics::new();
        let shutdown = Shutdown::new();
        let ecash = Ecash::open(Parts {
            config: config.ecash_signer.clone(),
            identity,
            generations,
            storage: storage.clone(),
            chain,
            clock,
            metrics: metrics.clone(),
            shutdown: shutdown.clone(),
        })
        .await?;
        let bind = |source| ServiceError::Bind { address: config.base.bind_address, source };
        let listener = TcpListener::bind(config.base.bind_address).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let router = http::router(ecash.clone(), metrics.clone());
        let server = tokio::spawn(http::serve(listener, router, shutdown.clone()));
        let tasks = ecash.spawn();
        tracing::info!(%address, "nym-api serves");
        Ok(Handle { address, ecash, metrics, storage, shutdown, server: Some(server), tasks })
    }
}

impl Handle {
    /// Where HTTP is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as a base URL.
    pub fn url(&self) -> url::Url {
        format!("http://{}/", self.address).parse().expect("a socket address makes a URL")
    }

    /// The signer.
    pub fn ecash(&self) -> &Ecash {
        &self.ecash
    }

    /// Its key generations.
    pub fn generations(&self) -> &Generations {
        self.ecash.generations()
    }

    /// Its counters.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Its database.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Base58 of its ed25519 identity.
    pub fn identity(&self) -> String {
        bs58::encode(self.ecash.identity().verifying_key().as_bytes()).into_string()
    }

    /// Stops: no new requests, those under way finish, everything queued is written.
    pub async fn stop(mut self) {
        self.shutdown.trigger();
        if let Some(server) = self.server.take() {
            let _ = server.await;
        }
        for task in std::mem::take(&mut self.tasks) {
            // A task may hang in a question to a chain that is gone.
            if tokio::time::timeout(Duration::from_secs(2), task).await.is_err() {
                tracing::debug!("a task did not end in time");
            }
        }
        self.storage.close().await;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shutdown.trigger();
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// A client of the chain: the configured endpoint if there is one of its own, else the network's.
///
/// # Errors
/// [`ServiceError::Client`].
pub fn connect(config: &Config, network: &Network) -> Result<QueryClient, ServiceError> {
    let mut client = nyxd_client::Config::from_network(network)?;
    if config.base.local_validator != Base::default().local_validator {
        let url = config.base.local_validator.clone();
        client = nyxd_client::Config { chain: client.chain, ..nyxd_client::Config::new(url) };
    }
    Ok(QueryClient::connect(client)?)
}

/// Whether the account can pay for its part; the inner error says that the chain does not answer.
async fn check_balance(config: &Config, chain: &dyn Chain) -> Result<Result<(), ChainError>, ServiceError> {
    let needed = u128::from(config.ecash_signer.debug.minimum_balance);
    match chain.balance().await {
        Ok(balance) if balance < needed => {
            Err(ServiceError::Poor { account: chain.account().unwrap_or_default(), balance, needed })
        }
        Ok(_) => Ok(Ok(())),
        Err(error) => Ok(Err(error)),
    }
}

/// Waits until the chain tells its id; `None` at the end of the service.
async fn first_answer(queries: &QueryClient, rate: Duration, shutdown: &Shutdown) -> Option<String> {
    loop {
        match queries.chain_id().await {
            Ok(chain_id) => return Some(chain_id.to_string()),
            Err(error) => tracing::debug!(%error, "the chain still does not answer"),
        }
        if !shutdown.sleep(rate).await {
            return None;
        }
    }
}

/// All but the chain's id.
fn dkg_settings(config: &Config, network: &Network, handle: &Handle) -> Result<dkg::Settings, ServiceError> {
    let missing = |what: &str| ConfigError::Invalid(format!("{what} is missing"));
    let dkg_contract = network
        .details
        .contracts
        .coconut_dkg_contract_address
        .clone()
        .ok_or_else(|| missing("COCONUT_DKG_CONTRACT_ADDRESS in the network's env file"))?;
    let announce_address = config
        .ecash_signer
        .announce_address
        .as_ref()
        .ok_or_else(|| missing("ecash_signer.announce_address"))?
        .to_string();
    let debug = &config.ecash_signer.debug;
    Ok(dkg::Settings {
        dkg_contract,
        chain_id: String::new(),
        identity_key: handle.identity(),
        announce_address,
        folder: config.dkg_folder(),
        stagger: debug.dkg_stagger,
        first_rest: debug.dkg_contract_polling_rate.min(Duration::from_secs(1)),
        threads: if debug.workers == 0 {
            std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
        } else {
            debug.workers
        },
    })
}
