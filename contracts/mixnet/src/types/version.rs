//! Releases of the node software.

use super::BlockHeight;
use cosmwasm_schema::cw_serde;

/// How far a release is from the first one, component by component
/// (`docs/protocol/mixnet-contract.md` §11.2).
#[cw_serde]
#[derive(Copy, Default, Eq)]
pub struct TotalVersionDifference {
    /// Major releases since.
    pub major: u32,
    /// Minor releases since.
    pub minor: u32,
    /// Patches since.
    pub patch: u32,
    /// Changes of the prerelease tag since.
    pub prerelease: u32,
}

/// A release that was once current.
#[cw_serde]
pub struct HistoricalNymNodeVersion {
    /// Its version, as it was announced.
    pub semver: String,
    /// Block in which it became current.
    pub introduced_at_height: BlockHeight,
    /// How far it is from the first release.
    pub difference_since_genesis: TotalVersionDifference,
}

/// A release that was once current, and its place in the history.
#[cw_serde]
pub struct HistoricalNymNodeVersionEntry {
    /// Place in the history, from 0.
    pub id: u32,
    /// The release.
    pub version_information: HistoricalNymNodeVersion,
}
