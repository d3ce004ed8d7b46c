//! How much gas a transaction asks for, and what it pays.

use std::collections::BTreeMap;

use cosmwasm_std::{Decimal, Uint128};

use crate::{Any, ClientError};

/// Gas asked for, in percent of what the dry run used. A dry run cannot know what other transactions change before
/// the block is made, so some room is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Margin(u32);

impl Margin {
    /// A margin in percent; less than the measured gas makes no sense, so it is at least 100.
    pub fn percent(percent: u32) -> Self {
        Self(percent.max(100))
    }

    fn of(self, gas: u64) -> u64 {
        gas.saturating_mul(u64::from(self.0)).div_ceil(100)
    }
}

/// Gas price and the margins per kind of message.
#[derive(Clone, Debug)]
pub struct GasPolicy {
    /// Price of a unit of gas, in base units of the mix denom.
    pub price: Decimal,
    /// Margin of every message that has none of its own.
    pub margin: Margin,
    /// Margins by kind: a message's type without its package (`MsgSend`), or for contract executions `MsgExecuteContract/`
    /// and the name of the contract's message (`MsgExecuteContract/reconcile_epoch_events`), which is looked for first.
    pub margins: BTreeMap<String, Margin>,
}

impl Default for GasPolicy {
    /// 0.025 per unit and one and a half times the measured gas (`docs/protocol/clients-and-exit.md §1.2`); uploads, whose
    /// cost depends on nothing but their bytes, ask for a tenth more.
    fn default() -> Self {
        let price = Decimal::from_ratio(nym_network::GAS_PRICE_NUMERATOR, nym_network::GAS_PRICE_DENOMINATOR);
        Self {
            price,
            margin: Margin(nym_network::DEFAULT_GAS_MARGIN_PERCENT),
            margins: BTreeMap::from([("MsgStoreCode".into(), Margin(110))]),
        }
    }
}

impl GasPolicy {
    /// The gas to ask for when a dry run of these messages used `gas`: the widest margin of them counts.
    pub(crate) fn limit(&self, messages: &[Any], gas: u64) -> u64 {
        let widest = messages.iter().map(|message| self.margin_of(message)).max();
        widest.unwrap_or(self.margin).of(gas)
    }

    /// The fee for this much gas, rounded up.
    pub(crate) fn fee(&self, gas: u64) -> Result<u128, ClientError> {
        let fee = Uint128::from(gas).checked_mul_ceil(self.price);
        Ok(fee.map_err(|reason| ClientError::message("a fee", reason))?.u128())
    }

    fn margin_of(&self, message: &Any) -> Margin {
        let kind = kind_of(message);
        let own = contract_message(message).and_then(|name| self.margins.get(&format!("{kind}/{name}")));
        own.or_else(|| self.margins.get(kind)).copied().unwrap_or(self.margin)
    }
}

/// The message's type without its package.
pub(crate) fn kind_of(message: &Any) -> &str {
    message.type_url.rsplit('.').next().unwrap_or(&message.type_url)
}

/// The name of the contract's message inside an execution.
fn contract_message(message: &Any) -> Option<String> {
    use cosmrs::proto::{
        cosmwasm::wasm::v1::MsgExecuteContract,
        traits::{Message, Name},
    };
    if message.type_url != MsgExecuteContract::type_url() {
        return None;
    }
    let execute = MsgExecuteContract::decode(message.value.as_slice()).ok()?;
    let json: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&execute.msg).ok()?;
    json.keys().next().cloned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{GasPolicy, Margin};
    use crate::{bank_send, execute_contract, parse_address};

    #[test]
    fn the_widest_margin_counts_and_fees_round_up() {
        let account = parse_address("n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6", "n").unwrap();
        let send = bank_send(&account, &account, &[]);
        let execute = execute_contract(&account, &account, &serde_json::json!({"reward_node": {}}), &[]).unwrap();
        let mut policy = GasPolicy::default();
        assert_eq!(policy.limit(std::slice::from_ref(&send), 100_001), 150_002);
        policy.margins.insert("MsgExecuteContract/reward_node".into(), Margin::percent(200));
        assert_eq!(policy.limit(&[send.clone(), execute.clone()], 1000), 2000);
        policy.margins.insert("MsgExecuteContract".into(), Margin::percent(300));
        assert_eq!(policy.limit(&[execute], 1000), 2000);
        assert_eq!(Margin::percent(3), Margin::percent(100));
        assert_eq!(policy.fee(200_001).unwrap(), 5001);
        assert_eq!(policy.fee(u64::MAX).unwrap(), nym_network::fee_for_gas(u64::MAX));
    }
}
