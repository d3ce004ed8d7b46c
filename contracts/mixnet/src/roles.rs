//! Who has which role: lists for the current epoch in one bucket, for the next one in the other
//! (`docs/protocol/mixnet-contract.md` §8.6).

use crate::epochs::{advance_epoch, ensure_advancing_epoch};
use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::state::{ACTIVE_BUCKET, EPOCH_STATUS, REWARDING_PARAMS, ROLES, ROLES_METADATA};
use crate::types::{
    EpochState, EpochStatus, NodeId, RewardedSetMetadata, Role, RoleAssignment, RoleBucket, RoleMetadata,
};
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage};

/// Empty lists in both buckets, for a contract that begins.
pub(crate) fn initialise(storage: &mut dyn Storage) -> StdResult<()> {
    ACTIVE_BUCKET.save(storage, &RoleBucket::default())?;
    for bucket in [RoleBucket::A, RoleBucket::B] {
        ROLES_METADATA.save(storage, bucket.storage_byte(), &RewardedSetMetadata::default())?;
        for role in Role::IN_ORDER_OF_ASSIGNMENT {
            ROLES.save(storage, (bucket.storage_byte(), role.storage_byte()), &Vec::new())?;
        }
    }
    Ok(())
}

/// Assigns one role for the next epoch; the last one begins it.
#[inline(never)]
pub(crate) fn assign_roles(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    RoleAssignment { role, nodes }: RoleAssignment,
) -> Result<Response, ContractError> {
    let status = ensure_advancing_epoch(deps.storage, env, &info.sender)?;
    let EpochState::RoleAssignment { next: expected } = status.state else {
        return Err(ContractError::EpochNotInRoleAssignmentState { state: status.state });
    };
    if role != expected {
        return Err(ContractError::UnexpectedRoleAssignment { expected, got: role });
    }
    let num_nodes = ensure_role_count(deps.storage, role, &nodes)?;
    save(deps.storage, role, &nodes, num_nodes)?;
    let response = Response::new().add_event(
        Event::new(events::ROLE_ASSIGNMENT)
            .add_attribute(attributes::ROLE, role.to_string())
            .add_attribute(attributes::NODE_COUNT, num_nodes.to_string()),
    );

    if let Some(next) = role.next() {
        let state = EpochState::RoleAssignment { next };
        EPOCH_STATUS.save(deps.storage, &EpochStatus { state, ..status })?;
        return Ok(response);
    }
    let filled = ACTIVE_BUCKET.load(deps.storage)?.other();
    ACTIVE_BUCKET.save(deps.storage, &filled)?;
    Ok(response.add_event(advance_epoch(deps.storage, env, status)?))
}

fn ensure_role_count(storage: &dyn Storage, role: Role, nodes: &[NodeId]) -> Result<u32, ContractError> {
    let allowed = REWARDING_PARAMS.load(storage)?.rewarded_set.maximum_role_count(role);
    u32::try_from(nodes.len()).ok().filter(|count| *count <= allowed).ok_or(ContractError::IllegalRoleCount {
        role,
        assigned: nodes.len(),
        allowed,
    })
}

fn save(storage: &mut dyn Storage, role: Role, nodes: &Vec<NodeId>, num_nodes: u32) -> StdResult<()> {
    let bucket = ACTIVE_BUCKET.load(storage)?.other().storage_byte();
    ROLES.save(storage, (bucket, role.storage_byte()), nodes)?;
    let mut metadata = ROLES_METADATA.load(storage, bucket)?;
    let highest_id = nodes.iter().copied().max().unwrap_or(0);
    metadata.set(role, RoleMetadata { highest_id, num_nodes });
    ROLES_METADATA.save(storage, bucket, &metadata)
}

/// The outline of the rewarded set that is in force.
pub(crate) fn active_metadata(storage: &dyn Storage) -> StdResult<RewardedSetMetadata> {
    ROLES_METADATA.load(storage, ACTIVE_BUCKET.load(storage)?.storage_byte())
}

/// The nodes that have a role in the current epoch.
pub(crate) fn active_nodes(storage: &dyn Storage, role: Role) -> StdResult<Vec<NodeId>> {
    ROLES.load(storage, (ACTIVE_BUCKET.load(storage)?.storage_byte(), role.storage_byte()))
}

/// The role that a node has in the current epoch.
pub(crate) fn role_of(storage: &dyn Storage, node_id: NodeId) -> StdResult<Option<Role>> {
    for role in Role::IN_ORDER_OF_ASSIGNMENT {
        if active_nodes(storage, role)?.contains(&node_id) {
            return Ok(Some(role));
        }
    }
    Ok(None)
}
