//! Results as text for people or JSON for programs.

use std::fmt;

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use cosmwasm_std::Coin;
use nyxd_client::Transaction;
use serde::Serialize;
use serde_json::{Value, json};

use crate::CliError;

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// A result in both forms.
pub(crate) struct Output {
    text: String,
    json: Value,
}

impl Output {
    /// A typed result.
    pub(crate) fn of<T: Serialize + fmt::Display>(result: &T) -> Result<Self, CliError> {
        Ok(Self { text: result.to_string(), json: to_json(result)? })
    }

    /// A result whose text is JSON as well, written over many lines.
    pub(crate) fn json<T: Serialize>(result: &T) -> Result<Self, CliError> {
        let json = to_json(result)?;
        Ok(Self { text: format!("{json:#}"), json })
    }

    /// A single value: itself in text, `{"data": …}` in JSON.
    pub(crate) fn value(value: impl Serialize + fmt::Display) -> Self {
        Self { text: value.to_string(), json: json!({"data": value}) }
    }

    /// A list with a text of its own.
    pub(crate) fn list<T: Serialize>(items: &[T], text: String) -> Result<Self, CliError> {
        Ok(Self { text, json: to_json(&items)? })
    }

    /// The same with another text.
    pub(crate) fn with_text(self, text: String) -> Self {
        Self { text, ..self }
    }

    pub(crate) fn print(self, format: Format) -> String {
        match format {
            Format::Text => self.text,
            Format::Json => self.json.to_string(),
        }
    }
}

fn to_json<T: Serialize>(result: &T) -> Result<Value, CliError> {
    serde_json::to_value(result).map_err(|reason| CliError::value("the result", "", reason))
}

/// What became of a transaction that took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// Its hash.
    pub transaction_hash: String,
    /// The block that holds it.
    pub height: u64,
    /// Gas used.
    pub gas_used: u64,
    /// Gas asked and paid for.
    pub gas_wanted: u64,
}

impl From<&Transaction> for Receipt {
    fn from(sent: &Transaction) -> Self {
        Self {
            transaction_hash: sent.hash.to_string(),
            height: sent.height,
            gas_used: sent.gas_used,
            gas_wanted: sent.gas_wanted,
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "transaction {} in block {} (gas {} of {})",
            self.transaction_hash, self.height, self.gas_used, self.gas_wanted
        )
    }
}

/// A table with these column heads.
pub(crate) fn table<Row: IntoIterator<Item = String>>(heads: &[&str], rows: impl IntoIterator<Item = Row>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heads);
    for row in rows {
        table.add_row(row);
    }
    table.to_string()
}

/// An amount in display units: `1500000unym` is `1.5 nym`.
pub(crate) fn display_amount(coin: &Coin, exponent: u32) -> String {
    let denom = coin.denom.strip_prefix('u').unwrap_or(&coin.denom);
    format!("{} {denom}", display_number(coin.amount.u128(), exponent))
}

pub(crate) fn display_number(amount: u128, exponent: u32) -> String {
    let unit = 10u128.checked_pow(exponent).unwrap_or(1);
    let (whole, part) = (amount / unit, amount % unit);
    if part == 0 {
        return whole.to_string();
    }
    let width = exponent as usize;
    format!("{whole}.{part:0width$}").trim_end_matches('0').to_owned()
}

/// Base units of a number of display units: `1.5` is 1500000 with six digits. More digits than there are base units
/// for are refused rather than cut.
pub(crate) fn base_units(text: &str, exponent: u32) -> Option<u128> {
    let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let width = exponent as usize;
    if whole.is_empty()
        || part.len() > width
        || !digits(whole)
        || !digits(part)
        || (text.contains('.') && part.is_empty())
    {
        return None;
    }
    let part: u128 = format!("{part:0<width$}").parse().or(if width == 0 { Ok(0) } else { Err(()) }).ok()?;
    whole.parse::<u128>().ok()?.checked_mul(10u128.checked_pow(exponent)?)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::{base_units, display_number};

    #[test]
    fn amounts_keep_every_base_unit() {
        for (base, display) in
            [(0, "0"), (1, "0.000001"), (1_500_000, "1.5"), (100_000_000, "100"), (12_345_678, "12.345678")]
        {
            assert_eq!(display_number(base, 6), display);
            assert_eq!(base_units(display, 6), Some(base));
        }
        assert_eq!(base_units("7", 0), Some(7));
        for bad in ["", ".5", "1.", "1.0000001", "-1", "1e3", "1,5", "x", "340282366920938463463374607431768211456"] {
            assert_eq!(base_units(bad, 6), None, "{bad}");
        }
    }
}
