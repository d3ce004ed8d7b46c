//! What users and operators of the original complained about, each as a test named after its report.

use nym_api::dkg::Reader;
use nym_api::dkg::step::StepKind;
use nym_dkg_contract::msg::{ExecuteMsg, QueryMsg};
use nym_dkg_contract::types::EpochState;

use crate::byzantine::{Byzantine, Malice};
use crate::network::Network;
use crate::signer::Signer;
use crate::world::World;

/// The original's tests ran against a hand-written chain and hid six defects. These run on the real contracts: should
/// the contract refuse what the controller sends, no key comes of it.
#[tokio::test]
async fn nym_7069_ceremonies_run_on_the_real_contracts() {
    let mut network = Network::new(4, 401).await;
    let epoch = network.first_key().await;
    let version: serde_json::Value = network.world.ask(&network.world.dkg, &QueryMsg::GetCW2ContractVersion {}).await;
    assert_eq!(version["contract"], "crate:nym-coconut-dkg");
    network.check(epoch, 4).await;
}

/// A look in the middle of a ceremony used to be remembered as "there are no signers".
#[tokio::test]
async fn nym_7069_a_look_during_a_ceremony_leaves_nothing_behind() {
    let mut network = Network::new(3, 402).await;
    let observer = Signer::new(&network.world, &World::address("observer"));
    let contracts = observer.contracts();
    let mut reader = Reader::new(network.world.dkg.as_str());
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    assert_eq!(reader.facts(&contracts).await.unwrap().in_service, None);
    network.until(|state| matches!(state, EpochState::VerificationKeySubmission { .. })).await;
    assert_eq!(reader.facts(&contracts).await.unwrap().in_service, None);
    network.until(|state| state == EpochState::InProgress).await;
    assert_eq!(reader.facts(&contracts).await.unwrap().in_service.unwrap().epoch, 0);
    network.world.as_admin(&ExecuteMsg::TriggerResharing {}).await;
    let facts = reader.facts(&contracts).await.unwrap();
    assert_eq!(facts.in_service.unwrap().shares.len(), 3, "the signers of the key in service, while it is reshared");
}

/// One share that was not confirmed used to hide every signer for the whole epoch.
#[tokio::test]
async fn nym_7069_one_unverified_share_hides_nobody() {
    let mut network = Network::with_byzantine(4, vec![Byzantine::new(Malice::GarbageShare)], 403).await;
    let epoch = network.first_key().await;
    let listed = network.world.shares(epoch).await;
    assert_eq!(listed.len(), 4, "clients see the confirmed shares");
    assert!(listed.iter().all(|share| share.verified));
    network.check(epoch, 4).await;
}

/// A signer that was away while shares were confirmed used to be lost for the epoch.
#[tokio::test]
async fn nym_7069_a_signer_that_missed_finalisation_recovers() {
    let mut network = Network::new(4, 404).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    network.until(|state| matches!(state, EpochState::VerificationKeyFinalization { .. })).await;
    network.signers[0].set_reachable(false);
    network.until(|state| state == EpochState::InProgress).await;
    network.signers[0].set_reachable(true);
    network.signers[0].restart();
    network.settle().await;
    network.check(0, 4).await;
}

/// Keys of older generations used to be renamed to files that nothing ever read.
#[tokio::test]
async fn nym_7082_keys_of_older_generations_stay_readable() {
    let mut network = Network::new(3, 405).await;
    let first = network.first_key().await;
    let old = network.signers[1].keys.secret(first).unwrap();
    network.next_ceremony(&ExecuteMsg::TriggerReset {}).await;
    network.signers[1].restart();
    assert_eq!(*network.signers[1].keys.secret(first).unwrap(), *old);
}

/// Issuing and spending used to stop for the whole ceremony: at every moment of one, the chain names the key in
/// service, and its signers hold it.
#[tokio::test]
async fn nym_7082_the_old_key_serves_through_a_ceremony() {
    let mut network = Network::new(4, 406).await;
    let first = network.first_key().await;
    network.world.as_admin(&ExecuteMsg::TriggerResharing {}).await;
    let mut states = Vec::new();
    while network.world.state().await != EpochState::InProgress {
        states.push(network.world.state().await);
        assert_eq!(network.in_service().await, first);
        assert!(network.signers.iter().all(|signer| signer.keys.secret(first).is_some()));
        network.round().await;
    }
    states.dedup();
    assert_eq!(states.len(), 5, "every phase was seen: {states:?}");
    assert_eq!(network.in_service().await, first + 1);
    let outgoing = network.world.keys().await.outgoing;
    assert_eq!(outgoing[0].epoch_id, first, "tickets of the replaced key are still accepted");
}

/// The epoch counts attempts, not keys: a resharing after a failed attempt continues the key in service, not that of
/// the epoch before.
#[tokio::test]
async fn nym_7096_a_failed_ceremony_is_not_a_generation() {
    let mut network = Network::new(4, 407).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    for signer in &network.signers[..2] {
        signer.set_reachable(false);
    }
    assert_eq!(network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await, first);
    network.world.as_admin(&ExecuteMsg::CancelCeremony {}).await;
    for signer in &network.signers[..2] {
        signer.set_reachable(true);
    }
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    assert_eq!(second, first + 2);
    assert_eq!(network.world.master(second).await, master);
    network.check(second, 4).await;
}

/// Dealers that sign up and then do nothing.
#[tokio::test]
async fn nym_3139_dealers_who_sign_up_and_fail_hold_nobody_up() {
    let mut network = Network::with_byzantine(4, vec![Byzantine::new(Malice::Silent)], 408).await;
    let epoch = network.first_key().await;
    assert_eq!(epoch, 0);
    network.check(epoch, 4).await;
}

/// No dealers at all used to lock the state machine, or to "succeed" without any key.
#[tokio::test]
async fn nym_3105_without_dealers_registration_stays_open() {
    let mut network = Network::new(3, 409).await;
    network.signers.iter().for_each(|signer| signer.set_reachable(false));
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    for _ in 0..3 {
        network.round().await;
        let stranger = World::address("stranger");
        network.world.execute(&stranger, &network.world.dkg, &ExecuteMsg::AdvanceEpochState {}).await.unwrap();
        assert!(matches!(network.world.state().await, EpochState::PublicKeySubmission { .. }));
    }
    network.signers.iter().for_each(|signer| signer.set_reachable(true));
    network.until(|state| state == EpochState::InProgress).await;
    let epoch = network.in_service().await;
    network.check(epoch, 3).await;
}

/// A new member used to mean a new common key for everybody.
#[tokio::test]
async fn nym_2935_a_new_member_joins_by_resharing() {
    let mut network = Network::new(3, 410).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    let account = World::address("newcomer");
    network.world.update_members(&[&account], &[]).await;
    network.signers.push(Signer::new(&network.world, &account));
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
}

/// Bad dealers are named, and the ceremony goes on without them.
#[tokio::test]
async fn nym_1938_bad_dealers_are_named_and_left_out() {
    let mut network = Network::with_byzantine(4, vec![Byzantine::new(Malice::Garbage)], 411).await;
    let culprit = network.byzantine[0].account.clone();
    let epoch = network.first_key().await;
    network.check(epoch, 4).await;
    let dealers = crate::byzantine::dealers(&network.world, epoch).await;
    let (node, _, _) = dealers.into_iter().find(|(_, account, _)| *account == culprit).unwrap();
    let outcome = nym_api::dkg::Store::at(&network.signers[0].folder()).record(epoch).unwrap().outcome.unwrap();
    assert!(outcome.rejected[&node].contains("dealing 0"), "{:?}", outcome.rejected);
}

/// Ceremonies used to begin by themselves when membership changed; now only the admin begins one.
#[tokio::test]
async fn nym_4405_no_signer_begins_a_ceremony_by_itself() {
    let mut network = Network::new(3, 412).await;
    let first = network.first_key().await;
    network.world.update_members(&[&World::address("somebody")], &[]).await;
    for _ in 0..5 {
        network.round().await;
    }
    assert_eq!(network.world.epoch().await.epoch_id, first);
    assert_eq!(network.world.state().await, EpochState::InProgress);
    for trigger in [ExecuteMsg::TriggerReset {}, ExecuteMsg::TriggerResharing {}] {
        let signer = network.signers[0].account.clone();
        network.world.execute(&signer, &network.world.dkg, &trigger).await.unwrap_err();
    }
}

/// A signer that moves used to be stuck with its old address.
#[tokio::test]
async fn nym_6050_the_announced_address_follows_the_configuration() {
    let mut network = Network::new(3, 413).await;
    let epoch = network.first_key().await;
    let account = network.signers[1].account.clone();
    network.signers[1].announce_address = "https://moved.example/".into();
    network.signers[1].restart();
    network.settle().await;
    let shares = network.world.shares(epoch).await;
    let share = shares.iter().find(|share| share.owner.as_str() == account).unwrap();
    assert_eq!(share.announce_address, "https://moved.example/");
}

/// Whoever has left is still asked about tickets of its keys.
#[tokio::test]
async fn nym_6050_a_signer_that_left_is_found_where_it_moved() {
    let mut network = Network::new(4, 416).await;
    let first = network.first_key().await;
    let mut left = network.signers.remove(3);
    network.world.update_members(&[], &[&left.account]).await;
    network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    left.announce_address = "https://moved.example/".into();
    left.restart();
    let account = left.account.clone();
    network.signers.push(left);
    network.settle().await;
    let shares = network.world.shares(first).await;
    let share = shares.iter().find(|share| share.owner.as_str() == account).unwrap();
    assert_eq!(share.announce_address, "https://moved.example/");
}

/// A place that changes hands used to leave the share with the old owner.
#[tokio::test]
async fn nym_6135_a_place_that_changed_hands_deals_in_the_next_resharing() {
    let mut network = Network::new(4, 414).await;
    let first = network.first_key().await;
    let master = network.world.master(first).await;
    let old = network.signers.remove(3);
    let heir = World::address("heir");
    network.world.update_members(&[&heir], &[]).await;
    let message = ExecuteMsg::TransferOwnership { transfer_to: heir.clone() };
    network.world.execute(&old.account, &network.world.dkg, &message).await.unwrap();
    network.world.update_members(&[], &[&old.account]).await;
    let signer = Signer::new(&network.world, &heir);
    signer.keys.store_secret(first, &old.keys.secret(first).unwrap()).unwrap();
    network.signers.push(signer);
    network.check(first, 4).await;
    let second = network.next_ceremony(&ExecuteMsg::TriggerResharing {}).await;
    network.check(second, 4).await;
    assert_eq!(network.world.master(second).await, master);
    let outcome = nym_api::dkg::Store::at(&network.signers[0].folder()).record(second).unwrap().outcome.unwrap();
    assert_eq!(outcome.accepted.len(), 4, "the heir's dealings count");
}

/// The audit found overflows and missing checks: whatever bytes a dealer sends, no signer panics and all agree.
#[tokio::test]
async fn nym_5828_hostile_bytes_do_no_harm() {
    for malice in [Malice::Garbage, Malice::WrongSizes, Malice::GarbageShare] {
        let mut network = Network::with_byzantine(3, vec![Byzantine::new(malice)], 415).await;
        let epoch = network.first_key().await;
        network.check(epoch, 3).await;
    }
}

/// A crash in the middle of a ceremony used to lose it.
#[tokio::test]
async fn nym_1872_a_shutdown_during_the_ceremony_loses_nothing() {
    let mut network = Network::new(3, 416).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    let mut last = EpochState::WaitingInitialisation;
    while network.world.state().await != EpochState::InProgress {
        let state = network.world.state().await;
        if state != last {
            network.signers.iter_mut().for_each(Signer::restart);
            last = state;
        }
        network.round().await;
    }
    network.check(0, 3).await;
}

/// Errors used to flood the console: a step that fails rests ever longer.
#[tokio::test]
async fn nym_3139_a_step_that_fails_rests_ever_longer() {
    let mut network = Network::new(4, 417).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    network.signers[0].fill_disk(0);
    let began = network.world.clock();
    while (network.world.clock() - began).as_secs() < 200 {
        let signer = &mut network.signers[0];
        signer.pass().await;
        network.world.pass_time(std::time::Duration::from_secs(1)).await;
    }
    let complaints = &network.signers[0].complaints;
    let expected = format!("{:?}", StepKind::CreateEncryptionKey);
    assert!(complaints.iter().all(|complaint| complaint.starts_with(&expected)), "{complaints:?}");
    // At 0, 1, 3, 7, 15, 31, 63, 123 and 183 seconds.
    assert_eq!(complaints.len(), 9);
}
