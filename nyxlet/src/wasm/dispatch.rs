//! What happens after a contract answered: its events, its submessages, the replies to them.

use std::sync::Arc;

use cosmos_sdk_proto::Any;
use tendermint_proto::v0_38::abci::Event;

use super::calls::Data;
use super::error::{WasmError, redact};
use super::events;
use super::gas_register;
use super::keeper::Keeper;
use super::messages::Encoded;
use super::wire::{Binary, MsgResponse, Reply, ReplyOn, Response, SubMsg, SubMsgResponse, SubMsgResult};
use super::wire_msg::CosmosMsg;
use super::{coins, native};
use crate::address;
use crate::app::Context;
use crate::error::{ExecError, ExecResult, Root, SdkError};
use crate::gas::{GasError, GasMeter};

/// Contract calls that may be nested.
const MAX_CALL_DEPTH: u32 = 100;

/// What a message of a contract did.
#[derive(Default)]
struct Dispatched {
    events: Vec<Event>,
    data: Vec<Vec<u8>>,
    responses: Vec<Any>,
}

impl Keeper {
    /// Emits the events of a response and runs its messages. Data of the last reply that has any replaces the
    /// contract's own.
    ///
    /// # Errors
    /// Malformed events, calls nested too deep, a message that fails without its sender wanting to hear of it, out of
    /// gas.
    pub fn handle_response(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        ibc_port: &str,
        response: Response,
    ) -> ExecResult<Data> {
        let Response { messages, data, attributes, events: custom } = response;
        ctx.gas.consume(gas_register::event_cost(&attributes, &custom), "Custom contract event attributes")?;
        let contract_text = address::encode(contract);
        if !attributes.is_empty() {
            ctx.events.emit(events::wasm_event(&attributes, &contract_text)?);
        }
        ctx.events.emit_all(events::custom_events(&custom, &contract_text)?);
        let mut ctx = ctx.clone();
        ctx.call_depth += 1;
        if ctx.call_depth > MAX_CALL_DEPTH {
            return Err(WasmError::ExceedMaxCallDepth.error().into());
        }
        let mut result = data.map(|data| data.0);
        for message in messages {
            if let Some(data) = self.run_submessage(&ctx, contract, ibc_port, message)? {
                result = Some(data);
            }
        }
        Ok(result)
    }

    /// Runs one submessage on its own layer of state and, if its sender wants it, replies. Returns the reply's data.
    fn run_submessage(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        ibc_port: &str,
        message: SubMsg,
    ) -> ExecResult<Data> {
        let SubMsg { id, msg, payload, gas_limit, reply_on } = message;
        let reply_on = reply_on.ok_or_else(|| WasmError::Invalid.wrap("replyOn value"))?;
        let remaining = ctx.gas.limit().wrapping_sub(ctx.gas.consumed());
        let is_wasm = msg.wasm.is_some();
        let outcome: ExecResult<_> = ctx.atomically(|ctx| {
            let sub = ctx.with_new_events();
            let dispatched = match gas_limit.filter(|limit| *limit < remaining) {
                Some(limit) => self.dispatch_limited(&sub, contract, ibc_port, msg, limit),
                None => self.dispatch(&sub, contract, ibc_port, msg),
            }?;
            Ok((sub.events.take(), dispatched))
        });
        let result = match outcome {
            Ok((own_events, dispatched)) => {
                let mut emitted: Vec<Event> = own_events.into_iter().chain(dispatched.events).collect();
                emitted.retain(|event| event.r#type != "message");
                if is_wasm {
                    // A Go node sorts the attributes for the reply in the very slices that it has emitted.
                    for event in &mut emitted {
                        event.attributes.sort_by(|left, right| left.key.cmp(&right.key));
                    }
                }
                ctx.events.emit_all(emitted.iter().cloned());
                if matches!(reply_on, ReplyOn::Never | ReplyOn::Error) {
                    return Ok(None);
                }
                let reply_events = if is_wasm { events::to_wire(&emitted) } else { Vec::new() };
                success(reply_events, dispatched.data, dispatched.responses)
            }
            Err(ExecError::Sdk(error)) => {
                if matches!(reply_on, ReplyOn::Never | ReplyOn::Success) {
                    return Err(error.into());
                }
                SubMsgResult { ok: None, error: redact(&error) }
            }
            Err(unwinding) => return Err(unwinding),
        };
        let reply = Reply { gas_used: 0, id, result, payload };
        self.reply(ctx, contract, &reply).map_err(|error| error.wrap("reply"))
    }

    /// Runs a message under its own gas limit. Hitting the limit is an ordinary failure for the sender.
    fn dispatch_limited(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        ibc_port: &str,
        msg: CosmosMsg,
        limit: u64,
    ) -> ExecResult<Dispatched> {
        let limited = GasMeter::new(limit);
        let result = self.dispatch(&ctx.with_gas(limited.clone()), contract, ibc_port, msg);
        if let Err(ExecError::Gas(GasError::OutOfGas { .. })) = result {
            ctx.gas.consume(limit, "Sub-Message OutOfGas panic")?;
            return Err(Root::OutOfGas.wrap("SubMsg hit gas limit").into());
        }
        ctx.gas.consume(limited.consumed(), "From limited Sub-Message")?;
        result
    }

    /// Runs a message with the first handler that knows it.
    fn dispatch(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        ibc_port: &str,
        msg: CosmosMsg,
    ) -> ExecResult<Dispatched> {
        match self.dispatch_to_modules(ctx, contract, &msg) {
            Err(ExecError::Sdk(error)) if WasmError::UnknownMsg.is(&error) => {}
            result => return result,
        }
        if let Some(error) = refuse_ibc(&msg, ibc_port) {
            return Err(error.into());
        }
        if let Some(burn) = msg.bank.and_then(|bank| bank.burn) {
            let amount = coins::from_contract(&burn.amount)?;
            if amount.is_empty() {
                return Err(WasmError::Empty.wrap("amount").into());
            }
            native::burn(ctx, contract, &amount)?;
            return Ok(Dispatched::default());
        }
        Err(WasmError::UnknownMsg.wrap("no handler found").into())
    }

    fn dispatch_to_modules(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        msg: &CosmosMsg,
    ) -> ExecResult<Dispatched> {
        let mut dispatched = Dispatched::default();
        let msg = match super::messages::encode(ctx, contract, msg)? {
            Encoded::Nothing => return Ok(dispatched),
            Encoded::Unroutable(kind) => {
                return Err(Root::UnknownRequest.wrap(format_args!("can't route message {kind}")).into());
            }
            Encoded::Message(msg) => msg,
        };
        let name = msg.type_url.rsplit('.').next().unwrap_or_default();
        ctx.router
            .validate_basic(&msg)
            .map_err(|error| error.wrap(format_args!("failed basic validation for message type *types.{name}")))?;
        if ctx.router.signers(&msg)?.iter().any(|signer| signer != contract) {
            return Err(Root::Unauthorized.wrap("contract doesn't have permission").into());
        }
        let result = ctx.router.handle_msg(ctx, &msg)?;
        dispatched.data.push(result.data);
        dispatched.responses = result.responses;
        dispatched.events = result.events;
        Ok(dispatched)
    }
}

fn success(events: Vec<super::wire::Event>, data: Vec<Vec<u8>>, responses: Vec<Any>) -> SubMsgResult {
    let response = SubMsgResponse {
        events,
        data: Binary(data.into_iter().next().unwrap_or_default()),
        msg_responses: responses
            .into_iter()
            .map(|any| MsgResponse { type_url: any.type_url, value: Binary(any.value) })
            .collect(),
    };
    SubMsgResult { ok: Some(response), error: String::new() }
}

/// What the packet handlers of a chain without channels say; `None` when the message is not for them.
fn refuse_ibc(msg: &CosmosMsg, ibc_port: &str) -> Option<SdkError> {
    let raw = msg.ibc.as_ref();
    let packet = raw.and_then(|ibc| ibc.send_packet.as_ref());
    let acknowledgement = raw.and_then(|ibc| ibc.write_acknowledgement.as_ref());
    if let Some(message) = packet.or(acknowledgement) {
        if ibc_port.is_empty() {
            return Some(WasmError::UnsupportedForContract.wrap("ibc not supported"));
        }
        if message.channel_id.is_empty() {
            return Some(WasmError::Empty.wrap("ibc channel"));
        }
        return Some(if packet.is_some() {
            SdkError::new("channel", 3, "channel not found").wrap(&message.channel_id).wrap("channel")
        } else {
            WasmError::Invalid.wrap("packet")
        });
    }
    let late = msg.ibc2.as_ref()?.write_acknowledgement.as_ref()?;
    if late.destination_client.is_empty() {
        return Some(WasmError::Empty.wrap("ibc2 destination client"));
    }
    Some(WasmError::Invalid.wrap(format_args!(
        "no pending async packet for client {} sequence {}",
        late.destination_client, late.packet_sequence
    )))
}
