//! Random sequences of everything that can happen to a ceremony: whatever it is, keys in service stay in service until
//! others replace them, and time alone brings every ceremony to an end.

use crate::engine::MultiTest;
use cosmwasm_std::Addr;
use cw3::Vote;
use nym_contract_scenarios::Engine;
use nym_contract_scenarios::quorum::{Quorum, proposal_in};
use nym_contracts_common::ContractSafeBytes;
use nym_dkg_contract::msg::{ExecuteMsg, PagedVKSharesResponse, QueryMsg};
use nym_dkg_contract::types::{DealingChunkInfo, EpochState, PartialContractDealing};
use nym_multisig_contract::msg::ExecuteMsg as MultisigMsg;
use proptest::prelude::*;

const SIGNERS: usize = 4;

/// What somebody does.
#[derive(Clone, Debug)]
enum Step {
    Initiate,
    Trigger {
        resharing: bool,
    },
    Cancel,
    Register {
        signer: usize,
    },
    Deal {
        signer: usize,
        dealing: u32,
        complete: bool,
    },
    Share {
        signer: usize,
    },
    Vote {
        signer: usize,
        back: usize,
        yes: bool,
    },
    Execute {
        back: usize,
    },
    Advance,
    Wait {
        seconds: u64,
    },
    Member {
        signer: usize,
        weight: u64,
    },
    Prune,
    /// All that the current state asks for, by all signers, and the step to the next one.
    Proceed,
}

fn step() -> impl Strategy<Value = Step> {
    let signer = 0..SIGNERS;
    prop_oneof![
        1 => Just(Step::Initiate),
        2 => any::<bool>().prop_map(|resharing| Step::Trigger { resharing }),
        1 => Just(Step::Cancel),
        4 => signer.clone().prop_map(|signer| Step::Register { signer }),
        4 => (signer.clone(), 0..3u32, any::<bool>())
            .prop_map(|(signer, dealing, complete)| Step::Deal { signer, dealing, complete }),
        3 => signer.clone().prop_map(|signer| Step::Share { signer }),
        4 => (signer.clone(), 0..6usize, prop::bool::weighted(0.8))
            .prop_map(|(signer, back, yes)| Step::Vote { signer, back, yes }),
        3 => (0..8usize).prop_map(|back| Step::Execute { back }),
        4 => Just(Step::Advance),
        3 => prop_oneof![1..100u64, 3600..8000u64, Just(1_300_000)].prop_map(|seconds| Step::Wait { seconds }),
        1 => (signer, 0..2u64).prop_map(|(signer, weight)| Step::Member { signer, weight }),
        1 => Just(Step::Prune),
        12 => Just(Step::Proceed),
    ]
}

struct World<'e> {
    quorum: Quorum<'e, MultiTest>,
    proposals: Vec<u64>,
    in_service: Option<u64>,
    ceremonies: Option<u64>,
}

impl World<'_> {
    /// Refusals are part of the game.
    fn send(&mut self, sender: &Addr, message: &ExecuteMsg) -> bool {
        let dkg = self.quorum.dkg.clone();
        let sent = self.quorum.send(sender, &dkg, message, &[]);
        if let (Ok(executed), ExecuteMsg::CommitVerificationKeyShare { .. }) = (&sent, message) {
            self.proposals.push(proposal_in(executed));
        }
        sent.is_ok()
    }

    fn resharing(&mut self) -> bool {
        self.quorum.epoch().state.resharing().unwrap_or_default()
    }

    fn proposal(&self, back: usize) -> Option<u64> {
        self.proposals.iter().rev().nth(back).copied()
    }

    fn register(&mut self, signer: usize) {
        let number = u8::try_from(signer + 1).unwrap();
        let message = ExecuteMsg::RegisterDealer {
            bte_key_with_proof: bs58::encode([number; 128]).into_string(),
            identity_key: nym_contract_scenarios::mixnet::NodeIdentity::number(number).to_base58(),
            announce_address: "https://signer.example".to_owned(),
            resharing: self.resharing(),
        };
        let sender = self.quorum.signers[signer].clone();
        self.send(&sender, &message);
    }

    fn deal(&mut self, signer: usize, dealing_index: u32, complete: bool) {
        let (sender, resharing) = (self.quorum.signers[signer].clone(), self.resharing());
        let chunks = vec![DealingChunkInfo { size: 2 }, DealingChunkInfo { size: 1 }];
        self.send(&sender, &ExecuteMsg::CommitDealingsMetadata { dealing_index, chunks, resharing });
        for (chunk_index, data) in [(0, vec![1, 2]), (1, vec![3])].into_iter().take(if complete { 2 } else { 1 }) {
            let chunk = PartialContractDealing { dealing_index, chunk_index, data: ContractSafeBytes(data) };
            self.send(&sender, &ExecuteMsg::CommitDealingsChunk { chunk });
        }
    }

    fn share(&mut self, signer: usize) {
        let (sender, resharing) = (self.quorum.signers[signer].clone(), self.resharing());
        let share = bs58::encode([9; 40]).into_string();
        self.send(&sender, &ExecuteMsg::CommitVerificationKeyShare { share, resharing });
    }

    fn vote(&mut self, signer: usize, proposal_id: u64, yes: bool) {
        let (sender, multisig) = (self.quorum.signers[signer].clone(), self.quorum.multisig.clone());
        let vote = if yes { Vote::Yes } else { Vote::No };
        let _ = self.quorum.send(&sender, &multisig, &MultisigMsg::Vote { proposal_id, vote }, &[]);
    }

    fn take(&mut self, step: &Step) {
        let (admin, anyone) = (self.quorum.admin.clone(), self.quorum.engine.account("anyone", &[]));
        match *step {
            Step::Initiate => {
                self.send(&admin, &ExecuteMsg::InitiateDkg {});
            }
            Step::Trigger { resharing: true } => {
                self.send(&admin, &ExecuteMsg::TriggerResharing {});
            }
            Step::Trigger { resharing: false } => {
                self.send(&admin, &ExecuteMsg::TriggerReset {});
            }
            Step::Cancel => {
                self.send(&admin, &ExecuteMsg::CancelCeremony {});
            }
            Step::Register { signer } => self.register(signer),
            Step::Deal { signer, dealing, complete } => self.deal(signer, dealing, complete),
            Step::Share { signer } => self.share(signer),
            Step::Vote { signer, back, yes } => {
                if let Some(proposal) = self.proposal(back) {
                    self.vote(signer, proposal, yes);
                }
            }
            Step::Execute { back } => {
                if let Some(proposal) = self.proposal(back) {
                    let _ = self.quorum.try_execute(proposal);
                }
            }
            Step::Advance => {
                self.send(&anyone, &ExecuteMsg::AdvanceEpochState {});
            }
            Step::Wait { seconds } => self.quorum.engine.advance_time(seconds),
            Step::Member { signer, weight } => {
                let signer = self.quorum.signers[signer].clone();
                self.quorum.update_members(&[(&signer, weight)], &[]);
            }
            Step::Prune => {
                assert!(self.send(&anyone, &ExecuteMsg::PruneDealings { limit: Some(3) }));
            }
            Step::Proceed => self.proceed(&anyone),
        }
    }

    fn proceed(&mut self, anyone: &Addr) {
        let admin = self.quorum.admin.clone();
        match self.quorum.epoch().state {
            EpochState::WaitingInitialisation => {
                self.send(&admin, &ExecuteMsg::InitiateDkg {});
            }
            EpochState::PublicKeySubmission { .. } => (0..SIGNERS).for_each(|signer| self.register(signer)),
            EpochState::DealingExchange { .. } => {
                for signer in 0..SIGNERS {
                    (0..2).for_each(|dealing| self.deal(signer, dealing, true));
                }
            }
            EpochState::VerificationKeySubmission { .. } => (0..SIGNERS).for_each(|signer| self.share(signer)),
            EpochState::VerificationKeyValidation { .. } => {
                for proposal in self.proposals.clone() {
                    (0..SIGNERS).for_each(|signer| self.vote(signer, proposal, true));
                }
            }
            EpochState::VerificationKeyFinalization { .. } => {
                for proposal in self.proposals.clone() {
                    let _ = self.quorum.try_execute(proposal);
                }
            }
            EpochState::InProgress => {}
        }
        self.send(anyone, &ExecuteMsg::AdvanceEpochState {});
    }

    fn check(&mut self) {
        let (epoch, generations) = (self.quorum.epoch(), self.quorum.generations());
        // Keys in service are replaced by later ones only.
        let in_service = generations.in_service.map(|keys| keys.epoch_id);
        assert!(in_service >= self.in_service, "{in_service:?} after {:?}", self.in_service);
        self.in_service = in_service;
        assert_eq!(generations.ceremony.is_some(), epoch.state.resharing().is_some());
        // No number of a ceremony is used twice.
        if let Some(ceremony) = generations.ceremony {
            assert!(Some(ceremony.epoch_id) >= self.ceremonies, "{ceremony:?}");
            self.ceremonies = Some(ceremony.epoch_id);
            assert!(ceremony.deadline.is_some());
        }
        if epoch.state.is_in_progress() {
            assert_eq!(Some(epoch.epoch_id), in_service, "what old clients read are the keys in service");
        }
        assert!(generations.retry.is_none() || epoch.state.is_in_progress());
        if let Some(epoch_id) = in_service {
            let threshold: Option<u64> = self.quorum.dkg_asks(&QueryMsg::GetEpochThreshold { epoch_id });
            let question = QueryMsg::GetVerificationKeys { epoch_id, limit: None, start_after: None };
            let keys: PagedVKSharesResponse = self.quorum.dkg_asks(&question);
            assert!(keys.shares.iter().all(|share| share.verified));
            assert!(u64::try_from(keys.shares.len()).ok() >= threshold, "{keys:?} for {threshold:?}");
            if epoch.state.is_in_progress() {
                let current: Option<u64> = self.quorum.dkg_asks(&QueryMsg::GetCurrentEpochThreshold {});
                assert_eq!(current, threshold);
                assert_eq!(usize::try_from(epoch.state_progress.verified_keys).unwrap(), keys.shares.len());
            }
        }
    }

    /// Nobody acts any more but the one who advances.
    fn run_out(&mut self) {
        let anyone = self.quorum.engine.account("anyone", &[]);
        for _ in 0..6 {
            let epoch = self.quorum.epoch();
            let Some(deadline) = epoch.deadline.filter(|_| epoch.state.resharing().is_some()) else { break };
            let left = deadline.seconds().saturating_sub(self.quorum.engine.block_time());
            self.quorum.engine.advance_time(left + 1);
            assert!(self.send(&anyone, &ExecuteMsg::AdvanceEpochState {}), "stuck in {epoch:?}");
            self.check();
        }
        match (self.quorum.epoch().state, self.in_service) {
            (EpochState::InProgress, Some(_)) => {}
            // Without keys registration stays open, or nobody has asked for any.
            (EpochState::PublicKeySubmission { resharing: false } | EpochState::WaitingInitialisation, None) => {}
            other => panic!("a ceremony ends as {other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_ceremony_ends_and_keys_stay_in_service(steps in proptest::collection::vec(step(), 1..120)) {
        let mut engine = MultiTest::default();
        let quorum = Quorum::deploy(&mut engine, SIGNERS);
        let mut world = World { quorum, proposals: vec![], in_service: None, ceremonies: None };
        for step in &steps {
            world.take(step);
            world.check();
        }
        world.run_out();
    }
}
