//! A quorum on an engine, and the short words that scenarios are written in.

use crate::mixnet::NodeIdentity;
use crate::{CodeId, Contract, Engine, Executed, Refusal};
use cosmwasm_std::{Addr, Coin, Empty, coin, from_json, to_json_string, to_json_vec};
use cw_utils::{Duration, Threshold};
use cw3::{ProposalResponse, Status, Vote};
use cw4::Member;
use nym_contracts_common::ContractSafeBytes;
use nym_dkg_contract::msg::{ExecuteMsg as DkgMsg, InstantiateMsg as DkgInstantiation, QueryMsg as DkgQuery};
use nym_dkg_contract::msg::{KeyGenerationsResponse, StateAdvanceResponse};
use nym_dkg_contract::types::{
    CeremonyRules, DealingChunkInfo, Epoch, EpochState, PartialContractDealing, TimeConfiguration,
};
use nym_ecash_contract::msg::{ExecuteMsg as EcashMsg, InstantiateMsg as EcashInstantiation, QueryMsg as EcashQuery};
use nym_group_contract::msg::{ExecuteMsg as GroupMsg, InstantiateMsg as GroupInstantiation};
use nym_multisig_contract::msg::{
    ExecuteMsg as MultisigMsg, InstantiateMsg as MultisigInstantiation, MigrateMsg as MultisigMigration,
    QueryMsg as MultisigQuery,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Base units that a ticketbook costs in scenarios.
pub const PRICE: u128 = 75_000_000;
/// Hours between ceremonies in scenarios: two weeks.
const IN_PROGRESS: u64 = 336;
/// Hours in which a proposal can be voted on.
const VOTING: u64 = 3;
/// Dealings of a dealer in scenarios.
pub(super) const KEY_SIZE: u32 = 2;

/// The contracts of a quorum and those who run them.
pub struct Quorum<'e, E> {
    /// The chain.
    pub engine: &'e mut E,
    /// Its admin, also for migrations.
    pub admin: Addr,
    /// The members of the group.
    pub signers: Vec<Addr>,
    /// The group contract.
    pub group: Addr,
    /// The multisig contract.
    pub multisig: Addr,
    /// The DKG contract and its code.
    pub dkg: Addr,
    /// Code of the DKG contract.
    pub dkg_code: CodeId,
    /// The ecash contract.
    pub ecash: Addr,
    /// Code of the ecash contract.
    pub ecash_code: CodeId,
}

/// The number of the proposal that a message has made.
#[must_use]
pub fn proposal_in(executed: &Executed) -> u64 {
    let wasm = executed.events.iter().find(|event| event.ty == "wasm");
    let attribute = wasm.and_then(|event| event.attributes.iter().find(|one| one.key == "proposal_id"));
    let attribute = attribute.unwrap_or_else(|| panic!("no proposal in {:?}", executed.events));
    attribute.value.parse().expect("it is a number")
}

/// What looks like the ecash key of a user.
#[must_use]
pub fn public_key(number: u8) -> String {
    bs58::encode([number; 48]).into_string()
}

/// A ceremony each of whose states lasts `hour` seconds.
pub(super) fn times(hour: u64) -> TimeConfiguration {
    TimeConfiguration {
        public_key_submission_time_secs: hour,
        dealing_exchange_time_secs: hour,
        verification_key_submission_time_secs: hour,
        verification_key_validation_time_secs: hour,
        verification_key_finalization_time_secs: hour,
        in_progress_time_secs: IN_PROGRESS * hour,
    }
}

impl<'e, E: Engine> Quorum<'e, E> {
    /// Deploys the contracts for a group of `signers`.
    pub fn deploy(engine: &'e mut E, signers: usize) -> Self {
        let admin = engine.account("admin", &[coin(10, "unym")]);
        let signers: Vec<Addr> = (1..=signers).map(|n| engine.account(&format!("signer {n}"), &[])).collect();
        let members = signers.iter().map(|signer| Member { addr: signer.to_string(), weight: 1 }).collect();
        let group = GroupInstantiation { admin: Some(admin.to_string()), members };
        let (_, group) = instantiate(engine, &admin, Contract::Group, &group);
        let multisig = MultisigInstantiation {
            group_addr: group.to_string(),
            coconut_bandwidth_contract_address: group.to_string(),
            coconut_dkg_contract_address: group.to_string(),
            threshold: Threshold::AbsolutePercentage { percentage: "0.666666666".parse().expect("a share") },
            max_voting_period: Duration::Time(VOTING * engine.hour()),
            executor: None,
            proposal_deposit: None,
        };
        let (multisig_code, multisig) = instantiate(engine, &admin, Contract::Multisig, &multisig);
        let dkg = DkgInstantiation {
            group_addr: group.to_string(),
            multisig_addr: multisig.to_string(),
            time_configuration: Some(times(engine.hour())),
            mix_denom: "unym".to_owned(),
            key_size: KEY_SIZE,
            ceremony_rules: Some(CeremonyRules { minimum_dealers: 2, retry_delay_secs: engine.hour() }),
        };
        let (dkg_code, dkg) = instantiate(engine, &admin, Contract::Dkg, &dkg);
        let holding_account = engine.account("holding", &[]);
        let ecash = EcashInstantiation {
            holding_account: holding_account.to_string(),
            multisig_addr: multisig.to_string(),
            group_addr: group.to_string(),
            deposit_amount: coin(PRICE, "unym"),
        };
        let (ecash_code, ecash) = instantiate(engine, &admin, Contract::Ecash, &ecash);
        let wiring =
            MultisigMigration { coconut_bandwidth_address: ecash.to_string(), coconut_dkg_address: dkg.to_string() };
        engine
            .migrate(&admin, &multisig, multisig_code, &json(&wiring))
            .unwrap_or_else(|refusal| panic!("the multisig is not wired: {refusal}"));
        // Who becomes a member in a block does not vote on what is proposed in it.
        engine.advance_time(1);
        Quorum { engine, admin, signers, group, multisig, dkg, dkg_code, ecash, ecash_code }
    }

    /// Deploys the contracts and runs the first ceremony with all signers.
    pub fn with_keys(engine: &'e mut E, signers: usize) -> Self {
        let mut quorum = Quorum::deploy(engine, signers);
        quorum.initiate();
        quorum.ceremony(false);
        quorum
    }

    /// Sends a message to a contract.
    ///
    /// # Errors
    /// When it is refused.
    pub fn send(
        &mut self,
        sender: &Addr,
        contract: &Addr,
        message: &impl Serialize,
        funds: &[Coin],
    ) -> Result<Executed, Refusal> {
        self.engine.execute(sender, contract, &json(message), funds)
    }

    fn takes(&mut self, sender: &Addr, contract: &Addr, message: &impl Serialize, funds: &[Coin]) -> Executed {
        self.send(sender, contract, message, funds)
            .unwrap_or_else(|refusal| panic!("{} is refused: {refusal}", to_json_string(message).unwrap_or_default()))
    }

    fn refuses(&mut self, sender: &Addr, contract: &Addr, message: &impl Serialize, funds: &[Coin], words: &str) {
        let text = to_json_string(message).unwrap_or_default();
        match self.send(sender, contract, message, funds) {
            Ok(_) => panic!("{text} is taken, although: {words}"),
            Err(refusal) => assert!(refusal.contains(words), "{text} is refused with '{refusal}', not '{words}'"),
        }
    }

    fn ask<T: DeserializeOwned>(&mut self, contract: &Addr, question: &(impl Serialize + Debug)) -> T {
        let answer = self
            .engine
            .query(contract, &json(question))
            .unwrap_or_else(|refusal| panic!("{question:?} is refused: {refusal}"));
        from_json(&answer).unwrap_or_else(|error| {
            panic!("{question:?} is answered with '{}': {error}", String::from_utf8_lossy(&answer))
        })
    }

    /// The text of an answer.
    pub fn text(&mut self, contract: &Addr, question: &str) -> String {
        let answer = self
            .engine
            .query(contract, question.as_bytes())
            .unwrap_or_else(|refusal| panic!("{question} is refused: {refusal}"));
        String::from_utf8(answer).expect("answers are text")
    }

    /// Sends the DKG contract a message that has to be taken.
    pub fn dkg_takes(&mut self, sender: &Addr, message: &DkgMsg) -> Executed {
        self.takes(sender, &self.dkg.clone(), message, &[])
    }

    /// Sends the DKG contract a message that has to be refused with a text that contains `words`.
    pub fn dkg_refuses(&mut self, sender: &Addr, message: &DkgMsg, words: &str) {
        self.refuses(sender, &self.dkg.clone(), message, &[], words);
    }

    /// Asks the DKG contract.
    pub fn dkg_asks<T: DeserializeOwned>(&mut self, question: &DkgQuery) -> T {
        self.ask(&self.dkg.clone(), question)
    }

    /// Sends the ecash contract a message that has to be taken.
    pub fn ecash_takes(&mut self, sender: &Addr, message: &EcashMsg, funds: &[Coin]) -> Executed {
        self.takes(sender, &self.ecash.clone(), message, funds)
    }

    /// Sends the ecash contract a message that has to be refused with a text that contains `words`.
    pub fn ecash_refuses(&mut self, sender: &Addr, message: &EcashMsg, funds: &[Coin], words: &str) {
        self.refuses(sender, &self.ecash.clone(), message, funds, words);
    }

    /// Asks the ecash contract.
    pub fn ecash_asks<T: DeserializeOwned>(&mut self, question: &EcashQuery) -> T {
        self.ask(&self.ecash.clone(), question)
    }

    /// Changes the group.
    pub fn update_members(&mut self, add: &[(&Addr, u64)], remove: &[&Addr]) {
        let add = add.iter().map(|&(addr, weight)| Member { addr: addr.to_string(), weight }).collect();
        let remove = remove.iter().map(ToString::to_string).collect();
        let admin = self.admin.clone();
        self.takes(&admin, &self.group.clone(), &GroupMsg::UpdateMembers { remove, add }, &[]);
        self.engine.advance_time(1);
    }

    /// Seconds of what lasts an hour.
    pub fn hour(&self) -> u64 {
        self.engine.hour()
    }

    /// Lets the time for votes pass.
    pub fn end_votes(&mut self) {
        let hour = self.hour();
        self.engine.advance_time(VOTING * hour + 1);
    }

    /// Where a proposal stands.
    pub fn status(&mut self, proposal_id: u64) -> Status {
        self.proposal(proposal_id).status
    }

    /// A proposal.
    pub fn proposal(&mut self, proposal_id: u64) -> ProposalResponse<Empty> {
        self.ask(&self.multisig.clone(), &MultisigQuery::Proposal { proposal_id })
    }

    /// Votes of signers from the first one on, until the proposal is decided.
    pub fn vote(&mut self, proposal_id: u64, vote: Vote) {
        for signer in self.signers.clone() {
            if self.status(proposal_id) == Status::Open {
                self.takes(&signer, &self.multisig.clone(), &MultisigMsg::Vote { proposal_id, vote }, &[]);
            }
        }
    }

    /// Carries a proposal out.
    ///
    /// # Errors
    /// When it is refused.
    pub fn try_execute(&mut self, proposal_id: u64) -> Result<Executed, Refusal> {
        let anyone = self.engine.account("anyone", &[]);
        self.send(&anyone, &self.multisig.clone(), &MultisigMsg::Execute { proposal_id }, &[])
    }

    /// Votes for a proposal and carries it out.
    pub fn pass(&mut self, proposal_id: u64) -> Executed {
        self.vote(proposal_id, Vote::Yes);
        self.try_execute(proposal_id).unwrap_or_else(|refusal| panic!("proposal {proposal_id} fails: {refusal}"))
    }

    /// The current epoch.
    pub fn epoch(&mut self) -> Epoch {
        self.dkg_asks(&DkgQuery::GetCurrentEpochState {})
    }

    /// Which keys are in service.
    pub fn generations(&mut self) -> KeyGenerationsResponse {
        self.dkg_asks(&DkgQuery::GetKeyGenerations {})
    }

    /// Begins the first ceremony.
    pub fn initiate(&mut self) {
        let admin = self.admin.clone();
        self.dkg_takes(&admin, &DkgMsg::InitiateDkg {});
    }

    /// What the signer with a number from 0 registers.
    pub(super) fn registration(signer: usize, resharing: bool) -> DkgMsg {
        let number = u8::try_from(signer + 1).expect("scenarios have few signers");
        DkgMsg::RegisterDealer {
            bte_key_with_proof: bs58::encode([number; 128]).into_string(),
            identity_key: NodeIdentity::number(number).to_base58(),
            announce_address: format!("https://signer{number}.example/api/"),
            resharing,
        }
    }

    /// Registers the signer with a number from 0.
    pub fn register(&mut self, signer: usize, resharing: bool) {
        let sender = self.signers[signer].clone();
        self.dkg_takes(&sender, &Self::registration(signer, resharing));
    }

    /// Brings all dealings of a signer.
    pub fn deal(&mut self, signer: usize, resharing: bool) {
        let sender = self.signers[signer].clone();
        for dealing_index in 0..KEY_SIZE {
            let chunks = vec![DealingChunkInfo { size: 4 }, DealingChunkInfo { size: 3 }];
            self.dkg_takes(&sender, &DkgMsg::CommitDealingsMetadata { dealing_index, chunks, resharing });
            for (chunk_index, data) in [(0, vec![1, 2, 3, 4]), (1, vec![5, 6, 7])] {
                let data = ContractSafeBytes(data);
                let chunk = PartialContractDealing { dealing_index, chunk_index, data };
                self.dkg_takes(&sender, &DkgMsg::CommitDealingsChunk { chunk });
            }
        }
    }

    /// Brings the verification key of a signer, and returns the number of its proposal.
    pub fn share(&mut self, signer: usize, resharing: bool) -> u64 {
        let sender = self.signers[signer].clone();
        let share = bs58::encode([9; 40]).into_string();
        proposal_in(&self.dkg_takes(&sender, &DkgMsg::CommitVerificationKeyShare { share, resharing }))
    }

    /// Moves on because all have acted.
    pub fn advance(&mut self) -> EpochState {
        let can: StateAdvanceResponse = self.dkg_asks(&DkgQuery::CanAdvanceState {});
        assert!(can.is_complete && !can.reached_deadline, "{can:?}");
        self.step()
    }

    /// Moves on because time is up.
    pub fn advance_late(&mut self) -> EpochState {
        let anyone = self.engine.account("anyone", &[]);
        self.dkg_refuses(&anyone, &DkgMsg::AdvanceEpochState {}, "it is too early");
        let can: StateAdvanceResponse = self.dkg_asks(&DkgQuery::CanAdvanceState {});
        assert!(!can.is_complete && !can.reached_deadline, "{can:?}");
        let deadline = can.deadline.expect("every state of a ceremony has one").seconds();
        let now = self.engine.block_time();
        self.engine.advance_time(deadline - now + 1);
        assert!(self.dkg_asks::<StateAdvanceResponse>(&DkgQuery::CanAdvanceState {}).reached_deadline);
        self.step()
    }

    /// Moves on.
    pub fn step(&mut self) -> EpochState {
        let anyone = self.engine.account("anyone", &[]);
        self.dkg_takes(&anyone, &DkgMsg::AdvanceEpochState {});
        self.epoch().state
    }

    /// From an open registration to the exchange of dealings, with all signers.
    pub fn register_all(&mut self, resharing: bool) {
        for signer in 0..self.signers.len() {
            self.register(signer, resharing);
        }
        assert_eq!(self.advance(), EpochState::DealingExchange { resharing });
    }

    /// From the exchange of dealings to the submission of verification keys; `holders` of the signers deal.
    pub fn deal_all(&mut self, holders: usize, resharing: bool) {
        for signer in 0..holders {
            self.deal(signer, resharing);
        }
        assert_eq!(self.advance(), EpochState::VerificationKeySubmission { resharing });
    }

    /// From the submission of verification keys to finalization; returns the proposals.
    pub fn share_and_vote(&mut self, resharing: bool) -> Vec<u64> {
        let proposals: Vec<u64> = (0..self.signers.len()).map(|signer| self.share(signer, resharing)).collect();
        assert_eq!(self.advance(), EpochState::VerificationKeyValidation { resharing });
        for &proposal in &proposals {
            self.vote(proposal, Vote::Yes);
        }
        assert_eq!(self.advance(), EpochState::VerificationKeyFinalization { resharing });
        proposals
    }

    /// A whole ceremony from an open registration on, in which all signers do all they should.
    pub fn ceremony(&mut self, resharing: bool) {
        self.register_all(resharing);
        let dealers = if resharing {
            self.epoch().state_progress.registered_resharing_dealers
        } else {
            self.epoch().state_progress.registered_dealers
        };
        self.deal_all(usize::try_from(dealers).expect("there are few"), resharing);
        for proposal in self.share_and_vote(resharing) {
            self.try_execute(proposal).unwrap_or_else(|refusal| panic!("proposal {proposal} fails: {refusal}"));
        }
        assert_eq!(self.advance(), EpochState::InProgress);
    }

    /// Begins another ceremony.
    pub fn trigger(&mut self, resharing: bool) {
        let message = if resharing { DkgMsg::TriggerResharing {} } else { DkgMsg::TriggerReset {} };
        let admin = self.admin.clone();
        self.dkg_takes(&admin, &message);
        assert_eq!(self.epoch().state, EpochState::PublicKeySubmission { resharing });
    }
}

pub(super) fn json(message: &impl Serialize) -> Vec<u8> {
    to_json_vec(message).expect("messages have a JSON form")
}

fn instantiate<E: Engine>(
    engine: &mut E,
    admin: &Addr,
    contract: Contract,
    message: &impl Serialize,
) -> (CodeId, Addr) {
    let code = engine.store(contract);
    let address = engine
        .instantiate(admin, code, &json(message), &[], Some(admin))
        .unwrap_or_else(|refusal| panic!("{contract:?} is refused: {refusal}"));
    (code, address)
}
