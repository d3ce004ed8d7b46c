//! The genesis document, in the JSON of CometBFT with the application state of the SDK's auth and bank modules.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};
use sha2::{Digest as _, Sha256};

use crate::{
    app::{Genesis, GenesisAccount},
    app_state::{AppStateError, LoadedState},
    chain::{
        block::{MAX_BLOCK_BYTES, MAX_BLOCK_GAS},
        validator::{VOTING_POWER, Validator},
    },
    clock::Nanos,
};

/// What a chain starts from, with its validator.
#[derive(Debug, Clone, PartialEq)]
pub struct GenesisDoc {
    /// Chain id, at most 50 bytes.
    pub chain_id: String,
    /// The time of the first block.
    pub genesis_time: Nanos,
    /// The height of the first block.
    pub initial_height: u64,
    /// The funded accounts in the order of their account numbers.
    pub accounts: Vec<GenesisAccount>,
    /// The ed25519 public key of the validator; absent until the chain is established.
    pub validator: Option<[u8; 32]>,
    /// The state of another chain that this one begins with. What `accounts` get on top of it does not stand in the
    /// document.
    pub loaded: Option<LoadedState>,
}

/// The parts of the JSON that are read back.
#[derive(Deserialize)]
struct Document {
    genesis_time: String,
    chain_id: String,
    initial_height: String,
    validators: Vec<DocumentValidator>,
    app_state: Box<RawValue>,
}

#[derive(Deserialize)]
struct DocumentValidator {
    pub_key: DocumentKey,
}

#[derive(Deserialize)]
struct DocumentKey {
    value: String,
}

#[derive(Deserialize)]
struct AppState {
    auth: Auth,
    bank: Bank,
}

#[derive(Deserialize)]
struct Auth {
    /// Absent from the documents of chains that did not begin with another one's state.
    params: Option<Value>,
}

#[derive(Deserialize)]
struct Bank {
    balances: Vec<Balance>,
}

#[derive(Deserialize, Serialize)]
struct Balance {
    address: String,
    coins: Vec<Coin>,
}

#[derive(Deserialize, Serialize)]
struct Coin {
    denom: String,
    amount: String,
}

/// Why a text is no genesis document.
#[derive(Debug, thiserror::Error)]
pub enum GenesisDocError {
    /// Not the JSON of a genesis document.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// Not the state of a node.
    #[error(transparent)]
    State(#[from] AppStateError),
    /// A member with a value that it cannot have.
    #[error("its member {0} has no valid value")]
    Member(&'static str),
}

impl GenesisDoc {
    /// The same genesis with its validator named.
    #[must_use]
    pub fn with_validator(mut self, validator: &Validator) -> Self {
        self.validator = Some(validator.public_key());
        self
    }

    /// The part the application starts from.
    pub fn app_genesis(&self) -> Genesis {
        Genesis {
            chain_id: self.chain_id.clone(),
            time_nanos: u64::try_from(self.genesis_time.0).unwrap_or_default(),
            initial_height: self.initial_height,
            accounts: self.accounts.clone(),
            state: self.loaded.as_ref().map(|loaded| loaded.state.clone()),
        }
    }

    /// Reads what [`GenesisDoc::to_json`] wrote.
    ///
    /// # Errors
    /// [`GenesisDocError`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, GenesisDocError> {
        let document: Document = serde_json::from_slice(bytes)?;
        let genesis_time =
            Nanos::parse_rfc3339(&document.genesis_time).ok_or(GenesisDocError::Member("genesis_time"))?;
        let validator = match document.validators.first() {
            Some(validator) => {
                let key = BASE64.decode(&validator.pub_key.value).ok().and_then(|key| key.try_into().ok());
                Some(key.ok_or(GenesisDocError::Member("validators"))?)
            }
            None => None,
        };
        let initial_height = document.initial_height.parse().map_err(|_| GenesisDocError::Member("initial_height"))?;
        let app_state: AppState = serde_json::from_str(document.app_state.get())?;
        let chain_id = document.chain_id;
        if app_state.auth.params.is_some() {
            let loaded = Some(LoadedState::from_json(document.app_state.get())?);
            return Ok(Self { chain_id, genesis_time, initial_height, accounts: Vec::new(), validator, loaded });
        }
        let accounts = app_state
            .bank
            .balances
            .into_iter()
            .map(|balance| {
                let coins = balance.coins.into_iter().map(|coin| Some((coin.denom, coin.amount.parse().ok()?)));
                let coins: Option<BTreeMap<String, u128>> = coins.collect();
                Ok(GenesisAccount {
                    address: balance.address,
                    coins: coins.ok_or(GenesisDocError::Member("app_state.bank.balances"))?,
                })
            })
            .collect::<Result<_, GenesisDocError>>()?;
        Ok(Self { chain_id, genesis_time, initial_height, accounts, validator, loaded: None })
    }

    /// The document as a node serves it.
    pub fn to_json(&self) -> Vec<u8> {
        self.to_value().to_string().into_bytes()
    }

    fn to_value(&self) -> Value {
        let validators: Vec<Value> = self
            .validator
            .iter()
            .map(|key| {
                let hash = Sha256::digest(key);
                json!({
                    "address": hex::encode_upper(&hash[..20]),
                    "pub_key": { "type": "tendermint/PubKeyEd25519", "value": BASE64.encode(key) },
                    "power": VOTING_POWER.to_string(),
                    "name": "nyxlet",
                })
            })
            .collect();
        json!({
            "genesis_time": self.genesis_time.rfc3339(),
            "chain_id": self.chain_id,
            "initial_height": self.initial_height.to_string(),
            "consensus_params": consensus_params(),
            "validators": validators,
            "app_hash": "",
            "app_state": self.app_state(),
        })
    }

    fn app_state(&self) -> Value {
        // The text was read as JSON before.
        let loaded = self.loaded.as_ref().and_then(|loaded| serde_json::from_str(&loaded.text).ok());
        loaded.unwrap_or_else(|| {
            json!({
                "auth": { "accounts": self.auth_accounts() },
                "bank": { "balances": self.balances(), "supply": self.supply() },
            })
        })
    }

    fn auth_accounts(&self) -> Vec<Value> {
        self.accounts
            .iter()
            .zip(0_u64..)
            .map(|(account, number)| {
                json!({
                    "@type": "/cosmos.auth.v1beta1.BaseAccount",
                    "address": account.address,
                    "pub_key": null,
                    "account_number": number.to_string(),
                    "sequence": "0",
                })
            })
            .collect()
    }

    fn balances(&self) -> Vec<Balance> {
        let coin = |(denom, amount): (&String, &u128)| Coin { denom: denom.clone(), amount: amount.to_string() };
        self.accounts
            .iter()
            .map(|account| Balance {
                address: account.address.clone(),
                coins: account.coins.iter().map(coin).collect(),
            })
            .collect()
    }

    fn supply(&self) -> Vec<Coin> {
        let mut supply: BTreeMap<&str, u128> = BTreeMap::new();
        for (denom, amount) in self.accounts.iter().flat_map(|account| &account.coins) {
            let sum = supply.entry(denom).or_default();
            *sum = sum.saturating_add(*amount);
        }
        supply.into_iter().map(|(denom, amount)| Coin { denom: denom.to_owned(), amount: amount.to_string() }).collect()
    }
}

/// The consensus parameters, CometBFT's defaults without gas limit, in its JSON.
pub fn consensus_params() -> Value {
    json!({
        "block": { "max_bytes": MAX_BLOCK_BYTES.to_string(), "max_gas": MAX_BLOCK_GAS.to_string() },
        "evidence": {
            "max_age_num_blocks": "100000",
            "max_age_duration": "172800000000000",
            "max_bytes": "1048576",
        },
        "validator": { "pub_key_types": ["ed25519"] },
        "version": { "app": "0" },
        "abci": { "vote_extensions_enable_height": "0" },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_document_reads_back_as_written() {
        let genesis = GenesisDoc {
            chain_id: "nyx".into(),
            genesis_time: Nanos(1_700_000_000_123_456_789),
            accounts: vec![GenesisAccount {
                address: "n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6".into(),
                coins: [("unym".to_owned(), u128::MAX), ("unyx".to_owned(), 1)].into(),
            }],
            initial_height: 7,
            validator: None,
            loaded: None,
        }
        .with_validator(&Validator::derived("nyx"));
        assert_eq!(GenesisDoc::from_json(&genesis.to_json()).unwrap(), genesis);
        assert!(GenesisDoc::from_json(b"{}").is_err());
    }
}
