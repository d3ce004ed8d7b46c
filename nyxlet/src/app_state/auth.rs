//! The accounts of a document.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cosmos_sdk_proto::{
    Any,
    cosmos::{auth::v1beta1::Params, crypto::secp256k1},
};
use prost::{Message, Name};
use serde::Deserialize;
use serde_json::Value;

use super::{AppStateError, number};

/// Accounts and their parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthState {
    /// The module's parameters.
    pub params: Params,
    /// In the order of their numbers; every number stands once.
    pub accounts: Vec<LoadedAccount>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedAccount {
    /// Bech32 address.
    pub address: String,
    /// Account number.
    pub number: u64,
    /// The sequence of its next transaction.
    pub sequence: u64,
    /// The key, once it has signed.
    pub public_key: Option<Any>,
    /// The module that it belongs to.
    pub module: Option<ModuleName>,
}

/// A module's name with what its account may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleName {
    /// The name.
    pub name: String,
    /// The permissions.
    pub permissions: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Document {
    params: ParamsDocument,
    accounts: Vec<Value>,
}

#[derive(Deserialize)]
struct ParamsDocument {
    #[serde(deserialize_with = "number::read")]
    max_memo_characters: u64,
    #[serde(deserialize_with = "number::read")]
    tx_sig_limit: u64,
    #[serde(deserialize_with = "number::read")]
    tx_size_cost_per_byte: u64,
    #[serde(deserialize_with = "number::read")]
    sig_verify_cost_ed25519: u64,
    #[serde(deserialize_with = "number::read")]
    sig_verify_cost_secp256k1: u64,
}

#[derive(Deserialize)]
struct Base {
    address: String,
    #[serde(default)]
    pub_key: Option<Value>,
    #[serde(deserialize_with = "number::read")]
    account_number: u64,
    #[serde(deserialize_with = "number::read")]
    sequence: u64,
}

#[derive(Deserialize)]
struct Module {
    name: String,
    #[serde(default)]
    permissions: Vec<String>,
}

impl Document {
    pub(super) fn read(self) -> Result<AuthState, AppStateError> {
        let params = Params {
            max_memo_characters: self.params.max_memo_characters,
            tx_sig_limit: self.params.tx_sig_limit,
            tx_size_cost_per_byte: self.params.tx_size_cost_per_byte,
            sig_verify_cost_ed25519: self.params.sig_verify_cost_ed25519,
            sig_verify_cost_secp256k1: self.params.sig_verify_cost_secp256k1,
        };
        let accounts = self.accounts.iter().map(read_account).collect::<Result<_, _>>()?;
        Ok(AuthState { params, accounts: in_order(accounts) })
    }
}

fn read_account(account: &Value) -> Result<LoadedAccount, AppStateError> {
    let wrong = |error| AppStateError::member("app_state.auth.accounts", error);
    // A base account stands by itself, in the account of a module, or two levels down in one that vests.
    let nested = [account.pointer("/base_vesting_account/base_account"), account.get("base_account"), Some(account)];
    let base = nested.into_iter().flatten().next().unwrap_or(account);
    let base: Base = serde_json::from_value(base.clone()).map_err(wrong)?;
    let is_module = account.get("@type").and_then(Value::as_str) == Some("/cosmos.auth.v1beta1.ModuleAccount");
    let module = if is_module {
        let module: Module = serde_json::from_value(account.clone()).map_err(wrong)?;
        Some(ModuleName { name: module.name, permissions: module.permissions })
    } else {
        None
    };
    Ok(LoadedAccount {
        address: base.address,
        number: base.account_number,
        sequence: base.sequence,
        public_key: base.pub_key.as_ref().and_then(public_key),
        module,
    })
}

/// A secp256k1 key out of its JSON.
pub(super) fn public_key(key: &Value) -> Option<Any> {
    if key.get("@type")?.as_str()? != secp256k1::PubKey::type_url() {
        return None;
    }
    let key = BASE64.decode(key.get("key")?.as_str()?).ok()?;
    Some(Any { type_url: secp256k1::PubKey::type_url(), value: secp256k1::PubKey { key }.encode_to_vec() })
}

/// A new chain's document gives many accounts the same number: the first keeps it, the others get the lowest ones that
/// nobody has, as a node does it.
fn in_order(mut accounts: Vec<LoadedAccount>) -> Vec<LoadedAccount> {
    let mut by_number: BTreeMap<u64, LoadedAccount> = BTreeMap::new();
    let mut others: BTreeMap<u64, Vec<LoadedAccount>> = BTreeMap::new();
    for account in accounts.drain(..) {
        match by_number.entry(account.number) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(account);
            }
            std::collections::btree_map::Entry::Occupied(_) => others.entry(account.number).or_default().push(account),
        }
    }
    let mut number = 0;
    for mut account in others.into_values().flatten() {
        while by_number.contains_key(&number) {
            number += 1;
        }
        account.number = number;
        by_number.insert(number, account);
    }
    by_number.into_values().collect()
}
