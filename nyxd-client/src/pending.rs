//! Following a transaction into its block.

use std::fmt;

use std::time::Duration;

use tendermint::Hash;
use tokio::time::Instant;

use crate::{ClientError, SigningClient, Transaction, inclusion::Waiter};

/// The first pause between questions; each later one is twice as long, up to the configured interval. A transaction may
/// be in its block before the subscription stands, and word of it may come before the node can look it up.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// How many times the configured interval it may take while word can come.
const PATIENCE: u32 = 4;

/// A transaction that a node has taken.
#[must_use = "what came of the transaction is only known once it is awaited with `included`"]
pub struct PendingTransaction {
    /// Its hash.
    pub hash: Hash,
    what: String,
    client: SigningClient,
    pub(crate) waiter: Waiter,
}

impl fmt::Debug for PendingTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingTransaction").field("hash", &self.hash).field("what", &self.what).finish_non_exhaustive()
    }
}

impl PendingTransaction {
    pub(crate) fn new(hash: Hash, what: String, client: SigningClient, waiter: Waiter) -> Self {
        Self { hash, what, client, waiter }
    }

    /// Waits until the transaction is in a block. Word comes by subscription; while there is none, the node is asked
    /// again and again.
    ///
    /// # Errors
    /// [`ClientError::Chain`] when it failed in its block, [`ClientError::NotIncluded`] when it is in none at the
    /// deadline.
    pub async fn included(self) -> Result<Transaction, ClientError> {
        let queries = self.client.queries();
        let config = queries.config();
        let start = Instant::now();
        let (mut pause, mut heard, mut last) = (FIRST_PAUSE, false, None);
        loop {
            match queries.transaction(self.hash).await {
                Ok(Some(found)) => {
                    let result = found.into_result(&self.what);
                    if let Err(ClientError::Chain(failure)) = &result
                        && failure.is_sequence_mismatch()
                    {
                        self.client.sequences().distrust().await;
                    }
                    return result;
                }
                Ok(None) => {}
                Err(error) => last = Some(error.to_string()),
            }
            let waited = start.elapsed();
            if waited >= config.inclusion_timeout {
                // It may have been dropped, and then the numbers after it are never taken.
                self.client.sequences().distrust().await;
                return Err(ClientError::NotIncluded { hash: self.hash, waited, last });
            }
            tokio::select! {
                () = self.waiter.word(), if !heard => {
                    heard = true;
                    pause = FIRST_PAUSE;
                }
                () = tokio::time::sleep(pause.min(config.inclusion_timeout - waited)) => {
                    let trusts_word = !heard && self.waiter.is_listening();
                    let longest = config.poll_interval * if trusts_word { PATIENCE } else { 1 };
                    pause = (pause * 2).min(longest);
                }
            }
        }
    }
}
