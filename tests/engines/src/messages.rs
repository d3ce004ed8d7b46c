//! The messages that scenarios send, the same on every engine, and what a transaction of one costs.

use anyhow::Result;
use cosmrs::proto::{
    cosmos::{bank::v1beta1::MsgSend, base::v1beta1::Coin as ProtoCoin},
    cosmwasm::wasm::v1::{
        MsgExecuteContract, MsgExecuteContractResponse, MsgInstantiateContract, MsgMigrateContract, MsgStoreCode,
    },
    traits::Message as _,
};
use cosmwasm_std::{Addr, Coin};
use nym_contract_scenarios::CodeId;

/// Gas of every transaction: more than the largest one needs.
pub const GAS: u64 = 1_000_000_000;
/// What that costs at the chain's price of 0.025unym.
pub const FEE: u128 = 25_000_000;

/// Stores code.
#[must_use]
pub fn store(sender: String, wasm_byte_code: Vec<u8>) -> MsgStoreCode {
    MsgStoreCode { sender, wasm_byte_code, instantiate_permission: None }
}

/// Makes a contract of stored code.
#[must_use]
pub fn instantiate(
    sender: &Addr,
    code: CodeId,
    message: &[u8],
    funds: &[Coin],
    admin: Option<&Addr>,
) -> MsgInstantiateContract {
    MsgInstantiateContract {
        sender: sender.to_string(),
        admin: admin.map(Addr::to_string).unwrap_or_default(),
        code_id: code,
        label: "contract".to_owned(),
        msg: message.to_vec(),
        funds: on_wire(funds),
    }
}

/// Calls a contract.
#[must_use]
pub fn execute(sender: &Addr, contract: &Addr, message: &[u8], funds: &[Coin]) -> MsgExecuteContract {
    MsgExecuteContract {
        sender: sender.to_string(),
        contract: contract.to_string(),
        msg: message.to_vec(),
        funds: on_wire(funds),
    }
}

/// Moves a contract to other code.
#[must_use]
pub fn migrate(sender: &Addr, contract: &Addr, code: CodeId, message: &[u8]) -> MsgMigrateContract {
    MsgMigrateContract {
        sender: sender.to_string(),
        contract: contract.to_string(),
        code_id: code,
        msg: message.to_vec(),
    }
}

/// Sends coins.
#[must_use]
pub fn transfer(from: &str, to: &str, coins: &[Coin]) -> MsgSend {
    MsgSend { from_address: from.to_owned(), to_address: to.to_owned(), amount: on_wire(coins) }
}

/// Coins as messages have them.
#[must_use]
pub fn on_wire(coins: &[Coin]) -> Vec<ProtoCoin> {
    coins.iter().map(|coin| ProtoCoin { denom: coin.denom.clone(), amount: coin.amount.to_string() }).collect()
}

/// What a contract answered to a call. On the wire, no answer and an empty one are the same.
///
/// # Errors
/// The bytes are no answer to a call.
pub fn answered_data(response: &[u8]) -> Result<Option<Vec<u8>>> {
    let data = MsgExecuteContractResponse::decode(response)?.data;
    Ok(Some(data).filter(|data| !data.is_empty()))
}
