//! What the contracts have to do, as scenarios that run on every engine: on cw-multi-test (in this
//! crate's tests), on compiled wasm in nyxlet, and on a real node.
//!
//! A scenario is a function of an [`Engine`] with nothing on it. It deploys what it needs, sends
//! messages, asks questions, and panics with a sentence where an answer is wrong. It knows nothing
//! of fees, gas, or how long a block takes.
//!
//! ```no_run
//! use nym_contract_scenarios::{Engine, mixnet};
//!
//! fn all_on<E: Engine>(mut fresh: impl FnMut() -> E) {
//!     for scenario in mixnet::scenarios() {
//!         println!("{}", scenario.name);
//!         (scenario.run)(&mut fresh());
//!     }
//! }
//! ```

mod engine;
pub mod mixnet;
pub mod quorum;

pub use engine::{CodeId, Contract, Engine, Executed, Refusal, Scenario};
