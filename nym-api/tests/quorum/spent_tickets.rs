//! Shards of spent tickets and what is aggregated of them.

use ed25519_dalek::VerifyingKey;
use nym_api_requests::filter::SpentTicketsFollower;
use nym_ecash::{SecretKeyUser, TicketType};
use rand::rngs::OsRng;

use crate::network::{Network, ticket};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_suspect_once_t_signers_report_it() {
    let network = Network::start(4, 3).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let today = network.today();
    let (everywhere, somewhere, nowhere) = (book.spend(today), book.spend(today), book.spend(today));
    for index in 1..=3 {
        network.api(index).verify_ecash_ticket(&ticket(&everywhere)).await.unwrap().verified.unwrap();
    }
    for index in 1..=2 {
        network.api(index).verify_ecash_ticket(&ticket(&somewhere)).await.unwrap().verified.unwrap();
    }
    // The fourth signer saw none of them and aggregates all the same.
    let aggregator = network.signer(4);
    aggregator.ecash().aggregate_spent_tickets().await.unwrap();
    let identity: [u8; 32] = bs58::decode(aggregator.identity()).into_vec().unwrap().try_into().unwrap();
    let mut provider = SpentTicketsFollower::new(VerifyingKey::from_bytes(&identity).unwrap());
    provider.refresh(&network.api(4), today).await.unwrap();
    let suspect = |provider: &SpentTicketsFollower, spent: &nym_ecash::CredentialSpendingData| {
        provider.is_suspect(&spent.payment.serial_numbers()[0])
    };
    assert!(suspect(&provider, &everywhere));
    assert!(!suspect(&provider, &somewhere), "two of four signers are too few");
    assert!(!suspect(&provider, &nowhere));

    network.api(3).verify_ecash_ticket(&ticket(&somewhere)).await.unwrap().verified.unwrap();
    aggregator.ecash().aggregate_spent_tickets().await.unwrap();
    assert_eq!(provider.refresh(&network.api(4), today).await.unwrap(), 1, "only what is new is fetched");
    assert!(suspect(&provider, &somewhere));
    // The last day on which the book could be spent, and the day after.
    let last = today.plus_days(6).unwrap();
    provider.refresh(&network.api(4), last).await.unwrap();
    assert!(suspect(&provider, &everywhere));
    provider.refresh(&network.api(4), last.plus_days(1).unwrap()).await.unwrap();
    assert!(!suspect(&provider, &everywhere));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aggregate_survives_restart_and_rotation() {
    let mut network = Network::start(2, 2).await;
    let user = SecretKeyUser::random(&mut OsRng);
    let mut book = network.buy(&user, TicketType::V1MixnetEntry).await;
    let spent = ticket(&book.spend(network.today()));
    for index in 1..=2 {
        network.api(index).verify_ecash_ticket(&spent).await.unwrap().verified.unwrap();
    }
    let aggregated = async |network: &Network| {
        network.signer(1).ecash().aggregate_spent_tickets().await.unwrap();
        network.api(1).spent_tickets().await.unwrap().days[0].aggregate_entries
    };
    assert_eq!(aggregated(&network).await, 1);
    network.stop_signer(1).await;
    network.start_signer(1).await;
    network.announce(Vec::new()).await;
    assert_eq!(aggregated(&network).await, 1, "nothing is counted twice");
    network.epoch = 2;
    network.announce(Vec::new()).await;
    assert_eq!(aggregated(&network).await, 1);
}
