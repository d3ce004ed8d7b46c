//! Ceremonies in which nobody crashes: sizes, absence, malice.

use proptest::prelude::{ProptestConfig, any};
use proptest::proptest;

use crate::byzantine::{Byzantine, DEALERS, Malice};
use crate::network::Network;
use nym_dkg_contract::types::EpochState;
use std::sync::atomic::Ordering;

async fn ceremony(signers: usize, seed: u64) {
    let mut network = Network::new(signers, seed).await;
    let began = network.world.block().await.1;
    let epoch = network.first_key().await;
    assert_eq!(epoch, 0);
    network.check(epoch, signers).await;
    let lasted = network.world.block().await.1 - began;
    assert!(lasted < 600, "phases close as soon as all have acted, this took {lasted} s of the model");
    network.settle().await;
    for signer in &network.signers {
        assert!(signer.complaints.iter().all(|complaint| complaint.starts_with("Advance")), "{:?}", signer.complaints);
        let left: Vec<_> =
            std::fs::read_dir(signer.folder().join("epoch-0")).unwrap().flatten().map(|e| e.file_name()).collect();
        assert!(
            left.iter().all(|name| name == "record.json" || name == "encryption.pem"),
            "secrets are wiped: {left:?}"
        );
    }
}

#[tokio::test]
async fn three_signers_make_a_key() {
    ceremony(3, 1).await;
}

#[tokio::test]
async fn four_signers_make_a_key() {
    ceremony(4, 2).await;
}

#[tokio::test]
async fn six_signers_make_a_key() {
    ceremony(6, 3).await;
}

#[tokio::test]
async fn seven_signers_make_a_key() {
    ceremony(7, 4).await;
}

#[tokio::test]
async fn one_signer_makes_a_key() {
    ceremony(1, 5).await;
}

#[tokio::test]
async fn a_signer_of_four_sends_few_transactions() {
    let mut network = Network::new(4, 6).await;
    network.first_key().await;
    for signer in &network.signers {
        let (sent, messages) =
            (signer.faults.sent.load(Ordering::SeqCst), signer.faults.messages.load(Ordering::SeqCst));
        // Registration, dealings, share, votes, execution, and some of the five advances.
        assert!(sent <= 5 + 5, "{sent} transactions");
        // Whoever votes last may find shares that are confirmed already.
        assert!(messages > 1 + 35 + 1, "{messages} messages in them");
    }
}

/// A third is not there at all.
async fn with_a_third_away(signers: usize, seed: u64) {
    let mut network = Network::new(signers, seed).await;
    let away = signers / 3;
    for signer in network.signers.iter().take(away) {
        signer.set_reachable(false);
    }
    let epoch = network.first_key().await;
    network.check(epoch, signers - away).await;
}

#[tokio::test]
async fn a_third_of_three_is_away() {
    with_a_third_away(3, 11).await;
}

#[tokio::test]
async fn a_third_of_four_is_away() {
    with_a_third_away(4, 12).await;
}

#[tokio::test]
async fn a_third_of_six_is_away() {
    with_a_third_away(6, 13).await;
}

#[tokio::test]
async fn a_third_of_seven_is_away() {
    with_a_third_away(7, 14).await;
}

/// A third registers and deals, and goes away in the given state.
async fn leaves_in(leave: impl Fn(EpochState) -> bool, seed: u64) {
    let mut network = Network::new(4, seed).await;
    network.world.as_admin(&nym_dkg_contract::msg::ExecuteMsg::InitiateDkg {}).await;
    network.until(leave).await;
    network.signers[1].set_reachable(false);
    network.until(|state| state == EpochState::InProgress).await;
    let epoch = network.in_service().await;
    assert_eq!(epoch, 0, "the ceremony goes on without it");
    assert!(network.world.shares(epoch).await.iter().filter(|share| share.verified).count() >= 3);
}

#[tokio::test]
async fn a_signer_leaves_before_it_deals() {
    leaves_in(|state| matches!(state, EpochState::DealingExchange { .. }), 21).await;
}

#[tokio::test]
async fn a_signer_leaves_before_it_publishes_its_share() {
    leaves_in(|state| matches!(state, EpochState::VerificationKeySubmission { .. }), 22).await;
}

#[tokio::test]
async fn a_signer_leaves_before_it_votes() {
    leaves_in(|state| matches!(state, EpochState::VerificationKeyValidation { .. }), 23).await;
}

#[tokio::test]
async fn a_signer_leaves_before_its_share_is_confirmed() {
    leaves_in(|state| matches!(state, EpochState::VerificationKeyFinalization { .. }), 24).await;
}

async fn with_malice(malice: Malice, left_out: bool) {
    let byzantine = Byzantine::new(malice);
    let account = byzantine.account.clone();
    let mut network = Network::with_byzantine(4, vec![byzantine], 31).await;
    let epoch = network.first_key().await;
    assert_eq!(epoch, 0, "{malice:?} does not make the ceremony fail");
    network.check(epoch, 4).await;
    let dealers = crate::byzantine::dealers(&network.world, epoch).await;
    let node = dealers.iter().find(|(_, dealer, _)| *dealer == account).map(|(node, _, _)| *node);
    let mut outcomes = Vec::new();
    for signer in &network.signers {
        let record = nym_api::dkg::Store::at(&signer.folder()).record(epoch).unwrap();
        outcomes.push(record.outcome.unwrap());
    }
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "all signers come to the same: {outcomes:?}");
    assert_eq!(
        node.is_some_and(|node| outcomes[0].rejected.contains_key(&node)),
        left_out,
        "{:?}",
        outcomes[0].rejected
    );
    assert_eq!(outcomes[0].accepted.len(), if left_out { 4 } else { 5 });
}

#[tokio::test]
async fn an_unproven_key_is_left_out() {
    with_malice(Malice::UnprovenKey, true).await;
}

#[tokio::test]
async fn wrong_shares_are_left_out() {
    with_malice(Malice::WrongShares, true).await;
}

#[tokio::test]
async fn dealings_of_another_threshold_are_left_out() {
    with_malice(Malice::WrongThreshold, true).await;
}

#[tokio::test]
async fn dealings_that_are_cut_off_are_left_out() {
    with_malice(Malice::WrongSizes, true).await;
}

#[tokio::test]
async fn garbage_is_left_out() {
    with_malice(Malice::Garbage, true).await;
}

#[tokio::test]
async fn a_dealer_that_stops_halfway_is_left_out() {
    with_malice(Malice::StopsHalfway, true).await;
}

#[tokio::test]
async fn a_dealer_that_only_announces_is_left_out() {
    with_malice(Malice::AnnouncesOnly, true).await;
}

#[tokio::test]
async fn a_dealer_that_repeats_itself_counts_once() {
    with_malice(Malice::RepeatsItself, false).await;
}

#[tokio::test]
async fn a_silent_dealer_is_left_out() {
    with_malice(Malice::Silent, true).await;
}

#[tokio::test]
async fn a_wrong_key_share_is_voted_down() {
    with_malice(Malice::WrongShare, false).await;
}

#[tokio::test]
async fn a_key_share_that_is_no_key_is_voted_down() {
    with_malice(Malice::GarbageShare, false).await;
}

/// Of the copy and the original one counts: the one with the lower index, whoever that is. The polynomial is the honest
/// dealer's either way, which the copier does not know.
#[tokio::test]
async fn copied_dealings_count_once() {
    let mut network = Network::with_byzantine(4, vec![Byzantine::new(Malice::Copies)], 32).await;
    let epoch = network.first_key().await;
    network.check(epoch, 4).await;
    let record = nym_api::dkg::Store::at(&network.signers[0].folder()).record(epoch).unwrap();
    let outcome = record.outcome.unwrap();
    assert_eq!((outcome.accepted.len(), outcome.rejected.len()), (4, 1));
    assert!(outcome.rejected.values().all(|reason| reason.contains("copy")), "{:?}", outcome.rejected);
}

/// A stolen key receives nothing; the node with the lower index keeps it.
#[tokio::test]
async fn a_stolen_encryption_key_costs_at_most_one_receiver() {
    let mut network = Network::with_byzantine(4, vec![Byzantine::new(Malice::StolenKey)], 33).await;
    let epoch = network.first_key().await;
    network.check(epoch, 4).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, max_shrink_iters: 0, ..ProptestConfig::default() })]

    /// Whatever two of seven do, and in whatever order all act, the other five have the same key.
    #[test]
    fn any_two_of_seven_may_be_malicious(one in 0..DEALERS.len(), other in 0..DEALERS.len(), seed in any::<u64>()) {
        let mut malice = vec![Byzantine::new(DEALERS[one])];
        if one != other {
            malice.push(Byzantine::new(DEALERS[other]));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut network = Network::with_byzantine(5, malice, seed).await;
            let epoch = network.first_key().await;
            assert_eq!(epoch, 0);
            network.check(epoch, 5).await;
        });
    }
}
