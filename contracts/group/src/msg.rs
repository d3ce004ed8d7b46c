//! The messages: the published ones and that of the migration.

use cosmwasm_schema::cw_serde;

pub use cw4_group::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};

/// Migrates to newer code of the same contract (`docs/protocol/quorum-contracts.md` §5).
#[cw_serde]
pub struct MigrateMsg {}
