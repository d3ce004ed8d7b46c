//! Dealers.

use super::limit_of;
use crate::constants::pages;
use crate::msg::{
    DealerDetailsResponse, DealerProgress, PagedCeremonyProgressResponse, PagedDealerAddressesResponse,
    PagedDealerIndexResponse, PagedDealerResponse, RegisteredDealerDetails,
};
use crate::state::{DEALER_INDEX, DEALINGS_METADATA, EPOCH_DEALERS, SHARE_PROPOSALS, STATE, load_epoch, vk_shares};
use crate::types::{DealerDetails, DealerRegistrationDetails, DealerType, DealingMetadata, EpochId};
use cosmwasm_std::{Addr, Order, StdResult, Storage};
use cw_storage_plus::Bound;

pub(super) fn registered(
    storage: &dyn Storage,
    dealer: &Addr,
    epoch_id: Option<EpochId>,
) -> StdResult<RegisteredDealerDetails> {
    let epoch_id = match epoch_id {
        Some(epoch_id) => epoch_id,
        None => load_epoch(storage)?.epoch_id,
    };
    Ok(RegisteredDealerDetails { details: EPOCH_DEALERS.may_load(storage, (epoch_id, dealer))? })
}

pub(super) fn details(storage: &dyn Storage, dealer: Addr) -> StdResult<DealerDetailsResponse> {
    let Some(assigned_index) = DEALER_INDEX.may_load(storage, &dealer)? else {
        return Ok(DealerDetailsResponse { details: None, dealer_type: DealerType::Unknown });
    };
    let epoch_id = load_epoch(storage)?.epoch_id;
    Ok(match EPOCH_DEALERS.may_load(storage, (epoch_id, &dealer))? {
        Some(registered) => DealerDetailsResponse {
            details: Some(described(dealer, registered, assigned_index)),
            dealer_type: DealerType::Current { assigned_index },
        },
        None => DealerDetailsResponse { details: None, dealer_type: DealerType::Past { assigned_index } },
    })
}

fn described(address: Addr, registered: DealerRegistrationDetails, assigned_index: u64) -> DealerDetails {
    DealerDetails {
        address,
        bte_public_key_with_proof: registered.bte_public_key_with_proof,
        ed25519_identity: registered.ed25519_identity,
        announce_address: registered.announce_address,
        assigned_index,
    }
}

/// Accounts and registrations of one page.
fn of_epoch(
    storage: &dyn Storage,
    epoch_id: EpochId,
    limit: usize,
    start_after: Option<&Addr>,
) -> StdResult<Vec<(Addr, DealerRegistrationDetails)>> {
    EPOCH_DEALERS
        .prefix(epoch_id)
        .range(storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(limit)
        .collect()
}

/// A place that was handed over leaves the former owner's name in earlier epochs; it has no number any more.
fn index_of(storage: &dyn Storage, dealer: &Addr) -> StdResult<u64> {
    Ok(DEALER_INDEX.may_load(storage, dealer)?.unwrap_or_default())
}

pub(super) fn addresses(
    storage: &dyn Storage,
    epoch_id: EpochId,
    limit: Option<u32>,
    start_after: Option<&Addr>,
) -> StdResult<PagedDealerAddressesResponse> {
    let page = of_epoch(storage, epoch_id, limit_of(limit, pages::ADDRESSES), start_after)?;
    let dealers: Vec<_> = page.into_iter().map(|(dealer, _)| dealer).collect();
    let start_next_after = dealers.last().cloned();
    Ok(PagedDealerAddressesResponse { dealers, start_next_after })
}

pub(super) fn page(
    storage: &dyn Storage,
    epoch_id: EpochId,
    limit: Option<u32>,
    start_after: Option<&Addr>,
) -> StdResult<PagedDealerResponse> {
    let per_page = limit_of(limit, pages::DEALERS);
    let dealers = of_epoch(storage, epoch_id, per_page, start_after)?
        .into_iter()
        .map(|(dealer, registered)| {
            let assigned_index = index_of(storage, &dealer)?;
            Ok(described(dealer, registered, assigned_index))
        })
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = dealers.last().map(|dealer| dealer.address.clone());
    Ok(PagedDealerResponse { dealers, per_page, start_next_after })
}

pub(super) fn indices(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<&Addr>,
) -> StdResult<PagedDealerIndexResponse> {
    let indices = DEALER_INDEX
        .range(storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(limit_of(limit, pages::INDICES))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = indices.last().map(|(dealer, _)| dealer.clone());
    Ok(PagedDealerIndexResponse { indices, start_next_after })
}

pub(super) fn progress(
    storage: &dyn Storage,
    epoch_id: EpochId,
    limit: Option<u32>,
    start_after: Option<&Addr>,
) -> StdResult<PagedCeremonyProgressResponse> {
    let key_size = STATE.load(storage)?.key_size;
    let dealers = of_epoch(storage, epoch_id, limit_of(limit, pages::DEALERS), start_after)?
        .into_iter()
        .map(|(dealer, registered)| {
            let mut complete_dealings = 0;
            for dealing_index in 0..key_size {
                let metadata = DEALINGS_METADATA.may_load(storage, (epoch_id, &dealer, dealing_index))?;
                complete_dealings += u32::from(metadata.as_ref().is_some_and(DealingMetadata::is_complete));
            }
            let share = vk_shares().may_load(storage, (&dealer, epoch_id))?;
            Ok(DealerProgress {
                node_index: index_of(storage, &dealer)?,
                announce_address: registered.announce_address,
                complete_dealings,
                key_share_submitted: share.is_some(),
                proposal_id: SHARE_PROPOSALS.may_load(storage, (epoch_id, &dealer))?,
                key_share_verified: share.is_some_and(|share| share.verified),
                dealer,
            })
        })
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = dealers.last().map(|progress| progress.dealer.clone());
    Ok(PagedCeremonyProgressResponse { dealers, start_next_after })
}
