//! The blocked Bloom filter of a day.

/// Blocks of 512 bits, one cache line each: a lookup touches one.
const BLOCKS: usize = 1 << 16;
const WORDS: usize = 8;
/// Bits set per fingerprint.
const PROBES: u32 = 7;
/// Size of a filter: 4 MiB, 33 bits per ticket at a million tickets a day.
pub const BITS_PER_DAY: usize = BLOCKS * WORDS * 64;

/// The fingerprints of one spend day.
#[derive(Clone, Debug)]
pub struct DayFilter {
    /// Allocated with the first entry.
    words: Vec<u64>,
    entries: u64,
}

impl DayFilter {
    /// An empty filter.
    pub fn new() -> Self {
        Self { words: Vec::new(), entries: 0 }
    }

    /// Sets the bits of a fingerprint. True if one was not set before.
    pub fn insert(&mut self, fingerprint: u64) -> bool {
        if self.words.is_empty() {
            self.words = vec![0; BLOCKS * WORDS];
        }
        self.entries += 1;
        let mut news = false;
        let block = block_of(fingerprint);
        for probe in probes(fingerprint) {
            let word = &mut self.words[block * WORDS + probe / 64];
            let bit = 1 << (probe % 64);
            news |= *word & bit == 0;
            *word |= bit;
        }
        news
    }

    /// Whether all bits of a fingerprint are set.
    pub fn contains(&self, fingerprint: u64) -> bool {
        if self.words.is_empty() {
            return false;
        }
        let block = block_of(fingerprint);
        probes(fingerprint).all(|probe| self.words[block * WORDS + probe / 64] & (1 << (probe % 64)) != 0)
    }

    /// How often something was inserted.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Bits that are set.
    pub fn set_bits(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

impl Default for DayFilter {
    fn default() -> Self {
        Self::new()
    }
}

/// The top 16 of 40 bits.
fn block_of(fingerprint: u64) -> usize {
    usize::try_from(fingerprint >> 24 & 0xffff).expect("sixteen bits")
}

/// Seven positions of nine bits out of a mix of all 40 bits (the finaliser of SplitMix64).
fn probes(fingerprint: u64) -> impl Iterator<Item = usize> {
    let mut mixed = fingerprint.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (0..PROBES).map(move |probe| usize::try_from(mixed >> (9 * probe) & 511).expect("nine bits"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::{RngCore, SeedableRng};

    #[test]
    fn what_was_inserted_is_found_and_little_else() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let mut filter = DayFilter::new();
        assert!(!filter.contains(1));
        let entries: Vec<u64> = (0..1_000_000).map(|_| rng.next_u64() >> 24).collect();
        entries.iter().for_each(|entry| {
            filter.insert(*entry);
        });
        assert!(entries.iter().all(|entry| filter.contains(*entry)));
        let strangers = 4_000_000;
        let hits = (0..strangers).filter(|_| filter.contains(rng.next_u64() >> 24)).count();
        // docs/protocol/spent-tickets.md §7 states 2.2e-5 at a million entries.
        assert!(hits < 200, "{hits} of {strangers} strangers hit");
        println_measure(hits, strangers, filter.set_bits());
    }

    #[allow(clippy::print_stdout, reason = "the measured rate goes into the documentation")]
    fn println_measure(hits: usize, strangers: usize, bits: u64) {
        println!("false positives at 1e6 entries: {hits} of {strangers}; {bits} bits set");
    }

    #[test]
    fn positions_are_fixed_for_ever() {
        // Other implementations build the same filter: these positions are part of the format.
        let positions: Vec<usize> = probes(0x01_2345_6789).collect();
        assert_eq!(block_of(0x01_2345_6789), 0x0123);
        assert_eq!(positions, POSITIONS);
    }

    const POSITIONS: [usize; 7] = [207, 271, 213, 83, 165, 375, 267];
}
