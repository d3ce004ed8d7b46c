//! Accounts: making them, what they hold, sending from them.

use std::{fmt, path::Path};

use bip39::{Language, Mnemonic};
use cosmwasm_std::{Coin, coin};
use futures::TryStreamExt;
use nym_network::ChainDetails;
use nyxd_client::{AccountId, PublicKey, QueryClient, Signer, SigningClient, bank_send};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    CliError, Receipt, csv_rows,
    output::{base_units, display_amount},
};

/// What a transfer says for itself unless told otherwise.
pub const DEFAULT_MEMO: &str = "Sending tokens with nym-cli";

/// A new account. Showing it shows its mnemonic.
#[derive(Serialize)]
pub struct NewAccount {
    /// The words that are the account: whoever has them has its coins.
    pub mnemonic: Zeroizing<String>,
    /// Its address.
    pub address: String,
}

impl fmt::Display for NewAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.mnemonic.as_str(), self.address)
    }
}

/// Makes an account; nothing is written anywhere.
///
/// # Errors
/// [`CliError::Value`] for a number of words that no mnemonic has.
pub fn create(word_count: usize, prefix: &str) -> Result<NewAccount, CliError> {
    let mnemonic = Mnemonic::generate_in(Language::English, word_count)
        .map_err(|_| CliError::value("the word count", word_count, "use 12, 15, 18, 21 or 24"))?;
    let words = Zeroizing::new(mnemonic.to_string());
    let signer = Signer::from_mnemonic(&words, 0, prefix)?;
    Ok(NewAccount { mnemonic: words, address: signer.address().to_string() })
}

/// What an account holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// The account.
    pub address: String,
    /// Its coins, in base units.
    pub balances: Vec<Coin>,
    /// How the text form shows them.
    #[serde(skip)]
    pub display: BalanceDisplay,
}

/// How balances are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BalanceDisplay {
    /// Base units instead of display units.
    pub raw: bool,
    /// The number alone.
    pub hide_denom: bool,
    /// Digits between base and display unit.
    pub exponent: u32,
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.balances.is_empty() {
            return f.write_str("No balance");
        }
        let lines = self.balances.iter().map(|coin| {
            let shown = if self.display.raw {
                format!("{} {}", coin.amount, coin.denom)
            } else {
                display_amount(coin, self.display.exponent)
            };
            let number = shown.split(' ').next().unwrap_or_default().to_owned();
            if self.display.hide_denom { number } else { shown }
        });
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Everything that an account holds, or what it holds of one denom.
///
/// # Errors
/// When the node does not answer.
pub async fn balance(
    queries: &QueryClient,
    address: &AccountId,
    denom: Option<&str>,
    display: BalanceDisplay,
) -> Result<Balance, CliError> {
    let balances = match denom {
        Some(denom) => vec![queries.balance(address, denom).await?],
        None => queries.balances(address).try_collect().await?,
    };
    Ok(Balance { address: address.to_string(), balances, display })
}

/// The public key that the chain knows of an account.
///
/// # Errors
/// [`nyxd_client::ClientError::NoPublicKey`] before the account's first transaction.
pub async fn public_key(queries: &QueryClient, address: &AccountId) -> Result<PublicKey, CliError> {
    let account = queries.existing_account(address).await?;
    let key = account.public_key.ok_or_else(|| nyxd_client::ClientError::NoPublicKey { address: address.clone() })?;
    Ok(key)
}

/// A transfer that took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Who paid.
    pub sender: String,
    /// Who was paid, and what.
    pub transfers: Vec<Transfer>,
    /// The transaction.
    #[serde(flatten)]
    pub receipt: Receipt,
}

/// A transfer to one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transfer {
    /// Who is paid.
    pub recipient: String,
    /// What, in base units.
    pub amount: Coin,
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for transfer in &self.transfers {
            writeln!(f, "sent {} to {}", transfer.amount, transfer.recipient)?;
        }
        self.receipt.fmt(f)
    }
}

/// Sends one coin.
///
/// # Errors
/// As [`SigningClient::send`].
pub async fn send(client: &SigningClient, recipient: &AccountId, amount: Coin, memo: &str) -> Result<Sent, CliError> {
    send_many(client, &[(recipient.clone(), amount)], memo).await
}

/// Sends to many accounts in one transaction of as many `MsgSend`: all are paid or none.
///
/// # Errors
/// As [`SigningClient::send`].
pub async fn send_many(client: &SigningClient, transfers: &[(AccountId, Coin)], memo: &str) -> Result<Sent, CliError> {
    let messages = transfers
        .iter()
        .map(|(recipient, amount)| bank_send(client.address(), recipient, std::slice::from_ref(amount)))
        .collect();
    let sent = client.execute_messages(messages, memo).await?;
    Ok(Sent {
        sender: client.address().to_string(),
        transfers: transfers
            .iter()
            .map(|(recipient, amount)| Transfer { recipient: recipient.to_string(), amount: amount.clone() })
            .collect(),
        receipt: Receipt::from(&sent),
    })
}

/// Reads transfers from a table of address, amount and denom. An amount of a denom that starts with `u` is in base
/// units, any other in display units.
///
/// # Errors
/// [`CliError::Row`] with the line that cannot be used.
pub fn read_transfers(path: &Path, chain: &ChainDetails) -> Result<Vec<(AccountId, Coin)>, CliError> {
    csv_rows::read(path, 3, |row| {
        let recipient =
            nyxd_client::parse_address(&row[0], &chain.bech32_account_prefix).map_err(|error| error.to_string())?;
        Ok((recipient, read_amount(&row[1], &row[2], chain)?))
    })
}

fn read_amount(amount: &str, denom: &str, chain: &ChainDetails) -> Result<Coin, String> {
    if denom.is_empty() {
        return Err("it names no denom".into());
    }
    if denom.starts_with('u') {
        let units: u128 = amount.parse().map_err(|_| format!("{amount:?} is no whole number of {denom}"))?;
        return Ok(coin(units, denom));
    }
    let exponent = chain.mix_denom.display_exponent;
    let units = base_units(amount, exponent)
        .ok_or_else(|| format!("{amount:?} is no amount of {denom} with at most {exponent} digits after the point"))?;
    Ok(coin(units, format!("u{denom}")))
}

/// Adds what was sent to the end of a table: address, amount, denom, time of the block, transaction hash.
///
/// # Errors
/// [`CliError::File`] when it cannot be written; the transfers have happened all the same.
pub async fn append_receipts(queries: &QueryClient, sent: &Sent, path: &Path) -> Result<(), CliError> {
    let time = queries.block_time(Some(sent.receipt.height)).await?.to_rfc3339();
    let rows: Vec<_> = sent
        .transfers
        .iter()
        .map(|transfer| {
            let Coin { amount, denom } = &transfer.amount;
            let hash = sent.receipt.transaction_hash.clone();
            vec![transfer.recipient.clone(), amount.to_string(), denom.clone(), time.clone(), hash]
        })
        .collect();
    csv_rows::append(path, &rows)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{Balance, BalanceDisplay, create, read_transfers};
    use cosmwasm_std::coin;
    use nym_network::ChainDetails;

    const ACCOUNT: &str = "n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6";

    #[test]
    fn new_accounts_differ_and_have_as_many_words_as_asked_for() {
        let account = create(24, "n").unwrap();
        assert_eq!(account.mnemonic.split(' ').count(), 24);
        assert!(account.address.starts_with("n1"));
        assert_ne!(create(24, "n").unwrap().address, account.address);
        assert_eq!(create(12, "n").unwrap().to_string().lines().count(), 2);
        assert!(create(13, "n").is_err());
    }

    #[test]
    fn balances_are_shown_as_asked_for() {
        let show = |raw, hide_denom, balances| {
            let display = BalanceDisplay { raw, hide_denom, exponent: 6 };
            Balance { address: ACCOUNT.into(), balances, display }.to_string()
        };
        let coins = || vec![coin(1_500_000, "unym"), coin(2, "unyx")];
        assert_eq!(show(false, false, coins()), "1.5 nym\n0.000002 nyx");
        assert_eq!(show(true, false, coins()), "1500000 unym\n2 unyx");
        assert_eq!(show(true, true, coins()), "1500000\n2");
        assert_eq!(show(false, false, vec![]), "No balance");
    }

    #[test]
    fn transfers_in_display_and_base_units_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("transfers.csv");
        std::fs::write(&path, format!("address,amount,denom\n{ACCOUNT},1.5,nym\n{ACCOUNT},7,unym\n")).unwrap();
        let read = read_transfers(&path, &ChainDetails::nyx()).unwrap();
        let amounts: Vec<_> = read.into_iter().map(|(_, amount)| amount).collect();
        assert_eq!(amounts, [coin(1_500_000, "unym"), coin(7, "unym")]);
        for bad in [
            format!("{ACCOUNT},1.5,unym"),
            format!("{ACCOUNT},1.0000001,nym"),
            "n1bad,1,nym".into(),
            format!("{ACCOUNT},1,"),
        ] {
            std::fs::write(&path, bad).unwrap();
            assert!(read_transfers(&path, &ChainDetails::nyx()).unwrap_err().to_string().starts_with("line 1"));
        }
    }
}
