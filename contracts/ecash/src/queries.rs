//! Answers to questions (`docs/protocol/quorum-contracts.md` §3.3, §15.1).

use crate::blacklist::proposals_against;
use crate::constants::pages::{self, PageSize};
use crate::error::ContractError;
use crate::msg::{
    BlacklistProposalResponse, BlacklistProposalsResponse, BlacklistedAccount, BlacklistedAccountResponse, DepositData,
    DepositResponse, DepositsStatistics, ForfeitProposalResponse, ForfeitedDepositResponse, IssuanceStandingResponse,
    LatestDepositResponse, PagedBlacklistedAccountResponse, PagedDepositsResponse, PagedForfeitedDepositsResponse,
    PayoutResponse, PoolResponse, QueryMsg, WhitelistedAccountsResponse,
};
use crate::payouts::{decode_commitment, payable_tickets};
use crate::state::{
    ADMIN, BLACKLIST, BLACKLIST_PROPOSALS, CONFIG, CUSTOM_PRICE_AMOUNTS, CUSTOM_PRICE_DEPOSITS, DEFAULT_PRICE_AMOUNTS,
    DEFAULT_PRICE_DEPOSITS, DEPOSITS, FORFEIT_PROPOSALS, FORFEITED, NEXT_DEPOSIT, PAYOUTS, POOL_COUNTERS,
    REDUCED_DEPOSITS, TICKETS_PAID, deposit_key,
};
use crate::types::{Deposit, DepositId, WhitelistedAccount};
use cosmwasm_std::{Binary, Coin, Deps, Order, StdResult, Storage, to_json_binary};
use cw_storage_plus::Bound;
use nym_contracts_common::page_limit;

/// Answers a question.
pub(crate) fn answer(deps: Deps, question: QueryMsg) -> Result<Binary, ContractError> {
    let storage = deps.storage;
    let answer = match question {
        QueryMsg::GetDefaultDepositAmount {} | QueryMsg::GetRequiredDepositAmount {} => {
            to_json_binary(&CONFIG.load(storage)?.deposit_amount)
        }
        QueryMsg::GetReducedDepositAmount { address } => {
            to_json_binary(&REDUCED_DEPOSITS.may_load(storage, &deps.api.addr_validate(&address)?)?)
        }
        QueryMsg::GetAllWhitelistedAccounts {} => to_json_binary(&whitelist(storage)?),
        QueryMsg::GetDeposit { deposit_id } => {
            to_json_binary(&DepositResponse { id: deposit_id, deposit: deposit(storage, deposit_id)? })
        }
        QueryMsg::GetLatestDeposit {} => to_json_binary(&latest_deposit(storage)?),
        QueryMsg::GetDepositsPaged { limit, start_after } => {
            to_json_binary(&deposits_page(storage, limit, start_after)?)
        }
        QueryMsg::GetDepositsStatistics {} => to_json_binary(&statistics(storage)?),
        QueryMsg::GetBlacklistedAccount { public_key } => {
            to_json_binary(&BlacklistedAccountResponse { account: BLACKLIST.may_load(storage, &public_key)? })
        }
        QueryMsg::GetBlacklistPaged { limit, start_after } => {
            to_json_binary(&blacklist_page(storage, limit, start_after)?)
        }

        QueryMsg::Admin {} => to_json_binary(&ADMIN.query_admin(deps)?),
        QueryMsg::GetIssuanceStanding { deposit_id, public_key } => to_json_binary(&IssuanceStandingResponse {
            deposit: deposit(storage, deposit_id)?,
            forfeited: FORFEITED.may_load(storage, deposit_id)?,
            blacklisting: BLACKLIST.may_load(storage, &public_key)?,
        }),
        QueryMsg::GetBlacklistProposal { proposal_id } => {
            let proposal = BLACKLIST_PROPOSALS.may_load(storage, proposal_id)?;
            to_json_binary(&BlacklistProposalResponse { proposal })
        }
        QueryMsg::GetBlacklistProposals { public_key } => to_json_binary(&blacklist_proposals(storage, &public_key)?),
        QueryMsg::GetForfeitProposal { proposal_id } => {
            let proposal = FORFEIT_PROPOSALS.may_load(storage, proposal_id)?;
            to_json_binary(&ForfeitProposalResponse { proposal })
        }
        QueryMsg::GetForfeitedDeposit { deposit_id } => {
            let forfeited = FORFEITED.may_load(storage, deposit_id)?;
            to_json_binary(&ForfeitedDepositResponse { deposit_id, forfeited })
        }
        QueryMsg::GetForfeitedDepositsPaged { limit, start_after } => {
            to_json_binary(&forfeited_page(storage, limit, start_after)?)
        }
        QueryMsg::GetPayout { gateway, commitment_bs58 } => {
            let gateway = deps.api.addr_validate(&gateway)?;
            let payout = PAYOUTS.may_load(storage, (&gateway, &decode_commitment(&commitment_bs58)?))?;
            to_json_binary(&PayoutResponse { gateway, commitment_bs58, payout })
        }
        QueryMsg::GetPool {} => to_json_binary(&pool(storage)?),
    };
    Ok(answer?)
}

fn whitelist(storage: &dyn Storage) -> StdResult<WhitelistedAccountsResponse> {
    let whitelisted_accounts = REDUCED_DEPOSITS
        .range(storage, None, None, Order::Ascending)
        .map(|entry| entry.map(|(address, deposit)| WhitelistedAccount { address, deposit }))
        .collect::<StdResult<_>>()?;
    Ok(WhitelistedAccountsResponse { whitelisted_accounts })
}

fn deposit(storage: &dyn Storage, deposit_id: DepositId) -> Result<Option<Deposit>, ContractError> {
    let key = deposit_key(storage, deposit_id)?;
    Ok(key.map(|key| Deposit { bs58_encoded_ed25519_pubkey: bs58::encode(key).into_string() }))
}

fn latest_deposit(storage: &dyn Storage) -> Result<LatestDepositResponse, ContractError> {
    let Some(id) = NEXT_DEPOSIT.load(storage)?.checked_sub(1) else {
        return Ok(LatestDepositResponse { deposit: None });
    };
    let deposit = deposit(storage, id)?.map(|deposit| DepositData { id, deposit });
    Ok(LatestDepositResponse { deposit })
}

fn deposits_page(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<DepositId>,
) -> Result<PagedDepositsResponse, ContractError> {
    let limit = limit_of(limit, pages::DEPOSITS);
    let mut deposits = Vec::new();
    for id in DEPOSITS.keys(storage, start_after.map(Bound::exclusive), None, Order::Ascending).take(limit) {
        let id = id?;
        deposits.extend(deposit(storage, id)?.map(|deposit| DepositData { id, deposit }));
    }
    let start_next_after = deposits.last().map(|last| last.id);
    Ok(PagedDepositsResponse { deposits, start_next_after })
}

fn statistics(storage: &dyn Storage) -> StdResult<DepositsStatistics> {
    let (total, total_deposited) = (NEXT_DEPOSIT.load(storage)?, POOL_COUNTERS.load(storage)?.total_deposited);
    let with_default = DEFAULT_PRICE_DEPOSITS.load(storage)?;
    let amount_with_default = DEFAULT_PRICE_AMOUNTS.load(storage)?;
    let custom_amount = total_deposited.amount.saturating_sub(amount_with_default.amount);
    let made = CUSTOM_PRICE_DEPOSITS.range(storage, None, None, Order::Ascending);
    let deposited = CUSTOM_PRICE_AMOUNTS.range(storage, None, None, Order::Ascending);
    Ok(DepositsStatistics {
        total_deposits_made: total,
        total_deposits_made_with_default_price: with_default,
        total_deposits_made_with_custom_price: total.saturating_sub(with_default),
        total_deposited_with_custom_price: Coin { denom: total_deposited.denom.clone(), amount: custom_amount },
        total_deposited,
        total_deposited_with_default_price: amount_with_default,
        deposits_made_with_custom_price: made
            .map(|entry| entry.map(|(account, count)| (account.into_string(), count)))
            .collect::<StdResult<_>>()?,
        deposited_with_custom_price: deposited
            .map(|entry| entry.map(|(account, amount)| (account.into_string(), amount)))
            .collect::<StdResult<_>>()?,
    })
}

fn blacklist_page(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<String>,
) -> StdResult<PagedBlacklistedAccountResponse> {
    let per_page = limit_of(limit, pages::BLACKLIST);
    let accounts = BLACKLIST
        .range(storage, start_after.as_deref().map(Bound::exclusive), None, Order::Ascending)
        .take(per_page)
        .map(|entry| entry.map(|(public_key, info)| BlacklistedAccount { public_key, info }))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = accounts.last().map(|account| account.public_key.clone());
    Ok(PagedBlacklistedAccountResponse { accounts, per_page, start_next_after })
}

fn blacklist_proposals(storage: &dyn Storage, public_key: &str) -> StdResult<BlacklistProposalsResponse> {
    let mut proposals = proposals_against(storage, public_key)?
        .into_iter()
        .map(|(_, proposal_id)| BLACKLIST_PROPOSALS.load(storage, proposal_id))
        .collect::<StdResult<Vec<_>>>()?;
    proposals.sort_by_key(|proposal| proposal.proposal_id);
    Ok(BlacklistProposalsResponse { proposals })
}

fn forfeited_page(
    storage: &dyn Storage,
    limit: Option<u32>,
    start_after: Option<DepositId>,
) -> StdResult<PagedForfeitedDepositsResponse> {
    let forfeited = FORFEITED
        .range(storage, start_after.map(Bound::exclusive), None, Order::Ascending)
        .take(limit_of(limit, pages::DEPOSITS))
        .map(|entry| entry.map(|(_, forfeited)| forfeited))
        .collect::<StdResult<Vec<_>>>()?;
    let start_next_after = forfeited.last().map(|last| last.deposit_id);
    Ok(PagedForfeitedDepositsResponse { forfeited, start_next_after })
}

fn pool(storage: &dyn Storage) -> StdResult<PoolResponse> {
    let counters = POOL_COUNTERS.load(storage)?;
    Ok(PoolResponse {
        total_deposited: counters.total_deposited,
        total_paid: counters.total_redeemed,
        tickets_paid: TICKETS_PAID.may_load(storage)?.unwrap_or_default(),
        tickets_payable: payable_tickets(storage)?,
        tickets_requested_and_not_redeemed: counters.tickets_requested_and_not_redeemed,
    })
}

fn limit_of(requested: Option<u32>, (default, maximum): PageSize) -> usize {
    page_limit(requested, default, maximum)
}
