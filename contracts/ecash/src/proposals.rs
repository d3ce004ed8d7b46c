//! What goes to the multisig, and what is remembered of it.

use crate::constants::{ADMIN_PROPOSAL_TITLE, events};
use crate::error::ContractError;
use crate::msg::AdminAction;
use crate::state::{ADMIN, CONFIG, MULTISIG, PENDING_PROPOSAL, PendingProposal};
use crate::types::ProposalId;
use crate::{blacklist, forfeits, payouts};
use cosmwasm_std::{
    Addr, Deps, DepsMut, Env, MessageInfo, Reply, Response, StdError, StdResult, SubMsg, WasmMsg, to_json_binary,
    to_json_string,
};
use nym_contracts_common::quorum::{Proposed, proposal_id_of, propose};
use serde::Serialize;

/// The number of the only reply that is asked for.
const PROPOSAL_REPLY: u64 = 1;

/// The multisig contract.
pub(crate) fn multisig(deps: Deps) -> StdResult<Addr> {
    MULTISIG.get(deps)?.ok_or_else(|| StdError::generic_err("no multisig contract is set"))
}

/// Refuses all but voting members of the group.
pub(crate) fn ensure_member(deps: Deps, sender: &Addr) -> Result<(), ContractError> {
    let group = CONFIG.load(deps.storage)?.group_addr;
    match group.is_voting_member(&deps.querier, sender, None)? {
        Some(_) => Ok(()),
        None => Err(ContractError::NotInGroup { sender: sender.clone() }),
    }
}

/// A message of the contract to itself, which the multisig sends once it was voted for.
pub(crate) fn to_itself(env: &Env, message: &impl Serialize) -> StdResult<WasmMsg> {
    let msg = to_json_binary(message)?;
    Ok(WasmMsg::Execute { contract_addr: env.contract.address.to_string(), msg, funds: vec![] })
}

/// Sends a proposal to the multisig. The response has no attributes: clients look for those of the multisig in the
/// first `wasm` event (`docs/protocol/quorum-contracts.md` §1.2).
pub(crate) fn send(deps: DepsMut, proposed: Proposed, pending: &PendingProposal) -> Result<Response, ContractError> {
    PENDING_PROPOSAL.save(deps.storage, pending)?;
    let message = propose(&multisig(deps.as_ref())?, proposed)?;
    Ok(Response::new().add_submessage(SubMsg::reply_on_success(message, PROPOSAL_REPLY)))
}

/// The answer about a proposal that was made before.
pub(crate) fn made_before(proposal_id: ProposalId) -> Response {
    Response::new().add_attribute(events::PROPOSAL_ID, proposal_id.to_string()).set_data(proposal_id.to_be_bytes())
}

/// Remembers the proposal that the multisig has made, and tells its number.
#[inline(never)]
pub(crate) fn answered(deps: DepsMut, env: &Env, reply: Reply) -> Result<Response, ContractError> {
    if reply.id != PROPOSAL_REPLY {
        return Err(ContractError::UnknownReply { id: reply.id });
    }
    let proposal_id = proposal_id_of(reply)?;
    let pending = PENDING_PROPOSAL.load(deps.storage)?;
    PENDING_PROPOSAL.remove(deps.storage);
    match pending {
        PendingProposal::Plain => {}
        PendingProposal::Blacklist { public_key, proposer, evidence } => {
            blacklist::proposed(deps.storage, env, proposal_id, public_key, proposer, evidence)?;
        }
        PendingProposal::Forfeit { deposit_id, public_key, proposer, evidence } => {
            forfeits::proposed(deps.storage, env, proposal_id, deposit_id, public_key, proposer, evidence)?;
        }
        PendingProposal::Payout { gateway, commitment, number_of_tickets } => {
            payouts::proposed(deps.storage, proposal_id, gateway, commitment, number_of_tickets)?;
        }
    }
    Ok(Response::new().set_data(proposal_id.to_be_bytes()))
}

/// Proposes what only the admin may do, when the admin is the multisig.
#[inline(never)]
pub(crate) fn propose_admin_action(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    action: &AdminAction,
) -> Result<Response, ContractError> {
    ensure_member(deps.as_ref(), &info.sender)?;
    if ADMIN.get(deps.as_ref())? != Some(multisig(deps.as_ref())?) {
        return Err(ContractError::AdminIsNotTheMultisig);
    }
    let message = to_itself(env, action)?;
    let description = to_json_string(action)?;
    let proposed = Proposed { title: ADMIN_PROPOSAL_TITLE, description, message, latest: None };
    send(deps, proposed, &PendingProposal::Plain)
}
