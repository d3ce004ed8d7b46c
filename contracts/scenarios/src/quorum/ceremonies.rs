//! Ceremonies that succeed.

use super::deployment::{KEY_SIZE, Quorum, times};
use crate::Engine;
use crate::mixnet::attributes_of;
use cw3::Status;
use nym_dkg_contract::msg::{
    ExecuteMsg as DkgMsg, PagedCeremonyProgressResponse, PagedDealerResponse, PagedKeySharesResponse,
    PagedVKSharesResponse, QueryMsg as DkgQuery, StateAdvanceResponse,
};
use nym_dkg_contract::types::{EpochState, StateProgress, TimeConfiguration};

fn threshold<E: Engine>(quorum: &mut Quorum<E>) -> Option<u64> {
    quorum.dkg_asks(&DkgQuery::GetCurrentEpochThreshold {})
}

fn keys<E: Engine>(quorum: &mut Quorum<E>, epoch_id: u64) -> PagedVKSharesResponse {
    quorum.dkg_asks(&DkgQuery::GetVerificationKeys { epoch_id, limit: None, start_after: None })
}

pub(super) fn the_first_one<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    let anyone = quorum.engine.account("anyone", &[]);
    assert_eq!(quorum.epoch().state, EpochState::WaitingInitialisation);
    assert_eq!(quorum.dkg_asks::<StateAdvanceResponse>(&DkgQuery::CanAdvanceState {}), StateAdvanceResponse::default());
    quorum.dkg_refuses(&anyone, &DkgMsg::AdvanceEpochState {}, "no ceremony has begun yet");
    let admin = quorum.admin.clone();
    // Nobody waits for two weeks here.
    let in_progress_time_secs = 2 * quorum.hour();
    let time_configuration = TimeConfiguration { in_progress_time_secs, ..times(quorum.hour()) };
    quorum.dkg_takes(&admin, &DkgMsg::UpdateTimeConfiguration { time_configuration });
    let begun = quorum.dkg_takes(&admin, &DkgMsg::InitiateDkg {});
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        attributes_of(&begun, "dkg-state-change"),
        [pair("epoch_id", "0"), pair("state", "public_key_submission"), pair("resharing", "false")]
    );
    quorum.dkg_refuses(&admin, &DkgMsg::InitiateDkg {}, "the first ceremony has begun already");
    let state = quorum.epoch();
    assert_eq!((state.epoch_id, state.state), (0, EpochState::PublicKeySubmission { resharing: false }));
    assert!(state.deadline.is_some() && threshold(&mut quorum).is_none());

    // Registration is over as soon as every voting member has registered.
    for signer in 0..3 {
        quorum.register(signer, false);
    }
    quorum.dkg_refuses(&anyone, &DkgMsg::AdvanceEpochState {}, "it is too early for the next state");
    quorum.register(3, false);
    assert_eq!(quorum.advance(), EpochState::DealingExchange { resharing: false });
    // ⌈2·4/3⌉
    assert_eq!(threshold(&mut quorum), Some(3));
    assert_eq!(quorum.dkg_asks::<Option<u64>>(&DkgQuery::GetEpochThreshold { epoch_id: 0 }), Some(3));

    quorum.deal_all(4, false);
    assert_eq!(quorum.epoch().state_progress.submitted_dealings, 4 * KEY_SIZE);
    assert!(quorum.generations().in_service.is_none());
    let proposals = quorum.share_and_vote(false);
    // While the ceremony runs everybody can see keys that were not accepted yet.
    assert_eq!(keys(&mut quorum, 0).shares.iter().filter(|share| !share.verified).count(), 4);
    for &proposal in &proposals {
        assert_eq!(quorum.status(proposal), Status::Passed);
        quorum.try_execute(proposal).expect("it has passed");
        assert_eq!(quorum.status(proposal), Status::Executed);
    }
    let done = quorum.dkg_takes(&anyone, &DkgMsg::AdvanceEpochState {});
    assert_eq!(attributes_of(&done, "dkg-keys-in-service"), [pair("epoch_id", "0"), pair("threshold", "3")]);
    let epoch = quorum.epoch();
    assert_eq!((epoch.state, epoch.epoch_id), (EpochState::InProgress, 0));
    let progress = StateProgress {
        registered_dealers: 4,
        registered_resharing_dealers: 0,
        submitted_dealings: 8,
        submitted_key_shares: 4,
        verified_keys: 4,
    };
    assert_eq!(epoch.state_progress, progress);

    let generations = quorum.generations();
    let in_service = generations.in_service.expect("the ceremony has succeeded");
    assert_eq!((in_service.epoch_id, in_service.threshold, in_service.verified_keys), (0, 3, 4));
    assert!(!in_service.resharing && in_service.retired_at.is_none() && in_service.usable_until.is_none());
    assert!(generations.outgoing.is_empty() && generations.ceremony.is_none() && generations.retry.is_none());
    let shares: PagedKeySharesResponse =
        quorum.dkg_asks(&DkgQuery::GetKeyShares { epoch_id: 0, limit: None, start_after: None });
    let mut recorded: Vec<_> = shares.shares.iter().filter_map(|share| share.proposal_id).collect();
    recorded.sort_unstable();
    assert_eq!(recorded, proposals);
    let progress: PagedCeremonyProgressResponse =
        quorum.dkg_asks(&DkgQuery::GetCeremonyProgress { epoch_id: 0, limit: None, start_after: None });
    assert_eq!(progress.dealers.len(), 4);
    for dealer in progress.dealers {
        assert!(dealer.key_share_submitted && dealer.key_share_verified && dealer.complete_dealings == KEY_SIZE);
        assert!(proposals.contains(&dealer.proposal_id.expect("it is recorded")));
    }

    // Nothing more is done until the keys' time is over, and then they stay.
    quorum.dkg_refuses(&anyone, &DkgMsg::AdvanceEpochState {}, "it is too early");
    quorum.engine.advance_time(in_progress_time_secs + 1);
    let before = quorum.epoch();
    assert_eq!(quorum.step(), EpochState::InProgress);
    let after = quorum.epoch();
    assert!(after.deadline > before.deadline && after.epoch_id == 0);
    assert_eq!(after.state_progress, before.state_progress);
}

pub(super) fn resharing<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    // One leaves, two come.
    let leaver = quorum.signers.remove(0);
    for name in ["signer 4", "signer 5"] {
        let newcomer = quorum.engine.account(name, &[]);
        quorum.signers.push(newcomer);
    }
    let newcomers = quorum.signers[2..].to_vec();
    quorum.update_members(&[(&newcomers[0], 1), (&newcomers[1], 1)], &[&leaver]);
    let before = quorum.generations();

    quorum.trigger(true);
    // The old keys are in service all along.
    let during = quorum.generations();
    assert_eq!(during.in_service, before.in_service);
    let ceremony = during.ceremony.expect("one runs");
    assert_eq!((ceremony.epoch_id, ceremony.state), (1, EpochState::PublicKeySubmission { resharing: true }));
    assert_eq!(keys(&mut quorum, 0).shares.len(), 3);
    assert!(threshold(&mut quorum).is_none());
    quorum.dkg_refuses(&leaver, &Quorum::<E>::registration(0, true), "only voting members of the group");

    let holder = quorum.signers[0].clone();
    let newcomer = newcomers[0].clone();
    quorum.dkg_refuses(&holder, &Quorum::<E>::registration(0, false), "not possible during");
    quorum.register_all(true);
    let progress = quorum.epoch().state_progress;
    assert_eq!((progress.registered_dealers, progress.registered_resharing_dealers), (4, 2));
    assert_eq!(threshold(&mut quorum), Some(3));
    let chunks = vec![nym_dkg_contract::types::DealingChunkInfo { size: 1 }];
    let metadata = DkgMsg::CommitDealingsMetadata { dealing_index: 0, chunks, resharing: true };
    quorum.dkg_refuses(&newcomer, &metadata, "has no accepted share of the keys of epoch 0");

    quorum.deal_all(2, true);
    for proposal in quorum.share_and_vote(true) {
        quorum.try_execute(proposal).expect("it has passed");
    }
    assert_eq!(quorum.advance(), EpochState::InProgress);
    let after = quorum.generations();
    let in_service = after.in_service.expect("there are keys");
    assert!(in_service.resharing && in_service.epoch_id == 1 && in_service.threshold == 3);
    assert_eq!(after.outgoing.len(), 1);
    let outgoing = &after.outgoing[0];
    assert_eq!((outgoing.epoch_id, outgoing.threshold), (0, 2));
    assert_eq!(outgoing.retired_at, Some(in_service.in_service_since));
    assert!(outgoing.usable_until > outgoing.retired_at);

    // Numbers are for ever; newcomers get the next ones.
    let dealers: PagedDealerResponse = quorum.dkg_asks(&DkgQuery::GetCurrentDealers { limit: None, start_after: None });
    let mut indices: Vec<_> = dealers.dealers.iter().map(|dealer| dealer.assigned_index).collect();
    indices.sort_unstable();
    assert_eq!(indices, [2, 3, 4, 5]);
}

pub(super) fn phases_close_at_their_deadline<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    quorum.initiate();
    // One of four never acts, and then one more stops after each step.
    for signer in 0..3 {
        quorum.register(signer, false);
    }
    assert_eq!(quorum.advance_late(), EpochState::DealingExchange { resharing: false });
    assert_eq!(threshold(&mut quorum), Some(2));
    quorum.deal(0, false);
    quorum.deal(1, false);
    assert_eq!(quorum.advance_late(), EpochState::VerificationKeySubmission { resharing: false });
    let proposals = [quorum.share(0, false), quorum.share(1, false)];
    assert_eq!(quorum.advance_late(), EpochState::VerificationKeyValidation { resharing: false });
    quorum.vote(proposals[0], cw3::Vote::Yes);
    // The other one is decided only by the vote that comes later.
    assert_eq!(quorum.advance_late(), EpochState::VerificationKeyFinalization { resharing: false });
    quorum.pass(proposals[1]);
    quorum.try_execute(proposals[0]).expect("it has passed");
    assert_eq!(quorum.advance(), EpochState::InProgress);
    let in_service = quorum.generations().in_service.expect("two of three are enough");
    assert_eq!((in_service.threshold, in_service.verified_keys), (2, 2));
}

pub(super) fn a_reset_makes_other_keys<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    quorum.trigger(false);
    // Everybody deals, as in the first one.
    quorum.ceremony(false);
    let generations = quorum.generations();
    let in_service = generations.in_service.expect("there are keys");
    assert!(!in_service.resharing && in_service.epoch_id == 1);
    assert_eq!(generations.outgoing.iter().map(|one| one.epoch_id).collect::<Vec<_>>(), [0]);
}

pub(super) fn old_generations_stay_readable<E: Engine>(engine: &mut E) {
    const DAY: u64 = 86_400;
    let mut quorum = Quorum::with_keys(engine, 3);
    quorum.trigger(true);
    quorum.ceremony(true);
    quorum.engine.advance_time(4 * DAY);
    quorum.trigger(true);
    quorum.ceremony(true);
    let outgoing = |quorum: &mut Quorum<E>| -> Vec<u64> {
        quorum.generations().outgoing.iter().map(|generation| generation.epoch_id).collect()
    };
    assert_eq!(outgoing(&mut quorum), [1, 0]);
    // Tickets of the first keys are over eight days after those were replaced.
    quorum.engine.advance_time(4 * DAY + 1);
    assert_eq!(outgoing(&mut quorum), [1]);
    quorum.engine.advance_time(4 * DAY);
    assert!(outgoing(&mut quorum).is_empty());
    for epoch_id in 0..3 {
        assert_eq!(keys(&mut quorum, epoch_id).shares.len(), 3, "epoch {epoch_id}");
        let dealers: PagedDealerResponse =
            quorum.dkg_asks(&DkgQuery::GetEpochDealers { epoch_id, limit: None, start_after: None });
        assert_eq!(dealers.dealers.len(), 3, "epoch {epoch_id}");
        assert_eq!(quorum.dkg_asks::<Option<u64>>(&DkgQuery::GetEpochThreshold { epoch_id }), Some(2));
    }
    let history: nym_dkg_contract::msg::PagedKeyGenerationsResponse =
        quorum.dkg_asks(&DkgQuery::GetKeyGenerationsHistory { limit: Some(2), start_after: Some(0) });
    assert_eq!(history.generations.iter().map(|one| one.epoch_id).collect::<Vec<_>>(), [1, 2]);
}
