//! What a signer publishes about itself and the ticketbooks it issued (`docs/protocol/nym-api.md` §7.3).

use nym_api_requests::issued::{
    CommitedDeposit, ExpirationCount, IssuanceCount, IssuedTicketbooksChallengeCommitmentResponseBody,
    IssuedTicketbooksCount, IssuedTicketbooksCountResponse, IssuedTicketbooksDataResponseBody,
    IssuedTicketbooksForCountResponse, IssuedTicketbooksForResponseBody, IssuedTicketbooksOnCountResponse,
    IssuedTicketbooksRequestBody, SignerStatusBody,
};
use nym_api_requests::{ErrorCode, SignedMessage};
use nym_ecash::EcashDay;

use super::Ecash;
use crate::error::{ApiError, ApiResult};

impl Ecash {
    pub(crate) async fn issued_count(&self, page: u32, per_page: u32) -> ApiResult<IssuedTicketbooksCountResponse> {
        self.require_signer()?;
        let offset = u64::from(page) * u64::from(per_page);
        let issued = self
            .shared
            .storage
            .issued_counts(offset, per_page)
            .await?
            .into_iter()
            .map(|row| IssuedTicketbooksCount {
                issuance_date: row.issuance,
                expiration_date: row.expiration,
                count: row.count,
            })
            .collect();
        Ok(IssuedTicketbooksCountResponse { issued })
    }

    pub(crate) async fn issued_count_for(&self, expiration: EcashDay) -> ApiResult<IssuedTicketbooksForCountResponse> {
        self.require_signer()?;
        let rows = self.shared.storage.issued_counts_for(expiration).await?;
        Ok(IssuedTicketbooksForCountResponse {
            expiration_date: expiration,
            total: rows.iter().map(|row| row.count).sum(),
            issued: rows.iter().map(|row| IssuanceCount { issuance_date: row.issuance, count: row.count }).collect(),
        })
    }

    pub(crate) async fn issued_count_on(&self, issuance: EcashDay) -> ApiResult<IssuedTicketbooksOnCountResponse> {
        self.require_signer()?;
        let rows = self.shared.storage.issued_counts_on(issuance).await?;
        Ok(IssuedTicketbooksOnCountResponse {
            issuance_date: issuance,
            total: rows.iter().map(|row| row.count).sum(),
            issued: rows
                .iter()
                .map(|row| ExpirationCount { expiration_date: row.expiration, count: row.count })
                .collect(),
        })
    }

    pub(crate) async fn issued_for(
        &self,
        expiration: EcashDay,
    ) -> ApiResult<SignedMessage<IssuedTicketbooksForResponseBody>> {
        self.require_signer()?;
        self.check_published(expiration).await?;
        let commitment = self.shared.commitments.of(expiration);
        let body = IssuedTicketbooksForResponseBody {
            expiration_date: expiration,
            deposits: commitment
                .deposits
                .into_iter()
                .enumerate()
                .map(|(merkle_index, deposit_id)| CommitedDeposit { deposit_id, merkle_index })
                .collect(),
            merkle_root: commitment.root.map(hex::encode),
        };
        Ok(SignedMessage::sign(body, &self.shared.identity))
    }

    pub(crate) async fn challenge(
        &self,
        request: SignedMessage<IssuedTicketbooksRequestBody>,
    ) -> ApiResult<SignedMessage<IssuedTicketbooksChallengeCommitmentResponseBody>> {
        self.require_signer()?;
        let IssuedTicketbooksRequestBody { expiration_date, deposits } = &request.body;
        self.check_published(*expiration_date).await?;
        if deposits.is_empty() {
            return Err(ApiError::refused(ErrorCode::Malformed, "a challenge names at least one deposit"));
        }
        let merkle_proof = self
            .shared
            .commitments
            .prove(*expiration_date, deposits)
            .map_err(|error| ApiError::refused(ErrorCode::Malformed, error.to_string()))?;
        let body = IssuedTicketbooksChallengeCommitmentResponseBody {
            expiration_date: *expiration_date,
            original_request: request,
            max_data_response_size: self.shared.config.debug.maximum_size_of_data_request,
            merkle_proof,
        };
        Ok(SignedMessage::sign(body, &self.shared.identity))
    }

    pub(crate) async fn issued_data(
        &self,
        request: SignedMessage<IssuedTicketbooksRequestBody>,
    ) -> ApiResult<SignedMessage<IssuedTicketbooksDataResponseBody>> {
        self.require_signer()?;
        let limit = self.shared.config.debug.maximum_size_of_data_request;
        let IssuedTicketbooksRequestBody { expiration_date, deposits } = &request.body;
        if deposits.len() > limit {
            return Err(ApiError::refused(
                ErrorCode::Malformed,
                format!("{} deposits are asked for and {limit} are answered at once", deposits.len()),
            ));
        }
        let ticketbooks = self.shared.storage.issued_ticketbooks(*expiration_date, deposits).await?;
        let body = IssuedTicketbooksDataResponseBody {
            expiration_date: *expiration_date,
            partial_ticketbooks: ticketbooks.into_iter().map(|book| (book.deposit_id, book)).collect(),
            original_request: request,
        };
        Ok(SignedMessage::sign(body, &self.shared.identity))
    }

    pub(crate) async fn signer_status(&self) -> ApiResult<SignedMessage<SignerStatusBody>> {
        let service = self.shared.generations.in_service();
        let own = service.as_ref().is_some_and(|generation| generation.own.is_some());
        // This account is listed, whether or not the key to its share is here.
        let account = self.shared.chain.account();
        let listed = service.as_ref().is_some_and(|generation| {
            generation.public.signers.iter().any(|signer| Some(&signer.owner) == account.as_ref())
        });
        let body = SignerStatusBody {
            current_time: rfc3339(self.now().await),
            dkg_ecash_epoch_id: service.map_or(0, |generation| generation.epoch_id()),
            signer_disabled: !self.shared.config.enabled,
            is_ecash_signer: own || listed,
            has_signing_keys: own,
        };
        Ok(SignedMessage::sign(body, &self.shared.identity))
    }

    /// Commitments are published from two days before today to two days after the latest date on sale.
    async fn check_published(&self, expiration: EcashDay) -> ApiResult<()> {
        let today = self.today().await?;
        let earliest = today.minus_days(self.shared.config.debug.issued_ticketbooks_retention_period_days);
        let latest = today.default_expiration().and_then(|date| date.plus_days(2));
        match (earliest, latest) {
            (Ok(earliest), Ok(latest)) if expiration < earliest || expiration > latest => Err(ApiError::refused(
                ErrorCode::DateOutOfRange,
                format!("the expiration date {expiration} is not between {earliest} and {latest}"),
            )),
            _ => Ok(()),
        }
    }
}

fn rfc3339(unix_seconds: i64) -> String {
    let day = EcashDay::containing(unix_seconds).map_or_else(|_| "1970-01-01".to_owned(), |day| day.to_string());
    let second = unix_seconds.rem_euclid(86_400);
    format!("{day}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}
