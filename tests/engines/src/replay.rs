//! nyxlet goes through the blocks of nyxd, from the same genesis, and everything is compared.

use std::{collections::BTreeMap, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail};
use nyxlet::{
    Config, Handle, Nyxlet,
    chain::{Included, Mining},
};
use tokio::{runtime::Runtime, sync::oneshot::Receiver};

use crate::{
    answers::{Answer, Block, TxAnswer, TxEvent},
    node::{TxHash, hash},
    recording::{Recorded, Recording, Step},
};

/// How a scenario compares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compared {
    /// Its name.
    pub scenario: String,
    /// Transactions and queries.
    pub steps: usize,
    /// Why it is not equal: the first difference, or its failure on nyxd.
    pub why: Option<String>,
    /// How many steps differ.
    pub different: usize,
    /// Gas that its transactions used on nyxd.
    pub gas_nyxd: i64,
    /// Gas that they used on nyxlet.
    pub gas_nyxlet: i64,
}

impl Compared {
    /// Gas on nyxlet for each unit on nyxd; 1 where both used none.
    #[must_use]
    pub fn gas_ratio(&self) -> f64 {
        if self.gas_nyxd == self.gas_nyxlet {
            return 1.0;
        }
        #[allow(clippy::cast_precision_loss, reason = "a ratio for people; equality is decided on whole numbers")]
        let (nyxlet, nyxd) = (self.gas_nyxlet as f64, self.gas_nyxd.max(1) as f64);
        nyxlet / nyxd
    }
}

/// A nyxlet that repeats what a node did.
pub struct Replay {
    chain: Handle,
    runtime: Runtime,
}

impl Replay {
    /// A nyxlet with the genesis of the node; `first` is the node's first block.
    ///
    /// # Errors
    /// The genesis cannot be loaded, or the first block has transactions.
    pub fn start(genesis: &Path, first: &Block) -> Result<Self> {
        if !first.txs.is_empty() {
            bail!("the first block has transactions: start to record before sending any");
        }
        let chain = Nyxlet::start(Config {
            accounts: 0,
            mining: Mining::Manual,
            load_state: Some(genesis.to_owned()),
            genesis_time: Some(first.time),
            ..Config::default()
        })?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { chain, runtime })
    }

    /// Makes the next block, the same transactions at the same time, and returns what they did.
    ///
    /// # Errors
    /// It cannot be made at that time.
    pub fn repeat(&self, block: &Block) -> Result<Vec<TxAnswer>> {
        let chain = self.chain.chain();
        let last = chain.tip();
        if last.height() + 1 != block.height {
            bail!("block {} does not follow block {}", block.height, last.height());
        }
        let mut waiting = Vec::new();
        for delivered in &block.txs {
            let (checked, included) = chain.submit_and_listen(&delivered.tx)?;
            let refused = (checked.code != 0).then(|| TxAnswer {
                code: checked.code,
                codespace: checked.codespace.clone(),
                log: format!("refused on entry: {}", checked.log),
                ..TxAnswer::default()
            });
            waiting.push((refused, included));
        }
        let later = block.time.0 - last.block.time().0;
        let later = Duration::from_nanos(u64::try_from(later).context("time goes back")?);
        self.runtime.block_on(chain.mine(1, Some(later)))?;
        waiting.into_iter().map(|(refused, included)| self.answer(refused, included)).collect()
    }

    fn answer(&self, refused: Option<TxAnswer>, included: Receiver<Included>) -> Result<TxAnswer> {
        if let Some(refused) = refused {
            return Ok(refused);
        }
        let included = self.runtime.block_on(included).context("what waits stands in the next block")?;
        let result =
            included.block.txs[included.index].result.clone().context("what stands in a block was executed")?;
        let events = result.events.into_iter().map(|event| TxEvent {
            kind: event.r#type,
            attributes: event.attributes.into_iter().map(|one| (one.key, one.value, one.index)).collect(),
        });
        Ok(TxAnswer {
            code: result.code,
            codespace: result.codespace,
            log: result.log,
            data: result.data.to_vec(),
            gas_wanted: result.gas_wanted,
            gas_used: result.gas_used,
            events: events.collect(),
        })
    }

    /// What a query answers here.
    #[must_use]
    pub fn query(&self, path: &str, request: &[u8]) -> Answer {
        let answer = self.chain.chain().app().query(path, request);
        Answer { code: answer.code, codespace: answer.codespace, log: answer.log, value: answer.value.to_vec() }
    }

    /// What the check on entry says of a transaction.
    ///
    /// # Errors
    /// It is not even checked.
    fn offer(&self, tx: &[u8]) -> Result<Answer> {
        let checked = self.chain.chain().submit(tx)?;
        let value = checked.data.to_vec();
        Ok(Answer { code: checked.code, codespace: checked.codespace, log: checked.log, value })
    }
}

/// Repeats a whole recording and compares every step of every scenario.
///
/// # Errors
/// The genesis cannot be loaded, or a block cannot be made.
pub fn compare(genesis: &Path, recording: &Recording) -> Result<Vec<Compared>> {
    let Some((first, blocks)) = recording.blocks.split_first() else { bail!("there are no blocks") };
    let replay = Replay::start(genesis, first)?;
    let mut rows: Vec<_> = recording.scenarios.iter().map(begin).collect();
    // By height: what was asked of the state after that block.
    let mut asked: BTreeMap<u64, Vec<(usize, &Step)>> = BTreeMap::new();
    let mut senders: BTreeMap<TxHash, usize> = BTreeMap::new();
    for (row, scenario) in recording.scenarios.iter().enumerate() {
        for step in &scenario.steps {
            match step {
                Step::Tx(hash) => {
                    senders.insert(*hash, row);
                }
                Step::Refused { height, .. } | Step::Query { height, .. } => {
                    asked.entry(*height).or_default().push((row, step));
                }
            }
        }
    }
    for block in blocks {
        let answers = replay.repeat(block).with_context(|| format!("block {}", block.height))?;
        for (there, here) in block.txs.iter().zip(answers) {
            let hash = hash(&there.tx);
            let Some(row) = senders.remove(&hash) else { continue };
            let row = &mut rows[row];
            row.gas_nyxd += there.answer.gas_used;
            row.gas_nyxlet += here.gas_used;
            let difference = there.answer.difference(&here);
            note(row, difference.map(|text| format!("transaction {}: {text}", hex::encode_upper(hash))));
        }
        for (row, step) in asked.remove(&block.height).unwrap_or_default() {
            let difference = match step {
                Step::Tx(_) => None,
                Step::Refused { tx, answer, .. } => {
                    answer.difference(&replay.offer(tx)?).map(|text| format!("height {}: entry: {text}", block.height))
                }
                Step::Query { path, request, answer, .. } => {
                    let here = replay.query(path, request);
                    answer.difference(&here).map(|text| format!("height {}: {path}: {text}", block.height))
                }
            };
            note(&mut rows[row], difference);
        }
    }
    if let Some(height) = asked.keys().next() {
        bail!("something was asked at height {height}, which is none of the recorded blocks");
    }
    if let Some(hash) = senders.keys().next() {
        bail!("transaction {} stands in none of the recorded blocks", hex::encode_upper(hash));
    }
    Ok(rows)
}

fn begin(scenario: &Recorded) -> Compared {
    let failure = scenario.failure.as_ref().map(|failure| format!("fails on nyxd: {failure}"));
    Compared { scenario: scenario.scenario.clone(), steps: scenario.steps.len(), why: failure, ..Compared::default() }
}

fn note(row: &mut Compared, difference: Option<String>) {
    if let Some(difference) = difference {
        row.different += 1;
        row.why.get_or_insert(difference);
    }
}
