//! The second ceremony and those after it: the common key stays, members come and go, failures leave the old key.

use nym_dkg_contract::msg::ExecuteMsg;
use nym_dkg_contract::types::EpochState;

use crate::byzantine::{Byzantine, Malice};
use crate::network::Network;
use crate::signer::Signer;
use crate::world::{RETRY, World};
use nym_ecash::DealtKeys;
use rand::rngs::OsRng;
use std::time::Duration;

#[tokio::test]
async fn resharing_keeps_the_common_key_and_changes_every_share() {
    let mut network = Network::new(4, 301).await;
    let first = network.first_key().await;
    let (master, old) = (network.world.master(first).await, network.world.shares(first).await);
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    assert_eq!(second, first + 1);
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
    for share in network.world.shares(second).await {
        assert!(old.iter().all(|old| old.share != share.share));
    }
    for signer in &network.signers {
        assert!(signer.keys.secret(first).is_some(), "tickets of the old generation stay spendable");
    }
}

#[tokio::test]
async fn a_reset_makes_another_common_key() {
    let mut network = Network::new(3, 302).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    let second = network.next_ceremony(&ExecuteMsg::TriggerReset {}).await;
    network.check(second, 3).await;
    assert_ne!(network.world.master(second).await, master);
}

/// From three to six at once: fewer dealers than sign under the new key, but as many as the old one needs.
#[tokio::test]
async fn a_quorum_doubles_without_losing_its_key() {
    let mut network = Network::new(3, 303).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    for number in 3..6 {
        let account = World::address(&format!("signer {number}"));
        network.world.update_members(&[&account], &[]).await;
        network.signers.push(Signer::new(&network.world, &account));
    }
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 6).await;
    assert_eq!(network.world.keys().await.in_service.unwrap().threshold, 4);
    assert_eq!(network.world.master(second).await, master);
}

#[tokio::test]
async fn members_leave_and_the_key_stays() {
    let mut network = Network::new(5, 304).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    let gone = network.signers.remove(1);
    network.world.update_members(&[], &[&gone.account]).await;
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
    assert!(network.world.shares(second).await.iter().all(|share| share.owner.as_str() != gone.account));
}

/// Joins the group while the others are already dealing: it waits for the next ceremony, and nobody waits for it.
#[tokio::test]
async fn a_late_joiner_breaks_nothing_and_takes_part_next_time() {
    let mut network = Network::new(4, 305).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    network.until(|state| matches!(state, EpochState::DealingExchange { .. })).await;
    let account = World::address("late");
    network.world.update_members(&[&account], &[]).await;
    network.signers.push(Signer::new(&network.world, &account));
    network.until(|state| state == EpochState::InProgress).await;
    network.check(0, 4).await;
    let master = network.world.master(0).await;
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 5).await;
    assert_eq!(network.world.master(second).await, master);
}

/// Whoever lost its old key receives a new share from the others.
#[tokio::test]
async fn a_signer_that_lost_its_key_gets_a_share_again() {
    let mut network = Network::new(4, 306).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    network.signers[0].lose_disk();
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
}

/// A dealer that reshares something else than its share would change the key: it is left out, and gets a share again.
#[tokio::test]
async fn another_secret_in_a_resharing_is_left_out() {
    let mut network = Network::new(4, 307).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    let other = DealtKeys::deal(1, 1, &mut OsRng).master;
    network.signers[1].keys.store_secret(first, &other).unwrap();
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
    let outcome = nym_api::dkg::Store::at(&network.signers[0].folder()).record(second).unwrap().outcome.unwrap();
    assert_eq!(outcome.accepted.len(), 3);
    assert!(outcome.rejected.values().all(|reason| reason.contains("previous key")), "{:?}", outcome.rejected);
}

/// A share that the quorum did not confirm gives no right to reshare it.
#[tokio::test]
async fn an_unconfirmed_share_is_not_reshared() {
    let mut network = Network::with_byzantine(4, vec![Byzantine::new(Malice::WrongShare)], 311).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
}

/// Too few come: the old key stays in service, the contract tries again, and then it works.
#[tokio::test]
async fn a_failed_resharing_leaves_the_old_key_and_is_tried_again() {
    let mut network = Network::new(4, 308).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    network.signers[0].set_reachable(false);
    network.signers[1].set_reachable(false);
    let still = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    assert_eq!(still, first, "the old key serves on");
    let retry = network.world.keys().await.retry.expect("it is to be tried again");
    assert_eq!((retry.failed_epoch_id, retry.resharing), (first + 1, true));

    network.signers[0].set_reachable(true);
    network.signers[1].set_reachable(true);
    network.settle().await;
    network.world.pass_time(Duration::from_secs(RETRY)).await;
    network.until(|state| state != EpochState::InProgress).await;
    network.until(|state| state == EpochState::InProgress).await;
    let second = network.in_service().await;
    assert_eq!(second, first + 2, "epochs count attempts");
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
}

/// All are killed all the time while they reshare.
#[tokio::test]
async fn resharing_survives_kills() {
    let mut network = Network::new(4, 309).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    network.kills = 50;
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
}

/// Many rotations in a row: every old key stays readable, the common key stays the same.
#[tokio::test]
async fn three_rotations_in_a_row() {
    let mut network = Network::new(3, 310).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    for _ in 0..3 {
        network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    }
    let last = network.in_service().await;
    network.check(last, 3).await;
    assert_eq!(network.world.master(last).await, master);
    network.signers[0].restart();
    for epoch in first..=last {
        assert!(network.signers[0].keys.secret(epoch).is_some());
    }
}
