//! What a running signer knows of the current DKG epoch and reads or finds out again after a restart.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use nym_dkg::DkgError;

use super::facts::{Facts, Phase};
use super::machine::Elapsed;
use super::step::StepKind;
use super::work::{Roster, Verdict};

/// The longest pause after a step that keeps failing.
const LONGEST_REST: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Memory {
    epoch: Option<u64>,
    /// The phase, and when it was first seen.
    phase: Option<(Phase, Duration)>,
    /// When it was first seen that the contract would go on.
    can_advance: Option<Duration>,
    /// Steps that failed.
    rests: BTreeMap<StepKind, Rest>,
    /// Who takes part, once registration is closed.
    pub(super) roster: Option<Arc<Result<Roster, DkgError>>>,
    /// Dealers that are judged.
    pub(super) verdicts: BTreeMap<u64, Verdict>,
    /// Whether those on disk are among them.
    pub(super) verdicts_loaded: bool,
    /// Lengths of the dealings on disk.
    pub(super) dealing_lengths: Option<Vec<usize>>,
}

#[derive(Clone, Copy)]
struct Rest {
    until: Duration,
    length: Duration,
}

impl Memory {
    /// Forgets what belongs to another epoch, and notes since when things last. True if a phase began.
    pub(super) fn follow(&mut self, facts: &Facts, now: Duration) -> bool {
        if self.epoch != Some(facts.epoch) {
            *self = Self { epoch: Some(facts.epoch), ..Self::default() };
        }
        let began = self.phase() != Some(facts.phase);
        if began {
            self.phase = Some((facts.phase, now));
            self.can_advance = None;
            self.rests.clear();
        }
        if facts.phase == Phase::InProgress {
            // Shares of a finished epoch are secrets that nobody needs any more.
            self.verdicts.clear();
            self.roster = None;
        }
        self.can_advance = if facts.can_advance { self.can_advance.or(Some(now)) } else { None };
        began
    }

    pub(super) fn phase(&self) -> Option<Phase> {
        self.phase.map(|(phase, _)| phase)
    }

    pub(super) fn elapsed(&self, now: Duration) -> Elapsed {
        Elapsed {
            in_phase: self.phase.map_or(Duration::ZERO, |(_, since)| now.saturating_sub(since)),
            can_advance: self.can_advance.map_or(Duration::ZERO, |since| now.saturating_sub(since)),
        }
    }

    /// A step failed: it rests twice as long as the last time.
    pub(super) fn failed(&mut self, kind: StepKind, now: Duration, first: Duration) {
        let length = self.rests.get(&kind).map_or(first, |rest| (rest.length * 2).min(LONGEST_REST.max(first)));
        self.rest(kind, now, length);
    }

    /// Another program took the account's number: that is won by trying again soon, so rests do not grow.
    pub(super) fn outrun(&mut self, kind: StepKind, now: Duration, first: Duration) {
        self.rest(kind, now, first);
    }

    fn rest(&mut self, kind: StepKind, now: Duration, length: Duration) {
        self.rests.insert(kind, Rest { until: now + length, length });
    }

    pub(super) fn worked(&mut self, kind: StepKind) {
        self.rests.remove(&kind);
    }

    pub(super) fn is_resting(&self, kind: StepKind, now: Duration) -> bool {
        self.rests.get(&kind).is_some_and(|rest| rest.until > now)
    }

    /// How long each resting step still rests.
    pub(super) fn rests(&self, now: Duration) -> impl Iterator<Item = Duration> + '_ {
        self.rests.values().map(move |rest| rest.until.saturating_sub(now)).filter(|left| !left.is_zero())
    }
}
