//! Fees: the least that is accepted on entry, and taking them.

use cosmos_sdk_proto::cosmos::tx::v1beta1::Fee;

use crate::{
    address,
    app::{Context, ExecMode, event},
    error::{ExecError, ExecResult, Root, SdkError},
    modules::{
        auth,
        bank::{self, Coin},
        coins,
    },
};

/// 1e18: gas prices are given in parts of it.
const UNIT: u128 = 1_000_000_000_000_000_000;

/// Checks the fee and moves it to the fee collector.
pub(super) fn deduct(ctx: &Context, fee: &Fee, signers: &[Vec<u8>], prices: &[(String, u128)]) -> ExecResult<()> {
    let simulate = ctx.mode == ExecMode::Simulate;
    if !simulate && fee.gas_limit == 0 {
        return Err(Root::InvalidGasLimit.wrap("must provide positive gas").into());
    }
    if matches!(ctx.mode, ExecMode::Check | ExecMode::Recheck) {
        require_enough(fee, prices)?;
    }
    let payer = payer(fee, signers)?;
    let from = if fee.granter.is_empty() {
        payer
    } else {
        let granter = address::decode(&fee.granter).map_err(ExecError::Panic)?;
        if granter != payer {
            // Nobody can grant fees on this chain: no grant is ever found.
            let (granter, payer) = (address::encode(&granter), address::encode(&payer));
            let missing = Root::NotFound.wrap("fee-grant not found");
            return Err(missing.wrap(format!("{granter} does not allow to pay fees for {payer}")).into());
        }
        granter
    };
    if auth::account(ctx, &from)?.is_none() {
        // The node prints the raw bytes here; what is no UTF-8 becomes what JSON makes of it.
        let text = format!("fee payer address: {} does not exist", lossy(&from));
        return Err(Root::UnknownAddress.wrap(text).into());
    }
    if !is_zero(fee) {
        let amount = coins::parse(&fee.amount)
            .map_err(|_| Root::InsufficientFee.wrap(format!("invalid fee amount: {}", coins::raw_text(&fee.amount))))?;
        bank::send_to_module(ctx, &from, auth::FEE_COLLECTOR, &amount).map_err(|error| match error {
            ExecError::Sdk(error) => Root::InsufficientFunds.wrap(error.log).into(),
            unwinding => unwinding,
        })?;
    }
    let attributes = [("fee", coins::raw_text(&fee.amount)), ("fee_payer", address::encode(&from))];
    ctx.events.emit(event("tx", attributes));
    Ok(())
}

/// Refuses a fee below the least gas prices: one of the denoms must reach its price.
fn require_enough(fee: &Fee, prices: &[(String, u128)]) -> Result<(), SdkError> {
    if prices.iter().all(|(_, price)| *price == 0) {
        return Ok(());
    }
    let required: Vec<Coin> =
        prices.iter().map(|(denom, price)| Coin::new(required(*price, fee.gas_limit), denom.clone())).collect();
    let enough = fee.amount.iter().any(|paid| {
        required.iter().any(|least| {
            least.denom == paid.denom
                && least.amount > 0
                && paid.amount.parse::<u128>().is_ok_and(|amount| amount >= least.amount)
        })
    });
    if enough {
        return Ok(());
    }
    let (got, required) = (coins::raw_text(&fee.amount), coins::text(&required));
    Err(Root::InsufficientFee.wrap(format!("insufficient fees; got: {got} required: {required}")))
}

/// The price of `gas`, rounded up to base units.
fn required(price: u128, gas: u64) -> u128 {
    // Split to stay in range: whole units and the rest are multiplied apart.
    let gas = u128::from(gas);
    let whole = (price / UNIT).saturating_mul(gas);
    let rest = (price % UNIT).saturating_mul(gas);
    whole.saturating_add(rest.div_ceil(UNIT))
}

fn payer(fee: &Fee, signers: &[Vec<u8>]) -> ExecResult<Vec<u8>> {
    if fee.payer.is_empty() {
        let first = signers.first().cloned();
        return first.ok_or_else(|| ExecError::Panic("runtime error: index out of range [0] with length 0".into()));
    }
    address::decode(&fee.payer).map_err(ExecError::Panic)
}

/// Bytes as text, every byte that is no UTF-8 replaced.
fn lossy(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('\u{fffd}', chunk.invalid().len()));
    }
    text
}

fn is_zero(fee: &Fee) -> bool {
    fee.amount.iter().all(|coin| !coin.amount.is_empty() && coin.amount.bytes().all(|digit| digit == b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_required_fee_is_rounded_up() {
        let price = 25_000_000_000_000_000; // 0.025
        assert_eq!(required(price, 200_000), 5000);
        assert_eq!(required(price, 1), 1);
        assert_eq!(required(price, 41), 2);
        assert_eq!(required(3 * UNIT + 1, 2), 7);
        assert_eq!(required(price, u64::MAX), 461_168_601_842_738_791);
    }
}
