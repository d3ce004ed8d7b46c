//! Counting reports: a ticket is in the filter once a threshold of signers reports it.

use std::collections::HashMap;

use super::bits::DayFilter;

/// Reports of one signer that no threshold confirms yet. A signer beyond it is not read further until others catch up,
/// so that a faulty one costs bounded memory (about 12 MiB).
pub const MAX_UNCONFIRMED: usize = 1 << 18;
/// Most signers that are told apart.
const MAX_SIGNERS: usize = 128;

/// The reports on one spend day. Signers are numbered by their position in the generation.
#[derive(Clone, Debug)]
pub struct Aggregator {
    threshold: usize,
    unconfirmed: HashMap<u64, u128>,
    by_signer: Vec<usize>,
    filter: DayFilter,
}

impl Aggregator {
    /// Nothing reported. A threshold of zero counts as one.
    pub fn new(threshold: usize, signers: usize) -> Self {
        Self {
            threshold: threshold.max(1),
            unconfirmed: HashMap::new(),
            by_signer: vec![0; signers.min(MAX_SIGNERS)],
            filter: DayFilter::new(),
        }
    }

    /// Takes over what was confirmed earlier, for instance before a restart.
    pub fn restore(&mut self, fingerprints: &[u64]) {
        fingerprints.iter().for_each(|fingerprint| {
            self.filter.insert(*fingerprint);
        });
    }

    /// Whether more of this signer's reports are taken now.
    pub fn takes_from(&self, signer: usize) -> bool {
        self.by_signer.get(signer).is_some_and(|unconfirmed| *unconfirmed < MAX_UNCONFIRMED)
    }

    /// Counts a report. True if it was the one that confirms the ticket.
    pub fn report(&mut self, signer: usize, fingerprint: u64) -> bool {
        if signer >= self.by_signer.len() || self.filter.contains(fingerprint) {
            return false;
        }
        let reporters = self.unconfirmed.entry(fingerprint).or_default();
        let bit = 1_u128 << signer;
        if *reporters & bit != 0 {
            return false;
        }
        *reporters |= bit;
        self.by_signer[signer] += 1;
        if (reporters.count_ones() as usize) < self.threshold {
            return false;
        }
        let reporters = self.unconfirmed.remove(&fingerprint).unwrap_or_default();
        for (signer, unconfirmed) in self.by_signer.iter_mut().enumerate() {
            if reporters & (1 << signer) != 0 {
                *unconfirmed -= 1;
            }
        }
        self.filter.insert(fingerprint);
        true
    }

    /// What a threshold of signers reported.
    pub fn filter(&self) -> &DayFilter {
        &self.filter
    }

    /// Tickets that too few signers report so far.
    pub fn unconfirmed(&self) -> usize {
        self.unconfirmed.len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// A ticket is confirmed exactly when a threshold of different signers has reported it, whatever the order and
        /// however often each says it.
        #[test]
        fn a_threshold_of_different_signers_confirms(
            threshold in 1_usize..5,
            reports in prop::collection::vec((0_usize..6, 0_u64..12), 0..200),
        ) {
            let mut aggregator = Aggregator::new(threshold, 5);
            let mut reporters: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
            for (signer, ticket) in reports {
                // Spread tickets over blocks, so that none is confirmed by bits of others.
                let fingerprint = ticket << 24 | ticket;
                let known = reporters.entry(ticket).or_default();
                let before = known.len();
                if signer < 5 {
                    known.insert(signer);
                }
                let confirms = known.len() == threshold && before < threshold;
                prop_assert_eq!(aggregator.report(signer, fingerprint), confirms);
                prop_assert_eq!(aggregator.filter().contains(fingerprint), known.len() >= threshold);
            }
        }
    }

    #[test]
    fn a_flooding_signer_is_paused_and_others_are_not() {
        let mut aggregator = Aggregator::new(2, 3);
        for fingerprint in 0..MAX_UNCONFIRMED as u64 {
            assert!(aggregator.takes_from(0));
            assert!(!aggregator.report(0, fingerprint));
        }
        assert!(!aggregator.takes_from(0) && aggregator.takes_from(1));
        assert!(aggregator.report(1, 17) && aggregator.takes_from(0));
        assert_eq!(aggregator.filter().entries(), 1);
        assert_eq!(aggregator.unconfirmed(), MAX_UNCONFIRMED - 1);
    }
}
