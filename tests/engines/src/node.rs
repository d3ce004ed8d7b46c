//! A running node whose blocks are followed: who sends a transaction is told what it did.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use nyxlet::clock::Nanos;
use sha2::{Digest as _, Sha256};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::{
    answers::{Answer, Block, Delivered},
    rpc::Rpc,
};

/// How often the node is asked for new blocks.
const PACE: Duration = Duration::from_millis(15);
/// How long a transaction may wait for its block.
const PATIENCE: Duration = Duration::from_secs(120);

/// SHA-256 of a transaction.
pub type TxHash = [u8; 32];

/// The hash of a transaction.
#[must_use]
pub fn hash(tx: &[u8]) -> TxHash {
    Sha256::digest(tx).into()
}

/// The node.
pub struct Node {
    rpc: Rpc,
    seen: Mutex<Seen>,
    news: Condvar,
    stopped: AtomicBool,
}

#[derive(Default)]
struct Seen {
    blocks: Vec<Block>,
    places: HashMap<TxHash, (usize, usize)>,
    failure: Option<String>,
}

/// Follows the node until it is dropped.
pub struct Follower {
    node: Arc<Node>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.node.stopped.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Node {
    /// Follows the node at this URL from its first block on; returns when that is there.
    ///
    /// # Errors
    /// The node does not answer, or makes no block.
    pub fn follow(url: &str, first_height: u64) -> Result<(Arc<Self>, Follower)> {
        let node = Arc::new(Self {
            rpc: Rpc::new(url)?,
            seen: Mutex::default(),
            news: Condvar::new(),
            stopped: AtomicBool::new(false),
        });
        let followed = node.clone();
        let thread = thread::spawn(move || followed.keep_up(first_height));
        let follower = Follower { node: node.clone(), thread: Some(thread) };
        node.wait(|seen| (!seen.blocks.is_empty()).then_some(()))?;
        Ok((node, follower))
    }

    /// Its RPC.
    #[must_use]
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Height and time of the last block.
    ///
    /// # Errors
    /// The node has stopped answering.
    pub fn tip(&self) -> Result<(u64, Nanos)> {
        self.wait(|seen| seen.blocks.last().map(|block| (block.height, block.time)))
    }

    /// All blocks so far.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        self.lock().blocks.clone()
    }

    /// What a transaction did that the node has taken in, and the height of its block.
    ///
    /// # Errors
    /// No block takes it in.
    pub fn delivered(&self, tx: &TxHash) -> Result<(u64, Delivered)> {
        self.wait(|seen| {
            let (block, index) = *seen.places.get(tx)?;
            let block = &seen.blocks[block];
            Some((block.height, block.txs[index].clone()))
        })
        .with_context(|| format!("transaction {}", hex::encode_upper(tx)))
    }

    /// Waits for the first block that is at least that late, which is another one than the last.
    ///
    /// # Errors
    /// The node has stopped making blocks.
    pub fn wait_until(&self, time: Nanos) -> Result<()> {
        let (height, now) = self.tip()?;
        let left = u64::try_from(time.0.saturating_sub(now.0)).unwrap_or(0);
        let patience = PATIENCE + Duration::from_nanos(left);
        self.wait_for(patience, |seen| {
            seen.blocks.last().filter(|block| block.height > height && block.time >= time).map(|_| ())
        })
    }

    /// A query on the last state, with the height of that.
    ///
    /// # Errors
    /// The node does not answer.
    pub fn query(&self, path: &str, request: &[u8]) -> Result<(Answer, u64)> {
        // A refusal does not say its height: the one that was before and after it.
        for _ in 0..1000 {
            let before = self.rpc.height()?;
            let (answer, height) = self.rpc.query(path, request, 0)?;
            if height != 0 {
                return Ok((answer, height));
            }
            if self.rpc.height()? == before {
                return Ok((answer, before));
            }
        }
        bail!("blocks come faster than queries are answered")
    }

    fn wait<T>(&self, wanted: impl FnMut(&Seen) -> Option<T>) -> Result<T> {
        self.wait_for(PATIENCE, wanted)
    }

    fn wait_for<T>(&self, patience: Duration, mut wanted: impl FnMut(&Seen) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + patience;
        let mut seen = self.lock();
        loop {
            if let Some(found) = wanted(&seen) {
                return Ok(found);
            }
            if let Some(failure) = &seen.failure {
                bail!("the node cannot be followed: {failure}");
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                bail!("nothing came within {patience:?}");
            }
            seen = self.news.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn keep_up(&self, first_height: u64) {
        let mut next = first_height;
        while !self.stopped.load(Ordering::Relaxed) {
            match self.fetch(&mut next) {
                Ok(()) => thread::sleep(PACE),
                Err(error) => {
                    self.lock().failure = Some(format!("{error:#}"));
                    self.news.notify_all();
                    return;
                }
            }
        }
    }

    fn fetch(&self, next: &mut u64) -> Result<()> {
        let height = self.rpc.height()?;
        while *next <= height {
            let block = self.rpc.block(*next)?;
            let mut seen = self.lock();
            let at = seen.blocks.len();
            for (index, delivered) in block.txs.iter().enumerate() {
                seen.places.insert(hash(&delivered.tx), (at, index));
            }
            seen.blocks.push(block);
            drop(seen);
            self.news.notify_all();
            *next += 1;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
