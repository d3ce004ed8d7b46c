//! Deposits of double spenders, which are withheld (`docs/protocol/quorum-contracts.md` §15.1).

use crate::blacklist::ensure_public_key;
use crate::constants::{FORFEIT_PROPOSAL_TITLE, MAX_WITHDRAWAL_REQUEST_LENGTH, events};
use crate::error::ContractError;
use crate::msg::ExecuteMsg;
use crate::proposals::{ensure_member, made_before, multisig, send, to_itself};
use crate::state::{
    BLACKLIST, FORFEIT_PROPOSAL_OF, FORFEIT_PROPOSALS, FORFEITED, MULTISIG, PendingProposal, deposit_key,
};
use crate::types::{DepositId, ForfeitEvidence, ForfeitProposal, ForfeitedDeposit, ProposalId};
use cosmwasm_std::{Addr, Deps, DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage};
use nym_contracts_common::quorum::{Proposed, is_proposal_alive};

/// Proposes to withhold a deposit.
#[inline(never)]
pub(crate) fn propose_forfeit(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    deposit_id: DepositId,
    public_key: String,
    evidence: ForfeitEvidence,
) -> Result<Response, ContractError> {
    let proposer = info.sender.clone();
    ensure_member(deps.as_ref(), &proposer)?;
    ensure_public_key(&public_key)?;
    if let Some(forfeited) = FORFEITED.may_load(deps.storage, deposit_id)? {
        let height = forfeited.forfeited_at_height;
        return Err(ContractError::AlreadyForfeited { deposit_id, height });
    }
    ensure_blacklisted(deps.storage, &public_key)?;
    ensure_signed(deps.as_ref(), deposit_id, &evidence)?;
    if let Some(own) = FORFEIT_PROPOSAL_OF.may_load(deps.storage, (deposit_id, &proposer))? {
        if is_proposal_alive(deps.querier, &multisig(deps.as_ref())?, own)? {
            return Ok(made_before(own));
        }
        FORFEIT_PROPOSALS.remove(deps.storage, own);
    }
    let message = to_itself(env, &ExecuteMsg::ForfeitDeposit { deposit_id, public_key: public_key.clone() })?;
    let description = format!("{deposit_id} {public_key}");
    let proposed = Proposed { title: FORFEIT_PROPOSAL_TITLE, description, message, latest: None };
    send(deps, proposed, &PendingProposal::Forfeit { deposit_id, public_key, proposer, evidence })
}

/// Remembers a proposal that the multisig has made.
pub(crate) fn proposed(
    storage: &mut dyn Storage,
    env: &Env,
    proposal_id: ProposalId,
    deposit_id: DepositId,
    public_key: String,
    proposer: Addr,
    evidence: ForfeitEvidence,
) -> StdResult<()> {
    FORFEIT_PROPOSAL_OF.save(storage, (deposit_id, &proposer), &proposal_id)?;
    let proposed_at_height = env.block.height;
    let proposal = ForfeitProposal { proposal_id, deposit_id, public_key, proposer, proposed_at_height, evidence };
    FORFEIT_PROPOSALS.save(storage, proposal_id, &proposal)
}

/// Withholds a deposit.
#[inline(never)]
pub(crate) fn forfeit_deposit(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    deposit_id: DepositId,
    public_key: String,
) -> Result<Response, ContractError> {
    MULTISIG.assert_admin(deps.as_ref(), &info.sender)?;
    // A second proposal that passes changes nothing.
    if FORFEITED.has(deps.storage, deposit_id) {
        return Ok(Response::new());
    }
    let event = Event::new(events::FORFEITED)
        .add_attribute(events::DEPOSIT_ID, deposit_id.to_string())
        .add_attribute(events::PUBLIC_KEY, &public_key);
    let forfeited_at_height = env.block.height;
    FORFEITED.save(deps.storage, deposit_id, &ForfeitedDeposit { deposit_id, public_key, forfeited_at_height })?;
    Ok(Response::new().add_event(event))
}

fn ensure_blacklisted(storage: &dyn Storage, public_key: &str) -> Result<(), ContractError> {
    match BLACKLIST.may_load(storage, public_key)? {
        Some(entry) if entry.is_final() => Ok(()),
        _ => Err(ContractError::NotBlacklisted { key: public_key.to_owned() }),
    }
}

/// Only the holder of the deposit's key can have made the request, so that no member can invent one.
fn ensure_signed(deps: Deps, deposit_id: DepositId, evidence: &ForfeitEvidence) -> Result<(), ContractError> {
    let length = evidence.withdrawal_request.len();
    if length == 0 || length > MAX_WITHDRAWAL_REQUEST_LENGTH {
        return Err(ContractError::WithdrawalRequestLength { length, maximum: MAX_WITHDRAWAL_REQUEST_LENGTH });
    }
    let Some(key) = deposit_key(deps.storage, deposit_id)? else {
        return Err(ContractError::NoSuchDeposit { deposit_id });
    };
    let mut signed = evidence.withdrawal_request.to_vec();
    signed.extend(deposit_id.to_be_bytes());
    match deps.api.ed25519_verify(&signed, &evidence.signature, &key) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(ContractError::RequestNotSigned { deposit_id }),
    }
}
