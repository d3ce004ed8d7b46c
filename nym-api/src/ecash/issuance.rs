//! Blind signing (`docs/protocol/nym-api.md` §7.2, `docs/protocol/crypto.md` §2.5).
//!
//! A deposit belongs to the first request that is signed for it. Who asks is authenticated by the deposit's key before
//! anything stored is looked up; nothing leaves before it is on disk.

use axum::http::StatusCode;
use nym_api_requests::ecash::BlindSignRequestBody;
use nym_api_requests::{Consumed, ErrorCode};
use nym_ecash::{BlindedSignature, EcashDay, issue};

use super::Ecash;
use crate::error::{ApiError, ApiResult};
use crate::storage::{ForfeitRecord, IssueOutcome, IssuedRecord, RequestIdentity};

impl Ecash {
    /// Signs a request for a deposit, or repeats what was answered to the same request. A client that `keeps_request`
    /// can come again with the same one; another one is not answered while new keys are made.
    ///
    /// # Errors
    /// [`ApiError`], saying whether the deposit is used up.
    pub async fn blind_sign(&self, body: BlindSignRequestBody, keeps_request: bool) -> ApiResult<BlindedSignature> {
        let generation = self.in_service()?;
        let own = self.own_share(&generation)?.clone();
        let today = self.today().await?;
        check_expiration(body.expiration_date, today)?;
        let identity = RequestIdentity::of(&body.inner_sign_request, body.expiration_date, body.ticketbook_type)
            .ok_or_else(|| {
                ApiError::refused(ErrorCode::Malformed, "a withdrawal request has exactly two commitments")
            })?;

        let public_key = body.ecash_pubkey.to_base58();
        let standing = self.shared.chain.standing(body.deposit_id, &public_key).await?;
        let deposit = standing.deposit_key.ok_or_else(|| {
            ApiError::refused(
                ErrorCode::UnknownDeposit,
                format!(
                    "there is no deposit {} on the chain (yet): try again once its block is final",
                    body.deposit_id
                ),
            )
            .with_consumed(Consumed::No)
        })?;
        if !body.is_signed_by(&deposit) {
            return Err(ApiError::refused(
                ErrorCode::WrongDepositSignature,
                format!("the request is not signed by the key of deposit {}", body.deposit_id),
            ));
        }
        let withheld = match standing.forfeited {
            Some(key) => Some(key),
            None => self.shared.storage.forfeited_under(body.deposit_id).await?,
        };
        if let Some(key) = withheld {
            return Err(ApiError::refused(
                ErrorCode::DepositForfeited,
                format!("deposit {} was presented under the blacklisted key {key} and is withheld", body.deposit_id),
            )
            .with_consumed(Consumed::Yes));
        }
        if standing.blacklisting.is_some_and(|entry| entry.is_final) {
            return Err(self.refuse_blacklisted(body, public_key).await?);
        }

        let stored = self.shared.storage.deposit_request(body.deposit_id, generation.epoch_id()).await?;
        if let Some(stored) = stored {
            if stored.request != identity {
                return Err(taken(body.deposit_id));
            }
            if let Some(answer) = stored.answer {
                self.shared.metrics.repeated_signatures.inc();
                return Ok(answer);
            }
        }
        if !keeps_request {
            self.require_settled_keys(generation.epoch_id()).await?;
        }

        let user = body.ecash_pubkey.to_bytes();
        let (deposit_id, ticket_type) = (body.deposit_id, body.ticketbook_type);
        let answer = self
            .shared
            .workers
            .run(move || {
                issue(
                    &own.secret,
                    &body.inner_sign_request,
                    &body.ecash_pubkey,
                    body.expiration_date,
                    body.ticketbook_type,
                    today,
                )
            })
            .await?
            .map_err(|error| {
                ApiError::refused(ErrorCode::InvalidProof, format!("the request cannot be signed: {error}"))
                    .with_consumed(Consumed::No)
            })?;
        let record = IssuedRecord {
            deposit_id,
            request: identity.clone(),
            user,
            epoch_id: generation.epoch_id(),
            answer,
            today,
        };
        match self.shared.storage.store_issued(record).await? {
            IssueOutcome::Stored { leaf } => {
                if let Some((position, leaf)) = leaf {
                    self.shared.commitments.insert(identity.expiration, position, deposit_id, leaf);
                }
                self.shared.metrics.issued.with_label_values(&[ticket_type.name()]).inc();
                tracing::debug!(deposit_id, epoch_id = generation.epoch_id(), %ticket_type, "signed a ticketbook");
                Ok(answer)
            }
            IssueOutcome::Already(answer) => Ok(answer),
            IssueOutcome::OtherRequest => Err(taken(deposit_id)),
        }
    }

    /// Clients of earlier releases ask for signatures with the keys of the chain's current epoch, and make another request
    /// after every failure. Signing with other keys would bind the deposit to a request that such a client has lost.
    async fn require_settled_keys(&self, epoch_id: u64) -> ApiResult<()> {
        if self.shared.chain.settled_epoch().await? == Some(epoch_id) {
            return Ok(());
        }
        Err(ApiError::refused(
            ErrorCode::KeysChanging,
            "new keys are being made: try again in some minutes, the deposit is not used up; a client that keeps its \
             request, and says so with keeps_request=true, need not wait",
        )
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
        .with_consumed(Consumed::No))
    }

    /// A deposit that a blacklisted key presents is withheld from every key: what proves it is kept for the quorum.
    async fn refuse_blacklisted(&self, body: BlindSignRequestBody, public_key: String) -> ApiResult<ApiError> {
        self.shared.metrics.blacklisted_requests.inc();
        let deposit_id = body.deposit_id;
        let record = ForfeitRecord {
            deposit_id,
            public_key: public_key.clone(),
            withdrawal_request: body.inner_sign_request.to_bytes(),
            signature: body.signature.to_bytes().to_vec(),
            presented_at: self.now().await,
        };
        // Only a valid proof shows that the blacklisted key made the request.
        let proven = self
            .shared
            .workers
            .run(move || {
                body.inner_sign_request.verify(&body.ecash_pubkey, body.expiration_date, body.ticketbook_type).is_ok()
            })
            .await?;
        if proven {
            self.shared.storage.record_forfeit(record).await?;
            tracing::warn!(deposit_id, public_key, "a blacklisted key presented a deposit, which is withheld");
        }
        Ok(ApiError::refused(
            ErrorCode::Blacklisted,
            format!("the key {public_key} spent a ticket twice and is blacklisted; its deposits are withheld"),
        )
        .with_consumed(if proven { Consumed::Yes } else { Consumed::No }))
    }
}

fn taken(deposit_id: u32) -> ApiError {
    ApiError::refused(
        ErrorCode::DepositTaken,
        format!(
            "deposit {deposit_id} belongs to another request: send the request that was made first, with the secrets \
             that were kept for it"
        ),
    )
    .with_consumed(Consumed::Yes)
}

fn check_expiration(expiration: EcashDay, today: EcashDay) -> ApiResult<()> {
    let latest = today.default_expiration().unwrap_or(today);
    if expiration < today || expiration > latest {
        return Err(ApiError::refused(
            ErrorCode::DateOutOfRange,
            format!(
                "the expiration date {expiration} is not between {today} and {latest}: check the clock, or recover a \
                 ticketbook before it expires"
            ),
        )
        .with_consumed(Consumed::No));
    }
    Ok(())
}
