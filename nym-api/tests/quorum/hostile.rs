//! Requests that no client makes.

use nym_ecash::{SecretKeyUser, TicketType};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rand::rngs::OsRng;

use crate::network::{Network, ticket};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_and_oversized_bodies_are_refused_and_the_service_goes_on() {
    let network = Network::start(1, 1).await;
    let base = network.signer(1).url();
    let http = reqwest::Client::new();
    let post = async |path: &str, content_type: &str, body: Vec<u8>| {
        let request = http.post(base.join(path).unwrap()).header("content-type", content_type).body(body);
        request.send().await.unwrap().status().as_u16()
    };
    let json = "application/json";
    for path in ["v1/ecash/blind-sign", "v1/ecash/verify-ecash-ticket", "v1/ecash/issued-ticketbooks-data"] {
        assert_eq!(post(path, json, b"{".to_vec()).await, 400, "{path}");
        assert_eq!(post(path, json, b"{}".to_vec()).await, 422, "{path}");
        assert!(matches!(post(path, json, b"[[[[[[[[".repeat(4000)).await, 400 | 422), "{path}");
        assert_eq!(post(path, "text/plain", b"{}".to_vec()).await, 415, "{path}");
        assert_eq!(post(path, json, vec![b' '; 70_000]).await, 413, "{path}");
    }
    let serials: Vec<String> = (0..40_000).map(|_| "1".repeat(48)).collect();
    let body = serde_json::json!({
        "digest": "1".repeat(32), "included_serial_numbers": serials, "proposal_id": 1, "gateway_cosmos_addr": "n1"
    });
    let path = "v1/ecash/batch-redeem-ecash-tickets";
    assert_eq!(post(path, json, body.to_string().into_bytes()).await, 413);
    let long = serde_json::json!({
        "digest": "2".repeat(100_000), "included_serial_numbers": [], "proposal_id": 1, "gateway_cosmos_addr": "n1"
    });
    assert_eq!(post(path, json, long.to_string().into_bytes()).await, 422);

    let get = async |path: &str| http.get(base.join(path).unwrap()).send().await.unwrap().status().as_u16();
    for path in [
        "v1/ecash/master-verification-key?epoch_id=-1",
        "v1/ecash/master-verification-key?epoch_id=18446744073709551615",
        "v1/ecash/master-verification-key?output=xml",
        "v1/ecash/aggregated-expiration-date-signatures?expiration_date=2026-13-01",
        "v1/ecash/aggregated-expiration-date-signatures?expiration_date=1990-01-01",
        "v1/ecash/partial-expiration-date-signatures?expiration_date=2106-02-07",
        "v1/ecash/issued-ticketbooks-for/yesterday",
        "v1/ecash/issued-ticketbooks-for/1971-01-01",
        "v1/ecash/spent-tickets/0000-00-00/shard",
        "v1/ecash/spent-tickets/2026-11-24/shard?from=5",
        "v1/ecash/spent-tickets/2026-11-24/aggregate?from=-5",
    ] {
        assert_eq!(get(path).await, 400, "{path}");
    }
    assert_eq!(get("v1/ecash/double-spending-filter-v1").await, 410);
    assert_eq!(get("v1/ecash/nothing").await, 404);
    assert_eq!(get("api-docs/openapi.json").await, 200);
    assert_eq!(get("swagger/").await, 200);
    assert_eq!(get("metrics").await, 200);

    let user = SecretKeyUser::random(&mut OsRng);
    network.buy(&user, TicketType::V1MixnetEntry).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_ticket_is_never_accepted() {
    let network = Network::start(1, 1).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let good = serde_json::to_value(ticket(&book.spend(network.today()))).unwrap();
    let text = good.to_string();
    let http = reqwest::Client::new();
    let url = network.signer(1).url().join("v1/ecash/verify-ecash-ticket").unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..120 {
        let change = (any::<prop::sample::Index>(), prop::sample::select(b"0123456789abcdef\"}],x".to_vec()));
        let (at, byte) = change.new_tree(&mut runner).unwrap().current();
        let mut changed = text.clone().into_bytes();
        let at = at.index(changed.len());
        changed[at] = byte;
        let reads_the_same = serde_json::from_slice::<serde_json::Value>(&changed)
            .is_ok_and(|value| value["credential"] == good["credential"] && value["gateway_cosmos_addr"].is_string());
        if reads_the_same {
            continue;
        }
        let request = http.post(url.clone()).header("content-type", "application/json").body(changed);
        let response = request.send().await.unwrap();
        let (status, text) = (response.status().as_u16(), response.text().await.unwrap());
        assert!(status != 500 && !text.contains("\"Ok\""), "byte {at} set to {}: {status} {text}", char::from(byte));
    }
    let response = http.post(url).header("content-type", "application/json").body(text).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), r#"{"verified":{"Ok":null}}"#);
}
