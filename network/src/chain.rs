//! Parameters of the chain itself (`docs/protocol/quorum-contracts.md §10.1`).

use serde::{Deserialize, Serialize};

/// BIP-44 derivation path of the first account of a mnemonic; later accounts count up the last part.
pub const HD_PATH: &str = "m/44'/118'/0'/0/0";

/// Whole supply of the mix denom, in base units.
pub const TOTAL_SUPPLY: u128 = 1_000_000_000_000_000;

/// Gas price in base units of the mix denom, as a fraction: 25 / 1000 per unit of gas.
pub const GAS_PRICE_NUMERATOR: u128 = 25;
/// See [`GAS_PRICE_NUMERATOR`].
pub const GAS_PRICE_DENOMINATOR: u128 = 1000;

/// Gas asked for, in percent of what a simulation used.
pub const DEFAULT_GAS_MARGIN_PERCENT: u32 = 150;

/// The fee for an amount of gas at the network's minimum gas price, rounded up, in base units of the mix denom.
///
/// ```
/// assert_eq!(nym_network::fee_for_gas(200_001), 5001);
/// ```
pub fn fee_for_gas(gas: u64) -> u128 {
    (u128::from(gas) * GAS_PRICE_NUMERATOR).div_ceil(GAS_PRICE_DENOMINATOR)
}

/// A denom: the unit that the chain counts, the unit that people read, and the power of ten between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenomDetails {
    /// Base unit, for instance `unym`.
    pub base: String,
    /// Display unit, for instance `nym`.
    pub display: String,
    /// One display unit is 10^`display_exponent` base units.
    pub display_exponent: u32,
}

impl DenomDetails {
    /// A denom of 10^`display_exponent` base units per display unit.
    pub fn new(base: impl Into<String>, display: impl Into<String>, display_exponent: u32) -> Self {
        Self { base: base.into(), display: display.into(), display_exponent }
    }
}

/// Address prefix and denoms of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainDetails {
    /// Human-readable part of account and contract addresses.
    pub bech32_account_prefix: String,
    /// The denom of fees, stake on nodes and deposits.
    pub mix_denom: DenomDetails,
    /// The denom of validators.
    pub stake_denom: DenomDetails,
}

impl ChainDetails {
    /// The parameters that every Nyx chain shares: prefix `n`, `unym` and `unyx` with six digits.
    pub fn nyx() -> Self {
        Self {
            bech32_account_prefix: "n".into(),
            mix_denom: DenomDetails::new("unym", "nym", 6),
            stake_denom: DenomDetails::new("unyx", "nyx", 6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fee_for_gas;

    #[test]
    fn fees_round_up_and_do_not_overflow() {
        assert_eq!(fee_for_gas(0), 0);
        assert_eq!(fee_for_gas(1), 1);
        assert_eq!(fee_for_gas(40), 1);
        assert_eq!(fee_for_gas(41), 2);
        assert_eq!(fee_for_gas(u64::MAX), 461_168_601_842_738_791);
    }
}
