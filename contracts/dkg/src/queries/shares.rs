//! Verification keys.

use super::limit_of;
use crate::constants::pages;
use crate::msg::{PagedKeySharesResponse, PagedVKSharesResponse, VkShareResponse};
use crate::state::{SHARE_PROPOSALS, load_epoch, vk_shares};
use crate::types::{ContractVKShare, EpochId, KeyShare};
use cosmwasm_std::{Addr, Order, StdResult, Storage};
use cw_storage_plus::Bound;

pub(super) fn of_owner(storage: &dyn Storage, epoch_id: EpochId, owner: Addr) -> StdResult<VkShareResponse> {
    let share = vk_shares().may_load(storage, (&owner, epoch_id))?;
    Ok(VkShareResponse { owner, epoch_id, share })
}

/// All while the epoch's ceremony runs, since signers have to judge them. Afterwards only those that were accepted:
/// readers refuse the whole list for the sake of one that was not.
pub(super) fn page(
    storage: &dyn Storage,
    epoch_id: EpochId,
    limit: Option<u32>,
    start_after: Option<&Addr>,
) -> StdResult<PagedVKSharesResponse> {
    let epoch = load_epoch(storage)?;
    let all = epoch.epoch_id == epoch_id && epoch.state.resharing().is_some();
    let per_page = limit_of(limit, pages::SHARES);
    let shares = of_epoch(storage, epoch_id, per_page, start_after, |share| all || share.verified)?;
    let start_next_after = shares.last().map(|share| share.owner.clone());
    Ok(PagedVKSharesResponse { shares, per_page, start_next_after })
}

pub(super) fn page_with_proposals(
    storage: &dyn Storage,
    epoch_id: EpochId,
    limit: Option<u32>,
    start_after: Option<&Addr>,
) -> StdResult<PagedKeySharesResponse> {
    let shares = of_epoch(storage, epoch_id, limit_of(limit, pages::SHARES), start_after, |_| true)?
        .into_iter()
        .map(|share| {
            let proposal_id = SHARE_PROPOSALS.may_load(storage, (epoch_id, &share.owner))?;
            Ok(KeyShare { share, proposal_id })
        })
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = shares.last().map(|share| share.share.owner.clone());
    Ok(PagedKeySharesResponse { shares, start_next_after })
}

fn of_epoch(
    storage: &dyn Storage,
    epoch_id: EpochId,
    limit: usize,
    start_after: Option<&Addr>,
    is_shown: impl Fn(&ContractVKShare) -> bool,
) -> StdResult<Vec<ContractVKShare>> {
    let shares = vk_shares();
    shares
        .idx
        .epoch_id
        .prefix(epoch_id)
        .range(storage, start_after.map(|owner| Bound::exclusive((owner, epoch_id))), None, Order::Ascending)
        .map(|entry| entry.map(|(_, share)| share))
        .filter(|share| share.as_ref().map_or(true, &is_shown))
        .take(limit)
        .collect()
}
