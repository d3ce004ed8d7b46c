//! An account as it is stored.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        auth::v1beta1::{BaseAccount, ModuleAccount},
        crypto::secp256k1,
    },
};
use prost::{Message, Name};

use crate::{
    address,
    app_state::LoadedAccount,
    error::{ExecError, ExecResult},
};

/// An account: a base account, or the account of a module.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    base: BaseAccount,
    module: Option<(String, Vec<String>)>,
}

impl Account {
    /// A base account without public key.
    pub fn base(address: &[u8], number: u64) -> Self {
        let base =
            BaseAccount { address: address::encode(address), pub_key: None, account_number: number, sequence: 0 };
        Self { base, module: None }
    }

    /// The account of a module.
    pub fn module(name: &str, permissions: &[&str], number: u64) -> Self {
        let account = Self::base(&address::module(name), number);
        let permissions = permissions.iter().map(|permission| (*permission).to_owned()).collect();
        Self { module: Some((name.to_owned(), permissions)), ..account }
    }

    /// An account that another chain had.
    pub fn loaded(account: &LoadedAccount) -> Self {
        let base = BaseAccount {
            address: account.address.clone(),
            pub_key: account.public_key.clone(),
            account_number: account.number,
            sequence: account.sequence,
        };
        let module = account.module.as_ref().map(|module| (module.name.clone(), module.permissions.clone()));
        Self { base, module }
    }

    /// Bech32 address.
    pub fn address(&self) -> &str {
        &self.base.address
    }

    /// Account number.
    pub fn number(&self) -> u64 {
        self.base.account_number
    }

    /// The sequence that the account's next transaction must carry.
    pub fn sequence(&self) -> u64 {
        self.base.sequence
    }

    /// The public key, once the account has signed a transaction.
    pub fn public_key(&self) -> Option<&Any> {
        self.base.pub_key.as_ref()
    }

    /// The base account inside.
    pub fn as_base(&self) -> &BaseAccount {
        &self.base
    }

    /// Name of the module and its permissions, for the account of a module.
    pub fn as_module(&self) -> Option<(&str, &[String])> {
        self.module.as_ref().map(|(name, permissions)| (name.as_str(), permissions.as_slice()))
    }

    /// Sets the public key.
    pub fn set_public_key(&mut self, key: Any) {
        self.base.pub_key = Some(key);
    }

    /// Moves to the next sequence.
    pub fn increment_sequence(&mut self) {
        self.base.sequence += 1;
    }

    /// Sets the sequence.
    pub fn set_sequence(&mut self, sequence: u64) {
        self.base.sequence = sequence;
    }

    /// The account as a message of its kind.
    pub fn to_any(&self) -> Any {
        match &self.module {
            None => Any { type_url: BaseAccount::type_url(), value: self.base.encode_to_vec() },
            Some((name, permissions)) => {
                let account = ModuleAccount {
                    base_account: Some(self.base.clone()),
                    name: name.clone(),
                    permissions: permissions.clone(),
                };
                Any { type_url: ModuleAccount::type_url(), value: account.encode_to_vec() }
            }
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        self.to_any().encode_to_vec()
    }

    pub(super) fn decode(bytes: &[u8]) -> ExecResult<Self> {
        let broken = |error: prost::DecodeError| ExecError::Panic(format!("stored account: {error}"));
        let any = Any::decode(bytes).map_err(broken)?;
        if any.type_url == "/cosmos.auth.v1beta1.ModuleAccount" {
            let account = ModuleAccount::decode(&any.value[..]).map_err(broken)?;
            let base = account.base_account.unwrap_or_default();
            return Ok(Self { base, module: Some((account.name, account.permissions)) });
        }
        let base = BaseAccount::decode(&any.value[..]).map_err(broken)?;
        Ok(Self { base, module: None })
    }
}

/// The bytes of a secp256k1 public key inside its message; `None` for another kind of key or a broken message.
pub fn secp256k1_key(key: &Any) -> Option<Vec<u8>> {
    if key.type_url != secp256k1::PubKey::type_url() {
        return None;
    }
    secp256k1::PubKey::decode(&key.value[..]).ok().map(|key| key.key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn accounts_survive_their_encoding() {
        let mut base = Account::base(&[7; 20], 300);
        base.set_public_key(Any { type_url: secp256k1::PubKey::type_url(), value: vec![10, 1, 9] });
        base.increment_sequence();
        assert_eq!(Account::decode(&base.encode()).unwrap(), base);
        assert_eq!(base.to_any().type_url, "/cosmos.auth.v1beta1.BaseAccount");

        let module = Account::module("wasm", &["burner"], 5);
        assert_eq!(Account::decode(&module.encode()).unwrap(), module);
        assert_eq!(module.to_any().type_url, "/cosmos.auth.v1beta1.ModuleAccount");
    }
}
