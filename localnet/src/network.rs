//! A localnet from start to stop.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use bip39::{Language, Mnemonic};
use nym_network::{Network, NymContracts};
use nyxd_client::mixnet::{MixnetQueries, MixnetTransactions};

use crate::{
    accounts::Accounts,
    chain::Chain,
    crank::{Crank, Performances, Turn},
    deploy::Contracts,
    error::LocalnetError,
    options::Options,
    quorum::{self, Quorum},
    report::{Endpoints, Report, by_role},
    screen::{Screen, View},
    steps::{Outcome, Steps},
    walk,
};

/// Where a nym-api will answer; the env file has to name something, and nothing of another network.
const NYM_API: &str = "http://127.0.0.1:8000/";
/// Epochs turned at once, so that there is something to see: the first assigns roles, the second rewards them.
const FIRST_EPOCHS: u32 = 2;

/// Runs the localnet that the options describe. `Ok(true)` means that every step held.
///
/// Without `--once` it returns only when `stop` resolves.
pub async fn run(options: &Options, stop: impl Future<Output = ()>) -> Result<bool, LocalnetError> {
    let mut screen = Screen::new();
    let mut steps = Steps::announced_by(crate::screen::print_step);
    let seed = options.seed.unwrap_or_else(rand::random);
    let files = prepare_files(options)?;
    let master = match &options.mnemonic {
        Some(words) => Mnemonic::parse_in_normalized(Language::English, words)?,
        None => Mnemonic::parse_in_normalized(Language::English, nyxlet::mnemonic::PUBLIC_MNEMONIC)?,
    };
    // Before anything starts: too few nodes are an error of the command line.
    crate::parameters::rewarded_set(options.params, options.node_count())?;

    let chain = steps
        .run("chain", async {
            let chain = Chain::start(options, &master.to_string()).await?;
            let outcome = Outcome::held(format!("{} at {}", chain.id(), chain.rpc_url()));
            Ok((chain, outcome))
        })
        .await?;
    let accounts = Accounts::derive(master, options.node_count(), options.signer_count())?;
    let network = Running { chain, accounts, options, files, seed };

    let result = network.walk_and_turn(&mut steps, &mut screen, stop).await;
    let held = result.is_ok() && steps.all_held();
    if options.once {
        screen.line(if held { "every step held" } else { "NOT every step held" });
    }
    result?;
    Ok(held)
}

struct Running<'a> {
    chain: Chain,
    accounts: Accounts,
    options: &'a Options,
    files: PathBuf,
    seed: u64,
}

/// How far the walk has come.
#[derive(Default)]
struct Walked<'a> {
    contracts: Option<Contracts>,
    quorum: Option<Quorum<'a>>,
}

impl Walked<'_> {
    /// The first signer's API, or where one would answer.
    fn nym_api(&self) -> String {
        self.quorum.as_ref().map_or_else(|| NYM_API.to_owned(), |quorum| quorum.url().to_string())
    }
}

impl Running<'_> {
    async fn walk_and_turn(
        &self,
        steps: &mut Steps,
        screen: &mut Screen,
        stop: impl Future<Output = ()>,
    ) -> Result<(), LocalnetError> {
        let env_file = self.options.env_file.clone().unwrap_or_else(|| self.files.join("localnet.env"));
        let mut walked = Walked::default();
        let result = self.walk_then_turn(steps, screen, &env_file, &mut walked, stop).await;
        if let Some(quorum) = walked.quorum {
            quorum.stop().await;
        }
        result
    }

    async fn walk_then_turn<'a>(
        &'a self,
        steps: &mut Steps,
        screen: &mut Screen,
        env_file: &Path,
        walked: &mut Walked<'a>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), LocalnetError> {
        let mut stop = std::pin::pin!(stop);
        let result = tokio::select! {
            result = self.walk(steps, env_file, walked) => result.map(Some),
            () = &mut stop => Ok(None),
        };
        self.report(steps, walked, env_file, matches!(result, Ok(Some(_))))?;
        let Some(mixnet) = result? else { return Err(LocalnetError::Interrupted) };
        screen.line(&format!("role selection seed {}; env file {}", self.seed, env_file.display()));
        if self.options.once {
            return Ok(());
        }
        tokio::select! {
            result = self.turn_for_ever(&mixnet, walked.quorum.as_ref(), screen) => result,
            () = stop => Ok(()),
        }
    }

    async fn walk<'a>(
        &'a self,
        steps: &mut Steps,
        env_file: &Path,
        walked: &mut Walked<'a>,
    ) -> Result<MixnetQueries, LocalnetError> {
        let (contracts, mixnet) = walk::set_up(&self.chain, &self.accounts, self.options, &self.files, steps).await?;
        walked.contracts = Some(contracts.clone());
        if let Some(addresses) = contracts.quorum.clone() {
            let network = self.network(&contracts, NYM_API)?;
            let start = Quorum::start(&self.chain, &self.accounts, addresses, &network, self.options, &self.files);
            walked.quorum = Some(steps.run("signers", start).await?);
        }
        self.network(&contracts, &walked.nym_api())?.write_env_file(env_file)?;
        let mut crank = self.crank(&mixnet)?;
        for _ in 0..FIRST_EPOCHS {
            self.turn(&mut crank, &mixnet, steps).await?;
        }
        if self.options.once {
            steps.run("withdraw rewards", walk::withdraw(&self.chain, &self.accounts, &mixnet)).await?;
            let leaving = steps.run("leave", walk::leave(&self.chain, &self.accounts, &mixnet)).await?;
            let turn = self.turn(&mut crank, &mixnet, steps).await?;
            steps.run("left", walk::left(&self.chain, &mixnet, &leaving, &turn)).await?;
        }
        if let Some(quorum) = &walked.quorum {
            quorum::walk(quorum, &self.files, steps).await?;
        }
        Ok(mixnet)
    }

    fn crank(&self, mixnet: &MixnetQueries) -> Result<Crank, LocalnetError> {
        let rewarder = self.accounts.rewarder.client(&self.chain)?;
        let (named, default) = self.options.performances();
        let transactions = MixnetTransactions::new(rewarder, mixnet.contract().clone());
        Ok(Crank::new(transactions, Performances { named, default }, self.seed))
    }

    async fn turn(&self, crank: &mut Crank, mixnet: &MixnetQueries, steps: &mut Steps) -> Result<Turn, LocalnetError> {
        let interval = mixnet.current_interval().await?.interval;
        self.chain.warp_to(interval.epoch_end_unix()).await?;
        let name = format!("epoch {}", interval.current_epoch_absolute_id());
        steps.run(&name, walk::turn_epoch(crank, mixnet)).await
    }

    async fn turn_for_ever(
        &self,
        mixnet: &MixnetQueries,
        quorum: Option<&Quorum<'_>>,
        screen: &mut Screen,
    ) -> Result<(), LocalnetError> {
        let mut crank = self.crank(mixnet)?;
        let mut rewards = Default::default();
        let mut held = mixnet.rewarded_set().await?.roles();
        loop {
            let current = mixnet.current_interval().await?;
            let standing = match quorum {
                Some(quorum) => Some(quorum.standing().await?),
                None => None,
            };
            screen.show(&View {
                quorum: standing,
                height: self.chain.height().await?,
                epoch: current.interval.current_epoch_absolute_id(),
                nodes: &walk::nodes(mixnet).await?,
                roles: &held,
                rewards: &rewards,
                rpc: &self.chain.rpc_url(),
            });
            self.wait_for_epoch_end(mixnet).await?;
            // A turn that failed is taken up again: the state of the epoch is on the chain.
            match walk::turn_epoch(&mut crank, mixnet).await {
                Ok((turn, outcome)) => {
                    if let Some(broken) = outcome.broken_detail() {
                        screen.line(&format!("FAILED  epoch {}: {broken}", turn.ended_epoch));
                    }
                    rewards = walk::last_rewards(&turn, current.interval.epochs_in_interval());
                    held = turn.roles;
                }
                Err(error) => {
                    screen.line(&format!("FAILED  {error}; trying again"));
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    async fn wait_for_epoch_end(&self, mixnet: &MixnetQueries) -> Result<(), LocalnetError> {
        if self.options.warps() {
            tokio::time::sleep(self.options.pace).await;
            let end = mixnet.current_interval().await?.interval.epoch_end_unix();
            return self.chain.warp_to(end).await;
        }
        loop {
            // The chain's clock goes on by itself, once a second.
            let current = mixnet.current_interval().await?;
            if current.is_current_epoch_over {
                return Ok(());
            }
            let left = current.interval.epoch_end_unix() - i64::try_from(current.current_blocktime).unwrap_or(i64::MAX);
            tokio::time::sleep(Duration::from_secs(left.clamp(1, 5).unsigned_abs())).await;
        }
    }

    fn network(&self, contracts: &Contracts, nym_api: &str) -> Result<Network, LocalnetError> {
        let quorum = contracts.quorum.as_ref();
        let network = Network::local(&self.chain.rpc_url(), nym_api)?.with_contracts(NymContracts {
            mixnet_contract_address: Some(contracts.mixnet.to_string()),
            group_contract_address: Some(contracts.group.to_string()),
            multisig_contract_address: Some(contracts.multisig.to_string()),
            ecash_contract_address: quorum.map(|quorum| quorum.ecash.to_string()),
            coconut_dkg_contract_address: quorum.map(|quorum| quorum.dkg.to_string()),
            ..NymContracts::default()
        });
        Ok(Network { rewarding_validator_address: Some(self.accounts.rewarder.address.to_string()), ..network })
    }

    /// Writes what was asked for with `--json`. A step that ended with an error is not in the list: `walked_through` says
    /// whether there was one.
    fn report(
        &self,
        steps: &Steps,
        walked: &Walked<'_>,
        env_file: &Path,
        walked_through: bool,
    ) -> Result<(), LocalnetError> {
        let Some(file) = &self.options.json else { return Ok(()) };
        let (addresses, mnemonics) = by_role(self.accounts.all());
        Report {
            chain_id: self.chain.id(),
            endpoints: Endpoints {
                rpc: &self.chain.rpc_url(),
                websocket: &self.chain.websocket_url(),
                nym_api: &walked.nym_api(),
            },
            env_file,
            contracts: &walked.contracts.as_ref().map(|found| found.by_name(&self.accounts)).unwrap_or_default(),
            addresses,
            mnemonics,
            signers: walked.quorum.as_ref().map(Quorum::report).unwrap_or_default(),
            seed: self.seed,
            steps: steps.list(),
            ok: walked_through && steps.all_held(),
        }
        .write(file)
    }
}

/// The folder for keys and the env file: the home, or a folder of this process's own.
fn prepare_files(options: &Options) -> Result<PathBuf, LocalnetError> {
    let folder =
        options.home.clone().unwrap_or_else(|| env::temp_dir().join(format!("nym-localnet-{}", std::process::id())));
    if options.reset && folder.exists() {
        // Only what a localnet made: a wrong --home must not cost anybody a folder.
        let signers = (1..=options.signer_count()).map(|number| format!("signer-{number}"));
        for made in ["chain", "keys", "ticketbooks"].map(String::from).into_iter().chain(signers) {
            let path = folder.join(made);
            if path.exists() {
                fs::remove_dir_all(&path).map_err(|source| LocalnetError::Write { file: path.clone(), source })?;
            }
        }
    }
    fs::create_dir_all(&folder).map_err(|source| LocalnetError::Write { file: folder.clone(), source })?;
    Ok(folder)
}
