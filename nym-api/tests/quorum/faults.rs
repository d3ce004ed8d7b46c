//! Signers that are missing, or lie.

use std::sync::Arc;

use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use nym_api_requests::ErrorCode;
use nym_api_requests::ecash::{CoinIndicesSignaturesResponse, ExpirationDateSignaturesResponse};
use nym_ecash::{DealtKeys, EcashDay, PreparedKey, sign_coin_indices, sign_expiration_dates, verify_coin_indices};
use rand::rngs::OsRng;

use crate::network::Network;

/// A peer that answers well-formed parts made with a key of its own.
async fn liar(expiration: EcashDay) -> url::Url {
    let keys = DealtKeys::deal(1, 1, &mut OsRng);
    let secret = Arc::new(keys.shares[0].1.clone());
    let master = Arc::new(PreparedKey::new(keys.master.verification_key()).unwrap());
    let (dates_key, coins_key) = (secret.clone(), secret);
    let router = Router::new()
        .route(
            "/v1/ecash/partial-expiration-date-signatures",
            get(async move |Query(_): Query<Vec<(String, String)>>| {
                let signatures = sign_expiration_dates(&dates_key, expiration).unwrap();
                axum::Json(ExpirationDateSignaturesResponse { epoch_id: 1, expiration_date: expiration, signatures })
            }),
        )
        .route(
            "/v1/ecash/partial-coin-indices-signatures",
            get(async move |Query(_): Query<Vec<(String, String)>>| {
                let signatures = sign_coin_indices(&coins_key, &master);
                axum::Json(CoinIndicesSignaturesResponse { epoch_id: 1, signatures })
            }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_missing_and_one_lying_signer_do_not_matter_while_t_answer() {
    let mut network = Network::start(5, 3).await;
    let expiration = network.today().default_expiration().unwrap();
    network.stop_signer(4).await;
    network.epoch = 2;
    for index in [1, 2, 3, 5] {
        let secret = network.keys.shares[index - 1].1.clone();
        network.signer(index).generations().store_secret(2, &secret).unwrap();
    }
    // Signer 2 is listed at the address of a liar.
    let mut generation = network.public();
    generation.signers[1].announce_address = liar(expiration).await;
    network.facts.lock().quorum.in_service = Some(generation.clone());
    network.refresh().await;
    let master = network.master();
    let coins = network.api(1).aggregated_coin_indices_signatures(Some(2)).await.unwrap();
    verify_coin_indices(master.key(), &master, &coins.signatures, &mut OsRng).unwrap();
    let dates = network.api(3).aggregated_expiration_date_signatures(Some(expiration), Some(2)).await.unwrap();
    nym_ecash::verify_expiration_dates(master.key(), expiration, &dates.signatures, &mut OsRng).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_too_few_honest_signers_the_answer_says_so_and_recovers() {
    let mut network = Network::start(3, 3).await;
    network.stop_signer(2).await;
    network.epoch = 2;
    for index in [1, 3] {
        let secret = network.keys.shares[index - 1].1.clone();
        network.signer(index).generations().store_secret(2, &secret).unwrap();
    }
    network.announce(Vec::new()).await;
    let error = network.api(1).aggregated_coin_indices_signatures(Some(2)).await.unwrap_err();
    let server = error.server().unwrap();
    assert_eq!((server.status, server.code), (503, Some(ErrorCode::NotEnoughSigners)), "{server}");
    network.start_signer(2).await;
    let secret = network.keys.shares[1].1.clone();
    network.signer(2).generations().store_secret(2, &secret).unwrap();
    network.announce(Vec::new()).await;
    // The same generation at another address: known generations are updated.
    network.api(1).aggregated_coin_indices_signatures(Some(2)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_chain_is_down_tickets_are_verified_and_deposits_stay_good() {
    let network = Network::start(2, 2).await;
    let user = nym_ecash::SecretKeyUser::random(&mut OsRng);
    let ticket_type = nym_ecash::TicketType::V1MixnetEntry;
    let mut book = network.buy(&user, ticket_type).await;
    let purchase = network.request(&user, ticket_type);
    network.facts.lock().down = true;
    let spent = crate::network::ticket(&book.spend(network.today()));
    assert_eq!(network.api(1).verify_ecash_ticket(&spent).await.unwrap().verified, Ok(()));
    let error = network.api(1).blind_sign(&purchase.body).await.unwrap_err();
    assert_eq!(error.server().unwrap().code, Some(ErrorCode::ChainUnavailable));
    network.facts.lock().down = false;
    network.complete(&user, &purchase).await;
}
