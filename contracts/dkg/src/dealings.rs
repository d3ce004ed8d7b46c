//! Dealings, chunk by chunk (`docs/protocol/quorum-contracts.md` §4.5).

use crate::constants::{MAX_CHUNK_SIZE, MAX_CHUNKS, MAX_DEALING_SIZE, PRUNE_LIMIT, PRUNED_PER_CHUNK};
use crate::dealers::{ensure_dealer, ensure_state, holds_key_in_service};
use crate::error::ContractError;
use crate::state::{COMPLETE_DEALINGS, DEALINGS, DEALINGS_METADATA, KEYS_IN_SERVICE, STATE, load_epoch, save_epoch};
use crate::types::{
    ChunkIndex, ChunkSubmissionStatus, DealingChunkInfo, DealingIndex, DealingMetadata, EpochId, EpochState,
    PartialContractDealing, SubmittedChunk,
};
use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Order, Response, StdResult, Storage};
use cw_storage_plus::Bound;
use nym_contracts_common::page_limit;

/// Announces a dealing.
#[inline(never)]
pub(crate) fn commit_metadata(
    deps: DepsMut,
    info: &MessageInfo,
    dealing_index: DealingIndex,
    chunks: &[DealingChunkInfo],
    resharing: bool,
) -> Result<Response, ContractError> {
    let (epoch, dealer) = (load_epoch(deps.storage)?, &info.sender);
    ensure_state(&epoch, EpochState::DealingExchange { resharing })?;
    ensure_dealer(deps.storage, epoch.epoch_id, dealer)?;
    if resharing && let Err(epoch_id) = holds_key_in_service(deps.storage, dealer)? {
        return Err(ContractError::NotAHolder { dealer: dealer.clone(), epoch_id });
    }
    let key = (epoch.epoch_id, dealer, dealing_index);
    if DEALINGS_METADATA.has(deps.storage, key) {
        return Err(ContractError::MetadataExists { dealing_index });
    }
    let key_size = STATE.load(deps.storage)?.key_size;
    if dealing_index >= key_size {
        return Err(ContractError::DealingOutOfRange { dealing_index, key_size });
    }
    ensure_possible(dealing_index, chunks)?;

    let status = ChunkSubmissionStatus::default();
    let submitted_chunks = (0..).zip(chunks.iter().map(|&info| SubmittedChunk { info, status })).collect();
    DEALINGS_METADATA.save(deps.storage, key, &DealingMetadata { dealing_index, submitted_chunks })?;
    Ok(Response::new())
}

fn ensure_possible(dealing_index: DealingIndex, chunks: &[DealingChunkInfo]) -> Result<(), ContractError> {
    let Some(first) = chunks.first().filter(|_| chunks.iter().all(|chunk| chunk.size > 0)) else {
        return Err(ContractError::EmptyMetadata { dealing_index });
    };
    if chunks.len() > MAX_CHUNKS {
        return Err(ContractError::TooFragmented { dealing_index, chunks: chunks.len(), maximum: MAX_CHUNKS });
    }
    let all_but_last = &chunks[..chunks.len() - 1];
    if let Some(chunk) = all_but_last.iter().position(|chunk| chunk.size != first.size) {
        return Err(ContractError::UnevenChunks { dealing_index, chunk });
    }
    if let Some(chunk) = chunks.iter().find(|chunk| chunk.size > MAX_CHUNK_SIZE) {
        return Err(ContractError::ChunkTooLarge { dealing_index, size: chunk.size, maximum: MAX_CHUNK_SIZE });
    }
    let size = chunks.iter().map(|chunk| chunk.size).sum();
    if size > MAX_DEALING_SIZE {
        return Err(ContractError::DealingTooLarge { dealing_index, size, maximum: MAX_DEALING_SIZE });
    }
    Ok(())
}

/// Takes a chunk.
#[inline(never)]
pub(crate) fn commit_chunk(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    chunk: &PartialContractDealing,
) -> Result<Response, ContractError> {
    let (mut epoch, dealer) = (load_epoch(deps.storage)?, &info.sender);
    let epoch_id = epoch.epoch_id;
    // Dealings that arrive after others have read them would make signers see different sets.
    if !matches!(epoch.state, EpochState::DealingExchange { .. }) {
        let expected = EpochState::DealingExchange { resharing: false }.to_string();
        return Err(ContractError::WrongState { current: epoch.state, expected });
    }
    let &PartialContractDealing { dealing_index, chunk_index, ref data } = chunk;
    let key = (epoch_id, dealer, dealing_index);
    let Some(mut metadata) = DEALINGS_METADATA.may_load(deps.storage, key)? else {
        return Err(ContractError::NoMetadata { dealer: dealer.clone(), epoch_id, dealing_index });
    };
    let Some(announced) = metadata.submitted_chunks.get_mut(&chunk_index) else {
        return Err(ContractError::ChunkNotDeclared { dealing_index, chunk_index });
    };
    if let Some(height) = announced.status.submission_height {
        return Err(ContractError::ChunkAlreadyCommitted { dealing_index, chunk_index, height });
    }
    let (announced_size, length) = (announced.info.size, data.as_slice().len());
    if u64::try_from(length).ok() != Some(announced_size) {
        return Err(ContractError::ChunkLength { dealing_index, chunk_index, announced: announced_size, length });
    }

    announced.status.submission_height = Some(env.block.height);
    DEALINGS_METADATA.save(deps.storage, key, &metadata)?;
    deps.storage.set(&DEALINGS.key((key, chunk_index)), data.as_slice());
    if metadata.is_complete() {
        let counter = (epoch_id, dealing_index);
        COMPLETE_DEALINGS.update(deps.storage, counter, |count| StdResult::Ok(count.unwrap_or_default() + 1))?;
        epoch.state_progress.submitted_dealings += 1;
        save_epoch(deps.storage, &epoch, env.block.height)?;
    }
    // What comes in pays for what goes out.
    prune(deps.storage, PRUNED_PER_CHUNK)?;
    Ok(Response::new())
}

/// The bytes of a chunk.
pub(crate) fn chunk(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: &Addr,
    dealing_index: DealingIndex,
    chunk_index: ChunkIndex,
) -> Option<Vec<u8>> {
    storage.get(&DEALINGS.key(((epoch_id, dealer, dealing_index), chunk_index)))
}

/// Deletes dealings of past ceremonies.
#[inline(never)]
pub(crate) fn prune_dealings(deps: DepsMut, limit: Option<u32>) -> Result<Response, ContractError> {
    prune(deps.storage, page_limit(limit, PRUNE_LIMIT, PRUNE_LIMIT))?;
    Ok(Response::new())
}

/// Deletes up to `limit` chunks, and as many announcements, of epochs that are neither current nor in service. Those
/// in service stay, so that a signer that came late can still derive its key.
fn prune(storage: &mut dyn Storage, limit: usize) -> StdResult<()> {
    let current = load_epoch(storage)?.epoch_id;
    let nobody = Addr::unchecked("");
    // Everything before the keys in service, and everything between them and the current ceremony.
    let spans = match KEYS_IN_SERVICE.may_load(storage)? {
        Some(in_service) => vec![(0, in_service), (in_service + 1, current)],
        None => vec![(0, current)],
    };
    for (from, to) in spans.into_iter().filter(|(from, to)| from < to) {
        let (start, end) = ((from, &nobody, 0), (to, &nobody, 0));
        let chunks: Vec<_> = DEALINGS
            .keys(storage, Some(Bound::inclusive((start, 0))), Some(Bound::exclusive((end, 0))), Order::Ascending)
            .take(limit)
            .collect::<StdResult<_>>()?;
        for ((epoch_id, dealer, dealing_index), chunk_index) in chunks {
            storage.remove(&DEALINGS.key(((epoch_id, &dealer, dealing_index), chunk_index)));
        }
        let announced: Vec<_> = DEALINGS_METADATA
            .keys(storage, Some(Bound::inclusive(start)), Some(Bound::exclusive(end)), Order::Ascending)
            .take(limit)
            .collect::<StdResult<_>>()?;
        for (epoch_id, dealer, dealing_index) in announced {
            DEALINGS_METADATA.remove(storage, (epoch_id, &dealer, dealing_index));
        }
    }
    Ok(())
}
