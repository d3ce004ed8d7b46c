//! Word of transactions that got into a block, from one websocket subscription per connection. It only wakes those
//! who wait; what came of a transaction is always asked for, so a lost or late word costs time, never truth.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures::StreamExt;
use sha2::{Digest, Sha256};
use tendermint_rpc::{
    SubscriptionClient, WebSocketClient, WebSocketClientUrl,
    event::EventData,
    query::{EventType, Query},
};
use tokio::{sync::Notify, time::timeout};
use url::Url;

/// The subscription is dropped when nobody has waited for this long.
const IDLE: Duration = Duration::from_secs(10);
/// Longest pause between attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

type Key = [u8; 32];

pub(crate) struct Inclusions {
    url: Option<Url>,
    connect_timeout: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: HashMap<Key, Arc<Notify>>,
    /// Whether the task runs that listens.
    running: bool,
    /// Whether it hears something.
    connected: bool,
}

/// Somebody who waits for a transaction; dropping it ends the waiting.
pub(crate) struct Waiter {
    inclusions: Arc<Inclusions>,
    key: Key,
    word: Arc<Notify>,
}

impl Inclusions {
    pub(crate) fn new(url: Option<Url>, connect_timeout: Duration) -> Self {
        Self { url, connect_timeout, state: Mutex::default() }
    }

    /// Starts to wait for a transaction. Called before its broadcast, so that no word is missed.
    pub(crate) fn wait_for(self: &Arc<Self>, key: Key) -> Waiter {
        let word = Arc::new(Notify::new());
        let mut state = self.state();
        state.waiting.insert(key, word.clone());
        if let Some(url) = self.url.clone().filter(|_| !state.running) {
            state.running = true;
            tokio::spawn(listen(self.clone(), url));
        }
        Waiter { inclusions: self.clone(), key, word }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }

    /// Whether the listener may stop: then nobody waits, and the next one starts it again.
    fn stop_if_idle(&self) -> bool {
        let mut state = self.state();
        let idle = state.waiting.is_empty();
        if idle {
            state.running = false;
            state.connected = false;
        }
        idle
    }
}

impl Waiter {
    /// Resolves when word of the transaction has come.
    pub(crate) async fn word(&self) {
        self.word.notified().await;
    }

    /// Whether word can come at present.
    pub(crate) fn is_listening(&self) -> bool {
        self.inclusions.state().connected
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.inclusions.state().waiting.remove(&self.key);
    }
}

async fn listen(inclusions: Arc<Inclusions>, url: Url) {
    let mut pause = Duration::from_millis(200);
    loop {
        match subscribed(&inclusions, &url).await {
            Ok(()) => return,
            Err(reason) => tracing::debug!(%url, reason, "no subscription to transactions, blocks are polled"),
        }
        inclusions.state().connected = false;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        if inclusions.stop_if_idle() {
            return;
        }
    }
}

/// Listens until nobody waits any more; an error says why nothing can be heard.
async fn subscribed(inclusions: &Inclusions, url: &Url) -> Result<(), String> {
    let limit = inclusions.connect_timeout;
    let wrong = |error: tendermint_rpc::Error| crate::connection::first_words(&error);
    let url: WebSocketClientUrl = url.as_str().parse().map_err(wrong)?;
    let connected = timeout(limit, WebSocketClient::builder(url).build()).await.map_err(|_| "it does not answer")?;
    let (client, driver) = connected.map_err(wrong)?;
    // The driver ends when its client is dropped, which is when this function returns.
    let driver = tokio::spawn(driver.run());
    let subscription = timeout(limit, client.subscribe(Query::from(EventType::Tx))).await;
    let mut events = subscription.map_err(|_| "it does not subscribe")?.map_err(wrong)?;
    inclusions.state().connected = true;
    let outcome = loop {
        let Ok(event) = timeout(IDLE, events.next()).await else {
            if inclusions.stop_if_idle() {
                break Ok(());
            }
            continue;
        };
        match event {
            None => break Err("the subscription ended".into()),
            Some(Err(error)) => break Err(wrong(error)),
            Some(Ok(event)) => {
                if let EventData::Tx { tx_result } = event.data {
                    let key: Key = Sha256::digest(&tx_result.tx).into();
                    if let Some(word) = inclusions.state().waiting.get(&key) {
                        word.notify_one();
                    }
                }
            }
        }
    };
    // Closing tells the node; if that fails, the connection is gone already.
    let _closed = client.close();
    driver.abort();
    outcome
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use std::time::Duration;

    use nyxlet::{Nyxlet, chain::Mining, mnemonic::PUBLIC_MNEMONIC};
    use sha2::{Digest, Sha256};

    use crate::{Config, Gas, QueryClient, Signer, SigningClient, bank_send};

    /// Far more than it takes: only a word that never comes takes this long.
    const NEVER: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn word_of_a_transaction_comes_with_its_block() {
        let mining = Mining::Manual;
        let chain = Nyxlet::start(nyxlet::Config { mining, ..nyxlet::Config::default() }).unwrap();
        let queries = QueryClient::connect(Config::new(chain.rpc_url().parse().unwrap())).unwrap();
        let inclusions = queries.inclusions().clone();
        let signer = Signer::from_mnemonic(PUBLIC_MNEMONIC, 0, "n").unwrap();
        let client = SigningClient::new(queries, signer);
        let message = bank_send(client.address(), client.address(), &[cosmwasm_std::coin(1, "unym")]);
        let pending = client.submit(vec![message], "", Gas::Limit(200_000)).await.unwrap();

        let (waiter, other) = (&pending.waiter, inclusions.wait_for(Sha256::digest(b"another").into()));
        let listening = async {
            while !waiter.is_listening() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(NEVER, listening).await.unwrap();
        chain.chain().mine(1, None).await.unwrap();
        tokio::time::timeout(NEVER, waiter.word()).await.expect("word comes with the block");
        assert!(futures::FutureExt::now_or_never(other.word()).is_none(), "nobody else is woken");
        pending.included().await.unwrap();
    }
}
