//! Signers that are killed: before and after every transaction, after every step, at random, and with a lost disk.

use proptest::prelude::{ProptestConfig, any};
use proptest::proptest;
use std::sync::atomic::Ordering;

use crate::byzantine::{Byzantine, Malice};
use crate::network::Network;
use nym_dkg_contract::msg::ExecuteMsg;
use nym_dkg_contract::types::EpochState;

/// One signer dies right before or right after its n-th transaction, for every n.
async fn killed_around_each_transaction(after: bool) {
    for number in 0.. {
        let mut network = Network::new(3, 100 + u64::try_from(number).unwrap()).await;
        let faults = network.signers[0].faults.clone();
        let fault = if after { &faults.dies_after } else { &faults.dies_before };
        fault.store(number, Ordering::SeqCst);
        let epoch = network.first_key().await;
        network.check(epoch, 3).await;
        assert_eq!(epoch, 0, "killed around transaction {number}");
        if fault.load(Ordering::SeqCst) >= 0 {
            assert!(number >= 5, "the signer sends at least registration, dealings, share, votes and execution");
            return;
        }
    }
}

#[tokio::test]
async fn killed_before_each_transaction() {
    killed_around_each_transaction(false).await;
}

#[tokio::test]
async fn killed_after_each_transaction() {
    killed_around_each_transaction(true).await;
}

/// Every signer is killed after every single step: nothing that a step leads to is in memory alone.
#[tokio::test]
async fn killed_after_every_step() {
    let mut network = Network::new(3, 201).await;
    network.kills = 100;
    let epoch = network.first_key().await;
    assert_eq!(epoch, 0);
    network.check(epoch, 3).await;
}

/// A crash between the writing of a file and its renaming leaves a file beside it, which must not matter.
#[tokio::test]
async fn torn_writes_are_ignored() {
    let mut network = Network::new(3, 202).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    network.until(|state| matches!(state, EpochState::DealingExchange { .. })).await;
    for name in ["record.json.new", "dealings.new", "encryption.pem.new", "decryption.pem.new", "verdict-1.new"] {
        std::fs::write(network.signers[0].folder().join("epoch-0").join(name), [0, 1, 2]).unwrap();
    }
    network.signers[0].restart();
    network.until(|state| state == EpochState::InProgress).await;
    network.check(0, 3).await;
}

/// Whoever loses its disk after registration cannot decrypt its shares, but judges and votes all the same.
#[tokio::test]
async fn a_lost_disk_costs_one_share() {
    let mut network = Network::new(4, 203).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    network.until(|state| matches!(state, EpochState::DealingExchange { .. })).await;
    network.signers[2].lose_disk();
    network.until(|state| state == EpochState::InProgress).await;
    network.check(0, 3).await;
    assert!(network.signers[2].keys.secret(0).is_none());
    let votes = nym_api::dkg::Store::at(&network.signers[2].folder()).record(0).unwrap().ballots;
    assert_eq!(votes.len(), 3, "it votes on the shares of the others");
}

/// The chain is away for a minute in the middle of every phase.
#[tokio::test]
async fn the_chain_is_away_for_a_minute() {
    let mut network = Network::new(3, 204).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    let mut last = EpochState::WaitingInitialisation;
    loop {
        let state = network.world.state().await;
        if state == EpochState::InProgress {
            break;
        }
        if state != last {
            network.signers.iter().for_each(|signer| signer.set_reachable(false));
            for _ in 0..6 {
                network.world.pass_time(std::time::Duration::from_secs(10)).await;
            }
            network.signers.iter().for_each(|signer| signer.set_reachable(true));
            last = state;
        }
        network.round().await;
    }
    network.check(0, 3).await;
}

/// A disk that takes no key: the signer registers none rather than one that it would forget. It can still vote.
#[tokio::test]
async fn a_disk_that_takes_no_key_costs_one_share() {
    let mut network = Network::new(4, 205).await;
    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    network.signers[3].fill_disk(0);
    network.until(|state| state == EpochState::InProgress).await;
    network.check(0, 3).await;
    let signer = &network.signers[3];
    assert!(signer.keys.secret(0).is_none());
    assert!(
        crate::byzantine::dealers(&network.world, 0).await.iter().all(|(_, account, _)| *account != signer.account)
    );
    assert!(signer.complaints.iter().any(|complaint| complaint.contains("decryption.pem")), "{:?}", signer.complaints);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, max_shrink_iters: 0, ..ProptestConfig::default() })]

    /// Random order, random kills, and either a third away or a malicious dealer.
    #[test]
    fn whatever_happens_the_rest_has_a_key(kills in 0u32..60, away in any::<bool>(), signers in 4usize..7, seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let byzantine = if away { Vec::new() } else { vec![Byzantine::new(Malice::WrongShares)] };
            let mut network = Network::with_byzantine(signers, byzantine, seed).await;
            network.kills = kills;
            let gone = if away { signers / 3 } else { 0 };
            for signer in network.signers.iter().take(gone) {
                signer.set_reachable(false);
            }
            let epoch = network.first_key().await;
            assert_eq!(epoch, 0);
            network.check(epoch, signers - gone).await;
        });
    }
}
