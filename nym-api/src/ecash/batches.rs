//! Tickets that arrive at the same time are verified together: their pairings become one product.

use std::time::Duration;

use nym_ecash::CoinIndexProof;
use nym_ecash::verifier::{Admitted, Rejection, verify_admitted};
use rand::rngs::OsRng;
use tokio::sync::{mpsc, oneshot};

use crate::keys::Generations;
use crate::metrics::Metrics;
use crate::workers::{Busy, Workers};

/// Tickets that may wait for a batch; beyond it providers are told to come back.
const QUEUE: usize = 2048;

/// How batches are formed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// How long the first ticket of a batch waits for more, once there is a second. A lone one does not wait.
    pub(super) window: Duration,
    /// Most tickets in a batch.
    pub(super) batch: usize,
    /// Whether the coin-index proof is required.
    pub(super) policy: CoinIndexProof,
}

struct Item {
    admitted: Admitted,
    answer: oneshot::Sender<(Admitted, Result<(), Rejection>)>,
}

/// The queue into batches.
#[derive(Clone, Debug)]
pub(super) struct Batches {
    queue: mpsc::Sender<Item>,
}

impl Batches {
    pub(super) fn spawn(workers: Workers, generations: Generations, limits: Limits, metrics: Metrics) -> Self {
        let (queue, items) = mpsc::channel(QUEUE);
        tokio::spawn(serve(items, workers, generations, limits, metrics));
        Self { queue }
    }

    /// Verifies a ticket; it comes back with the answer.
    pub(super) async fn verify(&self, admitted: Admitted) -> Result<(Admitted, Result<(), Rejection>), Busy> {
        let (answer, verified) = oneshot::channel();
        self.queue.try_send(Item { admitted, answer }).map_err(|_| Busy)?;
        verified.await.map_err(|_| Busy)
    }
}

/// Ends when the last [`Batches`] is dropped.
async fn serve(
    mut items: mpsc::Receiver<Item>,
    workers: Workers,
    generations: Generations,
    limits: Limits,
    metrics: Metrics,
) {
    while let Some(first) = items.recv().await {
        // While all workers are busy the queue fills, and the next batch is larger by itself.
        let (opened, worker) = (tokio::time::Instant::now(), workers.acquire().await);
        let Ok(worker) = worker else { continue };
        let mut batch = vec![first];
        while batch.len() < limits.batch {
            let next = match items.try_recv() {
                Ok(item) => Some(item),
                Err(_) if batch.len() == 1 => None,
                Err(_) => tokio::time::timeout_at(opened + limits.window, items.recv()).await.ok().flatten(),
            };
            let Some(item) = next else { break };
            batch.push(item);
        }
        metrics.batch_size.observe(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
        let keys = generations.master_keys();
        tokio::spawn(worker.run(move || {
            let (admitted, answers): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|item| (item.admitted, item.answer)).unzip();
            let verified = verify_admitted(&admitted, &keys, limits.policy, &mut OsRng);
            for ((admitted, verified), answer) in admitted.into_iter().zip(verified).zip(answers) {
                // Whoever asked may have hung up.
                let _ = answer.send((admitted, verified));
            }
        }));
    }
}
