//! Signature sets that every client needs: this signer's parts, and the quorum's aggregates
//! (`docs/protocol/nym-api.md` §7.7).
//!
//! Both are computed once per generation (and date), kept on disk and served from memory. Aggregates need `t` good
//! answers: signers are asked together, wrong parts are dropped and named, and silence of some does not matter.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use nym_api_requests::ErrorCode;
use nym_ecash::{
    AggregatedSet, CoinIndexSignature, EcashDay, EcashError, ExpirationDateSignature, SetShare, aggregate_coin_indices,
    aggregate_expiration_dates, coin_indices_from_bin, coin_indices_to_bin, expiration_dates_from_bin,
    expiration_dates_to_bin, sign_coin_indices, sign_expiration_dates,
};
use parking_lot::Mutex;
use rand::rngs::OsRng;

use super::Ecash;
use crate::error::{ApiError, ApiResult};
use crate::keys::{Generation, SignerShare};
use crate::storage::{GlobalKind, StorageError};

/// Sets kept in memory; a set is below 10 KiB.
const REMEMBERED: usize = 256;
/// Signers asked at the same time.
const CONCURRENCY: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    kind_is_partial: bool,
    epoch_id: u64,
    expiration: Option<EcashDay>,
}

/// Sets in memory, and one lock per set that is being made, so that many who ask make it once.
#[derive(Debug, Default)]
pub(super) struct GlobalsCache {
    dates: Memory<ExpirationDateSignature>,
    coins: Memory<CoinIndexSignature>,
    making: Mutex<HashMap<Key, Arc<tokio::sync::Mutex<()>>>>,
}

impl GlobalsCache {
    fn lock(&self, key: Key) -> Arc<tokio::sync::Mutex<()>> {
        let mut making = self.making.lock();
        if making.len() > REMEMBERED {
            making.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        making.entry(key).or_default().clone()
    }

    /// A set from memory, else from disk, else made, stored and remembered; whoever asks meanwhile waits for that.
    async fn once<T, S>(
        &self,
        memory: &Memory<T>,
        key: Key,
        form: Form<T>,
        load: impl Future<Output = Result<Option<Vec<u8>>, StorageError>>,
        store: impl FnOnce(Vec<u8>) -> S,
        make: impl Future<Output = ApiResult<Vec<T>>>,
    ) -> ApiResult<Arc<Vec<T>>>
    where
        S: Future<Output = Result<(), StorageError>>,
    {
        let find = || memory.lock().get(&key).cloned();
        if let Some(found) = find() {
            return Ok(found);
        }
        let lock = self.lock(key);
        let _making = lock.lock().await;
        if let Some(found) = find() {
            return Ok(found);
        }
        if let Some(stored) = load.await?
            && let Ok(signatures) = (form.read)(&stored)
        {
            return Ok(remember(memory, key, signatures));
        }
        let signatures = make.await?;
        store((form.write)(&signatures)).await?;
        Ok(remember(memory, key, signatures))
    }
}

/// Sets of one kind in memory.
type Memory<T> = Mutex<HashMap<Key, Arc<Vec<T>>>>;

/// How a set is kept on disk.
struct Form<T> {
    read: fn(&[u8]) -> Result<Vec<T>, EcashError>,
    write: fn(&[T]) -> Vec<u8>,
}

fn remember<T>(cache: &Mutex<HashMap<Key, Arc<T>>>, key: Key, value: T) -> Arc<T> {
    let value = Arc::new(value);
    let mut cache = cache.lock();
    if cache.len() >= REMEMBERED {
        cache.clear();
    }
    cache.insert(key, value.clone());
    value
}

impl Ecash {
    /// This signer's coin-index signatures of a generation it has a share of.
    pub(crate) async fn partial_coin_indices(
        &self,
        generation: &Generation,
    ) -> ApiResult<Arc<Vec<CoinIndexSignature>>> {
        let own = self.own_share(generation)?.clone();
        let key = Key { kind_is_partial: true, epoch_id: generation.epoch_id(), expiration: None };
        let master = generation.master.clone();
        self.coins(key, async { Ok(self.shared.workers.run(move || sign_coin_indices(&own.secret, &master)).await?) })
            .await
    }

    /// The quorum's coin-index signatures of a generation.
    pub(crate) async fn aggregated_coin_indices(
        &self,
        generation: &Arc<Generation>,
    ) -> ApiResult<Arc<Vec<CoinIndexSignature>>> {
        let key = Key { kind_is_partial: false, epoch_id: generation.epoch_id(), expiration: None };
        let (ecash, with) = (self.clone(), generation.clone());
        let ask = move |signer: SignerShare| {
            let (ecash, with) = (ecash.clone(), with.clone());
            async move {
                if is_own(&with, &signer) {
                    return Ok(ecash.partial_coin_indices(&with).await?.to_vec());
                }
                let answer =
                    ecash.peer(&signer.announce_address).partial_coin_indices_signatures(Some(with.epoch_id())).await;
                Ok(answer.map_err(|error| Silence(error.to_string()))?.signatures)
            }
            .boxed()
        };
        let combine: Combine<CoinIndexSignature> = Arc::new(|shares, generation| {
            aggregate_coin_indices(shares, generation.threshold(), &generation.master, &mut OsRng)
        });
        self.coins(key, self.aggregate(generation, ask, combine)).await
    }

    /// This signer's expiration-date signatures.
    pub(crate) async fn partial_expiration_dates(
        &self,
        generation: &Generation,
        expiration: EcashDay,
    ) -> ApiResult<Arc<Vec<ExpirationDateSignature>>> {
        let own = self.own_share(generation)?.clone();
        let key = Key { kind_is_partial: true, epoch_id: generation.epoch_id(), expiration: Some(expiration) };
        self.dates(key, expiration, async {
            let signed = self.shared.workers.run(move || sign_expiration_dates(&own.secret, expiration)).await?;
            signed.map_err(|error| ApiError::refused(ErrorCode::DateOutOfRange, error.to_string()))
        })
        .await
    }

    /// The quorum's expiration-date signatures.
    pub(crate) async fn aggregated_expiration_dates(
        &self,
        generation: &Arc<Generation>,
        expiration: EcashDay,
    ) -> ApiResult<Arc<Vec<ExpirationDateSignature>>> {
        let key = Key { kind_is_partial: false, epoch_id: generation.epoch_id(), expiration: Some(expiration) };
        let (ecash, with) = (self.clone(), generation.clone());
        let ask = move |signer: SignerShare| {
            let (ecash, with) = (ecash.clone(), with.clone());
            async move {
                if is_own(&with, &signer) {
                    return Ok(ecash.partial_expiration_dates(&with, expiration).await?.to_vec());
                }
                let peer = ecash.peer(&signer.announce_address);
                let answer = peer.partial_expiration_date_signatures(Some(expiration), Some(with.epoch_id())).await;
                Ok(answer.map_err(|error| Silence(error.to_string()))?.signatures)
            }
            .boxed()
        };
        let combine: Combine<ExpirationDateSignature> = Arc::new(move |shares, generation| {
            aggregate_expiration_dates(shares, expiration, generation.threshold(), &generation.master, &mut OsRng)
        });
        self.dates(key, expiration, self.aggregate(generation, ask, combine)).await
    }

    /// The date asked for, or the one of a ticketbook bought today; refused outside what can still be bought.
    pub(crate) async fn expiration_in_range(&self, asked: Option<EcashDay>) -> ApiResult<EcashDay> {
        let today = self.today().await?;
        let default = today.default_expiration().unwrap_or(today);
        // A day more, for clients whose day has begun already.
        let latest = default.plus_days(1).unwrap_or(default);
        let date = asked.unwrap_or(default);
        if date < today || date > latest {
            return Err(ApiError::refused(
                ErrorCode::DateOutOfRange,
                format!("the expiration date {date} is not between {today} and {latest}: check the clock"),
            ));
        }
        Ok(date)
    }

    async fn coins(
        &self,
        key: Key,
        make: impl Future<Output = ApiResult<Vec<CoinIndexSignature>>>,
    ) -> ApiResult<Arc<Vec<CoinIndexSignature>>> {
        let (cache, storage, kind) = (&self.shared.globals, &self.shared.storage, kind(key));
        let form = Form { read: coin_indices_from_bin, write: coin_indices_to_bin };
        let load = storage.coin_indices(kind, key.epoch_id);
        let store = |bytes| storage.store_coin_indices(kind, key.epoch_id, bytes);
        cache.once(&cache.coins, key, form, load, store, make).await
    }

    async fn dates(
        &self,
        key: Key,
        expiration: EcashDay,
        make: impl Future<Output = ApiResult<Vec<ExpirationDateSignature>>>,
    ) -> ApiResult<Arc<Vec<ExpirationDateSignature>>> {
        let (cache, storage, kind) = (&self.shared.globals, &self.shared.storage, kind(key));
        let form = Form { read: expiration_dates_from_bin, write: expiration_dates_to_bin };
        let load = storage.expiration_signatures(kind, key.epoch_id, expiration);
        let store = |bytes| storage.store_expiration_signatures(kind, key.epoch_id, expiration, bytes);
        cache.once(&cache.dates, key, form, load, store, make).await
    }

    /// Asks signers until `t` good parts are there.
    async fn aggregate<T: Send + Sync + 'static>(
        &self,
        generation: &Arc<Generation>,
        ask: impl Fn(SignerShare) -> BoxFuture<'static, Result<Vec<T>, Silence>> + Send + Sync,
        combine: Combine<T>,
    ) -> ApiResult<Vec<T>> {
        // The own part costs nothing, so it comes first.
        let mut signers = generation.public.signers.clone();
        signers.sort_by_key(|signer| !is_own(generation, signer));
        let mut waiting = signers.into_iter();
        let mut asked = FuturesUnordered::new();
        let question = |signer: SignerShare| {
            let (index, address) = (signer.index, signer.announce_address.to_string());
            ask(signer).map(move |answer| (index, address, answer)).boxed()
        };
        asked.extend(waiting.by_ref().take(CONCURRENCY).map(&question));
        let mut parts: Vec<(u64, Vec<T>)> = Vec::new();
        let mut failures = Vec::new();
        while let Some((index, address, answer)) = asked.next().await {
            asked.extend(waiting.next().map(&question));
            match answer {
                Ok(part) => parts.push((index, part)),
                Err(Silence(reason)) => {
                    tracing::debug!(index, address, reason, "a signer gave no part");
                    failures.push(format!("{address}: {reason}"));
                }
            }
            if parts.len() < generation.threshold() {
                continue;
            }
            let (with, tried, combine) = (generation.clone(), std::mem::take(&mut parts), combine.clone());
            let (outcome, mut tried) = self
                .shared
                .workers
                .run(move || {
                    let shares: Vec<SetShare<'_, T>> = tried
                        .iter()
                        .filter_map(|(index, signatures)| {
                            let key = &with.signer(*index)?.key;
                            Some(SetShare { index: *index, key, signatures })
                        })
                        .collect();
                    let outcome = combine(&shares, &with);
                    drop(shares);
                    (outcome, tried)
                })
                .await?;
            match outcome {
                Ok(set) => {
                    for index in &set.rejected {
                        self.shared.metrics.bad_parts.inc();
                        tracing::warn!(index, epoch_id = generation.epoch_id(), "a signer gave a wrong part");
                    }
                    return Ok(set.signatures);
                }
                Err(error) => {
                    // Some part is wrong; with one more there may be enough good ones.
                    tracing::debug!(%error, parts = tried.len(), "not enough good parts yet");
                    parts.append(&mut tried);
                }
            }
        }
        Err(ApiError::refused(
            ErrorCode::NotEnoughSigners,
            format!(
                "{} of {} signers gave a part and {} good ones are needed: try again in a minute ({})",
                parts.len(),
                generation.public.signers.len(),
                generation.threshold(),
                failures.join("; ")
            ),
        )
        .with_status(axum::http::StatusCode::SERVICE_UNAVAILABLE))
    }
}

/// Makes one set of many parts.
type Combine<T> = Arc<dyn Fn(&[SetShare<'_, T>], &Generation) -> Result<AggregatedSet<T>, EcashError> + Send + Sync>;

/// Why a signer gave no part.
struct Silence(String);

impl From<ApiError> for Silence {
    fn from(error: ApiError) -> Self {
        Self(error.message)
    }
}

fn is_own(generation: &Generation, signer: &SignerShare) -> bool {
    generation.own.as_ref().is_some_and(|own| own.index == signer.index)
}

fn kind(key: Key) -> GlobalKind {
    if key.kind_is_partial { GlobalKind::Partial } else { GlobalKind::Aggregated }
}
