//! Key generations from group to key in service, with the real contracts under cw-multi-test, real cryptography, and
//! signers that are killed, offline, late or malicious. Time is the model's: nothing here waits.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failed unwrap is a failed test")]

mod byzantine;
mod ceremonies;
mod crashes;
mod field;
mod network;
mod progress;
mod resharing;
mod signer;
mod world;
