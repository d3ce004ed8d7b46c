//! Dealers (`docs/protocol/quorum-contracts.md` §4.5, §4.7).

use crate::constants::{BTE_KEY_WITH_PROOF_LENGTH, MAX_ANNOUNCE_ADDRESS_LENGTH, OUTGOING_KEYS_SECS, events};
use crate::error::ContractError;
use crate::state::{
    DEALER_INDEX, EPOCH_DEALERS, GENERATIONS, KEYS_IN_SERVICE, NODE_INDEX_COUNTER, SHARE_PROPOSALS, STATE,
    TRANSFER_LOG, load_epoch, save_epoch, vk_shares,
};
use crate::types::{DealerRegistrationDetails, Epoch, EpochId, EpochState, NodeIndex, OwnershipTransfer};
use cosmwasm_std::{Addr, Deps, DepsMut, Env, Event, MessageInfo, Order, Response, StdResult, Storage};
use nym_contracts_common::{ContractSafeBytes, decode_signing_key};

/// Takes the sender into the ceremony.
#[inline(never)]
pub(crate) fn register(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    details: &DealerRegistrationDetails,
    resharing: bool,
) -> Result<Response, ContractError> {
    let mut epoch = load_epoch(deps.storage)?;
    ensure_state(&epoch, EpochState::PublicKeySubmission { resharing })?;
    let dealer = &info.sender;
    ensure_member(deps.as_ref(), dealer)?;
    let epoch_id = epoch.epoch_id;
    if EPOCH_DEALERS.has(deps.storage, (epoch_id, dealer)) {
        return Err(ContractError::AlreadyADealer { dealer: dealer.clone(), epoch_id });
    }
    ensure_possible(details)?;

    let node_index = index_of(deps.storage, dealer)?;
    EPOCH_DEALERS.save(deps.storage, (epoch_id, dealer), details)?;
    epoch.state_progress.registered_dealers += 1;
    if resharing && holds_key_in_service(deps.storage, dealer)?.is_ok() {
        epoch.state_progress.registered_resharing_dealers += 1;
    }
    save_epoch(deps.storage, &epoch, env.block.height)?;
    Ok(Response::new().add_attribute(events::NODE_INDEX, node_index.to_string()))
}

/// The dealer's number, which is for ever.
fn index_of(storage: &mut dyn Storage, dealer: &Addr) -> StdResult<NodeIndex> {
    if let Some(index) = DEALER_INDEX.may_load(storage, dealer)? {
        return Ok(index);
    }
    let index = NODE_INDEX_COUNTER.may_load(storage)?.unwrap_or_default() + 1;
    NODE_INDEX_COUNTER.save(storage, &index)?;
    DEALER_INDEX.save(storage, dealer, &index)?;
    Ok(index)
}

/// Whether an account holds an accepted share of the keys in service. The error names their epoch.
pub(crate) fn holds_key_in_service(
    storage: &dyn Storage,
    account: &Addr,
) -> Result<Result<(), EpochId>, ContractError> {
    let epoch_id = KEYS_IN_SERVICE.may_load(storage)?.ok_or(ContractError::NothingToReshare)?;
    let share = vk_shares().may_load(storage, (account, epoch_id))?;
    Ok(if share.is_some_and(|share| share.verified) { Ok(()) } else { Err(epoch_id) })
}

/// Hands the sender's place to another account.
#[inline(never)]
pub(crate) fn transfer_ownership(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    to: &str,
) -> Result<Response, ContractError> {
    let (from, to) = (&info.sender, deps.api.addr_validate(to)?);
    let epoch = load_epoch(deps.storage)?;
    ensure_state(&epoch, EpochState::InProgress)?;
    ensure_dealer(deps.storage, epoch.epoch_id, from)?;
    ensure_member(deps.as_ref(), &to)?;
    if DEALER_INDEX.has(deps.storage, &to) {
        return Err(ContractError::AlreadyHasAPlace { address: to });
    }
    let transaction = env.transaction.as_ref().ok_or(ContractError::OutsideTransaction)?;

    let node_index = DEALER_INDEX.load(deps.storage, from)?;
    DEALER_INDEX.remove(deps.storage, from);
    DEALER_INDEX.save(deps.storage, &to, &node_index)?;
    for epoch_id in epochs_in_use(deps.storage, env, epoch.epoch_id)? {
        move_records(deps.storage, epoch_id, from, &to)?;
    }
    let log = OwnershipTransfer { node_index, from: from.clone(), to: to.clone() };
    TRANSFER_LOG.save(deps.storage, (from, env.block.height, transaction.index), &log)?;
    let event = Event::new(events::OWNERSHIP_TRANSFER)
        .add_attribute("from", from)
        .add_attribute("to", to)
        .add_attribute(events::NODE_INDEX, node_index.to_string());
    Ok(Response::new().add_event(event))
}

/// The current epoch and those whose keys still have to be accepted. Earlier ones are history, and stay as they were.
fn epochs_in_use(storage: &dyn Storage, env: &Env, current: EpochId) -> StdResult<Vec<EpochId>> {
    let mut epochs = vec![current];
    for generation in GENERATIONS.range(storage, None, None, Order::Descending) {
        let (epoch_id, generation) = generation?;
        match generation.retired_at {
            Some(retired) if retired.plus_seconds(OUTGOING_KEYS_SECS) <= env.block.time => break,
            _ if epoch_id == current => {}
            _ => epochs.push(epoch_id),
        }
    }
    Ok(epochs)
}

fn move_records(storage: &mut dyn Storage, epoch_id: EpochId, from: &Addr, to: &Addr) -> StdResult<()> {
    if let Some(details) = EPOCH_DEALERS.may_load(storage, (epoch_id, from))? {
        EPOCH_DEALERS.remove(storage, (epoch_id, from));
        EPOCH_DEALERS.save(storage, (epoch_id, to), &details)?;
    }
    if let Some(mut share) = vk_shares().may_load(storage, (from, epoch_id))? {
        vk_shares().remove(storage, (from, epoch_id))?;
        share.owner = to.clone();
        vk_shares().save(storage, (to, epoch_id), &share)?;
    }
    if let Some(proposal_id) = SHARE_PROPOSALS.may_load(storage, (epoch_id, from))? {
        SHARE_PROPOSALS.remove(storage, (epoch_id, from));
        SHARE_PROPOSALS.save(storage, (epoch_id, to), &proposal_id)?;
    }
    Ok(())
}

/// Changes where the sender's API is reached, for all keys that are still accepted: who is in no ceremony any more may
/// still be needed for earlier ones.
#[inline(never)]
pub(crate) fn update_announce_address(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    new_address: String,
) -> Result<Response, ContractError> {
    let dealer = &info.sender;
    let epoch = load_epoch(deps.storage)?;
    ensure_state(&epoch, EpochState::InProgress)?;
    ensure_announceable(&new_address)?;
    let mut old_address = None;
    for epoch_id in epochs_in_use(deps.storage, env, epoch.epoch_id)? {
        if let Some(mut details) = EPOCH_DEALERS.may_load(deps.storage, (epoch_id, dealer))? {
            let old = std::mem::replace(&mut details.announce_address, new_address.clone());
            old_address.get_or_insert(old);
            EPOCH_DEALERS.save(deps.storage, (epoch_id, dealer), &details)?;
        }
        if let Some(mut share) = vk_shares().may_load(deps.storage, (dealer, epoch_id))? {
            let old = std::mem::replace(&mut share.announce_address, new_address.clone());
            old_address.get_or_insert(old);
            vk_shares().save(deps.storage, (dealer, epoch_id), &share)?;
        }
    }
    let not_a_dealer = || ContractError::NotADealer { dealer: dealer.clone(), epoch_id: epoch.epoch_id };
    let event = Event::new(events::ANNOUNCE_ADDRESS_UPDATE)
        .add_attribute("dealer", dealer)
        .add_attribute("old_address", old_address.ok_or_else(not_a_dealer)?)
        .add_attribute("new_address", new_address);
    Ok(Response::new().add_event(event))
}

/// Refuses all states but one.
pub(crate) fn ensure_state(epoch: &Epoch, expected: EpochState) -> Result<(), ContractError> {
    if epoch.state != expected {
        return Err(ContractError::WrongState { current: epoch.state, expected: expected.to_string() });
    }
    Ok(())
}

/// What a dealer of an epoch registered.
pub(crate) fn ensure_dealer(
    storage: &dyn Storage,
    epoch_id: EpochId,
    dealer: &Addr,
) -> Result<DealerRegistrationDetails, ContractError> {
    let details = EPOCH_DEALERS.may_load(storage, (epoch_id, dealer))?;
    details.ok_or_else(|| ContractError::NotADealer { dealer: dealer.clone(), epoch_id })
}

/// Refuses all but voting members of the group.
pub(crate) fn ensure_member(deps: Deps, address: &Addr) -> Result<(), ContractError> {
    let group = STATE.load(deps.storage)?.group_addr;
    match group.is_voting_member(&deps.querier, address, None)? {
        Some(_) => Ok(()),
        None => Err(ContractError::NotInGroup { address: address.clone() }),
    }
}

/// Refuses what no other signer could read, and what would therefore spoil the ceremony for all. Whether the encryption
/// key is one is found out by the others.
fn ensure_possible(details: &DealerRegistrationDetails) -> Result<(), ContractError> {
    let key = &details.bte_public_key_with_proof;
    // Base58 of 128 bytes has at most 175 characters.
    let decoded =
        if key.len() <= 2 * BTE_KEY_WITH_PROOF_LENGTH { ContractSafeBytes::from_base58(key).ok() } else { None };
    if decoded.is_none_or(|bytes| bytes.as_slice().len() != BTE_KEY_WITH_PROOF_LENGTH) {
        return Err(ContractError::MalformedEncryptionKey { expected: BTE_KEY_WITH_PROOF_LENGTH });
    }
    decode_signing_key(&details.ed25519_identity)?;
    ensure_announceable(&details.announce_address)
}

fn ensure_announceable(address: &str) -> Result<(), ContractError> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#', ':']).next().unwrap_or_default());
    let printable = address.chars().all(|character| character.is_ascii_graphic());
    if address.len() > MAX_ANNOUNCE_ADDRESS_LENGTH || !printable || host.is_none_or(str::is_empty) {
        let maximum = MAX_ANNOUNCE_ADDRESS_LENGTH;
        return Err(ContractError::MalformedAnnounceAddress {
            address: address.chars().take(maximum).collect(),
            maximum,
        });
    }
    Ok(())
}
