//! The application from outside: signed bytes in, answers out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ante;
mod blocks;
mod garbage;
mod ledger;
mod measure;
mod signer;

pub(crate) use signer::{Signer, TestChain, Tweak};
