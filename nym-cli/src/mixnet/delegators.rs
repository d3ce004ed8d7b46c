//! What delegators do with their stake.

use std::{collections::BTreeMap, fmt, path::Path};

use cosmwasm_std::{Coin, Uint128, coin};
use futures::TryStreamExt;
use nym_mixnet_contract::{
    events,
    msg::ExecuteMsg,
    types::{Delegation, NodeId, PendingEpochEventKind},
};
use nyxd_client::{
    AccountId,
    mixnet::{MixnetQueries, MixnetTransactions},
};
use serde::Serialize;

use super::operators::Claimed;
use crate::{
    CliError, Receipt, csv_rows,
    output::{base_units, display_amount, table},
};

/// Messages of one transaction when many delegations change.
const BATCH: usize = 50;

/// Delegates at the end of the epoch; base units of the mix denom.
///
/// # Errors
/// What the contract refuses.
pub async fn delegate(transactions: &MixnetTransactions, node_id: NodeId, amount: u128) -> Result<Receipt, CliError> {
    let amount = coin(amount, transactions.client().queries().mix_denom());
    Ok(Receipt::from(&transactions.delegate(node_id, amount).await?))
}

/// Takes back all of a delegation at the end of the epoch.
///
/// # Errors
/// What the contract refuses.
pub async fn undelegate(transactions: &MixnetTransactions, node_id: NodeId) -> Result<Receipt, CliError> {
    Ok(Receipt::from(&transactions.undelegate(node_id).await?))
}

/// Pays out the rewards of a delegation.
///
/// # Errors
/// What the contract refuses.
pub async fn claim_rewards(transactions: &MixnetTransactions, node_id: NodeId) -> Result<Claimed, CliError> {
    let sent = transactions.withdraw_delegator_reward(node_id).await?;
    let kind = format!("wasm-{}", events::WITHDRAW_DELEGATOR_REWARD);
    Ok(Claimed { amount: sent.attribute(&kind, "amount")?.to_owned(), receipt: Receipt::from(&sent) })
}

/// An account's stake: what is delegated, and what waits for the end of the epoch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Delegations {
    /// The account.
    pub delegator: String,
    /// Delegations that stand, with what they have earned since the last payout.
    pub delegations: Vec<StandingDelegation>,
    /// Requests that wait, in order.
    pub pending: Vec<PendingRequest>,
    /// Digits between base and display unit.
    #[serde(skip)]
    pub exponent: u32,
}

/// A delegation that stands.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StandingDelegation {
    /// The contract's record.
    #[serde(flatten)]
    pub delegation: Delegation,
    /// What a payout would pay.
    pub pending_reward: Option<Coin>,
}

/// A request that waits for the end of the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingRequest {
    /// The node.
    pub node_id: NodeId,
    /// What will be added; nothing means that all is taken back.
    pub amount: Option<Coin>,
}

impl fmt::Display for Delegations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.delegations.is_empty() && self.pending.is_empty() {
            return f.write_str("No delegations");
        }
        let standing = self.delegations.iter().map(|standing| {
            let record = &standing.delegation;
            let reward = standing.pending_reward.as_ref().map(|reward| display_amount(reward, self.exponent));
            [
                record.node_id.to_string(),
                display_amount(&record.amount, self.exponent),
                reward.unwrap_or_else(|| "-".into()),
                record.height.to_string(),
                String::new(),
            ]
        });
        let pending = self.pending.iter().map(|request| {
            let (amount, what) = match &request.amount {
                Some(amount) => (display_amount(amount, self.exponent), "added at the end of the epoch"),
                None => ("all".into(), "taken back at the end of the epoch"),
            };
            [request.node_id.to_string(), amount, "-".into(), String::new(), what.into()]
        });
        f.write_str(&table(&["Node Id", "Amount", "Reward", "Since block", "Pending"], standing.chain(pending)))
    }
}

/// An account's stake.
///
/// # Errors
/// When the node does not answer.
pub async fn list(queries: &MixnetQueries, delegator: &AccountId) -> Result<Delegations, CliError> {
    let standing: Vec<Delegation> = queries.delegator_delegations(delegator).try_collect().await?;
    let mut delegations = Vec::with_capacity(standing.len());
    for delegation in standing {
        let reward = queries.pending_delegator_reward(delegator, delegation.node_id).await?;
        delegations.push(StandingDelegation { delegation, pending_reward: reward.amount_earned });
    }
    Ok(Delegations {
        delegator: delegator.to_string(),
        delegations,
        pending: pending_requests(queries, delegator).await?,
        exponent: queries.client().config().chain.mix_denom.display_exponent,
    })
}

async fn pending_requests(queries: &MixnetQueries, delegator: &AccountId) -> Result<Vec<PendingRequest>, CliError> {
    let mut requests = Vec::new();
    let mut events = queries.pending_epoch_events();
    while let Some(event) = events.try_next().await? {
        match event.event.kind {
            PendingEpochEventKind::Delegate { owner, node_id, amount, .. } if owner.as_str() == delegator.as_ref() => {
                requests.push(PendingRequest { node_id, amount: Some(amount) });
            }
            PendingEpochEventKind::Undelegate { owner, node_id, .. } if owner.as_str() == delegator.as_ref() => {
                requests.push(PendingRequest { node_id, amount: None });
            }
            _ => {}
        }
    }
    Ok(requests)
}

/// Reads wanted delegations from a table of node number and amount in display units.
///
/// # Errors
/// [`CliError::Row`] with the line that cannot be used.
pub fn read_wanted(path: &Path, exponent: u32) -> Result<BTreeMap<NodeId, u128>, CliError> {
    let rows = csv_rows::read(path, 2, |row| {
        let node_id: NodeId = row[0].parse().map_err(|_| format!("{:?} is no node number", &row[0]))?;
        let amount = base_units(&row[1], exponent)
            .ok_or_else(|| format!("{:?} is no amount with at most {exponent} digits after the point", &row[1]))?;
        Ok((node_id, amount))
    })?;
    let count = rows.len();
    let wanted: BTreeMap<_, _> = rows.into_iter().collect();
    if wanted.len() != count {
        return Err(CliError::value("the table", path.display(), "it names a node twice"));
    }
    Ok(wanted)
}

/// A step from the present delegations to the wanted ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The node.
    pub node_id: NodeId,
    /// What there is, requests that wait included.
    pub present: Uint128,
    /// What there will be.
    pub wanted: Uint128,
}

/// What [`delegate_multi`] did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MultiDelegation {
    /// Every node whose delegation changes at the end of the epoch.
    pub changes: Vec<Change>,
    /// The transactions, in order.
    pub transactions: Vec<Receipt>,
}

impl fmt::Display for MultiDelegation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changes.is_empty() {
            return f.write_str("everything is as wanted: nothing was sent");
        }
        for change in &self.changes {
            writeln!(f, "node {}: {} becomes {}", change.node_id, change.present, change.wanted)?;
        }
        let lines: Vec<_> = self.transactions.iter().map(Receipt::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// Brings the account's delegations to the wanted amounts, in base units: nodes that are not named stay, a node with
/// amount 0 is left. Contracts only give back a delegation as a whole, so less means taking all back and delegating
/// anew.
///
/// # Errors
/// What the contract refuses. Transactions before the failing one have taken effect; running it again does the rest.
pub async fn delegate_multi(
    transactions: &MixnetTransactions,
    wanted: &BTreeMap<NodeId, u128>,
    memo: &str,
) -> Result<MultiDelegation, CliError> {
    let present = present_amounts(transactions.queries(), transactions.client().address()).await?;
    let denom = transactions.client().queries().mix_denom();
    let changes = changes(&present, wanted);
    let messages: Vec<_> = changes.iter().flat_map(|change| messages_of(change, denom)).collect();
    let mut receipts = Vec::new();
    for batch in messages.chunks(BATCH) {
        receipts.push(Receipt::from(&transactions.execute_many(batch, memo).await?));
    }
    Ok(MultiDelegation { changes, transactions: receipts })
}

async fn present_amounts(queries: &MixnetQueries, delegator: &AccountId) -> Result<BTreeMap<NodeId, u128>, CliError> {
    let mut amounts: BTreeMap<NodeId, u128> = queries
        .delegator_delegations(delegator)
        .map_ok(|delegation| (delegation.node_id, delegation.amount.amount.u128()))
        .try_collect()
        .await?;
    for request in pending_requests(queries, delegator).await? {
        let amount = amounts.entry(request.node_id).or_default();
        *amount = match request.amount {
            Some(added) => amount.saturating_add(added.amount.u128()),
            None => 0,
        };
    }
    Ok(amounts)
}

fn changes(present: &BTreeMap<NodeId, u128>, wanted: &BTreeMap<NodeId, u128>) -> Vec<Change> {
    wanted
        .iter()
        .map(|(node_id, wanted)| (*node_id, present.get(node_id).copied().unwrap_or(0), *wanted))
        .filter(|(_, present, wanted)| present != wanted)
        .map(|(node_id, present, wanted)| Change { node_id, present: present.into(), wanted: wanted.into() })
        .collect()
}

fn messages_of(change: &Change, denom: &str) -> Vec<(ExecuteMsg, Vec<Coin>)> {
    let node_id = change.node_id;
    let delegate = |amount: Uint128| (ExecuteMsg::Delegate { node_id }, vec![coin(amount.u128(), denom)]);
    if change.wanted > change.present {
        return vec![delegate(change.wanted - change.present)];
    }
    let mut messages = vec![(ExecuteMsg::Undelegate { node_id }, vec![])];
    if !change.wanted.is_zero() {
        messages.push(delegate(change.wanted));
    }
    messages
}

/// Adds what was done to the end of a table: node, amount before, amount wanted.
///
/// # Errors
/// [`CliError::File`] when it cannot be written; the transactions have happened all the same.
pub fn append_changes(done: &MultiDelegation, path: &Path) -> Result<(), CliError> {
    let hashes: Vec<_> = done.transactions.iter().map(|receipt| receipt.transaction_hash.as_str()).collect();
    let rows: Vec<_> = done
        .changes
        .iter()
        .map(|change| {
            vec![change.node_id.to_string(), change.present.to_string(), change.wanted.to_string(), hashes.join(" ")]
        })
        .collect();
    csv_rows::append(path, &rows)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{changes, messages_of, read_wanted};
    use cosmwasm_std::coin;
    use nym_mixnet_contract::msg::ExecuteMsg;
    use std::collections::BTreeMap;

    #[test]
    fn only_differences_are_sent_and_less_means_anew() {
        let present = BTreeMap::from([(1, 100), (2, 100), (3, 100), (4, 100)]);
        let wanted = BTreeMap::from([(1, 100), (2, 150), (3, 40), (4, 0), (5, 7), (6, 0)]);
        let messages: Vec<_> =
            changes(&present, &wanted).iter().flat_map(|change| messages_of(change, "unym")).collect();
        assert_eq!(
            messages,
            [
                (ExecuteMsg::Delegate { node_id: 2 }, vec![coin(50, "unym")]),
                (ExecuteMsg::Undelegate { node_id: 3 }, vec![]),
                (ExecuteMsg::Delegate { node_id: 3 }, vec![coin(40, "unym")]),
                (ExecuteMsg::Undelegate { node_id: 4 }, vec![]),
                (ExecuteMsg::Delegate { node_id: 5 }, vec![coin(7, "unym")]),
            ]
        );
    }

    #[test]
    fn wanted_amounts_are_display_units_and_each_node_stands_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wanted.csv");
        std::fs::write(&path, "node_id,amount\n3,1.5\n1,100\n").unwrap();
        assert_eq!(read_wanted(&path, 6).unwrap(), BTreeMap::from([(1, 100_000_000), (3, 1_500_000)]));
        std::fs::write(&path, "3,1\n3,2\n").unwrap();
        assert!(read_wanted(&path, 6).unwrap_err().to_string().contains("twice"));
    }
}
