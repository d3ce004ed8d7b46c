//! The signer: issuance, spending, shared data, spent-ticket shards, and the quorum's business on the chain.
//!
//! [`Ecash`] holds what all of them need. Handlers call it, background tasks drive it; it knows no HTTP server.

mod aggregation;
mod batches;
mod commitments;
mod globals;
mod governance;
mod issuance;
mod judgement;
mod maintenance;
mod published;
mod redemption;
mod shards;
mod spending;

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use nym_api_requests::{ErrorCode, NymApiClient, client::http_client};
use nym_ecash::{CoinIndexProof, EcashDay};
use parking_lot::Mutex;

use crate::chain::Chain;
use crate::clock::Clock;
use crate::config::EcashSigner;
use crate::error::{ApiError, ApiResult};
use crate::keys::{Generation, Generations, OwnShare};
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::storage::{Result as StorageResult, Storage};
use crate::workers::Workers;

pub use governance::FollowError;

/// How long another signer may take for one answer.
const PEER_TIMEOUT: Duration = Duration::from_secs(5);

/// What a signer is made of; the parts that a service opens.
#[derive(Clone)]
pub struct Parts {
    /// Its settings.
    pub config: EcashSigner,
    /// Its ed25519 identity.
    pub identity: SigningKey,
    /// Keys.
    pub generations: Generations,
    /// Database.
    pub storage: Storage,
    /// Chain.
    pub chain: Arc<dyn Chain>,
    /// Time.
    pub clock: Clock,
    /// Counters.
    pub metrics: Metrics,
    /// The end.
    pub shutdown: Shutdown,
}

/// A signer. Clones share it.
#[derive(Clone)]
pub struct Ecash {
    shared: Arc<Shared>,
}

struct Shared {
    config: EcashSigner,
    identity: SigningKey,
    generations: Generations,
    storage: Storage,
    chain: Arc<dyn Chain>,
    clock: Clock,
    metrics: Metrics,
    shutdown: Shutdown,
    workers: Workers,
    http: reqwest::Client,
    batches: batches::Batches,
    commitments: commitments::Commitments,
    globals: globals::GlobalsCache,
    shards: shards::Shards,
    aggregates: aggregation::Aggregates,
    rules: Mutex<nym_ecash::verifier::PaymentVerifier>,
}

impl std::fmt::Debug for Ecash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ecash")
    }
}

impl Ecash {
    /// Restores what is on disk. Background tasks are [`Ecash::spawn`]'s.
    ///
    /// # Errors
    /// Of the database.
    pub async fn open(parts: Parts) -> StorageResult<Self> {
        let Parts { config, identity, generations, storage, chain, clock, metrics, shutdown } = parts;
        let workers = Workers::new(config.debug.workers);
        let coin_index_proof = if config.debug.accept_payments_without_coin_index_proof {
            tracing::warn!(
                "payments without the coin-index proof are accepted: whoever holds one valid ticketbook can make any \
                 number of tickets"
            );
            CoinIndexProof::OptionalForOldClients
        } else {
            CoinIndexProof::Required
        };
        let rules = nym_ecash::verifier::Rules { coin_index_proof, ..nym_ecash::verifier::Rules::signer() };
        let http =
            http_client(PEER_TIMEOUT).map_err(|error| crate::storage::StorageError::Statement(error.to_string()))?;
        let commitments = commitments::Commitments::restore(&storage).await?;
        let shards = shards::Shards::restore(&storage, &identity).await?;
        let aggregates = aggregation::Aggregates::restore(&storage, &identity).await?;
        let batches = batches::Batches::spawn(
            workers.clone(),
            generations.clone(),
            batches::Limits {
                window: config.debug.verification_window,
                batch: config.debug.verification_batch,
                policy: coin_index_proof,
            },
            metrics.clone(),
        );
        Ok(Self {
            shared: Arc::new(Shared {
                rules: Mutex::new(nym_ecash::verifier::PaymentVerifier::new(rules)),
                config,
                identity,
                generations,
                storage,
                chain,
                clock,
                metrics,
                shutdown,
                workers,
                http,
                batches,
                commitments,
                globals: globals::GlobalsCache::default(),
                shards,
                aggregates,
            }),
        })
    }

    /// Starts following the chain, the other signers and the calendar.
    pub fn spawn(&self) -> Vec<tokio::task::JoinHandle<()>> {
        let mut tasks = vec![
            tokio::spawn(governance::follow_chain(self.clone())),
            tokio::spawn(maintenance::prefetch(self.clone())),
            tokio::spawn(maintenance::clean(self.clone())),
            tokio::spawn(aggregation::follow_signers(self.clone())),
        ];
        if self.shared.config.enabled {
            tasks.push(tokio::spawn(governance::settle(self.clone())));
        }
        tasks
    }

    /// The identity key that signs messages and shards.
    pub(crate) fn identity(&self) -> &SigningKey {
        &self.shared.identity
    }

    pub(crate) fn generations(&self) -> &Generations {
        &self.shared.generations
    }

    pub(crate) async fn now(&self) -> i64 {
        self.shared.clock.now().await
    }

    pub(crate) async fn today(&self) -> ApiResult<EcashDay> {
        self.shared.clock.today().await.map_err(|error| {
            ApiError::refused(ErrorCode::DateOutOfRange, format!("this signer's clock is wrong: {error}"))
        })
    }

    /// The generation in service.
    pub(crate) fn in_service(&self) -> ApiResult<Arc<Generation>> {
        self.shared.generations.in_service().ok_or_else(|| {
            ApiError::refused(ErrorCode::NoKeys, "no key generation is in service yet: try again after the first one")
        })
    }

    /// The generation of an epoch, or the one in service.
    pub(crate) fn generation(&self, epoch_id: Option<u64>) -> ApiResult<Arc<Generation>> {
        let Some(epoch_id) = epoch_id else { return self.in_service() };
        self.shared.generations.generation(epoch_id).ok_or_else(|| {
            ApiError::refused(
                ErrorCode::UnknownEpoch,
                format!(
                    "this API knows no key generation of epoch {epoch_id}; it knows {:?}",
                    self.shared.generations.epochs()
                ),
            )
        })
    }

    /// This signer's share of a generation.
    pub(crate) fn own_share<'a>(&self, generation: &'a Generation) -> ApiResult<&'a OwnShare> {
        generation.own.as_ref().filter(|_| self.shared.config.enabled).ok_or_else(|| {
            ApiError::refused(
                ErrorCode::NotASigner,
                format!(
                    "this API is no signer of key generation {}: ask one of {}",
                    generation.epoch_id(),
                    generation
                        .public
                        .signers
                        .iter()
                        .map(|signer| signer.announce_address.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            )
        })
    }

    /// Refuses unless this API signs now.
    pub(crate) fn require_signer(&self) -> ApiResult<Arc<Generation>> {
        let generation = self.in_service()?;
        self.own_share(&generation)?;
        Ok(generation)
    }

    /// Refuses unless this API signs now, or signed with the keys of an epoch: whoever left stays one of those whose
    /// acceptances make tickets of that epoch final.
    pub(crate) fn require_signer_of(&self, epoch_id: u64) -> ApiResult<()> {
        let signed = self.generation(Some(epoch_id)).is_ok_and(|generation| self.own_share(&generation).is_ok());
        if signed { Ok(()) } else { self.require_signer().map(|_| ()) }
    }

    /// A client of another signer.
    fn peer(&self, address: &url::Url) -> NymApiClient {
        NymApiClient::over(self.shared.http.clone(), address.clone())
    }
}
