//! `nym-validator-client` =1.21.1 drives nyxlet and our mixnet contract; the message types of
//! `nym-mixnet-contract-common` =1.21.1 decode every live answer and encode it to the same JSON.

use anyhow::{Context, Result, ensure};
use cosmwasm_std::{Addr, Decimal};
use ed25519_dalek::{Signer as _, SigningKey};
use interop_chain::Localnet;
use nym_contracts_common::{Percent, signing::MessageSignature};
use nym_mixnet_contract_common::{
    self as mixnet, ContractBuildInformation, NodeCostParams, NymNode, QueryMsg,
    construct_nym_node_bonding_sign_payload,
    nym_node::{NodeConfigUpdate, Role},
};
use nym_network_defaults::NymNetworkDetails;
use nym_validator_client::{
    DirectSigningHttpRpcNyxdClient, QueryHttpRpcNyxdClient,
    nyxd::{
        AccountId, Coin, Config, CosmWasmClient, CosmWasmCoin,
        contract_traits::{MixnetQueryClient, MixnetSigningClient, PagedMixnetQueryClient, mixnet_query_client::MixnetQueryClientExt},
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

const PLEDGE: u128 = 150_000_000;
const DELEGATION: u128 = 25_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn the_published_client_drives_our_chain() -> Result<()> {
    let localnet = Localnet::start()?;
    let user = client(&localnet, "user-1")?;

    accounts_and_bank(&localnet, &user).await?;
    contract_information(&localnet, &user).await?;
    let (operator, delegator) = (address(&localnet, "node-1")?, address(&localnet, "delegator-1")?);
    every_answer_keeps_its_json(&localnet, &user, &operator, &delegator).await?;
    paging_queries(&user).await?;
    bonding_and_delegating(&localnet, &user).await?;
    // Again with events of both kinds pending, and for a node and a delegation that are new.
    every_answer_keeps_its_json(&localnet, &user, &user.address(), &user.address()).await?;
    transactions_are_found(&user).await
}

async fn accounts_and_bank(localnet: &Localnet, user: &DirectSigningHttpRpcNyxdClient) -> Result<()> {
    ensure!(user.get_chain_id().await?.as_str() == localnet.report.chain_id);
    ensure!(user.get_current_block_height().await?.value() > 1);
    let supply = user.get_total_supply().await?;
    ensure!(supply.iter().any(|coin| coin.denom == "unym"), "no unym in {supply:?}");

    let receiver = address(localnet, "user-2")?;
    let before = balance(user, &receiver).await?;
    let own_before = balance(user, &user.address()).await?;
    let sent = user.send(&receiver, vec![Coin::new(1234, "unym")], "interop", None).await?;
    ensure!(sent.tx_result.code.is_ok(), "send failed: {:?}", sent.tx_result.log);
    ensure!(balance(user, &receiver).await? == before + 1234);
    let fee = own_before - 1234 - balance(user, &user.address()).await?;
    ensure!(fee > 0 && fee < 100_000, "a fee of {fee} unym");
    let all = user.get_all_balances(&receiver).await?;
    ensure!(all.iter().any(|coin| coin.denom == "unym" && coin.amount == before + 1234));

    let sequence = user.account_sequence().await?;
    ensure!(sequence.sequence >= 1);
    ensure!(user.get_account(&receiver).await?.is_some());
    ensure!(user.get_account_public_key(&user.address()).await?.is_some());

    let too_much = user.send(&receiver, vec![Coin::new(u128::from(u64::MAX), "unym")], "too much", None).await;
    ensure!(too_much.is_err(), "a send beyond the balance went through");
    Ok(())
}

async fn contract_information(localnet: &Localnet, user: &DirectSigningHttpRpcNyxdClient) -> Result<()> {
    let contract: AccountId = parse(&localnet.report.contracts["mixnet"])?;
    let information = user.get_contract(&contract).await?;
    ensure!(information.address == contract);
    let codes = user.get_codes().await?;
    ensure!(codes.iter().any(|code| code.code_id == information.contract_info.code_id));
    let contracts = user.get_contracts(information.contract_info.code_id).await?;
    ensure!(contracts.contains(&contract));
    let history = user.get_contract_code_history(&contract).await?;
    ensure!(!history.is_empty());
    let cw2 = user.try_get_cw2_contract_version(&contract).await.context("no cw2 version")?;
    ensure!(cw2.contract == "crate:nym-mixnet-contract", "cw2 says {cw2:?}");
    let build: ContractBuildInformation = user
        .try_get_contract_build_information(&contract)
        .await
        .context("no build information")?;
    ensure!(build.contract_name == "nym-mixnet-contract");
    let state = user.query_all_contract_state(&contract).await?;
    ensure!(state.iter().any(|model| model.key == b"contract_info"));
    let raw = user.query_contract_raw(&contract, b"ci".to_vec()).await?;
    serde_json::from_slice::<mixnet::Interval>(&raw)?;
    Ok(())
}

/// Every query of the contract: the published type decodes the answer and encodes it to the same JSON.
async fn every_answer_keeps_its_json(
    localnet: &Localnet,
    user: &DirectSigningHttpRpcNyxdClient,
    owner: &AccountId,
    delegator: &AccountId,
) -> Result<()> {
    let (owner, delegator) = (owner.to_string(), delegator.to_string());
    let nodes = user.get_all_nymnodes_detailed().await?;
    let node = nodes.iter().find(|node| node.bond_information.owner.as_str() == owner).context("not bonded")?;
    let epoch_event = user.get_all_pending_epoch_events().await?.last().map_or(1, |event| event.id);
    let interval_event = user.get_all_pending_interval_events().await?.last().map_or(1, |event| event.id);
    let node_id = node.bond_information.node_id;
    let identity = node.bond_information.node.identity_key.clone();
    let contract: AccountId = parse(&localnet.report.contracts["mixnet"])?;
    let performance: Percent = Percent::from_percentage_value(95).map_err(|error| anyhow::anyhow!("{error}"))?;

    let mut failures = Vec::new();
    macro_rules! same_json {
        ($($kind:ty: $query:expr;)*) => {
            $(if let Err(error) = round_trip::<$kind>(user, &contract, $query).await {
                failures.push(format!("{}: {error:#}", stringify!($query)));
            })*
        };
    }
    use QueryMsg::*;
    same_json! {
        nym_validator_client::nyxd::cw_controllers::AdminResponse: Admin {};
        ContractBuildInformation: GetContractVersion {};
        cw2::ContractVersion: GetCW2ContractVersion {};
        String: GetRewardingValidatorAddress {};
        mixnet::ContractStateParams: GetStateParams {};
        mixnet::ContractState: GetState {};
        mixnet::CurrentNymNodeVersionResponse: GetCurrentNymNodeVersion {};
        mixnet::NymNodeVersionHistoryResponse: GetNymNodeVersionHistory { limit: None, start_after: None };
        mixnet::RewardingParams: GetRewardingParams {};
        mixnet::EpochStatus: GetEpochStatus {};
        mixnet::CurrentIntervalResponse: GetCurrentIntervalDetails {};
        mixnet::PagedMixnodeBondsResponse: GetMixNodeBonds { limit: None, start_after: None };
        mixnet::mixnode::PagedMixnodesDetailsResponse: GetMixNodesDetailed { limit: None, start_after: None };
        mixnet::mixnode::PagedUnbondedMixnodesResponse: GetUnbondedMixNodes { limit: None, start_after: None };
        mixnet::mixnode::PagedUnbondedMixnodesResponse: GetUnbondedMixNodesByOwner { owner: owner.clone(), limit: None, start_after: None };
        mixnet::mixnode::PagedUnbondedMixnodesResponse: GetUnbondedMixNodesByIdentityKey { identity_key: identity.clone(), limit: None, start_after: None };
        mixnet::MixOwnershipResponse: GetOwnedMixnode { address: owner.clone() };
        mixnet::MixnodeDetailsResponse: GetMixnodeDetails { mix_id: node_id };
        mixnet::mixnode::MixnodeRewardingDetailsResponse: GetMixnodeRewardingDetails { mix_id: node_id };
        mixnet::mixnode::MixStakeSaturationResponse: GetStakeSaturation { mix_id: node_id };
        mixnet::mixnode::UnbondedMixnodeResponse: GetUnbondedMixNodeInformation { mix_id: node_id };
        mixnet::MixnodeDetailsByIdentityResponse: GetBondedMixnodeDetailsByIdentity { mix_identity: identity.clone() };
        mixnet::PagedGatewayResponse: GetGateways { start_after: None, limit: None };
        mixnet::GatewayBondResponse: GetGatewayBond { identity: identity.clone() };
        mixnet::GatewayOwnershipResponse: GetOwnedGateway { address: owner.clone() };
        mixnet::gateway::PreassignedGatewayIdsResponse: GetPreassignedGatewayIds { start_after: None, limit: None };
        mixnet::nym_node::PagedNymNodeBondsResponse: GetNymNodeBondsPaged { limit: Some(3), start_after: None };
        mixnet::nym_node::PagedNymNodeDetailsResponse: GetNymNodesDetailedPaged { limit: None, start_after: Some(2) };
        mixnet::nym_node::UnbondedNodeResponse: GetUnbondedNymNode { node_id };
        mixnet::nym_node::PagedUnbondedNymNodesResponse: GetUnbondedNymNodesPaged { limit: None, start_after: None };
        mixnet::nym_node::PagedUnbondedNymNodesResponse: GetUnbondedNymNodesByOwnerPaged { owner: owner.clone(), limit: None, start_after: None };
        mixnet::nym_node::PagedUnbondedNymNodesResponse: GetUnbondedNymNodesByIdentityKeyPaged { identity_key: identity.clone(), limit: None, start_after: None };
        mixnet::nym_node::NodeOwnershipResponse: GetOwnedNymNode { address: owner.clone() };
        mixnet::nym_node::NodeDetailsResponse: GetNymNodeDetails { node_id };
        mixnet::nym_node::NodeDetailsByIdentityResponse: GetNymNodeDetailsByIdentityKey { node_identity: identity.clone() };
        mixnet::nym_node::NodeRewardingDetailsResponse: GetNodeRewardingDetails { node_id };
        mixnet::nym_node::StakeSaturationResponse: GetNodeStakeSaturation { node_id };
        mixnet::nym_node::EpochAssignmentResponse: GetRoleAssignment { role: Role::Layer1 };
        mixnet::nym_node::RolesMetadataResponse: GetRewardedSetMetadata {};
        mixnet::PagedNodeDelegationsResponse: GetNodeDelegations { node_id, start_after: None, limit: None };
        mixnet::PagedDelegatorDelegationsResponse: GetDelegatorDelegations { delegator: delegator.clone(), start_after: None, limit: None };
        mixnet::delegation::NodeDelegationResponse: GetDelegationDetails { node_id, delegator: delegator.clone(), proxy: None };
        mixnet::PagedAllDelegationsResponse: GetAllDelegations { start_after: None, limit: Some(4) };
        mixnet::PendingRewardResponse: GetPendingOperatorReward { address: owner.clone() };
        mixnet::PendingRewardResponse: GetPendingNodeOperatorReward { node_id };
        mixnet::PendingRewardResponse: GetPendingDelegatorReward { address: delegator.clone(), node_id, proxy: None };
        mixnet::EstimatedCurrentEpochRewardResponse: GetEstimatedCurrentEpochOperatorReward { node_id, estimated_performance: performance, estimated_work: None };
        mixnet::EstimatedCurrentEpochRewardResponse: GetEstimatedCurrentEpochDelegatorReward { address: delegator.clone(), node_id, estimated_performance: performance, estimated_work: Some(Decimal::permille(4)) };
        mixnet::PendingEpochEventsResponse: GetPendingEpochEvents { limit: None, start_after: None };
        mixnet::PendingIntervalEventsResponse: GetPendingIntervalEvents { limit: None, start_after: None };
        mixnet::PendingEpochEventResponse: GetPendingEpochEvent { event_id: epoch_event };
        mixnet::PendingIntervalEventResponse: GetPendingIntervalEvent { event_id: interval_event };
        mixnet::NumberOfPendingEventsResponse: GetNumberOfPendingEvents {};
        u32: GetSigningNonce { address: owner.clone() };
        mixnet::KeyRotationState: GetKeyRotationState {};
        mixnet::KeyRotationIdResponse: GetKeyRotationId {};
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

async fn round_trip<T>(user: &DirectSigningHttpRpcNyxdClient, contract: &AccountId, query: QueryMsg) -> Result<()>
where
    T: Serialize + DeserializeOwned,
{
    let answer: Value = user.query_contract_smart(contract, &query).await?;
    let decoded: T = serde_json::from_value(answer.clone()).with_context(|| format!("does not decode: {answer}"))?;
    let encoded = serde_json::to_value(&decoded)?;
    ensure!(encoded == answer, "{answer} became {encoded}");
    Ok(())
}

async fn paging_queries(user: &DirectSigningHttpRpcNyxdClient) -> Result<()> {
    let bonds = user.get_all_nymnode_bonds().await?;
    ensure!(bonds.len() >= 9, "{} nodes are bonded", bonds.len());
    ensure!(user.get_all_nymnodes_detailed().await?.len() == bonds.len());
    ensure!(user.get_all_network_delegations().await?.len() >= bonds.len());
    let first = bonds[0].node_id;
    ensure!(!user.get_all_single_mixnode_delegations(first).await?.is_empty());
    ensure!(user.get_all_mixnode_bonds().await?.is_empty());
    ensure!(user.get_all_mixnodes_detailed().await?.is_empty());
    ensure!(user.get_all_gateways().await?.is_empty());
    ensure!(user.get_all_preassigned_gateway_ids().await?.is_empty());
    ensure!(user.get_all_unbonded_mixnodes().await?.is_empty());
    user.get_all_unbonded_nymnodes().await?;
    user.get_all_pending_epoch_events().await?;
    user.get_all_pending_interval_events().await?;
    ensure!(!user.get_full_nym_node_version_history().await?.is_empty());
    let set = user.get_rewarded_set().await?;
    ensure!(set.epoch_id > 0, "no rewarded set yet");
    ensure!(!set.assignment.layer1.is_empty() && !set.assignment.entry_gateways.is_empty());
    Ok(())
}

async fn bonding_and_delegating(localnet: &Localnet, user: &DirectSigningHttpRpcNyxdClient) -> Result<()> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let node = NymNode {
        host: "203.0.113.77".to_owned(),
        custom_http_port: Some(8080),
        identity_key: bs58::encode(key.verifying_key().to_bytes()).into_string(),
    };
    let costs = NodeCostParams {
        profit_margin_percent: Percent::from_percentage_value(20).map_err(|error| anyhow::anyhow!("{error}"))?,
        interval_operating_cost: CosmWasmCoin::new(40_000_000_u128, "unym"),
    };
    let pledge = CosmWasmCoin::new(PLEDGE, "unym");
    let nonce = user.get_signing_nonce(&user.address()).await?;
    let payload = construct_nym_node_bonding_sign_payload(
        nonce,
        Addr::unchecked(user.address().to_string()),
        pledge.clone(),
        node.clone(),
        costs.clone(),
    );
    let signature = key.sign(&payload.to_plaintext()?).to_bytes().to_vec();

    // A signature over something else must not bond, the right one must.
    let wrong = MessageSignature::from([1_u8; 64].as_slice());
    let refused = user.bond_nymnode(node.clone(), costs.clone(), wrong, pledge.clone().into(), None).await;
    ensure!(refused.is_err(), "a wrong signature bonded a node");
    user.bond_nymnode(node.clone(), costs.clone(), MessageSignature::from(signature.as_slice()), pledge.into(), None).await?;

    let owned = user.get_owned_nymnode(&user.address()).await?.details.context("the node is not there")?;
    let node_id = owned.bond_information.node_id;
    ensure!(owned.bond_information.node.identity_key == node.identity_key);
    ensure!(owned.bond_information.original_pledge.amount.u128() == PLEDGE);
    ensure!(user.get_signing_nonce(&user.address()).await? == nonce + 1);

    user.update_nymnode_config(
        NodeConfigUpdate { host: Some("203.0.113.78".to_owned()), custom_http_port: None, restore_default_http_port: true },
        None,
    )
    .await?;
    let details = user.get_nymnode_details(node_id).await?.details.context("the node is not there")?;
    ensure!(details.bond_information.node.host == "203.0.113.78");
    ensure!(details.bond_information.node.custom_http_port.is_none());

    user.pledge_more(Coin::new(1_000_000, "unym"), None).await?;
    user.delegate(node_id, Coin::new(DELEGATION, "unym"), None).await?;
    let pending = user.get_all_pending_epoch_events().await?;
    ensure!(pending.len() >= 2, "{} events are pending", pending.len());
    let dearer = NodeCostParams {
        profit_margin_percent: costs.profit_margin_percent,
        interval_operating_cost: CosmWasmCoin::new(50_000_000_u128, "unym"),
    };
    user.update_cost_params(dearer, None).await?;
    ensure!(!user.get_all_pending_interval_events().await?.is_empty(), "the new costs are not pending");
    let missing = user.delegate(9999, Coin::new(DELEGATION, "unym"), None).await;
    ensure!(missing.is_err(), "a delegation to a node that is not there was taken");

    // Of somebody who earned already (the localnet turned epochs): the reward arrives.
    let operator = client(localnet, "node-1")?;
    let reward = operator.get_pending_operator_reward(&operator.address()).await?;
    let earned = reward.amount_earned.context("node-1 has no reward")?.amount.u128();
    ensure!(earned > 0, "node-1 earned nothing");
    let before = balance(user, &operator.address()).await?;
    let result = operator.withdraw_operator_reward(None).await?;
    ensure!(!result.events.is_empty());
    let after = balance(user, &operator.address()).await?;
    ensure!(after + 100_000 > before + earned && after < before + earned, "{before} + {earned} became {after}");
    Ok(())
}

async fn transactions_are_found(user: &DirectSigningHttpRpcNyxdClient) -> Result<()> {
    let query = format!("message.sender='{}'", user.address()).parse()?;
    let found = user.search_tx(query).await?;
    ensure!(found.len() >= 5, "{} transactions found", found.len());
    let first = &found[0];
    let again = user.get_tx(first.hash).await?;
    ensure!(again.height == first.height && again.tx_result.gas_used == first.tx_result.gas_used);
    Ok(())
}

#[tokio::test]
async fn a_closed_port_is_an_error() -> Result<()> {
    let config = Config::try_from_nym_network_details(&NymNetworkDetails::new_mainnet())?;
    let client = QueryHttpRpcNyxdClient::connect(config, "http://127.0.0.1:1")?;
    ensure!(client.get_chain_id().await.is_err());
    Ok(())
}

fn client(localnet: &Localnet, role: &str) -> Result<DirectSigningHttpRpcNyxdClient> {
    let contracts = &localnet.report.contracts;
    let mut details = NymNetworkDetails::new_mainnet().with_mixnet_contract(contracts.get("mixnet"));
    details.contracts.vesting_contract_address = contracts.get("vesting").cloned();
    let config = Config::try_from_nym_network_details(&details)?;
    let mnemonic = localnet.report.mnemonics[role].parse()?;
    Ok(DirectSigningHttpRpcNyxdClient::connect_with_mnemonic(
        config,
        localnet.report.endpoints.rpc.as_str(),
        mnemonic,
    )?)
}

async fn balance(user: &DirectSigningHttpRpcNyxdClient, address: &AccountId) -> Result<u128> {
    Ok(user.get_balance(address, "unym".to_owned()).await?.map_or(0, |coin| coin.amount))
}

fn address(localnet: &Localnet, role: &str) -> Result<AccountId> {
    parse(&localnet.report.addresses[role])
}

fn parse(address: &str) -> Result<AccountId> {
    address.parse().map_err(|error| anyhow::anyhow!("{address}: {error}"))
}
