//! Processor-bound work off the threads that serve sockets, with a bound on how much of it waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Jobs that may wait per worker; beyond it callers are told to come back.
const WAITING_PER_WORKER: usize = 256;

/// More work waits than can be done in reasonable time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too much is asked at once: try again in a few seconds")]
pub struct Busy;

/// A bounded number of threads. Clones share it.
#[derive(Clone, Debug)]
pub struct Workers {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    limit: usize,
}

/// A worker that is held until it is dropped.
#[derive(Debug)]
pub struct Worker(#[allow(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Workers {
    /// `count` threads; zero is the number of processors.
    pub fn new(count: usize) -> Self {
        let count =
            if count == 0 { std::thread::available_parallelism().map_or(1, std::num::NonZero::get) } else { count };
        Self {
            permits: Arc::new(Semaphore::new(count)),
            waiting: Arc::new(AtomicUsize::new(0)),
            limit: count * WAITING_PER_WORKER,
        }
    }

    /// Waits for a free worker.
    ///
    /// # Errors
    /// [`Busy`] if too many wait already.
    pub async fn acquire(&self) -> Result<Worker, Busy> {
        let place = Waiting::enter(&self.waiting, self.limit)?;
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| Busy)?;
        drop(place);
        Ok(Worker(permit))
    }

    /// Computes on a worker.
    ///
    /// # Errors
    /// [`Busy`] if too many wait already, or the computation panicked (which is logged).
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let worker = self.acquire().await?;
        worker.run(job).await
    }
}

impl Worker {
    /// Computes on this worker and frees it.
    ///
    /// # Errors
    /// [`Busy`] if the computation panicked (which is logged).
    pub async fn run<T: Send + 'static>(self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let done = tokio::task::spawn_blocking(move || {
            let value = job();
            drop(self);
            value
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "a computation failed");
            Busy
        })
    }
}

/// A place in the queue, left when it is dropped, also by a caller that gave up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(waiting: &'a AtomicUsize, limit: usize) -> Result<Self, Busy> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= limit { Err(Busy) } else { Ok(place) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;

    #[tokio::test]
    async fn the_queue_is_bounded_and_recovers() {
        let workers = Workers::new(1);
        let held = workers.acquire().await.unwrap();
        let waiters: Vec<_> = (0..WAITING_PER_WORKER)
            .map(|_| {
                let workers = workers.clone();
                tokio::spawn(async move { workers.run(|| 1).await })
            })
            .collect();
        while workers.waiting.load(Ordering::Relaxed) < WAITING_PER_WORKER {
            tokio::task::yield_now().await;
        }
        assert_eq!(workers.run(|| 2).await, Err(Busy));
        drop(held);
        for waiter in waiters {
            assert_eq!(waiter.await.unwrap(), Ok(1));
        }
        assert_eq!(workers.run(|| 2).await, Ok(2));
        assert_eq!(workers.waiting.load(Ordering::Relaxed), 0);
    }
}
