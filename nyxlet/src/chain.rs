//! The chain: transactions wait, blocks are produced on a thread of their own, readers look at the last committed block.

pub mod block;
mod mempool;
pub mod merkle;
mod producer;
pub mod record;
pub mod validator;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use parking_lot::{Mutex, RwLock};
use sha2::{Digest as _, Sha256};
use tendermint_proto::v0_38::abci::{ExecTxResult, TxResult};
use tokio::sync::{broadcast, oneshot};

pub use mempool::{Limits, SubmitError, TxHash};
pub use producer::{ControlError, Moment, ProductionError, Progress};

use crate::{
    app::App,
    clock::{ChainClock, Nanos},
    genesis_doc::GenesisDoc,
    store::{Db, Snapshot, StoreError},
};
use mempool::Mempool;
use producer::{Command, Producer};
use record::BlockRecord;
use validator::{Validator, ValidatorError};

/// How many blocks a subscriber may lag behind before its subscription is cancelled.
const BLOCKS_IN_FLIGHT: usize = 256;

/// When blocks are produced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mining {
    /// Whenever transactions wait.
    #[default]
    OnDemand,
    /// At an interval, with or without transactions.
    Interval(Duration),
    /// At an interval, and whenever transactions wait.
    Mixed(Duration),
    /// Only when told to.
    Manual,
}

/// Why a chain cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The application.
    #[error(transparent)]
    App(#[from] crate::app::AppError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The validator's key.
    #[error(transparent)]
    Validator(#[from] ValidatorError),
    /// The home belongs to another chain.
    #[error("{} holds chain {found}, not {wanted}; choose another --home or give --chain-id {found}", .home.display())]
    OtherChain {
        /// The home folder.
        home: PathBuf,
        /// The chain that it holds.
        found: String,
        /// The chain that was asked for.
        wanted: String,
    },
    /// The genesis in the home cannot be read.
    #[error("the genesis in the home folder is damaged: {0}; remove the home folder to begin a new chain")]
    Genesis(String),
    /// The system gives no thread.
    #[error("the system refuses a thread for block production: {0}; free resources and start again")]
    Thread(std::io::Error),
    /// The first block failed.
    #[error(transparent)]
    Production(#[from] ProductionError),
}

/// A block that was just committed.
pub struct CommittedBlock {
    /// All about it but its transactions.
    pub record: BlockRecord,
    /// Its transactions with their results.
    pub txs: Vec<TxResult>,
    /// Their hashes.
    pub hashes: Vec<TxHash>,
}

/// That a transaction stands in a block.
#[derive(Clone)]
pub struct Included {
    /// The block.
    pub block: Arc<CommittedBlock>,
    /// The transaction's index in it.
    pub index: usize,
}

/// The last committed block with the state after it.
#[derive(Clone)]
pub struct Tip {
    /// The block.
    pub block: Arc<BlockRecord>,
    /// Everything committed up to it.
    pub snapshot: Snapshot,
}

impl Tip {
    /// The height.
    pub fn height(&self) -> u64 {
        self.block.height()
    }
}

/// What readers, checkers and the producer share.
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) db: Db,
    pub(crate) genesis: GenesisDoc,
    pub(crate) validator: Validator,
    pub(crate) mempool: Mempool,
    tip: RwLock<Tip>,
    blocks: broadcast::Sender<Arc<CommittedBlock>>,
    mining: Mutex<Mining>,
    clock: Mutex<ChainClock>,
    stopped: Mutex<Option<String>>,
}

/// A running chain. Clones are the same chain.
#[derive(Clone)]
pub struct Chain {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
}

/// Stops block production when dropped, after the block that is being produced.
pub struct Production {
    commands: mpsc::Sender<Command>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Production {
    fn drop(&mut self) {
        // A producer that is gone already has stopped as well.
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What a chain starts from.
pub struct Start {
    /// The database.
    pub db: Db,
    /// The application on that database.
    pub app: App,
    /// The genesis of a new chain, and what an existing one is held against.
    pub genesis: GenesisDoc,
    /// The home folder; `None` in memory.
    pub home: Option<PathBuf>,
    /// When blocks are produced.
    pub mining: Mining,
    /// How much may wait for a block.
    pub limits: Limits,
}

impl Chain {
    /// Starts a chain: writes the genesis and the first block when the database is new, otherwise goes on where it
    /// stands.
    ///
    /// # Errors
    /// [`ChainError`].
    pub fn start(start: Start) -> Result<(Self, Production), ChainError> {
        let Start { db, app, genesis, home, mining, limits } = start;
        let validator = match &home {
            Some(home) => Validator::of_home(home)?,
            None => Validator::derived(&genesis.chain_id),
        };
        let (db, app, genesis) = producer::establish(db, app, genesis, home, &validator)?;
        let snapshot = db.snapshot()?;
        let block = record::last_block(&snapshot)?
            .ok_or_else(|| StoreError::Database("there is a genesis but no first block".into()))?;
        let clock = ChainClock::new(block.time(), record::load_clock_offset(&snapshot)?);
        let shared = Arc::new(Shared {
            app,
            db,
            genesis,
            validator,
            mempool: Mempool::new(limits),
            tip: RwLock::new(Tip { block: Arc::new(block), snapshot }),
            blocks: broadcast::Sender::new(BLOCKS_IN_FLIGHT),
            mining: Mutex::new(mining),
            clock: Mutex::new(clock),
            stopped: Mutex::new(None),
        });
        let (commands, receiver) = mpsc::channel();
        let producer = Producer::new(shared.clone(), receiver);
        let guarded = shared.clone();
        let thread = std::thread::Builder::new()
            .name("blocks".into())
            .stack_size(16 << 20)
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(|| producer.run())).is_err() {
                    guarded.stop("a block failed in an unforeseen way; restart to go on from the last block");
                }
            })
            .map_err(ChainError::Thread)?;
        let chain = Self { shared, commands: commands.clone() };
        Ok((chain, Production { commands, thread: Some(thread) }))
    }

    /// The last committed block.
    pub fn tip(&self) -> Tip {
        self.shared.tip.read().clone()
    }

    /// The application, for queries and simulations.
    pub fn app(&self) -> &App {
        &self.shared.app
    }

    /// The genesis.
    pub fn genesis(&self) -> &GenesisDoc {
        &self.shared.genesis
    }

    /// The validator.
    pub fn validator(&self) -> &Validator {
        &self.shared.validator
    }

    /// How many transactions and bytes wait for a block.
    pub fn waiting(&self) -> (usize, usize) {
        self.shared.mempool.size()
    }

    /// The first transactions that wait for a block.
    pub fn first_waiting(&self, limit: usize) -> Vec<Vec<u8>> {
        self.shared.mempool.first(limit)
    }

    /// Blocks as they are committed.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<CommittedBlock>> {
        self.shared.blocks.subscribe()
    }

    /// Checks a transaction and queues it for a block when the check answers with code 0. Blocks the thread for the
    /// time of the check.
    ///
    /// # Errors
    /// [`SubmitError`] when the transaction is not even checked.
    pub fn submit(&self, tx: &[u8]) -> Result<ExecTxResult, SubmitError> {
        self.queue(tx, None)
    }

    /// As [`Chain::submit`]; the receiver hears of the block that takes the transaction in. It hears nothing when the
    /// check failed or the transaction is thrown out later.
    ///
    /// # Errors
    /// [`SubmitError`] when the transaction is not even checked.
    pub fn submit_and_listen(&self, tx: &[u8]) -> Result<(ExecTxResult, oneshot::Receiver<Included>), SubmitError> {
        let (listener, included) = oneshot::channel();
        Ok((self.queue(tx, Some(listener))?, included))
    }

    fn queue(&self, tx: &[u8], listener: Option<oneshot::Sender<Included>>) -> Result<ExecTxResult, SubmitError> {
        if let Some(reason) = self.shared.stopped.lock().clone() {
            return Err(SubmitError::Stopped(reason));
        }
        let hash: TxHash = Sha256::digest(tx).into();
        let checked = self.shared.mempool.submit(tx, hash, listener, || self.shared.app.check_tx(tx))?;
        if checked.code == 0 {
            // The producer is gone only when the chain stops.
            let _ = self.commands.send(Command::Wake);
        }
        Ok(checked)
    }

    /// When blocks are produced.
    pub fn mining(&self) -> Mining {
        *self.shared.mining.lock()
    }

    /// Changes when blocks are produced.
    pub fn set_mining(&self, mining: Mining) {
        *self.shared.mining.lock() = mining;
        let _ = self.commands.send(Command::Wake);
    }

    /// The time the next block would have now.
    pub fn now(&self) -> Nanos {
        self.shared.clock.lock().now(Nanos::wall())
    }

    /// By how many nanoseconds the chain runs before the wall clock.
    pub fn clock_offset(&self) -> i64 {
        self.shared.clock.lock().offset()
    }

    /// Produces `blocks` blocks now. With a `spacing`, each is that much later than the one before, and the clock goes on
    /// from the last one.
    ///
    /// # Errors
    /// The clock cannot go that far, or the chain has stopped.
    pub async fn mine(&self, blocks: u64, spacing: Option<Duration>) -> Result<Progress, ControlError> {
        self.control(|reply| Command::Mine { blocks, spacing, reply }).await
    }

    /// Moves the clock and produces a block at the new time.
    ///
    /// # Errors
    /// The clock refuses, or the chain has stopped.
    pub async fn warp(&self, moment: Moment) -> Result<Progress, ControlError> {
        self.control(|reply| Command::Warp { moment, mine: true, reply }).await
    }

    /// Moves the clock; the next block, whenever it comes, has the new time or a later one.
    ///
    /// # Errors
    /// The clock refuses, or the chain has stopped.
    pub async fn set_time(&self, moment: Moment) -> Result<Progress, ControlError> {
        self.control(|reply| Command::Warp { moment, mine: false, reply }).await
    }

    async fn control(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<Progress, ControlError>>) -> Command,
    ) -> Result<Progress, ControlError> {
        let (reply, answer) = oneshot::channel();
        let gone =
            || ControlError::Stopped(self.shared.stopped.lock().clone().unwrap_or_else(|| "it shuts down".into()));
        self.commands.send(command(reply)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

impl Shared {
    fn stop(&self, reason: impl Into<String>) {
        let reason = reason.into();
        tracing::error!(%reason, "the chain has stopped");
        *self.stopped.lock() = Some(reason);
    }
}
