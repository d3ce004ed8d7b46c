//! Withdrawal: a client obtains a ticketbook from a threshold of signers (`docs/protocol/crypto.md` §2).
//!
//! Client: [`WithdrawalRequest::create`]. Signer: [`issue`]. Client again: [`RequestInfo::collect`], which aggregates
//! first and looks for bad shares only when that fails.

mod issue;
mod proof;
mod request;
mod wallet;

pub(crate) use issue::decode_commitments;
pub use issue::{issue, verify_blinded_signature};
pub use proof::WithdrawalProof;
pub use request::{RequestInfo, WithdrawalRequest};
pub use wallet::{Collected, PartialWallet, Share, Wallet, WalletSignatures};
