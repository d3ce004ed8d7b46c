//! Messages to the contract, each as one transaction with the usual memo (`docs/protocol/clients-and-exit.md §1.3`).

use cosmwasm_std::Coin;
use nym_contracts_common::MessageSignature;
use nym_mixnet_contract::{
    msg::ExecuteMsg,
    types::{
        ActiveSetUpdate, ContractStateParamsUpdate, IntervalRewardingParamsUpdate, NodeConfigUpdate, NodeCostParams,
        NodeId, NodeRewardingParameters, NymNode, RoleAssignment,
    },
};

use super::MixnetQueries;
use crate::{AccountId, ClientError, SigningClient, Transaction};

/// Changes one mixnet contract in the name of one account.
///
/// Every method waits for its transaction's block. It fails with [`ClientError::Chain`] where the contract refuses; its
/// own words are in the failure's log.
#[derive(Clone, Debug)]
pub struct MixnetTransactions {
    client: SigningClient,
    queries: MixnetQueries,
}

type Sent = Result<Transaction, ClientError>;

#[allow(clippy::missing_errors_doc, reason = "they all fail alike; the type's documentation says how")]
impl MixnetTransactions {
    /// Sends to the contract at this address.
    pub fn new(client: SigningClient, contract: AccountId) -> Self {
        Self { queries: MixnetQueries::new(client.queries().clone(), contract), client }
    }

    /// The asking half.
    pub fn queries(&self) -> &MixnetQueries {
        &self.queries
    }

    /// The account's client.
    pub fn client(&self) -> &SigningClient {
        &self.client
    }

    /// Sends any message.
    pub async fn execute(&self, message: &ExecuteMsg, funds: Vec<Coin>, memo: &str) -> Sent {
        self.client.execute(self.queries.contract(), message, funds, memo).await
    }

    /// Sends many messages in one transaction: all take effect or none.
    pub async fn execute_many(&self, messages: &[(ExecuteMsg, Vec<Coin>)], memo: &str) -> Sent {
        self.client.execute_many(self.queries.contract(), messages, memo).await
    }

    /// Bonds a node. `owner_signature` is the node's signature over the bonding payload, which contains the
    /// account, the pledge and the current signing nonce.
    pub async fn bond_node(
        &self,
        node: NymNode,
        cost_params: NodeCostParams,
        owner_signature: MessageSignature,
        pledge: Coin,
    ) -> Sent {
        let message = ExecuteMsg::BondNymNode { node, cost_params, owner_signature };
        self.execute(&message, vec![pledge], "bonding nym-node").await
    }

    /// Leaves at the end of the epoch.
    pub async fn unbond_node(&self) -> Sent {
        self.execute(&ExecuteMsg::UnbondNymNode {}, vec![], "unbonding nym-node").await
    }

    /// Changes how the node is reached, at once.
    pub async fn update_node_config(&self, update: NodeConfigUpdate) -> Sent {
        self.execute(&ExecuteMsg::UpdateNodeConfig { update }, vec![], "updating node config").await
    }

    /// Changes what the operator keeps, at the end of the interval.
    pub async fn update_cost_params(&self, new_costs: NodeCostParams) -> Sent {
        self.execute(&ExecuteMsg::UpdateCostParams { new_costs }, vec![], "updating node cost parameters").await
    }

    /// Adds to the pledge at the end of the epoch.
    pub async fn pledge_more(&self, pledge: Coin) -> Sent {
        self.execute(&ExecuteMsg::PledgeMore {}, vec![pledge], "pledging additional tokens").await
    }

    /// Takes from the pledge at the end of the epoch.
    pub async fn decrease_pledge(&self, decrease_by: Coin) -> Sent {
        self.execute(&ExecuteMsg::DecreasePledge { decrease_by }, vec![], "decreasing node pledge").await
    }

    /// Pays out the operator's rewards.
    pub async fn withdraw_operator_reward(&self) -> Sent {
        self.execute(&ExecuteMsg::WithdrawOperatorReward {}, vec![], "withdrawing operator reward").await
    }

    /// Delegates at the end of the epoch.
    pub async fn delegate(&self, node_id: NodeId, amount: Coin) -> Sent {
        self.execute(&ExecuteMsg::Delegate { node_id }, vec![amount], &format!("delegating to node {node_id}")).await
    }

    /// Takes back all of a delegation at the end of the epoch.
    pub async fn undelegate(&self, node_id: NodeId) -> Sent {
        let memo = format!("removing delegation from node {node_id}");
        self.execute(&ExecuteMsg::Undelegate { node_id }, vec![], &memo).await
    }

    /// Pays out a delegator's rewards.
    pub async fn withdraw_delegator_reward(&self, node_id: NodeId) -> Sent {
        let memo = format!("withdrawing delegator reward from node {node_id}");
        self.execute(&ExecuteMsg::WithdrawDelegatorReward { node_id }, vec![], &memo).await
    }

    /// Begins the transition to the next epoch. Rewarding validator only, as the three below.
    pub async fn begin_epoch_transition(&self) -> Sent {
        self.execute(&ExecuteMsg::BeginEpochTransition {}, vec![], "beginning epoch transition").await
    }

    /// Rewards nodes, in one transaction and by ascending number, whatever their order here.
    pub async fn reward_nodes(&self, mut rewards: Vec<(NodeId, NodeRewardingParameters)>) -> Sent {
        rewards.sort_by_key(|(node_id, _)| *node_id);
        let messages: Vec<_> =
            rewards.into_iter().map(|(node_id, params)| (ExecuteMsg::RewardNode { node_id, params }, vec![])).collect();
        self.execute_many(&messages, &format!("rewarding {} nodes", messages.len())).await
    }

    /// Executes queued requests.
    pub async fn reconcile_epoch_events(&self, limit: Option<u32>) -> Sent {
        self.execute(&ExecuteMsg::ReconcileEpochEvents { limit }, vec![], "reconciling epoch events").await
    }

    /// Assigns roles, in one transaction and in the given order, which must be the contract's.
    pub async fn assign_roles(&self, assignments: Vec<RoleAssignment>) -> Sent {
        let messages: Vec<_> =
            assignments.into_iter().map(|assignment| (ExecuteMsg::AssignRoles { assignment }, vec![])).collect();
        self.execute_many(&messages, "assigning roles").await
    }

    /// Hands over administration. Admin only, as all below.
    pub async fn update_admin(&self, admin: &AccountId) -> Sent {
        self.execute(&ExecuteMsg::UpdateAdmin { admin: admin.to_string() }, vec![], "updating contract admin").await
    }

    /// Changes who turns epochs.
    pub async fn update_rewarding_validator(&self, address: &AccountId) -> Sent {
        let message = ExecuteMsg::UpdateRewardingValidatorAddress { address: address.to_string() };
        self.execute(&message, vec![], "updating rewarding validator").await
    }

    /// Changes settings.
    pub async fn update_state_params(&self, update: ContractStateParamsUpdate) -> Sent {
        self.execute(&ExecuteMsg::UpdateContractStateParams { update }, vec![], "updating contract settings").await
    }

    /// Announces a release of the node software.
    pub async fn update_current_node_version(&self, current_version: &str) -> Sent {
        let message = ExecuteMsg::UpdateCurrentNymNodeSemver { current_version: current_version.into() };
        self.execute(&message, vec![], "updating current node version").await
    }

    /// Divides the rewarded set anew between active and standby nodes.
    pub async fn update_active_set(&self, update: ActiveSetUpdate, force_immediately: bool) -> Sent {
        let message = ExecuteMsg::UpdateActiveSetDistribution { update, force_immediately };
        self.execute(&message, vec![], "updating active set").await
    }

    /// Changes the parameters of rewarding.
    pub async fn update_rewarding_params(
        &self,
        updated_params: IntervalRewardingParamsUpdate,
        force_immediately: bool,
    ) -> Sent {
        let message = ExecuteMsg::UpdateRewardingParams { updated_params, force_immediately };
        self.execute(&message, vec![], "updating rewarding parameters").await
    }

    /// Changes the length of intervals and epochs.
    pub async fn update_interval_config(
        &self,
        epochs_in_interval: u32,
        epoch_duration_secs: u64,
        force_immediately: bool,
    ) -> Sent {
        let message = ExecuteMsg::UpdateIntervalConfig { epochs_in_interval, epoch_duration_secs, force_immediately };
        self.execute(&message, vec![], "updating interval configuration").await
    }
}
