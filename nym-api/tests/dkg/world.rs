//! The chain: group, multisig and DKG contract under cw-multi-test, on a thread of their own because they cannot move
//! between threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use cosmwasm_std::{Addr, CosmosMsg, Empty, WasmMsg};
use cw_multi_test::{App, AppResponse, Contract, ContractWrapper, Executor};
use cw_utils::{Duration as VotingPeriod, Threshold};
use cw4::Member;
use nym_dkg_contract::msg::{ExecuteMsg, InstantiateMsg, KeyGenerationsResponse, PagedVKSharesResponse, QueryMsg};
use nym_dkg_contract::types::{CeremonyRules, Epoch, EpochState, TimeConfiguration};
use nym_ecash::VerificationKeyAuth;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce(&mut App) + Send>;

/// How long the phases last, in seconds of the model.
pub const PHASE: u64 = 600;
/// How long until a failed resharing is tried again.
pub const RETRY: u64 = 900;

#[derive(Clone)]
pub struct World {
    jobs: mpsc::Sender<Job>,
    clock: Arc<AtomicU64>,
    pub admin: Addr,
    pub group: Addr,
    pub dkg: Addr,
}

impl World {
    /// Contracts with these members of the group. The multisig decides with two thirds.
    pub async fn new(members: &[String]) -> Self {
        let (jobs, inbox) = mpsc::channel::<Job>();
        std::thread::spawn(move || {
            let mut app = App::default();
            while let Ok(job) = inbox.recv() {
                job(&mut app);
            }
        });
        let members: Vec<Member> = members.iter().map(|addr| Member { addr: addr.clone(), weight: 1 }).collect();
        let (sender, receiver) = oneshot::channel();
        jobs.send(Box::new(move |app| sender.send(deploy(app, members)).unwrap())).unwrap();
        let [admin, group, dkg] = receiver.await.unwrap();
        Self { jobs, clock: Arc::default(), admin, group, dkg }
    }

    /// The address that a name stands for.
    pub fn address(name: &str) -> String {
        App::default().api().addr_make(name).into_string()
    }

    pub async fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut App) -> T + Send + 'static) -> T {
        let (sender, receiver) = oneshot::channel();
        self.jobs.send(Box::new(move |app| drop(sender.send(work(app))))).unwrap();
        receiver.await.unwrap()
    }

    pub async fn ask<T: DeserializeOwned + Send + 'static>(&self, contract: &Addr, question: &impl Serialize) -> T {
        let question = serde_json::to_vec(question).unwrap();
        serde_json::from_slice(&self.ask_raw(contract.as_str(), question).await.unwrap()).unwrap()
    }

    pub async fn ask_raw(&self, contract: &str, question: Vec<u8>) -> Result<Vec<u8>, String> {
        let contract = contract.to_owned();
        self.with(move |app| {
            let question: serde_json::Value = serde_json::from_slice(&question).unwrap();
            let answer: Result<serde_json::Value, _> = app.wrap().query_wasm_smart(contract, &question);
            answer.map(|answer| serde_json::to_vec(&answer).unwrap()).map_err(|error| error.to_string())
        })
        .await
    }

    /// One transaction in a block of its own, a second later.
    pub async fn send(&self, sender: &str, messages: Vec<(String, Vec<u8>)>) -> Result<AppResponse, String> {
        let sender = Addr::unchecked(sender);
        self.with(move |app| {
            let messages = messages.into_iter().map(|(contract_addr, message)| {
                CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg: message.into(), funds: vec![] })
            });
            let result = app.execute_multi(sender, messages.collect());
            app.update_block(|block| {
                block.height += 1;
                block.time = block.time.plus_seconds(1);
            });
            // The cause at the end of the chain is the contract's own.
            result.map(|mut answers| answers.remove(0)).map_err(|error| format!("{error:#}").replace('\n', " "))
        })
        .await
    }

    pub async fn execute(
        &self,
        sender: &str,
        contract: &Addr,
        message: &impl Serialize,
    ) -> Result<AppResponse, String> {
        self.send(sender, vec![(contract.to_string(), serde_json::to_vec(message).unwrap())]).await
    }

    pub async fn as_admin(&self, message: &ExecuteMsg) {
        self.execute(self.admin.as_str(), &self.dkg, message).await.unwrap();
    }

    pub async fn update_members(&self, add: &[&str], remove: &[&str]) {
        let add = add.iter().map(|addr| Member { addr: (*addr).into(), weight: 1 }).collect();
        let remove = remove.iter().map(|addr| (*addr).into()).collect();
        let message = nym_group_contract::msg::ExecuteMsg::UpdateMembers { remove, add };
        self.execute(self.admin.as_str(), &self.group, &message).await.unwrap();
    }

    /// Height and time of the latest block.
    pub async fn block(&self) -> (u64, u64) {
        self.with(|app| (app.block_info().height, app.block_info().time.seconds())).await
    }

    /// What signers' clocks show.
    pub fn clock(&self) -> Duration {
        Duration::from_millis(self.clock.load(Ordering::SeqCst))
    }

    /// Lets time pass, for signers and in a new block.
    pub async fn pass_time(&self, time: Duration) {
        self.clock.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
        let nanos = u64::try_from(time.as_nanos()).unwrap();
        self.with(move |app| {
            app.update_block(|block| {
                block.height += 1;
                block.time = block.time.plus_nanos(nanos);
            });
        })
        .await;
    }

    pub async fn epoch(&self) -> Epoch {
        self.ask(&self.dkg, &QueryMsg::GetCurrentEpochState {}).await
    }

    pub async fn state(&self) -> EpochState {
        self.epoch().await.state
    }

    pub async fn keys(&self) -> KeyGenerationsResponse {
        self.ask(&self.dkg, &QueryMsg::GetKeyGenerations {}).await
    }

    /// What unmodified clients see of a generation.
    pub async fn shares(&self, epoch_id: u64) -> Vec<nym_dkg_contract::types::ContractVKShare> {
        let question = QueryMsg::GetVerificationKeys { epoch_id, limit: Some(30), start_after: None };
        self.ask::<PagedVKSharesResponse>(&self.dkg, &question).await.shares
    }

    /// The common key of a generation, put together from its first and from its last t shares, which must agree.
    pub async fn master(&self, epoch_id: u64) -> VerificationKeyAuth {
        let threshold: Option<u64> = self.ask(&self.dkg, &QueryMsg::GetEpochThreshold { epoch_id }).await;
        let threshold = usize::try_from(threshold.unwrap()).unwrap();
        let shares = self.shares(epoch_id).await;
        let verified: Vec<(u64, VerificationKeyAuth)> = shares
            .iter()
            .filter(|share| share.verified)
            .map(|share| (share.node_index, VerificationKeyAuth::from_base58(&share.share).unwrap()))
            .collect();
        assert!(verified.len() >= threshold, "{} shares of {threshold}", verified.len());
        let some = |range: &[(u64, VerificationKeyAuth)]| {
            let shares: Vec<_> = range.iter().map(|(node, key)| (*node, key)).collect();
            VerificationKeyAuth::aggregate(&shares).unwrap()
        };
        let first = some(&verified[..threshold]);
        assert_eq!(first, some(&verified[verified.len() - threshold..]), "any t shares make the same key");
        first
    }
}

fn deploy(app: &mut App, members: Vec<Member>) -> [Addr; 3] {
    let admin = app.api().addr_make("admin");
    let elsewhere = app.api().addr_make("elsewhere").into_string();

    let group: Box<dyn Contract<Empty>> = Box::new(ContractWrapper::new(
        nym_group_contract::contract::execute,
        nym_group_contract::contract::instantiate,
        nym_group_contract::contract::query,
    ));
    let group = app.store_code(group);
    let message = nym_group_contract::msg::InstantiateMsg { admin: Some(admin.to_string()), members };
    let group = app.instantiate_contract(group, admin.clone(), &message, &[], "group", None).unwrap();

    let multisig: Box<dyn Contract<Empty>> = Box::new(
        ContractWrapper::new(
            nym_multisig_contract::contract::execute,
            nym_multisig_contract::contract::instantiate,
            nym_multisig_contract::contract::query,
        )
        .with_migrate(nym_multisig_contract::contract::migrate),
    );
    let multisig_code = app.store_code(multisig);
    let message = nym_multisig_contract::msg::InstantiateMsg {
        group_addr: group.to_string(),
        coconut_bandwidth_contract_address: elsewhere.clone(),
        coconut_dkg_contract_address: elsewhere.clone(),
        threshold: Threshold::AbsolutePercentage { percentage: "0.666666666".parse().unwrap() },
        max_voting_period: VotingPeriod::Time(86_400),
        executor: None,
        proposal_deposit: None,
    };
    let owner = Some(admin.to_string());
    let multisig = app.instantiate_contract(multisig_code, admin.clone(), &message, &[], "multisig", owner).unwrap();

    let dkg: Box<dyn Contract<Empty>> = Box::new(
        ContractWrapper::new(
            nym_dkg_contract::contract::execute,
            nym_dkg_contract::contract::instantiate,
            nym_dkg_contract::contract::query,
        )
        .with_reply(nym_dkg_contract::contract::reply),
    );
    let dkg = app.store_code(dkg);
    let message = InstantiateMsg {
        group_addr: group.to_string(),
        multisig_addr: multisig.to_string(),
        time_configuration: Some(TimeConfiguration {
            public_key_submission_time_secs: PHASE,
            dealing_exchange_time_secs: PHASE,
            verification_key_submission_time_secs: PHASE,
            verification_key_validation_time_secs: PHASE,
            verification_key_finalization_time_secs: PHASE,
            in_progress_time_secs: 1_000_000,
        }),
        mix_denom: "unym".into(),
        key_size: 5,
        ceremony_rules: Some(CeremonyRules { minimum_dealers: 1, retry_delay_secs: RETRY }),
    };
    let dkg = app.instantiate_contract(dkg, admin.clone(), &message, &[], "dkg", None).unwrap();

    let message = nym_multisig_contract::msg::MigrateMsg {
        coconut_bandwidth_address: elsewhere,
        coconut_dkg_address: dkg.to_string(),
    };
    app.migrate_contract(admin.clone(), multisig.clone(), &message, multisig_code).unwrap();
    app.update_block(cw_multi_test::next_block);
    [admin, group, dkg]
}
