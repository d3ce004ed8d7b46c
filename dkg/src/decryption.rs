//! Decryption of one's share (`docs/protocol/crypto.md` §8.3) and the search for chunks that a malicious dealer put out
//! of range.
//!
//! A proof of chunking is approximate: a dealer whose proof holds may still have encrypted chunks that are quotients
//! z/Δ mod q with |z| < Z and 1 ≤ Δ ≤ 255. Such a dealing is valid, everybody else keeps it, so the receiver must find
//! the value. Honest chunks are found with one table look-up; the others by a bounded search that reports its progress
//! and can be stopped. Look-ups depend on the chunk: an observer of this machine's caches learns about it.

use crate::chunks::{CHUNK_BASE, CHUNKS, recombine};
use crate::proofs::chunking::Bounds;
use crate::{Dealing, DecryptionKey, DkgError, NodeIndex, PublicKey, Receivers};
use nym_curve::{DiscreteLogs, G1, LogarithmGroup, Point, Scalar};
use std::ops::ControlFlow;
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// Largest divisor that the search tries: differences of two challenges.
const MAX_DIVISOR: u64 = 255;

/// Where the search for a chunk out of range stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchProgress {
    /// Position of the chunk, 0 for the lowest.
    pub chunk: usize,
    /// The divisor Δ that is being tried, up to 255.
    pub divisor: u64,
    /// Giant steps taken for this chunk.
    pub steps: u64,
}

/// Never stops the search; it ends by itself at its bound.
pub fn keep_searching(_: &SearchProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

impl Dealing {
    /// The share of receiver `node`, checked against the public coefficients. Verify the dealing before.
    ///
    /// Takes a table look-up per chunk, and a search of up to 255·Z/2^22 steps for a chunk out of range, during which
    /// `progress` is called about every thousand steps and may break. Z is 2^34·n.
    ///
    /// # Errors
    /// [`DkgError::UnknownReceiver`], [`DkgError::Interrupted`], [`DkgError::ChunkNotFound`] and
    /// [`DkgError::ShareMismatch`] for dealings that were not verified, [`DkgError::WrongKey`] if the key is
    /// not the one that `node` registered.
    pub fn decrypt_share(
        &self,
        key: &DecryptionKey,
        receivers: &Receivers,
        node: NodeIndex,
        progress: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
    ) -> Result<Zeroizing<Scalar>, DkgError> {
        self.ciphertexts.check(receivers)?;
        let position = receivers.position(node)?;
        let bound = Bounds::new(receivers.len())?.limit - 1;
        // A wrong key would send every chunk into the search.
        let confirm_key = || {
            let registered = PublicKey::new(receivers.keys()[position])?;
            if key.belongs_to(&registered) { Ok(()) } else { Err(DkgError::WrongKey(node)) }
        };
        let chunks = match key.scalar() {
            Some(x) => find_chunks(&self.masked_chunks(x, position), &IN_RANGE, &FAR, bound, confirm_key, progress)?,
            None => self.decrypt_with_pairings(key, position, bound, confirm_key, progress)?,
        };
        let share = Zeroizing::new(recombine(&chunks));
        if self.coefficients.contains(node, &share) { Ok(share) } else { Err(DkgError::ShareMismatch) }
    }

    /// C_ij − x·R_j = chunk·g1.
    fn masked_chunks(&self, x: &Scalar, position: usize) -> Zeroizing<Vec<G1>> {
        let row = &self.ciphertexts.c[position];
        Zeroizing::new(self.ciphertexts.r.iter().zip(row).map(|(r_j, c_ij)| -(*r_j * x) + *c_ij).collect())
    }

    /// e(C_ij, g2)·e(R_j, −(b + Σd))·e(a, Z_j)·e(S_j, −e) = e(g1, g2)^chunk, for keys without x.
    #[cfg(feature = "blst")]
    fn decrypt_with_pairings(
        &self,
        key: &DecryptionKey,
        position: usize,
        bound: u64,
        confirm_key: impl FnOnce() -> Result<(), DkgError>,
        progress: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
    ) -> Result<Zeroizing<[Scalar; CHUNKS]>, DkgError> {
        use crate::setup::setup;
        use nym_curve::{G2Prepared, pairing_product};
        let ciphertexts = &self.ciphertexts;
        let folded = G2Prepared::from(-*key.folded());
        let e = G2Prepared::from(-*key.e());
        let masked: Vec<_> = (0..CHUNKS)
            .map(|j| {
                pairing_product(&[
                    (&ciphertexts.c[position][j], &setup().g2_prepared),
                    (&ciphertexts.r[j], &folded),
                    (key.a(), &G2Prepared::from(ciphertexts.z[j])),
                    (&ciphertexts.s[j], &e),
                ])
            })
            .collect();
        find_chunks(&masked, &IN_RANGE_TARGET, &FAR_TARGET, bound, confirm_key, progress)
    }

    #[cfg(not(feature = "blst"))]
    fn decrypt_with_pairings(
        &self,
        _key: &DecryptionKey,
        _position: usize,
        _bound: u64,
        _confirm_key: impl FnOnce() -> Result<(), DkgError>,
        _progress: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
    ) -> Result<Zeroizing<[Scalar; CHUNKS]>, DkgError> {
        Err(DkgError::PairingsUnavailable)
    }
}

/// Logarithms −2^15..=2^15, which holds every honest chunk less 2^15: 0.4 MB, built on first use.
static IN_RANGE: LazyLock<InRange<G1>> = LazyLock::new(|| InRange::new(G1::generator()));
/// Multiples up to 2^21 for the search: 28 MB, built when the first chunk out of range appears.
static FAR: LazyLock<DiscreteLogs<G1>> = LazyLock::new(|| DiscreteLogs::new(G1::generator(), 1 << 21));

#[cfg(feature = "blst")]
static IN_RANGE_TARGET: LazyLock<InRange<nym_curve::Gt>> = LazyLock::new(|| InRange::new(target_base()));
/// As [`FAR`], in the target group where building takes longer: 2^20 multiples, 14 MB.
#[cfg(feature = "blst")]
static FAR_TARGET: LazyLock<DiscreteLogs<nym_curve::Gt>> = LazyLock::new(|| DiscreteLogs::new(target_base(), 1 << 20));

#[cfg(feature = "blst")]
fn target_base() -> nym_curve::Gt {
    nym_curve::pairing(&nym_curve::G1Affine::generator(), &nym_curve::G2Affine::generator())
}

/// A table for 0..2^16 of half that size: values are shifted down by 2^15 and looked up by their distance from zero.
struct InRange<G: LogarithmGroup> {
    table: DiscreteLogs<G>,
    /// −2^15 times the base.
    shift: G,
}

const HALF: i64 = 1 << 15;

impl<G: LogarithmGroup> InRange<G> {
    fn new(base: G) -> Self {
        Self { table: DiscreteLogs::new(base, 1 << 15), shift: base.multiple(-HALF) }
    }

    /// The chunks that are in range.
    fn look_up(&self, masked: &[G]) -> Vec<Option<u64>> {
        let shifted: Vec<G> = masked.iter().map(|masked| masked.compose(&self.shift)).collect();
        let in_range = |low: i64| u64::try_from(low + HALF).ok().filter(|chunk| *chunk < CHUNK_BASE);
        self.table.look_up_all(&shifted).into_iter().map(|low| low.and_then(in_range)).collect()
    }
}

fn find_chunks<G: LogarithmGroup>(
    masked: &[G],
    in_range: &InRange<G>,
    far: &LazyLock<DiscreteLogs<G>>,
    bound: u64,
    confirm_key: impl FnOnce() -> Result<(), DkgError>,
    progress: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
) -> Result<Zeroizing<[Scalar; CHUNKS]>, DkgError> {
    let mut chunks = Zeroizing::new([Scalar::ZERO; CHUNKS]);
    let found = Zeroizing::new(in_range.look_up(masked));
    if found.iter().any(Option::is_none) {
        confirm_key()?;
    }
    for (chunk, (target, (value, found))) in masked.iter().zip(chunks.iter_mut().zip(found.iter())).enumerate() {
        *value = match found {
            Some(found) => Scalar::from(*found),
            None => search(chunk, target, far, bound, progress)?,
        };
    }
    Ok(chunks)
}

/// The z/Δ with |z| ≤ bound behind `target`, smallest divisor first because small ones are what a dealer can get past
/// the proof at all.
fn search<G: LogarithmGroup>(
    chunk: usize,
    target: &G,
    table: &DiscreteLogs<G>,
    bound: u64,
    progress: &mut dyn FnMut(&SearchProgress) -> ControlFlow<()>,
) -> Result<Scalar, DkgError> {
    let mut multiple = *target;
    let mut before = 0;
    for divisor in 1..=MAX_DIVISOR {
        let mut last = 0;
        let found = table.search(&multiple, bound, &mut |steps| {
            last = steps;
            progress(&SearchProgress { chunk, divisor, steps: before + steps })
        });
        match found {
            Ok(Some(z)) => {
                let size = Scalar::from(z.unsigned_abs());
                let inverse = Scalar::from(divisor).invert().expect("divisors are between 1 and 255");
                return Ok(if z < 0 { -(size * inverse) } else { size * inverse });
            }
            Ok(None) => {}
            Err(steps) => {
                return Err(DkgError::Interrupted { chunk, steps: before + steps });
            }
        }
        before += last;
        multiple = multiple.compose(target);
    }
    Err(DkgError::ChunkNotFound { chunk })
}
