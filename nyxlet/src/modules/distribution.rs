//! The part of the distribution module that transactions notice: at every block's begin the fees of the block before
//! leave the fee collector.

use cosmos_sdk_proto::Any;

use super::{auth, bank};
use crate::{
    address,
    app::{Context, Module},
    error::{ExecResult, Root, SdkError},
};

/// Name of the module and its account.
pub const NAME: &str = "distribution";

/// The module.
#[derive(Debug, Clone, Copy)]
pub struct Distribution;

impl Module for Distribution {
    fn name(&self) -> &'static str {
        NAME
    }

    fn handles(&self, _type_url: &str) -> bool {
        false
    }

    fn signers(&self, msg: &Any) -> Result<Vec<Vec<u8>>, SdkError> {
        Err(Root::UnknownRequest.wrap(&msg.type_url))
    }

    fn validate_basic(&self, msg: &Any) -> Result<(), SdkError> {
        Err(Root::UnknownRequest.wrap(&msg.type_url))
    }

    fn handle_msg(&self, _ctx: &Context, msg: &Any) -> ExecResult<Any> {
        Err(Root::UnknownRequest.wrap(&msg.type_url).into())
    }

    fn query(&self, _ctx: &Context, _path: &str, _request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
        None
    }

    fn begin_block(&self, ctx: &Context) -> ExecResult<()> {
        let collector = address::module(auth::FEE_COLLECTOR);
        let fees = bank::all_balances(ctx, &collector)?;
        if fees.is_empty() {
            return Ok(());
        }
        bank::send_coins(ctx, &collector, &address::module(NAME), &fees)
    }
}
