//! Time as a parameter: the system's, the chain's block time, or one that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use nym_ecash::{EcashDay, EcashError};
use parking_lot::Mutex;

use crate::chain::Chain;

/// A block time is asked for again when it is older than this. Well below the shortest block interval, so that a clock
/// that was moved on the chain is seen by the next request.
const FRESH: Duration = Duration::from_millis(200);

/// What tells the time. Clones share it.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Chain(Arc<ChainTime>),
    Manual(Arc<AtomicI64>),
}

struct ChainTime {
    chain: Arc<dyn Chain>,
    last: Mutex<Option<(i64, Instant)>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The time of the latest block. While the chain does not answer, time passes from the last block heard of.
    pub fn of_chain(chain: Arc<dyn Chain>) -> Self {
        Self(Source::Chain(Arc::new(ChainTime { chain, last: Mutex::new(None) })))
    }

    /// Stands still at `unix_seconds` until it is set.
    pub fn manual(unix_seconds: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(unix_seconds))))
    }

    /// Sets a manual clock; others keep their own time.
    pub fn set(&self, unix_seconds: i64) {
        if let Source::Manual(time) = &self.0 {
            time.store(unix_seconds, Ordering::SeqCst);
        }
    }

    /// Unix seconds.
    pub async fn now(&self) -> i64 {
        match &self.0 {
            Source::System => system_seconds(),
            Source::Manual(time) => time.load(Ordering::SeqCst),
            Source::Chain(time) => time.now().await,
        }
    }

    /// The UTC day.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] for a clock outside 1970 to 2106.
    pub async fn today(&self) -> Result<EcashDay, EcashError> {
        EcashDay::containing(self.now().await)
    }
}

impl ChainTime {
    async fn now(&self) -> i64 {
        let last = *self.last.lock();
        if let Some((seconds, heard)) = last
            && heard.elapsed() < FRESH
        {
            return seconds;
        }
        match self.chain.block_time().await {
            Ok(seconds) => {
                *self.last.lock() = Some((seconds, Instant::now()));
                seconds
            }
            Err(error) => {
                tracing::debug!(%error, "no block time, the last one is carried on");
                match last {
                    Some((seconds, heard)) => {
                        seconds.saturating_add(i64::try_from(heard.elapsed().as_secs()).unwrap_or(i64::MAX))
                    }
                    None => system_seconds(),
                }
            }
        }
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.0 {
            Source::System => "Clock(system)",
            Source::Chain(_) => "Clock(chain)",
            Source::Manual(_) => "Clock(manual)",
        })
    }
}

fn system_seconds() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
