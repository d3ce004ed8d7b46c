//! The check before a migration: same contract, not an older version.

use cosmwasm_std::{StdError, Storage};
use semver::Version;
use thiserror::Error;

/// Why a migration was refused.
#[derive(Debug, Error, PartialEq)]
pub enum MigrationError {
    /// The stored code is of another contract.
    #[error("the stored contract is '{stored}', not '{new}': migrate to code of the same contract")]
    OtherContract {
        /// Name in storage.
        stored: String,
        /// Name of the new code.
        new: String,
    },
    /// The stored code is newer.
    #[error("the stored version {stored} is newer than {new}: migrate to {stored} or later")]
    OlderVersion {
        /// Version in storage.
        stored: String,
        /// Version of the new code.
        new: String,
    },
    /// A version that is not semver.
    #[error("'{version}' is not a semantic version")]
    Semver {
        /// The text in question.
        version: String,
    },
    /// Storage could not be read or written.
    #[error(transparent)]
    Std(#[from] StdError),
}

/// Compares the stored cw2 information with the new code's and writes the new one.
/// Migrating to the same version is allowed (`docs/protocol/quorum-contracts.md` §1.5).
///
/// # Errors
/// When the stored name differs, the stored version is greater, a version is not semver, or no
/// cw2 information is stored.
pub fn check_and_bump_contract_version(
    storage: &mut dyn Storage,
    contract_name: &str,
    contract_version: &str,
) -> Result<(), MigrationError> {
    let stored = cw2::get_contract_version(storage)?;
    if stored.contract != contract_name {
        return Err(MigrationError::OtherContract { stored: stored.contract, new: contract_name.to_owned() });
    }
    if semantic(&stored.version)? > semantic(contract_version)? {
        return Err(MigrationError::OlderVersion { stored: stored.version, new: contract_version.to_owned() });
    }
    cw2::set_contract_version(storage, contract_name, contract_version)?;
    Ok(())
}

fn semantic(version: &str) -> Result<Version, MigrationError> {
    version.parse().map_err(|_| MigrationError::Semver { version: version.to_owned() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::testing::MockStorage;

    fn stored(name: &str, version: &str) -> MockStorage {
        let mut storage = MockStorage::new();
        cw2::set_contract_version(&mut storage, name, version).unwrap();
        storage
    }

    #[test]
    fn equal_and_older_versions_are_bumped() {
        for old in ["1.5.0", "1.5.1"] {
            let mut storage = stored("crate:nym-x", old);
            check_and_bump_contract_version(&mut storage, "crate:nym-x", "1.5.1").unwrap();
            assert_eq!(cw2::get_contract_version(&storage).unwrap().version, "1.5.1");
        }
    }

    #[test]
    fn newer_versions_other_names_and_nonsense_are_refused() {
        let refused = |name, version| {
            let mut storage = stored(name, version);
            let refusal = check_and_bump_contract_version(&mut storage, "crate:nym-x", "1.5.1");
            assert_eq!(cw2::get_contract_version(&storage).unwrap().version, version);
            refusal.unwrap_err()
        };
        assert!(matches!(refused("crate:nym-x", "1.5.2"), MigrationError::OlderVersion { .. }));
        assert!(matches!(refused("crate:nym-y", "1.5.0"), MigrationError::OtherContract { .. }));
        assert!(matches!(refused("crate:nym-x", "one"), MigrationError::Semver { .. }));
        let mut empty = MockStorage::new();
        assert!(check_and_bump_contract_version(&mut empty, "crate:nym-x", "1.5.1").is_err());
    }
}
