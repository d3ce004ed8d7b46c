//! What keeps one caller from using up the service: a bound on requests at a time, and a deadline for each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use nym_api_requests::{Consumed, ErrorCode};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::metrics::Metrics;
use crate::workers::Busy;

/// Requests handled at the same time.
const CONCURRENT: usize = 512;
/// From the end of its header to the answer. Clients give up after 30 seconds.
const DEADLINE: Duration = Duration::from_secs(25);

/// Shared by all requests.
#[derive(Clone)]
pub(super) struct Limits {
    permits: Arc<Semaphore>,
    metrics: Metrics,
}

impl Limits {
    pub(super) fn new(metrics: Metrics) -> Self {
        Self { permits: Arc::new(Semaphore::new(CONCURRENT)), metrics }
    }
}

/// Bounds a request, and counts and logs it.
pub(super) async fn bound(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("other".to_owned(), |path| path.as_str().to_owned());
    let response = match limits.permits.clone().try_acquire_owned() {
        Err(_) => ApiError::from(Busy).with_consumed(Consumed::No).into_response(),
        Ok(_permit) => match tokio::time::timeout(DEADLINE, next.run(request)).await {
            Ok(response) => response,
            Err(_) => ApiError::refused(
                ErrorCode::Timeout,
                "the request took too long; it may still take effect, and the same request can be sent again",
            )
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
            .with_consumed(Consumed::Unknown)
            .into_response(),
        },
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
