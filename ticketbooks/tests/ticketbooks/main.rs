//! Purchases, the store and payments, with real keys: every signer of [`quorum`] verifies and signs as a signer does.
//! The chain and HTTP are stood in for here, so that each can be stopped at each step; `tests/e2e` has the real ones.
#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod exchange;
mod field;
mod interruptions;
mod purchases;
mod quorum;
mod spending;
