//! Releases of the node software: the history that the admin writes, and how far behind a node is
//! (`docs/protocol/mixnet-contract.md` §11.2, §11.3).

use crate::error::ContractError;
use crate::events::{self, attributes};
use crate::state::{ADMIN, LAST_VERSION, VERSIONS};
use crate::types::{
    HistoricalNymNodeVersion, HistoricalNymNodeVersionEntry, OutdatedVersionWeights, TotalVersionDifference,
};
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage};
use semver::Version;

/// Begins the history with the release that is current.
pub(crate) fn initialise(storage: &mut dyn Storage, env: &Env, current: String) -> Result<(), ContractError> {
    parse(&current)?;
    let genesis = HistoricalNymNodeVersion {
        semver: current,
        introduced_at_height: env.block.height,
        difference_since_genesis: TotalVersionDifference::default(),
    };
    append(storage, 0, &genesis)?;
    Ok(())
}

/// Announces a release.
#[inline(never)]
pub(crate) fn update_current_nym_node_semver(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    semver: String,
) -> Result<Response, ContractError> {
    ADMIN.assert_admin(deps.as_ref(), &info.sender)?;
    let new = parse(&semver)?;
    let head = current(deps.storage)?;
    let old = parse(&head.version_information.semver)?;
    if new <= old {
        let current = head.version_information.semver;
        return Err(ContractError::NonIncreasingSemver { provided: semver, current });
    }
    let id = head.id.saturating_add(1);
    let release = HistoricalNymNodeVersion {
        semver,
        introduced_at_height: env.block.height,
        difference_since_genesis: head.version_information.difference_since_genesis.extended(&old, &new),
    };
    append(deps.storage, id, &release)?;
    Ok(Response::new().add_event(
        Event::new(events::NYM_NODE_SEMVER_UPDATE)
            .add_attribute(attributes::NEW_CURRENT_SEMVER, release.semver)
            .add_attribute(attributes::NEW_CURRENT_SEMVER_ID, id.to_string()),
    ))
}

/// The current release.
pub(crate) fn current(storage: &dyn Storage) -> StdResult<HistoricalNymNodeVersionEntry> {
    let id = LAST_VERSION.load(storage)?;
    let version_information = VERSIONS.load(storage, id)?;
    Ok(HistoricalNymNodeVersionEntry { id, version_information })
}

fn append(storage: &mut dyn Storage, id: u32, release: &HistoricalNymNodeVersion) -> StdResult<()> {
    VERSIONS.save(storage, id, release)?;
    LAST_VERSION.save(storage, &id)
}

fn parse(semver: &str) -> Result<Version, ContractError> {
    semver.parse().map_err(|_| ContractError::InvalidNymNodeSemver { provided: semver.to_owned() })
}

impl TotalVersionDifference {
    /// The difference after the step from `old` to the later `new`: the most significant component
    /// that differs counts, the others do not.
    fn extended(mut self, old: &Version, new: &Version) -> Self {
        if new.major > old.major {
            self.major = self.major.saturating_add(steps(new.major, old.major));
        } else if new.minor > old.minor {
            self.minor = self.minor.saturating_add(steps(new.minor, old.minor));
        } else if new.patch > old.patch {
            self.patch = self.patch.saturating_add(steps(new.patch, old.patch));
        } else if new.pre != old.pre {
            self.prerelease = self.prerelease.saturating_add(1);
        }
        self
    }

    /// The distance between two versions in either direction. Here a patch does not hide a change
    /// of the prerelease tag.
    fn between(a: &Version, b: &Version) -> Self {
        let mut distance = Self::default();
        if a.major != b.major {
            distance.major = steps(a.major, b.major);
        } else if a.minor != b.minor {
            distance.minor = steps(a.minor, b.minor);
        } else {
            distance.patch = steps(a.patch, b.patch);
            distance.prerelease = u32::from(a.pre != b.pre);
        }
        distance
    }

    fn saturating_sub(self, other: Self) -> Self {
        TotalVersionDifference {
            major: self.major.saturating_sub(other.major),
            minor: self.minor.saturating_sub(other.minor),
            patch: self.patch.saturating_sub(other.patch),
            prerelease: self.prerelease.saturating_sub(other.prerelease),
        }
    }

    fn saturating_add(self, other: Self) -> Self {
        TotalVersionDifference {
            major: self.major.saturating_add(other.major),
            minor: self.minor.saturating_add(other.minor),
            patch: self.patch.saturating_add(other.patch),
            prerelease: self.prerelease.saturating_add(other.prerelease),
        }
    }
}

/// Components of versions can have 64 bits; a distance of more than 32 is as far as it gets.
fn steps(a: u64, b: u64) -> u32 {
    u32::try_from(a.abs_diff(b)).unwrap_or(u32::MAX)
}

impl OutdatedVersionWeights {
    /// How far a node with software of version `node` is behind the history of releases (oldest
    /// first, as [`crate::msg::QueryMsg::GetNymNodeVersionHistory`] gives it): 0 for the current
    /// one and for one step beyond it. `None` when a release is not a semantic version.
    ///
    /// ```
    /// use nym_mixnet_contract::types::{HistoricalNymNodeVersion, OutdatedVersionWeights};
    ///
    /// let history = [HistoricalNymNodeVersion {
    ///     semver: "1.1.13".into(),
    ///     introduced_at_height: 1,
    ///     difference_since_genesis: Default::default(),
    /// }];
    /// let weights = OutdatedVersionWeights::default();
    /// assert_eq!(weights.versions_behind(&history, &"1.0.4".parse()?), Some(10));
    /// # Ok::<(), semver::Error>(())
    /// ```
    #[must_use]
    pub fn versions_behind(&self, history: &[HistoricalNymNodeVersion], node: &Version) -> Option<u32> {
        let releases = history
            .iter()
            .map(|release| Some((release.semver.parse().ok()?, release.difference_since_genesis)))
            .collect::<Option<Vec<(Version, TotalVersionDifference)>>>()?;
        let (Some((first, _)), Some((latest, latest_difference))) = (releases.first(), releases.last()) else {
            return Some(0);
        };
        if node > latest {
            return Some(if is_one_step(node, latest) { 0 } else { self.major });
        }
        let difference = match releases.iter().rev().find(|(release, _)| release <= node) {
            Some((release, difference)) if release == node => latest_difference.saturating_sub(*difference),
            Some((release, difference)) => latest_difference.saturating_sub(difference.extended(release, node)),
            None => latest_difference.saturating_add(TotalVersionDifference::between(node, first)),
        };
        Some(self.weigh(difference))
    }

    fn weigh(&self, difference: TotalVersionDifference) -> u32 {
        [
            (difference.major, self.major),
            (difference.minor, self.minor),
            (difference.patch, self.patch),
            (difference.prerelease, self.prerelease),
        ]
        .into_iter()
        .fold(0, |sum: u32, (count, weight)| sum.saturating_add(count.saturating_mul(weight)))
    }
}

/// Whether a version beyond the current release could be the next one.
fn is_one_step(node: &Version, latest: &Version) -> bool {
    if node.pre != latest.pre {
        return true;
    }
    if node.major != latest.major {
        return node.major.abs_diff(latest.major) == 1;
    }
    if node.minor != latest.minor {
        return node.minor.abs_diff(latest.minor) == 1;
    }
    node.patch.abs_diff(latest.patch) == 1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn history(releases: &[&str]) -> Vec<HistoricalNymNodeVersion> {
        let mut history: Vec<HistoricalNymNodeVersion> = Vec::new();
        for semver in releases {
            let difference_since_genesis = history.last().map_or_else(Default::default, |last| {
                let (old, new) = (parse(&last.semver).unwrap(), parse(semver).unwrap());
                last.difference_since_genesis.extended(&old, &new)
            });
            history.push(HistoricalNymNodeVersion {
                semver: (*semver).to_owned(),
                introduced_at_height: 1,
                difference_since_genesis,
            });
        }
        history
    }

    fn assert_factors(releases: &[&str], factors: &[(&str, u32)]) {
        let history = history(releases);
        let weights = OutdatedVersionWeights::default();
        for (node, factor) in factors {
            let behind = weights.versions_behind(&history, &node.parse().unwrap());
            assert_eq!(behind, Some(*factor), "{node} in {releases:?}");
        }
    }

    /// docs/protocol/mixnet-contract.md §11.3
    #[test]
    fn the_reference_factors() {
        assert_factors(&[], &[("1.1.13", 0)]);
        assert_factors(
            &["1.1.13"],
            &[
                ("1.1.13", 0),
                ("1.1.12", 1),
                ("1.1.12-rc", 2),
                ("1.0.4", 10),
                ("0.1.12", 100),
                ("1.1.14", 0),
                ("1.2.0", 0),
                ("2.0.0", 0),
                ("1.1.15", 100),
                ("1.3.0", 100),
                ("3.0.0", 100),
            ],
        );
        assert_factors(
            &["1.1.13", "1.1.14", "1.1.15", "1.1.16"],
            &[("1.1.13", 3), ("1.1.9", 7), ("1.0.1", 13), ("0.1.12", 103)],
        );
        assert_factors(
            &["1.1.13", "1.2.0", "1.2.1", "1.3.0", "1.3.1-importantpre", "1.3.1", "1.3.2", "1.4.0"],
            &[
                ("1.1.13", 34),
                ("1.2.1", 23),
                ("1.2.3", 21),
                ("1.3.1-importantpre", 12),
                ("1.3.1", 11),
                ("1.3.69", 10),
                ("1.1.9", 38),
                ("0.1.12", 134),
            ],
        );
        let chain = ["1.1.13", "1.2.0", "1.2.1", "1.4.0", "1.5.0"];
        assert_factors(&chain[..4], &[("1.3.0", 10), ("1.2.1", 20), ("1.2.0", 21)]);
        assert_factors(&chain, &[("1.3.0", 20), ("1.2.0", 31)]);
    }

    #[test]
    fn a_history_that_is_no_history_has_no_factor() {
        let mut broken = history(&["1.0.0"]);
        broken[0].semver = "one".to_owned();
        let weights = OutdatedVersionWeights::default();
        assert_eq!(weights.versions_behind(&broken, &"1.0.0".parse().unwrap()), None);
    }
}
