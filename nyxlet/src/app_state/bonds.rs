//! The transactions in a new chain's document that create its validators. A node executes them before the first block;
//! here they do what accounts and balances notice: the coins move to the pool of bonded tokens, the account has signed.

use cosmos_sdk_proto::Any;
use serde::Deserialize;
use serde_json::Value;

use super::{AppStateError, auth::public_key};
use crate::address;

/// The transaction that creates a validator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bond {
    /// Address of the account, raw.
    pub account: Vec<u8>,
    /// Its public key.
    pub public_key: Any,
    /// The denomination that it bonds.
    pub denom: String,
    /// How many base units.
    pub amount: u128,
}

#[derive(Default, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    gen_txs: Vec<Value>,
}

impl Document {
    pub(super) fn read(self) -> Result<Vec<Bond>, AppStateError> {
        let wrong = || AppStateError::member("app_state.genutil.gen_txs", "not a transaction that creates a validator");
        self.gen_txs.iter().map(|tx| read_bond(tx).ok_or_else(wrong)).collect()
    }
}

fn read_bond(tx: &Value) -> Option<Bond> {
    let message = tx.pointer("/body/messages/0")?;
    if message.get("@type")?.as_str()? != "/cosmos.staking.v1beta1.MsgCreateValidator" {
        return None;
    }
    let (_, account) = address::bech32::decode(message.get("validator_address")?.as_str()?).ok()?;
    Some(Bond {
        account,
        public_key: public_key(tx.pointer("/auth_info/signer_infos/0/public_key")?)?,
        denom: message.pointer("/value/denom")?.as_str()?.to_owned(),
        amount: message.pointer("/value/amount")?.as_str()?.parse().ok()?,
    })
}
