//! Transactions that are in blocks.

use futures::TryStreamExt;
use nyxd_client::{Hash, QueryClient, Transaction};

use crate::{CliError, output::table};

/// The transaction with a hash, whatever came of it.
///
/// # Errors
/// [`CliError::Value`] for what is no hash, [`CliError::NotFound`] while it is in no block.
pub async fn get(queries: &QueryClient, hash: &str) -> Result<Transaction, CliError> {
    let parsed: Hash = hash
        .to_uppercase()
        .parse()
        .ok()
        .filter(|parsed| *parsed != Hash::None)
        .ok_or_else(|| CliError::value("the hash", hash, "it must be 64 hex digits"))?;
    queries.transaction(parsed).await?.ok_or_else(|| CliError::NotFound {
        what: format!("transaction {parsed}"),
        hint: "it may not be in a block yet, or the node does not index transactions",
    })
}

/// All transactions that match a query in CometBFT's language, in the order of the chain.
///
/// # Errors
/// When the node refuses the query.
pub async fn search(queries: &QueryClient, query: &str) -> Result<Vec<Transaction>, CliError> {
    Ok(queries.search_transactions(query).try_collect().await?)
}

pub(crate) fn search_table(found: &[Transaction]) -> String {
    let rows = found.iter().map(|transaction| {
        let kinds = transaction.events_of("message").filter_map(|event| event.attribute("action"));
        let mut actions: Vec<_> = kinds.map(|action| action.rsplit('.').next().unwrap_or(action).to_owned()).collect();
        actions.dedup();
        let outcome = if transaction.is_ok() {
            "ok".to_owned()
        } else {
            format!("code {} ({})", transaction.code, transaction.codespace)
        };
        [
            transaction.height.to_string(),
            transaction.hash.to_string(),
            actions.join(", "),
            outcome,
            transaction.gas_used.to_string(),
        ]
    });
    table(&["Height", "Hash", "Messages", "Outcome", "Gas"], rows)
}
