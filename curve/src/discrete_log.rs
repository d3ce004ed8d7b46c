//! Small discrete logarithms: a table of multiples of a base, searched by baby steps and giant steps.

use crate::{G1, G1Affine, Point};
use std::ops::ControlFlow;

/// A group in which small logarithms can be looked up. Implemented by [`G1`] and, with the blst backend, by
/// [`crate::Gt`].
pub trait LogarithmGroup: Copy + sealed::Fingerprints {
    /// The group operation.
    #[must_use]
    fn compose(&self, other: &Self) -> Self {
        let mut sum = *self;
        sum.advance(&other.step());
        sum
    }

    /// The operation applied `factor` times, to the inverse if `factor` is negative. Variable time.
    #[must_use]
    fn multiple(&self, factor: i64) -> Self {
        let size = self.times(factor.unsigned_abs());
        if factor < 0 {
            let mut inverse = Self::neutral();
            inverse.advance(&Self::inverted(size.step()));
            inverse
        } else {
            size
        }
    }
}

mod sealed {
    pub trait Fingerprints: Sized {
        /// The form of an element that is added most cheaply.
        type Step: Copy;

        fn neutral() -> Self;
        fn is_neutral(&self) -> bool;
        fn same(&self, other: &Self) -> bool;
        fn step(&self) -> Self::Step;
        fn inverted(step: Self::Step) -> Self::Step;
        fn advance(&mut self, step: &Self::Step);
        fn times(&self, factor: u64) -> Self;
        /// 64 bits of each element, equal for an element and its inverse. Neutral elements give any value.
        fn fingerprints(elements: &[Self], out: &mut Vec<u64>);
    }
}

impl LogarithmGroup for G1 {}

impl sealed::Fingerprints for G1 {
    type Step = G1Affine;

    fn neutral() -> Self {
        <Self as Point>::identity()
    }

    fn is_neutral(&self) -> bool {
        self.is_identity()
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn step(&self) -> G1Affine {
        self.to_affine()
    }

    fn inverted(step: G1Affine) -> G1Affine {
        -step
    }

    fn advance(&mut self, step: &G1Affine) {
        *self += *step;
    }

    fn times(&self, factor: u64) -> Self {
        self.mul_u64(factor)
    }

    fn fingerprints(elements: &[Self], out: &mut Vec<u64>) {
        // The low end of x, which a point shares with its negation.
        out.extend(Self::batch_to_affine(elements).iter().map(|point| low_64(&point.to_bytes())));
    }
}

#[cfg(feature = "blst")]
impl LogarithmGroup for crate::Gt {}

#[cfg(feature = "blst")]
impl sealed::Fingerprints for crate::Gt {
    type Step = Self;

    fn neutral() -> Self {
        Self::one()
    }

    fn is_neutral(&self) -> bool {
        self.is_one()
    }

    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn step(&self) -> Self {
        *self
    }

    fn inverted(step: Self) -> Self {
        step.inverse()
    }

    fn advance(&mut self, step: &Self) {
        *self *= *step;
    }

    fn times(&self, factor: u64) -> Self {
        let bits = 64 - factor.leading_zeros();
        (0..bits).rev().fold(Self::one(), |power, bit| {
            let square = power.square();
            if (factor >> bit) & 1 == 1 { square * *self } else { square }
        })
    }

    fn fingerprints(elements: &[Self], out: &mut Vec<u64>) {
        // The first of the twelve coordinates lies in the half that conjugation, which inverts, leaves alone.
        out.extend(elements.iter().map(|element| low_64(&element.to_table_key()[..48])));
    }
}

fn low_64(big_endian: &[u8]) -> u64 {
    big_endian[big_endian.len() - 8..].iter().fold(0, |value, byte| (value << 8) | u64::from(*byte))
}

/// Elements whose fingerprints are taken together, so that one field inversion serves all of them.
const BATCH: u32 = 512;

/// Logarithms to one base, found with a table of the multiples 1..=reach. Public values only: variable time.
#[derive(Debug)]
pub struct DiscreteLogs<G: LogarithmGroup> {
    base: G,
    reach: u32,
    slots: Slots,
}

impl<G: LogarithmGroup> DiscreteLogs<G> {
    /// Tabulates 1..=`reach` multiples of `base`, 13.4 bytes each.
    ///
    /// # Panics
    /// If `reach` is 0 or above 2^22, which would exceed 64 MB.
    pub fn new(base: G, reach: u32) -> Self {
        assert!((1..=1 << 22).contains(&reach), "the table would be empty or exceed 64 MB");
        let mut slots = Slots::for_entries(reach);
        let step = base.step();
        let mut multiple = base;
        let mut batch = Vec::with_capacity(BATCH as usize);
        let mut keys = Vec::with_capacity(BATCH as usize);
        let mut first = 1;
        while first <= reach {
            let count = BATCH.min(reach - first + 1);
            batch.clear();
            keys.clear();
            for _ in 0..count {
                batch.push(multiple);
                multiple.advance(&step);
            }
            G::fingerprints(&batch, &mut keys);
            for (value, key) in (first..).zip(&keys) {
                slots.insert(*key, value);
            }
            first += count;
        }
        Self { base, reach, slots }
    }

    /// The z with |z| ≤ reach and z·base = target.
    pub fn look_up(&self, target: &G) -> Option<i64> {
        if target.is_neutral() {
            return Some(0);
        }
        let mut key = Vec::with_capacity(1);
        G::fingerprints(std::slice::from_ref(target), &mut key);
        self.confirm(target, key[0])
    }

    /// [`Self::look_up`] for many targets, with one field inversion in all.
    pub fn look_up_all(&self, targets: &[G]) -> Vec<Option<i64>> {
        let mut keys = Vec::with_capacity(targets.len());
        G::fingerprints(targets, &mut keys);
        targets
            .iter()
            .zip(keys)
            .map(|(target, key)| if target.is_neutral() { Some(0) } else { self.confirm(target, key) })
            .collect()
    }

    /// The z with |z| ≤ bound and z·base = target, `None` if there is none. Takes up to bound/reach giant steps, in
    /// growing distance from zero; `progress` is told the number of steps after each batch of about a thousand.
    ///
    /// # Errors
    /// The number of steps taken, if `progress` breaks.
    pub fn search(
        &self,
        target: &G,
        bound: u64,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<i64>, u64> {
        let stride = 2 * u64::from(self.reach) + 1;
        let giant = self.base.times(stride).step();
        let rounds = bound.saturating_add(u64::from(self.reach)) / stride;
        // Lane 0 walks down from the target (z above the table), lane 1 up.
        let mut lanes = [(*target, G::inverted(giant), 1i64), (*target, giant, -1i64)];
        let mut batch = Vec::with_capacity(BATCH as usize);
        let mut done = 0u64;
        while done <= rounds {
            let count = u64::from(BATCH).min(rounds - done + 1);
            for (cursor, step, sign) in &mut lanes {
                batch.clear();
                for _ in 0..count {
                    batch.push(*cursor);
                    cursor.advance(step);
                }
                for (round, found) in (done..).zip(self.look_up_all(&batch)) {
                    let Some(low) = found else { continue };
                    let far = i64::try_from(round * stride).expect("bounds of searches are below 2^62");
                    let value = low + *sign * far;
                    if value.unsigned_abs() <= bound {
                        return Ok(Some(value));
                    }
                }
            }
            done += count;
            if progress(2 * done).is_break() {
                return Err(2 * done);
            }
        }
        Ok(None)
    }

    fn confirm(&self, target: &G, key: u64) -> Option<i64> {
        self.slots.candidates(key).find_map(|value| {
            let multiple = self.base.times(u64::from(value));
            if multiple.same(target) {
                return Some(i64::from(value));
            }
            let mut sum = multiple;
            sum.advance(&target.step());
            sum.is_neutral().then(|| -i64::from(value))
        })
    }
}

/// Open addressing over words of a 40-bit tag and a 24-bit value; a zero word is empty.
#[derive(Debug)]
struct Slots(Vec<u64>);

const VALUE_BITS: u32 = 24;

impl Slots {
    fn for_entries(entries: u32) -> Self {
        Self(vec![0; entries as usize * 5 / 3 + 1])
    }

    fn home(&self, key: u64) -> usize {
        let scaled = (u128::from(key) * self.0.len() as u128) >> 64;
        usize::try_from(scaled).expect("a 64-bit fraction of the table's length lies in the table")
    }

    fn insert(&mut self, key: u64, value: u32) {
        let mut index = self.home(key);
        while self.0[index] != 0 {
            index = if index + 1 == self.0.len() { 0 } else { index + 1 };
        }
        self.0[index] = (key << VALUE_BITS) | u64::from(value);
    }

    fn candidates(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let start = self.home(key);
        let (after, before) = (&self.0[start..], &self.0[..start]);
        after
            .iter()
            .chain(before)
            .take_while(|word| **word != 0)
            .filter(move |word| **word >> VALUE_BITS == key & (u64::MAX >> VALUE_BITS))
            .map(|word| u32::try_from(word & ((1 << VALUE_BITS) - 1)).expect("the value's bits fit 32"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::Scalar;

    fn signed(z: i64) -> Scalar {
        let size = Scalar::from(z.unsigned_abs());
        if z < 0 { -size } else { size }
    }

    #[test]
    fn finds_every_value_within_reach_and_none_beyond() {
        let table = DiscreteLogs::new(G1::generator(), 700);
        for z in [-700, -699, -513, -1, 0, 1, 2, 511, 512, 513, 700] {
            assert_eq!(table.look_up(&(G1::generator() * signed(z))), Some(z));
        }
        assert_eq!(table.look_up(&(G1::generator() * signed(701))), None);
        let targets: Vec<G1> = [-701, 0, 3].into_iter().map(|z| G1::generator() * signed(z)).collect();
        assert_eq!(table.look_up_all(&targets), [None, Some(0), Some(3)]);
    }

    #[test]
    fn searches_to_the_bound_exactly() {
        let table = DiscreteLogs::new(G1::generator(), 1 << 10);
        let bound = 5_000_000;
        let mut go = |_| ControlFlow::Continue(());
        for z in [0, 1, -1, 1024, 1025, -1025, 2049, 3_000_001, -4_999_999, 5_000_000, -5_000_000] {
            assert_eq!(table.search(&(G1::generator() * signed(z)), bound, &mut go), Ok(Some(z)));
        }
        for z in [5_000_001, -5_000_001, 5_100_000] {
            assert_eq!(table.search(&(G1::generator() * signed(z)), bound, &mut go), Ok(None));
        }
    }

    #[test]
    fn a_search_can_be_stopped() {
        let table = DiscreteLogs::new(G1::generator(), 16);
        let mut steps_seen = 0;
        let result = table.search(&G1::generator().mul_u64(1 << 40), 1 << 41, &mut |steps| {
            steps_seen = steps;
            if steps >= 4096 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(result, Err(steps_seen));
        assert_eq!(steps_seen, 4096);
    }

    #[cfg(feature = "blst")]
    #[test]
    fn target_group_agrees_with_g1() {
        use crate::{G2Affine, Gt, pairing};
        let base = pairing(&G1Affine::generator(), &G2Affine::generator());
        let table = DiscreteLogs::<Gt>::new(base, 300);
        for z in [-300i64, -7, 0, 1, 299] {
            let target = pairing(&(G1::generator() * signed(z)).to_affine(), &G2Affine::generator());
            assert_eq!(table.look_up(&target), Some(z));
        }
        let target = pairing(&(G1::generator() * signed(-100_000)).to_affine(), &G2Affine::generator());
        assert_eq!(table.search(&target, 100_000, &mut |_| ControlFlow::Continue(())), Ok(Some(-100_000)));
        assert_eq!(table.search(&target, 99_999, &mut |_| ControlFlow::Continue(())), Ok(None));
    }
}
