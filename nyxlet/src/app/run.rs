//! Running one transaction on a state.

use std::sync::Arc;

use cosmos_sdk_proto::{Any, cosmos::base::abci::v1beta1::TxMsgData};
use prost::Message;
use tendermint_proto::v0_38::abci::{Event, ExecTxResult};

use super::{BlockInfo, Context, ExecMode, MsgResult, Router, attribute, event};
use crate::{
    address,
    error::{ExecError, ExecResult, Root, SdkError},
    gas::GasMeter,
    store::{Layers, StoreError},
    tx::{AnteOptions, Tx, run_ante},
};

/// Where and how transactions run.
pub(super) struct Runner<'a> {
    pub(super) router: &'a Arc<Router>,
    pub(super) block: &'a Arc<BlockInfo>,
    pub(super) layers: &'a Layers,
    pub(super) mode: ExecMode,
    /// Gas that the earlier transactions of the block used.
    pub(super) block_gas_used: u64,
    pub(super) ante: AnteOptions<'a>,
}

/// What a transaction did.
pub(super) struct TxOutcome {
    pub(super) gas_wanted: u64,
    pub(super) gas_used: u64,
    pub(super) result: Result<Executed, Failed>,
}

/// A transaction that succeeded.
#[derive(Default)]
pub(super) struct Executed {
    /// Encoded `TxMsgData`.
    pub(super) data: Vec<u8>,
    pub(super) events: Vec<Event>,
    pub(super) responses: Vec<Any>,
}

/// A transaction that failed, with the events of the checks that it passed.
pub(super) struct Failed {
    pub(super) error: SdkError,
    pub(super) events: Vec<Event>,
    /// The database failed: nothing that was executed can be trusted.
    pub(super) store: Option<StoreError>,
}

impl Runner<'_> {
    /// Runs a transaction: fee and sequence stay when its messages fail, nothing stays when its checks fail.
    pub(super) fn run(&self, tx: Result<&Tx, SdkError>) -> TxOutcome {
        let mut ctx = Context::new(self.block.clone(), self.mode, self.layers.clone(), self.router.clone());
        let tx = match tx.and_then(|tx| self.validate_messages(tx).map(|()| tx)) {
            Ok(tx) => tx,
            Err(error) => return TxOutcome::refused(error),
        };

        ctx.tx_hash = Some(tx.hash);
        ctx.block_gas_used = self.block_gas_used;
        self.layers.push();
        let (ctx, checked) = run_ante(&ctx, tx, &self.ante);
        if let Err(error) = checked {
            self.layers.revert();
            return TxOutcome::failed(&ctx.gas, error, Vec::new());
        }
        self.layers.merge();
        let ante_events = ctx.events.take();
        if matches!(self.mode, ExecMode::Check | ExecMode::Recheck) {
            return TxOutcome::succeeded(&ctx.gas, Executed::default());
        }

        self.layers.push();
        match run_messages(&ctx, &tx.body.messages) {
            Ok(mut executed) => {
                self.layers.merge();
                executed.events.splice(0..0, ante_events);
                TxOutcome::succeeded(&ctx.gas, executed)
            }
            Err(error) => {
                self.layers.revert();
                TxOutcome::failed(&ctx.gas, error, ante_events)
            }
        }
    }

    fn validate_messages(&self, tx: &Tx) -> Result<(), SdkError> {
        if tx.body.messages.is_empty() {
            return Err(Root::InvalidRequest.wrap("must contain at least one message"));
        }
        tx.body.messages.iter().try_for_each(|msg| self.router.validate_basic(msg))
    }
}

fn run_messages(ctx: &Context, messages: &[Any]) -> ExecResult<Executed> {
    let mut executed = Executed::default();
    for (index, msg) in messages.iter().enumerate() {
        let result = ctx
            .router
            .handle_msg(ctx, msg)
            .map_err(|error| error.wrap(format!("failed to execute message; message index: {index}")))?;
        let events = message_events(ctx, msg, &result)?;
        executed.events.extend(events.into_iter().map(|mut event| {
            event.attributes.push(attribute("msg_index", index.to_string()));
            event
        }));
        executed.responses.extend(result.responses);
    }
    let data = TxMsgData { msg_responses: executed.responses.clone(), ..TxMsgData::default() };
    executed.data = data.encode_to_vec();
    Ok(executed)
}

/// The events of a message behind the one that says what was done by whom.
fn message_events(ctx: &Context, msg: &Any, result: &MsgResult) -> ExecResult<Vec<Event>> {
    let mut attributes = vec![("action", msg.type_url.clone())];
    if let Some(signer) = ctx.router.signers(msg)?.first() {
        attributes.push(("sender", address::encode(signer)));
    }
    let named = result.events.iter().flat_map(|event| &event.attributes).any(|attribute| attribute.key == "module");
    if !named && let Some(module) = module_name(&msg.type_url) {
        attributes.push(("module", module.to_owned()));
    }
    let mut events = vec![event("message", attributes)];
    events.extend(result.events.iter().cloned());
    Ok(events)
}

/// The module in a type URL: the second part of its package.
fn module_name(type_url: &str) -> Option<&str> {
    type_url.split('.').nth(1)
}

impl TxOutcome {
    pub(super) fn refused(error: SdkError) -> Self {
        let failed = Failed { error, events: Vec::new(), store: None };
        Self { gas_wanted: 0, gas_used: 0, result: Err(failed) }
    }

    fn succeeded(gas: &GasMeter, executed: Executed) -> Self {
        Self { gas_wanted: gas.limit(), gas_used: gas.consumed(), result: Ok(executed) }
    }

    fn failed(gas: &GasMeter, error: ExecError, events: Vec<Event>) -> Self {
        let store = if let ExecError::Store(store) = &error { Some(store.clone()) } else { None };
        let (gas_wanted, gas_used) = (gas.limit(), gas.consumed());
        let error = error.recover(gas_wanted, gas_used);
        Self { gas_wanted, gas_used, result: Err(Failed { error, events, store }) }
    }

    /// The answer as ABCI carries it.
    pub(super) fn into_abci(self) -> ExecTxResult {
        let mut answer = ExecTxResult {
            gas_wanted: self.gas_wanted.cast_signed(),
            gas_used: self.gas_used.cast_signed(),
            ..ExecTxResult::default()
        };
        match self.result {
            Ok(executed) => {
                answer.data = executed.data.into();
                answer.events = executed.events;
            }
            Err(failed) => {
                answer.code = failed.error.code;
                answer.codespace = failed.error.codespace.into_owned();
                answer.log = failed.error.log;
                answer.events = failed.events;
            }
        }
        answer
    }
}
