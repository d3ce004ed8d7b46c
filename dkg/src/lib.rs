//! Distributed key generation of the quorum: every signer deals shares of secrets to all signers, and the sum of what
//! was dealt is a key that nobody holds.
//!
//! What it is: non-interactive, publicly verifiable secret sharing over BLS12-381 (`docs/protocol/crypto.md` §8), the
//! bytes of `nym-dkg` 1.21: encryption keys, dealings with their proofs, verification, decryption, combination and
//! resharing. What it is not: a protocol driver. It does no IO, knows no contract and no clock; whoever holds the chain
//! data calls [`Ceremony`].
//!
//! ```
//! use nym_dkg::{Ceremony, KeyPair, NodeIndex, Receivers, Secrets, Submission, keep_searching};
//! # fn main() -> Result<(), nym_dkg::DkgError> {
//! let mut rng = rand::rngs::OsRng;
//! let (one, two) = (NodeIndex::new(1)?, NodeIndex::new(2)?);
//! let (keys_one, keys_two) = (KeyPair::generate(&mut rng), KeyPair::generate(&mut rng));
//! let registered = [(1, keys_one.public.to_base58()), (2, keys_two.public.to_base58())];
//! let (receivers, refused) = Receivers::admit(registered.iter().map(|(node, key)| (*node, key.as_str())));
//! assert!(refused.is_empty());
//!
//! let ceremony = Ceremony::new(receivers, 2, 1)?;
//! let mut accepted = Vec::new();
//! for dealer in [one, two] {
//!     let on_chain = ceremony.deal(&mut rng)?[0].to_bytes();
//!     let submission = Submission { dealer, dealings: vec![Some(&on_chain)], secrets: Secrets::Fresh };
//!     accepted.extend(ceremony.judge(&submission, &mut rng));
//! }
//! let secret = ceremony.derive_secret_key(&accepted, &keys_one.decryption, one, &mut keep_searching)?;
//! let public = ceremony.derive_verification_keys(&accepted)?;
//! assert_eq!(nym_curve::G2Affine::generator() * secret[0], public[0].partials[0].into());
//! # Ok(())
//! # }
//! ```
//!
//! # Where the time goes
//!
//! For n receivers and threshold t. Times are for n = 20 and t = 14, processor time of one core of an AMD EPYC with blst,
//! where a product in G1 takes 83 µs and in G2 163 µs; parts are measured alone and multiplied by their count.
//!
//! | Verification: 13.8 ms | |
//! |---|---|
//! | one sum of 18n + 88 products in G1: every C_ij, R_j, D_i, B_k, D'_k and y_i once | 7.9 ms |
//! | one sum of t + 18 products in G2, 16 of them with 128-bit weights | 2.2 ms |
//! | n + 1 recombinations of 240 doublings and 15 additions, whose results are hashed | 1.7 ms |
//! | three Miller loops and one final exponentiation | 0.9 ms |
//! | one sum of 16 short products in G1 | 0.3 ms |
//! | the rest: hashes, 512n challenges, encodings, scalars | 0.8 ms |
//!
//! The floor is the first line: every point of a dealing must enter some sum with a full-length scalar, because the
//! powers of the challenge are full-length; and the recombined points must be known exactly to be hashed. Five dealings
//! of a dealer share one sum, whose buckets fill better (10.2 ms each). From bytes, about 18n + 90 square roots and
//! subgroup checks in G1 at 59 µs and t + 17 in G2 at 82 µs come on top: 28.9 ms, more than the verification.
//!
//! Creation takes 33.6 ms, of which 5.3 ms build tables of the receivers' keys that further dealings reuse. The floor is
//! 17n constant-time products of those keys, one per ciphertext and one per key for the proof of chunking. Everything
//! else is a product of g1, g2, f or h by a table: 32 for R and S, 32 for Z, t for the coefficients, n + 34 and 32 an
//! attempt (about 1.6) for the proof of chunking. The prover knows the logarithm of y0, so its masks cost one product of
//! g1 each instead of two products.
//!
//! Decryption with our key form takes 1.75 ms: 16 products in G1. With the peers' form it takes 16 products of four
//! pairings, 1.1 ms each. A chunk out of range adds a search of up to 255·Z/2^22 giant steps, Z being about 2^34·n; small
//! divisors, the only ones that a dealer can get past the proof, come first and take Z/2^22 steps each.

mod ceremony;
mod chunks;
mod ciphertexts;
mod coefficients;
mod combination;
mod dealing;
#[doc(hidden)]
pub mod decoders;
mod decryption;
mod encoding;
mod equations;
mod error;
mod index;
mod keys;
#[cfg(test)]
mod malicious;
mod pem;
mod proofs;
#[cfg(test)]
mod published;
mod receivers;
mod setup;
mod verification;
mod verification_key;

pub use ceremony::{AcceptedDealer, Ceremony, KEY_SIZE, RejectedDealer, Secrets, Submission};
pub use chunks::CHUNKS;
pub use ciphertexts::Ciphertexts;
pub use coefficients::PublicCoefficients;
pub use combination::{RecoveredVerificationKeys, combine_coefficients, combine_shares};
pub use dealing::{Dealing, MAX_DEALING_BYTES};
pub use decryption::{SearchProgress, keep_searching};
pub use error::{DealingPart, DkgError, KeyComponent};
pub use index::NodeIndex;
pub use keys::{DecryptionKey, KeyPair, PublicKey, PublicKeyWithProof};
pub use proofs::chunking::ProofOfChunking;
pub use proofs::sharing::ProofOfSharing;
pub use receivers::{Receivers, Refused};
pub use verification::verify_dealings;
pub use verification_key::PublishedKey;
