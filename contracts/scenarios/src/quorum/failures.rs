//! Ceremonies that fail, and signers that are late.

use super::deployment::Quorum;
use crate::Engine;
use crate::mixnet::attributes_of;
use cw3::Vote;
use nym_dkg_contract::msg::{ExecuteMsg as DkgMsg, PagedVKSharesResponse, QueryMsg as DkgQuery};
use nym_dkg_contract::types::{CeremonyFailure, CeremonyRules, EpochState};

fn verified_owners<E: Engine>(quorum: &mut Quorum<E>, epoch_id: u64) -> usize {
    let question = DkgQuery::GetVerificationKeys { epoch_id, limit: None, start_after: None };
    let page: PagedVKSharesResponse = quorum.dkg_asks(&question);
    assert!(page.shares.iter().all(|share| share.verified), "{page:?}");
    page.shares.len()
}

/// A ceremony in which nobody's key is accepted.
fn fail_at_the_end<E: Engine>(quorum: &mut Quorum<E>, resharing: bool) {
    quorum.register_all(resharing);
    quorum.deal_all(quorum.signers.len(), resharing);
    quorum.share_and_vote(resharing);
    // Passed, but nobody executes.
    quorum.advance_late();
}

pub(super) fn a_failed_ceremony_leaves_the_keys_in_service<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    let before = quorum.epoch();
    quorum.trigger(true);
    fail_at_the_end(&mut quorum, true);
    // As if nothing had been, but for the deadline.
    let after = quorum.epoch();
    assert_eq!((after.state, after.epoch_id), (EpochState::InProgress, 0));
    assert_eq!(after.state_progress, before.state_progress);
    assert_eq!(quorum.dkg_asks::<Option<u64>>(&DkgQuery::GetCurrentEpochThreshold {}), Some(2));
    let generations = quorum.generations();
    assert_eq!(generations.in_service.map(|keys| keys.epoch_id), Some(0));
    assert!(generations.ceremony.is_none() && generations.outgoing.is_empty());
    let retry = generations.retry.expect("it is tried again");
    assert_eq!((retry.failed_epoch_id, retry.resharing, retry.failures), (1, true, 1));
    assert_eq!(retry.reason, CeremonyFailure::TooFewVerifiedKeys { verified: 0, needed: 2 });
    assert_eq!(Some(retry.not_before), after.deadline);
    assert_eq!(verified_owners(&mut quorum, 0), 3);
    // Of the failed ceremony nobody is offered a key that was not accepted.
    assert_eq!(verified_owners(&mut quorum, 1), 0);

    // The next attempt has a number that no ceremony had, and the same kind; pauses double.
    assert_eq!(quorum.advance_late(), EpochState::PublicKeySubmission { resharing: true });
    assert_eq!(quorum.epoch().epoch_id, 2);
    assert!(quorum.generations().retry.is_none());
    fail_at_the_end(&mut quorum, true);
    let retry = quorum.generations().retry.expect("it is tried again");
    assert_eq!((retry.failed_epoch_id, retry.failures), (2, 2));
    let hour = quorum.hour();
    let pause = retry.not_before.seconds() - quorum.engine.block_time();
    assert!((2 * hour - 5..=2 * hour).contains(&pause), "{pause}");
    assert_eq!(quorum.advance_late(), EpochState::PublicKeySubmission { resharing: true });
    quorum.ceremony(true);
    let generations = quorum.generations();
    assert_eq!(generations.in_service.map(|keys| keys.epoch_id), Some(3));
    assert_eq!(generations.outgoing.iter().map(|keys| keys.epoch_id).collect::<Vec<_>>(), [0]);
    assert!(generations.retry.is_none());

    // The admin need not wait for a retry, and begins to count anew.
    quorum.trigger(true);
    fail_at_the_end(&mut quorum, true);
    assert_eq!(quorum.generations().retry.expect("it is tried again").failures, 1);
    quorum.trigger(false);
    assert_eq!(quorum.epoch().epoch_id, 5);
    assert!(quorum.generations().retry.is_none());
}

pub(super) fn the_first_ceremony_is_tried_again_at_once<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    quorum.initiate();
    fail_at_the_end(&mut quorum, false);
    let epoch = quorum.epoch();
    assert_eq!((epoch.state, epoch.epoch_id), (EpochState::PublicKeySubmission { resharing: false }, 1));
    assert_eq!(epoch.state_progress.registered_dealers, 0);
    assert!(quorum.generations().in_service.is_none());
    quorum.ceremony(false);
    assert_eq!(quorum.generations().in_service.map(|keys| keys.epoch_id), Some(1));
}

pub(super) fn registration_waits_for_enough<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    quorum.initiate();
    // Two of four are as many as the rules want, and fewer than two thirds.
    quorum.register(0, false);
    quorum.register(1, false);
    let deadline = quorum.epoch().deadline;
    assert_eq!(quorum.advance_late(), EpochState::PublicKeySubmission { resharing: false });
    // Those who have registered stay so.
    let epoch = quorum.epoch();
    assert_eq!((epoch.epoch_id, epoch.state_progress.registered_dealers), (0, 2));
    assert!(epoch.deadline > deadline);
    let hour = quorum.hour();
    quorum.engine.advance_time(hour + 1);
    let anyone = quorum.engine.account("anyone", &[]);
    let prolonged = quorum.dkg_takes(&anyone, &DkgMsg::AdvanceEpochState {});
    let attributes = attributes_of(&prolonged, "dkg-registration-prolonged");
    assert_eq!(attributes[1].1, "2 dealers registered, 3 are needed");
    quorum.register(2, false);
    assert_eq!(quorum.advance_late(), EpochState::DealingExchange { resharing: false });

    // With keys in service nobody is made to wait.
    quorum.signers.truncate(3);
    quorum.deal_all(3, false);
    for proposal in quorum.share_and_vote(false) {
        quorum.try_execute(proposal).expect("it has passed");
    }
    quorum.advance();
    let rules = CeremonyRules { minimum_dealers: 4, retry_delay_secs: hour };
    let admin = quorum.admin.clone();
    quorum.dkg_takes(&admin, &DkgMsg::UpdateCeremonyRules { ceremony_rules: rules });
    quorum.trigger(true);
    for signer in 0..3 {
        quorum.register(signer, true);
    }
    assert_eq!(quorum.advance_late(), EpochState::InProgress);
    let reason = quorum.generations().retry.expect("it is tried again").reason;
    assert_eq!(reason, CeremonyFailure::TooFewDealers { registered: 3, needed: 4 });
}

pub(super) fn too_few_dealings_or_shares<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    quorum.trigger(false);
    quorum.register_all(false);
    quorum.deal(0, false);
    // Nothing can come of it, so that no time is lost on the states that follow.
    assert_eq!(quorum.advance_late(), EpochState::InProgress);
    let reason = quorum.generations().retry.expect("it is tried again").reason;
    assert_eq!(reason, CeremonyFailure::TooFewDealings { dealing_index: 0, submitted: 1, needed: 2 });

    quorum.advance_late();
    quorum.register_all(false);
    quorum.deal_all(3, false);
    quorum.share(2, false);
    assert_eq!(quorum.advance_late(), EpochState::InProgress);
    let reason = quorum.generations().retry.expect("it is tried again").reason;
    assert_eq!(reason, CeremonyFailure::TooFewKeyShares { submitted: 1, needed: 2 });
    let text = quorum.text(&quorum.dkg.clone(), r#"{"get_key_generations":{}}"#);
    assert!(text.contains(r#""reason":{"too_few_key_shares":{"submitted":1,"needed":2}}"#), "{text}");
}

pub(super) fn too_few_holders_of_the_key<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    // Two of the three who hold the key are replaced.
    let leavers: Vec<_> = quorum.signers.drain(..2).collect();
    for name in ["signer 4", "signer 5"] {
        let newcomer = quorum.engine.account(name, &[]);
        quorum.signers.push(newcomer);
    }
    let newcomers = quorum.signers[1..].to_vec();
    quorum.update_members(&[(&newcomers[0], 1), (&newcomers[1], 1)], &[&leavers[0], &leavers[1]]);
    quorum.trigger(true);
    for signer in 0..3 {
        quorum.register(signer, true);
    }
    // All have registered, and still it cannot go on.
    assert_eq!(quorum.advance(), EpochState::InProgress);
    let reason = quorum.generations().retry.expect("it is tried again").reason;
    assert_eq!(reason, CeremonyFailure::TooFewResharingDealers { registered: 1, needed: 2 });
}

pub(super) fn one_unverified_share_hides_nobody<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    quorum.initiate();
    quorum.register_all(false);
    quorum.deal_all(4, false);
    let proposals: Vec<u64> = (0..4).map(|signer| quorum.share(signer, false)).collect();
    quorum.advance();
    for &proposal in &proposals[..3] {
        quorum.vote(proposal, Vote::Yes);
    }
    quorum.vote(proposals[3], Vote::No);
    // Decided either way is decided.
    assert_eq!(quorum.advance(), EpochState::VerificationKeyFinalization { resharing: false });
    for &proposal in &proposals[..3] {
        quorum.try_execute(proposal).expect("it has passed");
    }
    // The one that was voted down is not waited for.
    assert_eq!(quorum.advance(), EpochState::InProgress);
    assert_eq!(verified_owners(&mut quorum, 0), 3);
    let in_service = quorum.generations().in_service.expect("three of four are enough");
    assert_eq!((in_service.threshold, in_service.verified_keys), (3, 3));
    // Who asks for it by name still finds it.
    let owner = quorum.signers[3].to_string();
    let answer: nym_dkg_contract::msg::VkShareResponse =
        quorum.dkg_asks(&DkgQuery::GetVerificationKey { epoch_id: 0, owner });
    assert!(answer.share.is_some_and(|share| !share.verified));
}

pub(super) fn a_late_signer_recovers<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    quorum.initiate();
    quorum.register_all(false);
    quorum.deal_all(3, false);
    let proposals = quorum.share_and_vote(false);
    for &proposal in &proposals[..2] {
        quorum.try_execute(proposal).expect("it has passed");
    }
    assert_eq!(quorum.advance_late(), EpochState::InProgress);
    assert_eq!(verified_owners(&mut quorum, 0), 2);
    // It missed the window by far, and its key still counts among those in service.
    let hour = quorum.hour();
    quorum.engine.advance_time(4 * hour);
    quorum.try_execute(proposals[2]).expect("it has passed");
    assert_eq!(verified_owners(&mut quorum, 0), 3);
    assert_eq!(quorum.generations().in_service.map(|keys| keys.verified_keys), Some(3));
    // A failed ceremony does not make it be forgotten.
    quorum.trigger(true);
    fail_at_the_end(&mut quorum, true);
    assert_eq!(quorum.epoch().state_progress.verified_keys, 3);
}

pub(super) fn a_stale_proposal_verifies_nothing<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    quorum.initiate();
    quorum.register_all(false);
    quorum.deal_all(3, false);
    // All pass, nobody executes: the ceremony fails and the proposals stay.
    let stale = quorum.share_and_vote(false);
    quorum.advance_late();
    quorum.register_all(false);
    quorum.deal_all(3, false);
    let fresh: Vec<u64> = (0..3).map(|signer| quorum.share(signer, false)).collect();
    quorum.advance();
    quorum.advance_late();
    assert_eq!(quorum.epoch().state, EpochState::VerificationKeyFinalization { resharing: false });
    let refusal = quorum.try_execute(stale[0]).expect_err("it belongs to another key");
    assert!(refusal.contains(&format!("decided on by proposal {}", fresh[0])), "{refusal}");
    assert_eq!(quorum.epoch().state_progress.verified_keys, 0);
    quorum.pass(fresh[0]);
    assert_eq!(quorum.epoch().state_progress.verified_keys, 1);
    // And afterwards it counts no key twice.
    let refusal = quorum.try_execute(stale[0]).expect_err("the key was accepted");
    assert!(refusal.contains("was accepted already"), "{refusal}");
    assert_eq!(quorum.epoch().state_progress.verified_keys, 1);
}

pub(super) fn cancelling<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let (admin, signer) = (quorum.admin.clone(), quorum.signers[0].clone());
    let cancel = DkgMsg::CancelCeremony {};
    quorum.dkg_refuses(&admin, &cancel, "no ceremony is running");
    quorum.initiate();
    quorum.register_all(false);
    quorum.dkg_refuses(&signer, &cancel, "Caller is not admin");
    quorum.dkg_takes(&admin, &cancel);
    let epoch = quorum.epoch();
    assert_eq!((epoch.state, epoch.deadline), (EpochState::WaitingInitialisation, None));
    assert!(quorum.dkg_asks::<Option<u64>>(&DkgQuery::GetCurrentEpochThreshold {}).is_none());
    // Numbers of ceremonies are never used twice.
    quorum.initiate();
    assert_eq!(quorum.epoch().epoch_id, 1);
    quorum.ceremony(false);

    quorum.trigger(true);
    quorum.register_all(true);
    let cancelled = quorum.dkg_takes(&admin, &cancel);
    assert_eq!(attributes_of(&cancelled, "dkg-ceremony-failed")[1].1, "the admin gave it up");
    let epoch = quorum.epoch();
    assert_eq!((epoch.state, epoch.epoch_id), (EpochState::InProgress, 1));
    assert!(quorum.generations().retry.is_none());
    assert_eq!(quorum.dkg_asks::<Option<u64>>(&DkgQuery::GetCurrentEpochThreshold {}), Some(2));

    // A retry that waits can be called off, too.
    quorum.trigger(true);
    fail_at_the_end(&mut quorum, true);
    let waiting = quorum.epoch().deadline;
    quorum.dkg_takes(&admin, &cancel);
    assert!(quorum.generations().retry.is_none() && quorum.epoch().deadline > waiting);
    quorum.dkg_refuses(&admin, &cancel, "no ceremony is running");
}
