//! Proposing: the one message whose rule is not the published one. The published code insists
//! that the proposer is a member; here it is the ecash or the DKG contract
//! (`docs/protocol/quorum-contracts.md` §6.1).

use std::cmp::Ordering;

use cosmwasm_std::{BlockInfo, CosmosMsg, DepsMut, Env, MessageInfo, Response};
use cw_utils::{Duration, Expiration};
use cw3::{Ballot, Proposal, Status, Vote, Votes};
use cw3_fixed_multisig::state::{BALLOTS, PROPOSALS, next_id};
use cw3_flex_multisig::ContractError as StockError;

use crate::error::MultisigError;
use crate::state::CONFIG;

/// The proposer's ballot exists, as clients expect, and weighs nothing.
const PROPOSER_WEIGHT: u64 = 0;

pub(crate) fn propose(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    title: String,
    description: String,
    msgs: Vec<CosmosMsg>,
    latest: Option<Expiration>,
) -> Result<Response, MultisigError> {
    let config = CONFIG.load(deps.storage)?;
    if let Some(deposit) = &config.proposal_deposit {
        deposit.check_native_deposit_paid(info).map_err(StockError::from)?;
    }
    if !config.may_propose(&info.sender) {
        return Err(StockError::Unauthorized {}.into());
    }
    let total_weight = config.group_addr.total_weight(&deps.querier)?;
    if total_weight == 0 {
        return Err(MultisigError::EmptyGroup { group: config.group_addr.addr().into_string() });
    }
    let take_deposit = match &config.proposal_deposit {
        Some(deposit) => deposit.get_take_deposit_messages(&info.sender, &env.contract.address)?,
        None => vec![],
    };

    let mut proposal = Proposal {
        title,
        description,
        start_height: env.block.height,
        expires: expiry(latest, config.max_voting_period, &env.block)?,
        msgs,
        status: Status::Open,
        threshold: config.threshold,
        total_weight,
        votes: Votes::yes(PROPOSER_WEIGHT),
        proposer: info.sender.clone(),
        deposit: config.proposal_deposit,
    };
    proposal.update_status(&env.block);
    let id = next_id(deps.storage)?;
    PROPOSALS.save(deps.storage, id, &proposal)?;
    let ballot = Ballot { weight: PROPOSER_WEIGHT, vote: Vote::Yes };
    BALLOTS.save(deps.storage, (id, &info.sender), &ballot)?;

    Ok(Response::new()
        .add_messages(take_deposit)
        .add_attribute("action", "propose")
        .add_attribute("sender", &info.sender)
        .add_attribute("proposal_id", id.to_string())
        .add_attribute("status", format!("{:?}", proposal.status)))
}

/// The time asked for, cut to the longest voting period.
fn expiry(latest: Option<Expiration>, longest: Duration, now: &BlockInfo) -> Result<Expiration, StockError> {
    let last = longest.after(now);
    let asked = latest.unwrap_or(last);
    match asked.partial_cmp(&last) {
        Some(Ordering::Greater) => Ok(last),
        Some(Ordering::Less | Ordering::Equal) => Ok(asked),
        // A height cannot be compared with a time.
        None => Err(StockError::WrongExpiration {}),
    }
}
