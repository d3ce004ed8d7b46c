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
