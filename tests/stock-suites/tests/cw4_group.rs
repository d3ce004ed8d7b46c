//! The published suite of cw4-group 2.0.0, unmodified, against our group contract.
#![allow(missing_docs, deprecated, clippy::dbg_macro, clippy::unwrap_used, reason = "the published suite is as it is")]

// The names under which the suite reaches its contract. `cw4_group` is our crate here.
mod contract {
    pub use cw4_group::contract::*;
}
mod msg {
    pub use cw4_group::msg::*;
}
mod state {
    pub use cw4_group::state::*;
}
pub use cw4_group::ContractError;

mod suite {
    include!(concat!(env!("OUT_DIR"), "/cw4_group.rs"));
}
