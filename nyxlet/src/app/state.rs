//! The application: committed state, the state that checks run on, and the block in progress.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use sha2::{Digest, Sha256};
use tendermint_proto::v0_38::abci::{Event, ExecTxResult};

use super::{
    BlockInfo, Context, ExecMode, Genesis, Module, Router, attribute,
    run::{Runner, TxOutcome},
};
use crate::{
    error::{ExecError, SdkError},
    modules::{auth::Auth, bank::Bank, distribution::Distribution},
    store::{Db, Layers, Snapshot, StoreError, Table, WriteBatch},
    tx::{AnteOptions, Tx, VerifiedSignatures},
};

/// The application's own record: the last block and the hash after it.
const RECORD: Table = Table("app");
const LAST: &[u8] = b"last";

/// How the application behaves.
pub struct AppOptions {
    /// The least gas prices that a transaction's fee must reach on entry: denom and price per gas in 1e-18 units.
    pub min_gas_prices: Vec<(String, u128)>,
    /// Modules beside the native ones, in the order of their begin and end of block.
    pub modules: Vec<Box<dyn Module>>,
}

impl Default for AppOptions {
    /// 0.025unym, no further modules.
    fn default() -> Self {
        Self { min_gas_prices: vec![("unym".into(), 25_000_000_000_000_000)], modules: Vec::new() }
    }
}

/// Why the application cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A module refused the genesis or failed at a block's begin or end.
    #[error("the chain's own rules failed: {0}")]
    Exec(#[from] ExecError),
    /// The home belongs to another chain.
    #[error("this home holds chain {found}, not {expected}; choose another --home or --chain-id {found}")]
    OtherChain {
        /// What the state says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// No genesis was written yet.
    #[error("the state is empty; initialise the chain first")]
    NoGenesis,
    /// The record of the last block is broken.
    #[error("the record of the last block cannot be read; the state was written by another program or is damaged")]
    Damaged,
    /// Calls came out of order.
    #[error("no block was begun; begin a block before delivering to it or ending it")]
    NoBlock,
}

/// What a block changed.
#[derive(Debug)]
pub struct BlockOutcome {
    /// Hash of the state after the block, 32 bytes: see [`App`].
    pub app_hash: [u8; 32],
    /// Events of the block's begin and end.
    pub events: Vec<Event>,
    /// The changes of the state; the block producer adds its records and commits.
    pub batch: WriteBatch,
}

/// The application. All methods take `&self`; queries, checks and simulations run at the same time as delivery.
///
/// The app hash is a chain over change sets, not a tree: SHA-256 of the hash before it and of every change of the block
/// in the order of store and key, each as length-prefixed store name, key, and value (or a marker for a removal). It
/// costs what the block changed, whatever the state holds, and offers no proofs.
pub struct App {
    db: Db,
    router: Arc<Router>,
    min_gas_prices: Vec<(String, u128)>,
    verified: VerifiedSignatures,
    committed: RwLock<Option<Committed>>,
    check: Mutex<Option<Layers>>,
    deliver: Mutex<Option<Deliver>>,
}

#[derive(Clone)]
pub(super) struct Committed {
    pub(super) block: Arc<BlockInfo>,
    pub(super) app_hash: [u8; 32],
    pub(super) snapshot: Snapshot,
}

struct Deliver {
    block: Arc<BlockInfo>,
    layers: Layers,
    app_hash: [u8; 32],
    events: Vec<Event>,
    failed: Option<StoreError>,
    /// Gas that the block's transactions have used, each at most its limit.
    gas_used: u64,
}

impl App {
    /// The application on the state of `db`.
    ///
    /// # Errors
    /// The database cannot be read, or its record of the last block is damaged.
    pub fn open(db: Db, options: AppOptions) -> Result<Self, AppError> {
        let mut modules: Vec<Box<dyn Module>> = vec![Box::new(Auth), Box::new(Bank), Box::new(Distribution)];
        modules.extend(options.modules);
        let app = Self {
            db,
            router: Arc::new(Router::new(modules)),
            min_gas_prices: options.min_gas_prices,
            verified: VerifiedSignatures::default(),
            committed: RwLock::default(),
            check: Mutex::default(),
            deliver: Mutex::default(),
        };
        app.committed()?;
        Ok(app)
    }

    /// The last committed block and app hash; `None` before genesis.
    pub fn last(&self) -> Option<(BlockInfo, [u8; 32])> {
        self.committed.read().as_ref().map(|last| (BlockInfo::clone(&last.block), last.app_hash))
    }

    /// The modules.
    pub fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// Writes the genesis; the outcome is committed like that of a block before the first one.
    ///
    /// # Errors
    /// A module refuses the genesis.
    pub fn init_chain(&self, genesis: &Genesis) -> Result<BlockOutcome, AppError> {
        let block = Arc::new(BlockInfo {
            chain_id: genesis.chain_id.clone(),
            height: genesis.initial_height.saturating_sub(1),
            time_nanos: genesis.time_nanos,
            proposer: Vec::new(),
        });
        let layers = Layers::new(self.db.snapshot()?);
        let ctx = Context::new(block.clone(), ExecMode::Deliver, layers.clone(), self.router.clone());
        for module in self.router.modules() {
            module.init_genesis(&ctx, genesis)?;
        }
        Ok(outcome(&block, &layers, [0; 32], ctx.events.take()))
    }

    /// Checks a transaction on entry. Code 0 means that it may wait for a block; gas used is what the checks took.
    pub fn check_tx(&self, tx: &[u8]) -> ExecTxResult {
        let decoded = Tx::decode(tx, &self.router);
        if let Ok(tx) = &decoded {
            self.verify_ahead(tx);
        }
        self.check_on_entry(decoded.as_ref().map_err(Clone::clone), ExecMode::Check)
    }

    /// Checks a waiting transaction again after a block; anything but code 0 throws it out.
    pub fn recheck_tx(&self, tx: &[u8]) -> ExecTxResult {
        let decoded = Tx::decode(tx, &self.router);
        self.check_on_entry(decoded.as_ref().map_err(Clone::clone), ExecMode::Recheck)
    }

    /// Begins a block.
    ///
    /// # Errors
    /// No genesis, or a module fails.
    pub fn begin_block(&self, block: BlockInfo) -> Result<(), AppError> {
        let last = self.committed.read().clone().ok_or(AppError::NoGenesis)?;
        let block = Arc::new(block);
        let layers = Layers::new(last.snapshot);
        let ctx = Context::new(block.clone(), ExecMode::Deliver, layers.clone(), self.router.clone());
        for module in self.router.modules() {
            module.begin_block(&ctx)?;
        }
        let events = with_mode(ctx.events.take(), "BeginBlock");
        *self.deliver.lock() =
            Some(Deliver { block, layers, app_hash: last.app_hash, events, failed: None, gas_used: 0 });
        Ok(())
    }

    /// Executes a transaction of the block.
    ///
    /// # Errors
    /// No block was begun.
    pub fn deliver_tx(&self, tx: &[u8]) -> Result<ExecTxResult, AppError> {
        let decoded = Tx::decode(tx, &self.router);
        let mut deliver = self.deliver.lock();
        let deliver = deliver.as_mut().ok_or(AppError::NoBlock)?;
        let mut runner = self.runner(&deliver.block, &deliver.layers, ExecMode::Deliver);
        runner.block_gas_used = deliver.gas_used;
        let outcome = runner.run(decoded.as_ref().map_err(Clone::clone));
        deliver.gas_used = deliver.gas_used.saturating_add(outcome.gas_used.min(outcome.gas_wanted));
        if let Err(failed) = &outcome.result
            && let Some(error) = &failed.store
        {
            deliver.failed.get_or_insert_with(|| error.clone());
        }
        Ok(outcome.into_abci())
    }

    /// Ends the block.
    ///
    /// # Errors
    /// No block was begun, a module fails, or the database failed while the block was executed.
    pub fn end_block(&self) -> Result<BlockOutcome, AppError> {
        let mut deliver = self.deliver.lock().take().ok_or(AppError::NoBlock)?;
        if let Some(error) = deliver.failed {
            return Err(error.into());
        }
        let ctx = Context::new(deliver.block.clone(), ExecMode::Deliver, deliver.layers.clone(), self.router.clone());
        for module in self.router.modules() {
            module.end_block(&ctx)?;
        }
        deliver.events.extend(with_mode(ctx.events.take(), "EndBlock"));
        Ok(outcome(&deliver.block, &deliver.layers, deliver.app_hash, deliver.events))
    }

    /// To be called when the batch of the outcome is committed: queries and checks see the new state from here on.
    /// What the checks had seen of waiting transactions is forgotten: check those again.
    ///
    /// # Errors
    /// The database cannot be read, or its record of the last block is damaged.
    pub fn committed(&self) -> Result<(), AppError> {
        let snapshot = self.db.snapshot()?;
        let Some(record) = snapshot.get(RECORD, LAST)? else { return Ok(()) };
        let (block, app_hash) = decode_record(&record).ok_or(AppError::Damaged)?;
        let mut check = self.check.lock();
        *self.committed.write() = Some(Committed { block: Arc::new(block), app_hash, snapshot: snapshot.clone() });
        *check = Some(Layers::new(snapshot));
        Ok(())
    }

    pub(super) fn last_committed(&self) -> Option<Committed> {
        self.committed.read().clone()
    }

    /// Runs a transaction on a copy of the state that checks run on.
    pub(super) fn simulate_outcome(&self, tx: &[u8]) -> TxOutcome {
        let decoded = Tx::decode(tx, &self.router);
        let fork = self.check.lock().as_ref().map(Layers::fork);
        let (Some(layers), Some(last)) = (fork, self.last_committed()) else {
            return TxOutcome::refused(SdkError::unregistered(AppError::NoGenesis.to_string()));
        };
        let runner = self.runner(&last.block, &layers, ExecMode::Simulate);
        runner.run(decoded.as_ref().map_err(Clone::clone))
    }

    fn check_on_entry(&self, tx: Result<&Tx, SdkError>, mode: ExecMode) -> ExecTxResult {
        let check = self.check.lock();
        let (Some(layers), Some(last)) = (check.as_ref(), self.last_committed()) else {
            return TxOutcome::refused(SdkError::unregistered(AppError::NoGenesis.to_string())).into_abci();
        };
        self.runner(&last.block, layers, mode).run(tx).into_abci()
    }

    /// Verifies the signatures before the check takes its lock, so that many transactions verify at once. Failures are
    /// found again, and reported, by the check.
    fn verify_ahead(&self, tx: &Tx) {
        let layers = self.check.lock().clone();
        if let (Some(layers), Some(last)) = (layers, self.last_committed()) {
            let ctx = Context::new(last.block, ExecMode::Check, layers, self.router.clone());
            crate::tx::verify_ahead(&ctx, tx, &self.verified);
        }
    }

    fn runner<'a>(&'a self, block: &'a Arc<BlockInfo>, layers: &'a Layers, mode: ExecMode) -> Runner<'a> {
        let ante = AnteOptions { min_gas_prices: &self.min_gas_prices, verified: &self.verified };
        Runner { router: &self.router, block, layers, mode, block_gas_used: 0, ante }
    }
}

fn outcome(block: &BlockInfo, layers: &Layers, before: [u8; 32], events: Vec<Event>) -> BlockOutcome {
    let mut batch = layers.to_batch();
    let app_hash = hash_changes(before, &batch);
    batch.put(RECORD, LAST, encode_record(block, &app_hash));
    BlockOutcome { app_hash, events, batch }
}

fn hash_changes(before: [u8; 32], batch: &WriteBatch) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let part = |hasher: &mut Sha256, bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    hasher.update(before);
    for (table, key, value) in batch.changes() {
        part(&mut hasher, table.0.as_bytes());
        part(&mut hasher, key);
        match value {
            Some(value) => {
                hasher.update([1]);
                part(&mut hasher, value);
            }
            None => hasher.update([0]),
        }
    }
    hasher.finalize().into()
}

/// `hash ‖ height ‖ time ‖ length of the proposer ‖ proposer ‖ chain id`, numbers big-endian.
fn encode_record(block: &BlockInfo, app_hash: &[u8; 32]) -> Bytes {
    [
        &app_hash[..],
        &block.height.to_be_bytes(),
        &block.time_nanos.to_be_bytes(),
        &(block.proposer.len() as u64).to_be_bytes(),
        &block.proposer,
        block.chain_id.as_bytes(),
    ]
    .concat()
    .into()
}

fn decode_record(record: &[u8]) -> Option<(BlockInfo, [u8; 32])> {
    let (app_hash, rest) = record.split_first_chunk::<32>()?;
    let (height, rest) = rest.split_first_chunk::<8>()?;
    let (time, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    let (proposer, chain_id) = rest.split_at_checked(length)?;
    let block = BlockInfo {
        chain_id: String::from_utf8(chain_id.to_vec()).ok()?,
        height: u64::from_be_bytes(*height),
        time_nanos: u64::from_be_bytes(*time),
        proposer: proposer.to_vec(),
    };
    Some((block, *app_hash))
}

fn with_mode(mut events: Vec<Event>, mode: &str) -> Vec<Event> {
    for event in &mut events {
        event.attributes.push(attribute("mode", mode));
    }
    events
}
