//! Answers in the form that `?output=` asks for (`docs/protocol/nym-api.md` §0.1).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use nym_api_requests::encoding::to_bincode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Output {
    /// `application/json`.
    #[default]
    Json,
    /// `application/yaml`: the same text, since every JSON document is a YAML 1.2 document.
    Yaml,
    /// `application/bincode`: little-endian, variable-length integers.
    Bincode,
}

impl Output {
    pub(super) fn write<T: Serialize>(self, value: &T) -> Response {
        let (content_type, bytes) = match self {
            Self::Json => ("application/json", serde_json::to_vec(value).map_err(|error| error.to_string())),
            Self::Yaml => ("application/yaml", serde_json::to_vec(value).map_err(|error| error.to_string())),
            Self::Bincode => ("application/bincode", to_bincode(value)),
        };
        match bytes {
            Ok(bytes) => ([(header::CONTENT_TYPE, content_type)], bytes).into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error).into_response(),
        }
    }
}
