//! The walk: from an empty chain to nodes that earn, every step read back from the chain.

use std::collections::BTreeMap;

use cosmwasm_std::Decimal;
use futures::TryStreamExt;
use nym_mixnet_contract::{
    rewards::ArithmeticError,
    types::{Delegation, NodeId, NodeRewarding, NodeRewardingParameters, NymNodeDetails},
};
use nyxd_client::{
    AccountId, Transaction,
    mixnet::{MixnetQueries, MixnetTransactions},
};

use crate::{
    accounts::{Account, Accounts},
    chain::{Chain, DENOM, coin},
    crank::{Crank, Turn},
    deploy::Contracts,
    error::LocalnetError,
    options::Parameters,
    parameters::{NYM, delegation, pledge},
    steps::{Outcome, Steps},
};

/// Money for fees, for each account that sends.
const FEES: u128 = 1000 * NYM;
/// The rewarder's fees: rewarding hundreds of nodes an hour for a year.
const REWARDER_FEES: u128 = 100_000 * NYM;
/// For whoever tries the network.
const USER_FUNDS: u128 = 1_000_000 * NYM;
/// Receivers in one transaction.
const RECEIVERS_AT_ONCE: usize = 300;

/// Gives every account what it needs.
pub async fn fund(chain: &Chain, accounts: &Accounts, parameters: Parameters) -> Result<((), Outcome), LocalnetError> {
    let mut wanted: Vec<(&Account, u128)> = vec![
        (&accounts.mixnet_admin, FEES),
        (&accounts.group_admin, FEES),
        (&accounts.multisig_admin, FEES),
        (&accounts.ecash_admin, FEES),
        (&accounts.dkg_admin, FEES),
        (&accounts.rewarder, REWARDER_FEES),
    ];
    wanted.extend(accounts.placeholders.iter().map(|account| (account, 1)));
    wanted.extend(accounts.signers.iter().map(|account| (account, REWARDER_FEES)));
    wanted.extend(accounts.providers.iter().map(|account| (account, FEES)));
    wanted.extend(accounts.users.iter().map(|account| (account, USER_FUNDS)));
    wanted.extend(accounts.operators.iter().enumerate().map(|(index, account)| (account, pledge(index) + FEES)));
    for (number, delegator) in accounts.delegators.iter().enumerate() {
        let stakes: u128 = (0..accounts.operators.len())
            .filter(|index| index % accounts.delegators.len() == number)
            .map(|index| delegation(parameters, index))
            .sum();
        wanted.push((delegator, stakes + FEES));
    }

    // Only what has no account yet: an earlier run on the same home has funded the others.
    let queries = chain.queries()?;
    let mut missing = Vec::new();
    for (account, amount) in &wanted {
        if queries.account(&account.address).await?.is_none() {
            missing.push((account.address.clone(), vec![coin(*amount)]));
        }
    }
    let master = accounts.master.client(chain)?;
    for receivers in missing.chunks(RECEIVERS_AT_ONCE) {
        master.multi_send(receivers, "localnet funding").await?;
    }

    let mut wrong = Vec::new();
    for (address, coins) in &missing {
        let balance = chain.balance(address).await?;
        if balance != coins[0].amount.u128() {
            wrong.push(format!("{address} has {balance}{DENOM} instead of {}", coins[0]));
        }
    }
    Ok(((), Outcome::of(&wrong, format!("{} accounts", wanted.len()))))
}

/// Sends the mixnet contract what it pays rewards from.
pub async fn fund_pool(
    chain: &Chain,
    accounts: &Accounts,
    mixnet: &MixnetQueries,
    funding: Option<u128>,
) -> Result<((), Outcome), LocalnetError> {
    let pool = mixnet.rewarding_params().await?.interval.reward_pool;
    let promised = pool.to_uint_ceil().u128();
    if chain.balance(mixnet.contract()).await? == 0 {
        let amount = funding.unwrap_or(promised);
        accounts.master.client(chain)?.send(mixnet.contract(), vec![coin(amount)], "reward pool").await?;
    }
    let held = chain.balance(mixnet.contract()).await?;
    let outcome = if held >= promised {
        Outcome::held(format!("{promised}{DENOM}"))
    } else {
        Outcome::broken(format!("the contract promises {promised}{DENOM} and holds {held}{DENOM}"))
    };
    Ok(((), outcome))
}

/// Turns one epoch and compares every reward with what the formula says, to the last digit.
pub async fn turn_epoch(crank: &mut Crank, mixnet: &MixnetQueries) -> Result<(Turn, Outcome), LocalnetError> {
    let turn = crank.turn().await?;
    let interval = mixnet.current_interval().await?.interval;
    let mut wrong = Vec::new();
    if interval.current_epoch_absolute_id() != turn.ended_epoch + 1 {
        wrong.push(format!(
            "epoch {} was turned and {} is current",
            turn.ended_epoch,
            interval.current_epoch_absolute_id()
        ));
    }
    let mut paid = Decimal::zero();
    for node in &turn.before {
        let node_id = node.bond_information.node_id;
        let Some(given) = turn.rewarded.get(&node_id) else { continue };
        let Some(seen) = mixnet.node_rewarding(node_id).await? else { continue };
        let expected = foresee(node, &turn, given, interval.epochs_in_interval())?;
        paid += expected.reward;
        // Operator and delegates change again when queued events execute in the same turn; the
        // reward per unit changes through rewarding alone.
        if seen.total_unit_reward != expected.after.total_unit_reward
            || (seen.operator != expected.after.operator && !changed_by_events(node, &seen))
        {
            wrong.push(format!("node {node_id} should have {} and has {}", figures(&expected.after), figures(&seen)));
        }
    }
    let detail = format!(
        "epoch {} ended: {} nodes rewarded with {paid}{DENOM}, {} roles assigned",
        turn.ended_epoch,
        turn.rewarded.len(),
        turn.roles.len()
    );
    Ok((turn, Outcome::of(&wrong, detail)))
}

/// What rewarding makes of a node's account, by the formulas and not by asking the chain.
struct Foreseen {
    reward: Decimal,
    after: NodeRewarding,
}

fn foresee(
    node: &NymNodeDetails,
    turn: &Turn,
    given: &NodeRewardingParameters,
    epochs_in_interval: u32,
) -> Result<Foreseen, LocalnetError> {
    let failed = |error: ArithmeticError| LocalnetError::Epoch(error.to_string());
    let mut after = node.rewarding_details.clone();
    if given.performance.is_zero() || given.work_factor.is_zero() {
        after.last_rewarded_epoch = turn.ended_epoch;
        return Ok(Foreseen { reward: Decimal::zero(), after });
    }
    let reward = after.epoch_reward(&turn.params, given.performance, given.work_factor).map_err(failed)?;
    let divided = after.divide(reward, given.performance, epochs_in_interval).map_err(failed)?;
    after.earn(divided, turn.ended_epoch).map_err(failed)?;
    Ok(Foreseen { reward, after })
}

fn changed_by_events(before: &NymNodeDetails, after: &NodeRewarding) -> bool {
    before.pending_changes.pledge_change.is_some()
        || before.bond_information.is_unbonding
        || before.rewarding_details.unique_delegations != after.unique_delegations
}

fn figures(rewarding: &NodeRewarding) -> String {
    format!(
        "operator {}, delegates {}, unit reward {}",
        rewarding.operator, rewarding.delegates, rewarding.total_unit_reward
    )
}

/// The first operator and the first delegator take their rewards: the balance rises by exactly that.
pub async fn withdraw(
    chain: &Chain,
    accounts: &Accounts,
    mixnet: &MixnetQueries,
) -> Result<((), Outcome), LocalnetError> {
    let mut wrong = Vec::new();
    let operator = &accounts.operators[0];
    let transactions = MixnetTransactions::new(operator.client(chain)?, mixnet.contract().clone());
    let earned = mixnet.pending_operator_reward(&operator.address).await?.amount_earned;
    let own = earned.map_or(0, |coin| coin.amount.u128());
    let before = chain.balance(&operator.address).await?;
    let sent = transactions.withdraw_operator_reward().await?;
    compare("the operator", before + own - fee(&sent)?, chain.balance(&operator.address).await?, &mut wrong);

    let delegator = &accounts.delegators[0];
    let node_id = node_of(mixnet, operator).await?;
    let transactions = MixnetTransactions::new(delegator.client(chain)?, mixnet.contract().clone());
    let earned = mixnet.pending_delegator_reward(&delegator.address, node_id).await?.amount_earned;
    let theirs = earned.map_or(0, |coin| coin.amount.u128());
    let before = chain.balance(&delegator.address).await?;
    let sent = transactions.withdraw_delegator_reward(node_id).await?;
    compare("the delegator", before + theirs - fee(&sent)?, chain.balance(&delegator.address).await?, &mut wrong);

    if own == 0 || theirs == 0 {
        wrong.push(format!("nothing to withdraw: the operator earned {own}{DENOM}, the delegator {theirs}{DENOM}"));
    }
    Ok(((), Outcome::of(&wrong, format!("operator {own}{DENOM}, delegator {theirs}{DENOM}"))))
}

/// What is owed to those who leave, seen before the epoch that pays it.
pub struct Leaving {
    node_id: NodeId,
    operator: AccountId,
    delegator: AccountId,
    operator_before: u128,
    delegator_before: u128,
    delegation: Delegation,
}

/// The last node's operator unbonds, its delegator undelegates; both wait for the end of the epoch.
pub async fn leave(
    chain: &Chain,
    accounts: &Accounts,
    mixnet: &MixnetQueries,
) -> Result<(Leaving, Outcome), LocalnetError> {
    let index = accounts.operators.len() - 1;
    let operator = &accounts.operators[index];
    let delegator = &accounts.delegators[index % accounts.delegators.len()];
    let node_id = node_of(mixnet, operator).await?;
    let delegation = mixnet
        .delegation(node_id, &delegator.address)
        .await?
        .delegation
        .ok_or_else(|| LocalnetError::Epoch(format!("{} has no delegation to node {node_id}", delegator.role)))?;
    MixnetTransactions::new(delegator.client(chain)?, mixnet.contract().clone()).undelegate(node_id).await?;
    MixnetTransactions::new(operator.client(chain)?, mixnet.contract().clone()).unbond_node().await?;

    let mut wrong = Vec::new();
    if !mixnet.node(node_id).await?.is_some_and(|node| node.bond_information.is_unbonding) {
        wrong.push(format!("node {node_id} is not unbonding"));
    }
    let leaving = Leaving {
        node_id,
        operator: operator.address.clone(),
        delegator: delegator.address.clone(),
        operator_before: chain.balance(&operator.address).await?,
        delegator_before: chain.balance(&delegator.address).await?,
        delegation,
    };
    Ok((leaving, Outcome::of(&wrong, format!("node {node_id} leaves at the end of the epoch"))))
}

/// After the turn: stake and rewards are back, to the unit, and the node is gone.
pub async fn left(
    chain: &Chain,
    mixnet: &MixnetQueries,
    leaving: &Leaving,
    turn: &Turn,
) -> Result<((), Outcome), LocalnetError> {
    let node_id = leaving.node_id;
    let mut wrong = Vec::new();
    let node = turn
        .before
        .iter()
        .find(|node| node.bond_information.node_id == node_id)
        .ok_or_else(|| LocalnetError::Epoch(format!("node {node_id} was not there before the turn")))?;
    let interval = mixnet.current_interval().await?.interval;
    let mut after = match turn.rewarded.get(&node_id) {
        Some(given) => foresee(node, turn, given, interval.epochs_in_interval())?.after,
        None => node.rewarding_details.clone(),
    };
    let owed = after.undelegate(&leaving.delegation).map_err(|error| LocalnetError::Epoch(error.to_string()))?.u128();
    let delegator_got = chain.balance(&leaving.delegator).await? - leaving.delegator_before;
    compare("the delegator", owed, delegator_got, &mut wrong);
    // What rounding left of the delegators' share has moved to the operator.
    let operator_got = chain.balance(&leaving.operator).await? - leaving.operator_before;
    compare("the operator", after.operator.to_uint_floor().u128(), operator_got, &mut wrong);

    if mixnet.node(node_id).await?.is_some() || mixnet.unbonded_node(node_id).await?.is_none() {
        wrong.push(format!("node {node_id} is still bonded"));
    }
    let detail = format!("operator got {operator_got}{DENOM}, delegator {delegator_got}{DENOM}");
    Ok(((), Outcome::of(&wrong, detail)))
}

fn compare(who: &str, expected: u128, seen: u128, wrong: &mut Vec<String>) {
    if expected != seen {
        wrong.push(format!("{who} should have {expected}{DENOM} and has {seen}{DENOM}"));
    }
}

async fn node_of(mixnet: &MixnetQueries, operator: &Account) -> Result<NodeId, LocalnetError> {
    mixnet
        .owned_node(&operator.address)
        .await?
        .map(|node| node.bond_information.node_id)
        .ok_or_else(|| LocalnetError::Epoch(format!("{} owns no node", operator.role)))
}

/// What the sender paid for the transaction, by its events.
fn fee(sent: &Transaction) -> Result<u128, LocalnetError> {
    let fee = sent.attribute("tx", "fee")?;
    fee.strip_suffix(DENOM)
        .and_then(|amount| amount.parse().ok())
        .ok_or_else(|| LocalnetError::Epoch(format!("the transaction's fee reads '{fee}'")))
}

/// How much each node has earned in the last turn, for the screen.
pub fn last_rewards(turn: &Turn, epochs_in_interval: u32) -> BTreeMap<NodeId, Decimal> {
    turn.before
        .iter()
        .filter_map(|node| {
            let node_id = node.bond_information.node_id;
            let given = turn.rewarded.get(&node_id)?;
            Some((node_id, foresee(node, turn, given, epochs_in_interval).ok()?.reward))
        })
        .collect()
}

/// All steps up to nodes that are bonded and delegated to.
pub async fn set_up(
    chain: &Chain,
    accounts: &Accounts,
    options: &crate::options::Options,
    files: &std::path::Path,
    steps: &mut Steps,
) -> Result<(Contracts, MixnetQueries), LocalnetError> {
    steps.run("fund accounts", fund(chain, accounts, options.params)).await?;
    let contracts = crate::deploy::contracts(chain, accounts, options, steps).await?;
    let mixnet = MixnetQueries::new(chain.queries()?, contracts.mixnet.clone());
    steps.run("reward pool", fund_pool(chain, accounts, &mixnet, options.pool_funding)).await?;
    steps.run("bond", crate::nodes::bond(chain, accounts, &mixnet, &files.join("keys"))).await?;
    steps.run("delegate", crate::nodes::delegate(chain, accounts, &mixnet, options.params)).await?;
    Ok((contracts, mixnet))
}

/// Nodes as they stand, for the screen.
pub async fn nodes(mixnet: &MixnetQueries) -> Result<Vec<NymNodeDetails>, LocalnetError> {
    Ok(mixnet.nodes_detailed().try_collect().await?)
}
