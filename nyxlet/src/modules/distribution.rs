//! The part of the distribution module that transactions notice: at every block's begin the fees of the block before
//! leave the fee collector. The first block makes the account of the protocol pool's escrow, as that module does on a
//! node: what a node then pays into it from the fees stays with the distribution module here.

use super::{auth, bank};
use crate::{
    address,
    app::{Context, Module},
    error::ExecResult,
};

/// Name of the module and its account.
pub const NAME: &str = "distribution";

/// Account that a node's protocol pool makes at the begin of the first block.
const ESCROW: &str = "protocolpool_escrow";

/// The module.
#[derive(Debug, Clone, Copy)]
pub struct Distribution;

impl Module for Distribution {
    fn name(&self) -> &'static str {
        NAME
    }

    fn begin_block(&self, ctx: &Context) -> ExecResult<()> {
        auth::module_account(ctx, ESCROW)?;
        let collector = address::module(auth::FEE_COLLECTOR);
        let fees = bank::all_balances(ctx, &collector)?;
        if fees.is_empty() {
            return Ok(());
        }
        bank::send_coins(ctx, &collector, &address::module(NAME), &fees)
    }
}
