//! What keeps one caller from using up the service: bounds on requests and bodies at a time, and deadlines for each.
//! A body is read before its request counts as handled, so that those who send theirs slowly or never take nobody's turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use nym_api_requests::error::{CONSUMED_HEADER, ERROR_CODE_HEADER};
use nym_api_requests::{Consumed, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{MAX_BODY, longest_body};
use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::workers::Busy;

/// Requests handled at the same time.
const CONCURRENT: usize = 512;
/// From the end of its body to the answer. Clients give up after 30 seconds.
const DEADLINE: Duration = Duration::from_secs(25);
/// Bodies beyond the usual length that are read at the same time. The others are bounded by the number of connections.
const LONG_BODIES: usize = 32;
/// Of a body that is too long, so much is read and thrown away: who is cut off in the middle does not hear why.
const READ_ON: u64 = 4 << 20;
/// From the end of the header to that of the body.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// Shared by all requests.
#[derive(Clone)]
pub(super) struct Limits {
    permits: Arc<Semaphore>,
    long_bodies: Arc<Semaphore>,
    metrics: Metrics,
}

impl Limits {
    pub(super) fn new(metrics: Metrics) -> Self {
        let permits = |count| Arc::new(Semaphore::new(count));
        Self { permits: permits(CONCURRENT), long_bodies: permits(LONG_BODIES), metrics }
    }

    /// The request with its whole body, and a permit for a long one; or why it is refused.
    async fn read(&self, request: Request, longest: usize) -> Result<(Request, Permit), ApiError> {
        if request.body().is_end_stream() {
            return Ok((request, None));
        }
        let (parts, body) = request.into_parts();
        match tokio::time::timeout(BODY_PATIENCE, read(body, longest, &self.long_bodies)).await {
            Ok(arrived) => arrived.map(|(bytes, permit)| (Request::from_parts(parts, Body::from(bytes)), permit)),
            Err(_) => Err(ApiError::refused(
                ErrorCode::Timeout,
                format!("the body did not arrive within {} s: send it again", BODY_PATIENCE.as_secs()),
            )
            .with_status(StatusCode::REQUEST_TIMEOUT)),
        }
    }
}

/// Held for as long as a long body is in memory.
type Permit = Option<OwnedSemaphorePermit>;

async fn read(body: Body, longest: usize, long_bodies: &Arc<Semaphore>) -> Result<(Bytes, Permit), ApiError> {
    let malformed = |reason: String| ApiError::refused(ErrorCode::Malformed, reason);
    let too_long =
        || malformed(format!("the body is longer than {longest} bytes")).with_status(StatusCode::PAYLOAD_TOO_LARGE);
    if body.size_hint().lower() > READ_ON {
        return Err(too_long());
    }
    let (mut whole, mut length, mut parts, mut permit) = (Vec::new(), 0, body.into_data_stream(), None);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| malformed(format!("the body did not arrive: {error}")))?;
        length += part.len();
        if length as u64 > READ_ON {
            return Err(too_long());
        }
        if length > longest {
            whole = Vec::new();
            continue;
        }
        if length > MAX_BODY && permit.is_none() {
            permit = Some(long_bodies.clone().try_acquire_owned().map_err(|_| Busy)?);
        }
        whole.extend_from_slice(&part);
    }
    if length > longest { Err(too_long()) } else { Ok((whole.into(), permit)) }
}

/// Bounds a request, and counts and logs it.
pub(super) async fn bound(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("other".to_owned(), |path| path.as_str().to_owned());
    let response = match limits.read(request, longest_body(&route)).await {
        Err(refusal) => refusal.with_consumed(Consumed::No).into_response(),
        Ok((request, _permit)) => handle(&limits, request, next).await,
    };
    let status = response.status();
    limits
        .metrics
        .requests
        .with_label_values(&[route.as_str(), status.as_str()])
        .observe(started.elapsed().as_secs_f64());
    tracing::debug!(%method, route, status = status.as_u16(), elapsed = ?started.elapsed(), "request");
    response
}

async fn handle(limits: &Limits, request: Request, next: Next) -> Response {
    let Ok(_permit) = limits.permits.try_acquire() else {
        return ApiError::from(Busy).with_consumed(Consumed::No).into_response();
    };
    match tokio::time::timeout(DEADLINE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::refused(
            ErrorCode::Timeout,
            "the request took too long; it may still take effect, and the same request can be sent again",
        )
        .with_status(StatusCode::SERVICE_UNAVAILABLE)
        .with_consumed(Consumed::Unknown)
        .into_response(),
    }
}

/// Has every refusal about a ticket or deposit say whether it is used up, also where the request was not even read.
pub(super) async fn say_consumed(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_success() && !response.headers().contains_key(CONSUMED_HEADER) {
        // Refused requests change nothing, nor do those that fail at the chain, which is asked before anything is done.
        let is_at_the_chain =
            response.headers().get(ERROR_CODE_HEADER).is_some_and(|code| code == ErrorCode::ChainUnavailable.name());
        let consumed = if status.is_client_error() || is_at_the_chain { Consumed::No } else { Consumed::Unknown };
        response.headers_mut().insert(CONSUMED_HEADER, HeaderValue::from_static(consumed.name()));
    }
    response
}
