//! A mixnet contract on an engine, and the short words that scenarios are written in.

use super::identity::NodeIdentity;
use crate::{CodeId, Contract, Engine, Executed, Refusal};
use cosmwasm_std::{Addr, Coin, Decimal, coin, from_json, to_json_string, to_json_vec};
use nym_contracts_common::{MessageSignature, Percent};
use nym_mixnet_contract::msg::{
    CurrentIntervalResponse, ExecuteMsg, InstantiateMsg, MigrateMsg, NodeDetailsResponse, NodeRewardingDetailsResponse,
    PendingRewardResponse, QueryMsg,
};
use nym_mixnet_contract::types::{
    EpochStatus, InitialRewardingParams, NodeCostParams, NodeId, NodeRewarding, NodeRewardingParameters,
    NymNodeDetails, PendingPoolChange, RewardedSetParams, RewardingParams, Role, RoleAssignment,
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Base units of the denomination that pays.
#[must_use]
pub fn nym(amount: u128) -> Coin {
    coin(amount, "unym")
}

/// Reads a decimal.
#[must_use]
pub fn dec(text: &str) -> Decimal {
    text.parse().expect("scenarios write decimals correctly")
}

/// Reads a share.
#[must_use]
pub fn percent(text: &str) -> Percent {
    text.parse().expect("scenarios write shares correctly")
}

/// The parameters of the reward vectors V1 to V4 (`docs/protocol/mixnet-contract.md` §10).
#[must_use]
pub fn instantiation(validator: &Addr, vesting: &Addr) -> InstantiateMsg {
    InstantiateMsg {
        rewarding_validator_address: validator.to_string(),
        vesting_contract_address: vesting.to_string(),
        node_families_contract_address: None,
        rewarding_denom: "unym".to_owned(),
        epochs_in_interval: 720,
        epoch_duration: Duration::from_secs(3600),
        initial_rewarding_params: InitialRewardingParams {
            initial_reward_pool: dec("250000000000000"),
            initial_staking_supply: dec("100000000000000"),
            staking_supply_scale_factor: percent("1"),
            sybil_resistance: percent("0.3"),
            active_set_work_factor: dec("10"),
            interval_pool_emission: percent("0.02"),
            rewarded_set_params: RewardedSetParams {
                entry_gateways: 20,
                exit_gateways: 50,
                mixnodes: 30,
                standby: 140,
            },
        },
        current_nym_node_version: "1.1.10".to_owned(),
        version_score_weights: Default::default(),
        version_score_params: Default::default(),
        profit_margin: Default::default(),
        interval_operating_cost: Default::default(),
        key_validity_in_epochs: None,
    }
}

/// What an event says, without the contract's address. Panics unless there is exactly one.
#[must_use]
pub fn attributes_of(executed: &Executed, name: &str) -> Vec<(String, String)> {
    let kind = format!("wasm-{name}");
    let mut events = executed.events.iter().filter(|event| event.ty == kind);
    let event = events.next().unwrap_or_else(|| panic!("no {kind} in {:?}", executed.events));
    assert!(events.next().is_none(), "several {kind} in {:?}", executed.events);
    event
        .attributes
        .iter()
        .filter(|attribute| attribute.key != "_contract_address" && attribute.key != "msg_index")
        .map(|attribute| (attribute.key.clone(), attribute.value.clone()))
        .collect()
}

/// A mixnet contract and those who run it.
pub struct Mixnet<'e, E> {
    /// The chain.
    pub engine: &'e mut E,
    /// The contract.
    pub contract: Addr,
    /// Its code.
    pub code: CodeId,
    /// Its admin, also for migrations.
    pub admin: Addr,
    /// Who turns epochs.
    pub validator: Addr,
    /// Who pays rewards in: an account with coins left.
    pub treasury: Addr,
}

impl<'e, E: Engine> Mixnet<'e, E> {
    /// Deploys the contract with the parameters of V1 to V4 and pays its rewards in.
    pub fn deploy(engine: &'e mut E) -> Self {
        Mixnet::deploy_with(engine, |_| {})
    }

    /// Deploys it with other parameters.
    pub fn deploy_with(engine: &'e mut E, change: impl FnOnce(&mut InstantiateMsg)) -> Self {
        let admin = engine.account("admin", &[nym(10)]);
        let validator = engine.account("validator", &[nym(10)]);
        let treasury = engine.account("treasury", &[nym(300_000_000_000_000)]);
        let code = engine.store(Contract::Mixnet);
        let mut message = instantiation(&validator, &treasury);
        message.epoch_duration = Duration::from_secs(engine.hour());
        change(&mut message);
        let bytes = to_json_vec(&message).expect("messages have a JSON form");
        let contract = engine
            .instantiate(&admin, code, &bytes, &[], Some(&admin))
            .unwrap_or_else(|refusal| panic!("the contract is refused: {refusal}"));
        engine.send(&treasury, &contract, &[nym(250_000_000_000_000)]);
        Mixnet { engine, contract, code, admin, validator, treasury }
    }

    /// An account with coins.
    pub fn account(&mut self, name: &str, amount: u128) -> Addr {
        self.engine.account(name, &[nym(amount)])
    }

    /// Sends a message.
    ///
    /// # Errors
    /// When it is refused.
    pub fn execute(&mut self, sender: &Addr, message: &ExecuteMsg, funds: &[Coin]) -> Result<Executed, Refusal> {
        let bytes = to_json_vec(message).expect("messages have a JSON form");
        self.engine.execute(sender, &self.contract.clone(), &bytes, funds)
    }

    /// Sends a message that has to be taken.
    pub fn takes(&mut self, sender: &Addr, message: &ExecuteMsg, funds: &[Coin]) -> Executed {
        self.execute(sender, message, funds)
            .unwrap_or_else(|refusal| panic!("{} is refused: {refusal}", to_json_string(message).unwrap_or_default()))
    }

    /// Sends a message that has to be refused with a text that contains `words`.
    pub fn refuses(&mut self, sender: &Addr, message: &ExecuteMsg, funds: &[Coin], words: &str) {
        let text = to_json_string(message).unwrap_or_default();
        match self.execute(sender, message, funds) {
            Ok(_) => panic!("{text} is taken, although: {words}"),
            Err(refusal) => {
                assert!(refusal.contains(words), "{text} is refused with '{refusal}', not '{words}'");
            }
        }
    }

    /// Sends JSON.
    ///
    /// # Errors
    /// When it is refused.
    pub fn execute_json(&mut self, sender: &Addr, message: &str, funds: &[Coin]) -> Result<Executed, Refusal> {
        self.engine.execute(sender, &self.contract.clone(), message.as_bytes(), funds)
    }

    /// Asks a question.
    pub fn ask<T: DeserializeOwned>(&mut self, question: &QueryMsg) -> T {
        let bytes = to_json_vec(question).expect("questions have a JSON form");
        let answer = self
            .engine
            .query(&self.contract.clone(), &bytes)
            .unwrap_or_else(|refusal| panic!("{question:?} is refused: {refusal}"));
        from_json(&answer).unwrap_or_else(|error| {
            panic!("{question:?} is answered with '{}': {error}", String::from_utf8_lossy(&answer))
        })
    }

    /// Asks a question and returns the JSON of the answer.
    pub fn ask_json(&mut self, question: &str) -> String {
        let answer = self
            .engine
            .query(&self.contract.clone(), question.as_bytes())
            .unwrap_or_else(|refusal| panic!("{question} is refused: {refusal}"));
        String::from_utf8(answer).expect("answers are text")
    }

    /// Asks a question that has to be refused with a text that contains `words`.
    pub fn refuses_question(&mut self, question: &QueryMsg, words: &str) {
        let bytes = to_json_vec(question).expect("questions have a JSON form");
        match self.engine.query(&self.contract.clone(), &bytes) {
            Ok(_) => panic!("{question:?} is answered, although: {words}"),
            Err(refusal) => assert!(refusal.contains(words), "{question:?}: '{refusal}'"),
        }
    }

    /// What an account or the contract holds.
    pub fn balance(&mut self, address: &Addr) -> u128 {
        self.engine.balance(address, "unym")
    }

    /// Migrates the contract to its own code.
    ///
    /// # Errors
    /// When it is refused.
    pub fn migrate(&mut self, message: &MigrateMsg) -> Result<(), Refusal> {
        let bytes = to_json_vec(message).expect("messages have a JSON form");
        self.engine.migrate(&self.admin.clone(), &self.contract.clone(), self.code, &bytes)
    }

    /// The message that bonds a node with the identity `number` for `owner`, and its pledge.
    pub fn bond_message(
        &mut self,
        owner: &Addr,
        number: u8,
        pledge: u128,
        costs: NodeCostParams,
    ) -> (ExecuteMsg, Coin) {
        let identity = NodeIdentity::number(number);
        let nonce = self.ask(&QueryMsg::GetSigningNonce { address: owner.to_string() });
        let (node, pledge) = (identity.node(), nym(pledge));
        let owner_signature = identity.sign_bond(nonce, owner, &pledge, &node, &costs);
        (ExecuteMsg::BondNymNode { node, cost_params: costs, owner_signature }, pledge)
    }

    /// Bonds a node with the identity `number` from an account of its own.
    pub fn bond(&mut self, number: u8, pledge: u128, costs: NodeCostParams) -> (Addr, NodeId) {
        let owner = self.account(&format!("operator {number}"), pledge);
        let (message, pledge) = self.bond_message(&owner, number, pledge, costs);
        let executed = self.takes(&owner, &message, &[pledge]);
        let attributes = attributes_of(&executed, "v2_nymnode_bonding");
        let node_id = attributes[0].1.parse().expect("the first attribute is the node's number");
        (owner, node_id)
    }

    /// Delegates from an account called `name` that is given the amount first.
    pub fn delegate(&mut self, name: &str, node_id: NodeId, amount: u128) -> Addr {
        let delegator = self.account(name, amount);
        self.takes(&delegator, &ExecuteMsg::Delegate { node_id }, &[nym(amount)]);
        delegator
    }

    /// Lets the epoch end and begins the transition.
    pub fn begin(&mut self) -> Executed {
        let end = self.interval().interval.epoch_end_unix();
        self.engine.advance_to(u64::try_from(end).expect("epochs end after 1970"));
        let validator = self.validator.clone();
        self.takes(&validator, &ExecuteMsg::BeginEpochTransition {}, &[])
    }

    /// Lets the length of so many epochs pass.
    pub fn wait(&mut self, epochs: u64) {
        let hour = self.engine.hour();
        self.engine.advance_time(epochs * hour);
    }

    /// Rewards a node.
    pub fn reward(&mut self, node_id: NodeId, performance: &str, work: &str) -> Executed {
        let params = NodeRewardingParameters { performance: percent(performance), work_factor: dec(work) };
        let validator = self.validator.clone();
        self.takes(&validator, &ExecuteMsg::RewardNode { node_id, params }, &[])
    }

    /// Executes all queued requests.
    pub fn reconcile(&mut self) -> Executed {
        let validator = self.validator.clone();
        self.takes(&validator, &ExecuteMsg::ReconcileEpochEvents { limit: None }, &[])
    }

    /// Assigns the nodes of one role.
    pub fn assign(&mut self, role: Role, nodes: &[NodeId]) -> Executed {
        let assignment = RoleAssignment { role, nodes: nodes.to_vec() };
        let validator = self.validator.clone();
        self.takes(&validator, &ExecuteMsg::AssignRoles { assignment }, &[])
    }

    /// Assigns all roles; what is not named stays empty. Returns what the last one did.
    pub fn assign_all(&mut self, roles: &[(Role, &[NodeId])]) -> Executed {
        let mut last = None;
        for role in Role::IN_ORDER_OF_ASSIGNMENT {
            let nodes = roles.iter().find(|(named, _)| *named == role).map_or(&[][..], |(_, nodes)| *nodes);
            last = Some(self.assign(role, nodes));
        }
        last.expect("there are roles")
    }

    /// Executes queued requests and assigns `nodes` as entry gateways: the rest of a transition.
    pub fn finish(&mut self, nodes: &[NodeId]) -> Executed {
        self.reconcile();
        self.assign_all(&[(Role::EntryGateway, nodes)])
    }

    /// A transition without rewards: those in the rewarded set have performance 0.
    pub fn turn(&mut self, nodes: &[NodeId]) {
        self.begin();
        if let Some(last) = self.final_node() {
            self.reward(last, "0", "0");
        }
        self.finish(nodes);
    }

    /// The node whose reward is the last one.
    pub fn final_node(&mut self) -> Option<NodeId> {
        match self.ask::<EpochStatus>(&QueryMsg::GetEpochStatus {}).state {
            nym_mixnet_contract::types::EpochState::Rewarding { final_node_id, .. } => Some(final_node_id),
            _ => None,
        }
    }

    /// A bonded node.
    pub fn details(&mut self, node_id: NodeId) -> Option<NymNodeDetails> {
        self.ask::<NodeDetailsResponse>(&QueryMsg::GetNymNodeDetails { node_id }).details
    }

    /// Stake and rewards of a node.
    pub fn rewarding(&mut self, node_id: NodeId) -> NodeRewarding {
        self.ask::<NodeRewardingDetailsResponse>(&QueryMsg::GetNodeRewardingDetails { node_id })
            .rewarding_details
            .unwrap_or_else(|| panic!("node {node_id} has no stake"))
    }

    /// The parameters of rewarding.
    pub fn params(&mut self) -> RewardingParams {
        self.ask(&QueryMsg::GetRewardingParams {})
    }

    /// Where the network is in time.
    pub fn interval(&mut self) -> CurrentIntervalResponse {
        self.ask(&QueryMsg::GetCurrentIntervalDetails {})
    }

    /// What a delegator could withdraw.
    pub fn delegator_reward(&mut self, delegator: &Addr, node_id: NodeId) -> PendingRewardResponse {
        let address = delegator.to_string();
        self.ask(&QueryMsg::GetPendingDelegatorReward { address, node_id, proxy: None })
    }

    /// What left the pool in this interval, from storage.
    pub fn removed_from_pool(&mut self) -> Decimal {
        let raw = self
            .engine
            .query_raw(&self.contract.clone(), b"prp")
            .expect("the pending change of the pool is always stored");
        from_json::<PendingPoolChange>(raw).expect("it is readable").removed
    }
}

/// What an operator keeps: a fifth, and 40 NYM of costs.
pub(super) fn usual_costs() -> NodeCostParams {
    costs("0.2", 40_000_000)
}

/// What an operator keeps.
pub(super) fn costs(margin: &str, cost: u128) -> NodeCostParams {
    NodeCostParams { profit_margin_percent: percent(margin), interval_operating_cost: nym(cost) }
}

/// A signature that is none.
pub(super) fn no_signature() -> MessageSignature {
    MessageSignature::from(vec![7; 64])
}
