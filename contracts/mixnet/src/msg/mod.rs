//! Messages to the contract and its answers (`docs/protocol/mixnet-contract.md` §2–§5).

mod execute;
mod query;
mod responses;

pub use execute::{ExecuteMsg, InstantiateMsg, LegacyGatewayConfig, LegacyMixNodeConfig, MigrateMsg};
pub use query::QueryMsg;
pub use responses::*;
