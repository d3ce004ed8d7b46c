//! A chain and its signers, each a process with a home of its own.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use cw4::Member;
use futures::{TryStreamExt, future::join_all};
use nym_api::{Config, Secret};
use nym_api_requests::{
    NymApiClient,
    ecash::{TicketRejection, VerifyEcashTicketBody},
};
use nym_ecash::CredentialSpendingData;
use nyxd_client::dkg::contract::types::{ContractVKShare, EpochState, KeyGeneration};
use tempfile::TempDir;
use url::Url;

use crate::{
    accounts::Account,
    chain::Chain,
    program::{Program, port},
};

/// How long signers may take for anything, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(100);

/// What is not as usual.
#[derive(Default)]
pub struct Setup {
    pub signers: usize,
    /// Homes elsewhere than in the network's folder.
    pub homes: BTreeMap<usize, PathBuf>,
    /// Addresses that signers announce instead of their own, given their own port.
    pub announced: BTreeMap<usize, Url>,
    /// Accounts besides the signers' that need money.
    pub funded: Vec<Account>,
    /// Members that are no signers of this network.
    pub members: Vec<Account>,
}

pub struct Network {
    // Signers end before the chain, and the folder goes last.
    pub signers: Vec<Signer>,
    pub chain: Chain,
    pub folder: TempDir,
}

/// A signer: its process, unless it is away.
pub struct Signer {
    pub account: Account,
    pub home: PathBuf,
    pub port: u16,
    program: Option<Program>,
    env_file: PathBuf,
}

impl Network {
    /// A chain whose group has all signers as members, and the signers as processes. No ceremony has begun.
    pub async fn start(setup: Setup) -> Self {
        let folder = TempDir::new().unwrap();
        let accounts: Vec<Account> = (1..=setup.signers).map(|index| Account::of(&format!("signer {index}"))).collect();
        let funded: Vec<&Account> = accounts.iter().chain(&setup.funded).chain(&setup.members).collect();
        let chain = Chain::start(folder.path(), &funded).await;
        let members = accounts.iter().chain(&setup.members);
        let members = members.map(|account| Member { addr: account.address.to_string(), weight: 1 }).collect();
        chain.group_admin().update_members(members, &[]).await.unwrap();
        let env_file = folder.path().join("network.env");
        let mut network = Self { signers: Vec::new(), chain, folder };
        for (place, account) in accounts.into_iter().enumerate() {
            let (index, port) = (place + 1, port());
            let home = setup.homes.get(&index).cloned().unwrap_or_else(|| network.path(&format!("signer-{index}")));
            let own: Url = format!("http://127.0.0.1:{port}/").parse().unwrap();
            let announced = setup.announced.get(&index).cloned().unwrap_or(own);
            config(index, &home, port, &account, &network.chain.rpc(), announced)
                .store(&home.join("config/config.toml"))
                .unwrap();
            network.signers.push(Signer { account, home, port, program: None, env_file: env_file.clone() });
        }
        network.chain.network(network.signers[0].url().as_str()).write_env_file(&env_file).unwrap();
        network
    }

    /// The usual: all signers run and have made a key.
    pub async fn with_keys(setup: Setup) -> Self {
        let mut network = Self::start(setup).await;
        network.start_signers().await;
        network.chain.dkg_admin().initiate().await.unwrap();
        network.await_keys(0).await;
        network
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn env_file(&self) -> PathBuf {
        self.path("network.env")
    }

    /// Starts all that do not run.
    pub async fn start_signers(&mut self) {
        self.signers.iter_mut().for_each(Signer::start);
        for signer in &self.signers {
            signer.await_http().await;
        }
    }

    /// The signer with this number, from 1.
    pub fn signer(&mut self, index: usize) -> &mut Signer {
        &mut self.signers[index - 1]
    }

    pub fn api(&self, index: usize) -> NymApiClient {
        self.signers[index - 1].api()
    }

    /// Waits until keys of this or a later epoch are in service, and all signers that run and have a share sign with them.
    pub async fn await_keys(&mut self, epoch: u64) -> KeyGeneration {
        let began = Instant::now();
        let dkg = self.chain.dkg();
        let generation = loop {
            let generations = dkg.key_generations().await.unwrap();
            if let Some(generation) = generations.in_service.filter(|generation| generation.epoch_id >= epoch) {
                break generation;
            }
            assert!(began.elapsed() < PATIENCE, "no keys of epoch {epoch}; {:?}", generations.ceremony);
            self.no_signer_ended();
            tokio::time::sleep(LOOK).await;
        };
        let shares = self.shares(generation.epoch_id).await;
        for signer in self.signers.iter().filter(|signer| signer.program.is_some()) {
            let holds =
                |share: &ContractVKShare| share.verified && share.owner.as_str() == signer.account.address.as_ref();
            if shares.iter().any(holds) {
                signer.await_generation(generation.epoch_id).await;
            }
        }
        generation
    }

    /// Waits until the ceremony is in such a state, or past it.
    pub async fn await_state(&mut self, what: &str, fits: impl Fn(EpochState) -> bool) {
        let began = Instant::now();
        let dkg = self.chain.dkg();
        loop {
            let epoch = dkg.current_epoch().await.unwrap();
            if fits(epoch.state) {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "the ceremony is not at {what} but at {epoch:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until so many have registered, and has the registration end without the others.
    pub async fn close_registration(&mut self, dealers: u32) {
        let began = Instant::now();
        let dkg = self.chain.dkg();
        while dkg.current_epoch().await.unwrap().state_progress.registered_dealers < dealers {
            assert!(began.elapsed() < PATIENCE, "less than {dealers} have registered");
            tokio::time::sleep(LOOK).await;
        }
        self.chain.warp(Duration::from_secs(crate::chain::PHASE + 1)).await;
    }

    /// Published key shares of an epoch.
    pub async fn shares(&self, epoch: u64) -> Vec<ContractVKShare> {
        self.chain.dkg().verification_keys(epoch).try_collect().await.unwrap()
    }

    /// What every signer says to a ticket; nothing for those that do not answer with a verdict.
    pub async fn present(
        &self,
        payment: &CredentialSpendingData,
        provider: &str,
    ) -> Vec<Option<Result<(), TicketRejection>>> {
        let body = VerifyEcashTicketBody { credential: payment.clone(), gateway_cosmos_addr: provider.into() };
        let apis: Vec<NymApiClient> = self.signers.iter().map(Signer::api).collect();
        let answers = join_all(apis.iter().map(|api| api.verify_ecash_ticket(&body))).await;
        answers.into_iter().map(|answer| answer.ok().map(|answer| answer.verified)).collect()
    }

    /// How many signers accept a ticket.
    pub async fn accepts(&self, payment: &CredentialSpendingData, provider: &str) -> usize {
        self.present(payment, provider).await.iter().filter(|verdict| **verdict == Some(Ok(()))).count()
    }

    /// No signer panicked, whatever happened.
    pub fn nobody_panicked(&mut self) {
        self.no_signer_ended();
        for signer in &self.signers {
            let words = signer.words();
            let panic = words.lines().find(|line| line.contains("panicked"));
            assert!(panic.is_none(), "{}: {panic:?}", signer.home.display());
        }
    }

    fn no_signer_ended(&mut self) {
        for signer in &mut self.signers {
            let ended = signer.program.as_mut().is_some_and(|program| !program.is_running());
            assert!(!ended, "the signer of {} ended by itself: {}", signer.home.display(), signer.words());
        }
    }
}

impl Signer {
    pub fn url(&self) -> Url {
        format!("http://127.0.0.1:{}/", self.port).parse().unwrap()
    }

    pub fn api(&self) -> NymApiClient {
        NymApiClient::new(self.url()).unwrap()
    }

    /// Starts it, if it does not run.
    pub fn start(&mut self) {
        if self.program.is_none() {
            let folder = self.home.to_str().unwrap();
            let arguments = ["--config-env-file", self.env_file.to_str().unwrap(), "run", "--folder", folder];
            self.program = Some(Program::start("nym-api", &arguments, &self.log()));
        }
    }

    /// Kills it and starts it again on the same home.
    pub fn kill_and_start(&mut self) {
        self.kill();
        self.start();
    }

    /// As `kill -9`.
    pub fn kill(&mut self) {
        self.program.take().unwrap().kill();
    }

    /// As a service manager does.
    pub fn stop(&mut self) {
        assert!(self.program.take().unwrap().stop(), "{}", self.words());
    }

    pub fn program(&mut self) -> &mut Program {
        self.program.as_mut().unwrap()
    }

    pub fn words(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.log()).unwrap_or_default()).into_owned()
    }

    pub fn database(&self) -> PathBuf {
        self.home.join("data/db.sqlite")
    }

    /// Beside the home, so that a full home does not silence it.
    fn log(&self) -> PathBuf {
        self.env_file.with_file_name(format!("signer-{}.log", self.port))
    }

    /// Waits until it answers.
    pub async fn await_http(&self) {
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(began.elapsed() < PATIENCE, "{} does not serve: {}", self.home.display(), self.words());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it signs with the keys of an epoch.
    pub async fn await_generation(&self, epoch: u64) {
        let (began, api) = (Instant::now(), self.api());
        while let Err(error) = api.partial_coin_indices_signatures(Some(epoch)).await {
            assert!(began.elapsed() < PATIENCE, "{} has no share of epoch {epoch}: {error}", self.home.display());
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn config(index: usize, home: &Path, port: u16, account: &Account, rpc: &str, announced: Url) -> Config {
    let mut config = Config::in_folder(&format!("signer-{index}"), home);
    config.base.local_validator = rpc.parse().unwrap();
    config.base.bind_address = ([127, 0, 0, 1], port).into();
    config.base.mnemonic = Some(Secret::new(account.words.clone()));
    config.base.chain_time = true;
    config.ecash_signer.enabled = true;
    config.ecash_signer.announce_address = Some(announced);
    let (debug, soon) = (&mut config.ecash_signer.debug, Duration::from_millis(200));
    debug.dkg_contract_polling_rate = soon;
    debug.dkg_stagger = soon;
    debug.quorum_polling_rate = soon;
    debug.spent_tickets_polling_rate = soon;
    debug.workers = 1;
    config
}

/// Waits for something, with a deadline.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < PATIENCE, "{what} did not happen");
        tokio::time::sleep(LOOK).await;
    }
}
