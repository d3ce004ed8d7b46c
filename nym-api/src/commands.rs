//! Arguments of the program (`docs/protocol/nym-api.md` §1.2): arguments win over the environment, the environment over
//! the file.

#![allow(clippy::print_stdout, reason = "this is what the commands are for")]

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Parser, Subcommand};
use nym_api::config::{Config, ConfigError, Secret, default_folder};
use nym_api::dkg::doctor::{CheckResult, Checkup, check_up};
use nym_api::dkg::{NyxdContracts, Store, status};
use nym_api::{Service, identity, openapi_json};
use nym_network::{Network, NetworkChoice};
use nyxd_client::{QueryClient, Signer};
use tracing_subscriber::EnvFilter;
use url::Url;

/// The quorum service of a Nym network.
#[derive(Debug, Parser)]
#[command(name = "nym-api", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The network's env file
    #[arg(short, long, global = true, env = "NYMAPI_CONFIG_ENV_FILE_ARG", value_name = "FILE")]
    config_env_file: Option<PathBuf>,
    /// Kept for scripts of earlier releases; there is no banner
    #[arg(long, global = true, hide = true)]
    no_banner: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a configuration, an identity and a database
    Init(Init),
    /// Serve until a signal
    Run(Run),
    /// Show or change the configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Check clock, balance, membership, reachability and versions before a key generation
    Doctor(Instance),
    /// Key generations
    Dkg {
        #[command(subcommand)]
        command: DkgCommand,
    },
    /// The OpenAPI document
    Openapi,
    /// What this program was built from
    BuildInfo {
        /// `text` or `json`
        #[arg(long, default_value = "text")]
        output: String,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print the configuration without its secrets
    Show(Instance),
    /// Check it
    Check(Instance),
}

#[derive(Debug, Subcommand)]
enum DkgCommand {
    /// How far every signer has come
    Status {
        #[command(flatten)]
        instance: Instance,
        /// Show every change
        #[arg(long)]
        watch: bool,
        /// One JSON object per line
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Instance {
    /// Which configuration
    #[arg(long, env = "NYMAPI_ID_ARG", default_value = "default")]
    id: String,
    /// Folder of the instance instead of ~/.nym/nym-api/<ID>
    #[arg(long, env = "NYMAPI_FOLDER", value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Instance {
    fn folder(&self) -> PathBuf {
        self.folder.clone().unwrap_or_else(|| default_folder(&self.id))
    }

    fn file(&self) -> PathBuf {
        self.folder().join("config/config.toml")
    }
}

/// What may be set at `init` and overridden at `run`.
#[derive(Debug, Args)]
struct Settings {
    /// CometBFT RPC of the chain
    #[arg(long, env = "NYMAPI_NYXD_VALIDATOR_ARG", value_name = "URL")]
    nyxd_validator: Option<Url>,
    /// Words of the account. Others on this machine can see arguments: prefer the variable, or the file
    #[arg(long, env = "NYMAPI_MNEMONIC_ARG", hide_env_values = true, value_name = "WORDS")]
    mnemonic: Option<Secret>,
    /// Where others reach this signer
    #[arg(long, env = "NYMAPI_ANNOUNCE_ADDRESS_ARG", value_name = "URL")]
    announce_address: Option<Url>,
    /// The same under the name that `init` had in earlier releases
    #[arg(long = "announce-address-nym", env = "NYMAPI_ANNOUNCE_ADDRESS_NYM_ARG", hide = true, value_name = "URL")]
    announce_address_nym: Option<Url>,
    /// Where HTTP is served [default: 0.0.0.0:8000]
    #[arg(long, value_name = "ADDRESS")]
    bind_address: Option<SocketAddr>,
    /// Token that opens the utility routes
    #[arg(long, env = "NYMAPI_UTILITY_ROUTES_BEARER_ARG", hide_env_values = true, value_name = "TOKEN")]
    utility_routes_bearer: Option<Secret>,
    /// Tell the time by the chain's blocks: for chains under time control
    #[arg(long)]
    chain_time: bool,
}

impl Settings {
    fn apply(self, config: &mut Config) {
        let base = &mut config.base;
        if let Some(url) = self.nyxd_validator {
            base.local_validator = url;
        }
        if let Some(address) = self.bind_address {
            base.bind_address = address;
        }
        base.mnemonic = self.mnemonic.or(base.mnemonic.take());
        base.utility_routes_bearer = self.utility_routes_bearer.or(base.utility_routes_bearer.take());
        base.chain_time |= self.chain_time;
        let signer = &mut config.ecash_signer;
        signer.announce_address =
            self.announce_address.or(self.announce_address_nym).or(signer.announce_address.take());
    }
}

#[derive(Debug, Args)]
struct Init {
    #[command(flatten)]
    instance: Instance,
    /// Sign ticketbooks and take part in key generations
    #[arg(long, alias = "enable-coconut", alias = "enable_coconut", env = "NYMAPI_ENABLE_ZK_NYM_ARG")]
    enable_zk_nym: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    instance: Instance,
    /// Sign ticketbooks and take part in key generations
    #[arg(long, alias = "enable-coconut", alias = "enable_coconut", env = "NYMAPI_ENABLE_ZK_NYM_ARG")]
    enable_zk_nym: Option<bool>,
    /// End when standard input does too: a program that starts this one and keeps a pipe to it takes it along, even when
    /// it is killed
    #[arg(long)]
    until_stdin_ends: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Cli {
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let env_file = self.config_env_file;
        match self.command {
            Command::Init(init) => init.run(),
            Command::Run(run) => run.run(env_file).await,
            Command::Config { command: ConfigCommand::Show(instance) } => show(&instance),
            Command::Config { command: ConfigCommand::Check(instance) } => {
                Config::load(&instance.file())?.check()?;
                println!("the configuration is complete");
                Ok(ExitCode::SUCCESS)
            }
            Command::Doctor(instance) => doctor(&instance, env_file).await,
            Command::Dkg { command: DkgCommand::Status { instance, watch, json } } => {
                dkg_status(&instance, env_file, watch, json).await
            }
            Command::Openapi => {
                println!("{}", openapi_json());
                Ok(ExitCode::SUCCESS)
            }
            Command::BuildInfo { output } => build_info(&output),
        }
    }
}

impl Init {
    fn run(self) -> anyhow::Result<ExitCode> {
        let path = self.instance.file();
        if path.exists() {
            return Err(ConfigError::Exists { path }.into());
        }
        let mut config = Config::in_folder(&self.instance.id, &self.instance.folder());
        self.settings.apply(&mut config);
        config.ecash_signer.enabled = self.enable_zk_nym;
        config.check()?;
        let identity = identity::load_or_create(&config.base.storage_paths)?;
        config.store(&path)?;
        println!("wrote {}", path.display());
        println!("identity {}", bs58::encode(identity.verifying_key().as_bytes()).into_string());
        Ok(ExitCode::SUCCESS)
    }
}

impl Run {
    async fn run(self, env_file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
        let path = self.instance.file();
        let mut config = Config::load(&path).with_context(|| "run `nym-api init` first, or name --id or --folder")?;
        self.settings.apply(&mut config);
        if let Some(enabled) = self.enable_zk_nym {
            config.ecash_signer.enabled = enabled;
        }
        let network = network(env_file)?;
        let handle = Service::start(config, &network).await?;
        tracing::info!(address = %handle.address(), identity = handle.identity(), "started");
        if self.until_stdin_ends {
            tokio::select! {
                signalled = wait_for_a_signal() => signalled?,
                () = end_of_stdin() => {}
            }
        } else {
            wait_for_a_signal().await?;
        }
        tracing::info!("stopping");
        handle.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn show(instance: &Instance) -> anyhow::Result<ExitCode> {
    let mut config = Config::load(&instance.file())?;
    config.base.mnemonic = config.base.mnemonic.map(|_| Secret::new("…"));
    config.base.utility_routes_bearer = config.base.utility_routes_bearer.map(|_| Secret::new("…"));
    print!("{}", toml::to_string(&config)?);
    Ok(ExitCode::SUCCESS)
}

async fn doctor(instance: &Instance, env_file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let config = Config::load(&instance.file())?;
    config.check()?;
    let network = network(env_file)?;
    let queries = connect(&config, &network)?;
    let Some(mnemonic) = &config.base.mnemonic else { bail!("a signer needs an account: set base.mnemonic") };
    let account = Signer::from_mnemonic(mnemonic.expose(), 0, queries.prefix())?.address().to_string();
    let checkup = Checkup {
        dkg_contract: dkg_contract(&network)?,
        account,
        identity: nym_api::identity::load_or_create(&config.base.storage_paths)?.verifying_key(),
        announce_address: config.ecash_signer.announce_address.clone(),
        minimum_balance: config.ecash_signer.debug.minimum_balance.into(),
        chain_time: config.base.chain_time,
    };
    let http = nym_api_requests::client::http_client(Duration::from_secs(10))?;
    let checks = check_up(&queries, &http, &checkup).await;
    checks.iter().for_each(|check| println!("{check}"));
    let bad = checks.iter().any(|check| check.result == CheckResult::Bad);
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn dkg_status(
    instance: &Instance,
    env_file: Option<PathBuf>,
    watch: bool,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let network = network(env_file)?;
    let config = Config::load(&instance.file()).unwrap_or_default();
    let contracts = NyxdContracts::reading(connect(&config, &network)?);
    let records = config.dkg_folder();
    let records = records.exists().then(|| Store::at(&records));
    let every = watch.then_some(Duration::from_secs(1));
    status::show(&contracts, &dkg_contract(&network)?, records.as_ref(), every, json, &mut std::io::stdout()).await?;
    Ok(ExitCode::SUCCESS)
}

fn build_info(output: &str) -> anyhow::Result<ExitCode> {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    match output {
        "json" => println!("{}", serde_json::json!({ "binary_name": name, "build_version": version })),
        "text" => println!("{name} {version}"),
        other => bail!("unknown output {other:?}: choose text or json"),
    }
    Ok(ExitCode::SUCCESS)
}

fn network(env_file: Option<PathBuf>) -> anyhow::Result<Network> {
    let choice = NetworkChoice { env_file, ..NetworkChoice::default() };
    Ok(choice.resolve(&std::env::vars().collect())?)
}

fn connect(config: &Config, network: &Network) -> anyhow::Result<QueryClient> {
    Ok(nym_api::service::connect(config, network)?)
}

fn dkg_contract(network: &Network) -> anyhow::Result<String> {
    network
        .details
        .contracts
        .coconut_dkg_contract_address
        .clone()
        .context("the network description names no DKG contract: set COCONUT_DKG_CONTRACT_ADDRESS in its env file")
}

async fn wait_for_a_signal() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

/// Returns when nothing more can come from standard input. What comes is not looked at.
async fn end_of_stdin() {
    let (sender, ended) = tokio::sync::oneshot::channel();
    // A thread that nobody waits for: a task that reads would hold up the end of the runtime.
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = sender.send(());
    });
    let _ = ended.await;
}

/// To standard error: text for people, JSON for collectors. `RUST_LOG` chooses what.
pub(crate) fn start_logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().init();
    }
}
