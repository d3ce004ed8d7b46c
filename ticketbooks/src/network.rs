//! The chain and the signers' APIs over the network.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosmwasm_std::Coin;
use futures::{StreamExt, TryStreamExt};
use nym_api_requests::{
    NymApiClient,
    client::{ClientError as ApiError, http_client},
    ecash::BlindSignRequestBody,
};
use nym_ecash::{BlindedSignature, CoinIndexSignature, EcashDay, ExpirationDateSignature, PublicKeyUser};
use nyxd_client::{
    ClientError, QueryClient,
    dkg::DkgQueries,
    ecash::{EcashQueries, EcashTransactions},
};
use url::Url;

use crate::{
    quorum::{PublishedGeneration, PublishedShare},
    services::{Apis, Chain},
};

/// The contracts of the quorum, and the account that pays.
#[derive(Clone, Debug)]
pub struct QuorumContracts {
    /// The e-cash contract.
    pub ecash: EcashQueries,
    /// The key generation contract.
    pub dkg: DkgQueries,
    /// The e-cash contract in the name of the account that pays. Without it purchases can be finished and none begun.
    pub payer: Option<EcashTransactions>,
}

impl QuorumContracts {
    /// Which keys sign now. Contracts of networks that do not know the question yet are asked in the old way, which has
    /// no answer while a ceremony runs.
    async fn in_service(&self) -> Result<Option<(u64, u64)>, ClientError> {
        match self.dkg.key_generations().await {
            Ok(generations) => Ok(generations.in_service.map(|generation| (generation.epoch_id, generation.threshold))),
            Err(ClientError::Chain(failure)) if failure.log.contains("unknown variant") => {
                let epoch = self.dkg.current_epoch().await?;
                if !epoch.state.is_in_progress() {
                    return Ok(None);
                }
                Ok(self.dkg.threshold(epoch.epoch_id).await?.map(|threshold| (epoch.epoch_id, threshold)))
            }
            Err(error) => Err(error),
        }
    }
}

/// A chain's time in Unix seconds: the later of its last block's and the machine's. A chain without transactions makes no
/// blocks, and one whose clock was moved ahead is ahead of the machine.
///
/// # Errors
/// When the node does not answer.
pub async fn chain_time(chain: &QueryClient) -> Result<i64, ClientError> {
    let block = chain.block_time(None).await?.unix_timestamp();
    let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(block.max(i64::try_from(machine).unwrap_or(0)))
}

impl Chain for QuorumContracts {
    async fn now(&self) -> Result<i64, ClientError> {
        chain_time(self.dkg.client()).await
    }

    async fn generation_in_service(&self) -> Result<Option<PublishedGeneration>, ClientError> {
        let Some((epoch_id, threshold)) = self.in_service().await? else {
            return Ok(None);
        };
        let shares = self
            .dkg
            .verification_keys(epoch_id)
            .map_ok(|share| PublishedShare {
                owner: share.owner.into_string(),
                index: share.node_index,
                announce_address: share.announce_address,
                key: share.share,
                verified: share.verified,
            })
            .try_collect()
            .await?;
        Ok(Some(PublishedGeneration { epoch_id, threshold, shares }))
    }

    async fn price(&self) -> Result<Coin, ClientError> {
        if let Some(payer) = &self.payer
            && let Some(reduced) = self.ecash.reduced_deposit(payer.client().address()).await?
        {
            return Ok(reduced);
        }
        self.ecash.default_deposit().await
    }

    async fn is_blacklisted(&self, user: &PublicKeyUser) -> Result<bool, ClientError> {
        let entry = self.ecash.blacklisted_account(&user.to_base58()).await?;
        Ok(entry.is_some_and(|entry| entry.is_final()))
    }

    async fn latest_deposit(&self) -> Result<Option<u32>, ClientError> {
        Ok(self.ecash.latest_deposit().await?.map(|deposit| deposit.id))
    }

    async fn find_deposit(&self, key: &[u8; 32], after: Option<u32>) -> Result<Option<u32>, ClientError> {
        let text = bs58::encode(key).into_string();
        let mut deposits = self.ecash.deposits(after);
        while let Some(deposit) = deposits.next().await.transpose()? {
            if deposit.deposit.bs58_encoded_ed25519_pubkey == text {
                return Ok(Some(deposit.id));
            }
        }
        Ok(None)
    }

    async fn deposit(&self, key: &[u8; 32], price: Coin) -> Result<u32, ClientError> {
        let payer = self.payer.as_ref().ok_or_else(|| ClientError::Message {
            what: "a deposit",
            reason: "no account is given that could pay for it".into(),
        })?;
        let (deposit_id, _) = payer.deposit(&bs58::encode(key).into_string(), price).await?;
        Ok(deposit_id)
    }
}

/// The signers' APIs over HTTP, with connections that all of them share.
#[derive(Clone, Debug)]
pub struct HttpApis {
    http: reqwest::Client,
}

impl HttpApis {
    /// With a deadline per request.
    ///
    /// # Errors
    /// When no HTTP client can be made on this machine.
    pub fn new(timeout: Duration) -> Result<Self, ApiError> {
        Ok(Self { http: http_client(timeout)? })
    }

    fn api(&self, address: &Url) -> NymApiClient {
        NymApiClient::over(self.http.clone(), address.clone())
    }
}

impl Apis for HttpApis {
    async fn blind_sign(&self, api: &Url, request: &BlindSignRequestBody) -> Result<BlindedSignature, String> {
        self.api(api).blind_sign(request).await.map_err(|reason| reason.to_string())
    }

    async fn expiration_date_signatures(
        &self,
        api: &Url,
        epoch_id: u64,
        expiration: EcashDay,
    ) -> Result<Vec<ExpirationDateSignature>, String> {
        let answer = self.api(api).aggregated_expiration_date_signatures(Some(expiration), Some(epoch_id)).await;
        let answer = answer.map_err(|reason| reason.to_string())?;
        of_epoch(epoch_id, answer.epoch_id).map(|()| answer.signatures)
    }

    async fn coin_index_signatures(&self, api: &Url, epoch_id: u64) -> Result<Vec<CoinIndexSignature>, String> {
        let answer = self.api(api).aggregated_coin_indices_signatures(Some(epoch_id)).await;
        let answer = answer.map_err(|reason| reason.to_string())?;
        of_epoch(epoch_id, answer.epoch_id).map(|()| answer.signatures)
    }
}

fn of_epoch(wanted: u64, given: u64) -> Result<(), String> {
    if wanted == given { Ok(()) } else { Err(format!("it answered for epoch {given}")) }
}
