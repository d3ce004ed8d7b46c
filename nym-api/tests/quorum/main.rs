//! Several signers on loopback, over real HTTP, with real cryptography and keys of a trusted dealer.

#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]
#![allow(clippy::cast_possible_truncation, reason = "indices of a handful of signers")]

mod chain;
mod evidence;
mod faults;
mod field;
mod hostile;
mod issuance;
mod network;
mod published;
mod restart;
mod rules;
mod spending;
mod spent_tickets;
