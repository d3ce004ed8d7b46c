//! Why a request is refused, and how that is said: plain text, with code and advice in headers
//! (`docs/protocol/nym-api.md` §0.2).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use nym_api_requests::error::{CONSUMED_HEADER, ERROR_CODE_HEADER};
use nym_api_requests::{Consumed, ErrorCode};

use crate::chain::ChainError;
use crate::storage::StorageError;
use crate::workers::Busy;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// The cause.
    pub code: ErrorCode,
    /// Whether the ticket or deposit is used up by the request, where it has one.
    pub consumed: Option<Consumed>,
    /// What happened and what to do.
    pub message: String,
}

/// Result of handling a request.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// All ecash refusals are 400 (`docs/protocol/nym-api.md` §0.2).
    pub fn refused(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, consumed: None, message: message.into() }
    }

    /// With another status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// For a request about a ticket or deposit.
    #[must_use]
    pub fn with_consumed(self, consumed: Consumed) -> Self {
        Self { consumed: Some(consumed), ..self }
    }
}

impl From<ChainError> for ApiError {
    fn from(error: ChainError) -> Self {
        Self::refused(ErrorCode::ChainUnavailable, format!("{error}; try again in a minute"))
            .with_status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        Self::refused(ErrorCode::StorageFailed, format!("{error}; try again, or ask another signer"))
            .with_status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Busy> for ApiError {
    fn from(busy: Busy) -> Self {
        Self::refused(ErrorCode::Busy, busy.to_string()).with_status(StatusCode::SERVICE_UNAVAILABLE)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.message).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(ERROR_CODE_HEADER, HeaderValue::from_static(self.code.name()));
        if let Some(consumed) = self.consumed {
            headers.insert(CONSUMED_HEADER, HeaderValue::from_static(consumed.name()));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}
