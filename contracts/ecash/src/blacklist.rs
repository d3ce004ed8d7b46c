//! The blacklist of double spenders (`docs/protocol/quorum-contracts.md` §3.6, §15.1).
//!
//! One member's word puts nobody on it: an entry is pending until the quorum has voted, and every member may make its
//! own proposal against a key, so that a bad one cannot stand in the way of a good one.

use crate::constants::{BLACKLIST_PROPOSAL_TITLE, MAX_SPENDING_RECORD_LENGTH, PUBLIC_KEY_LENGTH, events};
use crate::error::ContractError;
use crate::msg::ExecuteMsg;
use crate::proposals::{ensure_member, made_before, multisig, send, to_itself};
use crate::state::{BLACKLIST, BLACKLIST_PROPOSAL_OF, BLACKLIST_PROPOSALS, MULTISIG, PendingProposal};
use crate::types::{BlacklistProposal, Blacklisting, DoubleSpendEvidence, ProposalId};
use cosmwasm_std::{Addr, DepsMut, Env, Event, MessageInfo, Order, Response, StdResult, Storage};
use cw3::Status;
use nym_contracts_common::quorum::{Proposed, is_proposal_alive, proposal_status};

/// Proposes to blacklist a key.
#[inline(never)]
pub(crate) fn propose_blacklisting(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    public_key: String,
    evidence: DoubleSpendEvidence,
) -> Result<Response, ContractError> {
    let proposer = info.sender.clone();
    ensure_member(deps.as_ref(), &proposer)?;
    ensure_public_key(&public_key)?;
    ensure_possible_evidence(&evidence)?;
    if let Some(Blacklisting { finalized_at_height: Some(height), .. }) =
        BLACKLIST.may_load(deps.storage, &public_key)?
    {
        return Err(ContractError::AlreadyBlacklisted { key: public_key, height });
    }
    if let Some(own) = BLACKLIST_PROPOSAL_OF.may_load(deps.storage, (&public_key, &proposer))? {
        if is_proposal_alive(deps.querier, &multisig(deps.as_ref())?, own)? {
            return Ok(made_before(own));
        }
        BLACKLIST_PROPOSALS.remove(deps.storage, own);
    }
    let message = to_itself(env, &ExecuteMsg::AddToBlacklist { public_key: public_key.clone() })?;
    let proposed = Proposed { title: BLACKLIST_PROPOSAL_TITLE, description: public_key.clone(), message, latest: None };
    send(deps, proposed, &PendingProposal::Blacklist { public_key, proposer, evidence })
}

/// Remembers a proposal that the multisig has made.
pub(crate) fn proposed(
    storage: &mut dyn Storage,
    env: &Env,
    proposal_id: ProposalId,
    public_key: String,
    proposer: Addr,
    evidence: DoubleSpendEvidence,
) -> StdResult<()> {
    BLACKLIST.save(storage, &public_key, &Blacklisting { proposal_id, finalized_at_height: None })?;
    BLACKLIST_PROPOSAL_OF.save(storage, (&public_key, &proposer), &proposal_id)?;
    let proposed_at_height = env.block.height;
    let proposal = BlacklistProposal { proposal_id, public_key, proposer, proposed_at_height, evidence };
    BLACKLIST_PROPOSALS.save(storage, proposal_id, &proposal)
}

/// Puts a key on the blacklist for good.
#[inline(never)]
pub(crate) fn add_to_blacklist(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    public_key: String,
) -> Result<Response, ContractError> {
    MULTISIG.assert_admin(deps.as_ref(), &info.sender)?;
    let Some(mut entry) = BLACKLIST.may_load(deps.storage, &public_key)? else {
        return Err(ContractError::NoBlacklistProposal { key: public_key });
    };
    // A second proposal that passes changes nothing.
    if entry.is_final() {
        return Ok(Response::new());
    }
    for (_, proposal_id) in proposals_against(deps.storage, &public_key)? {
        if proposal_status(deps.querier, &info.sender, proposal_id)? == Status::Executed {
            entry.proposal_id = proposal_id;
        }
    }
    entry.finalized_at_height = Some(env.block.height);
    BLACKLIST.save(deps.storage, &public_key, &entry)?;
    Ok(Response::new().add_event(Event::new(events::BLACKLISTED).add_attribute(events::PUBLIC_KEY, public_key)))
}

/// Forgets proposals that came to nothing.
#[inline(never)]
pub(crate) fn drop_rejected(deps: DepsMut, public_key: String) -> Result<Response, ContractError> {
    let multisig = multisig(deps.as_ref())?;
    let (mut left, mut dropped) = (None, false);
    for (proposer, proposal_id) in proposals_against(deps.storage, &public_key)? {
        if proposal_status(deps.querier, &multisig, proposal_id)? == Status::Rejected {
            BLACKLIST_PROPOSALS.remove(deps.storage, proposal_id);
            BLACKLIST_PROPOSAL_OF.remove(deps.storage, (&public_key, &proposer));
            dropped = true;
        } else {
            left = left.max(Some(proposal_id));
        }
    }
    if !dropped {
        return Err(ContractError::NothingToDrop { key: public_key });
    }
    let entry = BLACKLIST.may_load(deps.storage, &public_key)?.filter(|entry| !entry.is_final());
    match (entry, left) {
        (Some(_), Some(proposal_id)) => {
            BLACKLIST.save(deps.storage, &public_key, &Blacklisting { proposal_id, finalized_at_height: None })?;
        }
        (Some(_), None) => BLACKLIST.remove(deps.storage, &public_key),
        (None, _) => {}
    }
    Ok(Response::new())
}

/// All proposals against a key with those who made them: at most one for every member that the group ever had.
pub(crate) fn proposals_against(storage: &dyn Storage, public_key: &str) -> StdResult<Vec<(Addr, ProposalId)>> {
    BLACKLIST_PROPOSAL_OF.prefix(public_key).range(storage, None, None, Order::Ascending).collect()
}

/// Refuses what is not base58 of an ecash user key. Whether it is a point of the group is found out by whoever verifies
/// the evidence.
pub(crate) fn ensure_public_key(key: &str) -> Result<(), ContractError> {
    let mut bytes = [0; PUBLIC_KEY_LENGTH];
    match bs58::decode(key).onto(&mut bytes) {
        Ok(PUBLIC_KEY_LENGTH) => Ok(()),
        Ok(_) | Err(_) => Err(ContractError::MalformedPublicKey { key: key.to_owned() }),
    }
}

fn ensure_possible_evidence(evidence: &DoubleSpendEvidence) -> Result<(), ContractError> {
    for spending in [&evidence.first, &evidence.second] {
        let length = spending.len();
        if length == 0 || length > MAX_SPENDING_RECORD_LENGTH {
            return Err(ContractError::SpendingLength { length, maximum: MAX_SPENDING_RECORD_LENGTH });
        }
    }
    if evidence.first == evidence.second {
        return Err(ContractError::SameSpendings);
    }
    Ok(())
}
