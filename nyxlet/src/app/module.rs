//! The face of a module and the router over all of them.

use cosmos_sdk_proto::Any;
use tendermint_proto::v0_38::abci::Event;

use super::{Context, Genesis};
use crate::{
    error::{ExecResult, Root, SdkError},
    modules::circuit,
    tx::Fields,
};

/// A part of the application with its own messages and queries; the defaults are those of a module that has none.
pub trait Module: Send + Sync + 'static {
    /// The module's name, as in events and module accounts.
    fn name(&self) -> &'static str;

    /// Whether the module handles messages of this type URL.
    fn handles(&self, type_url: &str) -> bool {
        let _ = type_url;
        false
    }

    /// The fields of a message kind of the module: a transaction with others is refused. `None` lets any field pass.
    fn fields(&self, type_url: &str) -> Option<&'static Fields> {
        let _ = type_url;
        None
    }

    /// A message as `SIGN_MODE_LEGACY_AMINO_JSON` shows it: an object of `type` and `value`. `None` for a message that
    /// cannot be signed in that mode.
    fn amino_json(&self, msg: &Any) -> Option<serde_json::Value> {
        let _ = msg;
        None
    }

    /// The addresses that must sign a message, as raw bytes. Called when a transaction is decoded: undecodable bytes are
    /// an error here.
    ///
    /// # Errors
    /// The message cannot be decoded or names a signer that is no address.
    fn signers(&self, msg: &Any) -> Result<Vec<Vec<u8>>, SdkError> {
        Err(Root::UnknownRequest.wrap(&msg.type_url))
    }

    /// The checks of a message that need no state.
    ///
    /// # Errors
    /// What is wrong with the message.
    fn validate_basic(&self, msg: &Any) -> Result<(), SdkError> {
        Err(Root::UnknownRequest.wrap(&msg.type_url))
    }

    /// Executes a message; events go to the context. The answer is the response message.
    ///
    /// # Errors
    /// What the module says. The caller drops the changes.
    fn handle_msg(&self, ctx: &Context, msg: &Any) -> ExecResult<Any> {
        let _ = ctx;
        Err(Root::UnknownRequest.wrap(&msg.type_url).into())
    }

    /// Answers the query of a gRPC path (`/package.Service/Method`) on the request bytes; `None` for a path that is not
    /// the module's.
    fn query(&self, ctx: &Context, path: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
        let _ = (ctx, path, request);
        None
    }

    /// Writes the module's part of the genesis.
    ///
    /// # Errors
    /// What the genesis lacks.
    fn init_genesis(&self, ctx: &Context, genesis: &Genesis) -> ExecResult<()> {
        let _ = (ctx, genesis);
        Ok(())
    }

    /// Runs at the begin of every block.
    ///
    /// # Errors
    /// The block cannot be produced.
    fn begin_block(&self, ctx: &Context) -> ExecResult<()> {
        let _ = ctx;
        Ok(())
    }

    /// Runs at the end of every block.
    ///
    /// # Errors
    /// The block cannot be produced.
    fn end_block(&self, ctx: &Context) -> ExecResult<()> {
        let _ = ctx;
        Ok(())
    }
}

/// What a message did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MsgResult {
    /// The encoded response message.
    pub data: Vec<u8>,
    /// The response messages with their type URLs: one for every message of this chain.
    pub responses: Vec<Any>,
    /// The events in order.
    pub events: Vec<Event>,
}

/// All modules of the application.
#[derive(Default)]
pub struct Router {
    modules: Vec<Box<dyn Module>>,
}

impl Router {
    /// A router over `modules`; blocks begin and end in their order.
    pub fn new(modules: Vec<Box<dyn Module>>) -> Self {
        Self { modules }
    }

    /// The modules in order.
    pub fn modules(&self) -> impl Iterator<Item = &dyn Module> {
        self.modules.iter().map(AsRef::as_ref)
    }

    /// The module that handles a type URL.
    pub fn module_for(&self, type_url: &str) -> Option<&dyn Module> {
        self.modules().find(|module| module.handles(type_url))
    }

    /// The signers of a message.
    ///
    /// # Errors
    /// Nobody handles the message, or its module refuses it.
    pub fn signers(&self, msg: &Any) -> Result<Vec<Vec<u8>>, SdkError> {
        self.require(msg)?.signers(msg)
    }

    /// The checks of a message that need no state.
    ///
    /// # Errors
    /// Nobody handles the message, or its module refuses it.
    pub fn validate_basic(&self, msg: &Any) -> Result<(), SdkError> {
        self.require(msg)?.validate_basic(msg)
    }

    /// Checks and executes a message with its own collection of events: its stateless checks, the circuit breaker, its
    /// module. State is not rolled back here on failure: see [`Context::atomically`].
    ///
    /// # Errors
    /// Nobody handles the message, or its module refuses it.
    pub fn handle_msg(&self, ctx: &Context, msg: &Any) -> ExecResult<MsgResult> {
        let module = self.require(msg)?;
        let ctx = ctx.with_new_events();
        module.validate_basic(msg)?;
        circuit::require_allowed(&ctx, &msg.type_url)?;
        let response = module.handle_msg(&ctx, msg)?;
        Ok(MsgResult { data: response.value.clone(), responses: vec![response], events: ctx.events.take() })
    }

    /// Answers a gRPC query; `None` for an unknown path.
    pub fn query(&self, ctx: &Context, path: &str, request: &[u8]) -> Option<ExecResult<Vec<u8>>> {
        self.modules().find_map(|module| module.query(ctx, path, request))
    }

    fn require(&self, msg: &Any) -> Result<&dyn Module, SdkError> {
        self.module_for(&msg.type_url)
            .ok_or_else(|| Root::UnknownRequest.wrap(format!("no message handler found for {}", msg.type_url)))
    }
}
