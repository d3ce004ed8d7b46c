//! What every payer of an epoch needs: the master key, the signatures on ticket numbers, and those on the days of an
//! expiration date. They are fetched from whoever answers, verified under the master key that the chain's shares give,
//! and kept (`docs/protocol/crypto.md` §3.3, §3.4).

use std::sync::Arc;

use nym_ecash::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, CoinIndexSignature, EcashDay,
    EpochVerificationKey, ExpirationDateSignature, PreparedKey, verify_coin_indices, verify_expiration_dates,
};
use rand::{rngs::OsRng, seq::SliceRandom};
use tokio::time::timeout;
use url::Url;

use crate::{
    Buyer, Result, Store, TicketbookError,
    quorum::KeyGeneration,
    services::{Apis, Chain},
};

pub(crate) const COIN_INDICES: &str = "coin-index signatures";
pub(crate) const EXPIRATION_DATES: &str = "expiration-date signatures";
pub(crate) const MASTER_KEY: &str = "master verification key";

/// What spending from a ticketbook needs, all of it verified under the key.
#[derive(Clone, Debug)]
pub(crate) struct PublicData {
    pub(crate) key: Arc<PreparedKey>,
    pub(crate) coin_indices: Vec<CoinIndexSignature>,
    pub(crate) expiration_dates: Vec<ExpirationDateSignature>,
}

impl<C: Chain, A: Apis> Buyer<C, A> {
    /// Makes sure that the store has what spending a ticketbook of this generation and date needs. APIs are asked in
    /// random order; what does not verify is as good as no answer, and the next one is asked.
    ///
    /// # Errors
    /// [`TicketbookError::Unavailable`] when no API gives it.
    pub async fn fetch_public_data(&self, generation: &KeyGeneration, expiration: EcashDay) -> Result<()> {
        let epoch_id = generation.epoch_id;
        let key = generation.master_key();
        let kept = self.store.coin_indices(epoch_id).await?;
        if !kept.is_some_and(|kept| kept.verified || verify_coin_indices_of(key, &kept.item.signatures).is_ok()) {
            let signatures = self
                .first_answer(COIN_INDICES, generation, async |api: &Url| {
                    let signatures = self.apis.coin_index_signatures(api, epoch_id).await?;
                    verify_coin_indices_of(key, &signatures)?;
                    Ok(signatures)
                })
                .await?;
            let aggregated = AggregatedCoinIndicesSignatures { epoch_id, signatures };
            self.store.keep_coin_indices(&aggregated, true).await?;
        }
        let kept = self.store.expiration_dates(epoch_id, expiration).await?;
        if !kept.is_some_and(|kept| {
            kept.verified || verify_expiration_dates_of(key, expiration, &kept.item.signatures).is_ok()
        }) {
            let signatures = self
                .first_answer(EXPIRATION_DATES, generation, async |api: &Url| {
                    let signatures = self.apis.expiration_date_signatures(api, epoch_id, expiration).await?;
                    verify_expiration_dates_of(key, expiration, &signatures)?;
                    Ok(signatures)
                })
                .await?;
            let aggregated = AggregatedExpirationDateSignatures { epoch_id, expiration_date: expiration, signatures };
            self.store.keep_expiration_dates(&aggregated, true).await?;
        }
        Ok(())
    }

    async fn first_answer<T>(
        &self,
        what: &'static str,
        generation: &KeyGeneration,
        ask: impl AsyncFn(&Url) -> Result<T, String>,
    ) -> Result<T> {
        let mut apis: Vec<&Url> = generation.signers.iter().map(|signer| &signer.api).collect();
        apis.shuffle(&mut OsRng);
        apis.extend(&self.other_apis);
        let mut tried = Vec::new();
        for api in apis {
            let answer = timeout(self.deadlines.answer, ask(api)).await;
            match answer.unwrap_or_else(|_| Err(self.no_answer())) {
                Ok(found) => return Ok(found),
                Err(reason) => {
                    tracing::info!(%api, reason, "no {what}");
                    tried.push((api.to_string(), reason));
                }
            }
        }
        Err(TicketbookError::Unavailable { what, epoch_id: generation.epoch_id, tried })
    }
}

impl Store {
    /// What spending from a ticketbook of this epoch and date needs. Imported data is verified on its first use.
    ///
    /// # Errors
    /// [`TicketbookError::Missing`] for what is not there, [`TicketbookError::Ecash`] for what does not verify.
    pub(crate) async fn public_data(&self, epoch_id: u64, expiration: EcashDay) -> Result<PublicData> {
        let missing = |what| TicketbookError::Missing { what, epoch_id };
        let key = self.master_key(epoch_id).await?.ok_or_else(|| missing(MASTER_KEY))?;
        let key = self.prepared(key)?;
        let coins = self.coin_indices(epoch_id).await?.ok_or_else(|| missing(COIN_INDICES))?;
        let dates = self.expiration_dates(epoch_id, expiration).await?.ok_or_else(|| missing(EXPIRATION_DATES))?;
        if !coins.verified {
            verify_coin_indices(key.key(), &key, &coins.item.signatures, &mut OsRng)?;
            self.keep_coin_indices(&coins.item, true).await?;
        }
        if !dates.verified {
            verify_expiration_dates(key.key(), expiration, &dates.item.signatures, &mut OsRng)?;
            self.keep_expiration_dates(&dates.item, true).await?;
        }
        Ok(PublicData { key, coin_indices: coins.item.signatures, expiration_dates: dates.item.signatures })
    }
}

impl Store {
    /// The key with its tables, which are made once a program: the store never changes an epoch's key.
    fn prepared(&self, stored: EpochVerificationKey) -> Result<Arc<PreparedKey>> {
        if let Some(prepared) = self.prepared_keys.lock().get(&stored.epoch_id) {
            return Ok(prepared.clone());
        }
        let prepared = Arc::new(PreparedKey::new(stored.key)?);
        self.prepared_keys.lock().insert(stored.epoch_id, prepared.clone());
        Ok(prepared)
    }
}

fn verify_coin_indices_of(key: &PreparedKey, signatures: &[CoinIndexSignature]) -> Result<(), String> {
    verify_coin_indices(key.key(), key, signatures, &mut OsRng).map_err(|reason| reason.to_string())
}

fn verify_expiration_dates_of(
    key: &PreparedKey,
    expiration: EcashDay,
    signatures: &[ExpirationDateSignature],
) -> Result<(), String> {
    verify_expiration_dates(key.key(), expiration, signatures, &mut OsRng).map_err(|reason| reason.to_string())
}
