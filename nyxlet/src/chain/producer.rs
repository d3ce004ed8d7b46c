//! Block production on its own thread.

use std::{
    path::PathBuf,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use tendermint_proto::v0_38::abci::TxResult;
use tokio::sync::oneshot;

use super::{
    ChainError, CommittedBlock, Included, Mining, Shared, Tip,
    block::{self, Parent},
    mempool::Waiting,
    record::{self, BlockRecord},
    validator::Validator,
};
use crate::{
    app::{App, AppError, BlockInfo},
    clock::{ClockError, Nanos},
    genesis_doc::GenesisDoc,
    index,
    store::{Db, Snapshot, StoreError, WriteBatch},
};

/// Bytes of a block that are left for its transactions: the largest block without header and commit.
const MAX_TX_BYTES: usize = 22_020_096 - 4_096;

/// Why a block cannot be produced. The chain stops: what is committed stays.
#[derive(Debug, thiserror::Error)]
pub enum ProductionError {
    /// The application.
    #[error(transparent)]
    App(#[from] AppError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the chain does not do as told.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ControlError {
    /// The clock cannot be set so.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// It has stopped.
    #[error("the chain has stopped: {0}")]
    Stopped(String),
}

/// Where a warp leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// That much later than now.
    By(Duration),
    /// To a moment later than the last block.
    To(Nanos),
}

/// Where the chain stands after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The height of the last block.
    pub height: u64,
    /// The time of the last block.
    pub block_time: Nanos,
    /// The time the next block would have now.
    pub now: Nanos,
}

pub(super) enum Command {
    Wake,
    Mine { blocks: u64, spacing: Option<Duration>, reply: oneshot::Sender<Result<Progress, ControlError>> },
    Warp { moment: Moment, mine: bool, reply: oneshot::Sender<Result<Progress, ControlError>> },
    Stop,
}

/// Makes sure that the database holds a genesis and a first block, and that they are those of the wanted chain.
pub(super) fn establish(
    db: Db,
    app: App,
    wanted: GenesisDoc,
    home: Option<PathBuf>,
    validator: &Validator,
) -> Result<(Db, App, GenesisDoc), ChainError> {
    let snapshot = db.snapshot()?;
    if let Some(document) = record::load_genesis(&snapshot)? {
        let found = GenesisDoc::from_json(&document).map_err(|error| ChainError::Genesis(error.to_string()))?;
        if wanted.loaded.is_some() {
            tracing::warn!("the home holds a chain already, which goes on: the state to load is not read");
        }
        if found.chain_id != wanted.chain_id {
            return Err(ChainError::OtherChain {
                home: home.unwrap_or_default(),
                found: found.chain_id,
                wanted: wanted.chain_id,
            });
        }
        if record::last_block(&snapshot)?.is_none() {
            // Killed between the genesis and the first block.
            first_block(&db, &app, &found, validator)?;
        }
        return Ok((db, app, found));
    }
    let genesis = wanted.with_validator(validator);
    let mut batch = app.init_chain(&genesis.app_genesis())?.batch;
    record::write_genesis(&mut batch, genesis.to_json());
    db.commit(batch)?;
    app.committed()?;
    first_block(&db, &app, &genesis, validator)?;
    Ok((db, app, genesis))
}

fn first_block(db: &Db, app: &App, genesis: &GenesisDoc, validator: &Validator) -> Result<(), ProductionError> {
    let app_hash = app.last().map(|(_, hash)| hash.to_vec()).unwrap_or_default();
    let parent = Parent::genesis(genesis.initial_height, app_hash);
    let time = genesis.genesis_time;
    let executed = execute(app, &db.snapshot()?, &genesis.chain_id, validator, &parent, time, Vec::new())?;
    db.commit(executed.batch)?;
    app.committed()?;
    Ok(())
}

struct Executed {
    batch: WriteBatch,
    block: CommittedBlock,
}

/// Executes a block; nothing is committed yet.
fn execute(
    app: &App,
    snapshot: &Snapshot,
    chain_id: &str,
    validator: &Validator,
    parent: &Parent,
    time: Nanos,
    txs: Vec<(Vec<u8>, [u8; 32])>,
) -> Result<Executed, ProductionError> {
    let height = parent.height + 1;
    app.begin_block(BlockInfo {
        chain_id: chain_id.to_owned(),
        height,
        time_nanos: u64::try_from(time.0).unwrap_or_default(),
        proposer: validator.address().to_vec(),
    })?;
    let results = txs.iter().map(|(tx, _)| app.deliver_tx(tx)).collect::<Result<Vec<_>, _>>()?;
    let outcome = app.end_block()?;

    let results_hash = block::results_hash(&results);
    let hashes: Vec<[u8; 32]> = txs.iter().map(|(_, hash)| *hash).collect();
    let bytes: Vec<Vec<u8>> = txs.into_iter().map(|(tx, _)| tx).collect();
    let built = block::build(chain_id, validator, parent, time, bytes);
    let record = BlockRecord {
        seen_commit: Some(validator.commit(chain_id, height, &built.block_id, time.after(Duration::from_nanos(1)))),
        header: Some(built.header),
        block_id: Some(built.block_id),
        last_commit: Some(built.last_commit),
        size: built.size,
        num_txs: u32::try_from(built.txs.len()).unwrap_or(u32::MAX),
        events: outcome.events,
        app_hash: outcome.app_hash.to_vec(),
        results_hash: results_hash.to_vec(),
    };
    let txs: Vec<TxResult> = built
        .txs
        .into_iter()
        .zip(results)
        .zip(0..)
        .map(|((tx, result), index)| TxResult {
            height: i64::try_from(height).unwrap_or(i64::MAX),
            index,
            tx: tx.into(),
            result: Some(result),
        })
        .collect();
    let mut batch = outcome.batch;
    record::write_block(&mut batch, snapshot, &record, &txs, &hashes)?;
    index::write_events(&mut batch, height, &txs, &record.events);
    Ok(Executed { batch, block: CommittedBlock { record, txs, hashes } })
}

pub(super) struct Producer {
    shared: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
}

impl Producer {
    pub(super) fn new(shared: Arc<Shared>, commands: mpsc::Receiver<Command>) -> Self {
        Self { shared, commands }
    }

    /// Produces blocks until told to stop or until a block fails.
    pub(super) fn run(self) {
        if let Err(error) = self.produce_until_stopped() {
            self.shared.stop(error.to_string());
        }
    }

    fn produce_until_stopped(&self) -> Result<(), ProductionError> {
        let mut ticker = Ticker::default();
        loop {
            let mining = *self.shared.mining.lock();
            let tick = ticker.next_tick(mining);
            let on_demand = matches!(mining, Mining::OnDemand | Mining::Mixed(_));
            let due = tick.is_some_and(|tick| tick <= Instant::now());
            if due || on_demand && !self.shared.mempool.is_empty() {
                if due {
                    ticker.ticked();
                }
                self.produce(None)?;
                while let Ok(command) = self.commands.try_recv() {
                    if self.obey(command)? {
                        return Ok(());
                    }
                }
                continue;
            }
            let command = match tick {
                Some(tick) => match self.commands.recv_timeout(tick.saturating_duration_since(Instant::now())) {
                    Ok(command) => command,
                    Err(mpsc::RecvTimeoutError::Timeout) => Command::Wake,
                    Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(()),
                },
                None => match self.commands.recv() {
                    Ok(command) => command,
                    Err(mpsc::RecvError) => return Ok(()),
                },
            };
            if self.obey(command)? {
                return Ok(());
            }
        }
    }

    /// Whether production ends.
    fn obey(&self, command: Command) -> Result<bool, ProductionError> {
        match command {
            Command::Wake => {}
            Command::Stop => return Ok(true),
            Command::Mine { blocks, spacing, reply } => {
                let answer = self.mine(blocks, spacing)?;
                // Whoever asked may have gone.
                let _ = reply.send(answer);
            }
            Command::Warp { moment, mine, reply } => {
                let answer = self.warp(moment);
                if answer.is_ok() && mine {
                    self.produce(None)?;
                }
                let _ = reply.send(answer.map(|()| self.progress()));
            }
        }
        Ok(false)
    }

    fn mine(&self, blocks: u64, spacing: Option<Duration>) -> Result<Result<Progress, ControlError>, ProductionError> {
        for _ in 0..blocks {
            let time = spacing.map(|spacing| self.shared.clock.lock().last_block().after(spacing));
            if let Some(time) = time
                && let Err(error) = self.shared.clock.lock().warp_to(Nanos::wall(), time)
            {
                return Ok(Err(error.into()));
            }
            self.produce(time)?;
        }
        Ok(Ok(self.progress()))
    }

    fn warp(&self, moment: Moment) -> Result<(), ControlError> {
        let mut clock = self.shared.clock.lock();
        match moment {
            Moment::By(duration) => clock.warp_by(Nanos::wall(), duration)?,
            Moment::To(time) => clock.warp_to(Nanos::wall(), time)?,
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        let tip = self.shared.tip.read().block.clone();
        Progress { height: tip.height(), block_time: tip.time(), now: self.shared.clock.lock().now(Nanos::wall()) }
    }

    /// Produces the next block: executes what waits, commits it with the state in one batch, and tells everybody.
    fn produce(&self, time: Option<Nanos>) -> Result<(), ProductionError> {
        let shared = &*self.shared;
        let tip = shared.tip.read().clone();
        let (time, offset) = {
            let clock = shared.clock.lock();
            (time.unwrap_or_else(|| clock.now(Nanos::wall())), clock.offset())
        };
        let waiting = shared.mempool.take(MAX_TX_BYTES);
        let (txs, listeners): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|Waiting { tx, hash, listener }| ((tx, hash), listener)).unzip();
        let parent = tip.block.as_parent();
        let mut executed =
            execute(&shared.app, &tip.snapshot, &shared.genesis.chain_id, &shared.validator, &parent, time, txs)?;
        record::write_clock_offset(&mut executed.batch, offset);

        let block = executed.block;
        let failed: Vec<_> = block
            .txs
            .iter()
            .zip(&block.hashes)
            .filter(|(tx, _)| tx.result.as_ref().is_some_and(|result| result.code != 0))
            .map(|(_, hash)| *hash)
            .collect();
        shared.db.commit(executed.batch)?;
        shared.mempool.advance(
            &failed,
            || -> Result<(), ProductionError> {
                shared.app.committed()?;
                let record = Arc::new(block.record.clone());
                *shared.tip.write() = Tip { block: record, snapshot: shared.db.snapshot()? };
                shared.clock.lock().committed(time);
                Ok(())
            },
            |tx| shared.app.recheck_tx(tx),
        )?;
        tracing::info!(height = parent.height + 1, txs = block.txs.len(), time = time.rfc3339(), "block");

        let block = Arc::new(block);
        for (index, listener) in listeners.into_iter().enumerate() {
            if let Some(listener) = listener {
                let _ = listener.send(Included { block: block.clone(), index });
            }
        }
        // Nobody may be listening.
        let _ = shared.blocks.send(block);
        Ok(())
    }
}

/// When interval blocks are due.
#[derive(Default)]
struct Ticker {
    interval: Option<Duration>,
    next: Option<Instant>,
}

impl Ticker {
    fn next_tick(&mut self, mining: Mining) -> Option<Instant> {
        let interval = match mining {
            Mining::Interval(interval) | Mining::Mixed(interval) => Some(interval),
            Mining::OnDemand | Mining::Manual => None,
        };
        if interval != self.interval {
            self.interval = interval;
            self.next = interval.map(|interval| Instant::now() + interval);
        }
        self.next
    }

    /// The next tick keeps the rhythm; ticks that were missed are not made up for.
    fn ticked(&mut self) {
        if let (Some(next), Some(interval)) = (self.next, self.interval) {
            self.next = Some((next + interval).max(Instant::now()));
        }
    }
}
