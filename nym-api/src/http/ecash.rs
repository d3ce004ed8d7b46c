//! Handlers of `/v1/ecash`. What changes something runs as a task of its own, so that a caller who hangs up cannot stop
//! it half-way.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nym_api_requests::ecash::{
    BatchRedeemTicketsBody, BatchRedeemTicketsResponse, BlindSignRequestBody, BlindedSignatureResponse,
    CoinIndicesSignaturesResponse, ExpirationDateSignaturesResponse, VerificationKeyResponse, VerifyEcashTicketBody,
    VerifyEcashTicketResponse,
};
use nym_api_requests::error::{CONSUMED_HEADER, RECORDED_HEADER};
use nym_api_requests::filter::ShardKind;
use nym_api_requests::issued::IssuedTicketbooksRequestBody;
use nym_api_requests::{Consumed, ErrorCode, SignedMessage};
use nym_ecash::EcashDay;
use serde::Deserialize;
use utoipa::IntoParams;

use super::openapi as schema;
use super::output::Output;
use crate::ecash::Ecash;
use crate::error::{ApiError, ApiResult};

/// Only the form of the answer.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OutputQuery {
    /// Form of the answer.
    output: Option<Output>,
}

/// How a request to sign is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SigningQuery {
    /// Whether the client keeps its request and can come again with the same one, so that it may be signed while new keys
    /// are made. Without it nothing is signed then, as clients of earlier releases expect.
    keeps_request: Option<bool>,
    /// Form of the answer.
    output: Option<Output>,
}

/// A key generation.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EpochQuery {
    /// Epoch of the key generation; the one in service by default.
    epoch_id: Option<u64>,
    /// Form of the answer.
    output: Option<Output>,
}

/// A key generation and a date.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DateQuery {
    /// `YYYY-MM-DD`; that of a ticketbook bought today by default.
    #[param(value_type = Option<String>, format = Date)]
    expiration_date: Option<String>,
    /// Epoch of the key generation; the one in service by default.
    epoch_id: Option<u64>,
    /// Form of the answer.
    output: Option<Output>,
}

/// A page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// From 0.
    page: Option<u32>,
    /// At most 100; 50 by default.
    per_page: Option<u32>,
    /// Form of the answer.
    output: Option<Output>,
}

/// Where to read on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FromQuery {
    /// Number of the first entry that is wanted.
    from: Option<u64>,
}

/// The key that tickets verify under.
#[utoipa::path(get, path = "/v1/ecash/master-verification-key", tag = "ecash", params(EpochQuery),
    responses((status = 200, body = schema::MasterKey), (status = 400, body = String)))]
pub(super) async fn master_verification_key(
    State(ecash): State<Ecash>,
    Query(query): Query<EpochQuery>,
) -> ApiResult<Response> {
    let key = ecash.generation(query.epoch_id)?.master.key().clone();
    Ok(query.output.unwrap_or_default().write(&VerificationKeyResponse { key }))
}

/// The quorum's signatures on the spending days of an expiration date.
#[utoipa::path(get, path = "/v1/ecash/aggregated-expiration-date-signatures", tag = "ecash", params(DateQuery),
    responses((status = 200, body = schema::ExpirationDateSignatures), (status = 400, body = String),
        (status = 503, body = String)))]
pub(super) async fn aggregated_expiration_date_signatures(
    State(ecash): State<Ecash>,
    Query(query): Query<DateQuery>,
) -> ApiResult<Response> {
    let generation = ecash.generation(query.epoch_id)?;
    let date = ecash.expiration_in_range(query.expiration_date.as_deref().map(day).transpose()?).await?;
    let signatures = ecash.aggregated_expiration_dates(&generation, date).await?;
    Ok(query.output.unwrap_or_default().write(&ExpirationDateSignaturesResponse {
        epoch_id: generation.epoch_id(),
        expiration_date: date,
        signatures: signatures.to_vec(),
    }))
}

/// The quorum's signatures on ticket indices.
#[utoipa::path(get, path = "/v1/ecash/aggregated-coin-indices-signatures", tag = "ecash", params(EpochQuery),
    responses((status = 200, body = schema::CoinIndicesSignatures), (status = 400, body = String),
        (status = 503, body = String)))]
pub(super) async fn aggregated_coin_indices_signatures(
    State(ecash): State<Ecash>,
    Query(query): Query<EpochQuery>,
) -> ApiResult<Response> {
    let generation = ecash.generation(query.epoch_id)?;
    let signatures = ecash.aggregated_coin_indices(&generation).await?;
    Ok(query
        .output
        .unwrap_or_default()
        .write(&CoinIndicesSignaturesResponse { epoch_id: generation.epoch_id(), signatures: signatures.to_vec() }))
}

/// This signer's signatures on the spending days of an expiration date.
#[utoipa::path(get, path = "/v1/ecash/partial-expiration-date-signatures", tag = "ecash", params(DateQuery),
    responses((status = 200, body = schema::ExpirationDateSignatures), (status = 400, body = String)))]
pub(super) async fn partial_expiration_date_signatures(
    State(ecash): State<Ecash>,
    Query(query): Query<DateQuery>,
) -> ApiResult<Response> {
    let generation = ecash.generation(query.epoch_id)?;
    let date = ecash.expiration_in_range(query.expiration_date.as_deref().map(day).transpose()?).await?;
    let signatures = ecash.partial_expiration_dates(&generation, date).await?;
    Ok(query.output.unwrap_or_default().write(&ExpirationDateSignaturesResponse {
        epoch_id: generation.epoch_id(),
        expiration_date: date,
        signatures: signatures.to_vec(),
    }))
}

/// This signer's signatures on ticket indices.
#[utoipa::path(get, path = "/v1/ecash/partial-coin-indices-signatures", tag = "ecash", params(EpochQuery),
    responses((status = 200, body = schema::CoinIndicesSignatures), (status = 400, body = String)))]
pub(super) async fn partial_coin_indices_signatures(
    State(ecash): State<Ecash>,
    Query(query): Query<EpochQuery>,
) -> ApiResult<Response> {
    let generation = ecash.generation(query.epoch_id)?;
    let signatures = ecash.partial_coin_indices(&generation).await?;
    Ok(query
        .output
        .unwrap_or_default()
        .write(&CoinIndicesSignaturesResponse { epoch_id: generation.epoch_id(), signatures: signatures.to_vec() }))
}

/// Signs a ticketbook blindly against a deposit. The same request gets the same answer.
#[utoipa::path(post, path = "/v1/ecash/blind-sign", tag = "ecash", params(SigningQuery),
    request_body = schema::BlindSignRequest,
    responses((status = 200, body = schema::BlindSignAnswer), (status = 400, body = String),
        (status = 413, body = String), (status = 415, body = String), (status = 422, body = String),
        (status = 500, body = String), (status = 503, body = String)))]
pub(super) async fn blind_sign(
    State(ecash): State<Ecash>,
    Query(query): Query<SigningQuery>,
    Json(body): Json<BlindSignRequestBody>,
) -> ApiResult<Response> {
    let keeps_request = query.keeps_request.unwrap_or(false);
    let blinded_signature = to_the_end(async move { ecash.blind_sign(body, keeps_request).await }).await?;
    let mut response = query.output.unwrap_or_default().write(&BlindedSignatureResponse { blinded_signature });
    mark(&mut response, Consumed::Yes);
    Ok(response)
}

/// Verifies a spent ticket and records it.
#[utoipa::path(post, path = "/v1/ecash/verify-ecash-ticket", tag = "ecash", params(OutputQuery),
    request_body = schema::VerifyTicketRequest,
    responses((status = 200, body = schema::VerifyTicketAnswer), (status = 400, body = String),
        (status = 413, body = String), (status = 415, body = String), (status = 422, body = String),
        (status = 500, body = String), (status = 503, body = String)))]
pub(super) async fn verify_ecash_ticket(
    State(ecash): State<Ecash>,
    Query(query): Query<OutputQuery>,
    Json(body): Json<VerifyEcashTicketBody>,
) -> ApiResult<Response> {
    let verdict = to_the_end(async move { ecash.verify_ticket(body).await }).await?;
    let mut response =
        query.output.unwrap_or_default().write(&VerifyEcashTicketResponse { verified: verdict.verified });
    mark(&mut response, verdict.consumed);
    if let Some(for_asker) = verdict.recorded_for_asker {
        let whose = if for_asker { "this-provider" } else { "another-provider" };
        response.headers_mut().insert(RECORDED_HEADER, HeaderValue::from_static(whose));
    }
    Ok(response)
}

/// Promises a vote for the payment of verified tickets.
#[utoipa::path(post, path = "/v1/ecash/batch-redeem-ecash-tickets", tag = "ecash", params(OutputQuery),
    request_body = schema::BatchRedeemRequest,
    responses((status = 200, body = schema::BatchRedeemAnswer), (status = 400, body = String),
        (status = 413, body = String), (status = 415, body = String), (status = 422, body = String),
        (status = 500, body = String)))]
pub(super) async fn batch_redeem_ecash_tickets(
    State(ecash): State<Ecash>,
    Query(query): Query<OutputQuery>,
    Json(body): Json<BatchRedeemTicketsBody>,
) -> ApiResult<Response> {
    to_the_end(async move { ecash.redeem(body).await }).await?;
    Ok(query.output.unwrap_or_default().write(&BatchRedeemTicketsResponse { proposal_accepted: true }))
}

/// The filter of earlier releases: gone. See `spent-tickets`.
#[utoipa::path(get, path = "/v1/ecash/double-spending-filter-v1", tag = "ecash",
    responses((status = 410, body = String)))]
pub(super) async fn double_spending_filter_v1() -> ApiError {
    ApiError::refused(
        ErrorCode::Gone,
        "this filter no longer exists: build one from the deltas of /v1/ecash/spent-tickets",
    )
    .with_status(StatusCode::GONE)
}

/// Ticketbooks issued, by day.
#[utoipa::path(get, path = "/v1/ecash/issued-ticketbooks-count", tag = "ecash", params(PageQuery),
    responses((status = 200, body = schema::IssuedCounts), (status = 400, body = String)))]
pub(super) async fn issued_ticketbooks_count(
    State(ecash): State<Ecash>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Response> {
    let per_page = query.per_page.unwrap_or(50).clamp(1, 100);
    let answer = ecash.issued_count(query.page.unwrap_or(0), per_page).await?;
    Ok(query.output.unwrap_or_default().write(&answer))
}

/// Ticketbooks issued for an expiration date.
#[utoipa::path(get, path = "/v1/ecash/issued-ticketbooks-for-count/{expiration_date}", tag = "ecash",
    params(("expiration_date" = String, Path, format = Date), OutputQuery),
    responses((status = 200, body = schema::IssuedForCount), (status = 400, body = String)))]
pub(super) async fn issued_ticketbooks_for_count(
    State(ecash): State<Ecash>,
    Path(date): Path<String>,
    Query(query): Query<OutputQuery>,
) -> ApiResult<Response> {
    Ok(query.output.unwrap_or_default().write(&ecash.issued_count_for(day(&date)?).await?))
}

/// Ticketbooks issued on a day.
#[utoipa::path(get, path = "/v1/ecash/issued-ticketbooks-on-count/{issuance_date}", tag = "ecash",
    params(("issuance_date" = String, Path, format = Date), OutputQuery),
    responses((status = 200, body = schema::IssuedOnCount), (status = 400, body = String)))]
pub(super) async fn issued_ticketbooks_on_count(
    State(ecash): State<Ecash>,
    Path(date): Path<String>,
    Query(query): Query<OutputQuery>,
) -> ApiResult<Response> {
    Ok(query.output.unwrap_or_default().write(&ecash.issued_count_on(day(&date)?).await?))
}

/// The signed commitment to the ticketbooks of an expiration date.
#[utoipa::path(get, path = "/v1/ecash/issued-ticketbooks-for/{expiration_date}", tag = "ecash",
    params(("expiration_date" = String, Path, format = Date), OutputQuery),
    responses((status = 200, body = schema::Signed), (status = 400, body = String)))]
pub(super) async fn issued_ticketbooks_for(
    State(ecash): State<Ecash>,
    Path(date): Path<String>,
    Query(query): Query<OutputQuery>,
) -> ApiResult<Response> {
    Ok(query.output.unwrap_or_default().write(&ecash.issued_for(day(&date)?).await?))
}

/// A proof that ticketbooks are in the commitment.
#[utoipa::path(post, path = "/v1/ecash/issued-ticketbooks-challenge-commitment", tag = "ecash", params(OutputQuery),
    request_body = schema::SignedDepositsRequest,
    responses((status = 200, body = schema::Signed), (status = 400, body = String), (status = 413, body = String),
        (status = 415, body = String), (status = 422, body = String)))]
pub(super) async fn issued_ticketbooks_challenge_commitment(
    State(ecash): State<Ecash>,
    Query(query): Query<OutputQuery>,
    Json(request): Json<SignedMessage<IssuedTicketbooksRequestBody>>,
) -> ApiResult<Response> {
    Ok(query.output.unwrap_or_default().write(&ecash.challenge(request).await?))
}

/// The ticketbooks themselves.
#[utoipa::path(post, path = "/v1/ecash/issued-ticketbooks-data", tag = "ecash", params(OutputQuery),
    request_body = schema::SignedDepositsRequest,
    responses((status = 200, body = schema::Signed), (status = 400, body = String), (status = 413, body = String),
        (status = 415, body = String), (status = 422, body = String)))]
pub(super) async fn issued_ticketbooks_data(
    State(ecash): State<Ecash>,
    Query(query): Query<OutputQuery>,
    Json(request): Json<SignedMessage<IssuedTicketbooksRequestBody>>,
) -> ApiResult<Response> {
    Ok(query.output.unwrap_or_default().write(&ecash.issued_data(request).await?))
}

/// Whether this API signs.
#[utoipa::path(get, path = "/v1/ecash/signer-status", tag = "ecash", params(OutputQuery),
    responses((status = 200, body = schema::Signed), (status = 400, body = String)))]
pub(super) async fn signer_status(State(ecash): State<Ecash>, Query(query): Query<OutputQuery>) -> ApiResult<Response> {
    Ok(query.output.unwrap_or_default().write(&ecash.signer_status().await?))
}

/// Shards of spent tickets that can be read here.
#[utoipa::path(get, path = "/v1/ecash/spent-tickets", tag = "spent tickets", params(OutputQuery),
    responses((status = 200, body = schema::SpentTickets), (status = 400, body = String)))]
pub(super) async fn spent_tickets(State(ecash): State<Ecash>, Query(query): Query<OutputQuery>) -> Response {
    query.output.unwrap_or_default().write(&ecash.spent_tickets_status())
}

/// What this signer verified on a day, from an entry on.
#[utoipa::path(get, path = "/v1/ecash/spent-tickets/{spend_date}/shard", tag = "spent tickets",
    params(("spend_date" = String, Path, format = Date), FromQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 400, body = String)))]
pub(super) async fn spent_tickets_shard(
    State(ecash): State<Ecash>,
    Path(date): Path<String>,
    Query(query): Query<FromQuery>,
) -> ApiResult<Response> {
    segment(&ecash, ShardKind::Signer, &date, &query)
}

/// What a threshold of signers reported of a day, from an entry on.
#[utoipa::path(get, path = "/v1/ecash/spent-tickets/{spend_date}/aggregate", tag = "spent tickets",
    params(("spend_date" = String, Path, format = Date), FromQuery),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 400, body = String)))]
pub(super) async fn spent_tickets_aggregate(
    State(ecash): State<Ecash>,
    Path(date): Path<String>,
    Query(query): Query<FromQuery>,
) -> ApiResult<Response> {
    segment(&ecash, ShardKind::Aggregate, &date, &query)
}

fn segment(ecash: &Ecash, kind: ShardKind, date: &str, query: &FromQuery) -> ApiResult<Response> {
    let bytes = ecash.spent_tickets_segment(kind, day(date)?, query.from.unwrap_or(0)).ok_or_else(|| {
        ApiError::refused(ErrorCode::Malformed, "`from` lies beyond the end of the list: read it from the start")
    })?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

fn day(text: &str) -> ApiResult<EcashDay> {
    text.parse().map_err(|error: nym_ecash::EcashError| ApiError::refused(ErrorCode::Malformed, error.to_string()))
}

fn mark(response: &mut Response, consumed: Consumed) {
    response.headers_mut().insert(CONSUMED_HEADER, HeaderValue::from_static(consumed.name()));
}

async fn to_the_end<T: Send + 'static>(work: impl Future<Output = ApiResult<T>> + Send + 'static) -> ApiResult<T> {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request failed");
        Err(ApiError::refused(ErrorCode::StorageFailed, "the request failed inside the service: send it again")
            .with_status(StatusCode::INTERNAL_SERVER_ERROR)
            .with_consumed(Consumed::Unknown))
    })
}
