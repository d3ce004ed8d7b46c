//! Delegations.

use super::{after, limit_of};
use crate::constants::pages;
use crate::msg::{
    NodeDelegationResponse, PagedAllDelegationsResponse, PagedDelegatorDelegationsResponse,
    PagedNodeDelegationsResponse,
};
use crate::nodes::is_bonded;
use crate::state::delegations;
use crate::types::{Delegation, DelegationKey, NodeId};
use cosmwasm_std::{Addr, Order, StdResult, Storage};

pub(super) fn page_of_node(
    storage: &dyn Storage,
    node_id: NodeId,
    start_after: Option<String>,
    limit: Option<u32>,
) -> StdResult<PagedNodeDelegationsResponse> {
    let delegations = delegations()
        .prefix(node_id)
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::DELEGATIONS))
        .map(|entry| entry.map(|(_, delegation)| delegation))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = delegations.last().map(|delegation| delegation.owner.to_string());
    Ok(PagedNodeDelegationsResponse { delegations, start_next_after })
}

pub(super) fn page_of_delegator(
    storage: &dyn Storage,
    delegator: Addr,
    start_after: Option<DelegationKey>,
    limit: Option<u32>,
) -> StdResult<PagedDelegatorDelegationsResponse> {
    let delegations = delegations()
        .idx
        .owner
        .prefix(delegator)
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::DELEGATIONS))
        .map(|entry| entry.map(|(_, delegation)| delegation))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = delegations.last().map(key_of);
    Ok(PagedDelegatorDelegationsResponse { delegations, start_next_after })
}

pub(super) fn page_of_all(
    storage: &dyn Storage,
    start_after: Option<DelegationKey>,
    limit: Option<u32>,
) -> StdResult<PagedAllDelegationsResponse> {
    let delegations = delegations()
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::DELEGATIONS))
        .map(|entry| entry.map(|(_, delegation)| delegation))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = delegations.last().map(key_of);
    Ok(PagedAllDelegationsResponse { delegations, start_next_after })
}

fn key_of(delegation: &Delegation) -> DelegationKey {
    (delegation.node_id, delegation.owner.to_string())
}

pub(super) fn details(
    storage: &dyn Storage,
    node_id: NodeId,
    delegator: &Addr,
    through_proxy: bool,
) -> StdResult<NodeDelegationResponse> {
    let still_bonded = is_bonded(storage, node_id)?;
    Ok(NodeDelegationResponse {
        delegation: find(storage, node_id, delegator, through_proxy)?,
        mixnode_still_bonded: still_bonded,
        node_still_bonded: still_bonded,
    })
}

/// The delegation of an account, unless one through the vesting contract is meant.
pub(super) fn find(
    storage: &dyn Storage,
    node_id: NodeId,
    delegator: &Addr,
    through_proxy: bool,
) -> StdResult<Option<Delegation>> {
    if through_proxy {
        return Ok(None);
    }
    delegations().may_load(storage, (node_id, delegator.to_string()))
}
