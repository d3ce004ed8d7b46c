//! Coins as messages carry them: text amounts that must be checked.

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;

use super::wire;
use crate::error::{Root, SdkError};
use crate::modules::coins::{Coin, check_denom};

/// Checks that the coins of a message are sorted by denomination, without repetition, valid and positive.
///
/// # Errors
/// The SDK's words, without a registered code.
pub fn validate(coins: &[ProtoCoin]) -> Result<Vec<Coin>, SdkError> {
    let mut checked: Vec<Coin> = Vec::with_capacity(coins.len());
    for coin in coins {
        validate_denom(&coin.denom)?;
        if let Some(last) = checked.last() {
            if coin.denom < last.denom {
                let text = format!("denomination {} is not sorted", coin.denom);
                return Err(SdkError::unregistered(text));
            }
            if coin.denom == last.denom {
                return Err(SdkError::unregistered(format!("duplicate denomination {}", coin.denom)));
            }
        }
        match coin.amount.parse::<u128>() {
            Ok(amount) if amount > 0 => checked.push(Coin { denom: coin.denom.clone(), amount }),
            _ => {
                // The SDK names the whole coin when it is the first of the list, otherwise its denomination.
                let named =
                    if checked.is_empty() { format!("{}{}", coin.amount, coin.denom) } else { coin.denom.clone() };
                let text = format!("coin {named} amount is not positive");
                return Err(SdkError::unregistered(text));
            }
        }
    }
    Ok(checked)
}

/// Coins of a contract's message: added up by denomination, sorted, zeros left out.
///
/// # Errors
/// An amount that is no number, or a malformed denomination.
pub fn from_contract(coins: &[wire::Coin]) -> Result<Vec<Coin>, SdkError> {
    let mut sums = std::collections::BTreeMap::<String, u128>::new();
    for coin in coins {
        let invalid = || Root::InvalidCoins.wrap(format_args!("{}{}", coin.amount, coin.denom));
        let amount = coin.amount.parse::<u128>().map_err(|_| invalid())?;
        validate_denom(&coin.denom)?;
        let sum = sums.entry(coin.denom.clone()).or_default();
        *sum = sum.checked_add(amount).ok_or_else(invalid)?;
    }
    Ok(sums.into_iter().filter(|(_, amount)| *amount > 0).map(|(denom, amount)| Coin { denom, amount }).collect())
}

/// Coins for a protobuf message.
pub fn to_proto(coins: Vec<Coin>) -> Vec<ProtoCoin> {
    coins.into_iter().map(|coin| ProtoCoin { denom: coin.denom, amount: coin.amount.to_string() }).collect()
}

/// Coins for a contract.
pub fn to_wire(coins: &[Coin]) -> Vec<wire::Coin> {
    coins.iter().map(one_to_wire).collect()
}

/// A coin for a contract.
pub fn one_to_wire(coin: &Coin) -> wire::Coin {
    wire::Coin { denom: coin.denom.clone(), amount: coin.amount.to_string() }
}

fn validate_denom(denom: &str) -> Result<(), SdkError> {
    check_denom(denom).map_err(SdkError::unregistered)
}
