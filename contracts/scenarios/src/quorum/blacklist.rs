//! The blacklist, and deposits that are withheld.

use super::deployment::{PRICE, Quorum, proposal_in, public_key};
use super::deposits::deposit_for;
use crate::Engine;
use crate::mixnet::{NodeIdentity, attributes_of, nym};
use cosmwasm_std::Binary;
use cw3::{Status, Vote};
use nym_ecash_contract::constants::MAX_SPENDING_RECORD_LENGTH;
use nym_ecash_contract::msg::{
    BlacklistProposalResponse, BlacklistProposalsResponse, BlacklistedAccountResponse, ExecuteMsg as EcashMsg,
    ForfeitProposalResponse, ForfeitedDepositResponse, IssuanceStandingResponse, PagedBlacklistedAccountResponse,
    PagedForfeitedDepositsResponse, QueryMsg as EcashQuery,
};
use nym_ecash_contract::types::{Blacklisting, DoubleSpendEvidence, ForfeitEvidence};

fn evidence() -> DoubleSpendEvidence {
    DoubleSpendEvidence { first: Binary::from(vec![1; 1245]), second: Binary::from(vec![2; 1278]) }
}

fn against(number: u8) -> EcashMsg {
    EcashMsg::ProposeBlacklisting { public_key: public_key(number), evidence: evidence() }
}

fn entry<E: Engine>(quorum: &mut Quorum<E>, number: u8) -> Option<Blacklisting> {
    let question = EcashQuery::GetBlacklistedAccount { public_key: public_key(number) };
    quorum.ecash_asks::<BlacklistedAccountResponse>(&question).account
}

/// Puts a key on the blacklist for good.
fn blacklisted<E: Engine>(quorum: &mut Quorum<E>, number: u8) {
    let signer = quorum.signers[0].clone();
    let proposal = proposal_in(&quorum.ecash_takes(&signer, &against(number), &[]));
    quorum.pass(proposal);
}

pub(super) fn a_double_spender<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    let signer = quorum.signers[1].clone();
    assert_eq!(entry(&mut quorum, 1), None);
    let proposed = quorum.ecash_takes(&signer, &against(1), &[]);
    let proposal_id = proposal_in(&proposed);
    assert_eq!(proposed.data, Some(proposal_id.to_be_bytes().to_vec()));
    // One member's word blocks nobody, and everybody can see it.
    assert_eq!(entry(&mut quorum, 1), Some(Blacklisting { proposal_id, finalized_at_height: None }));
    let found: BlacklistProposalResponse = quorum.ecash_asks(&EcashQuery::GetBlacklistProposal { proposal_id });
    let found = found.proposal.expect("it was proposed");
    assert_eq!((found.proposer, found.evidence, found.public_key), (signer.clone(), evidence(), public_key(1)));
    assert_eq!(found.proposed_at_height, proposed.height);
    let described = quorum.proposal(proposal_id);
    assert_eq!(described.title, "Add to blacklist, as ordered by Ecash Bandwidth Contract");
    assert_eq!((described.description, described.proposer), (public_key(1), quorum.ecash.clone()));
    // Asking again answers the same number, without another proposal.
    let again = quorum.ecash_takes(&signer, &against(1), &[]);
    assert_eq!((proposal_in(&again), again.data), (proposal_id, proposed.data));

    quorum.vote(proposal_id, Vote::Yes);
    let refusal =
        quorum.send(&signer, &quorum.ecash.clone(), &EcashMsg::AddToBlacklist { public_key: public_key(1) }, &[]);
    assert!(refusal.is_err());
    let done = quorum.try_execute(proposal_id).expect("three of four are enough");
    assert_eq!(attributes_of(&done, "blacklisted"), [("public_key".to_owned(), public_key(1))]);
    let last = Blacklisting { proposal_id, finalized_at_height: Some(done.height) };
    assert_eq!(entry(&mut quorum, 1), Some(last));
    assert!(last.is_final());
    quorum.ecash_refuses(&signer, &against(1), &[], "is on the blacklist since block");
    quorum.ecash_refuses(
        &signer,
        &EcashMsg::DropRejectedBlacklisting { public_key: public_key(1) },
        &[],
        "was voted down or has expired",
    );

    let other = quorum.signers[0].clone();
    quorum.ecash_takes(&other, &against(2), &[]);
    let page: PagedBlacklistedAccountResponse =
        quorum.ecash_asks(&EcashQuery::GetBlacklistPaged { limit: None, start_after: None });
    let listed: Vec<_> = page.accounts.iter().map(|one| (one.public_key.clone(), one.info.is_final())).collect();
    assert_eq!(listed, [(public_key(1), true), (public_key(2), false)]);
    assert_eq!((page.per_page, page.start_next_after), (50, Some(public_key(2))));
    let start_after = Some(public_key(1));
    let page: PagedBlacklistedAccountResponse =
        quorum.ecash_asks(&EcashQuery::GetBlacklistPaged { limit: Some(1000), start_after });
    assert_eq!((page.accounts.len(), page.per_page), (1, 75));
}

pub(super) fn a_proposal_that_is_voted_down<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    let (liar, honest) = (quorum.signers[0].clone(), quorum.signers[1].clone());
    let drop = EcashMsg::DropRejectedBlacklisting { public_key: public_key(1) };
    let first = proposal_in(&quorum.ecash_takes(&liar, &against(1), &[]));
    quorum.ecash_refuses(&honest, &drop, &[], "no proposal against the key");
    quorum.vote(first, Vote::No);
    assert_eq!(quorum.status(first), Status::Rejected);
    let anyone = quorum.engine.account("anyone", &[]);
    quorum.ecash_takes(&anyone, &drop, &[]);
    // Nothing is left of it, also for signers that refuse pending entries.
    assert_eq!(entry(&mut quorum, 1), None);
    let found: BlacklistProposalResponse = quorum.ecash_asks(&EcashQuery::GetBlacklistProposal { proposal_id: first });
    assert!(found.proposal.is_none());

    // A proposal that nobody votes on ends by itself, and can be made anew.
    let second = proposal_in(&quorum.ecash_takes(&honest, &against(1), &[]));
    quorum.end_votes();
    assert_eq!(quorum.status(second), Status::Rejected);
    let third = proposal_in(&quorum.ecash_takes(&honest, &against(1), &[]));
    assert!(third > second);
    assert_eq!(entry(&mut quorum, 1).map(|entry| entry.proposal_id), Some(third));
    quorum.pass(third);
    assert!(entry(&mut quorum, 1).is_some_and(|entry| entry.is_final()));
}

pub(super) fn several_proposals_against_one_key<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    let [liar, honest, third] = [0, 1, 2].map(|n| quorum.signers[n].clone());
    let bad = proposal_in(&quorum.ecash_takes(&liar, &against(1), &[]));
    // A bad one does not stand in the way of a good one.
    let good = proposal_in(&quorum.ecash_takes(&honest, &against(1), &[]));
    let other = proposal_in(&quorum.ecash_takes(&third, &against(1), &[]));
    let question = EcashQuery::GetBlacklistProposals { public_key: public_key(1) };
    let all: BlacklistProposalsResponse = quorum.ecash_asks(&question);
    assert_eq!(all.proposals.iter().map(|one| one.proposal_id).collect::<Vec<_>>(), [bad, good, other]);
    assert_eq!(entry(&mut quorum, 1).map(|entry| entry.proposal_id), Some(other));
    quorum.vote(other, Vote::No);
    let drop = EcashMsg::DropRejectedBlacklisting { public_key: public_key(1) };
    quorum.ecash_takes(&honest, &drop, &[]);
    assert_eq!(entry(&mut quorum, 1).map(|entry| entry.proposal_id), Some(good));
    let done = quorum.pass(good);
    // The entry names the one that has passed, and another that passes later changes nothing.
    let last = Some(Blacklisting { proposal_id: good, finalized_at_height: Some(done.height) });
    assert_eq!(entry(&mut quorum, 1), last);
    quorum.pass(bad);
    assert_eq!(entry(&mut quorum, 1), last);
}

pub(super) fn refusals<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let signer = quorum.signers[0].clone();
    let stranger = quorum.engine.account("stranger", &[]);
    quorum.ecash_refuses(&stranger, &against(1), &[], "only voting members of the group");
    let old = EcashMsg::ProposeToBlacklist { public_key: public_key(1) };
    quorum.ecash_refuses(&signer, &old, &[], "a key is not blacklisted without evidence");
    for key in [String::new(), "0".to_owned(), bs58::encode([1; 47]).into_string(), bs58::encode([1; 49]).into_string()]
    {
        let message = EcashMsg::ProposeBlacklisting { public_key: key, evidence: evidence() };
        quorum.ecash_refuses(&signer, &message, &[], "is not an ecash user key");
    }
    let with = |first: usize, second: usize| {
        let evidence = DoubleSpendEvidence { first: vec![1; first].into(), second: vec![2; second].into() };
        EcashMsg::ProposeBlacklisting { public_key: public_key(1), evidence }
    };
    for (first, second) in [(0, 9), (9, 0), (MAX_SPENDING_RECORD_LENGTH + 1, 9), (9, MAX_SPENDING_RECORD_LENGTH + 1)] {
        quorum.ecash_refuses(&signer, &with(first, second), &[], "a spending has between 1 and 26121 bytes");
    }
    let same = DoubleSpendEvidence { first: evidence().first, second: evidence().first };
    let message = EcashMsg::ProposeBlacklisting { public_key: public_key(1), evidence: same };
    quorum.ecash_refuses(&signer, &message, &[], "two spendings that are the same");
    quorum.ecash_takes(&signer, &with(MAX_SPENDING_RECORD_LENGTH, MAX_SPENDING_RECORD_LENGTH), &[]);
}

fn request(deposit_id: u32, signed_by: u8) -> ForfeitEvidence {
    let withdrawal_request = vec![3; 397];
    let mut signed = withdrawal_request.clone();
    signed.extend(deposit_id.to_be_bytes());
    let signature = NodeIdentity::number(signed_by).sign_bytes(&signed).to_vec();
    ForfeitEvidence { withdrawal_request: withdrawal_request.into(), signature: signature.into() }
}

fn withhold(deposit_id: u32, number: u8, evidence: ForfeitEvidence) -> EcashMsg {
    EcashMsg::ProposeForfeit { deposit_id, public_key: public_key(number), evidence }
}

pub(super) fn withholding_a_deposit<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    let (signer, other) = (quorum.signers[0].clone(), quorum.signers[1].clone());
    let alice = quorum.engine.account("alice", &[nym(2 * PRICE)]);
    for number in [7, 8] {
        quorum.ecash_takes(&alice, &deposit_for(number), &[nym(PRICE)]);
    }
    blacklisted(&mut quorum, 1);
    let standing = |quorum: &mut Quorum<E>, deposit_id, number| -> IssuanceStandingResponse {
        quorum.ecash_asks(&EcashQuery::GetIssuanceStanding { deposit_id, public_key: public_key(number) })
    };
    let before = standing(&mut quorum, 1, 1);
    assert!(before.deposit.is_some() && before.forfeited.is_none());
    assert!(before.blacklisting.is_some_and(|entry| entry.is_final()));

    let proposed = quorum.ecash_takes(&signer, &withhold(1, 1, request(1, 8)), &[]);
    let proposal_id = proposal_in(&proposed);
    assert_eq!(proposed.data, Some(proposal_id.to_be_bytes().to_vec()));
    let described = quorum.proposal(proposal_id);
    assert_eq!((described.title.as_str(), described.description), ("ecash-forfeit", format!("1 {}", public_key(1))));
    let again = quorum.ecash_takes(&signer, &withhold(1, 1, request(1, 8)), &[]);
    assert_eq!(proposal_in(&again), proposal_id);
    let found: ForfeitProposalResponse = quorum.ecash_asks(&EcashQuery::GetForfeitProposal { proposal_id });
    let found = found.proposal.expect("it was proposed");
    assert_eq!((found.deposit_id, found.evidence, found.proposer), (1, request(1, 8), signer.clone()));
    // Nothing is withheld before the vote.
    assert!(standing(&mut quorum, 1, 2).forfeited.is_none());
    let second = proposal_in(&quorum.ecash_takes(&other, &withhold(1, 1, request(1, 8)), &[]));
    assert_ne!(second, proposal_id);
    let done = quorum.pass(proposal_id);
    let pair = |name: &str, value: String| (name.to_owned(), value);
    assert_eq!(
        attributes_of(&done, "forfeited_deposit"),
        [pair("deposit-id", "1".to_owned()), pair("public_key", public_key(1))]
    );
    // Under whatever key it is presented.
    let forfeited = standing(&mut quorum, 1, 2).forfeited.expect("it is withheld");
    assert_eq!((forfeited.deposit_id, forfeited.public_key.as_str()), (1, public_key(1).as_str()));
    assert_eq!(forfeited.forfeited_at_height, done.height);
    quorum.pass(second);
    let answer: ForfeitedDepositResponse = quorum.ecash_asks(&EcashQuery::GetForfeitedDeposit { deposit_id: 1 });
    assert_eq!(answer.forfeited, Some(forfeited));
    assert!(standing(&mut quorum, 0, 1).forfeited.is_none());
    let page: PagedForfeitedDepositsResponse =
        quorum.ecash_asks(&EcashQuery::GetForfeitedDepositsPaged { limit: None, start_after: None });
    assert_eq!((page.forfeited.len(), page.start_next_after), (1, Some(1)));
    quorum.ecash_refuses(&signer, &withhold(1, 1, request(1, 8)), &[], "deposit 1 is withheld since block");
}

pub(super) fn refusals_of_withholding<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let signer = quorum.signers[0].clone();
    let alice = quorum.engine.account("alice", &[nym(PRICE)]);
    quorum.ecash_takes(&alice, &deposit_for(7), &[nym(PRICE)]);
    quorum.ecash_refuses(&alice, &withhold(0, 1, request(0, 7)), &[], "only voting members of the group");
    quorum.ecash_refuses(&signer, &withhold(0, 1, request(0, 7)), &[], "is not on the blacklist for good");
    // A claim alone withholds nothing.
    quorum.ecash_takes(&signer, &against(1), &[]);
    quorum.ecash_refuses(&signer, &withhold(0, 1, request(0, 7)), &[], "is not on the blacklist for good");
    blacklisted(&mut quorum, 1);
    quorum.ecash_refuses(&signer, &withhold(1, 1, request(1, 7)), &[], "there is no deposit 1");
    // A member cannot invent a request.
    quorum.ecash_refuses(&signer, &withhold(0, 1, request(0, 8)), &[], "has not signed this request");
    quorum.ecash_refuses(&signer, &withhold(0, 1, request(1, 7)), &[], "has not signed this request");
    let short = ForfeitEvidence { signature: vec![1; 63].into(), ..request(0, 7) };
    quorum.ecash_refuses(&signer, &withhold(0, 1, short), &[], "has not signed this request");
    for length in [0, 1025] {
        let odd = ForfeitEvidence { withdrawal_request: vec![1; length].into(), ..request(0, 7) };
        quorum.ecash_refuses(&signer, &withhold(0, 1, odd), &[], "a withdrawal request has between 1 and 1024 bytes");
    }
    let bad_key = EcashMsg::ProposeForfeit { deposit_id: 0, public_key: "1".into(), evidence: request(0, 7) };
    quorum.ecash_refuses(&signer, &bad_key, &[], "is not an ecash user key");
    quorum.ecash_takes(&signer, &withhold(0, 1, request(0, 7)), &[]);
}
