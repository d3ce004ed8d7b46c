//! What to do next: a pure function of the facts on chain and of what this signer holds.
//!
//! Whether something was done is read off the chain wherever the chain can tell, never off a record of having done it.
//! So a signer that is killed before or after any step, or that comes late, does what is left to do and nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::facts::{Facts, Phase, ProposalStatus};
use super::messages::Piece;
use super::record::Record;
use super::step::Step;

/// What this signer holds of the DKG epoch that the facts are about.
#[derive(Clone, Copy, Debug)]
pub struct Holdings<'a> {
    /// Outcome and ballots.
    pub record: &'a Record,
    /// Base58 of its encryption key of this epoch.
    pub encryption_key: Option<&'a str>,
    /// Lengths of its dealings of this epoch.
    pub dealings: Option<&'a [usize]>,
    /// Whether it holds its secret key of this epoch.
    pub signing_key: bool,
    /// Whether it holds the secret key of the generation in service.
    pub base_key: bool,
    /// Dealers that are judged, by node index.
    pub judged: &'a BTreeSet<u64>,
    /// Whether secrets of this or older epochs are left that nobody needs any more.
    pub leftovers: bool,
}

/// How long things have lasted, on this signer's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Elapsed {
    /// Since the phase was first seen.
    pub in_phase: Duration,
    /// Since it was first seen that the contract would go on.
    pub can_advance: Duration,
}

/// How signers take turns in what one of them must do and any may.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    /// Each signer waits this much longer than the one before it.
    pub stagger: Duration,
}

/// What to do now, and when to look again at the latest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order of urgency.
    pub steps: Vec<Step>,
    /// When this signer's turn comes, if it waits for one.
    pub turn_in: Option<Duration>,
}

/// Plans for one signer.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// Its account.
    pub address: &'a str,
    /// Where its nym-api is, as it should stand on chain.
    pub announce_address: &'a str,
    /// How signers take turns.
    pub turns: Turns,
}

impl Signer<'_> {
    /// Everything that can be done now.
    pub fn plan(&self, facts: &Facts, holdings: &Holdings<'_>, elapsed: &Elapsed) -> Plan {
        let mut plan = Plan::default();
        match facts.phase {
            Phase::WaitingInitialisation => {}
            Phase::Registration => plan.steps.extend(self.register(facts, holdings)),
            Phase::DealingExchange => {
                plan.steps.extend(self.deal(facts, holdings));
                plan.steps.extend(judge(facts, holdings));
            }
            Phase::ShareSubmission => {
                plan.steps.extend(conclude(facts, holdings));
                plan.steps.extend(self.send_share(facts, holdings));
            }
            Phase::ShareValidation => {
                plan.steps.extend(conclude(facts, holdings));
                plan.steps.extend(self.vote(facts, holdings));
            }
            Phase::ShareFinalisation => {
                self.execute(facts, elapsed, &mut plan);
                plan.steps.extend(conclude(facts, holdings));
                plan.steps.extend(self.vote(facts, holdings));
            }
            Phase::InProgress => {
                plan.steps.extend(self.announce(facts));
                plan.steps.extend(holdings.leftovers.then_some(Step::TidyUp));
            }
        }
        if facts.can_advance {
            let turn = self.turns.stagger * self.place(facts);
            self.in_turn(turn, elapsed.can_advance, Step::Advance, &mut plan);
        }
        plan
    }

    fn register(&self, facts: &Facts, holdings: &Holdings<'_>) -> Option<Step> {
        if !facts.members.contains(self.address) || facts.dealer(self.address).is_some() {
            return None;
        }
        Some(if holdings.encryption_key.is_some() { Step::Register } else { Step::CreateEncryptionKey })
    }

    fn deal(&self, facts: &Facts, holdings: &Holdings<'_>) -> Option<Step> {
        let (node, _) = facts.dealer(self.address)?;
        if !facts.may_deal(node) || facts.has_all_dealings(node) {
            return None;
        }
        let Some(lengths) = holdings.dealings else {
            return (!facts.resharing || holdings.base_key).then_some(Step::Deal);
        };
        let missing = Piece::missing(lengths, &facts.own_dealings);
        (!missing.is_empty()).then_some(Step::SendDealings(missing))
    }

    fn send_share(&self, facts: &Facts, holdings: &Holdings<'_>) -> Option<Step> {
        let wanted = facts.dealer(self.address).is_some() && !facts.shares.contains_key(self.address);
        (wanted && holdings.signing_key && holdings.record.keys().is_some()).then_some(Step::SendShare)
    }

    fn vote(&self, facts: &Facts, holdings: &Holdings<'_>) -> Vec<Step> {
        // Whoever votes has a place in the group; that it was one when the proposal was made, the contract knows.
        if !facts.members.contains(self.address) || holdings.record.outcome.is_none() {
            return Vec::new();
        }
        let (mut unexamined, mut ballots) = (Vec::new(), BTreeMap::new());
        for (owner, share) in &facts.shares {
            let Some((id, proposal)) = share.proposal.and_then(|id| Some((id, facts.proposals.get(&id)?))) else {
                continue;
            };
            if share.verified || !facts.is_votable(proposal) || proposal.votes.contains_key(self.address) {
                continue;
            }
            match holdings.record.ballots.get(&id) {
                Some(ballot) => {
                    ballots.insert(id, ballot.objection.is_none());
                }
                None => unexamined.push(owner.clone()),
            }
        }
        // All are examined before any vote is sent, so that all votes go in one transaction.
        if !unexamined.is_empty() {
            vec![Step::Examine(unexamined)]
        } else if !ballots.is_empty() {
            vec![Step::Vote(ballots)]
        } else {
            Vec::new()
        }
    }

    /// The own proposal at once; those of others, who may have gone away, a little later and one signer after another.
    fn execute(&self, facts: &Facts, elapsed: &Elapsed, plan: &mut Plan) {
        let passed = |owner: &str| {
            let share = facts.shares.get(owner).filter(|share| !share.verified)?;
            share.proposal.filter(|id| facts.proposals.get(id).is_some_and(|p| p.status == ProposalStatus::Passed))
        };
        if let Some(own) = passed(self.address) {
            plan.steps.push(Step::Execute(vec![own]));
        }
        let others: Vec<u64> =
            facts.shares.keys().filter(|owner| *owner != self.address).filter_map(|owner| passed(owner)).collect();
        if !others.is_empty() {
            let turn = self.turns.stagger * (self.place(facts) + 2);
            self.in_turn(turn, elapsed.in_phase, Step::Execute(others), plan);
        }
    }

    fn announce(&self, facts: &Facts) -> Option<Step> {
        let announced = match facts.dealer(self.address) {
            Some((_, dealer)) => &dealer.announce_address,
            None => facts.outgoing_address.as_ref()?,
        };
        (announced != self.announce_address).then_some(Step::Announce)
    }

    fn in_turn(&self, turn: Duration, elapsed: Duration, step: Step, plan: &mut Plan) {
        if elapsed >= turn {
            plan.steps.push(step);
        } else {
            let left = turn - elapsed;
            plan.turn_in = Some(plan.turn_in.map_or(left, |earlier| earlier.min(left)));
        }
    }

    /// How many others come before this signer. The order differs from phase to phase, so that fees are shared.
    fn place(&self, facts: &Facts) -> u32 {
        let members = u64::try_from(facts.members.len()).unwrap_or(u64::MAX).max(1);
        let rank = facts.members.iter().position(|member| member == self.address).unwrap_or(facts.members.len());
        let rank = u64::try_from(rank).unwrap_or(u64::MAX);
        if rank >= members {
            return u32::try_from(members).unwrap_or(u32::MAX);
        }
        let first = (facts.epoch.wrapping_mul(7).wrapping_add(facts.phase as u64)) % members;
        u32::try_from((rank + members - first) % members).unwrap_or(u32::MAX)
    }
}

/// Dealers that can be judged: all that deal and have sent everything, or will send nothing more.
fn judge(facts: &Facts, holdings: &Holdings<'_>) -> Option<Step> {
    if holdings.record.outcome.is_some() {
        return None;
    }
    let ready = |node: &u64| facts.dealings_are_closed() || facts.has_all_dealings(*node);
    let open = unjudged(facts, holdings.judged).filter(ready).collect::<Vec<_>>();
    (!open.is_empty()).then_some(Step::Judge(open))
}

fn unjudged<'a>(facts: &'a Facts, judged: &'a BTreeSet<u64>) -> impl Iterator<Item = u64> + 'a {
    facts.dealers.keys().copied().filter(|node| facts.may_deal(*node) && !judged.contains(node))
}

fn conclude(facts: &Facts, holdings: &Holdings<'_>) -> Option<Step> {
    if holdings.record.outcome.is_some() {
        return None;
    }
    judge(facts, holdings).or(Some(Step::Conclude))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::super::facts::{Dealer, InService, Proposal, Share};
    use super::super::record::{Ballot, Outcome, PublicKeys};
    use super::*;

    const STAGGER: Duration = Duration::from_secs(10);

    fn signer(address: &str) -> Signer<'_> {
        Signer { address, announce_address: "http://here/", turns: Turns { stagger: STAGGER } }
    }

    fn facts(phase: Phase) -> Facts {
        let dealer = |address: &str| Dealer {
            address: address.into(),
            announce_address: "http://here/".into(),
            ..Dealer::default()
        };
        Facts {
            phase,
            key_size: 5,
            threshold: Some(2),
            members: ["a", "b", "c"].map(String::from).into(),
            dealers: [(1, dealer("a")), (2, dealer("b")), (3, dealer("c"))].into(),
            ..Facts::default()
        }
    }

    struct Held {
        record: Record,
        judged: BTreeSet<u64>,
    }

    impl Held {
        fn nothing() -> Self {
            Self { record: Record::new(0), judged: BTreeSet::new() }
        }

        fn concluded() -> Self {
            let keys = PublicKeys { master: Vec::new(), partials: BTreeMap::new() };
            let outcome = Outcome { rejected: BTreeMap::new(), accepted: vec![1, 2, 3], keys: Ok(keys) };
            Self { record: Record { outcome: Some(outcome), ..Record::new(0) }, judged: BTreeSet::new() }
        }

        fn holdings(&self) -> Holdings<'_> {
            Holdings {
                record: &self.record,
                encryption_key: None,
                dealings: None,
                signing_key: false,
                base_key: false,
                judged: &self.judged,
                leftovers: false,
            }
        }
    }

    fn steps(facts: &Facts, holdings: &Holdings<'_>) -> Vec<Step> {
        signer("a").plan(facts, holdings, &Elapsed::default()).steps
    }

    #[test]
    fn only_members_register_and_only_once() {
        let held = Held::nothing();
        let mut facts = facts(Phase::Registration);
        assert_eq!(steps(&facts, &held.holdings()), []);
        facts.dealers.remove(&1);
        assert_eq!(steps(&facts, &held.holdings()), [Step::CreateEncryptionKey]);
        let with_key = Holdings { encryption_key: Some("key"), ..held.holdings() };
        assert_eq!(steps(&facts, &with_key), [Step::Register]);
        facts.members.remove("a");
        assert_eq!(steps(&facts, &with_key), []);
    }

    #[test]
    fn in_a_resharing_only_holders_of_the_old_key_deal_and_are_waited_for() {
        let held = Held::nothing();
        let mut facts = facts(Phase::DealingExchange);
        assert_eq!(steps(&facts, &held.holdings()), [Step::Deal]);
        facts.resharing = true;
        facts.in_service = Some(InService { epoch: 0, threshold: 2, signers: 2, shares: [(2, "k".into())].into() });
        assert_eq!(steps(&facts, &Holdings { base_key: true, ..held.holdings() }), [], "its share was not verified");
        facts.in_service.as_mut().unwrap().shares.insert(1, "k".into());
        assert_eq!(steps(&facts, &held.holdings()), [], "its secret key is lost");
        assert_eq!(steps(&facts, &Holdings { base_key: true, ..held.holdings() }), [Step::Deal]);
        facts.phase = Phase::ShareSubmission;
        assert_eq!(steps(&facts, &held.holdings()), [Step::Judge(vec![1, 2])]);
    }

    #[test]
    fn dealers_are_judged_as_they_complete_and_all_of_them_once_the_exchange_is_over() {
        let mut held = Held::nothing();
        let mut facts = facts(Phase::DealingExchange);
        facts.complete_dealings = [(1, 5), (2, 5), (3, 4)].into();
        assert_eq!(steps(&facts, &held.holdings()), [Step::Judge(vec![1, 2])]);
        held.judged = [1, 2].into();
        assert_eq!(steps(&facts, &held.holdings()), []);
        facts.phase = Phase::ShareSubmission;
        assert_eq!(steps(&facts, &held.holdings()), [Step::Judge(vec![3])]);
        held.judged.insert(3);
        assert_eq!(steps(&facts, &held.holdings()), [Step::Conclude]);
    }

    #[test]
    fn votes_wait_for_each_other_and_are_cast_once() {
        let mut held = Held::concluded();
        let mut facts = facts(Phase::ShareValidation);
        for (number, owner) in (1..).zip(["a", "b", "c"]) {
            let share = Share { node: number, key: "k".into(), verified: false, proposal: Some(number) };
            facts.shares.insert(owner.into(), share);
            let open = Proposal { status: ProposalStatus::Open, votes: BTreeMap::new(), expires: Some(100) };
            facts.proposals.insert(number, open);
        }
        let all = ["a", "b", "c"].map(String::from).to_vec();
        assert_eq!(steps(&facts, &held.holdings()), [Step::Examine(all)]);
        for (number, owner) in (1..).zip(["a", "b", "c"]) {
            let objection = (owner == "b").then(|| "wrong".to_owned());
            held.record.ballots.insert(number, Ballot { owner: owner.into(), objection });
        }
        assert_eq!(steps(&facts, &held.holdings()), [Step::Vote([(1, true), (2, false), (3, true)].into())]);
        facts.proposals.get_mut(&1).unwrap().votes.insert("a".into(), true);
        facts.shares.get_mut("c").unwrap().verified = true;
        assert_eq!(steps(&facts, &held.holdings()), [Step::Vote([(2, false)].into())]);
        facts.block.time = 100;
        assert_eq!(steps(&facts, &held.holdings()), [], "its time is over");
    }

    #[test]
    fn what_any_may_do_is_done_in_turn() {
        let held = Held::concluded();
        let mut facts = facts(Phase::ShareValidation);
        facts.can_advance = true;
        let mut turns: Vec<Duration> = ["a", "b", "c"]
            .iter()
            .map(|address| {
                let waiting = signer(address).plan(&facts, &held.holdings(), &Elapsed::default());
                let turn = waiting.turn_in.unwrap_or_default();
                let due = Elapsed { can_advance: turn, ..Elapsed::default() };
                assert_eq!(signer(address).plan(&facts, &held.holdings(), &due).steps, [Step::Advance]);
                turn
            })
            .collect();
        let first = turns.iter().position(Duration::is_zero).unwrap();
        turns.sort_unstable();
        assert_eq!(turns, [Duration::ZERO, STAGGER, STAGGER * 2]);
        facts.phase = Phase::ShareFinalisation;
        let next = ["a", "b", "c"]
            .iter()
            .position(|address| signer(address).plan(&facts, &held.holdings(), &Elapsed::default()).turn_in.is_none());
        assert_ne!(next, Some(first), "another signer pays the next time");
    }

    #[test]
    fn passed_shares_are_confirmed_by_their_owners_and_later_by_anyone() {
        let held = Held::concluded();
        let mut facts = facts(Phase::ShareFinalisation);
        for (number, owner) in (1..).zip(["a", "b"]) {
            let share = Share { node: number, key: "k".into(), verified: false, proposal: Some(number) };
            facts.shares.insert(owner.into(), share);
            let votes = [("a".into(), true)].into();
            facts.proposals.insert(number, Proposal { status: ProposalStatus::Passed, votes, expires: None });
        }
        let plan = signer("a").plan(&facts, &held.holdings(), &Elapsed::default());
        assert_eq!(plan.steps, [Step::Execute(vec![1])]);
        let later = Elapsed { in_phase: STAGGER * 5, ..Elapsed::default() };
        assert_eq!(
            signer("a").plan(&facts, &held.holdings(), &later).steps,
            [Step::Execute(vec![1]), Step::Execute(vec![2])]
        );
        facts.proposals.get_mut(&2).unwrap().status = ProposalStatus::Rejected;
        facts.shares.get_mut("a").unwrap().verified = true;
        assert_eq!(signer("a").plan(&facts, &held.holdings(), &later).steps, []);
    }
}
