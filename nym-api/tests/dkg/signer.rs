//! An honest signer: the real controller over the model's contracts, with a disk that outlives it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use nym_api::dkg::facts::Block;
use nym_api::dkg::{CeremonyError, ChainError, Contracts, Controller, Execution, Pass, Settings};
use nym_api::keys::Generations;
use tempfile::TempDir;

use crate::world::World;

/// How long each signer waits for the one before it.
pub const STAGGER: Duration = Duration::from_secs(5);

/// What can befall a signer.
#[derive(Debug, Default)]
pub struct Faults {
    /// Transactions until the process dies, right before it is sent; negative: never.
    pub dies_before: AtomicI64,
    /// The same, right after it took effect.
    pub dies_after: AtomicI64,
    /// Whether the process has died by one of the above.
    pub dead: AtomicBool,
    /// Whether it reaches the chain.
    pub unreachable: AtomicBool,
    /// Transactions that took effect.
    pub sent: AtomicUsize,
    /// Messages in them.
    pub messages: AtomicUsize,
}

/// The model's contracts as one account sees them.
pub struct Seen {
    world: World,
    account: String,
    faults: Arc<Faults>,
}

impl Seen {
    fn reach(&self, what: &str) -> Result<(), ChainError> {
        let gone = self.faults.unreachable.load(Ordering::SeqCst) || self.faults.dead.load(Ordering::SeqCst);
        let error = ChainError::Unreachable { what: what.into(), reason: "the model says so".into() };
        if gone { Err(error) } else { Ok(()) }
    }

    fn strikes(&self, fault: &AtomicI64) -> bool {
        let strikes = fault.load(Ordering::SeqCst) >= 0 && fault.fetch_sub(1, Ordering::SeqCst) == 0;
        if strikes {
            self.faults.dead.store(true, Ordering::SeqCst);
        }
        strikes
    }
}

impl Contracts for Seen {
    fn account(&self) -> &str {
        &self.account
    }

    async fn block(&self) -> Result<Block, ChainError> {
        self.reach("the latest block")?;
        let (height, time) = self.world.block().await;
        Ok(Block { height, time })
    }

    async fn ask(&self, contract: &str, question: Vec<u8>) -> Result<Vec<u8>, ChainError> {
        self.reach("a question")?;
        let what = String::from_utf8_lossy(&question).into_owned();
        self.world.ask_raw(contract, question).await.map_err(|reason| ChainError::Refused { what, reason })
    }

    async fn send(&self, messages: Vec<Execution>, memo: &str) -> Result<(), ChainError> {
        self.reach(memo)?;
        if self.strikes(&self.faults.dies_before) {
            return self.reach(memo);
        }
        let count = messages.len();
        let messages = messages.into_iter().map(|message| (message.contract, message.message)).collect();
        let sent = self.world.send(&self.account, messages).await;
        if sent.is_ok() {
            self.faults.sent.fetch_add(1, Ordering::SeqCst);
            self.faults.messages.fetch_add(count, Ordering::SeqCst);
        }
        if self.strikes(&self.faults.dies_after) {
            return self.reach(memo);
        }
        sent.map(drop).map_err(|reason| ChainError::Refused { what: memo.into(), reason })
    }
}

pub struct Signer {
    pub account: String,
    pub announce_address: String,
    pub faults: Arc<Faults>,
    pub keys: Generations,
    /// What went wrong, in words.
    pub complaints: Vec<String>,
    world: World,
    disk: TempDir,
    controller: Controller<Seen>,
}

impl Signer {
    pub fn new(world: &World, account: &str) -> Self {
        let disk = tempfile::tempdir().unwrap();
        let faults =
            Arc::new(Faults { dies_before: AtomicI64::new(-1), dies_after: AtomicI64::new(-1), ..Faults::default() });
        let announce_address = format!("http://{account}.example/");
        let (controller, keys) = start(world, account, &announce_address, &faults, &disk);
        let account = account.to_owned();
        Self { account, announce_address, faults, keys, complaints: Vec::new(), world: world.clone(), disk, controller }
    }

    /// Kills the process and starts it again with what is on its disk.
    pub fn restart(&mut self) {
        self.faults.dead.store(false, Ordering::SeqCst);
        let started = start(&self.world, &self.account, &self.announce_address, &self.faults, &self.disk);
        (self.controller, self.keys) = started;
    }

    /// Loses everything on its disk, and starts again.
    pub fn lose_disk(&mut self) {
        self.disk = tempfile::tempdir().unwrap();
        self.restart();
    }

    /// From now on no key of this epoch can be written.
    pub fn fill_disk(&self, epoch: u64) {
        // Where the new file would be written stands a folder: not even the superuser replaces it.
        std::fs::create_dir_all(self.folder().join(format!("epoch-{epoch}/decryption.pem.new"))).unwrap();
    }

    /// The contracts as this signer sees them.
    pub fn contracts(&self) -> Seen {
        Seen { world: self.world.clone(), account: self.account.clone(), faults: self.faults.clone() }
    }

    pub fn folder(&self) -> std::path::PathBuf {
        self.disk.path().join("dkg")
    }

    pub fn is_dead(&self) -> bool {
        self.faults.dead.load(Ordering::SeqCst)
    }

    pub fn set_reachable(&self, reachable: bool) {
        self.faults.unreachable.store(!reachable, Ordering::SeqCst);
    }

    pub fn is_reachable(&self) -> bool {
        !self.faults.unreachable.load(Ordering::SeqCst)
    }

    /// One pass. An idle signer says how long it waits for its turn.
    pub async fn pass(&mut self) -> Pass {
        match self.controller.pass().await {
            Ok(Pass::Failed(step, error)) => {
                self.complaints.push(format!("{step:?}: {error}"));
                Pass::Failed(step, error)
            }
            Ok(pass) => pass,
            Err(CeremonyError::Chain(ChainError::Unreachable { .. })) => Pass::Idle(None),
            Err(error) => panic!("{}: {error}", self.account),
        }
    }
}

fn start(
    world: &World,
    account: &str,
    announce_address: &str,
    faults: &Arc<Faults>,
    disk: &TempDir,
) -> (Controller<Seen>, Generations) {
    let seen = Seen { world: world.clone(), account: account.to_owned(), faults: faults.clone() };
    let keys = Generations::open(&disk.path().join("coconut.pem"), &disk.path().join("generations.json")).unwrap();
    let settings = Settings {
        dkg_contract: world.dkg.to_string(),
        chain_id: "model".into(),
        identity_key: identity_key(),
        announce_address: announce_address.to_owned(),
        folder: disk.path().join("dkg"),
        stagger: STAGGER,
        first_rest: Duration::from_secs(1),
        threads: 2,
    };
    let clock = world.clone();
    let controller = Controller::new(Arc::new(seen), settings, keys.clone(), Arc::new(move || clock.clock())).unwrap();
    (controller, keys)
}

/// Base58 of an ed25519 public key.
pub fn identity_key() -> String {
    bs58::encode(ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes()).into_string()
}
