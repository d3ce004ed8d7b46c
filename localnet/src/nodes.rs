//! Nodes with real keys, bonded and delegated to.

use std::{fs, path::Path};

use ed25519_dalek::SigningKey;
use futures::{StreamExt, TryStreamExt, stream};
use nyxd_client::mixnet::{MixnetQueries, MixnetTransactions};
use sha2::{Digest, Sha256};

use crate::{
    accounts::{Account, Accounts},
    chain::{Chain, coin},
    error::LocalnetError,
    options::Parameters,
    parameters,
    steps::Outcome,
};

/// Transactions of different accounts that are under way at one time.
const AT_ONCE: usize = 16;

/// Bonds every operator's node, keys and all; those that are bonded already stay.
pub async fn bond(
    chain: &Chain,
    accounts: &Accounts,
    mixnet: &MixnetQueries,
    keys: &Path,
) -> Result<((), Outcome), LocalnetError> {
    fs::create_dir_all(keys).map_err(|source| LocalnetError::Write { file: keys.into(), source })?;
    stream::iter(accounts.operators.iter().enumerate())
        .map(|(index, operator)| bond_one(chain, mixnet, operator, index, keys))
        .buffered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;

    let mut wrong = Vec::new();
    for (index, operator) in accounts.operators.iter().enumerate() {
        let key = identity_key(operator);
        let Some(node) = mixnet.owned_node(&operator.address).await? else {
            wrong.push(format!("{} owns no node", operator.role));
            continue;
        };
        let bond = node.bond_information;
        if bond.node.identity_key != bs58::encode(key.verifying_key().as_bytes()).into_string() {
            wrong.push(format!("{} is bonded with another identity key", operator.role));
        }
        if bond.original_pledge != coin(parameters::pledge(index)) {
            wrong.push(format!("{} pledged {}", operator.role, bond.original_pledge));
        }
    }
    Ok(((), Outcome::of(&wrong, format!("{} nodes", accounts.operators.len()))))
}

async fn bond_one(
    chain: &Chain,
    mixnet: &MixnetQueries,
    operator: &Account,
    index: usize,
    keys: &Path,
) -> Result<(), LocalnetError> {
    if mixnet.owned_node(&operator.address).await?.is_some() {
        return Ok(());
    }
    let key_file = keys.join(format!("{}.identity.pem", operator.role));
    nym_cli::identity_key::write_private_key(&key_file, &identity_key(operator))?;
    let transactions = MixnetTransactions::new(operator.client(chain)?, mixnet.contract().clone());
    let bonding = nym_cli::mixnet::operators::Bonding {
        // Loopback: nodes of a localnet run on this machine, once there is a node to run.
        host: "127.0.0.1".to_owned(),
        custom_http_port: Some(port(index)),
        profit_margin_percent: 20,
        interval_operating_cost: nym_mixnet_contract::constants::DEFAULT_OPERATING_COST,
        pledge: parameters::pledge(index),
    };
    nym_cli::mixnet::operators::bond(&transactions, &bonding, &key_file).await?;
    Ok(())
}

/// Each node's HTTP port: from 8080 on.
fn port(index: usize) -> u16 {
    u16::try_from(8080 + index).unwrap_or(8080)
}

/// The identity key of an operator's node: `SHA-256("nym-localnet identity" ‖ 0 ‖ words)` is its seed.
fn identity_key(operator: &Account) -> SigningKey {
    let mut hash = Sha256::new();
    hash.update(b"nym-localnet identity\0");
    hash.update(operator.mnemonic.to_string().as_bytes());
    SigningKey::from_bytes(&hash.finalize().into())
}

/// Delegates to every node; delegations that are there or on their way stay.
pub async fn delegate(
    chain: &Chain,
    accounts: &Accounts,
    mixnet: &MixnetQueries,
    parameters: Parameters,
) -> Result<((), Outcome), LocalnetError> {
    stream::iter(accounts.delegators.iter().enumerate())
        .map(|(number, delegator)| delegate_all(chain, accounts, mixnet, parameters, number, delegator))
        .buffered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;

    let pending = mixnet.number_of_pending_events().await?.epoch_events;
    let standing = mixnet.all_delegations().try_fold(0_usize, |count, _| async move { Ok(count + 1) }).await?;
    let expected = accounts.operators.len();
    let seen = standing + pending as usize;
    let outcome = if seen >= expected {
        Outcome::held(format!("{expected} delegations, {pending} of them from the next epoch on"))
    } else {
        Outcome::broken(format!("the chain knows {seen} of {expected} delegations"))
    };
    Ok(((), outcome))
}

async fn delegate_all(
    chain: &Chain,
    accounts: &Accounts,
    mixnet: &MixnetQueries,
    parameters: Parameters,
    number: usize,
    delegator: &Account,
) -> Result<(), LocalnetError> {
    let transactions = MixnetTransactions::new(delegator.client(chain)?, mixnet.contract().clone());
    for (index, operator) in accounts.operators.iter().enumerate() {
        if index % accounts.delegators.len() != number {
            continue;
        }
        let Some(node) = mixnet.owned_node(&operator.address).await? else { continue };
        let node_id = node.bond_information.node_id;
        if mixnet.delegation(node_id, &delegator.address).await?.delegation.is_some() {
            continue;
        }
        nym_cli::mixnet::delegators::delegate(&transactions, node_id, parameters::delegation(parameters, index))
            .await?;
    }
    Ok(())
}
