//! Hashing to scalars and to points (RFC 9380; `docs/protocol/crypto.md` §0.4).

use crate::{G1, G2, Scalar, backend};
use sha2::{Digest, Sha256};

const BLOCK: usize = 64;
const DIGEST: usize = 32;

/// RFC 9380 `hash_to_curve`, suite BLS12381G1_XMD:SHA-256_SSWU_RO_. Domains longer than 255 bytes are not supported.
pub fn hash_to_g1(message: &[u8], domain: &[u8]) -> G1 {
    G1(backend::hash_to_g1(message, domain))
}

/// RFC 9380 `hash_to_curve`, suite BLS12381G2_XMD:SHA-256_SSWU_RO_. Domains longer than 255 bytes are not supported.
pub fn hash_to_g2(message: &[u8], domain: &[u8]) -> G2 {
    G2(backend::hash_to_g2(message, domain))
}

/// `expand_message_xmd` with SHA-256 to 48 bytes, read as a big-endian integer and reduced mod q.
pub fn hash_to_scalar(message: &[u8], domain: &[u8]) -> Scalar {
    hash_parts_to_scalar(&[message], domain)
}

/// [`hash_to_scalar`] of the concatenation of `parts`.
pub fn hash_parts_to_scalar(parts: &[&[u8]], domain: &[u8]) -> Scalar {
    let uniform = expand_48(parts, domain);
    let mut wide = [0u8; 64];
    for (target, byte) in wide.iter_mut().zip(uniform.iter().rev()) {
        *target = *byte;
    }
    Scalar::from_wide_bytes(&wide)
}

/// The Fiat–Shamir challenge of e-cash proofs: SHA-256(transcript)·2^256 mod q, the digest little-endian.
pub fn challenge(digest: Sha256) -> Scalar {
    let mut wide = [0u8; 64];
    wide[32..].copy_from_slice(&digest.finalize());
    Scalar::from_wide_bytes(&wide)
}

/// `expand_message_xmd(message, domain, 48)`, RFC 9380 §5.3.1.
fn expand_48(parts: &[&[u8]], domain: &[u8]) -> [u8; 48] {
    let domain_len = [u8::try_from(domain.len()).expect("domains are constants of at most 255 bytes")];
    let mut first = Sha256::new();
    first.update([0u8; BLOCK]);
    for part in parts {
        first.update(part);
    }
    // Output length as two bytes, then the zero that separates it from the domain.
    first.update([0, 48, 0]);
    first.update(domain);
    first.update(domain_len);
    let seed = first.finalize();

    let mut out = [0u8; 2 * DIGEST];
    let mut block = [0u8; DIGEST];
    for (index, chunk) in (1u8..).zip(out.chunks_exact_mut(DIGEST)) {
        for (byte, seed) in block.iter_mut().zip(&seed) {
            *byte ^= seed;
        }
        let digest = Sha256::new()
            .chain_update(block)
            .chain_update([index])
            .chain_update(domain)
            .chain_update(domain_len)
            .finalize();
        block.copy_from_slice(&digest);
        chunk.copy_from_slice(&digest);
    }
    let mut truncated = [0u8; 48];
    truncated.copy_from_slice(&out[..48]);
    truncated
}
