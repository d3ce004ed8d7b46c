//! Verification keys, and the proposals that decide on them (`docs/protocol/quorum-contracts.md` §4.6).

use crate::constants::{MAX_VERIFICATION_KEY_LENGTH, VERIFICATION_PROPOSAL_SECS, VERIFICATION_PROPOSAL_TITLE};
use crate::dealers::{ensure_dealer, ensure_state};
use crate::error::ContractError;
use crate::msg::ExecuteMsg;
use crate::settings::{PROPOSAL_REPLY, to_itself};
use crate::state::{
    DEALER_INDEX, GENERATIONS, MULTISIG, PENDING_SHARE, SHARE_PROPOSALS, STATE, load_epoch, save_epoch, vk_shares,
};
use crate::types::{ContractVKShare, Epoch, EpochState};
use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Reply, Response, StdResult, Storage, SubMsg};
use cw_utils::Expiration;
use cw3::Status;
use nym_contracts_common::ContractSafeBytes;
use nym_contracts_common::quorum::{Proposed, proposal_id_of, proposal_status, propose};

/// Takes a verification key and proposes to accept it.
#[inline(never)]
pub(crate) fn commit_share(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    share: String,
    resharing: bool,
) -> Result<Response, ContractError> {
    let (mut epoch, owner) = (load_epoch(deps.storage)?, info.sender.clone());
    let epoch_id = epoch.epoch_id;
    ensure_state(&epoch, EpochState::VerificationKeySubmission { resharing })?;
    let dealer = ensure_dealer(deps.storage, epoch_id, &owner)?;
    if vk_shares().has(deps.storage, (&owner, epoch_id)) {
        return Err(ContractError::ShareExists { owner, epoch_id });
    }
    ensure_readable(&share)?;

    let verify = ExecuteMsg::VerifyVerificationKeyShare { owner: owner.to_string(), resharing };
    let proposed = Proposed {
        title: VERIFICATION_PROPOSAL_TITLE,
        description: String::new(),
        message: to_itself(env, &verify)?,
        latest: Some(Expiration::AtTime(env.block.time.plus_seconds(VERIFICATION_PROPOSAL_SECS))),
    };
    let proposal = propose(&STATE.load(deps.storage)?.multisig_addr, proposed)?;
    let record = ContractVKShare {
        share,
        announce_address: dealer.announce_address,
        node_index: DEALER_INDEX.load(deps.storage, &owner)?,
        owner: owner.clone(),
        epoch_id,
        verified: false,
    };
    vk_shares().save(deps.storage, (&owner, epoch_id), &record)?;
    epoch.state_progress.submitted_key_shares += 1;
    save_epoch(deps.storage, &epoch, env.block.height)?;
    PENDING_SHARE.save(deps.storage, &(epoch_id, owner))?;
    // No attributes: clients look for those of the multisig in the first `wasm` event (§1.2).
    Ok(Response::new().add_submessage(SubMsg::reply_on_success(proposal, PROPOSAL_REPLY)))
}

/// One that nobody can read would spoil the list for those who read all of it.
fn ensure_readable(share: &str) -> Result<(), ContractError> {
    let maximum = MAX_VERIFICATION_KEY_LENGTH;
    if share.is_empty() || share.len() > maximum || ContractSafeBytes::from_base58(share).is_err() {
        return Err(ContractError::MalformedShare { maximum });
    }
    Ok(())
}

/// Remembers which proposal decides on a verification key.
#[inline(never)]
pub(crate) fn answered(deps: DepsMut, reply: Reply) -> Result<Response, ContractError> {
    if reply.id != PROPOSAL_REPLY {
        return Err(ContractError::UnknownReply { id: reply.id });
    }
    let proposal_id = proposal_id_of(reply)?;
    if let Some((epoch_id, owner)) = PENDING_SHARE.may_load(deps.storage)? {
        PENDING_SHARE.remove(deps.storage);
        SHARE_PROPOSALS.save(deps.storage, (epoch_id, &owner), &proposal_id)?;
    }
    Ok(Response::new())
}

/// Accepts a verification key: in finalization, or later by a signer that had missed it.
#[inline(never)]
pub(crate) fn verify_share(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    owner: &str,
    resharing: bool,
) -> Result<Response, ContractError> {
    let mut epoch = load_epoch(deps.storage)?;
    if !epoch.state.is_in_progress() {
        ensure_state(&epoch, EpochState::VerificationKeyFinalization { resharing })?;
    }
    MULTISIG.assert_admin(deps.as_ref(), &info.sender)?;
    let owner = deps.api.addr_validate(owner)?;
    let epoch_id = epoch.epoch_id;
    let Some(mut share) = vk_shares().may_load(deps.storage, (&owner, epoch_id))? else {
        return Err(ContractError::NoShare { owner, epoch_id });
    };
    if share.verified {
        return Err(ContractError::AlreadyVerified { owner, epoch_id });
    }
    ensure_own_proposal(&deps, &info.sender, &epoch, &owner)?;

    share.verified = true;
    vk_shares().save(deps.storage, (&owner, epoch_id), &share)?;
    epoch.state_progress.verified_keys += 1;
    save_epoch(deps.storage, &epoch, env.block.height)?;
    note_late(deps.storage, &epoch)?;
    Ok(Response::new())
}

/// The message does not tell which proposal sends it, and it is the same in every epoch. But the multisig marks a
/// proposal as executed before it sends its messages: if the one that was made for this key is not marked, another one
/// is at work.
fn ensure_own_proposal(deps: &DepsMut, multisig: &Addr, epoch: &Epoch, owner: &Addr) -> Result<(), ContractError> {
    let epoch_id = epoch.epoch_id;
    // Shares that code before this one had stored have no recorded proposal.
    let Some(proposal_id) = SHARE_PROPOSALS.may_load(deps.storage, (epoch_id, owner))? else { return Ok(()) };
    if proposal_status(deps.querier, multisig, proposal_id)? != Status::Executed {
        return Err(ContractError::OtherProposal { owner: owner.clone(), epoch_id, proposal_id });
    }
    Ok(())
}

/// A key that is accepted late counts among those in service.
fn note_late(storage: &mut dyn Storage, epoch: &Epoch) -> StdResult<()> {
    if let Some(mut generation) = GENERATIONS.may_load(storage, epoch.epoch_id)? {
        generation.progress = epoch.state_progress;
        GENERATIONS.save(storage, epoch.epoch_id, &generation)?;
    }
    Ok(())
}
