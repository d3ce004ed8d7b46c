//! A whole quorum as separate processes (the chain with the compiled contracts, signers, the command line), and what goes
//! wrong with them.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
#![allow(clippy::print_stderr, reason = "a failed test shows the last words of its processes")]

mod accounts;
mod chain;
mod network;
mod program;
mod user;

mod ceremonies;
mod deposits;
mod faults;
mod hostile;
mod operators;
mod tickets;
