//! Proof that every ciphertext holds a small number (`docs/protocol/crypto.md` §8.5).

use crate::DkgError;
use crate::chunks::{CHUNK_BASE, CHUNKS, Chunked};
use crate::ciphertexts::{Ciphertexts, KeyTables, Randomness};
use crate::encoding::{Reader, put_count, put_g1s, put_scalars};
use crate::equations::{CiphertextWeights, Equations};
use crate::proofs::oracle;
use crate::setup::setup;
use nym_curve::{G1, G1Affine, Point, Scalar, hash_parts_to_scalar, random_weights};
use rand::{CryptoRng, Rng, RngCore};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// Parallel runs; each has a challenge of eight bits per chunk.
pub(crate) const RUNS: usize = 32;
/// E, one more than the largest challenge.
const CHALLENGE_BASE: u64 = 256;
/// Bits of all challenges of one chunk.
const CHALLENGE_BITS: u64 = 256;
/// How often a prover draws again when a response falls out of range. One attempt succeeds with about 0.6.
const ATTEMPTS: usize = 255;

const ORACLE_DOMAIN: &[u8] = b"NYM_COCONUT_NIDKG_V01_CS01_SHA-256_CHACHA20_CHUNKING_ORACLE";
const SECOND_DOMAIN: &[u8] =
    b"NYM_COCONUT_NIDKG_V01_CS01_WITH_BLS12381_XMD:SHA-256_SSWU_RO_PROOF_CHUNKING_SECOND_CHALLENGE";

/// The challenges of one chunk, one per run.
type Challenges = [u8; RUNS];

/// B, D', D, Y and the responses, in the notation of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofOfChunking {
    /// y0, a key that nobody holds, which hides σ.
    y0: G1Affine,
    /// B_k = β_k·g1.
    run_nonces: [G1Affine; RUNS],
    /// D'_k = β_k·y0 + σ_k·g1.
    run_masks: [G1Affine; RUNS],
    /// D_0..D_n, D_i = δ_i·g1.
    key_nonces: Vec<G1Affine>,
    /// Y = δ_0·y0 + Σ δ_i·y_i.
    key_nonce_sum: G1Affine,
    /// z_r,i = δ_i + Σ_jk e_ijk·r_j·c^k.
    responses_r: Vec<Scalar>,
    /// z_s,k = Σ_ij e_ijk·chunk_ij + σ_k.
    responses_s: [u64; RUNS],
    /// z_β = δ_0 + Σ_k β_k·c^k.
    response_beta: Scalar,
}

/// S, the most that all chunks times challenges can sum to, and Z = 2·RUNS·S, below which responses lie.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    spread: u64,
    pub(crate) limit: u64,
}

impl Bounds {
    pub(crate) fn new(receivers: usize) -> Result<Self, DkgError> {
        let spread = u64::try_from(receivers)
            .ok()
            .and_then(|n| n.checked_mul(CHUNKS as u64 * (CHUNK_BASE - 1) * (CHALLENGE_BASE - 1)));
        let limit = spread.and_then(|spread| spread.checked_mul(2 * RUNS as u64));
        match (spread, limit) {
            // Half of the range stays free, so that signed arithmetic on responses cannot overflow either.
            (Some(spread), Some(limit)) if limit < 1 << 62 => Ok(Self { spread, limit }),
            _ => Err(DkgError::TooManyReceivers(receivers)),
        }
    }
}

impl ProofOfChunking {
    pub(crate) fn prove<R: RngCore + CryptoRng + ?Sized>(
        keys: &[G1Affine],
        tables: &KeyTables,
        ciphertexts: &Ciphertexts,
        randomness: &Randomness,
        shares: &[Chunked],
        rng: &mut R,
    ) -> Result<Self, DkgError> {
        let g1 = &setup().g1;
        let bounds = Bounds::new(keys.len())?;
        // The prover may know the logarithm of y0: it hides β and σ from others only. Knowing it, every multiple of y0
        // is a multiple of g1.
        let log_y0 = Zeroizing::new(Scalar::random(rng));
        let mut beta: [Scalar; RUNS] = std::array::from_fn(|_| Scalar::random(rng));
        let mut nonces: Vec<G1> = beta.iter().map(|beta_k| g1.mul(beta_k)).collect();
        nonces.push(g1.mul(&log_y0));
        let mut nonces = G1::batch_to_affine(&nonces);
        let y0 = nonces.pop().expect("y0 was pushed last");
        let run_nonces: [G1Affine; RUNS] = nonces.try_into().expect("one nonce per run");

        let transcript = Transcript::new(keys, ciphertexts, &y0, &run_nonces);
        let (run_masks, challenges, responses_s) =
            mask(bounds, &transcript, shares, &beta, &log_y0, rng).ok_or(DkgError::ChunkingAttempts(ATTEMPTS))?;

        let delta: Zeroizing<Vec<Scalar>> = Zeroizing::new((0..=keys.len()).map(|_| Scalar::random(rng)).collect());
        let mut sum = g1.mul(&(delta[0] * *log_y0));
        for (table, delta_i) in tables.iter().zip(&delta[1..]) {
            sum += table.mul(delta_i);
        }
        let mut points: Vec<G1> = delta.iter().map(|delta_i| g1.mul(delta_i)).collect();
        points.push(sum);
        let mut key_nonces = G1::batch_to_affine(&points);
        let key_nonce_sum = key_nonces.pop().expect("Y was pushed last");

        let c = second_challenge(&challenges, &responses_s, &key_nonces, &key_nonce_sum);
        let powers = c.powers(RUNS);
        let folded = fold(&challenges, &powers);
        let responses_r = folded
            .chunks_exact(CHUNKS)
            .zip(&delta[1..])
            .map(|(row, delta_i)| row.iter().zip(&randomness.0).fold(*delta_i, |sum, (e, r_j)| sum + e * r_j))
            .collect();
        let response_beta = beta.iter().zip(&powers).fold(delta[0], |sum, (beta_k, power)| sum + beta_k * power);
        beta.zeroize();
        Ok(Self { y0, run_nonces, run_masks, key_nonces, key_nonce_sum, responses_r, responses_s, response_beta })
    }

    /// Checks everything that is no equation: lengths and ranges.
    pub(crate) fn check(&self, receivers: usize) -> Result<(), DkgError> {
        let expect = |what, expected, got| {
            if expected == got { Ok(()) } else { Err(DkgError::WrongCount { what, expected, got }) }
        };
        expect("the list of key nonces of the proof of chunking", receivers + 1, self.key_nonces.len())?;
        expect("the list of responses of the proof of chunking", receivers, self.responses_r.len())?;
        let bound = Bounds::new(receivers)?.limit;
        match self.responses_s.iter().position(|z| *z >= bound) {
            Some(run) => Err(DkgError::ResponseOutOfRange { run, bound }),
            None => Ok(()),
        }
    }

    /// Adds the three equations to the batch. What they say about R_j and C_ij is added to `weights`,
    /// because the other parts of a dealing speak about the same points.
    pub(crate) fn contribute<R: RngCore + CryptoRng + ?Sized>(
        &self,
        ciphertexts: &Ciphertexts,
        keys: &[G1Affine],
        equations: &mut Equations<'_>,
        weights: &mut CiphertextWeights,
        rng: &mut R,
    ) {
        let transcript = Transcript::new(keys, ciphertexts, &self.y0, &self.run_nonces);
        let challenges = transcript.challenges(&self.run_masks);
        let c = second_challenge(&challenges, &self.responses_s, &self.key_nonces, &self.key_nonce_sum);
        let powers = c.powers(RUNS);
        let folded = fold(&challenges, &powers);

        // 1: D_i + Σ_j (Σ_k e_ijk·c^k)·R_j = z_r,i·g1 for each i.
        let row_weights = random_weights(self.responses_r.len(), rng);
        for (i, (row, weight)) in folded.chunks_exact(CHUNKS).zip(&row_weights).enumerate() {
            equations.add(self.key_nonces[i + 1], *weight);
            equations.add_g1(-(weight * self.responses_r[i]));
            for (r_weight, e) in weights.r.iter_mut().zip(row) {
                *r_weight += weight * e;
            }
        }
        // 2: D_0 + Σ_k c^k·B_k = z_β·g1.
        let beta_weight = Scalar::random_weight(rng);
        equations.add(self.key_nonces[0], beta_weight);
        for (nonce, power) in self.run_nonces.iter().zip(&powers) {
            equations.add(*nonce, beta_weight * power);
        }
        equations.add_g1(-(beta_weight * self.response_beta));
        // 3: Y + Σ_ij (Σ_k e_ijk·c^k)·C_ij + Σ_k c^k·D'_k = Σ_i z_r,i·y_i + z_β·y0 + (Σ_k c^k·z_s,k)·g1.
        let weight = Scalar::random_weight(rng);
        equations.add(self.key_nonce_sum, weight);
        for (c_row, row) in weights.c.iter_mut().zip(folded.chunks_exact(CHUNKS)) {
            for (c_weight, e) in c_row.iter_mut().zip(row) {
                *c_weight += weight * e;
            }
        }
        for (mask, power) in self.run_masks.iter().zip(&powers) {
            equations.add(*mask, weight * power);
        }
        for (i, response) in self.responses_r.iter().enumerate() {
            equations.add_key(i, -(weight * response));
        }
        equations.add(self.y0, -(weight * self.response_beta));
        let sum: Scalar = powers.iter().zip(&self.responses_s).map(|(power, z)| power * Scalar::from(*z)).sum();
        equations.add_g1(-(weight * sum));
    }

    /// y0 ‖ B ‖ D' ‖ D ‖ Y ‖ z_r ‖ z_s ‖ z_β, lists preceded by BE32 counts: 3524 + 80n bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(3524 + 80 * self.responses_r.len());
        put_g1s(&mut out, [&self.y0]);
        put_count(&mut out, RUNS);
        put_g1s(&mut out, &self.run_nonces);
        put_count(&mut out, RUNS);
        put_g1s(&mut out, &self.run_masks);
        put_count(&mut out, self.key_nonces.len());
        put_g1s(&mut out, &self.key_nonces);
        put_g1s(&mut out, [&self.key_nonce_sum]);
        put_count(&mut out, self.responses_r.len());
        put_scalars(&mut out, &self.responses_r);
        put_count(&mut out, RUNS);
        for response in &self.responses_s {
            out.extend_from_slice(&response.to_be_bytes());
        }
        put_scalars(&mut out, [&self.response_beta]);
        out
    }

    /// # Errors
    /// Wrong length, another number of runs than 32, or a malformed element.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        let mut reader = Reader::new(bytes);
        let y0 = reader.g1("y0 of the proof of chunking")?;
        reader.exact_count(RUNS, G1Affine::LEN, "the list B of the proof of chunking")?;
        let run_nonces = reader.g1_array("B of the proof of chunking")?;
        reader.exact_count(RUNS, G1Affine::LEN, "the list D' of the proof of chunking")?;
        let run_masks = reader.g1_array("D' of the proof of chunking")?;
        let count = reader.count(G1Affine::LEN, "the list D of the proof of chunking")?;
        let key_nonces = reader.g1s(count, "D of the proof of chunking")?;
        let key_nonce_sum = reader.g1("Y of the proof of chunking")?;
        let count = reader.count(Scalar::LEN, "the responses of the proof of chunking")?;
        let responses_r =
            (0..count).map(|_| reader.scalar("a response of the proof of chunking")).collect::<Result<_, _>>()?;
        reader.exact_count(RUNS, 8, "the list of run responses of the proof of chunking")?;
        let mut responses_s = [0; RUNS];
        for response in &mut responses_s {
            *response = reader.u64("a run response of the proof of chunking")?;
        }
        let response_beta = reader.scalar("the last response of the proof of chunking")?;
        reader.finish("the proof of chunking")?;
        Ok(Self { y0, run_nonces, run_masks, key_nonces, key_nonce_sum, responses_r, responses_s, response_beta })
    }
}

/// Draws masks σ_k until all responses fall into range; then they say nothing about the chunks.
fn mask<R: RngCore + CryptoRng + ?Sized>(
    bounds: Bounds,
    transcript: &Transcript,
    shares: &[Chunked],
    beta: &[Scalar; RUNS],
    log_y0: &Scalar,
    rng: &mut R,
) -> Option<([G1Affine; RUNS], Vec<Challenges>, [u64; RUNS])> {
    let g1 = &setup().g1;
    let hidden: Zeroizing<Vec<Scalar>> = Zeroizing::new(beta.iter().map(|beta_k| beta_k * log_y0).collect());
    let spread = Scalar::from(bounds.spread);
    for _ in 0..ATTEMPTS {
        // σ_k + S, so that it is never negative.
        let lifted: Zeroizing<[u64; RUNS]> =
            Zeroizing::new(std::array::from_fn(|_| rng.gen_range(0..=bounds.limit + bounds.spread)));
        let masks: Vec<G1> = hidden
            .iter()
            .zip(lifted.iter())
            .map(|(hidden, lifted)| g1.mul(&(hidden + Scalar::from(*lifted) - spread)))
            .collect();
        let masks = G1::batch_to_affine(&masks).try_into().expect("one mask per run");
        let challenges = transcript.challenges(&masks);
        let mut sums: Zeroizing<[i64; RUNS]> = Zeroizing::new([0; RUNS]);
        for (row, share) in challenges.chunks_exact(CHUNKS).zip(shares) {
            for (challenges, chunk) in row.iter().zip(&share.0) {
                for (sum, challenge) in sums.iter_mut().zip(challenges) {
                    *sum += i64::from(*challenge) * chunk;
                }
            }
        }
        let responses = sums.iter().zip(lifted.iter()).map(|(sum, lifted)| {
            let response = lifted.checked_add_signed(*sum)?.checked_sub(bounds.spread)?;
            (response < bounds.limit).then_some(response)
        });
        if let Some(responses) = responses.collect::<Option<Vec<u64>>>() {
            return Some((masks, challenges, responses.try_into().expect("one response per run")));
        }
    }
    None
}

/// What the first challenge hashes, all but D' which changes with each attempt.
struct Transcript {
    digest: Sha256,
    groups: usize,
}

impl Transcript {
    fn new(keys: &[G1Affine], ciphertexts: &Ciphertexts, y0: &G1Affine, run_nonces: &[G1Affine; RUNS]) -> Self {
        let mut bytes = Vec::with_capacity(48 * (keys.len() + CHUNKS * (1 + ciphertexts.c.len()) + 1 + RUNS));
        put_g1s(&mut bytes, keys);
        put_g1s(&mut bytes, &ciphertexts.r);
        put_g1s(&mut bytes, ciphertexts.c.iter().flatten());
        put_g1s(&mut bytes, [y0]);
        put_g1s(&mut bytes, run_nonces);
        let digest = Sha256::new().chain_update(ORACLE_DOMAIN).chain_update(&bytes);
        Self { digest, groups: CHUNKS * ciphertexts.c.len() }
    }

    fn seed(&self, run_masks: &[G1Affine; RUNS]) -> [u8; 32] {
        let mut bytes = Vec::with_capacity(48 * RUNS + 8);
        put_g1s(&mut bytes, run_masks);
        bytes.extend_from_slice(&(self.groups as u64 * CHALLENGE_BITS).to_be_bytes());
        self.digest.clone().chain_update(&bytes).finalize().into()
    }

    fn challenges(&self, run_masks: &[G1Affine; RUNS]) -> Vec<Challenges> {
        oracle::challenges(self.seed(run_masks), self.groups)
    }
}

fn second_challenge(
    challenges: &[Challenges],
    responses: &[u64; RUNS],
    key_nonces: &[G1Affine],
    key_nonce_sum: &G1Affine,
) -> Scalar {
    let mut bytes = Vec::with_capacity(8 * RUNS * (challenges.len() + 1) + 48 * (key_nonces.len() + 1));
    for challenge in challenges.iter().flatten() {
        bytes.extend_from_slice(&u64::from(*challenge).to_be_bytes());
    }
    for response in responses {
        bytes.extend_from_slice(&response.to_be_bytes());
    }
    put_g1s(&mut bytes, key_nonces);
    put_g1s(&mut bytes, [key_nonce_sum]);
    hash_parts_to_scalar(&[&bytes], SECOND_DOMAIN)
}

/// Σ_k e_ijk·c^k for every chunk, with a table of e·c^k so that only additions remain.
fn fold(challenges: &[Challenges], powers: &[Scalar]) -> Vec<Scalar> {
    let multiples: Vec<Vec<Scalar>> = powers
        .iter()
        .map(|power| {
            std::iter::successors(Some(Scalar::ZERO), |multiple| Some(multiple + power))
                .take(usize::from(u8::MAX) + 1)
                .collect()
        })
        .collect();
    challenges
        .iter()
        .map(|runs| {
            runs.iter().zip(&multiples).fold(Scalar::ZERO, |sum, (e, multiples)| sum + multiples[usize::from(*e)])
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use nym_curve::G2Affine;

    fn point(factor: u64) -> G1Affine {
        G1::generator().mul_u64(factor).to_affine()
    }

    fn points<const N: usize>(from: u64) -> [G1Affine; N] {
        let mut factors = from..;
        std::array::from_fn(|_| point(factors.next().unwrap()))
    }

    #[test]
    fn challenges_match_the_published_values() {
        let ciphertexts =
            Ciphertexts { r: points(1), s: points(1), z: [G2Affine::generator(); CHUNKS], c: vec![points(100)] };
        let transcript = Transcript::new(&[point(9)], &ciphertexts, &point(7), &points(200));
        let published = crate::published::published().chunking;
        let masks = points(300);
        assert_eq!(hex::encode(transcript.seed(&masks)), published.seed);
        let challenges = transcript.challenges(&masks);
        assert_eq!(challenges[0][..16], published.challenges);
        assert_eq!(hex::encode(Sha256::digest(challenges.concat())), published.challenges_sha256);
        let mut values = 1000..;
        let responses = std::array::from_fn(|_| values.next().unwrap());
        let second = second_challenge(&challenges, &responses, &points::<2>(401), &point(403));
        assert_eq!(hex::encode(second.to_bytes()), published.second_challenge);
    }

    #[test]
    fn bounds_match_the_specification_and_overflow_is_an_error() {
        let bounds = Bounds::new(1).unwrap();
        assert_eq!((bounds.spread, bounds.limit), (267_382_800, 17_112_499_200));
        assert!(Bounds::new(10_000).is_ok());
        assert_eq!(Bounds::new(usize::MAX).err(), Some(DkgError::TooManyReceivers(usize::MAX)));
    }

    #[test]
    fn folding_is_the_sum_of_products() {
        let powers = Scalar::from(12345).powers(RUNS);
        let mut values = 0u8..;
        let challenges = vec![std::array::from_fn(|_| values.next().unwrap().wrapping_mul(37)), [255; RUNS]];
        let direct: Vec<Scalar> = challenges
            .iter()
            .map(|runs| runs.iter().zip(&powers).map(|(e, power)| Scalar::from(u64::from(*e)) * power).sum())
            .collect();
        assert_eq!(fold(&challenges, &powers), direct);
    }
}
