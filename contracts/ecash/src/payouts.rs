//! Redemption: tickets that gateways of the old kind have counted (`docs/protocol/quorum-contracts.md` §3.5), and
//! payments for tickets (§15.1).

use crate::constants::{COMMITMENT_LENGTH, PAYOUT_PROPOSAL_TITLE, REDEMPTION_PROPOSAL_TITLE, TICKETBOOK_SIZE, events};
use crate::deposits::sum;
use crate::error::ContractError;
use crate::msg::ExecuteMsg;
use crate::proposals::{made_before, multisig, send, to_itself};
use crate::state::{
    CONFIG, LAST_PAYOUT_OF, MULTISIG, NEXT_DEPOSIT, PAID_COMMITMENTS, PAYOUTS, POOL_COUNTERS, PendingProposal,
    TICKETS_PAID,
};
use crate::types::{Payment, Payout, ProposalId};
use cosmwasm_std::{
    Addr, BankMsg, Coin, DepsMut, Env, Event, MessageInfo, Response, StdError, StdResult, Storage, Uint128,
};
use nym_contracts_common::quorum::{Proposed, is_proposal_alive};

/// Proposes to count tickets, without a payment.
#[inline(never)]
pub(crate) fn request_redemption(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    commitment_bs58: String,
    number_of_tickets: u16,
) -> Result<Response, ContractError> {
    decode_commitment(&commitment_bs58)?;
    let message = to_itself(env, &ExecuteMsg::RedeemTickets { n: number_of_tickets, gw: info.sender.to_string() })?;
    let proposed = Proposed { title: REDEMPTION_PROPOSAL_TITLE, description: commitment_bs58, message, latest: None };
    send(deps, proposed, &PendingProposal::Plain)
}

/// Counts tickets.
#[inline(never)]
pub(crate) fn redeem_tickets(deps: DepsMut, info: &MessageInfo, n: u16) -> Result<Response, ContractError> {
    MULTISIG.assert_admin(deps.as_ref(), &info.sender)?;
    POOL_COUNTERS.update(deps.storage, |mut counters| -> StdResult<_> {
        counters.tickets_requested_and_not_redeemed += u64::from(n);
        Ok(counters)
    })?;
    let event = Event::new(events::TICKET_REDEMPTION).add_attribute(events::MOVED_TO_HOLDING_ACCOUNT, "false");
    Ok(Response::new().add_event(event))
}

/// Proposes to pay the sender for tickets.
#[inline(never)]
pub(crate) fn request_payout(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    commitment_bs58: String,
    number_of_tickets: u16,
) -> Result<Response, ContractError> {
    let gateway = info.sender.clone();
    let commitment = decode_commitment(&commitment_bs58)?;
    ensure_unpaid(deps.storage, &commitment, &commitment_bs58)?;
    // What cannot be paid now need not be voted on.
    ensure_payable(deps.storage, number_of_tickets)?;
    if let Some(last) = last_request(deps.storage, &gateway)?
        && last.payout.paid.is_none()
        && is_proposal_alive(deps.querier, &multisig(deps.as_ref())?, last.payout.proposal_id)?
    {
        let proposal_id = last.payout.proposal_id;
        if last.commitment == commitment && last.payout.number_of_tickets == number_of_tickets {
            return Ok(made_before(proposal_id));
        }
        return Err(ContractError::PayoutPending { gateway, proposal_id });
    }
    let pay = ExecuteMsg::PayForTickets {
        n: number_of_tickets,
        gw: gateway.to_string(),
        commitment_bs58: commitment_bs58.clone(),
    };
    let message = to_itself(env, &pay)?;
    let proposed = Proposed { title: PAYOUT_PROPOSAL_TITLE, description: commitment_bs58, message, latest: None };
    send(deps, proposed, &PendingProposal::Payout { gateway, commitment, number_of_tickets })
}

/// Remembers a proposal that the multisig has made.
pub(crate) fn proposed(
    storage: &mut dyn Storage,
    proposal_id: ProposalId,
    gateway: Addr,
    commitment: Vec<u8>,
    number_of_tickets: u16,
) -> StdResult<()> {
    LAST_PAYOUT_OF.save(storage, &gateway, &commitment)?;
    let payout = Payout { proposal_id, gateway: gateway.clone(), number_of_tickets, paid: None };
    PAYOUTS.save(storage, (&gateway, &commitment), &payout)
}

/// Pays for tickets.
#[inline(never)]
pub(crate) fn pay_for_tickets(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    n: u16,
    gw: &str,
    commitment_bs58: &str,
) -> Result<Response, ContractError> {
    MULTISIG.assert_admin(deps.as_ref(), &info.sender)?;
    let gateway = deps.api.addr_validate(gw)?;
    let commitment = decode_commitment(commitment_bs58)?;
    ensure_unpaid(deps.storage, &commitment, commitment_bs58)?;
    let Some(mut payout) = PAYOUTS.may_load(deps.storage, (&gateway, &commitment))? else {
        return Err(ContractError::NoSuchPayout { gateway, commitment: commitment_bs58.to_owned() });
    };
    let amount = ensure_payable(deps.storage, n)?;

    let tickets_paid = TICKETS_PAID.may_load(deps.storage)?.unwrap_or_default();
    TICKETS_PAID.save(deps.storage, &(tickets_paid + u64::from(n)))?;
    POOL_COUNTERS.update(deps.storage, |mut counters| -> StdResult<_> {
        counters.total_redeemed = sum(&counters.total_redeemed, &amount)?;
        Ok(counters)
    })?;
    PAID_COMMITMENTS.save(deps.storage, &commitment, &gateway)?;
    payout.paid = Some(Payment { amount: amount.clone(), height: env.block.height });
    PAYOUTS.save(deps.storage, (&gateway, &commitment), &payout)?;
    let event = Event::new(events::TICKET_PAYOUT)
        .add_attribute(events::GATEWAY, &gateway)
        .add_attribute(events::TICKETS, n.to_string())
        .add_attribute(events::AMOUNT, amount.to_string());
    let payment = BankMsg::Send { to_address: gateway.into_string(), amount: vec![amount] };
    Ok(Response::new().add_message(payment).add_event(event))
}

/// Tickets for which payments can still be asked.
pub(crate) fn payable_tickets(storage: &dyn Storage) -> StdResult<u64> {
    let bought = u64::from(NEXT_DEPOSIT.load(storage)?) * TICKETBOOK_SIZE;
    Ok(bought.saturating_sub(TICKETS_PAID.may_load(storage)?.unwrap_or_default()))
}

/// What `n` tickets are worth, if the deposits cover it: in tickets, since every deposit buys fifty, and in coins, since
/// the price may have risen after a deposit.
fn ensure_payable(storage: &dyn Storage, n: u16) -> Result<Coin, ContractError> {
    if n == 0 {
        return Err(ContractError::NoTickets);
    }
    let (requested, payable) = (u64::from(n), payable_tickets(storage)?);
    if requested > payable {
        return Err(ContractError::MoreTicketsThanDeposits { requested, payable });
    }
    let price = CONFIG.load(storage)?.deposit_amount;
    let worth = price
        .amount
        .checked_multiply_ratio(n, TICKETBOOK_SIZE)
        .map_err(|error| StdError::generic_err(error.to_string()))?;
    let counters = POOL_COUNTERS.load(storage)?;
    let left = counters.total_deposited.amount.saturating_sub(counters.total_redeemed.amount);
    let coin = |amount: Uint128| Coin { denom: price.denom.clone(), amount };
    if worth > left {
        return Err(ContractError::MoreThanDeposits { amount: coin(worth), left: coin(left) });
    }
    Ok(coin(worth))
}

fn ensure_unpaid(storage: &dyn Storage, commitment: &[u8], text: &str) -> Result<(), ContractError> {
    if PAID_COMMITMENTS.has(storage, commitment) {
        return Err(ContractError::AlreadyPaid { commitment: text.to_owned() });
    }
    Ok(())
}

struct Request {
    commitment: Vec<u8>,
    payout: Payout,
}

fn last_request(storage: &dyn Storage, gateway: &Addr) -> StdResult<Option<Request>> {
    let Some(commitment) = LAST_PAYOUT_OF.may_load(storage, gateway)? else { return Ok(None) };
    let payout = PAYOUTS.load(storage, (gateway, &commitment))?;
    Ok(Some(Request { commitment, payout }))
}

/// Reads a commitment to serial numbers.
pub(crate) fn decode_commitment(text: &str) -> Result<Vec<u8>, ContractError> {
    let mut bytes = [0; COMMITMENT_LENGTH];
    match bs58::decode(text).onto(&mut bytes) {
        Ok(COMMITMENT_LENGTH) => Ok(bytes.to_vec()),
        Ok(_) | Err(_) => Err(ContractError::MalformedCommitment { commitment: text.to_owned() }),
    }
}
