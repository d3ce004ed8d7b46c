//! Nodes, their stake, and nodes that have left.

use super::{after, limit_of};
use crate::constants::pages;
use crate::error::ContractError;
use crate::msg::{
    NodeDetailsByIdentityResponse, NodeDetailsResponse, NodeOwnershipResponse, NodeRewardingDetailsResponse,
    PagedNymNodeBondsResponse, PagedNymNodeDetailsResponse, PagedUnbondedNymNodesResponse, StakeSaturationResponse,
    UnbondedNodeResponse,
};
use crate::nodes::{find_bond_of_owner, pending_changes};
use crate::state::{REWARDING, REWARDING_PARAMS, bonds, unbonded};
use crate::types::{NodeId, NymNodeBond, NymNodeDetails, UnbondedNymNode};
use cosmwasm_std::{Addr, Decimal, Order, StdResult, Storage};
use nym_contracts_common::IdentityKey;

pub(super) fn bonds_page(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<NodeId>,
) -> StdResult<PagedNymNodeBondsResponse> {
    let nodes = bonds()
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::BONDS))
        .map(|entry| entry.map(|(_, bond)| bond))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = nodes.last().map(|bond| bond.node_id);
    Ok(PagedNymNodeBondsResponse { nodes, start_next_after })
}

pub(super) fn details_page(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<NodeId>,
) -> StdResult<PagedNymNodeDetailsResponse> {
    let nodes = bonds()
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::DETAILED))
        .map(|entry| with_details(storage, entry?.1))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = nodes.last().map(|node| node.bond_information.node_id);
    Ok(PagedNymNodeDetailsResponse { nodes, start_next_after })
}

fn with_details(storage: &dyn Storage, bond: NymNodeBond) -> StdResult<NymNodeDetails> {
    Ok(NymNodeDetails {
        rewarding_details: REWARDING.load(storage, bond.node_id)?,
        pending_changes: pending_changes(storage, bond.node_id)?,
        bond_information: bond,
    })
}

pub(super) fn owned(storage: &dyn Storage, address: Addr) -> StdResult<NodeOwnershipResponse> {
    let bond = find_bond_of_owner(storage, &address)?;
    let details = bond.map(|bond| with_details(storage, bond)).transpose()?;
    Ok(NodeOwnershipResponse { address, details })
}

pub(super) fn details(storage: &dyn Storage, node_id: NodeId) -> StdResult<NodeDetailsResponse> {
    let bond = bonds().may_load(storage, node_id)?;
    let details = bond.map(|bond| with_details(storage, bond)).transpose()?;
    Ok(NodeDetailsResponse { node_id, details })
}

pub(super) fn details_by_identity(
    storage: &dyn Storage,
    identity_key: IdentityKey,
) -> StdResult<NodeDetailsByIdentityResponse> {
    let bond = bonds().idx.identity_key.item(storage, identity_key.clone())?;
    let details = bond.map(|(_, bond)| with_details(storage, bond)).transpose()?;
    Ok(NodeDetailsByIdentityResponse { identity_key, details })
}

pub(super) fn rewarding_details(storage: &dyn Storage, node_id: NodeId) -> StdResult<NodeRewardingDetailsResponse> {
    let rewarding_details = REWARDING.may_load(storage, node_id)?;
    Ok(NodeRewardingDetailsResponse { node_id, rewarding_details })
}

pub(super) fn stake_saturation(
    storage: &dyn Storage,
    node_id: NodeId,
) -> Result<StakeSaturationResponse, ContractError> {
    let (mut current_saturation, mut uncapped_saturation) = (None, None);
    if let Some(node) = REWARDING.may_load(storage, node_id)? {
        let uncapped = node.uncapped_saturation(&REWARDING_PARAMS.load(storage)?)?;
        current_saturation = Some(uncapped.min(Decimal::one()));
        uncapped_saturation = Some(uncapped);
    }
    Ok(StakeSaturationResponse { node_id, current_saturation, uncapped_saturation })
}

pub(super) fn unbonded_node(storage: &dyn Storage, node_id: NodeId) -> StdResult<UnbondedNodeResponse> {
    Ok(UnbondedNodeResponse { node_id, details: unbonded().may_load(storage, node_id)? })
}

pub(super) fn unbonded_page(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<NodeId>,
) -> StdResult<PagedUnbondedNymNodesResponse> {
    let entries = unbonded().range(storage, after(start_after), None, Order::Ascending);
    page_of_unbonded(entries, limit)
}

pub(super) fn unbonded_page_of_owner(
    storage: &dyn Storage,
    owner: Addr,
    limit: Option<u32>,
    start_after: Option<NodeId>,
) -> StdResult<PagedUnbondedNymNodesResponse> {
    let index = unbonded().idx.owner;
    let entries = index.prefix(owner).range(storage, after(start_after), None, Order::Ascending);
    page_of_unbonded(entries, limit)
}

pub(super) fn unbonded_page_of_identity(
    storage: &dyn Storage,
    identity_key: IdentityKey,
    limit: Option<u32>,
    start_after: Option<NodeId>,
) -> StdResult<PagedUnbondedNymNodesResponse> {
    let index = unbonded().idx.identity_key;
    let entries = index.prefix(identity_key).range(storage, after(start_after), None, Order::Ascending);
    page_of_unbonded(entries, limit)
}

fn page_of_unbonded(
    entries: impl Iterator<Item = StdResult<(NodeId, UnbondedNymNode)>>,
    limit: Option<u32>,
) -> StdResult<PagedUnbondedNymNodesResponse> {
    let nodes = entries
        .take(limit_of(limit, pages::UNBONDED))
        .map(|entry| entry.map(|(_, node)| node))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = nodes.last().map(|node| node.node_id);
    Ok(PagedUnbondedNymNodesResponse { nodes, start_next_after })
}
