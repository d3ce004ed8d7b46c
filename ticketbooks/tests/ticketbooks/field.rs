//! What users of the original complained about, each as a test named after its report. Those about signers are in
//! `nym-api/tests`.

use std::collections::HashSet;

use nym_ecash::TicketType;
use nym_ticketbooks::{ALL_TICKETS, Include, Store, TicketbookError};

use super::quorum::{Quorum, user};

const TYPE: TicketType = TicketType::V1MixnetEntry;
const PROVIDER: [u8; 32] = [9; 32];

async fn bought(quorum: &Quorum) -> Store {
    let store = Store::in_memory().await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    store
}

/// The message did not say what was lacking, nor what to do.
#[tokio::test]
async fn nym_3210_the_lack_of_tickets_is_said_with_what_to_do() {
    let store = Store::in_memory().await.unwrap();
    let error = store.pay(TYPE, 1, &PROVIDER, Quorum::new(1, 1).now()).await.unwrap_err().to_string();
    for said in ["v1-mixnet-entry", "the store has 0", "buy a ticketbook"] {
        assert!(error.contains(said), "{error}");
    }
}

/// Two tasks read the same count and spent the same ticket.
#[tokio::test(flavor = "multi_thread")]
async fn nym_6101_two_tasks_never_spend_the_same_ticket() {
    let quorum = Quorum::new(3, 2);
    let store = bought(&quorum).await;
    let now = quorum.now();
    let tasks = (0..50).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.pay(TYPE, 1, &PROVIDER, now).await.unwrap().remove(0) })
    });
    let mut serials = HashSet::new();
    for task in tasks.collect::<Vec<_>>() {
        serials.extend(task.await.unwrap().data.payment.serial_numbers());
    }
    assert_eq!(serials.len(), 50);
}

/// The question whether a ticketbook is held was always answered with yes.
#[tokio::test]
async fn nym_5787_only_a_ticketbook_that_is_held_is_refused() {
    let quorum = Quorum::new(3, 2);
    let everything =
        Include { expiration_date_signatures: true, coin_index_signatures: true, master_verification_key: true };
    let mut files = Vec::new();
    for _ in 0..2 {
        let store = bought(&quorum).await;
        let held = store.ticketbooks().await.unwrap().remove(0);
        files.push(store.export(&held, everything).await.unwrap());
    }
    let store = Store::in_memory().await.unwrap();
    store.import_bundle(&files[0], 1, ALL_TICKETS, quorum.day()).await.unwrap();
    let again = store.import_bundle(&files[0], 1, ALL_TICKETS, quorum.day()).await;
    assert!(matches!(again, Err(TicketbookError::AlreadyHeld)), "{again:?}");
    store.import_bundle(&files[1], 1, ALL_TICKETS, quorum.day()).await.unwrap();
}

/// Credentials were asked for, and paid, before there were keys.
#[tokio::test]
async fn nym_6579_before_there_are_keys_nothing_is_paid() {
    let quorum = Quorum::new(3, 2);
    quorum.state.lock().generations.clear();
    let store = Store::in_memory().await.unwrap();
    let error = quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, TicketbookError::NoKeys), "{error}");
    assert_eq!((quorum.deposits(), store.purchases().await.unwrap().len()), (0, 0));
}

/// Spending asked the signers for what it had, and failed when they did not answer.
#[tokio::test]
async fn nym_5508_spending_asks_nobody() {
    let quorum = Quorum::new(3, 2);
    let store = bought(&quorum).await;
    let now = quorum.now();
    quorum.state.lock().asked.clear();
    let state = quorum.state.clone();
    drop(quorum);
    assert_eq!(store.pay(TYPE, 50, &PROVIDER, now).await.unwrap().len(), 50);
    assert!(state.lock().asked.is_empty());
}
