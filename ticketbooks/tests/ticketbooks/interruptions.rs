//! The program is killed at every step of a purchase; the next one opens the same file and goes on.

use std::path::Path;

use nym_ecash::TicketType;
use nym_ticketbooks::{Recovered, Store};

use super::quorum::{Quorum, Stop, user};

const TYPE: TicketType = TicketType::V1WireguardEntry;
const SIGNERS: u64 = 4;

/// Buys until the stop, then drops everything in the middle of it.
async fn killed_at(quorum: &Quorum, file: &Path, stop: Stop) {
    quorum.state.lock().stop = Some(stop);
    let store = Store::open(file).await.unwrap();
    let buyer = quorum.buyer(store.clone());
    let (user, mut progress) = (user(1), |_| {});
    tokio::select! {
        bought = buyer.issue(&user, TYPE, &mut progress) => panic!("{stop:?} was never reached: {bought:?}"),
        () = quorum.stopped.notified() => {}
    }
    quorum.state.lock().stop = None;
    store.close().await;
}

fn all_stops() -> Vec<Stop> {
    let mut stops = vec![Stop::BeforePrice, Stop::BeforeDeposit, Stop::AfterDeposit];
    // All signers are asked at once, in their order; each stop holds the others' answers at another point.
    for index in 1..=SIGNERS {
        stops.extend([Stop::BeforeSigner(index), Stop::AfterSigner(index)]);
    }
    stops
}

#[tokio::test]
async fn a_purchase_goes_on_from_every_step() {
    for stop in all_stops() {
        // All signers are needed, so that the purchase cannot pass a stopped one.
        let quorum = Quorum::new(SIGNERS, 4);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.db");
        killed_at(&quorum, &file, stop).await;
        let paid = quorum.deposits();
        assert_eq!(paid, usize::from(!matches!(stop, Stop::BeforePrice | Stop::BeforeDeposit)), "{stop:?}");

        if stop == Stop::BeforeDeposit {
            // It cannot be known at once whether the deposit had left.
            quorum.state.lock().now += 121;
        }
        let store = Store::open(&file).await.unwrap();
        quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
        assert_eq!(quorum.deposits(), 1, "{stop:?}: paid once in all");
        assert_eq!(store.tickets_left(TYPE, quorum.day()).await.unwrap(), 50, "{stop:?}");
        assert!(store.purchases().await.unwrap().is_empty(), "{stop:?}");
        let state = quorum.state.lock();
        let requests: Vec<_> = state.signed.values().map(|body| &body.inner_sign_request).collect();
        assert_eq!(requests.len(), 4, "{stop:?}");
        assert!(requests.windows(2).all(|pair| pair[0] == pair[1]), "{stop:?}: one deposit, one request");
    }
}

#[tokio::test]
async fn recovery_of_an_unpaid_purchase_says_that_nothing_was_paid() {
    let quorum = Quorum::new(3, 2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.db");
    killed_at(&quorum, &file, Stop::BeforePrice).await;
    let store = Store::open(&file).await.unwrap();
    let outcomes = quorum.buyer(store.clone()).recover(&mut |_| {}).await.unwrap();
    assert!(matches!(outcomes[..], [Recovered::NothingPaid(TYPE)]), "{outcomes:?}");
    assert!(store.purchases().await.unwrap().is_empty());
    assert_eq!(quorum.deposits(), 0);
}

#[tokio::test]
async fn two_programs_with_one_store_pay_for_one_purchase_once() {
    let quorum = Quorum::new(4, 3);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.db");
    killed_at(&quorum, &file, Stop::AfterDeposit).await;
    let (one, two) = (Store::open(&file).await.unwrap(), Store::open(&file).await.unwrap());
    let (buyer, other) = (quorum.buyer(one.clone()), quorum.buyer(two));
    let (first, second) =
        tokio::join!(async { buyer.recover(&mut |_| {}).await }, async { other.recover(&mut |_| {}).await });
    let issued = |outcomes: &Vec<Recovered>| outcomes.iter().any(|outcome| matches!(outcome, Recovered::Issued(_)));
    assert!(issued(first.as_ref().unwrap()) || issued(second.as_ref().unwrap()), "{first:?} {second:?}");
    assert_eq!(quorum.deposits(), 1);
    assert_eq!(one.ticketbooks().await.unwrap().len(), 1);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials.db");
    std::fs::write(&file, "").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let quorum = Quorum::new(3, 2);
    let store = Store::open(&file).await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        seen += 1;
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.path());
    }
    assert!(seen >= 2, "database and journal");
}

#[tokio::test]
async fn other_files_and_later_versions_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "this is no database, but long enough to be taken for one by its size alone ".repeat(20))
        .unwrap();
    assert!(Store::open(&text).await.is_err());
    assert!(Store::open(&folder.path().join("no/such/folder.db")).await.is_err());

    let later = folder.path().join("later.db");
    Store::open(&later).await.unwrap().close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", later.display())).await.unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&pool).await.unwrap();
    pool.close().await;
    let error = Store::open(&later).await.unwrap_err();
    assert!(error.to_string().contains("99"), "{error}");
}
