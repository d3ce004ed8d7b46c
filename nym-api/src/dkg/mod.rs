//! Key generations: this signer's part in making a key that nobody holds (`docs/protocol/nym-api.md` §7.8).
//!
//! | Module | What it is |
//! |---|---|
//! | [`facts`], `reader` | what the chain says, and how it is asked |
//! | [`machine`], [`step`] | what to do next: a pure function of facts and holdings |
//! | [`work`] | the arithmetic: dealing, judging dealers, putting keys together, examining published shares |
//! | [`store`], [`record`] | what must survive a crash, on disk before the transaction that depends on it |
//! | [`messages`] | messages in as few transactions as they fit |
//! | [`contracts`] | the edge to the chain |
//! | [`controller`], [`driver`] | one step at a time, and the task that takes the steps |
//! | [`status`], [`doctor`] | progress of all signers, and what to check before a ceremony |
//!
//! What counts is the same for every signer, because it is computed from what the chain fixed: registrations are closed
//! before anybody deals, chunks are refused once the exchange is over, and a dealer counts if and only if all its
//! dealings are complete and valid then. Bad dealers are named and left out; nobody waits for them.

pub mod contracts;
pub mod controller;
pub mod doctor;
pub mod driver;
mod error;
pub mod facts;
pub mod machine;
mod memory;
pub mod messages;
mod reader;
pub mod record;
pub mod status;
pub mod step;
pub mod store;
pub mod work;

pub use contracts::{Contracts, Execution, NyxdContracts};
pub use controller::{Clock, Controller, Pass, Settings};
pub use doctor::{Check, CheckResult, Checkup, check_up};
pub use driver::Pace;
pub use error::{CeremonyError, ChainError};
pub use reader::Reader;
pub use record::{Ballot, Outcome, PublicKeys, Record};
pub use status::{SignerStatus, Status};
pub use store::{ChainIdentity, Store};
