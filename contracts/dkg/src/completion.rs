//! Whether all who can act in a state have acted, so that nobody has to wait for its deadline, and whether those who
//! have are enough to go on.

use crate::constants::MAX_MEMBERS;
use crate::error::ContractError;
use crate::state::{
    COMPLETE_DEALINGS, EPOCH_DEALERS, GENERATIONS, KEYS_IN_SERVICE, RULES, SHARE_PROPOSALS, STATE, THRESHOLD, vk_shares,
};
use crate::types::{CeremonyFailure, Epoch, EpochId, EpochState, ProposalId};
use cosmwasm_std::{Addr, Deps, Order, StdResult, Storage};
use cw3::Status;
use nym_contracts_common::quorum::proposal_status;

/// Members asked for at a time: as many as the group gives.
const MEMBERS_PER_PAGE: u32 = 30;

/// Whether all have acted.
pub(crate) fn is_complete(deps: Deps, epoch: &Epoch) -> Result<bool, ContractError> {
    let progress = &epoch.state_progress;
    Ok(match epoch.state {
        EpochState::WaitingInitialisation | EpochState::InProgress => false,
        EpochState::PublicKeySubmission { .. } => have_all_members_registered(deps, epoch)?,
        EpochState::DealingExchange { resharing } => {
            let dealers = if resharing { progress.registered_resharing_dealers } else { progress.registered_dealers };
            let expected = u64::from(STATE.load(deps.storage)?.key_size) * u64::from(dealers);
            expected > 0 && u64::from(progress.submitted_dealings) == expected
        }
        EpochState::VerificationKeySubmission { .. } => {
            progress.registered_dealers > 0 && progress.submitted_key_shares == progress.registered_dealers
        }
        EpochState::VerificationKeyValidation { .. } => is_every_share_decided(deps, epoch)?,
        EpochState::VerificationKeyFinalization { .. } => {
            progress.verified_keys == progress.submitted_key_shares || is_every_decision_carried_out(deps, epoch)?
        }
    })
}

/// Why the ceremony cannot go on from its state, if it cannot.
pub(crate) fn obstacle(deps: Deps, epoch: &Epoch) -> Result<Option<CeremonyFailure>, ContractError> {
    let (storage, progress) = (deps.storage, &epoch.state_progress);
    Ok(match epoch.state {
        EpochState::WaitingInitialisation | EpochState::InProgress | EpochState::VerificationKeyValidation { .. } => {
            None
        }
        EpochState::PublicKeySubmission { resharing } => {
            let (registered, needed) = (progress.registered_dealers, needed_dealers(deps, &voting_members(deps)?)?);
            if registered < needed {
                return Ok(Some(CeremonyFailure::TooFewDealers { registered, needed }));
            }
            let holders = progress.registered_resharing_dealers;
            old_threshold(storage, resharing)?
                .filter(|&needed| holders < needed)
                .map(|needed| CeremonyFailure::TooFewResharingDealers { registered: holders, needed })
        }
        EpochState::DealingExchange { resharing } => {
            let needed = match old_threshold(storage, resharing)? {
                Some(needed) => needed,
                None => threshold(storage)?,
            };
            rarest_dealing(storage, epoch.epoch_id)?
                .filter(|&(_, submitted)| submitted < needed)
                .map(|(dealing_index, submitted)| CeremonyFailure::TooFewDealings { dealing_index, submitted, needed })
        }
        EpochState::VerificationKeySubmission { .. } => {
            let (submitted, needed) = (progress.submitted_key_shares, threshold(storage)?);
            (submitted < needed).then_some(CeremonyFailure::TooFewKeyShares { submitted, needed })
        }
        EpochState::VerificationKeyFinalization { .. } => {
            let (verified, needed) = (progress.verified_keys, threshold(storage)?);
            (verified < needed).then_some(CeremonyFailure::TooFewVerifiedKeys { verified, needed })
        }
    })
}

/// Shares that sign together: two thirds of the dealers, rounded up.
pub(crate) fn threshold_of(dealers: u32) -> u64 {
    (2 * u64::from(dealers)).div_ceil(3)
}

/// The members that can vote.
struct VotingMembers {
    accounts: Vec<Addr>,
    /// Whether the whole group was looked at.
    are_all: bool,
}

/// Two thirds of the voting members, and the minimum of the rules.
fn needed_dealers(deps: Deps, members: &VotingMembers) -> Result<u32, ContractError> {
    let share = (2 * members.accounts.len()).div_ceil(3);
    let share = u32::try_from(share).expect("a few hundred members were looked at");
    Ok(share.max(RULES.load(deps.storage)?.minimum_dealers))
}

fn have_all_members_registered(deps: Deps, epoch: &Epoch) -> Result<bool, ContractError> {
    let members = voting_members(deps)?;
    let is_registered = |member| EPOCH_DEALERS.has(deps.storage, (epoch.epoch_id, member));
    Ok(members.are_all
        && epoch.state_progress.registered_dealers >= needed_dealers(deps, &members)?
        && members.accounts.iter().all(is_registered))
}

/// Looks at the first [`MAX_MEMBERS`] members of the group.
fn voting_members(deps: Deps) -> StdResult<VotingMembers> {
    let group = STATE.load(deps.storage)?.group_addr;
    let (mut accounts, mut looked_at, mut start_after) = (Vec::new(), 0, None);
    while looked_at < MAX_MEMBERS {
        let page = group.list_members(&deps.querier, start_after, Some(MEMBERS_PER_PAGE))?;
        start_after = page.last().map(|last| last.addr.clone());
        if start_after.is_none() {
            return Ok(VotingMembers { accounts, are_all: true });
        }
        looked_at += page.len();
        let voting = page.into_iter().filter(|member| member.weight > 0);
        // The group has validated its members' addresses.
        accounts.extend(voting.map(|member| Addr::unchecked(member.addr)));
    }
    Ok(VotingMembers { accounts, are_all: false })
}

/// The threshold of the keys that are shared anew: as many holders of them are needed. `None` for fresh keys.
fn old_threshold(storage: &dyn Storage, resharing: bool) -> Result<Option<u32>, ContractError> {
    if !resharing {
        return Ok(None);
    }
    let epoch_id = KEYS_IN_SERVICE.may_load(storage)?.ok_or(ContractError::NothingToReshare)?;
    Ok(Some(count(GENERATIONS.load(storage, epoch_id)?.threshold)))
}

fn threshold(storage: &dyn Storage) -> StdResult<u32> {
    Ok(count(THRESHOLD.load(storage)?))
}

/// Thresholds are counts of dealers, which are counted with 32 bits.
fn count(threshold: u64) -> u32 {
    u32::try_from(threshold).unwrap_or(u32::MAX)
}

/// The dealing that fewest dealers completed, and how many did.
fn rarest_dealing(storage: &dyn Storage, epoch_id: EpochId) -> StdResult<Option<(u32, u32)>> {
    let mut rarest = None;
    for dealing_index in 0..STATE.load(storage)?.key_size {
        let complete = COMPLETE_DEALINGS.may_load(storage, (epoch_id, dealing_index))?.unwrap_or_default();
        if rarest.is_none_or(|(_, fewest)| complete < fewest) {
            rarest = Some((dealing_index, complete));
        }
    }
    Ok(rarest)
}

/// Whether nothing is left to vote on.
fn is_every_share_decided(deps: Deps, epoch: &Epoch) -> Result<bool, ContractError> {
    for status in proposals_of(deps, epoch)? {
        if matches!(status?.1, Status::Open | Status::Pending) {
            return Ok(false);
        }
    }
    Ok(are_all_proposals_known(deps.storage, epoch)?)
}

/// Whether every key was accepted or is never going to be.
fn is_every_decision_carried_out(deps: Deps, epoch: &Epoch) -> Result<bool, ContractError> {
    for status in proposals_of(deps, epoch)? {
        let (owner, status) = status?;
        let verified = vk_shares().load(deps.storage, (&owner, epoch.epoch_id))?.verified;
        if !verified && status != Status::Rejected {
            return Ok(false);
        }
    }
    Ok(are_all_proposals_known(deps.storage, epoch)?)
}

/// Shares that code before this one had stored have no recorded proposal.
fn are_all_proposals_known(storage: &dyn Storage, epoch: &Epoch) -> StdResult<bool> {
    let known = SHARE_PROPOSALS.prefix(epoch.epoch_id).keys(storage, None, None, Order::Ascending).count();
    Ok(u32::try_from(known).is_ok_and(|known| known == epoch.state_progress.submitted_key_shares))
}

/// Owners of the epoch's shares with the status of their proposals.
fn proposals_of<'a>(
    deps: Deps<'a>,
    epoch: &Epoch,
) -> Result<impl Iterator<Item = StdResult<(Addr, Status)>> + use<'a>, ContractError> {
    let multisig = STATE.load(deps.storage)?.multisig_addr;
    let proposals: Vec<(Addr, ProposalId)> = SHARE_PROPOSALS
        .prefix(epoch.epoch_id)
        .range(deps.storage, None, None, Order::Ascending)
        .collect::<StdResult<_>>()?;
    Ok(proposals
        .into_iter()
        .map(move |(owner, proposal_id)| Ok((owner, proposal_status(deps.querier, &multisig, proposal_id)?))))
}
