//! What users and operators of the original complained about in issuance and spending, each as a test named after its
//! report.

use nym_api_requests::filter::ShardKind;
use nym_api_requests::{Consumed, ErrorCode};
use nym_ecash::{DealtKeys, SecretKeyUser, TicketType};
use rand::rngs::OsRng;

use crate::network::{NOON, Network, eventually, ticket};

const TYPE: TicketType = TicketType::V1MixnetEntry;

fn user() -> SecretKeyUser {
    SecretKeyUser::random(&mut OsRng)
}

/// New keys of other values; the old ones stay good for tickets.
async fn rotate(network: &mut Network) {
    let outgoing = network.public();
    network.keys = DealtKeys::deal(network.keys.shares.len() as u64, network.threshold, &mut OsRng);
    network.epoch += 1;
    for (index, secret) in &network.keys.shares {
        network.signer(*index as usize).generations().store_secret(network.epoch, secret).unwrap();
    }
    network.announce(vec![outgoing]).await;
}

/// A question before there were signers used to be remembered until the restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_7069_an_empty_signer_set_is_not_cached() {
    let network = Network::start(2, 2).await;
    let quorum = network.facts.lock().quorum.clone();
    network.facts.lock().quorum.in_service = None;
    let mut newcomer = Network::start(1, 1).await;
    newcomer.stop_signer(1).await;
    newcomer.folders[0] = tempfile::TempDir::new().unwrap();
    newcomer.facts = network.facts.clone();
    newcomer.start_signer(1).await;
    newcomer.refresh().await;
    let error = newcomer.api(1).aggregated_coin_indices_signatures(None).await.unwrap_err();
    assert_eq!(error.server().unwrap().code, Some(ErrorCode::NoKeys));
    network.facts.lock().quorum = quorum;
    newcomer.refresh().await;
    newcomer.api(1).aggregated_coin_indices_signatures(None).await.unwrap();
}

/// Ticketbooks outlive the keys that signed them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_7082_new_keys_take_no_valid_ticketbook_out_of_service() {
    let mut network = Network::start(3, 2).await;
    let mut book = network.buy(&user(), TYPE).await;
    rotate(&mut network).await;
    for index in 1..=3 {
        let spent = ticket(&book.spend(network.today()));
        assert_eq!(network.api(index).verify_ecash_ticket(&spent).await.unwrap().verified, Ok(()));
    }
}

/// Whoever is no signer any more is still one of those whose word makes older tickets final.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_7082_signers_that_left_verify_tickets_of_their_keys() {
    let mut network = Network::start(3, 3).await;
    let mut book = network.buy(&user(), TYPE).await;
    let outgoing = network.public();
    // The new keys are those of two other signers.
    network.keys = DealtKeys::deal(2, 2, &mut OsRng);
    (network.epoch, network.threshold) = (2, 2);
    network.announce(vec![outgoing]).await;
    let spent = ticket(&book.spend(network.today()));
    for index in 1..=3 {
        let verdict = network.api(index).verify_ecash_ticket(&spent).await.unwrap().verified;
        assert_eq!(verdict, Ok(()), "signer {index}");
    }
}

/// What spending needs of older keys used to be unobtainable, as nothing read those keys again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_7082_signatures_of_older_keys_are_still_made() {
    let mut network = Network::start(2, 2).await;
    rotate(&mut network).await;
    network.stop_signer(1).await;
    network.start_signer(1).await;
    network.refresh().await;
    let expiration = network.today().default_expiration().unwrap();
    for epoch in [1, 2] {
        let api = network.api(1);
        assert_eq!(api.partial_coin_indices_signatures(Some(epoch)).await.unwrap().epoch_id, epoch);
        assert_eq!(
            api.partial_expiration_date_signatures(Some(expiration), Some(epoch)).await.unwrap().epoch_id,
            epoch
        );
        api.master_verification_key(Some(epoch)).await.unwrap();
    }
}

/// A ceremony used to close every route.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_7082_a_running_ceremony_closes_no_route() {
    let network = Network::start(2, 2).await;
    let mut book = network.buy(&user(), TYPE).await;
    network.facts.lock().quorum.current_epoch = 2;
    network.refresh().await;
    let buyer = user();
    network.buy(&buyer, TicketType::V1MixnetExit).await;
    let spent = ticket(&book.spend(network.today()));
    let api = network.api(1);
    assert_eq!(api.verify_ecash_ticket(&spent).await.unwrap().verified, Ok(()));
    api.aggregated_coin_indices_signatures(None).await.unwrap();
    api.signer_status().await.unwrap();
    api.spent_tickets().await.unwrap();
    api.issued_ticketbooks_for(network.today().default_expiration().unwrap()).await.unwrap();
}

/// A client that collected across a change of keys used to get one stale share every time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_7088_a_request_sent_again_after_new_keys_is_signed_with_them() {
    let mut network = Network::start(3, 3).await;
    let buyer = user();
    let purchase = network.request(&buyer, TYPE);
    let stale = network.api(1).blind_sign(&purchase.body).await.unwrap();
    rotate(&mut network).await;
    let fresh = network.api(1).blind_sign(&purchase.body).await.unwrap();
    assert_ne!(stale, fresh);
    // All three shares are needed, and all fit.
    let mut book = network.complete(&buyer, &purchase).await;
    let spent = ticket(&book.spend(network.today()));
    assert_eq!(network.api(2).verify_ecash_ticket(&spent).await.unwrap().verified, Ok(()));
}

/// Signers learn of new keys one after another; meanwhile they used to refuse each other's tickets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_7088_outgoing_keys_are_honoured_while_signers_learn_of_the_new_ones() {
    let mut network = Network::start(2, 2).await;
    let mut book = network.buy(&user(), TYPE).await;
    let outgoing = network.public();
    network.keys = DealtKeys::deal(2, 2, &mut OsRng);
    network.epoch = 2;
    for (index, secret) in &network.keys.shares {
        network.signer(*index as usize).generations().store_secret(2, secret).unwrap();
    }
    let generation = network.public();
    network.facts.lock().quorum =
        nym_api::chain::Quorum { in_service: Some(generation), outgoing: vec![outgoing], current_epoch: 2 };
    // The first signer knows, the second may not.
    network.signer(1).ecash().refresh_generations().await.unwrap();
    let spent = ticket(&book.spend(network.today()));
    for index in 1..=2 {
        assert_eq!(network.api(index).verify_ecash_ticket(&spent).await.unwrap().verified, Ok(()));
    }
}

/// Without enough signers nothing could be bought, and purchases under way were lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_5957_a_quorum_that_was_lost_goes_on_where_it_stopped() {
    let mut network = Network::start(3, 3).await;
    let buyer = user();
    let mut book = network.buy(&buyer, TYPE).await;
    let purchase = network.request(&buyer, TYPE);
    for index in [2, 3] {
        network.stop_signer(index).await;
    }
    let answer = network.api(1).blind_sign(&purchase.body).await.unwrap();
    for index in [2, 3] {
        network.start_signer(index).await;
    }
    network.announce(Vec::new()).await;
    assert_eq!(network.api(1).blind_sign(&purchase.body).await.unwrap(), answer);
    network.complete(&buyer, &purchase).await;
    let spent = ticket(&book.spend(network.today()));
    assert_eq!(network.api(3).verify_ecash_ticket(&spent).await.unwrap().verified, Ok(()));
}

/// Nobody could see how many signers sign.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_5890_each_signer_says_whether_it_signs() {
    let mut network = Network::start(2, 2).await;
    network.stop_signer(2).await;
    let status = network.api(1).signer_status().await.unwrap().body;
    assert!(status.is_ecash_signer && status.has_signing_keys && !status.signer_disabled);
    network.epoch = 2;
    network.keys = DealtKeys::deal(2, 2, &mut OsRng);
    network.announce(Vec::new()).await;
    let status = network.api(1).signer_status().await.unwrap().body;
    assert!(!status.has_signing_keys, "it holds no share of the keys in service");
}

/// Honest clients used to be taken for double spenders.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_4892_an_honest_client_is_no_double_spender() {
    let network = Network::start(1, 1).await;
    let mut book = network.buy(&user(), TYPE).await;
    for _ in 0..50 {
        let spent = ticket(&book.spend(network.today()));
        assert_eq!(network.api(1).verify_ecash_ticket(&spent).await.unwrap().verified, Ok(()));
        // A provider that asks twice makes nobody a double spender either.
        let again = network.api(1).verify_ecash_ticket(&spent).await.unwrap().verified;
        assert_eq!(again, Err(nym_api_requests::ecash::TicketRejection::ReplayedTicket));
    }
    assert!(network.signer(1).storage().all_double_spends("").await.unwrap().is_empty());
}

/// A ticket that is not valid used to be marked as spent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_6683_an_invalid_ticket_uses_nothing_up() {
    let network = Network::start(1, 1).await;
    let mut book = network.buy(&user(), TYPE).await;
    let good = book.spend(network.today());
    let mut wrong = good.clone();
    wrong.payment.t_type ^= 1;
    let rejected = network.api(1).verify_ecash_ticket(&ticket(&wrong)).await.unwrap().verified;
    assert_eq!(rejected, Err(nym_api_requests::ecash::TicketRejection::InvalidTicket));
    assert_eq!(network.api(1).verify_ecash_ticket(&ticket(&good)).await.unwrap().verified, Ok(()));
}

/// Errors did not say whether the ticket or deposit was used up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_6176_every_refusal_says_whether_something_is_used_up() {
    let network = Network::start(1, 1).await;
    let http = reqwest::Client::new();
    let post = async |route: &str, body: String| {
        let url = network.signer(1).url().join("v1/ecash/").unwrap().join(route).unwrap();
        let response = http.post(url).header("content-type", "application/json").body(body).send().await.unwrap();
        let consumed = response.headers().get("nym-consumed").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), consumed)
    };
    for route in ["blind-sign", "verify-ecash-ticket"] {
        for body in ["{".to_owned(), "{}".to_owned(), " ".repeat(70_000)] {
            let (status, consumed) = post(route, body).await;
            assert!((400..500).contains(&status));
            assert_eq!(consumed.as_deref(), Some("no"), "{route}: {status}");
        }
    }
    let purchase = network.request(&user(), TYPE);
    network.facts.lock().down = true;
    let body = serde_json::to_string(&purchase.body).unwrap();
    assert_eq!(post("blind-sign", body.clone()).await, (500, Some("no".to_owned())));
    network.facts.lock().down = false;
    assert_eq!(post("blind-sign", body).await, (200, Some("yes".to_owned())));
}

/// Credentials were asked for before there were keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_6579_before_there_are_keys_the_answer_says_so() {
    let network = Network::start(1, 1).await;
    network.facts.lock().quorum = nym_api::chain::Quorum::default();
    let mut fresh = Network::start(1, 1).await;
    fresh.stop_signer(1).await;
    fresh.folders[0] = tempfile::TempDir::new().unwrap();
    fresh.facts.lock().quorum = nym_api::chain::Quorum::default();
    fresh.start_signer(1).await;
    let purchase = fresh.request(&user(), TYPE);
    let error = fresh.api(1).blind_sign(&purchase.body).await.unwrap_err();
    let refused = error.server().unwrap();
    assert_eq!((refused.code, refused.consumed), (Some(ErrorCode::NoKeys), Some(Consumed::No)));
}

/// Whole filters were shipped again and again until they were switched off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_4960_only_what_is_new_is_sent() {
    let network = Network::start(1, 1).await;
    let mut book = network.buy(&user(), TYPE).await;
    let (api, today) = (network.api(1), network.today());
    for _ in 0..20 {
        api.verify_ecash_ticket(&ticket(&book.spend(today))).await.unwrap().verified.unwrap();
    }
    let all = api.spent_tickets_segment(ShardKind::Signer, today, 0).await.unwrap();
    api.verify_ecash_ticket(&ticket(&book.spend(today))).await.unwrap().verified.unwrap();
    let new = api.spent_tickets_segment(ShardKind::Signer, today, 20).await.unwrap();
    assert!(new.len() < all.len(), "{} bytes for one ticket, {} for twenty", new.len(), all.len());
}

/// One malicious signer could set any bit of everybody's filter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_4459_one_signer_alone_makes_no_ticket_suspect() {
    let network = Network::start(3, 2).await;
    let mut book = network.buy(&user(), TYPE).await;
    let spent = ticket(&book.spend(network.today()));
    network.api(2).verify_ecash_ticket(&spent).await.unwrap().verified.unwrap();
    let entries = async || {
        network.signer(1).ecash().aggregate_spent_tickets().await.unwrap();
        let status = network.api(1).spent_tickets().await.unwrap();
        status.days.iter().map(|day| day.aggregate_entries).sum::<u64>()
    };
    assert_eq!(entries().await, 0);
    network.api(3).verify_ecash_ticket(&spent).await.unwrap().verified.unwrap();
    assert_eq!(entries().await, 1);
}

/// One ticketbook could be sold to a hundred people until the end of the day.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_4780_a_resold_ticket_is_found_at_its_second_provider() {
    let network = Network::start(3, 2).await;
    let seller = user();
    let mut book = network.buy(&seller, TYPE).await;
    let [first, second] = book.spend_twice(network.today());
    for index in 1..=3 {
        network.api(index).verify_ecash_ticket(&ticket(&first)).await.unwrap().verified.unwrap();
    }
    let verdict = network.api(1).verify_ecash_ticket(&ticket(&second)).await.unwrap().verified;
    assert_eq!(verdict, Err(nym_api_requests::ecash::TicketRejection::DoubleSpend));
    // Signers accuse one after another.
    network.clock.set(NOON + 60);
    let key = seller.public_key().to_base58();
    eventually("the blacklisting", || network.facts.lock().blacklist.get(&key).is_some_and(|entry| entry.is_final))
        .await;
}

/// Aggregated signatures were to be had from signers only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_5155_an_api_that_signs_nothing_has_the_aggregated_signatures() {
    let network = Network::start(2, 2).await;
    let mut reader = Network::start(1, 1).await;
    reader.stop_signer(1).await;
    reader.folders[0] = tempfile::TempDir::new().unwrap();
    reader.facts = network.facts.clone();
    reader.start_signer(1).await;
    reader.refresh().await;
    let (api, signer) = (reader.api(1), network.api(1));
    let expiration = network.today().default_expiration().unwrap();
    let coins = api.aggregated_coin_indices_signatures(None).await.unwrap();
    let dates = api.aggregated_expiration_date_signatures(Some(expiration), None).await.unwrap();
    assert_eq!(coins.signatures, signer.aggregated_coin_indices_signatures(None).await.unwrap().signatures);
    let of_signer = signer.aggregated_expiration_date_signatures(Some(expiration), None).await.unwrap();
    assert_eq!(dates.signatures, of_signer.signatures);
    api.master_verification_key(None).await.unwrap();
}

/// Routes were described and did not work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nym_5065_every_described_route_is_there() {
    let network = Network::start(1, 1).await;
    let document: serde_json::Value = serde_json::from_str(&nym_api::openapi_json()).unwrap();
    let http = reqwest::Client::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{expiration_date}", "2026-11-24").replace("{issuance_date}", "2026-11-24");
        let path = path.replace("{spend_date}", "2026-11-24");
        assert!(!path.contains('{'), "{path}");
        let url = network.signer(1).url().join(&path).unwrap();
        for method in methods.as_object().unwrap().keys() {
            let request = if method == "post" { http.post(url.clone()) } else { http.get(url.clone()) };
            let status = request.send().await.unwrap().status().as_u16();
            assert!(!matches!(status, 404 | 405) && status < 500, "{method} {path}: {status}");
        }
    }
}
