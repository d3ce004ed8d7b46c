//! Where a contract's bytes came from.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{StdResult, Storage};
use cw_storage_plus::Item;

/// What stands in a field whose value the build did not know.
pub const UNKNOWN: &str = "UNKNOWN";

/// The build information that the last instantiation or migration left in storage
/// (`docs/protocol/quorum-contracts.md` §1.5).
pub const BUILD_INFORMATION: Item<ContractBuildInformation> = Item::new("contract_build_info");

/// Where a contract's bytes came from: package, commit and compiler
/// (`docs/protocol/mixnet-contract.md` §2.3).
///
/// The commit is the last one that touched the contracts and arrives through environment variables
/// of the build, so that equal source gives equal bytes whatever else is in the checkout.
#[cw_serde]
pub struct ContractBuildInformation {
    /// Package name, for instance `nym-mixnet-contract`.
    #[serde(default = "unknown")]
    pub contract_name: String,
    /// RFC 3339. The time of the commit, not of the compilation: the same source must give the
    /// same bytes. Without a known commit it is the start of 1970, which readers can still parse.
    pub build_timestamp: String,
    /// Package version.
    pub build_version: String,
    /// Full hash of the last commit that touched the contracts.
    pub commit_sha: String,
    /// RFC 3339 time of that commit.
    pub commit_timestamp: String,
    /// Branch that was built.
    pub commit_branch: String,
    /// Version of the compiler, for instance `1.95.0`.
    pub rustc_version: String,
    /// Whether debug information was on: `true` or `false`.
    #[serde(default = "unknown")]
    pub cargo_debug: String,
    /// Optimisation level: `0`–`3`, `s` or `z`.
    #[serde(default = "unknown")]
    pub cargo_opt_level: String,
}

impl ContractBuildInformation {
    /// Describes the running code of the package `contract_name` in version `build_version`;
    /// contracts pass `env!("CARGO_PKG_NAME")` and `env!("CARGO_PKG_VERSION")`.
    #[must_use]
    pub fn of(contract_name: &str, build_version: &str) -> Self {
        let commit_timestamp = given(option_env!("NYM_CONTRACTS_COMMIT_TIMESTAMP"));
        ContractBuildInformation {
            contract_name: contract_name.to_owned(),
            build_timestamp: commit_timestamp.unwrap_or("1970-01-01T00:00:00Z").to_owned(),
            build_version: build_version.to_owned(),
            commit_sha: known(option_env!("NYM_CONTRACTS_COMMIT_SHA")),
            commit_timestamp: known(commit_timestamp),
            commit_branch: known(option_env!("NYM_CONTRACTS_COMMIT_BRANCH")),
            rustc_version: env!("NYM_CONTRACTS_RUSTC_VERSION").to_owned(),
            cargo_debug: env!("NYM_CONTRACTS_CARGO_DEBUG").to_owned(),
            cargo_opt_level: env!("NYM_CONTRACTS_CARGO_OPT_LEVEL").to_owned(),
        }
    }
}

/// Writes the build information of the running code to storage.
///
/// # Errors
/// When the value cannot be serialised.
pub fn store_build_information(storage: &mut dyn Storage, contract_name: &str, build_version: &str) -> StdResult<()> {
    BUILD_INFORMATION.save(storage, &ContractBuildInformation::of(contract_name, build_version))
}

/// An empty variable says as little as a missing one.
fn given(variable: Option<&'static str>) -> Option<&'static str> {
    variable.filter(|value| !value.is_empty() && *value != UNKNOWN)
}

fn known(variable: Option<&'static str>) -> String {
    given(variable).unwrap_or(UNKNOWN).to_owned()
}

/// The lower-case form that older clients give to fields which early contracts did not have.
fn unknown() -> String {
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::from_json;
    use cosmwasm_std::testing::MockStorage;

    #[test]
    fn stored_information_is_found_under_its_raw_key() {
        let mut storage = MockStorage::new();
        store_build_information(&mut storage, "nym-some-contract", "1.2.3").unwrap();
        let raw = storage.get(b"contract_build_info").unwrap();
        let read: ContractBuildInformation = from_json(raw).unwrap();
        assert_eq!(read.contract_name, "nym-some-contract");
        assert_eq!(read.build_version, "1.2.3");
        assert_eq!(read.build_timestamp.as_bytes().last(), Some(&b'Z'));
        assert!(!read.rustc_version.is_empty());
    }

    #[test]
    fn fields_that_early_contracts_lack_become_unknown() {
        let early = br#"{"build_timestamp":"2022-01-01T00:00:00Z","build_version":"1.0.0",
            "commit_sha":"ab","commit_timestamp":"2022-01-01T00:00:00Z","commit_branch":"main",
            "rustc_version":"1.60.0"}"#;
        let read: ContractBuildInformation = from_json(early).unwrap();
        assert_eq!([read.contract_name, read.cargo_debug, read.cargo_opt_level], ["unknown", "unknown", "unknown"]);
    }
}
