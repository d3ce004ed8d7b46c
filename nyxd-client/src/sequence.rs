//! Numbers for the transactions of one account. The chain takes them only in order, so one is leased at a time: from the
//! choice of the number until the node has taken the transaction or refused it. Nobody waits for a block.

use tokio::sync::{Mutex, MutexGuard};

use crate::{AccountId, ChainFailure, ClientError, QueryClient};

/// The next sequence of an account, shared by all that send from it.
#[derive(Debug, Default)]
pub(crate) struct Sequences {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    account_number: Option<u64>,
    /// `None`: not asked for yet, or no longer to be trusted.
    next: Option<u64>,
}

/// The right to send one transaction.
pub(crate) struct Lease<'a> {
    known: MutexGuard<'a, Known>,
    pub(crate) account_number: u64,
    pub(crate) sequence: u64,
}

impl Sequences {
    /// Waits for the senders before, then gives the next number; it is asked for where it is not known.
    pub(crate) async fn lease(&self, queries: &QueryClient, address: &AccountId) -> Result<Lease<'_>, ClientError> {
        let mut known = self.known.lock().await;
        let (account_number, sequence) = match (known.account_number, known.next) {
            (Some(number), Some(next)) => (number, next),
            _ => {
                let account = queries.existing_account(address).await?;
                (account.number, account.sequence)
            }
        };
        *known = Known { account_number: Some(account_number), next: Some(sequence) };
        Ok(Lease { known, account_number, sequence })
    }

    /// Asks the chain next time: something says that the count is off.
    pub(crate) async fn distrust(&self) {
        self.known.lock().await.next = None;
    }
}

impl Lease<'_> {
    /// The node has taken the transaction.
    pub(crate) fn used(mut self) {
        self.known.next = Some(self.sequence + 1);
    }

    /// It is unknown whether the node has taken the transaction.
    pub(crate) fn uncertain(mut self) {
        self.known.next = None;
    }

    /// The node expected another number: takes the one that it named, or else the one that the chain has.
    pub(crate) async fn resync(
        &mut self,
        queries: &QueryClient,
        address: &AccountId,
        failure: &ChainFailure,
    ) -> Result<(), ClientError> {
        // The named one counts transactions that wait for a block, and using it at once leaves others no time to take it.
        self.sequence = match failure.expected_sequence() {
            Some(expected) => expected,
            None => queries.existing_account(address).await?.sequence,
        };
        self.known.next = Some(self.sequence);
        Ok(())
    }
}
