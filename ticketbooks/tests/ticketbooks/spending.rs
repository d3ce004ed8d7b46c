//! Payments: each ticket once, whatever happens.

use std::collections::HashSet;

use nym_ecash::{CoinIndexProof, PreparedKey, TicketType, verify};
use nym_ticketbooks::{Store, TicketPayment, TicketbookError};
use rand::rngs::OsRng;

use super::quorum::{Quorum, user};

const TYPE: TicketType = TicketType::V1MixnetEntry;
const PROVIDER: [u8; 32] = [9; 32];

async fn store_with_books(quorum: &Quorum, books: usize) -> Store {
    let store = Store::in_memory().await.unwrap();
    for _ in 0..books {
        quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    }
    store
}

fn serials(payments: &[TicketPayment]) -> HashSet<[u8; 48]> {
    payments.iter().flat_map(|ticket| ticket.data.payment.serial_numbers()).collect()
}

#[tokio::test]
async fn providers_accept_what_is_paid() {
    let quorum = Quorum::new(4, 3);
    let store = store_with_books(&quorum, 1).await;
    let now = quorum.now();
    let payments = store.pay(TYPE, 3, &PROVIDER, now).await.unwrap();
    assert_eq!(payments.iter().map(|ticket| ticket.index).collect::<Vec<_>>(), [0, 1, 2]);
    let master = PreparedKey::new(quorum.state.lock().generations[0].keys.master.verification_key()).unwrap();
    for ticket in &payments {
        verify(&ticket.data.claim(&master), CoinIndexProof::Required, &mut OsRng).unwrap();
        assert_eq!(ticket.data.pay_info.provider(), &PROVIDER);
        assert_eq!((ticket.data.pay_info.timestamp(), ticket.data.epoch_id), (now, 3));
        assert_eq!((ticket.data.spend_date, ticket.data.payment.spend_value), (quorum.day(), 1));
    }
    assert_eq!(serials(&payments).len(), 3);
}

#[tokio::test]
async fn tickets_are_counted_across_ticketbooks_and_never_twice() {
    let quorum = Quorum::new(3, 2);
    let store = store_with_books(&quorum, 2).await;
    let now = quorum.now();
    let mut all = HashSet::new();
    for tickets in [30, 30, 39] {
        let payments = store.pay(TYPE, tickets, &PROVIDER, now).await.unwrap();
        assert_eq!(payments.len() as u64, tickets);
        for serial in serials(&payments) {
            assert!(all.insert(serial), "a ticket was spent twice");
        }
    }
    let error = store.pay(TYPE, 2, &PROVIDER, now).await.unwrap_err();
    assert!(matches!(error, TicketbookError::NoTickets { wanted: 2, left: 1, .. }), "{error}");
    assert_eq!(store.tickets_left(TYPE, quorum.day()).await.unwrap(), 1, "a refused payment takes nothing");
    assert_eq!(all.len(), 99);
}

/// nym#6101: two tasks read the same count and spent the same ticket.
#[tokio::test(flavor = "multi_thread")]
async fn tasks_and_programs_that_pay_at_once_spend_different_tickets() {
    let quorum = Quorum::new(3, 2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.db");
    let store = Store::open(&file).await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    let now = quorum.now();
    let other = Store::open(&file).await.unwrap();
    let tasks = (0..10).map(|number| {
        let store = if number % 2 == 0 { store.clone() } else { other.clone() };
        tokio::spawn(async move { store.pay(TYPE, 5, &PROVIDER, now).await.unwrap() })
    });
    let mut all = HashSet::new();
    for task in tasks.collect::<Vec<_>>() {
        all.extend(serials(&task.await.unwrap()));
    }
    assert_eq!(all.len(), 50);
    assert_eq!(store.tickets_left(TYPE, quorum.day()).await.unwrap(), 0);
}

#[tokio::test]
async fn the_count_outlives_the_program() {
    let quorum = Quorum::new(3, 2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.db");
    let now = quorum.now();
    let store = Store::open(&file).await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    let before = serials(&store.pay(TYPE, 4, &PROVIDER, now).await.unwrap());
    drop(store);
    let store = Store::open(&file).await.unwrap();
    let after = store.pay(TYPE, 1, &PROVIDER, now).await.unwrap();
    assert_eq!(after[0].index, 4);
    assert!(before.is_disjoint(&serials(&after)));
}

#[tokio::test]
async fn an_index_is_spent_once_and_takes_those_before_it_along() {
    let quorum = Quorum::new(3, 2);
    let store = store_with_books(&quorum, 1).await;
    let now = quorum.now();
    assert_eq!(store.pay_with(TYPE, 10, &PROVIDER, now).await.unwrap().index, 10);
    for spent in [0, 9, 10] {
        let error = store.pay_with(TYPE, spent, &PROVIDER, now).await.unwrap_err();
        assert!(matches!(error, TicketbookError::TicketSpent { next: 11, .. }), "{error}");
    }
    assert!(matches!(store.pay_with(TYPE, 50, &PROVIDER, now).await, Err(TicketbookError::NoTickets { .. })));
    assert_eq!(store.pay_with(TYPE, 49, &PROVIDER, now).await.unwrap().index, 49);
    assert_eq!(store.tickets_left(TYPE, quorum.day()).await.unwrap(), 0);
}

#[tokio::test]
async fn the_ticketbook_that_expires_first_is_spent_first_and_expired_ones_never() {
    let quorum = Quorum::new(3, 2);
    let store = store_with_books(&quorum, 1).await;
    let first_expiration = quorum.day().plus_days(6).unwrap();
    quorum.pass_days(2);
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    let now = quorum.now();
    assert_eq!(store.usable(TYPE, quorum.day()).await.unwrap()[0].expiration, first_expiration);
    store.pay(TYPE, 1, &PROVIDER, now).await.unwrap();
    assert_eq!(store.usable(TYPE, quorum.day()).await.unwrap()[0].used, 1);

    // The last day of the first ticketbook is one on which it pays.
    let last = now + 4 * 86_400;
    store.pay(TYPE, 1, &PROVIDER, last).await.unwrap();
    assert_eq!(store.ticketbooks().await.unwrap()[0].used, 2);
    let after = now + 5 * 86_400;
    store.pay(TYPE, 1, &PROVIDER, after).await.unwrap();
    let books = store.ticketbooks().await.unwrap();
    assert_eq!((books[0].used, books[1].used), (2, 1));

    let end = quorum.day().plus_days(7).unwrap();
    let error = store.pay(TYPE, 1, &PROVIDER, i64::from(end.timestamp())).await.unwrap_err();
    assert!(matches!(error, TicketbookError::NoTickets { left: 0, .. }), "{error}");
    assert_eq!(store.remove_expired(end).await.unwrap(), 2);
    assert!(store.ticketbooks().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_closed_store_is_one_file() {
    let quorum = Quorum::new(3, 2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.db");
    let store = Store::open(&file).await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    store.pay(TYPE, 3, &PROVIDER, quorum.now()).await.unwrap();
    store.close().await;
    let copy = folder.path().join("copy.db");
    std::fs::copy(&file, &copy).unwrap();
    assert_eq!(Store::open(&copy).await.unwrap().tickets_left(TYPE, quorum.day()).await.unwrap(), 47);
}
