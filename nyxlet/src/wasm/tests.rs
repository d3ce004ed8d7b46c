//! The module on a state in memory: what contracts may do, and what they must not be able to do.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(missing_docs, reason = "names of tests and of their parts say it")]

mod abuse;
mod chain;
mod contracts;
mod queries;
mod submessages;
