//! Transactions: strict decoding, and the checks that every transaction passes before its messages run.

pub mod amino;
mod ante;
mod decode;
mod fee;
mod fields;
mod signature;

pub use ante::{AnteOptions, run as run_ante, verify_ahead};
pub use decode::{Tx, TxBody};
pub use fields::{COIN, Field, Fields, Kind};
pub use signature::VerifiedSignatures;
