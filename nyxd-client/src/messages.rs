//! Messages as transactions carry them.

use std::io::Write;

use cosmrs::{
    AccountId, Any,
    proto::{
        cosmos::{
            bank::v1beta1::{Input, MsgMultiSend, MsgSend, Output},
            base::v1beta1::Coin as ProtoCoin,
        },
        cosmwasm::wasm::v1::{
            MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContract2, MsgMigrateContract,
            MsgStoreCode, MsgUpdateAdmin,
        },
        traits::{Message, Name},
    },
};
use cosmwasm_std::Coin;
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;

use crate::ClientError;

/// What a new contract is made of.
#[derive(Clone, Debug)]
pub struct Instantiation {
    /// The uploaded code.
    pub code_id: u64,
    /// The contract's name for people.
    pub label: String,
    /// Who may migrate it; nobody if there is none.
    pub admin: Option<AccountId>,
    /// Coins that go to it.
    pub funds: Vec<Coin>,
}

/// A transfer from one account to another.
pub fn bank_send(from: &AccountId, to: &AccountId, coins: &[Coin]) -> Any {
    packed(&MsgSend { from_address: from.to_string(), to_address: to.to_string(), amount: proto_coins(coins) })
}

/// An execution of a contract with a message that serialises to the contract's JSON.
///
/// # Errors
/// [`ClientError::Message`] when the message cannot be serialised.
pub fn execute_contract(
    sender: &AccountId,
    contract: &AccountId,
    message: &impl Serialize,
    funds: &[Coin],
) -> Result<Any, ClientError> {
    Ok(packed(&MsgExecuteContract {
        sender: sender.to_string(),
        contract: contract.to_string(),
        msg: json("an execute message", message)?,
        funds: proto_coins(funds),
    }))
}

/// One account pays many at once. Every denom of the outputs is summed up for the input.
pub(crate) fn multi_send(from: &AccountId, outputs: &[(AccountId, Vec<Coin>)]) -> Result<Any, ClientError> {
    let mut total = cosmwasm_std::Coins::default();
    for coin in outputs.iter().flat_map(|(_, coins)| coins) {
        total.add(coin.clone()).map_err(|reason| ClientError::message("a transfer to many", reason))?;
    }
    Ok(packed(&MsgMultiSend {
        inputs: vec![Input { address: from.to_string(), coins: proto_coins(&total.into_vec()) }],
        outputs: outputs
            .iter()
            .map(|(to, coins)| Output { address: to.to_string(), coins: proto_coins(coins) })
            .collect(),
    }))
}

/// An upload; the code is zipped unless it already is.
pub(crate) fn store_code(sender: &AccountId, wasm: &[u8]) -> Result<Any, ClientError> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let wasm_byte_code = if wasm.starts_with(&GZIP) { wasm.to_vec() } else { gzip(wasm)? };
    Ok(packed(&MsgStoreCode { sender: sender.to_string(), wasm_byte_code, instantiate_permission: None }))
}

pub(crate) fn instantiate(
    sender: &AccountId,
    new: &Instantiation,
    message: &impl Serialize,
) -> Result<Any, ClientError> {
    Ok(packed(&MsgInstantiateContract {
        sender: sender.to_string(),
        admin: text(new.admin.as_ref()),
        code_id: new.code_id,
        label: new.label.clone(),
        msg: json("an instantiate message", message)?,
        funds: proto_coins(&new.funds),
    }))
}

pub(crate) fn instantiate2(
    sender: &AccountId,
    new: &Instantiation,
    message: &impl Serialize,
    salt: &[u8],
) -> Result<Any, ClientError> {
    Ok(packed(&MsgInstantiateContract2 {
        sender: sender.to_string(),
        admin: text(new.admin.as_ref()),
        code_id: new.code_id,
        label: new.label.clone(),
        msg: json("an instantiate message", message)?,
        funds: proto_coins(&new.funds),
        salt: salt.to_vec(),
        fix_msg: false,
    }))
}

pub(crate) fn migrate(
    sender: &AccountId,
    contract: &AccountId,
    code_id: u64,
    message: &impl Serialize,
) -> Result<Any, ClientError> {
    Ok(packed(&MsgMigrateContract {
        sender: sender.to_string(),
        contract: contract.to_string(),
        code_id,
        msg: json("a migrate message", message)?,
    }))
}

pub(crate) fn update_admin(sender: &AccountId, contract: &AccountId, new_admin: &AccountId) -> Any {
    packed(&MsgUpdateAdmin {
        sender: sender.to_string(),
        contract: contract.to_string(),
        new_admin: new_admin.to_string(),
    })
}

pub(crate) fn clear_admin(sender: &AccountId, contract: &AccountId) -> Any {
    packed(&MsgClearAdmin { sender: sender.to_string(), contract: contract.to_string() })
}

fn packed<M: Message + Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn proto_coins(coins: &[Coin]) -> Vec<ProtoCoin> {
    // The chain wants coin lists in the order of their denoms.
    let mut coins: Vec<_> =
        coins.iter().map(|coin| ProtoCoin { denom: coin.denom.clone(), amount: coin.amount.to_string() }).collect();
    coins.sort_by(|one, other| one.denom.cmp(&other.denom));
    coins
}

fn text(address: Option<&AccountId>) -> String {
    address.map(ToString::to_string).unwrap_or_default()
}

fn json(what: &'static str, message: &impl Serialize) -> Result<Vec<u8>, ClientError> {
    serde_json::to_vec(message).map_err(|reason| ClientError::message(what, reason))
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, ClientError> {
    let wrong = |reason: std::io::Error| ClientError::message("a zipped code", reason);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).map_err(wrong)?;
    encoder.finish().map_err(wrong)
}
