//! The bank of a document.

use std::collections::BTreeMap;

use cosmos_sdk_proto::cosmos::bank::v1beta1::{DenomUnit, Metadata};
use serde::Deserialize;

use super::AppStateError;

/// Balances and denominations.
#[derive(Debug, Clone, PartialEq)]
pub struct BankState {
    /// Whether a denomination without a switch of its own may be sent.
    pub default_send_enabled: bool,
    /// Switches of denominations.
    pub send_enabled: BTreeMap<String, bool>,
    /// What everybody has.
    pub balances: Vec<LoadedBalance>,
    /// What denominations are called.
    pub metadata: Vec<Metadata>,
}

/// What one address has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedBalance {
    /// Bech32 address.
    pub address: String,
    /// Base units by denomination.
    pub coins: BTreeMap<String, u128>,
}

#[derive(Deserialize)]
pub(super) struct Document {
    params: ParamsDocument,
    #[serde(default)]
    send_enabled: Vec<SwitchDocument>,
    balances: Vec<BalanceDocument>,
    #[serde(default)]
    denom_metadata: Vec<MetadataDocument>,
}

#[derive(Deserialize)]
struct ParamsDocument {
    #[serde(default)]
    default_send_enabled: bool,
}

#[derive(Deserialize)]
struct SwitchDocument {
    denom: String,
    #[serde(default)]
    enabled: bool,
}

#[derive(Deserialize)]
struct BalanceDocument {
    address: String,
    coins: Vec<CoinDocument>,
}

#[derive(Deserialize)]
struct CoinDocument {
    denom: String,
    amount: String,
}

#[derive(Deserialize)]
struct MetadataDocument {
    #[serde(default)]
    description: String,
    #[serde(default)]
    denom_units: Vec<UnitDocument>,
    base: String,
    #[serde(default)]
    display: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    symbol: String,
    #[serde(default)]
    uri: String,
    #[serde(default)]
    uri_hash: String,
}

#[derive(Deserialize)]
struct UnitDocument {
    denom: String,
    #[serde(default)]
    exponent: u32,
    #[serde(default)]
    aliases: Vec<String>,
}

impl Document {
    pub(super) fn read(self) -> Result<BankState, AppStateError> {
        let balances = self.balances.into_iter().map(BalanceDocument::read).collect::<Result<_, _>>()?;
        Ok(BankState {
            default_send_enabled: self.params.default_send_enabled,
            send_enabled: self.send_enabled.into_iter().map(|switch| (switch.denom, switch.enabled)).collect(),
            balances,
            metadata: self.denom_metadata.into_iter().map(MetadataDocument::read).collect(),
        })
    }
}

impl BalanceDocument {
    fn read(self) -> Result<LoadedBalance, AppStateError> {
        let amount = |coin: CoinDocument| match coin.amount.parse() {
            Ok(amount) => Ok((coin.denom, amount)),
            Err(error) => {
                let reason = format!("{} has {:?} of {}: {error}", self.address, coin.amount, coin.denom);
                Err(AppStateError::member("app_state.bank.balances", reason))
            }
        };
        let coins = self.coins.into_iter().map(amount).collect::<Result<_, _>>()?;
        Ok(LoadedBalance { coins, address: self.address })
    }
}

impl MetadataDocument {
    fn read(self) -> Metadata {
        let units = self.denom_units.into_iter();
        Metadata {
            description: self.description,
            denom_units: units
                .map(|unit| DenomUnit { denom: unit.denom, exponent: unit.exponent, aliases: unit.aliases })
                .collect(),
            base: self.base,
            display: self.display,
            name: self.name,
            symbol: self.symbol,
            uri: self.uri,
            uri_hash: self.uri_hash,
        }
    }
}
