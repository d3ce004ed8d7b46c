//! Threshold compact e-cash: ticketbooks of fifty tickets that a quorum signs blindly and clients spend anonymously.
//!
//! What it is: the scheme with all encodings (byte-compatible with `nym-compact-ecash` and `nym-credentials` 1.21), and
//! a provider's verifier of payments as a state machine. What it is not: no network, no storage, no clock; key
//! generation is `nym-dkg`'s. Source: `docs/protocol/crypto.md`.
//!
//! Differences from the published peer, all in what is accepted: every list length is checked before use, identities
//! are refused, batched checks carry random weights, and payments must prove their ticket indices unless
//! [`CoinIndexProof::OptionalForOldClients`] is chosen.
//!
//! ```
//! use nym_ecash::{DealtKeys, EcashDay, PreparedKey, SecretKeyUser, Share, TicketType, WithdrawalRequest, issue};
//! use rand_core::OsRng;
//!
//! # fn main() -> Result<(), nym_ecash::EcashError> {
//! let today = EcashDay::containing(1_701_907_200)?;
//! let keys = DealtKeys::deal(3, 2, &mut OsRng);
//! let master = PreparedKey::new(keys.master.verification_key())?;
//! let user = SecretKeyUser::random(&mut OsRng);
//! let expiration = today.default_expiration()?;
//! let (request, info) = WithdrawalRequest::create(&user, expiration, TicketType::V1MixnetEntry, &mut OsRng);
//! let mut shares = Vec::new();
//! let partial_keys: Vec<_> = keys.shares.iter().map(|(index, key)| (*index, key, key.verification_key())).collect();
//! for (index, secret, key) in &partial_keys[1..] {
//!     let signature = issue(secret, &request, &user.public_key(), expiration, TicketType::V1MixnetEntry, today)?;
//!     shares.push(Share { index: *index, key, signature });
//! }
//! let collected = info.collect(&user, &shares, 2, &master)?;
//! assert_eq!(collected.wallet.tickets_left(), 50);
//! # Ok(())
//! # }
//! ```
//!
//! # Where the time goes
//!
//! Counted from the primitives (one core of an AMD EPYC, blst; the tables stand in the READMEs of this crate and of
//! `nym-curve`): a product with a public scalar takes 83 µs in G1 and 132 µs in G2, with a secret one 89 µs and 167 µs;
//! by a table 15 and 35 µs (public), 33 and 95 µs (secret, every entry read); a Miller loop of one, two and four terms
//! 0.28, 0.47 and 0.79 ms, a final exponentiation 0.39 ms.
//!
//! | Work | What it is made of | ms, counted |
//! |---|---|---|
//! | verification of one ticket | 5 products in G1, 3 in G2, 9 tables in each group; 3 equations in one loop of four terms, one final exponentiation; weights and hashing 0.2 ms | 2.6 |
//! | the same in a batch of 100 | products and tables as above, three terms of a loop | 2.0 |
//! | spending one ticket | 9 secret products in G1 (three signatures randomised), 14 tables in G1, 16 in G2, three of them for short secrets | 2.5 |
//! | unblinding and verifying a share | one product, one loop of two terms, one final exponentiation, tables | 1.3 |
//! | aggregating ten shares | one sum of ten products in G1 (0.38 ms), one loop of two terms, one final exponentiation | 1.4 |
//! | a set of fifty coin-index signatures from ten signers | 500 secret products in G1 (44.5 ms), 50 hashes (3 ms); the rest sums and loops | 50 |
//!
//! The floor of a verification is its first part: every commitment of the proof is hashed, so it must be recomputed
//! exactly, in a batch as well; only the pairings of many payments merge. From bytes, ten points of G1 and three of G2 are
//! decoded, each with a square root and a subgroup check: 0.85 ms, which leaves 350 payments a second and core.
//!
//! Tables are built on first use and shared: 0.5 MiB for a point of G1 and 0.9 MiB for one of G2, in all 4 MiB for the
//! generators and as much for a key. They hold public values only.

mod date;
pub mod decoders;
mod encoding;
mod error;
mod keys;
mod merkle;
mod parameters;
mod payment;
mod prepared_key;
mod sets;
mod signature;
mod spending;
mod ticket_type;
mod ticketbook;
pub mod verifier;
mod withdrawal;

pub use date::EcashDay;
pub use error::{EcashError, Result};
pub use keys::{
    DealtKeys, KeyPairUser, PublicKeyUser, SecretKeyAuth, SecretKeyUser, VerificationKeyAuth, recover_master_secret,
};
pub use merkle::{InsertedLeaf, IssuedTicketbook, MerkleLeaf, MerkleProof, MerkleTree};
pub use parameters::{SECONDS_PER_DAY, TICKETBOOK_SIZE, VALIDITY_DAYS};
pub use payment::{
    Claim, CoinIndexProof, Identification, PayInfo, Payment, SerialNumber, SignatureSets, Spend, SpendProof, identify,
    verify, verify_batch,
};
pub use prepared_key::PreparedKey;
pub use sets::{
    AggregatedSet, CoinIndexSignature, ExpirationDateSignature, SetShare, aggregate_coin_indices,
    aggregate_expiration_dates, coin_indices_from_bin, coin_indices_to_bin, expiration_dates_from_bin,
    expiration_dates_to_bin, sign_coin_indices, sign_expiration_dates, verify_coin_indices, verify_expiration_dates,
};
pub use signature::{BlindedSignature, Signature};
pub use spending::{BandwidthCredential, CredentialSpendingData, CredentialSpendingRequest};
pub use ticket_type::TicketType;
pub use ticketbook::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, EpochVerificationKey, ImportableTicketBook,
    ImportedTicketBook, IssuanceTicketBook, IssuedTicketBook, Stored, VersionSerialised,
};
pub use withdrawal::{
    Collected, PartialWallet, RequestInfo, Share, Wallet, WalletSignatures, WithdrawalProof, WithdrawalRequest, issue,
    verify_blinded_signature,
};
