//! The state machine: genesis, checks on entry, delivery in blocks, queries.
//!
//! The application knows nothing of blocks as records, of time or of sockets. Whoever produces blocks calls
//! [`App::begin_block`], [`App::deliver_tx`] for each transaction, and [`App::end_block`], adds its own records to the
//! batch, commits it, and calls [`App::committed`].

mod context;
mod genesis;
mod module;
mod query;
mod run;
mod state;
#[cfg(test)]
pub(crate) mod tests;

pub use context::{BlockInfo, Context, EventManager, ExecMode, TxContracts, attribute, event};
pub use genesis::{Genesis, GenesisAccount};
pub use module::{Module, MsgResult, Router};
pub use query::{Simulation, SimulationFailed};
pub use state::{App, AppError, AppOptions, BlockOutcome};
