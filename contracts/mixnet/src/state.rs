//! The storage layout, which is a public interface: other contracts and tools read it raw
//! (`docs/protocol/mixnet-contract.md` §6). Names and encodings must not change.

use crate::types::{
    ContractState, Delegation, DelegationKey, EpochEventId, EpochStatus, HistoricalNymNodeVersion, Interval,
    IntervalEventId, KeyRotationState, NodeId, NodeRewarding, Nonce, NymNodeBond, PendingEpochEventData,
    PendingIntervalEventData, PendingNodeChanges, PendingPoolChange, RewardedSetMetadata, RewardingParams, RoleBucket,
    UnbondedNymNode,
};
use cosmwasm_std::{Addr, Decimal};
use cw_controllers::Admin;
use cw_storage_plus::{Index, IndexList, IndexedMap, Item, Map, MultiIndex, UniqueIndex};
use nym_contracts_common::IdentityKey;

/// Who administers the contract.
pub const ADMIN: Admin = Admin::new("admin");
/// Accounts and settings.
pub const STATE: Item<ContractState> = Item::new("state");

/// What the epoch waits for.
pub const EPOCH_STATUS: Item<EpochStatus> = Item::new("ces");
/// Where the network is in time. Read raw by the performance contract.
pub const INTERVAL: Item<Interval> = Item::new("ci");
/// Last number given in the epoch queue.
pub const LAST_EPOCH_EVENT: Item<EpochEventId> = Item::new("eic");
/// Last number given in the interval queue.
pub const LAST_INTERVAL_EVENT: Item<IntervalEventId> = Item::new("iic");
/// Last number executed in the epoch queue.
pub const LAST_EXECUTED_EPOCH_EVENT: Item<EpochEventId> = Item::new("lee");
/// Last number executed in the interval queue.
pub const LAST_EXECUTED_INTERVAL_EVENT: Item<IntervalEventId> = Item::new("lie");
/// Requests that wait for the end of the epoch.
pub const EPOCH_EVENTS: Map<EpochEventId, PendingEpochEventData> = Map::new("pee");
/// Requests that wait for the end of the interval.
pub const INTERVAL_EVENTS: Map<IntervalEventId, PendingIntervalEventData> = Map::new("pie");

/// Parameters of rewarding.
pub const REWARDING_PARAMS: Item<RewardingParams> = Item::new("rparams");
/// What the next interval changes in the reward pool.
pub const PENDING_POOL_CHANGE: Item<PendingPoolChange> = Item::new("prp");
/// Sum of the work that has been rewarded in this epoch.
pub const CUMULATIVE_EPOCH_WORK: Item<Decimal> = Item::new("cumulative_epoch_work");
/// Stake and rewards by node.
pub const REWARDING: Map<NodeId, NodeRewarding> = Map::new("mnr");

/// Which of the two role buckets is in force.
pub const ACTIVE_BUCKET: Item<RoleBucket> = Item::new("active_roles");
/// Nodes by bucket and role ([`RoleBucket::storage_byte`], `Role::storage_byte`).
pub const ROLES: Map<(u8, u8), Vec<NodeId>> = Map::new("roles");
/// Outline of the roles by bucket.
pub const ROLES_METADATA: Map<u8, RewardedSetMetadata> = Map::new("roles_metadata");

/// When packet keys change.
pub const KEY_ROTATION: Item<KeyRotationState> = Item::new("key_rot_state");
/// Last number in the history of releases.
pub const LAST_VERSION: Item<u32> = Item::new("vhid");
/// The history of releases.
pub const VERSIONS: Map<u32, HistoricalNymNodeVersion> = Map::new("vh");

/// Last number given to a node; absent until the first bond.
pub const LAST_NODE_ID: Item<NodeId> = Item::new("nic");
/// Queued changes by node.
pub const PENDING_CHANGES: Map<NodeId, PendingNodeChanges> = Map::new("pnc");
/// Count of successful bonds by account.
pub const NONCES: Map<Addr, Nonce> = Map::new("sn");

/// Indices of [`bonds`].
pub struct BondIndices {
    /// One node per account.
    pub owner: UniqueIndex<'static, Addr, NymNodeBond, NodeId>,
    /// One node per identity.
    pub identity_key: UniqueIndex<'static, IdentityKey, NymNodeBond, NodeId>,
}

impl IndexList<NymNodeBond> for BondIndices {
    fn get_indexes(&'_ self) -> Box<dyn Iterator<Item = &'_ dyn Index<NymNodeBond>> + '_> {
        let indices: [&dyn Index<NymNodeBond>; 2] = [&self.owner, &self.identity_key];
        Box::new(indices.into_iter())
    }
}

/// Bonded nodes. Read raw by the performance contract.
#[must_use]
pub fn bonds() -> IndexedMap<NodeId, NymNodeBond, BondIndices> {
    IndexedMap::new(
        "nn",
        BondIndices {
            owner: UniqueIndex::new(|bond| bond.owner.clone(), "nno"),
            identity_key: UniqueIndex::new(|bond| bond.node.identity_key.clone(), "nni"),
        },
    )
}

/// Indices of [`unbonded`].
pub struct UnbondedIndices {
    /// By the account that had bonded the node.
    pub owner: MultiIndex<'static, Addr, UnbondedNymNode, NodeId>,
    /// By identity.
    pub identity_key: MultiIndex<'static, IdentityKey, UnbondedNymNode, NodeId>,
}

impl IndexList<UnbondedNymNode> for UnbondedIndices {
    fn get_indexes(&'_ self) -> Box<dyn Iterator<Item = &'_ dyn Index<UnbondedNymNode>> + '_> {
        let indices: [&dyn Index<UnbondedNymNode>; 2] = [&self.owner, &self.identity_key];
        Box::new(indices.into_iter())
    }
}

/// Nodes that have left.
#[must_use]
pub fn unbonded() -> IndexedMap<NodeId, UnbondedNymNode, UnbondedIndices> {
    IndexedMap::new(
        "ubnn",
        UnbondedIndices {
            owner: MultiIndex::new(|_, node| node.owner.clone(), "ubnn", "ubno"),
            identity_key: MultiIndex::new(|_, node| node.identity_key.clone(), "ubnn", "ubni"),
        },
    )
}

/// Indices of [`delegations`].
pub struct DelegationIndices {
    /// By the account that delegates.
    pub owner: MultiIndex<'static, Addr, Delegation, DelegationKey>,
    /// By node.
    pub node: MultiIndex<'static, NodeId, Delegation, DelegationKey>,
}

impl IndexList<Delegation> for DelegationIndices {
    fn get_indexes(&'_ self) -> Box<dyn Iterator<Item = &'_ dyn Index<Delegation>> + '_> {
        let indices: [&dyn Index<Delegation>; 2] = [&self.owner, &self.node];
        Box::new(indices.into_iter())
    }
}

/// Delegations.
#[must_use]
pub fn delegations() -> IndexedMap<DelegationKey, Delegation, DelegationIndices> {
    IndexedMap::new(
        "dl",
        DelegationIndices {
            owner: MultiIndex::new(|_, delegation| delegation.owner.clone(), "dl", "dlo"),
            node: MultiIndex::new(|_, delegation| delegation.node_id, "dl", "dlm"),
        },
    )
}
