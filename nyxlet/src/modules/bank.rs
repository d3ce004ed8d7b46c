//! Balances, supply and denomination metadata.

mod genesis;
mod msg;
mod query;
mod send;
mod state;

use cosmos_sdk_proto::Any;

pub use super::coins::Coin;
pub use msg::require_send_enabled;
pub use send::{burn_coins, mint_coins, send_coins, send_to_module};
pub use state::{all_balances, balance, supply};

use crate::{
    app::{Context, Genesis, Module},
    error::{ExecResult, SdkError},
    tx::Fields,
};

/// The module.
#[derive(Debug, Clone, Copy)]
pub struct Bank;

impl Module for Bank {
    fn name(&self) -> &'static str {
        "bank"
    }

    fn handles(&self, type_url: &str) -> bool {
        matches!(type_url, msg::SEND | msg::MULTI_SEND)
    }

    fn fields(&self, type_url: &str) -> Option<&'static Fields> {
        Some(if type_url == msg::SEND { &msg::SEND_FIELDS } else { &msg::MULTI_SEND_FIELDS })
    }

    fn amino_json(&self, msg: &Any) -> Option<serde_json::Value> {
        msg::amino_json(msg)
    }

    fn signers(&self, msg: &Any) -> Result<Vec<Vec<u8>>, SdkError> {
        msg::signers(msg)
    }

    fn validate_basic(&self, _msg: &Any) -> Result<(), SdkError> {
        // The bank checks its messages when it executes them.
        Ok(())
    }

    fn handle_msg(&self, ctx: &Context, msg: &Any) -> ExecResult<Any> {
        msg::handle(ctx, msg)
    }

    fn query(&self, ctx: &Context, path: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
        query::answer(ctx, path.strip_prefix("/cosmos.bank.v1beta1.Query/")?, request)
    }

    fn init_genesis(&self, ctx: &Context, genesis: &Genesis) -> ExecResult<()> {
        genesis::write(ctx, genesis)
    }
}
