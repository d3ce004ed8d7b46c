//! Buying ticketbooks.

use ed25519_dalek::{Signer, SigningKey};
use nym_api_requests::ecash::BlindSignRequestBody;
use nym_api_requests::{ClientError, Consumed, ErrorCode};
use nym_ecash::{BlindedSignature, SecretKeyUser, TicketType, WithdrawalRequest};
use rand::rngs::OsRng;

use crate::network::{NOON, Network, ticket};

fn refusal(result: Result<BlindedSignature, ClientError>) -> (Option<ErrorCode>, Option<Consumed>) {
    let error = result.unwrap_err();
    let server = error.server().unwrap_or_else(|| panic!("{error}"));
    assert_eq!(server.status, 400, "{server}");
    (server.code, server.consumed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticketbook_of_each_type_is_bought_and_spent() {
    let network = Network::start(4, 3).await;
    let user = SecretKeyUser::random(&mut OsRng);
    for ticket_type in TicketType::ALL {
        let mut book = network.buy(&user, ticket_type).await;
        let spent = book.spend(network.today());
        for index in network.running() {
            let answer = network.api(index).verify_ecash_ticket(&ticket(&spent)).await.unwrap();
            assert_eq!(answer.verified, Ok(()), "{ticket_type} at signer {index}");
        }
    }
    let metrics = network.signer(1).metrics().render();
    assert!(metrics.contains("nym_api_ticketbooks_issued_total{type=\"v1-mixnet-exit\"} 1"), "{metrics}");
    assert!(metrics.contains("nym_api_tickets_total{outcome=\"accepted\"} 4"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deposit_belongs_to_its_first_request_and_key() {
    let network = Network::start(3, 2).await;
    let api = network.api(1);
    let user = SecretKeyUser::random(&mut OsRng);
    let purchase = network.request(&user, TicketType::V1MixnetEntry);
    let answer = api.blind_sign(&purchase.body).await.unwrap();
    assert_eq!(api.blind_sign(&purchase.body).await.unwrap(), answer, "the same request gets the same answer");

    // Another request for the same deposit, signed by its key.
    let expiration = purchase.body.expiration_date;
    let (other, _) = WithdrawalRequest::create(&user, expiration, TicketType::V1MixnetEntry, &mut OsRng);
    let other = BlindSignRequestBody::new(
        other,
        purchase.body.deposit_id,
        &purchase.key,
        user.public_key(),
        expiration,
        TicketType::V1MixnetEntry,
    );
    assert_eq!(refusal(api.blind_sign(&other).await), (Some(ErrorCode::DepositTaken), Some(Consumed::Yes)));

    // The first request, by somebody who does not hold the deposit's key: the stored answer is not given away.
    let thief = SigningKey::generate(&mut OsRng);
    let stolen = BlindSignRequestBody {
        signature: thief.sign(&purchase.body.inner_sign_request.deposit_plaintext(purchase.body.deposit_id)),
        ..purchase.body.clone()
    };
    assert_eq!(refusal(api.blind_sign(&stolen).await).0, Some(ErrorCode::WrongDepositSignature));

    let unknown = BlindSignRequestBody { deposit_id: 9999, ..purchase.body.clone() };
    assert_eq!(refusal(api.blind_sign(&unknown).await), (Some(ErrorCode::UnknownDeposit), Some(Consumed::No)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dates_and_proofs_are_checked_before_anything_is_taken() {
    let network = Network::start(1, 1).await;
    let api = network.api(1);
    let user = SecretKeyUser::random(&mut OsRng);
    let today = network.today();
    for expiration in [today.minus_days(1).unwrap(), today.plus_days(7).unwrap()] {
        let (deposit, key) = network.deposit();
        let (request, _) = WithdrawalRequest::create(&user, expiration, TicketType::V1MixnetEntry, &mut OsRng);
        let body =
            BlindSignRequestBody::new(request, deposit, &key, user.public_key(), expiration, TicketType::V1MixnetEntry);
        let refused = refusal(api.blind_sign(&body).await);
        assert_eq!(refused, (Some(ErrorCode::DateOutOfRange), Some(Consumed::No)), "{expiration}");
    }
    // A proof for another key: nothing is stored, so the honest request goes through afterwards.
    let purchase = network.request(&user, TicketType::V1MixnetEntry);
    let stranger = SecretKeyUser::random(&mut OsRng).public_key();
    let wrong = BlindSignRequestBody { ecash_pubkey: stranger, ..purchase.body.clone() };
    assert_eq!(refusal(api.blind_sign(&wrong).await), (Some(ErrorCode::InvalidProof), Some(Consumed::No)));
    let wrong_type = BlindSignRequestBody { ticketbook_type: TicketType::V1WireguardExit, ..purchase.body.clone() };
    assert_eq!(refusal(api.blind_sign(&wrong_type).await).0, Some(ErrorCode::InvalidProof));
    api.blind_sign(&purchase.body).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_signature_encodings_are_accepted() {
    let network = Network::start(1, 1).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let purchase = network.request(&user, TicketType::V1WireguardEntry);
    let http = reqwest::Client::new();
    let url = network.signer(1).url().join("v1/ecash/blind-sign").unwrap();
    let mut body = serde_json::to_value(&purchase.body).unwrap();
    assert_eq!(body["signature"].as_array().unwrap().len(), 64);
    let mut answers = Vec::new();
    for as_text in [false, true] {
        if as_text {
            body["signature"] = bs58::encode(purchase.body.signature.to_bytes()).into_string().into();
        }
        let request = http.post(url.clone()).header("content-type", "application/json").body(body.to_string());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["nym-consumed"], "yes");
        answers.push(response.text().await.unwrap());
    }
    assert_eq!(answers[0], answers[1]);
}

/// A client of an earlier release takes the keys of the ceremony for those in service, and makes another request after
/// each failure: signed with the older keys, its deposit would be lost to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_keep_its_request_waits_for_new_keys_and_loses_nothing() {
    let network = Network::start(1, 1).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let purchase = network.request(&user, TicketType::V1MixnetEntry);
    let url = network.signer(1).url().join("v1/ecash/blind-sign").unwrap();
    let ask = async |body: &BlindSignRequestBody| {
        let body = serde_json::to_string(body).unwrap();
        let request = reqwest::Client::new().post(url.clone()).header("content-type", "application/json").body(body);
        request.send().await.unwrap()
    };
    network.facts.lock().quorum.current_epoch = 2;
    let refused = ask(&purchase.body).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["nym-error-code"], ErrorCode::KeysChanging.name());
    assert_eq!(refused.headers()["nym-consumed"], "no");
    // Whoever keeps the request is served all the time.
    let kept = network.request(&user, TicketType::V1MixnetEntry);
    network.api(1).blind_sign(&kept.body).await.unwrap();
    // What was answered once is answered again, however it is asked for.
    assert_eq!(ask(&kept.body).await.status(), 200);

    network.facts.lock().quorum.current_epoch = 1;
    let (another, _) =
        WithdrawalRequest::create(&user, purchase.body.expiration_date, TicketType::V1MixnetEntry, &mut OsRng);
    let another = BlindSignRequestBody {
        signature: purchase.key.sign(&another.deposit_plaintext(purchase.body.deposit_id)),
        inner_sign_request: another,
        ..purchase.body.clone()
    };
    assert_eq!(ask(&another).await.status(), 200, "the deposit was bound to a request that was refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_book_is_recovered_across_a_rotation_and_old_tickets_stay_good() {
    let mut network = Network::start(3, 2).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut old_book = network.buy(&user, TicketType::V1MixnetEntry).await;
    // One signer answered before the rotation, the others did not, and the client vanished.
    let purchase = network.request(&user, TicketType::V1MixnetExit);
    network.api(1).blind_sign(&purchase.body).await.unwrap();

    // A new key, with the old one outgoing.
    let outgoing = network.public();
    network.keys = nym_ecash::DealtKeys::deal(3, 2, &mut OsRng);
    network.epoch = 2;
    for (index, secret) in &network.keys.shares {
        network.signer(*index as usize).generations().store_secret(2, secret).unwrap();
    }
    network.announce(vec![outgoing]).await;

    // The same request gets a whole book of the new generation; another one for the deposit gets nothing.
    let mut book = network.complete(&user, &purchase).await;
    let (other, _) =
        WithdrawalRequest::create(&user, purchase.body.expiration_date, TicketType::V1MixnetExit, &mut OsRng);
    let other = BlindSignRequestBody {
        signature: purchase.key.sign(&other.deposit_plaintext(purchase.body.deposit_id)),
        inner_sign_request: other,
        ..purchase.body.clone()
    };
    // Only signers that signed the first request before know it; the rest learnt it with the recovery.
    for index in 1..=3 {
        let refused = refusal(network.api(index).blind_sign(&other).await);
        assert_eq!(refused, (Some(ErrorCode::DepositTaken), Some(Consumed::Yes)), "signer {index}");
    }
    for spent in [old_book.spend(network.today()), book.spend(network.today())] {
        let answer = network.api(2).verify_ecash_ticket(&ticket(&spent)).await.unwrap();
        assert_eq!(answer.verified, Ok(()), "epoch {}", spent.epoch_id);
    }
    // One deposit is one leaf, however many generations signed it.
    let committed = network.api(1).issued_ticketbooks_for(purchase.body.expiration_date).await.unwrap();
    assert_eq!(committed.body.deposits.len(), 2);
    assert!(network.clock.now().await == NOON);
}
