//! Transactions that wait for a block, in the order in which they were accepted.

use std::collections::{HashSet, VecDeque};

use parking_lot::Mutex;
use tendermint_proto::v0_38::abci::ExecTxResult;
use tokio::sync::oneshot;

use super::Included;

/// The hash of a transaction.
pub type TxHash = [u8; 32];

/// How much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest transaction, in bytes.
    pub tx_bytes: usize,
    /// How many transactions.
    pub txs: usize,
    /// How many bytes together.
    pub total_bytes: usize,
    /// How many hashes of seen transactions are remembered.
    pub seen: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { tx_bytes: 1_048_576, txs: 50_000, total_bytes: 256 << 20, seen: 100_000 }
    }
}

/// Why a transaction was not even checked, in the words of a CometBFT node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// It waits already, or was seen a short while ago.
    #[error("tx already exists in cache")]
    Seen,
    /// It is larger than any block takes.
    #[error("Tx too large. Max size is {max}, but got {actual}")]
    TooLarge {
        /// The limit in bytes.
        max: usize,
        /// The size in bytes.
        actual: usize,
    },
    /// Too much waits.
    #[error("mempool is full: number of txs {txs} (max: {max_txs}), total txs bytes {bytes} (max: {max_bytes})")]
    Full {
        /// How many wait.
        txs: usize,
        /// How many may wait.
        max_txs: usize,
        /// How many bytes wait.
        bytes: usize,
        /// How many bytes may wait.
        max_bytes: usize,
    },
    /// The chain has stopped for good.
    #[error("the chain has stopped: {0}")]
    Stopped(String),
}

/// A transaction that waits.
pub struct Waiting {
    /// Its bytes.
    pub tx: Vec<u8>,
    /// Its hash.
    pub hash: TxHash,
    /// Who wants to hear when it stands in a block.
    pub listener: Option<oneshot::Sender<Included>>,
}

/// The transactions that wait.
pub struct Mempool {
    limits: Limits,
    inner: Mutex<Inner>,
    /// Held over a check and the queueing that follows, and over the change from one block to the next: the order of
    /// the queue is the order of the checks.
    gate: Mutex<()>,
}

#[derive(Default)]
struct Inner {
    queue: VecDeque<Waiting>,
    bytes: usize,
    seen: HashSet<TxHash>,
    seen_order: VecDeque<TxHash>,
}

impl Mempool {
    /// An empty pool.
    pub fn new(limits: Limits) -> Self {
        Self { limits, inner: Mutex::default(), gate: Mutex::new(()) }
    }

    /// Takes a transaction in when `check` answers with code 0.
    ///
    /// # Errors
    /// [`SubmitError`] when it is not even checked.
    pub fn submit(
        &self,
        tx: &[u8],
        hash: TxHash,
        listener: Option<oneshot::Sender<Included>>,
        check: impl FnOnce() -> ExecTxResult,
    ) -> Result<ExecTxResult, SubmitError> {
        if tx.len() > self.limits.tx_bytes {
            return Err(SubmitError::TooLarge { max: self.limits.tx_bytes, actual: tx.len() });
        }
        self.remember(hash, tx.len())?;
        let _gate = self.gate.lock();
        let result = check();
        let mut inner = self.inner.lock();
        if result.code == 0 {
            inner.bytes += tx.len();
            inner.queue.push_back(Waiting { tx: tx.to_vec(), hash, listener });
        } else {
            inner.seen.remove(&hash);
        }
        Ok(result)
    }

    fn remember(&self, hash: TxHash, size: usize) -> Result<(), SubmitError> {
        let mut inner = self.inner.lock();
        if inner.queue.len() >= self.limits.txs || inner.bytes + size > self.limits.total_bytes {
            return Err(SubmitError::Full {
                txs: inner.queue.len(),
                max_txs: self.limits.txs,
                bytes: inner.bytes,
                max_bytes: self.limits.total_bytes,
            });
        }
        if !inner.seen.insert(hash) {
            return Err(SubmitError::Seen);
        }
        inner.seen_order.push_back(hash);
        while inner.seen_order.len() > self.limits.seen {
            if let Some(oldest) = inner.seen_order.pop_front() {
                inner.seen.remove(&oldest);
            }
        }
        Ok(())
    }

    /// Takes out what fits into a block of `max_bytes`.
    pub fn take(&self, max_bytes: usize) -> Vec<Waiting> {
        let mut inner = self.inner.lock();
        let mut taken = Vec::new();
        let mut size = 0;
        while let Some(next) = inner.queue.front() {
            // Each transaction stands behind a tag and a length in the block.
            size += next.tx.len() + 6;
            if size > max_bytes && !taken.is_empty() {
                break;
            }
            inner.bytes -= next.tx.len();
            taken.extend(inner.queue.pop_front());
        }
        taken
    }

    /// Makes the step to a new block: `advance` runs while nothing is checked, then each waiting transaction is checked
    /// again and leaves when it no longer holds. Transactions that failed in the block may be sent again.
    ///
    /// # Errors
    /// What `advance` says.
    pub fn advance<E>(
        &self,
        failed: &[TxHash],
        advance: impl FnOnce() -> Result<(), E>,
        recheck: impl Fn(&[u8]) -> ExecTxResult,
    ) -> Result<(), E> {
        let _gate = self.gate.lock();
        advance()?;
        let mut waiting = std::mem::take(&mut self.inner.lock().queue);
        let mut dropped = Vec::new();
        waiting.retain(|one| {
            let holds = recheck(&one.tx).code == 0;
            if !holds {
                dropped.push((one.hash, one.tx.len()));
            }
            holds
        });
        let mut inner = self.inner.lock();
        inner.queue = waiting;
        for (hash, size) in dropped {
            inner.seen.remove(&hash);
            inner.bytes -= size;
        }
        for hash in failed {
            inner.seen.remove(hash);
        }
        Ok(())
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.inner.lock().queue.is_empty()
    }

    /// How many transactions and how many bytes wait.
    pub fn size(&self) -> (usize, usize) {
        let inner = self.inner.lock();
        (inner.queue.len(), inner.bytes)
    }

    /// The first transactions that wait.
    pub fn first(&self, limit: usize) -> Vec<Vec<u8>> {
        self.inner.lock().queue.iter().take(limit).map(|one| one.tx.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use sha2::{Digest as _, Sha256};

    use super::*;

    fn verdict(code: u32) -> ExecTxResult {
        ExecTxResult { code, ..ExecTxResult::default() }
    }

    fn pool() -> Mempool {
        Mempool::new(Limits { tx_bytes: 10, txs: 3, total_bytes: 25, seen: 100 })
    }

    fn submit(pool: &Mempool, tx: &[u8], code: u32) -> Result<u32, SubmitError> {
        pool.submit(tx, Sha256::digest(tx).into(), None, || verdict(code)).map(|result| result.code)
    }

    #[test]
    fn limits_hold() {
        let pool = pool();
        assert_eq!(submit(&pool, &[1; 11], 0), Err(SubmitError::TooLarge { max: 10, actual: 11 }));
        assert_eq!(submit(&pool, &[1; 10], 0), Ok(0));
        assert_eq!(submit(&pool, &[1; 10], 0), Err(SubmitError::Seen));
        assert_eq!(submit(&pool, &[2; 10], 0), Ok(0));
        assert!(matches!(submit(&pool, &[3; 10], 0), Err(SubmitError::Full { bytes: 20, .. })));
        assert_eq!(pool.size(), (2, 20));
        assert_eq!(pool.take(20).len(), 1, "what does not fit waits");
        assert_eq!(pool.take(20).len(), 1);
        assert!(pool.is_empty());
    }

    #[test]
    fn what_fails_its_check_may_come_again() {
        let pool = pool();
        assert_eq!(submit(&pool, &[1], 5), Ok(5));
        assert!(pool.is_empty());
        assert_eq!(submit(&pool, &[1], 0), Ok(0));
    }

    #[test]
    fn a_block_throws_out_what_no_longer_holds() {
        let pool = pool();
        for tx in [[1], [2], [3]] {
            submit(&pool, &tx, 0).unwrap();
        }
        let first = pool.take(1).pop().unwrap();
        pool.advance(&[first.hash], || Ok::<_, ()>(()), |tx| verdict(u32::from(tx == [3]))).unwrap();
        assert_eq!(pool.first(10), [[2]]);
        // The failed one and the one thrown out may come again, the waiting one may not.
        assert_eq!(submit(&pool, &[1], 0), Ok(0));
        assert_eq!(submit(&pool, &[3], 0), Ok(0));
        assert_eq!(submit(&pool, &[2], 0), Err(SubmitError::Full { txs: 3, max_txs: 3, bytes: 3, max_bytes: 25 }));
    }
}
