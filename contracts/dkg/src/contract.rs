//! Entry points: what a chain calls.

use crate::constants::{CONTRACT_NAME, CONTRACT_VERSION, MAX_KEY_SIZE, PACKAGE_NAME};
use crate::error::ContractError;
use crate::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use crate::state::{
    ADMIN, EPOCH_THRESHOLDS, HISTORICAL_EPOCH, KEYS_IN_SERVICE, LAST_EPOCH_ID, MULTISIG, RULES, STATE, save_epoch,
    vk_shares,
};
use crate::types::{CeremonyRules, DealerRegistrationDetails, Epoch, EpochState, State};
use crate::{ceremony, dealers, dealings, queries, settings, shares};
#[cfg(feature = "entry-points")]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Order, Reply, Response};
use cw4::Cw4Contract;
use nym_contracts_common::{check_and_bump_contract_version, store_build_information};

/// Begins a contract (`docs/protocol/quorum-contracts.md` §4.1).
///
/// # Errors
/// When an address is malformed or a setting impossible.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn instantiate(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    let (times, rules) = (msg.time_configuration.unwrap_or_default(), msg.ceremony_rules.unwrap_or_default());
    settings::ensure_possible_times(&times)?;
    settings::ensure_possible_rules(&rules)?;
    if !(1..=MAX_KEY_SIZE).contains(&msg.key_size) {
        return Err(ContractError::ImpossibleKeySize { key_size: msg.key_size, maximum: MAX_KEY_SIZE });
    }
    let state = State {
        mix_denom: msg.mix_denom,
        multisig_addr: deps.api.addr_validate(&msg.multisig_addr)?,
        group_addr: Cw4Contract(deps.api.addr_validate(&msg.group_addr)?),
        key_size: msg.key_size,
    };
    ADMIN.set(deps.branch(), Some(info.sender))?;
    MULTISIG.set(deps.branch(), Some(state.multisig_addr.clone()))?;
    STATE.save(deps.storage, &state)?;
    RULES.save(deps.storage, &rules)?;
    let epoch = Epoch { time_configuration: times, ..Epoch::default() };
    save_epoch(deps.storage, &epoch, env.block.height)?;
    cw2::set_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    store_build_information(deps.storage, PACKAGE_NAME, CONTRACT_VERSION)?;
    Ok(Response::new())
}

/// Carries out a message (`docs/protocol/quorum-contracts.md` §4.4, §15.2).
///
/// # Errors
/// When the message is refused; each reason is a [`ContractError`].
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, ContractError> {
    // The handlers are `#[inline(never)]`: merged into this function they need more local variables than the 100 that
    // a chain allows.
    let env = &env;
    match msg {
        ExecuteMsg::InitiateDkg {} => ceremony::initiate(deps, env, &info),
        ExecuteMsg::AdvanceEpochState {} => ceremony::advance(deps, env),
        ExecuteMsg::TriggerReset {} => ceremony::trigger(deps, env, &info, false),
        ExecuteMsg::TriggerResharing {} => ceremony::trigger(deps, env, &info, true),
        ExecuteMsg::CancelCeremony {} => ceremony::cancel(deps, env, &info),

        ExecuteMsg::RegisterDealer { bte_key_with_proof, identity_key, announce_address, resharing } => {
            let details = DealerRegistrationDetails {
                bte_public_key_with_proof: bte_key_with_proof,
                ed25519_identity: identity_key,
                announce_address,
            };
            dealers::register(deps, env, &info, &details, resharing)
        }
        ExecuteMsg::CommitDealingsMetadata { dealing_index, chunks, resharing } => {
            dealings::commit_metadata(deps, &info, dealing_index, &chunks, resharing)
        }
        ExecuteMsg::CommitDealingsChunk { chunk } => dealings::commit_chunk(deps, env, &info, &chunk),
        ExecuteMsg::CommitVerificationKeyShare { share, resharing } => {
            shares::commit_share(deps, env, &info, share, resharing)
        }
        ExecuteMsg::VerifyVerificationKeyShare { owner, resharing } => {
            shares::verify_share(deps, env, &info, &owner, resharing)
        }
        ExecuteMsg::TransferOwnership { transfer_to } => dealers::transfer_ownership(deps, env, &info, &transfer_to),
        ExecuteMsg::UpdateAnnounceAddress { new_address } => {
            dealers::update_announce_address(deps, env, &info, new_address)
        }
        ExecuteMsg::PruneDealings { limit } => dealings::prune_dealings(deps, limit),

        ExecuteMsg::UpdateAdmin { admin } => settings::update_admin(deps, info, &admin),
        ExecuteMsg::UpdateTimeConfiguration { time_configuration } => {
            settings::update_times(deps, env, &info, time_configuration)
        }
        ExecuteMsg::UpdateCeremonyRules { ceremony_rules } => settings::update_rules(deps, &info, &ceremony_rules),
        ExecuteMsg::ProposeAdminAction { action } => settings::propose_admin_action(deps, env, &info, &action),
    }
}

/// Hears from the multisig which number a proposal got.
///
/// # Errors
/// When it does not tell.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn reply(deps: DepsMut, _env: Env, reply: Reply) -> Result<Response, ContractError> {
    shares::answered(deps, reply)
}

/// Answers a question (`docs/protocol/quorum-contracts.md` §4.8, §15.2).
///
/// # Errors
/// When an address is malformed or storage contradicts itself.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    queries::answer(deps, &env, msg)
}

/// Moves the contract to this code. Storage that code without this record has left is completed: the number of the last
/// ceremony, and the keys in service.
///
/// # Errors
/// When the stored contract is another or newer one.
#[cfg_attr(feature = "entry-points", entry_point)]
pub fn migrate(deps: DepsMut, env: Env, MigrateMsg {}: MigrateMsg) -> Result<Response, ContractError> {
    store_build_information(deps.storage, PACKAGE_NAME, CONTRACT_VERSION)?;
    check_and_bump_contract_version(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    if !RULES.exists(deps.storage) {
        RULES.save(deps.storage, &CeremonyRules::default())?;
    }
    // A ceremony may be between its states; what was before it is unknown then, and no keys are named.
    let Some(mut epoch) = HISTORICAL_EPOCH.may_load(deps.storage)? else { return Ok(Response::new()) };
    if epoch.state != EpochState::WaitingInitialisation && !LAST_EPOCH_ID.exists(deps.storage) {
        LAST_EPOCH_ID.save(deps.storage, &epoch.epoch_id)?;
    }
    if epoch.state.is_in_progress()
        && !KEYS_IN_SERVICE.exists(deps.storage)
        && let Some(threshold) = EPOCH_THRESHOLDS.may_load(deps.storage, epoch.epoch_id)?
    {
        // Networks for tests are begun with keys and without a ceremony that would have counted them.
        if epoch.state_progress.verified_keys == 0 {
            let shares = vk_shares();
            let all = shares.idx.epoch_id.prefix(epoch.epoch_id).range(deps.storage, None, None, Order::Ascending);
            let verified = all.filter(|share| share.as_ref().is_ok_and(|(_, share)| share.verified)).count();
            epoch.state_progress.verified_keys = u32::try_from(verified).unwrap_or(u32::MAX);
            save_epoch(deps.storage, &epoch, env.block.height)?;
        }
        ceremony::put_into_service(deps.storage, &epoch, threshold, false, env.block.time)?;
    }
    Ok(Response::new())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::state::{GENERATIONS, THRESHOLD};
    use crate::types::ContractVKShare;
    use cosmwasm_std::testing::{mock_dependencies, mock_env};
    use cosmwasm_std::{Addr, SubMsgResult, Timestamp};

    /// What scenarios cannot reach, because it needs the storage of other code. What else is refused is tested beside the
    /// check.
    #[test]
    fn newer_contracts_cannot_be_migrated_from() {
        let mut deps = mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, CONTRACT_NAME, "99.0.0").unwrap();
        let refusal = migrate(deps.as_mut(), mock_env(), MigrateMsg {}).unwrap_err();
        assert!(refusal.to_string().contains("the stored version 99.0.0 is newer"), "{refusal}");
    }

    /// Networks for tests are begun by code that writes keys without a ceremony
    /// (`docs/protocol/quorum-contracts.md` §11.3).
    #[test]
    fn keys_that_other_code_has_written_are_put_into_service() {
        let mut deps = mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, CONTRACT_NAME, "0.1.0").unwrap();
        let (state, deadline) = (EpochState::InProgress, Some(Timestamp::from_seconds(10_000_000_000)));
        save_epoch(&mut deps.storage, &Epoch { state, deadline, ..Epoch::default() }, 7).unwrap();
        THRESHOLD.save(&mut deps.storage, &2).unwrap();
        EPOCH_THRESHOLDS.save(&mut deps.storage, 0, &2).unwrap();
        for (name, verified) in [("a", true), ("b", true), ("c", false)] {
            let owner = Addr::unchecked(name);
            let share = ContractVKShare {
                share: "2".into(),
                announce_address: "https://signer.example".into(),
                node_index: 1,
                owner: owner.clone(),
                epoch_id: 0,
                verified,
            };
            vk_shares().save(&mut deps.storage, (&owner, 0), &share).unwrap();
        }
        for _ in 0..2 {
            migrate(deps.as_mut(), mock_env(), MigrateMsg {}).unwrap();
        }
        assert_eq!(KEYS_IN_SERVICE.load(&deps.storage).unwrap(), 0);
        let generation = GENERATIONS.load(&deps.storage, 0).unwrap();
        assert_eq!((generation.threshold, generation.progress.verified_keys), (2, 2));
        // The next ceremony gets a number of its own.
        assert_eq!(LAST_EPOCH_ID.load(&deps.storage).unwrap(), 0);
        assert_eq!(RULES.load(&deps.storage).unwrap(), CeremonyRules::default());
    }

    #[test]
    fn replies_that_nobody_asked_for_are_refused() {
        let mut deps = mock_dependencies();
        let answer = |id| Reply { id, payload: Binary::default(), gas_used: 0, result: SubMsgResult::Err("no".into()) };
        assert_eq!(reply(deps.as_mut(), mock_env(), answer(7)), Err(ContractError::UnknownReply { id: 7 }));
        assert!(matches!(reply(deps.as_mut(), mock_env(), answer(1)), Err(ContractError::ProposalReply(_))));
    }
}
