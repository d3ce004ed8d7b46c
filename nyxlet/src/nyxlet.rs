//! Starting and stopping a whole chain inside a process.

use std::{net::SocketAddr, path::Path};

use tokio::{runtime::Runtime, sync::watch};

use crate::{
    app::{App, AppOptions, GenesisAccount},
    app_state::NodeGenesis,
    chain::{Chain, ChainError, Limits, Production, Start},
    clock::Nanos,
    config::{Config, DENOMS},
    genesis_doc::GenesisDoc,
    mnemonic::{DerivedAccount, MAX_ACCOUNTS, MnemonicError, derive_accounts},
    rpc::{self, RpcStartError},
    store::{Db, StoreError},
    wasm::Wasm,
};

/// Why a chain does not start. Each text is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum NyxletError {
    /// The chain id is empty or too long.
    #[error("a chain id has 1 to 50 bytes, {0:?} has {n}; choose another one", n = .0.len())]
    ChainId(String),
    /// No accounts, or too many.
    #[error("{0} accounts cannot be funded; choose 1 to {MAX_ACCOUNTS}")]
    AccountCount(u32),
    /// The words.
    #[error(transparent)]
    Mnemonic(#[from] MnemonicError),
    /// The balances add up to more than the supply can hold.
    #[error(
        "{accounts} accounts with {balance} base units each exceed the largest supply of 128 bits; lower one of the two"
    )]
    Balance {
        /// How many accounts.
        accounts: u32,
        /// What each should get.
        balance: u128,
    },
    /// The state to begin with.
    #[error("the state in {file} cannot be loaded: {reason}")]
    LoadState {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The application.
    #[error(transparent)]
    App(#[from] crate::app::AppError),
    /// The virtual machine for contracts.
    #[error("the contract engine cannot use its folder: {0}; choose another --home or give it write permission")]
    Engine(String),
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The RPC.
    #[error(transparent)]
    Rpc(#[from] RpcStartError),
    /// The system gives no threads.
    #[error("the system refuses threads for the RPC: {0}; free resources and start again")]
    Runtime(std::io::Error),
}

/// The embedded chain.
pub struct Nyxlet;

impl Nyxlet {
    /// Starts a chain and its RPC on threads of their own; returns when both answer. Needs no async runtime, and may be
    /// called inside of one.
    ///
    /// # Errors
    /// [`NyxletError`].
    pub fn start(mut config: Config) -> Result<Handle, NyxletError> {
        let loaded = config.load_state.as_deref().map(load_state).transpose()?;
        if let Some(loaded) = &loaded {
            config.chain_id.clone_from(&loaded.chain_id);
        }
        if config.chain_id.is_empty() || config.chain_id.len() > 50 {
            return Err(NyxletError::ChainId(config.chain_id));
        }
        if config.accounts == 0 && loaded.is_none() || config.accounts > MAX_ACCOUNTS {
            return Err(NyxletError::AccountCount(config.accounts));
        }
        if config.balance.checked_mul(u128::from(config.accounts)).is_none() {
            return Err(NyxletError::Balance { accounts: config.accounts, balance: config.balance });
        }
        let accounts = derive_accounts(&config.mnemonic, config.accounts)?;
        // The port first: a busy one is the commonest mistake, and must not leave a half-made home behind.
        let listener = rpc::bind(config.rpc)?;
        let address = listener
            .local_addr()
            .map_err(|error| RpcStartError::Address { address: config.rpc, reason: error.to_string() })?;

        let db = match &config.home {
            Some(home) => Db::open(home)?,
            None => Db::memory(),
        };
        let app = App::open(db.clone(), app_options(&config)?)?;
        let (chain, production) = Chain::start(Start {
            db,
            app,
            genesis: genesis(&config, &accounts, loaded),
            home: config.home.clone(),
            mining: config.mining,
            limits: Limits::default(),
        })?;

        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(16)
            .thread_name("rpc")
            .enable_all()
            .build()
            .map_err(NyxletError::Runtime)?;
        let (stop, stopped) = watch::channel(false);
        runtime.spawn(rpc::serve(listener, address, chain.clone(), config.limits, stopped));
        Ok(Handle { accounts, address, chain: Some(chain), stop, runtime: Some(runtime), production: Some(production) })
    }
}

fn app_options(config: &Config) -> Result<AppOptions, NyxletError> {
    let wasm = match &config.home {
        Some(home) => Wasm::open(&home.join("wasm")),
        None => Wasm::in_memory(),
    }
    .map_err(|error| NyxletError::Engine(error.to_string()))?;
    Ok(AppOptions { modules: vec![Box::new(wasm)], ..AppOptions::default() })
}

fn load_state(file: &Path) -> Result<NodeGenesis, NyxletError> {
    let failed = |reason: &dyn std::fmt::Display| NyxletError::LoadState {
        file: file.display().to_string(),
        reason: reason.to_string(),
    };
    let bytes = std::fs::read(file).map_err(|error| failed(&error))?;
    NodeGenesis::from_json(&bytes).map_err(|error| failed(&error))
}

fn genesis(config: &Config, accounts: &[DerivedAccount], loaded: Option<NodeGenesis>) -> GenesisDoc {
    let coins = || DENOMS.iter().map(|denom| ((*denom).to_owned(), config.balance)).collect();
    GenesisDoc {
        chain_id: config.chain_id.clone(),
        genesis_time: config.genesis_time.unwrap_or_else(Nanos::wall),
        initial_height: loaded.as_ref().map_or(1, |loaded| loaded.initial_height),
        accounts: accounts
            .iter()
            .map(|account| GenesisAccount { address: account.address.clone(), coins: coins() })
            .collect(),
        validator: None,
        loaded: loaded.map(|genesis| genesis.loaded),
    }
}

/// A running chain. Dropping it stops the chain, after the block that is being produced, and frees port and home.
pub struct Handle {
    accounts: Vec<DerivedAccount>,
    address: SocketAddr,
    chain: Option<Chain>,
    stop: watch::Sender<bool>,
    runtime: Option<Runtime>,
    production: Option<Production>,
}

impl Handle {
    /// Where the RPC listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The RPC's URL: `http://127.0.0.1:26657`.
    pub fn rpc_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The websocket's URL: `ws://127.0.0.1:26657/websocket`.
    pub fn websocket_url(&self) -> String {
        format!("ws://{}/websocket", self.address)
    }

    /// The funded accounts; the first has account number 0.
    pub fn accounts(&self) -> &[DerivedAccount] {
        &self.accounts
    }

    /// The chain itself, without going through the RPC.
    pub fn chain(&self) -> &Chain {
        self.chain.as_ref().expect("the chain is there until the handle is dropped")
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // The server may be gone already.
        let _ = self.stop.send(true);
        self.production = None;
        self.chain = None;
        if let Some(runtime) = self.runtime.take() {
            // A runtime may not be shut down on a thread of another one, where a handle of a test lives: use a fresh
            // thread. Waiting for it means that the database is closed when the drop returns.
            let shut_down = std::thread::spawn(move || runtime.shutdown_timeout(std::time::Duration::from_secs(5)));
            let _ = shut_down.join();
        }
    }
}
