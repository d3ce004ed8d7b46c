//! Where the multisig differs from the published one: who proposes, what a proposal weighs,
//! the configuration, the migration.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failed unwrap is a failed test")]

use cosmwasm_std::{Addr, CosmosMsg, Empty, from_json};
use cw_multi_test::{App, Contract, ContractWrapper, Executor, next_block};
use cw_utils::{Duration, Expiration, Threshold, ThresholdResponse};
use cw2::ContractVersion;
use cw3::{ProposalResponse, Status, Vote, VoteListResponse};
use cw3_flex_multisig::ContractError as StockError;
use cw4::Member;
use nym_contracts_common::{ContractBuildInformation, MigrationError};
use nym_group_contract::msg::{ExecuteMsg as GroupExecuteMsg, InstantiateMsg as GroupInstantiateMsg};
use nym_multisig_contract::MultisigError;
use nym_multisig_contract::contract;
use nym_multisig_contract::msg::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
use nym_multisig_contract::state::Config;

struct Quorum {
    app: App,
    admin: Addr,
    ecash: Addr,
    dkg: Addr,
    signers: Vec<Addr>,
    group: Addr,
    multisig: Addr,
    code_id: u64,
}

impl Quorum {
    /// A group of `signers` with weight 1 and a multisig over it with `percentage`.
    fn new(signers: usize, percentage: &str) -> Self {
        let mut app = App::default();
        let [admin, ecash, dkg] = ["admin", "ecash", "dkg"].map(|name| app.api().addr_make(name));
        let signers: Vec<Addr> = (0..signers).map(|n| app.api().addr_make(&format!("signer {n}"))).collect();
        let members = signers.iter().map(|signer| Member { addr: signer.to_string(), weight: 1 }).collect();

        let group_code: Box<dyn Contract<Empty>> = Box::new(ContractWrapper::new(
            nym_group_contract::contract::execute,
            nym_group_contract::contract::instantiate,
            nym_group_contract::contract::query,
        ));
        let group_code = app.store_code(group_code);
        let group_msg = GroupInstantiateMsg { admin: Some(admin.to_string()), members };
        let group = app.instantiate_contract(group_code, admin.clone(), &group_msg, &[], "group", None).unwrap();
        app.update_block(next_block);

        let code: Box<dyn Contract<Empty>> = Box::new(
            ContractWrapper::new(contract::execute, contract::instantiate, contract::query)
                .with_migrate(contract::migrate),
        );
        let code_id = app.store_code(code);
        let msg = InstantiateMsg {
            group_addr: group.to_string(),
            coconut_bandwidth_contract_address: ecash.to_string(),
            coconut_dkg_contract_address: dkg.to_string(),
            threshold: Threshold::AbsolutePercentage { percentage: percentage.parse().unwrap() },
            max_voting_period: Duration::Time(3600),
            executor: None,
            proposal_deposit: None,
        };
        let multisig =
            app.instantiate_contract(code_id, admin.clone(), &msg, &[], "multisig", Some(admin.to_string())).unwrap();
        Quorum { app, admin, ecash, dkg, signers, group, multisig, code_id }
    }

    fn execute(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Result<(), MultisigError> {
        self.app
            .execute_contract(sender.clone(), self.multisig.clone(), msg, &[])
            .map(|_| ())
            .map_err(|error| error.downcast().unwrap())
    }

    fn propose(&mut self, sender: &Addr, latest: Option<Expiration>) -> Result<(), MultisigError> {
        let msgs: Vec<CosmosMsg> = vec![];
        self.execute(sender, &ExecuteMsg::Propose { title: "t".into(), description: "d".into(), msgs, latest })
    }

    fn vote_yes(&mut self, signer: usize) -> Result<(), MultisigError> {
        let signer = self.signers[signer].clone();
        self.execute(&signer, &ExecuteMsg::Vote { proposal_id: 1, vote: Vote::Yes })
    }

    fn query<T: serde::de::DeserializeOwned>(&self, msg: &QueryMsg) -> T {
        self.app.wrap().query_wasm_smart(&self.multisig, msg).unwrap()
    }

    fn proposal(&self) -> ProposalResponse {
        self.query(&QueryMsg::Proposal { proposal_id: 1 })
    }

    fn raw<T: serde::de::DeserializeOwned>(&self, key: &str) -> T {
        from_json(self.app.wrap().query_wasm_raw(&self.multisig, key.as_bytes()).unwrap().unwrap()).unwrap()
    }

    fn migrate(&mut self) -> Result<(), MultisigError> {
        let msg = MigrateMsg {
            coconut_bandwidth_address: self.app.api().addr_make("new ecash").into_string(),
            coconut_dkg_address: self.app.api().addr_make("new dkg").into_string(),
        };
        self.app
            .migrate_contract(self.admin.clone(), self.multisig.clone(), &msg, self.code_id)
            .map(|_| ())
            .map_err(|error| error.downcast().unwrap())
    }
}

#[test]
fn only_the_ecash_and_the_dkg_contract_propose() {
    let mut quorum = Quorum::new(3, "0.67");
    let refused = [quorum.admin.clone(), quorum.group.clone(), quorum.signers[0].clone()];
    for sender in refused {
        assert_eq!(quorum.propose(&sender, None), Err(StockError::Unauthorized {}.into()));
    }
    for sender in [quorum.ecash.clone(), quorum.dkg.clone()] {
        quorum.propose(&sender, None).unwrap();
    }
}

#[test]
fn the_proposers_ballot_weighs_nothing() {
    let mut quorum = Quorum::new(3, "0.67");
    let dkg = quorum.dkg.clone();
    quorum.propose(&dkg, None).unwrap();
    assert_eq!(quorum.proposal().status, Status::Open);
    assert_eq!(quorum.proposal().proposer, dkg);
    let VoteListResponse { votes } =
        quorum.query(&QueryMsg::ListVotes { proposal_id: 1, start_after: None, limit: None });
    assert_eq!(votes.len(), 1);
    assert_eq!((votes[0].voter.as_str(), votes[0].vote, votes[0].weight), (dkg.as_str(), Vote::Yes, 0));
}

#[test]
fn two_thirds_let_two_of_three_suffice() {
    for (percentage, signers, needed) in
        [("0.666666666", 3, 2), ("0.67", 3, 3), ("0.67", 4, 3), ("0.67", 1, 1), ("0.67", 7, 5), ("0.67", 10, 7)]
    {
        let mut quorum = Quorum::new(signers, percentage);
        let ecash = quorum.ecash.clone();
        quorum.propose(&ecash, None).unwrap();
        for signer in 0..needed {
            assert_eq!(quorum.proposal().status, Status::Open, "{percentage} of {signers} before vote {signer}");
            quorum.vote_yes(signer).unwrap();
        }
        assert_eq!(quorum.proposal().status, Status::Passed, "{percentage} of {signers}");
    }
}

#[test]
fn an_empty_group_passes_nothing() {
    let mut quorum = Quorum::new(0, "0.67");
    let dkg = quorum.dkg.clone();
    let group = quorum.group.to_string();
    assert_eq!(quorum.propose(&dkg, None), Err(MultisigError::EmptyGroup { group }));

    // As soon as there is a member, it decides.
    let add = vec![Member { addr: quorum.admin.to_string(), weight: 1 }];
    let msg = GroupExecuteMsg::UpdateMembers { remove: vec![], add };
    quorum.app.execute_contract(quorum.admin.clone(), quorum.group.clone(), &msg, &[]).unwrap();
    quorum.app.update_block(next_block);
    quorum.propose(&dkg, None).unwrap();
    assert_eq!(quorum.proposal().status, Status::Open);
}

#[test]
fn expiry_is_cut_to_the_voting_period_and_must_be_comparable() {
    let mut quorum = Quorum::new(1, "0.67");
    let dkg = quorum.dkg.clone();
    let now = quorum.app.block_info().time;
    assert_eq!(quorum.propose(&dkg, Some(Expiration::AtHeight(5))), Err(StockError::WrongExpiration {}.into()));
    for (id, (asked, granted)) in [(7200, 3600), (60, 60), (3600, 3600)].into_iter().enumerate() {
        quorum.propose(&dkg, Some(Expiration::AtTime(now.plus_seconds(asked)))).unwrap();
        let proposal: ProposalResponse = quorum.query(&QueryMsg::Proposal { proposal_id: id as u64 + 1 });
        assert_eq!(proposal.expires, Expiration::AtTime(now.plus_seconds(granted)));
    }
}

#[test]
fn members_of_the_creation_block_do_not_vote() {
    let mut quorum = Quorum::new(3, "0.67");
    let late = quorum.app.api().addr_make("late");
    let add = vec![Member { addr: late.to_string(), weight: 5 }];
    let msg = GroupExecuteMsg::UpdateMembers { remove: vec![], add };
    quorum.app.execute_contract(quorum.admin.clone(), quorum.group.clone(), &msg, &[]).unwrap();
    let dkg = quorum.dkg.clone();
    quorum.propose(&dkg, None).unwrap();
    let vote = ExecuteMsg::Vote { proposal_id: 1, vote: Vote::Yes };
    assert_eq!(quorum.execute(&late, &vote), Err(StockError::Unauthorized {}.into()));
}

#[test]
fn the_configuration_names_both_contracts() {
    let quorum = Quorum::new(3, "0.666666666");
    let config: Config = quorum.query(&QueryMsg::Config {});
    assert_eq!((&config.coconut_bandwidth_addr, &config.coconut_dkg_addr), (&quorum.ecash, &quorum.dkg));
    assert_eq!(quorum.raw::<Config>("config"), config);
    let threshold: ThresholdResponse = quorum.query(&QueryMsg::Threshold {});
    assert_eq!(
        threshold,
        ThresholdResponse::AbsolutePercentage { percentage: "0.666666666".parse().unwrap(), total_weight: 3 }
    );
    let build: ContractBuildInformation = quorum.raw("contract_build_info");
    assert_eq!(build.contract_name, "nym-multisig-contract");
    let version: ContractVersion = quorum.raw("contract_info");
    assert_eq!((version.contract.as_str(), version.version.as_str()), ("crates.io:cw3-flex-multisig", "2.0.0"));
}

#[test]
fn migration_replaces_both_contracts_and_nothing_else() {
    let mut quorum = Quorum::new(3, "0.67");
    let before: Config = quorum.query(&QueryMsg::Config {});
    quorum.app.contract_storage_mut(&quorum.multisig).remove(b"contract_build_info");
    quorum.migrate().unwrap();
    let after: Config = quorum.query(&QueryMsg::Config {});
    let [ecash, dkg] = ["new ecash", "new dkg"].map(|name| quorum.app.api().addr_make(name));
    assert_eq!(after, Config { coconut_bandwidth_addr: ecash, coconut_dkg_addr: dkg.clone(), ..before });
    let _: ContractBuildInformation = quorum.raw("contract_build_info");

    let old = quorum.dkg.clone();
    assert_eq!(quorum.propose(&old, None), Err(StockError::Unauthorized {}.into()));
    quorum.propose(&dkg, None).unwrap();
}

#[test]
fn migration_from_another_contract_or_a_newer_version_is_refused() {
    for (name, version, newer) in
        [("crates.io:cw3-fixed-multisig", "2.0.0", false), ("crates.io:cw3-flex-multisig", "2.1.0", true)]
    {
        let mut quorum = Quorum::new(3, "0.67");
        cw2::set_contract_version(&mut *quorum.app.contract_storage_mut(&quorum.multisig), name, version).unwrap();
        let refusal = quorum.migrate().unwrap_err();
        let is_newer = matches!(refusal, MultisigError::Migration(MigrationError::OlderVersion { .. }));
        let is_other = matches!(refusal, MultisigError::Migration(MigrationError::OtherContract { .. }));
        assert_eq!((is_newer, is_other), (newer, !newer));
    }
}
