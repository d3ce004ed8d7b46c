//! Spending tickets: honest, repeated, twice, late, forged.

use std::time::Duration;

use nym_api::chain::Matter;
use nym_api_requests::ecash::{BatchRedeemTicketsBody, TicketRejection, VerifyEcashTicketBody};
use nym_api_requests::{Consumed, ErrorCode};
use nym_ecash::{EcashDay, Identification, SecretKeyUser, TicketType, identify};
use rand::rngs::OsRng;

use crate::network::{GATEWAY, NOON, Network, eventually, ticket};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replayed_ticket_is_told_from_a_double_spend() {
    let network = Network::start(1, 1).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let [first, second] = book.spend_twice(network.today());
    let http = reqwest::Client::new();
    let url = network.signer(1).url().join("v1/ecash/verify-ecash-ticket").unwrap();
    let present = async |body: &VerifyEcashTicketBody| {
        let body = serde_json::to_string(body).unwrap();
        let request = http.post(url.clone()).header("content-type", "application/json").body(body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (consumed, recorded) = (header("nym-consumed"), header("nym-recorded-for"));
        (response.text().await.unwrap(), consumed.unwrap(), recorded)
    };
    let accepted = present(&ticket(&first)).await;
    assert_eq!(accepted, (r#"{"verified":{"Ok":null}}"#.into(), "yes".into(), Some("this-provider".into())));
    let replayed = r#"{"verified":{"Err":"ReplayedTicket"}}"#.to_owned();
    assert_eq!(present(&ticket(&first)).await, (replayed.clone(), "yes".into(), Some("this-provider".into())));
    let elsewhere = VerifyEcashTicketBody { gateway_cosmos_addr: "n1other".into(), ..ticket(&first) };
    assert_eq!(present(&elsewhere).await, (replayed, "yes".into(), Some("another-provider".into())));
    let twice = present(&VerifyEcashTicketBody { gateway_cosmos_addr: "n1other".into(), ..ticket(&second) }).await;
    assert_eq!(twice, (r#"{"verified":{"Err":"DoubleSpend"}}"#.into(), "yes".into(), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lone_ticket_does_not_wait_for_others() {
    let mut network = Network::start(1, 1).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    network.stop_signer(1).await;
    let hour = Duration::from_secs(3600);
    network.start_signer_with(1, |config| config.ecash_signer.debug.verification_window = hour).await;
    network.refresh().await;
    let (api, body) = (network.api(1), ticket(&book.spend(network.today())));
    let verified = tokio::time::timeout(hour / 60, api.verify_ecash_ticket(&body)).await.unwrap();
    assert_eq!(verified.unwrap().verified, Ok(()));
}

/// Else everybody who ever presented a ticket would stay in the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn providers_go_with_their_last_ticket_unless_they_had_a_batch_since() {
    let network = Network::start(1, 1).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let today = network.today();
    let tomorrow = today.plus_days(1).unwrap();
    let storage = network.signer(1).storage();
    let mut present = async |provider: &str, day: EcashDay| {
        let body = VerifyEcashTicketBody { gateway_cosmos_addr: provider.into(), ..ticket(&book.spend(day)) };
        assert_eq!(network.api(1).verify_ecash_ticket(&body).await.unwrap().verified, Ok(()), "{provider}");
    };
    for provider in ["n1gone", "n1stays", "n1paid"] {
        present(provider, today).await;
    }
    network.clock.set(NOON + 86_400);
    present("n1stays", tomorrow).await;
    storage.claim_redemption("n1paid", Vec::new(), 7, i64::from(tomorrow.timestamp()) + 1).await.unwrap();
    assert_eq!(storage.remove_spent_before(tomorrow).await.unwrap(), 3);
    let known = async |provider: &str| storage.provider(provider).await.unwrap().is_some();
    assert_eq!((known("n1gone").await, known("n1stays").await, known("n1paid").await), (false, true, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_spender_is_identified_blacklisted_and_kept_out() {
    let network = Network::start(4, 3).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let public_key = user.public_key().to_base58();
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let [first, second] = book.spend_twice(network.today());
    // Two providers ask the signers in different order, so signers see different tickets first.
    for (index, order) in [(1, [&first, &second]), (2, [&second, &first]), (3, [&first, &second])] {
        let verified = async |spent| network.api(index).verify_ecash_ticket(&ticket(spent)).await.unwrap().verified;
        assert_eq!(verified(order[0]).await, Ok(()));
        assert_eq!(verified(order[1]).await, Err(TicketRejection::DoubleSpend));
    }
    let evidence = network.signer(1).storage().all_double_spends("").await.unwrap();
    assert_eq!(evidence.len(), 1);
    assert_eq!(evidence[0].public_key, public_key);
    let decoded: Vec<_> = evidence[0]
        .evidence
        .iter()
        .map(|bytes| nym_ecash::CredentialSpendingData::from_bytes(bytes).unwrap())
        .collect();
    let found = identify(&decoded[0].payment, &decoded[0].pay_info, &decoded[1].payment, &decoded[1].pay_info);
    assert_eq!(found, Ok(Identification::DoubleSpender(user.public_key())));

    network.clock.set(NOON + 60);
    eventually("the blacklisting", || {
        network.facts.lock().blacklist.get(&public_key).is_some_and(|entry| entry.is_final)
    })
    .await;
    // The signer that saw nothing voted on the evidence of the others.
    let voters = network.facts.lock().decisions[0].votes.clone();
    assert!(voters.values().all(|yes| *yes), "{voters:?}");

    // The next purchase is refused and its deposit withheld, under whatever key it is presented.
    let purchase = network.request(&user, TicketType::V1MixnetEntry);
    let refused = network.api(1).blind_sign(&purchase.body).await.unwrap_err();
    let refused = refused.server().unwrap();
    assert_eq!((refused.code, refused.consumed), (Some(ErrorCode::Blacklisted), Some(Consumed::Yes)));
    let deposit = purchase.body.deposit_id;
    eventually("the forfeiture", || network.facts.lock().forfeited.contains_key(&deposit)).await;
    let other = SecretKeyUser::random(&mut OsRng);
    let expiration = purchase.body.expiration_date;
    let (request, _) = nym_ecash::WithdrawalRequest::create(&other, expiration, TicketType::V1MixnetEntry, &mut OsRng);
    let body = nym_api_requests::ecash::BlindSignRequestBody::new(
        request,
        deposit,
        &purchase.key,
        other.public_key(),
        expiration,
        TicketType::V1MixnetEntry,
    );
    for index in 1..=4 {
        let refused = network.api(index).blind_sign(&body).await.unwrap_err();
        assert_eq!(refused.server().unwrap().code, Some(ErrorCode::DepositForfeited), "signer {index}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_convicted_on_forged_evidence_nor_blocked_by_a_pending_accusation() {
    let network = Network::start(3, 2).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let (first, second) = (book.spend(network.today()), book.spend(network.today()));
    let mut forged = second.clone();
    forged.payment.ss = first.payment.ss.clone();
    for evidence in [
        [first.to_bytes(), second.to_bytes()],
        [first.to_bytes(), first.to_bytes()],
        [first.to_bytes(), forged.to_bytes()],
        [first.to_bytes(), vec![1, 2, 3]],
    ] {
        let public_key = user.public_key().to_base58();
        let mut facts = network.facts.lock();
        let proposal_id = facts.propose(Matter::Blacklist { public_key: public_key.clone(), evidence });
        let pending = nym_api::chain::Blacklisting { proposal_id, is_final: false };
        facts.blacklist.insert(public_key, pending);
    }
    eventually("all votes", || network.facts.lock().decisions.iter().all(|decision| decision.votes.len() == 3)).await;
    let decisions = network.facts.lock().decisions.clone();
    assert!(decisions.iter().all(|decision| decision.votes.values().all(|yes| !*yes) && !decision.executed));
    network.buy(&user, TicketType::V1MixnetExit).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dates_multiple_tickets_and_forgeries_are_refused_without_consuming() {
    let network = Network::start(1, 1).await;
    let api = network.api(1);
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let today = network.today();
    let verify = async |spent| api.verify_ecash_ticket(&ticket(spent)).await.unwrap().verified;

    let two = book.spend_many(2, today);
    assert_eq!(verify(&two).await, Err(TicketRejection::MultipleTickets));

    let good = book.spend(today);
    let mut forged = good.clone();
    forged.payment.t_type = 1;
    assert_eq!(verify(&forged).await, Err(TicketRejection::InvalidTicket));
    let mut unproven = good.clone();
    unproven.payment.zk_proof.responses_r_k.clear();
    assert_eq!(verify(&unproven).await, Err(TicketRejection::InvalidTicket), "the coin-index proof is required");
    let mut claimed = good.clone();
    claimed.epoch_id = 77;
    let unknown = api.verify_ecash_ticket(&ticket(&claimed)).await.unwrap_err();
    let unknown = unknown.server().unwrap();
    assert_eq!((unknown.code, unknown.consumed), (Some(ErrorCode::UnknownEpoch), Some(Consumed::No)));
    assert_eq!(verify(&good).await, Ok(()), "a forgery of a ticket does not use it up");

    // Yesterday is accepted in the first hour of a day only.
    let (late, later, expired) = (book.spend(today), book.spend(today), book.spend(today));
    let midnight = i64::from(today.plus_days(1).unwrap().timestamp());
    network.clock.set(midnight + 3599);
    assert_eq!(verify(&late).await, Ok(()));
    network.clock.set(midnight + 3600);
    let (tomorrow, received) = (today.plus_days(1).unwrap(), today);
    let refused = Err(TicketRejection::InvalidSpentDate { today: tomorrow, yesterday: today, received });
    assert_eq!(verify(&later).await, refused);
    network.clock.set(midnight + 8 * 86_400);
    assert!(matches!(verify(&expired).await, Err(TicketRejection::InvalidSpentDate { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_simultaneous_presentations_one_is_accepted() {
    let network = Network::start(1, 1).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1WireguardExit).await;
    let [first, second] = book.spend_twice(network.today());
    let api = network.api(1);
    let presentations = (0..16).map(|turn| {
        let (api, spent) = (api.clone(), ticket(if turn % 2 == 0 { &first } else { &second }));
        tokio::spawn(async move { api.verify_ecash_ticket(&spent).await.unwrap().verified })
    });
    let mut accepted = 0;
    for presentation in presentations.collect::<Vec<_>>() {
        match presentation.await.unwrap() {
            Ok(()) => accepted += 1,
            Err(TicketRejection::ReplayedTicket | TicketRejection::DoubleSpend) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(accepted, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_is_paid_once_for_verified_tickets_only() {
    let network = Network::start(3, 2).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let today: EcashDay = network.today();
    let spent: Vec<_> = (0..3).map(|_| book.spend(today)).collect();
    for index in network.running() {
        for spent in &spent {
            network.api(index).verify_ecash_ticket(&ticket(spent)).await.unwrap().verified.unwrap();
        }
    }
    let serials: Vec<Vec<u8>> = spent.iter().map(|spent| spent.payment.serial_numbers()[0].to_vec()).collect();
    let propose = |serials: &[Vec<u8>], provider: &str| {
        network.facts.lock().propose(Matter::Redeem {
            commitment: bs58::encode(BatchRedeemTicketsBody::digest(serials)).into_string(),
            tickets: serials.len() as u16,
            provider: provider.into(),
        })
    };
    let code = |result: Result<_, nym_api_requests::ClientError>| {
        result.map(|_| ()).unwrap_err().server().unwrap().code.unwrap()
    };
    let id = propose(&serials, GATEWAY);
    let stolen = propose(&serials, "n1thief");
    let body = BatchRedeemTicketsBody::new(serials.clone(), stolen, "n1thief");
    assert_eq!(code(network.api(1).batch_redeem_ecash_tickets(&body).await), ErrorCode::Redemption);
    let fewer = BatchRedeemTicketsBody::new(serials[..2].to_vec(), id, GATEWAY);
    assert_eq!(code(network.api(1).batch_redeem_ecash_tickets(&fewer).await), ErrorCode::Redemption);
    let mut padded = serials.clone();
    padded.push(vec![1; 48]);
    let invented = propose(&padded, GATEWAY);
    let body = BatchRedeemTicketsBody::new(padded, invented, GATEWAY);
    assert_eq!(code(network.api(1).batch_redeem_ecash_tickets(&body).await), ErrorCode::Redemption);

    let body = BatchRedeemTicketsBody::new(serials.clone(), id, GATEWAY);
    for index in network.running() {
        assert!(network.api(index).batch_redeem_ecash_tickets(&body).await.unwrap().proposal_accepted);
    }
    eventually("the payment", || network.facts.lock().paid == [(GATEWAY.to_owned(), 3)]).await;
    // The same tickets in another proposal are not paid again, not even a day later.
    let again = propose(&serials, GATEWAY);
    network.clock.set(NOON + 25 * 3600);
    let body = BatchRedeemTicketsBody::new(serials, again, GATEWAY);
    assert_eq!(code(network.api(1).batch_redeem_ecash_tickets(&body).await), ErrorCode::Redemption);
}
