//! Releases of the node software.

use super::{after, limit_of};
use crate::constants::pages;
use crate::msg::{CurrentNymNodeVersionResponse, NymNodeVersionHistoryResponse};
use crate::state::VERSIONS;
use crate::types::HistoricalNymNodeVersionEntry;
use crate::versions;
use cosmwasm_std::{Order, StdResult, Storage};

pub(super) fn current_version(storage: &dyn Storage) -> StdResult<CurrentNymNodeVersionResponse> {
    Ok(CurrentNymNodeVersionResponse { version: Some(versions::current(storage)?) })
}

pub(super) fn version_history(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<u32>,
) -> StdResult<NymNodeVersionHistoryResponse> {
    let history = VERSIONS
        .range(storage, after(start_after), None, Order::Ascending)
        .take(limit_of(limit, pages::VERSIONS))
        .map(|entry| entry.map(|(id, version_information)| HistoricalNymNodeVersionEntry { id, version_information }))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = history.last().map(|entry| entry.id);
    Ok(NymNodeVersionHistoryResponse { history, start_next_after })
}
