//! Dealings.

use crate::dealings::chunk;
use crate::msg::{
    DealerDealingsStatusResponse, DealingChunkResponse, DealingChunkStatusResponse, DealingMetadataResponse,
    DealingResponse, DealingStatusResponse,
};
use crate::state::{DEALINGS_METADATA, STATE};
use crate::types::{ChunkIndex, DealingIndex, DealingMetadata, DealingStatus, EpochId};
use cosmwasm_std::{Addr, Binary, StdResult, Storage};
use std::collections::BTreeMap;

pub(super) fn metadata(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: Addr,
    dealing_index: DealingIndex,
) -> StdResult<DealingMetadataResponse> {
    let metadata = DEALINGS_METADATA.may_load(storage, (epoch_id, &dealer, dealing_index))?;
    Ok(DealingMetadataResponse { epoch_id, dealer, dealing_index, metadata })
}

fn status_of(metadata: Option<DealingMetadata>) -> DealingStatus {
    metadata.map_or_else(DealingStatus::default, |metadata| DealingStatus {
        has_metadata: true,
        fully_submitted: metadata.is_complete(),
        chunk_submission_status: metadata
            .submitted_chunks
            .into_iter()
            .map(|(index, chunk)| (index, chunk.status))
            .collect(),
    })
}

pub(super) fn all_status(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: Addr,
) -> StdResult<DealerDealingsStatusResponse> {
    let mut dealing_submission_status = BTreeMap::new();
    for dealing_index in 0..STATE.load(storage)?.key_size {
        let metadata = DEALINGS_METADATA.may_load(storage, (epoch_id, &dealer, dealing_index))?;
        dealing_submission_status.insert(dealing_index, status_of(metadata));
    }
    Ok(DealerDealingsStatusResponse {
        epoch_id,
        dealer,
        all_dealings_fully_submitted: dealing_submission_status.values().all(|status| status.fully_submitted),
        dealing_submission_status,
    })
}

pub(super) fn status(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: Addr,
    dealing_index: DealingIndex,
) -> StdResult<DealingStatusResponse> {
    let status = status_of(DEALINGS_METADATA.may_load(storage, (epoch_id, &dealer, dealing_index))?);
    Ok(DealingStatusResponse { epoch_id, dealer, dealing_index, status })
}

pub(super) fn chunk_status(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: Addr,
    dealing_index: DealingIndex,
    chunk_index: ChunkIndex,
) -> StdResult<DealingChunkStatusResponse> {
    let metadata = DEALINGS_METADATA.may_load(storage, (epoch_id, &dealer, dealing_index))?;
    let announced = metadata.and_then(|metadata| metadata.submitted_chunks.get(&chunk_index).copied());
    let status = announced.map(|chunk| chunk.status).unwrap_or_default();
    Ok(DealingChunkStatusResponse { epoch_id, dealer, dealing_index, chunk_index, status })
}

pub(super) fn chunk_bytes(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: Addr,
    dealing_index: DealingIndex,
    chunk_index: ChunkIndex,
) -> DealingChunkResponse {
    let chunk = chunk(storage, epoch_id, &dealer, dealing_index, chunk_index).map(Into::into);
    DealingChunkResponse { epoch_id, dealer, dealing_index, chunk_index, chunk }
}

pub(super) fn whole(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: Addr,
    dealing_index: DealingIndex,
) -> StdResult<DealingResponse> {
    let metadata = DEALINGS_METADATA.may_load(storage, (epoch_id, &dealer, dealing_index))?;
    let dealing = metadata.filter(DealingMetadata::is_complete).and_then(|metadata| {
        let mut bytes = Vec::new();
        for chunk_index in metadata.submitted_chunks.keys() {
            // A dealing whose chunks are being deleted is as good as gone.
            bytes.extend(chunk(storage, epoch_id, &dealer, dealing_index, *chunk_index)?);
        }
        Some(Binary::from(bytes))
    });
    Ok(DealingResponse { epoch_id, dealer, dealing_index, dealing })
}
