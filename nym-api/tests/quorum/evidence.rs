//! Evidence does not pile up: what is kept, for how long, and that nothing waits behind what the chain leaves undecided.

use nym_api::chain::{Blacklisting, Matter};
use nym_api::storage::{DoubleSpendRecord, ForfeitRecord, PAGE, Storage};

use crate::network::{NOON, Network, eventually};

const DAY: i64 = 86_400;

fn double_spend(key: &str, detected_at: i64) -> DoubleSpendRecord {
    DoubleSpendRecord { public_key: key.into(), evidence: [vec![1], vec![2]], detected_at }
}

fn forfeit(deposit_id: u32, presented_at: i64) -> ForfeitRecord {
    let (withdrawal_request, signature) = (vec![3; 400], vec![4; 64]);
    ForfeitRecord { deposit_id, public_key: "key".into(), withdrawal_request, signature, presented_at }
}

async fn storage() -> (tempfile::TempDir, Storage) {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::open(&folder.path().join("db.sqlite")).await.unwrap();
    (folder, storage)
}

#[tokio::test]
async fn decided_evidence_goes_after_its_time_and_undecided_accusations_stay() {
    let (_folder, storage) = storage().await;
    for (key, detected_at) in [("old and decided", 0), ("old and open", 0), ("new and decided", 40 * DAY)] {
        assert!(storage.record_double_spend(double_spend(key, detected_at)).await.unwrap());
    }
    for key in ["old and decided", "new and decided"] {
        storage.settle_double_spend(key).await.unwrap();
    }
    for (deposit, presented_at) in [(1, 0), (2, 0), (3, 40 * DAY)] {
        storage.record_forfeit(forfeit(deposit, presented_at)).await.unwrap();
    }
    storage.settle_forfeit(1).await.unwrap();

    assert_eq!(storage.remove_evidence(30 * DAY, 30 * DAY).await.unwrap(), 3);
    let left = storage.all_double_spends("").await.unwrap();
    assert_eq!(
        left.iter().map(|record| record.public_key.as_str()).collect::<Vec<_>>(),
        ["new and decided", "old and open"]
    );
    // The chain withholds the first deposit by itself. The second was never decided on and never can be: it stays
    // refused here, without its evidence. The third can still be proposed.
    assert_eq!(storage.forfeited_under(1).await.unwrap(), None);
    assert_eq!(storage.forfeited_under(2).await.unwrap().as_deref(), Some("key"));
    assert_eq!(storage.unsettled_forfeits(None).await.unwrap(), [forfeit(3, 40 * DAY)]);
    assert_eq!(storage.remove_evidence(30 * DAY, 30 * DAY).await.unwrap(), 0);
}

#[tokio::test]
async fn pages_of_what_is_open_follow_one_another() {
    let (_folder, storage) = storage().await;
    let records = (0..PAGE + 5).map(|number| storage.record_double_spend(double_spend(&format!("{number:04}"), 0)));
    assert!(futures::future::join_all(records).await.into_iter().all(Result::unwrap));
    let first = storage.unsettled_double_spends("").await.unwrap();
    let second = storage.unsettled_double_spends(&first[PAGE - 1].public_key).await.unwrap();
    assert_eq!((first.len(), second.len()), (PAGE, 5));
    assert!(first.last().unwrap().public_key < second[0].public_key);
}

#[tokio::test]
async fn no_more_than_ten_thousand_accusations_wait() {
    let (_folder, storage) = storage().await;
    let records = (0..10_000).map(|number| storage.record_double_spend(double_spend(&number.to_string(), 0)));
    assert!(futures::future::join_all(records).await.into_iter().all(Result::unwrap));
    assert!(!storage.record_double_spend(double_spend("one more", 0)).await.unwrap());
    storage.settle_double_spend("0").await.unwrap();
    assert!(storage.record_double_spend(double_spend("one more", 0)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accusation_does_not_wait_behind_those_that_the_chain_leaves_open() {
    let network = Network::start(1, 1).await;
    let storage = network.signer(1).storage();
    for number in 0..PAGE + 20 {
        let key = format!("pending {number:04}");
        let pending = Blacklisting { proposal_id: 900, is_final: false };
        network.facts.lock().blacklist.insert(key.clone(), pending);
        storage.record_double_spend(double_spend(&key, NOON - DAY)).await.unwrap();
    }
    storage.record_double_spend(double_spend("the last of all", NOON - DAY)).await.unwrap();
    eventually("the accusation", || {
        network.facts.lock().decisions.iter().any(
            |decision| matches!(&decision.matter, Matter::Blacklist { public_key, .. } if public_key == "the last of all"),
        )
    })
    .await;
}
