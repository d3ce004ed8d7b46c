//! HTTP: routes, limits and the server (`docs/protocol/nym-api.md` §0, §2.11).

mod ecash;
mod limits;
mod openapi;
mod output;
mod server;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware;
use axum::response::Redirect;
use axum::routing::{get, post};
use tower_http::cors::{Any, CorsLayer};
use utoipa::OpenApi;
use utoipa_swagger_ui::SwaggerUi;

use crate::ecash::Ecash;
use crate::metrics::Metrics;

pub(crate) use server::serve;

/// Longest body; a request for a ticketbook or with a ticket is below 8 KiB.
const MAX_BODY: usize = 64 << 10;
/// Longest body of a batch of tickets: ten thousand serial numbers.
const MAX_BATCH_BODY: usize = 1 << 20;

/// Longest body of a route.
fn longest_body(route: &str) -> usize {
    if route.ends_with("/batch-redeem-ecash-tickets") { MAX_BATCH_BODY } else { MAX_BODY }
}

/// All routes.
pub(crate) fn router(ecash: Ecash, metrics: Metrics) -> Router {
    let ecash_routes = Router::new()
        .route("/master-verification-key", get(ecash::master_verification_key))
        .route("/aggregated-expiration-date-signatures", get(ecash::aggregated_expiration_date_signatures))
        .route("/aggregated-coin-indices-signatures", get(ecash::aggregated_coin_indices_signatures))
        .route("/partial-expiration-date-signatures", get(ecash::partial_expiration_date_signatures))
        .route("/partial-coin-indices-signatures", get(ecash::partial_coin_indices_signatures))
        .route("/blind-sign", post(ecash::blind_sign).layer(middleware::from_fn(limits::say_consumed)))
        .route(
            "/verify-ecash-ticket",
            post(ecash::verify_ecash_ticket).layer(middleware::from_fn(limits::say_consumed)),
        )
        .route(
            "/batch-redeem-ecash-tickets",
            post(ecash::batch_redeem_ecash_tickets).layer(DefaultBodyLimit::max(MAX_BATCH_BODY)),
        )
        .route("/double-spending-filter-v1", get(ecash::double_spending_filter_v1))
        .route("/issued-ticketbooks-count", get(ecash::issued_ticketbooks_count))
        .route("/issued-ticketbooks-for-count/{expiration_date}", get(ecash::issued_ticketbooks_for_count))
        .route("/issued-ticketbooks-on-count/{issuance_date}", get(ecash::issued_ticketbooks_on_count))
        .route("/issued-ticketbooks-for/{expiration_date}", get(ecash::issued_ticketbooks_for))
        .route("/issued-ticketbooks-challenge-commitment", post(ecash::issued_ticketbooks_challenge_commitment))
        .route("/issued-ticketbooks-data", post(ecash::issued_ticketbooks_data))
        .route("/signer-status", get(ecash::signer_status))
        .route("/spent-tickets", get(ecash::spent_tickets))
        .route("/spent-tickets/{spend_date}/shard", get(ecash::spent_tickets_shard))
        .route("/spent-tickets/{spend_date}/aggregate", get(ecash::spent_tickets_aggregate))
        .with_state(ecash);
    let exposed = metrics.clone();
    let cors = CorsLayer::new().allow_origin(Any).allow_methods([Method::GET, Method::POST]).allow_headers(Any);
    Router::new()
        .route("/", get(async || Redirect::to("/swagger")))
        .merge(SwaggerUi::new("/swagger").url("/api-docs/openapi.json", openapi::ApiDocument::openapi()))
        .route("/metrics", get(async move || exposed.render()))
        .nest("/v1/ecash", ecash_routes)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(limits::Limits::new(metrics), limits::bound))
        .layer(cors)
}

/// The OpenAPI document, as JSON.
pub fn openapi_json() -> String {
    openapi::ApiDocument::openapi().to_pretty_json().unwrap_or_default()
}
