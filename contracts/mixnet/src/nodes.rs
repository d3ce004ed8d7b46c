//! Nodes: how they are bonded, changed, and how they leave.

use crate::constants::{DEFAULT_OPERATING_COST, DEFAULT_PROFIT_MARGIN, MAXIMUM_HOST_LENGTH};
use crate::epochs::ensure_epoch_in_progress;
use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::funds;
use crate::queue::push_epoch_event;
use crate::signing::SigningPayload;
use crate::state::{INTERVAL, LAST_NODE_ID, NONCES, PENDING_CHANGES, REWARDING, STATE, bonds};
use crate::types::{
    ContractState, Gateway, MixNode, NodeConfigUpdate, NodeCostParams, NodeId, NodeRewarding, Nonce, NymNode,
    NymNodeBond, OperatorsParams, PendingEpochEventKind, PendingNodeChanges,
};
use cosmwasm_std::{Addr, Coin, DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage, Uint128};
use nym_contracts_common::{ED25519_SIGNATURE_LENGTH, MessageSignature, Percent, decode_identity_key};

/// Bonds a node with the coin that was sent.
#[inline(never)]
pub(crate) fn bond_nym_node(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    node: NymNode,
    cost_params: NodeCostParams,
    signature: &MessageSignature,
) -> Result<Response, ContractError> {
    let signed = (node.clone(), cost_params.clone());
    bond(deps, env, info, node, cost_params, signature, |nonce, sender, pledge| {
        SigningPayload::nym_node_bonding(nonce, sender, pledge, signed.0, signed.1).to_plaintext()
    })
}

/// Bonds a mixnode as a nym-node (`docs/protocol/mixnet-contract.md` §5.2).
#[inline(never)]
pub(crate) fn bond_mixnode(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    mix_node: MixNode,
    cost_params: NodeCostParams,
    signature: &MessageSignature,
) -> Result<Response, ContractError> {
    let node = NymNode {
        host: mix_node.host.clone(),
        custom_http_port: Some(mix_node.http_api_port),
        identity_key: mix_node.identity_key.clone(),
    };
    let signed_costs = cost_params.clone();
    bond(deps, env, info, node, cost_params, signature, |nonce, sender, pledge| {
        SigningPayload::mixnode_bonding(nonce, sender, pledge, mix_node, signed_costs).to_plaintext()
    })
}

/// Bonds a gateway as a nym-node (`docs/protocol/mixnet-contract.md` §5.2).
#[inline(never)]
pub(crate) fn bond_gateway(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    gateway: Gateway,
    signature: &MessageSignature,
) -> Result<Response, ContractError> {
    let node =
        NymNode { host: gateway.host.clone(), custom_http_port: None, identity_key: gateway.identity_key.clone() };
    let cost_params = NodeCostParams {
        profit_margin_percent: Percent::new(DEFAULT_PROFIT_MARGIN).expect("the default margin is a fifth"),
        interval_operating_cost: Coin {
            denom: STATE.load(deps.storage)?.rewarding_denom,
            amount: Uint128::new(DEFAULT_OPERATING_COST),
        },
    };
    bond(deps, env, info, node, cost_params, signature, |nonce, sender, pledge| {
        SigningPayload::gateway_bonding(nonce, sender, pledge, gateway).to_plaintext()
    })
}

/// The order of these checks is the specified one (`docs/protocol/mixnet-contract.md` §3.3).
fn bond(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    node: NymNode,
    cost_params: NodeCostParams,
    signature: &MessageSignature,
    plaintext: impl FnOnce(Nonce, Addr, Coin) -> StdResult<Vec<u8>>,
) -> Result<Response, ContractError> {
    if node.host.len() > MAXIMUM_HOST_LENGTH {
        let length = node.host.len();
        return Err(ContractError::HostTooLong { length, maximum: MAXIMUM_HOST_LENGTH });
    }
    let public_key = decode_identity_key(&node.identity_key)?;
    let ContractState { params, .. } = STATE.load(deps.storage)?;
    let pledge = funds::pledge(&info.funds, &params.operators_params.minimum_pledge)?;
    ensure_allowed_costs(&params.operators_params, &cost_params)?;
    if let Some(owned) = find_bond_of_owner(deps.storage, &info.sender)? {
        let owner = info.sender.clone();
        return Err(ContractError::AlreadyOwnsNymNode { owner, node_id: owned.node_id });
    }

    let nonce = NONCES.may_load(deps.storage, info.sender.clone())?.unwrap_or_default();
    let signed = plaintext(nonce, info.sender.clone(), pledge.clone())?;
    let length = signature.as_bytes().len();
    if length != ED25519_SIGNATURE_LENGTH {
        return Err(ContractError::MalformedEd25519Signature { length });
    }
    // The engine's verifier fails on wrong lengths only, and both are right.
    let valid = deps.api.ed25519_verify(&signed, signature.as_bytes(), &public_key);
    if !valid.unwrap_or(false) {
        return Err(ContractError::InvalidEd25519Signature { nonce });
    }
    NONCES.save(deps.storage, info.sender.clone(), &nonce.saturating_add(1))?;

    let bond = NymNodeBond {
        node_id: next_node_id(deps.storage)?,
        owner: info.sender.clone(),
        original_pledge: pledge,
        bonding_height: env.block.height,
        is_unbonding: false,
        node,
    };
    save_new(deps.storage, &bond, cost_params)?;
    Ok(Response::new().add_event(
        Event::new(events::NYM_NODE_BONDING)
            .add_attribute(attributes::NODE_ID, bond.node_id.to_string())
            .add_attribute(attributes::IDENTITY, bond.node.identity_key)
            .add_attribute(attributes::OWNER, bond.owner)
            .add_attribute(attributes::AMOUNT, bond.original_pledge.to_string()),
    ))
}

fn next_node_id(storage: &mut dyn Storage) -> Result<NodeId, ContractError> {
    let last = LAST_NODE_ID.may_load(storage)?.unwrap_or_default();
    let next = last
        .checked_add(1)
        .ok_or_else(|| ContractError::InconsistentState { comment: "all node numbers have been given".to_owned() })?;
    LAST_NODE_ID.save(storage, &next)?;
    Ok(next)
}

fn save_new(storage: &mut dyn Storage, bond: &NymNodeBond, cost_params: NodeCostParams) -> Result<(), ContractError> {
    let epoch = INTERVAL.load(storage)?.current_epoch_absolute_id();
    let rewarding = NodeRewarding::bonded(cost_params, &bond.original_pledge, epoch)?;
    // The indices refuse a second node of the same identity.
    bonds().save(storage, bond.node_id, bond)?;
    REWARDING.save(storage, bond.node_id, &rewarding)?;
    PENDING_CHANGES.save(storage, bond.node_id, &PendingNodeChanges::default())?;
    Ok(())
}

/// Marks the sender's node as leaving; it goes at the end of the epoch.
#[inline(never)]
pub(crate) fn unbond_nym_node(deps: DepsMut, env: &Env, info: &MessageInfo) -> Result<Response, ContractError> {
    ensure_epoch_in_progress(deps.storage)?;
    let bond = bond_of_owner(deps.storage, &info.sender)?;
    bond.ensure_not_unbonding()?;
    ensure_no_pledge_change(deps.storage, bond.node_id)?;
    let leaving = NymNodeBond { is_unbonding: true, ..bond.clone() };
    bonds().replace(deps.storage, bond.node_id, Some(&leaving), Some(&bond))?;
    push_epoch_event(deps.storage, env, PendingEpochEventKind::UnbondNymNode { node_id: bond.node_id })?;
    Ok(Response::new().add_event(
        Event::new(events::PENDING_NYM_NODE_UNBONDING)
            .add_attribute(attributes::NODE_ID, bond.node_id.to_string())
            .add_attribute(attributes::IDENTITY, bond.node.identity_key)
            .add_attribute(attributes::OWNER, bond.owner),
    ))
}

/// Changes how the sender's node is reached.
#[inline(never)]
pub(crate) fn update_node_config(
    deps: DepsMut,
    info: &MessageInfo,
    update: NodeConfigUpdate,
) -> Result<Response, ContractError> {
    let old = bond_of_owner(deps.storage, &info.sender)?;
    old.ensure_not_unbonding()?;
    let mut new = old.clone();
    if let Some(host) = update.host {
        new.node.host = host;
    }
    if update.custom_http_port.is_some() {
        new.node.custom_http_port = update.custom_http_port;
    }
    if update.restore_default_http_port {
        new.node.custom_http_port = None;
    }
    bonds().replace(deps.storage, old.node_id, Some(&new), Some(&old))?;
    Ok(Response::new())
}

/// Profit margin and operating cost are within the ranges that the admin has set.
pub(crate) fn ensure_allowed_costs(limits: &OperatorsParams, costs: &NodeCostParams) -> Result<(), ContractError> {
    let margin = costs.profit_margin_percent;
    if !limits.profit_margin.contains(margin) {
        let range = limits.profit_margin;
        return Err(ContractError::ProfitMarginOutsideRange { provided: margin, range });
    }
    let cost = costs.interval_operating_cost.amount;
    if !limits.interval_operating_cost.contains(cost) {
        let range = limits.interval_operating_cost;
        return Err(ContractError::OperatingCostOutsideRange { provided: cost, range });
    }
    Ok(())
}

/// No change of the node's pledge is queued.
pub(crate) fn ensure_no_pledge_change(storage: &dyn Storage, node_id: NodeId) -> Result<(), ContractError> {
    match pending_changes(storage, node_id)?.pledge_change {
        Some(pending_event_id) => Err(ContractError::PendingPledgeChange { pending_event_id }),
        None => Ok(()),
    }
}

/// What is queued for a node.
pub(crate) fn pending_changes(storage: &dyn Storage, node_id: NodeId) -> StdResult<PendingNodeChanges> {
    Ok(PENDING_CHANGES.may_load(storage, node_id)?.unwrap_or_default())
}

/// The node that an account has bonded, if any.
pub(crate) fn find_bond_of_owner(storage: &dyn Storage, owner: &Addr) -> StdResult<Option<NymNodeBond>> {
    Ok(bonds().idx.owner.item(storage, owner.clone())?.map(|(_, bond)| bond))
}

/// The node that an account has bonded.
pub(crate) fn bond_of_owner(storage: &dyn Storage, owner: &Addr) -> Result<NymNodeBond, ContractError> {
    find_bond_of_owner(storage, owner)?.ok_or_else(|| ContractError::NoAssociatedNodeBond { owner: owner.clone() })
}

/// The node is bonded and stays.
pub(crate) fn ensure_bonded(storage: &dyn Storage, node_id: NodeId) -> Result<(), ContractError> {
    bonds().may_load(storage, node_id)?.ok_or(ContractError::NymNodeBondNotFound { node_id })?.ensure_not_unbonding()
}

/// Whether the node is bonded and stays.
pub(crate) fn is_bonded(storage: &dyn Storage, node_id: NodeId) -> StdResult<bool> {
    Ok(bonds().may_load(storage, node_id)?.is_some_and(|bond| !bond.is_unbonding))
}

impl NymNodeBond {
    pub(crate) fn ensure_not_unbonding(&self) -> Result<(), ContractError> {
        if self.is_unbonding {
            return Err(ContractError::NodeIsUnbonding { node_id: self.node_id });
        }
        Ok(())
    }
}
