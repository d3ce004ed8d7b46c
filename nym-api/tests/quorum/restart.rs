//! Stopping and starting again.

use nym_api::storage::GlobalKind;
use nym_api_requests::ecash::TicketRejection;
use nym_api_requests::filter::ShardKind;
use nym_ecash::{SecretKeyUser, TicketType};
use rand::rngs::OsRng;

use crate::network::{Network, ticket};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_keeps_everything_and_serves_before_the_chain_answers() {
    let mut network = Network::start(2, 2).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let purchase = network.request(&user, TicketType::V1MixnetExit);
    let signature = network.api(1).blind_sign(&purchase.body).await.unwrap();
    let (spent, fresh) = (book.spend(network.today()), book.spend(network.today()));
    network.api(1).verify_ecash_ticket(&ticket(&spent)).await.unwrap().verified.unwrap();
    let expiration = purchase.body.expiration_date;
    let committed = network.api(1).issued_ticketbooks_for(expiration).await.unwrap().body;
    let shard = network.api(1).spent_tickets_segment(ShardKind::Signer, network.today(), 0).await.unwrap();
    let identity = network.signer(1).identity();

    network.stop_signer(1).await;
    network.stop_signer(2).await;
    network.facts.lock().down = true;
    network.start_signer(1).await;
    let api = network.api(1);
    assert_eq!(network.signer(1).identity(), identity);
    assert_eq!(api.master_verification_key(None).await.unwrap(), *network.master().key());
    assert_eq!(api.aggregated_coin_indices_signatures(None).await.unwrap().signatures, book.coins);
    let dates = api.aggregated_expiration_date_signatures(Some(expiration), None).await.unwrap();
    assert_eq!(dates.signatures, book.dates);
    assert_eq!(api.verify_ecash_ticket(&ticket(&spent)).await.unwrap().verified, Err(TicketRejection::ReplayedTicket));
    assert_eq!(api.verify_ecash_ticket(&ticket(&fresh)).await.unwrap().verified, Ok(()));
    assert_eq!(api.issued_ticketbooks_for(expiration).await.unwrap().body, committed);
    let mut reader = nym_api_requests::filter::ShardReader::new(
        ShardKind::Signer,
        network.today(),
        ed25519_dalek::VerifyingKey::from_bytes(&bs58::decode(&identity).into_vec().unwrap().try_into().unwrap())
            .unwrap(),
    );
    assert_eq!(reader.accept(&shard).unwrap().len(), 1);
    let more = api.spent_tickets_segment(ShardKind::Signer, network.today(), 1).await.unwrap();
    assert_eq!(reader.accept(&more).unwrap().len(), 1, "the list goes on where it was");

    network.facts.lock().down = false;
    assert_eq!(api.blind_sign(&purchase.body).await.unwrap(), signature);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let network = Network::start(1, 1).await;
    let data = network.folders[0].path().join("data");
    for file in ["coconut.pem", "private_identity.pem", "db.sqlite"] {
        let mode = std::fs::metadata(data.join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file}");
    }
}

/// At midnight everybody asks at once; each signer then has the new day's signatures and asks nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_days_signatures_are_there_before_midnight() {
    let mut network = Network::start(3, 2).await;
    let tomorrow = network.today().plus_days(1).unwrap();
    let expiration = tomorrow.default_expiration().unwrap();
    let storage = network.signer(1).storage().clone();
    let mut looks = 0;
    while storage.expiration_signatures(GlobalKind::Aggregated, 1, expiration).await.unwrap().is_none() {
        looks += 1;
        assert!(looks < 2400, "nothing was prefetched within a minute");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    network.stop_signer(2).await;
    network.stop_signer(3).await;
    network.clock.set(i64::from(tomorrow.timestamp()));
    let dates = network.api(1).aggregated_expiration_date_signatures(None, None).await.unwrap();
    assert_eq!(dates.expiration_date, expiration);
    nym_ecash::verify_expiration_dates(network.master().key(), expiration, &dates.signatures, &mut OsRng).unwrap();
}
