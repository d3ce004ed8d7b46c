//! Numbers and names that the contract is built with.

use cosmwasm_std::Decimal;

/// The cw2 name of the contract (`docs/protocol/mixnet-contract.md` §2.3).
pub const CONTRACT_NAME: &str = "crate:nym-mixnet-contract";
/// The package that the build information names.
pub const PACKAGE_NAME: &str = env!("CARGO_PKG_NAME");
/// Version of the contract and of its package.
pub const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The least pledge of a new contract, in base units.
pub const INITIAL_MINIMUM_PLEDGE: u128 = 100_000_000;
/// The imagined delegation that `total_unit_reward` counts for (U₀), in base units.
pub const UNIT_DELEGATION: u128 = 1_000_000_000;
/// Total supply of the token in base units; no pledge or delegation can exceed it.
pub const TOKEN_SUPPLY: u128 = 1_000_000_000_000_000;
/// Bytes of the longest host.
pub const MAXIMUM_HOST_LENGTH: usize = 255;

/// Epochs for which a packet key is valid unless instantiation says otherwise.
pub const DEFAULT_KEY_VALIDITY_EPOCHS: u32 = 24;
/// The shortest validity: a key is announced one epoch before it is used and kept one after.
pub const MINIMUM_KEY_VALIDITY_EPOCHS: u32 = 3;

/// Profit margin of a node whose bonding message names none: 20 %.
pub const DEFAULT_PROFIT_MARGIN: Decimal = Decimal::percent(20);
/// Operating cost of a node whose bonding message names none, in base units.
pub const DEFAULT_OPERATING_COST: u128 = 40_000_000;

/// Page sizes: what is given when nothing is asked for, and at most.
pub mod pages {
    /// Page size by default and at most.
    pub type PageSize = (u32, u32);

    /// Bonds.
    pub const BONDS: PageSize = (50, 100);
    /// Nodes with their stake.
    pub const DETAILED: PageSize = (50, 75);
    /// Nodes that have left.
    pub const UNBONDED: PageSize = (100, 200);
    /// Delegations.
    pub const DELEGATIONS: PageSize = (100, 500);
    /// Queued requests.
    pub const PENDING_EVENTS: PageSize = (50, 100);
    /// Releases of the node software.
    pub const VERSIONS: PageSize = (100, 200);
    /// Gateways and their numbers.
    pub const GATEWAYS: PageSize = (50, 100);
}
