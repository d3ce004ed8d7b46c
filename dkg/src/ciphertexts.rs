//! Encrypted shares (`docs/protocol/crypto.md` §8.3).

use crate::chunks::{CHUNKS, Chunked, recombine, recombine_points};
use crate::encoding::{Reader, no_identity, put_count, put_g1s, put_g2s};
use crate::setup::setup;
use crate::{DkgError, Receivers};
use nym_curve::{Comb, G1, G1Affine, G2, G2Affine, Point, Scalar};
use rand::{CryptoRng, RngCore};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The chunks of all shares of one dealing, encrypted with common randomness: R_j = r_j·g1, S_j = s_j·g1,
/// Z_j = r_j·f + s_j·h and C_ij = r_j·y_i + chunk_ij·g1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ciphertexts {
    pub(crate) r: [G1Affine; CHUNKS],
    pub(crate) s: [G1Affine; CHUNKS],
    pub(crate) z: [G2Affine; CHUNKS],
    /// One row per receiver, ascending by node index.
    pub(crate) c: Vec<[G1Affine; CHUNKS]>,
}

/// r_1..r_16, which the proofs need and nobody else may learn.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Randomness(pub(crate) [Scalar; CHUNKS]);

impl Randomness {
    /// r = Σ B^j·r_j.
    pub(crate) fn combined(&self) -> Scalar {
        recombine(&self.0)
    }
}

/// The receivers' keys with tables for secret multiples: a dealing multiplies each of them seventeen times.
pub(crate) type KeyTables = [Comb<G1>];

impl Ciphertexts {
    pub(crate) fn encrypt<R: RngCore + CryptoRng + ?Sized>(
        keys: &KeyTables,
        shares: &[Chunked],
        rng: &mut R,
    ) -> (Self, Randomness) {
        let setup = setup();
        let randomness = Randomness(std::array::from_fn(|_| Scalar::random(rng)));
        let mut s_scalars: [Scalar; CHUNKS] = std::array::from_fn(|_| Scalar::random(rng));

        let mut g1: Vec<G1> = Vec::with_capacity(CHUNKS * (2 + shares.len()));
        g1.extend(randomness.0.iter().map(|r_j| setup.g1.mul(r_j)));
        g1.extend(s_scalars.iter().map(|s_j| setup.g1.mul(s_j)));
        for (key, share) in keys.iter().zip(shares) {
            for (r_j, chunk) in randomness.0.iter().zip(&share.0) {
                g1.push(small_multiple(*chunk) + key.mul(r_j));
            }
        }
        let g2: Vec<G2> =
            randomness.0.iter().zip(&s_scalars).map(|(r_j, s_j)| setup.f.mul(r_j) + setup.h.mul(s_j)).collect();
        s_scalars.zeroize();

        let g1 = G1::batch_to_affine(&g1);
        let mut rows = g1.chunks_exact(CHUNKS).map(|row| row.try_into().expect("rows have CHUNKS points"));
        let ciphertexts = Self {
            r: rows.next().expect("the first row holds R"),
            s: rows.next().expect("the second row holds S"),
            z: G2::batch_to_affine(&g2).try_into().expect("one Z per chunk"),
            c: rows.collect(),
        };
        (ciphertexts, randomness)
    }

    /// Number of receivers n.
    pub fn receivers(&self) -> usize {
        self.c.len()
    }

    /// R = Σ B^j·R_j and C_i = Σ_j B^j·C_ij, on which the proof of sharing speaks.
    pub(crate) fn combined(&self) -> (G1Affine, Vec<G1Affine>) {
        let mut sums: Vec<G1> = self.c.iter().map(recombine_points).collect();
        sums.push(recombine_points(&self.r));
        let mut sums = G1::batch_to_affine(&sums);
        let r = sums.pop().expect("R was pushed last");
        (r, sums)
    }

    /// As many rows as receivers, and no R_j that makes a column readable by everyone.
    pub(crate) fn check(&self, receivers: &Receivers) -> Result<(), DkgError> {
        let (expected, got) = (receivers.len(), self.c.len());
        if expected != got {
            return Err(DkgError::WrongCount { what: "the list of ciphertext rows", expected, got });
        }
        no_identity(&self.r, "R of a ciphertext")
    }

    /// R ‖ S ‖ Z ‖ BE32(n) ‖ C row by row: 3076 + 768n bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(3076 + 768 * self.c.len());
        put_g1s(&mut out, &self.r);
        put_g1s(&mut out, &self.s);
        put_g2s(&mut out, &self.z);
        put_count(&mut out, self.c.len());
        put_g1s(&mut out, self.c.iter().flatten());
        out
    }

    /// # Errors
    /// Wrong length, no receiver, or a malformed point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        let mut reader = Reader::new(bytes);
        let r = reader.g1_array("R of a ciphertext")?;
        let s = reader.g1_array("S of a ciphertext")?;
        let z = reader.g2s(CHUNKS, "Z of a ciphertext")?.try_into().expect("CHUNKS points were read");
        let count = reader.count(CHUNKS * G1Affine::LEN, "the ciphertext rows")?;
        if count == 0 {
            return Err(DkgError::NoReceivers);
        }
        let c = (0..count).map(|_| reader.g1_array("C of a ciphertext")).collect::<Result<_, _>>()?;
        reader.finish("the ciphertexts")?;
        Ok(Self { r, s, z, c })
    }
}

/// chunk·g1, constant time for honest chunks.
fn small_multiple(chunk: i64) -> G1 {
    match u16::try_from(chunk) {
        Ok(honest) => setup().g1_chunks.mul(honest),
        // Only a test's malicious dealer has chunks out of range.
        Err(_) if chunk < 0 => -G1::generator().mul_u64(chunk.unsigned_abs()),
        Err(_) => G1::generator().mul_u64(chunk.unsigned_abs()),
    }
}
