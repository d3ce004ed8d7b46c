//! Performance and config score as they are computed off chain
//! (`docs/protocol/mixnet-contract.md` §9.9, §11.3). Floating point: never part of the wasm.

use crate::types::{Performance, VersionScoreFormulaParams};
use cosmwasm_std::Decimal;
use nym_contracts_common::Percent;

/// The share closest below `value`; nothing for values outside 0..=1, and for what is no number.
///
/// ```
/// use nym_mixnet_contract::performance::performance_from_f64;
///
/// assert_eq!(performance_from_f64(0.97).value().to_string(), "0.969999999999999973");
/// assert!(performance_from_f64(f64::NAN).is_zero());
/// ```
#[must_use]
pub fn performance_from_f64(value: f64) -> Performance {
    /// A power of two of which every share is an exact floating-point number.
    const DENOMINATOR: u64 = 1 << 52;
    if value == 1.0 {
        return Percent::hundred();
    }
    if !(0.0..1.0).contains(&value) {
        return Percent::zero();
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "value is in 0..1 and the denominator a power of two, so the product fits"
    )]
    let numerator = (value * DENOMINATOR as f64).floor() as u64;
    Percent::new(Decimal::from_ratio(numerator, DENOMINATOR)).expect("numerator < denominator")
}

/// The version score of a node that is `factor` behind
/// ([`crate::types::OutdatedVersionWeights::versions_behind`]).
#[must_use]
pub fn version_score(formula: &VersionScoreFormulaParams, factor: u32) -> f64 {
    let penalty = decimal_to_f64(formula.penalty);
    let scaling = decimal_to_f64(formula.penalty_scaling);
    penalty.powf(f64::from(factor).powf(scaling))
}

fn decimal_to_f64(value: Decimal) -> f64 {
    value.to_string().parse().expect("a decimal's text is a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// docs/protocol/mixnet-contract.md §11.3
    #[test]
    fn the_reference_scores() {
        let formula = VersionScoreFormulaParams::default();
        for (factor, score) in [
            (0, 1.0),
            (1, 0.995),
            (2, 0.984_392),
            (3, 0.969_755),
            (5, 0.931_141),
            (10, 0.799_393),
            (20, 0.495_256),
            (100, 0.000_045_3),
        ] {
            let difference = (version_score(&formula, factor) - score).abs();
            assert!(difference < 6e-7, "{factor}: off by {difference}");
        }
    }

    #[test]
    fn only_shares_are_performance() {
        for (value, expected) in [
            (-0.1, "0"),
            (0.0, "0"),
            (-0.0, "0"),
            (0.5, "0.5"),
            (1.0, "1"),
            (1.000_000_1, "0"),
            (f64::NAN, "0"),
            (f64::INFINITY, "0"),
            (f64::MIN_POSITIVE, "0"),
            (1.0 - f64::EPSILON, "0.999999999999999777"),
        ] {
            assert_eq!(performance_from_f64(value).value().to_string(), expected, "{value}");
        }
    }
}
