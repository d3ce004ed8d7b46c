//! Questions with one answer.

use cosmwasm_std::Decimal;
use nym_contracts_common::{ContractBuildInformation, Percent};
use nym_mixnet_contract::{
    msg::{
        CurrentIntervalResponse, CurrentNymNodeVersionResponse, EpochAssignmentResponse,
        EstimatedCurrentEpochRewardResponse, KeyRotationIdResponse, NodeDelegationResponse,
        NodeDetailsByIdentityResponse, NodeDetailsResponse, NodeOwnershipResponse, NodeRewardingDetailsResponse,
        NumberOfPendingEventsResponse, PendingEpochEventResponse, PendingIntervalEventResponse, PendingRewardResponse,
        QueryMsg, RolesMetadataResponse, StakeSaturationResponse, UnbondedNodeResponse,
    },
    types::{
        ContractState, ContractStateParams, EpochEventId, EpochStatus, HistoricalNymNodeVersionEntry, IntervalEventId,
        KeyRotationState, NodeId, NodeRewarding, Nonce, NymNodeDetails, PendingEpochEventData,
        PendingIntervalEventData, RewardingParams, Role, UnbondedNymNode,
    },
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{AccountId, ClientError, QueryClient};

/// Asks one mixnet contract.
#[derive(Clone, Debug)]
pub struct MixnetQueries {
    pub(super) client: QueryClient,
    contract: AccountId,
}

/// Name and version of a contract, as migrations compare them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ContractVersion {
    /// Name of the contract's crate.
    pub contract: String,
    /// Its version.
    pub version: String,
}

#[derive(Deserialize)]
struct AdminAnswer {
    admin: Option<String>,
}

impl MixnetQueries {
    /// Asks the contract at this address.
    pub fn new(client: QueryClient, contract: AccountId) -> Self {
        Self { client, contract }
    }

    /// The contract's address.
    pub fn contract(&self) -> &AccountId {
        &self.contract
    }

    /// The client that asks.
    pub fn client(&self) -> &QueryClient {
        &self.client
    }

    /// Asks the contract in its own words, for what has no method here.
    ///
    /// # Errors
    /// As every question of this type: when the node does not answer, when the contract refuses
    /// ([`ClientError::Chain`]), when its answer has another form ([`ClientError::Answer`]).
    pub async fn ask<Answer: DeserializeOwned>(&self, question: &QueryMsg) -> Result<Answer, ClientError> {
        self.client.smart_query(&self.contract, question).await
    }

    /// Who administers the contract.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn admin(&self) -> Result<Option<String>, ClientError> {
        Ok(self.ask::<AdminAnswer>(&QueryMsg::Admin {}).await?.admin)
    }

    /// Where the running code came from.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn build_information(&self) -> Result<ContractBuildInformation, ClientError> {
        self.ask(&QueryMsg::GetContractVersion {}).await
    }

    /// Name and version that migrations compare.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn contract_version(&self) -> Result<ContractVersion, ClientError> {
        self.ask(&QueryMsg::GetCW2ContractVersion {}).await
    }

    /// Who turns epochs.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn rewarding_validator(&self) -> Result<AccountId, ClientError> {
        let address: String = self.ask(&QueryMsg::GetRewardingValidatorAddress {}).await?;
        self.client.address(&address)
    }

    /// Settings.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn state_params(&self) -> Result<ContractStateParams, ClientError> {
        self.ask(&QueryMsg::GetStateParams {}).await
    }

    /// Accounts and settings.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn state(&self) -> Result<ContractState, ClientError> {
        self.ask(&QueryMsg::GetState {}).await
    }

    /// The current release of the node software.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn current_node_version(&self) -> Result<Option<HistoricalNymNodeVersionEntry>, ClientError> {
        Ok(self.ask::<CurrentNymNodeVersionResponse>(&QueryMsg::GetCurrentNymNodeVersion {}).await?.version)
    }

    /// Parameters of rewarding.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn rewarding_params(&self) -> Result<RewardingParams, ClientError> {
        self.ask(&QueryMsg::GetRewardingParams {}).await
    }

    /// What the epoch waits for.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn epoch_status(&self) -> Result<EpochStatus, ClientError> {
        self.ask(&QueryMsg::GetEpochStatus {}).await
    }

    /// Where the network is in time.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn current_interval(&self) -> Result<CurrentIntervalResponse, ClientError> {
        self.ask(&QueryMsg::GetCurrentIntervalDetails {}).await
    }

    /// A bonded node.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn node(&self, node_id: NodeId) -> Result<Option<NymNodeDetails>, ClientError> {
        Ok(self.ask::<NodeDetailsResponse>(&QueryMsg::GetNymNodeDetails { node_id }).await?.details)
    }

    /// The bonded node with this identity.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn node_by_identity(&self, identity: &str) -> Result<Option<NymNodeDetails>, ClientError> {
        let question = QueryMsg::GetNymNodeDetailsByIdentityKey { node_identity: identity.into() };
        Ok(self.ask::<NodeDetailsByIdentityResponse>(&question).await?.details)
    }

    /// The node that an account owns.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn owned_node(&self, owner: &AccountId) -> Result<Option<NymNodeDetails>, ClientError> {
        let question = QueryMsg::GetOwnedNymNode { address: owner.to_string() };
        Ok(self.ask::<NodeOwnershipResponse>(&question).await?.details)
    }

    /// A node that has left.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn unbonded_node(&self, node_id: NodeId) -> Result<Option<UnbondedNymNode>, ClientError> {
        Ok(self.ask::<UnbondedNodeResponse>(&QueryMsg::GetUnbondedNymNode { node_id }).await?.details)
    }

    /// Stake and rewards of a node, also of one that left delegations behind.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn node_rewarding(&self, node_id: NodeId) -> Result<Option<NodeRewarding>, ClientError> {
        let question = QueryMsg::GetNodeRewardingDetails { node_id };
        Ok(self.ask::<NodeRewardingDetailsResponse>(&question).await?.rewarding_details)
    }

    /// How far a node's stake is from saturation.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn stake_saturation(&self, node_id: NodeId) -> Result<StakeSaturationResponse, ClientError> {
        self.ask(&QueryMsg::GetNodeStakeSaturation { node_id }).await
    }

    /// The nodes that have a role in this epoch.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn role_assignment(&self, role: Role) -> Result<EpochAssignmentResponse, ClientError> {
        self.ask(&QueryMsg::GetRoleAssignment { role }).await
    }

    /// The outline of this epoch's rewarded set.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn rewarded_set_metadata(&self) -> Result<RolesMetadataResponse, ClientError> {
        self.ask(&QueryMsg::GetRewardedSetMetadata {}).await
    }

    /// The delegation of one account to one node.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn delegation(
        &self,
        node_id: NodeId,
        delegator: &AccountId,
    ) -> Result<NodeDelegationResponse, ClientError> {
        self.ask(&QueryMsg::GetDelegationDetails { node_id, delegator: delegator.to_string(), proxy: None }).await
    }

    /// What an operator could withdraw.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn pending_operator_reward(&self, operator: &AccountId) -> Result<PendingRewardResponse, ClientError> {
        self.ask(&QueryMsg::GetPendingOperatorReward { address: operator.to_string() }).await
    }

    /// What the operator of a node could withdraw.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn pending_node_operator_reward(&self, node_id: NodeId) -> Result<PendingRewardResponse, ClientError> {
        self.ask(&QueryMsg::GetPendingNodeOperatorReward { node_id }).await
    }

    /// What a delegator could withdraw.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn pending_delegator_reward(
        &self,
        delegator: &AccountId,
        node_id: NodeId,
    ) -> Result<PendingRewardResponse, ClientError> {
        let address = delegator.to_string();
        self.ask(&QueryMsg::GetPendingDelegatorReward { address, node_id, proxy: None }).await
    }

    /// What an operator would earn in this epoch with this performance, and this share of the work or else the one
    /// of the node's role.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn estimated_operator_reward(
        &self,
        node_id: NodeId,
        estimated_performance: Percent,
        estimated_work: Option<Decimal>,
    ) -> Result<EstimatedCurrentEpochRewardResponse, ClientError> {
        self.ask(&QueryMsg::GetEstimatedCurrentEpochOperatorReward { node_id, estimated_performance, estimated_work })
            .await
    }

    /// What a delegator would earn in this epoch, as [`MixnetQueries::estimated_operator_reward`].
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn estimated_delegator_reward(
        &self,
        delegator: &AccountId,
        node_id: NodeId,
        estimated_performance: Percent,
        estimated_work: Option<Decimal>,
    ) -> Result<EstimatedCurrentEpochRewardResponse, ClientError> {
        let address = delegator.to_string();
        let question = QueryMsg::GetEstimatedCurrentEpochDelegatorReward {
            address,
            node_id,
            estimated_performance,
            estimated_work,
        };
        self.ask(&question).await
    }

    /// One request that waits for the end of the epoch.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn pending_epoch_event(
        &self,
        event_id: EpochEventId,
    ) -> Result<Option<PendingEpochEventData>, ClientError> {
        Ok(self.ask::<PendingEpochEventResponse>(&QueryMsg::GetPendingEpochEvent { event_id }).await?.event)
    }

    /// One request that waits for the end of the interval.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn pending_interval_event(
        &self,
        event_id: IntervalEventId,
    ) -> Result<Option<PendingIntervalEventData>, ClientError> {
        Ok(self.ask::<PendingIntervalEventResponse>(&QueryMsg::GetPendingIntervalEvent { event_id }).await?.event)
    }

    /// Lengths of both queues of requests.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn number_of_pending_events(&self) -> Result<NumberOfPendingEventsResponse, ClientError> {
        self.ask(&QueryMsg::GetNumberOfPendingEvents {}).await
    }

    /// The number that the account's next bonding signature contains.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn signing_nonce(&self, account: &AccountId) -> Result<Nonce, ClientError> {
        self.ask(&QueryMsg::GetSigningNonce { address: account.to_string() }).await
    }

    /// When packet keys change.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn key_rotation_state(&self) -> Result<KeyRotationState, ClientError> {
        self.ask(&QueryMsg::GetKeyRotationState {}).await
    }

    /// The current period of packet keys.
    ///
    /// # Errors
    /// As [`MixnetQueries::ask`].
    pub async fn key_rotation_id(&self) -> Result<KeyRotationIdResponse, ClientError> {
        self.ask(&QueryMsg::GetKeyRotationId {}).await
    }
}
