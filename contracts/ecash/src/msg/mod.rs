//! What travels: messages, questions and answers (`docs/protocol/quorum-contracts.md` §3, §15).

mod execute;
mod query;
mod responses;

pub use execute::{AdminAction, ExecuteMsg, InstantiateMsg, MigrateMsg};
pub use query::QueryMsg;
pub use responses::*;
