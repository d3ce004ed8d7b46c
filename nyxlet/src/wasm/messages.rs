//! Messages of contracts as messages of the chain.

use cosmos_sdk_proto::Any;
use cosmos_sdk_proto::cosmos::bank::v1beta1::MsgSend;
use prost::Message;

use super::coins;
use super::error::WasmError;
use super::proto::{
    MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContract2, MsgMigrateContract,
    MsgUpdateAdmin,
};
use super::wire_msg::{AnyMsg, BankMsg, CosmosMsg, InstantiateMsg, WasmMsg};
use crate::address;
use crate::app::Context;
use crate::error::{ExecResult, SdkError};

/// Longest value of a protobuf message from a contract, in bytes.
const MAX_ANY: usize = 512 * 1024;

/// A contract's message in the chain's own form.
pub enum Encoded {
    /// There is nothing to do.
    Nothing,
    /// A message for a module.
    Message(Any),
    /// A message for a module that this chain does not have; the name of its kind.
    Unroutable(&'static str),
}

/// Encodes a message. The first member that is set counts.
///
/// # Errors
/// Code 20 for a message that no module takes, malformed coins, an unknown or too long protobuf message.
pub fn encode(ctx: &Context, contract: &[u8], msg: &CosmosMsg) -> ExecResult<Encoded> {
    let sender = address::encode(contract);
    if let Some(bank) = &msg.bank {
        return Ok(encode_bank(sender, bank)?);
    }
    if msg.custom.is_some() {
        return Err(WasmError::UnknownMsg.wrap("custom variant not supported").into());
    }
    if msg.distribution.is_some() {
        return Ok(Encoded::Unroutable("distribution"));
    }
    if let Some(ibc) = &msg.ibc {
        return if ibc.transfer.is_some() || ibc.close_channel.is_some() {
            Ok(Encoded::Unroutable("ibc"))
        } else {
            Err(unknown("IBC").into())
        };
    }
    if let Some(ibc2) = &msg.ibc2 {
        return if ibc2.send_packet.is_some() { Ok(Encoded::Unroutable("ibc2")) } else { Err(unknown("IBCv2").into()) };
    }
    if msg.staking.is_some() {
        return Ok(Encoded::Unroutable("staking"));
    }
    if let Some(any) = msg.any.as_ref().or(msg.stargate.as_ref()) {
        return encode_any(ctx, any);
    }
    if let Some(wasm) = &msg.wasm {
        return Ok(encode_wasm(sender, wasm)?);
    }
    if msg.gov.is_some() {
        return Ok(Encoded::Unroutable("gov"));
    }
    Err(unknown("Wasm").into())
}

fn unknown(variant: &str) -> SdkError {
    WasmError::UnknownMsg.wrap(format_args!("unknown variant of {variant}"))
}

fn message(type_url: &str, message: &impl Message) -> Encoded {
    Encoded::Message(Any { type_url: type_url.to_owned(), value: message.encode_to_vec() })
}

fn encode_bank(from_address: String, msg: &BankMsg) -> Result<Encoded, SdkError> {
    let send = msg.send.as_ref().ok_or_else(|| unknown("Bank"))?;
    if send.amount.is_empty() {
        return Ok(Encoded::Nothing);
    }
    let amount = coins::to_proto(coins::from_contract(&send.amount)?);
    let send = MsgSend { from_address, to_address: send.to_address.clone(), amount };
    Ok(message("/cosmos.bank.v1beta1.MsgSend", &send))
}

fn encode_any(ctx: &Context, msg: &AnyMsg) -> ExecResult<Encoded> {
    let length = msg.value.0.len();
    if length > MAX_ANY {
        let context = format!("AnyMsg value size {length} exceeds limit {MAX_ANY}");
        return Err(WasmError::Limit.wrap(context).into());
    }
    ctx.gas.consume(5 + length as u64 / 1024, "unpacking AnyMsg")?;
    if ctx.router.module_for(&msg.type_url).is_none() {
        let context = format!("Cannot unpack proto message with type URL: {}", msg.type_url);
        return Err(WasmError::InvalidMsg.wrap(context).into());
    }
    Ok(Encoded::Message(Any { type_url: msg.type_url.clone(), value: msg.value.0.clone() }))
}

fn encode_wasm(sender: String, msg: &WasmMsg) -> Result<Encoded, SdkError> {
    if let Some(execute) = &msg.execute {
        let msg = MsgExecuteContract {
            sender,
            contract: execute.contract_addr.clone(),
            msg: execute.msg.0.clone(),
            funds: coins::to_proto(coins::from_contract(&execute.funds)?),
        };
        return Ok(message("/cosmwasm.wasm.v1.MsgExecuteContract", &msg));
    }
    if let Some(instantiate) = &msg.instantiate {
        let InstantiateMsg { code_id, msg, funds, label, admin, .. } = instantiate.clone();
        let funds = coins::to_proto(coins::from_contract(&funds)?);
        let msg = MsgInstantiateContract { sender, admin, code_id, label, msg: msg.0, funds };
        return Ok(message("/cosmwasm.wasm.v1.MsgInstantiateContract", &msg));
    }
    if let Some(instantiate) = &msg.instantiate2 {
        let InstantiateMsg { code_id, msg, funds, label, admin, salt } = instantiate.clone();
        let funds = coins::to_proto(coins::from_contract(&funds)?);
        let (msg, salt) = (msg.0, salt.0);
        let fix_msg = false;
        let msg = MsgInstantiateContract2 { sender, admin, code_id, label, msg, funds, salt, fix_msg };
        return Ok(message("/cosmwasm.wasm.v1.MsgInstantiateContract2", &msg));
    }
    if let Some(migrate) = &msg.migrate {
        let msg = MsgMigrateContract {
            sender,
            contract: migrate.contract_addr.clone(),
            code_id: migrate.new_code_id,
            msg: migrate.msg.0.clone(),
        };
        return Ok(message("/cosmwasm.wasm.v1.MsgMigrateContract", &msg));
    }
    if let Some(clear) = &msg.clear_admin {
        let msg = MsgClearAdmin { sender, contract: clear.contract_addr.clone() };
        return Ok(message("/cosmwasm.wasm.v1.MsgClearAdmin", &msg));
    }
    if let Some(update) = &msg.update_admin {
        let msg = MsgUpdateAdmin { sender, new_admin: update.admin.clone(), contract: update.contract_addr.clone() };
        return Ok(message("/cosmwasm.wasm.v1.MsgUpdateAdmin", &msg));
    }
    Err(unknown("Wasm"))
}
