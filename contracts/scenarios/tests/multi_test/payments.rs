//! Random sequences of deposits, prices, requests and votes against a small ledger: what is paid never exceeds what was
//! deposited, no ticket is paid twice, and no base unit is created or lost.

use crate::engine::MultiTest;
use cosmwasm_std::Addr;
use cw3::Vote;
use nym_contract_scenarios::Engine;
use nym_contract_scenarios::mixnet::{NodeIdentity, nym};
use nym_contract_scenarios::quorum::{PRICE, Quorum, proposal_in};
use nym_ecash_contract::msg::{ExecuteMsg, PoolResponse, QueryMsg};
use proptest::prelude::*;

const GATEWAYS: usize = 3;
const WEALTH: u128 = 1_000_000_000_000;
/// Why a payment that was voted on may fail.
const REFUSALS: [&str; 4] = ["must have passed", "deposits cover", "of the deposits", "were paid for already"];

/// What somebody does.
#[derive(Clone, Debug)]
enum Step {
    /// Deposits this much, which may be no price.
    Deposit { amount: u128 },
    /// Changes the default price.
    Price { amount: u128 },
    /// Gives the buyer a reduced price.
    Reduced { amount: u128 },
    /// Asks to be paid.
    Request { gateway: usize, commitment: u8, tickets: u16 },
    /// Votes on a proposal and tries to carry it out.
    Decide { proposal: usize, vote: bool },
    /// Lets proposals expire.
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    let amount = prop_oneof![Just(PRICE), 50..200u128, 1_000_000..200_000_000u128];
    prop_oneof![
        6 => amount.clone().prop_map(|amount| Step::Deposit { amount }),
        1 => amount.clone().prop_map(|amount| Step::Price { amount }),
        1 => amount.prop_map(|amount| Step::Reduced { amount }),
        6 => (0..GATEWAYS, 0..5u8, prop_oneof![1..60u16, Just(u16::MAX), Just(0)])
            .prop_map(|(gateway, commitment, tickets)| Step::Request { gateway, commitment, tickets }),
        6 => (0..20usize, any::<bool>()).prop_map(|(proposal, vote)| Step::Decide { proposal, vote }),
        1 => Just(Step::Wait),
    ]
}

struct World<'e> {
    quorum: Quorum<'e, MultiTest>,
    buyer: Addr,
    gateways: Vec<Addr>,
    price: u128,
    reduced: Option<u128>,
    deposits: u64,
    deposited: u128,
    proposals: Vec<u64>,
}

impl<'e> World<'e> {
    fn new(engine: &'e mut MultiTest) -> Self {
        let quorum = Quorum::deploy(engine, 3);
        let buyer = quorum.engine.account("buyer", &[nym(WEALTH)]);
        let gateways = (0..GATEWAYS).map(|n| quorum.engine.account(&format!("gateway {n}"), &[])).collect();
        World { quorum, buyer, gateways, price: PRICE, reduced: None, deposits: 0, deposited: 0, proposals: vec![] }
    }

    fn send(&mut self, sender: &Addr, message: &ExecuteMsg, funds: u128) -> Option<nym_contract_scenarios::Executed> {
        let (ecash, funds) = (self.quorum.ecash.clone(), if funds == 0 { vec![] } else { vec![nym(funds)] });
        self.quorum.send(sender, &ecash, message, &funds).ok()
    }

    fn take(&mut self, step: &Step) {
        let (admin, buyer) = (self.quorum.admin.clone(), self.buyer.clone());
        match *step {
            Step::Deposit { amount } => {
                let message = ExecuteMsg::DepositTicketBookFunds { identity_key: NodeIdentity::number(1).to_base58() };
                let taken = self.send(&buyer, &message, amount).is_some();
                assert_eq!(taken, amount == self.price || Some(amount) == self.reduced, "{amount}");
                if taken {
                    self.deposits += 1;
                    self.deposited += amount;
                }
            }
            Step::Price { amount } => {
                let message = ExecuteMsg::UpdateDefaultDepositValue { new_deposit: nym(amount) };
                if self.send(&admin, &message, 0).is_some() {
                    self.price = amount;
                }
            }
            Step::Reduced { amount } => {
                let message = ExecuteMsg::SetReducedDepositPrice { address: buyer.to_string(), deposit: nym(amount) };
                if self.send(&admin, &message, 0).is_some() {
                    self.reduced = Some(amount);
                }
            }
            Step::Request { gateway, commitment, tickets } => {
                let commitment_bs58 = bs58::encode([commitment; 32]).into_string();
                let message = ExecuteMsg::RequestPayout { commitment_bs58, number_of_tickets: tickets };
                let gateway = self.gateways[gateway].clone();
                if let Some(executed) = self.send(&gateway, &message, 0) {
                    self.proposals.push(proposal_in(&executed));
                }
            }
            Step::Decide { proposal, vote } => {
                if let Some(&proposal) = self.proposals.get(proposal) {
                    self.quorum.vote(proposal, if vote { Vote::Yes } else { Vote::No });
                    if let Err(refusal) = self.quorum.try_execute(proposal) {
                        assert!(REFUSALS.iter().any(|words| refusal.contains(words)), "{refusal}");
                    }
                }
            }
            Step::Wait => self.quorum.engine.advance_time(40_000),
        }
    }

    fn check(&mut self) {
        let pool: PoolResponse = self.quorum.ecash_asks(&QueryMsg::GetPool {});
        let paid: u128 = self.gateways.clone().iter().map(|gateway| self.quorum.engine.balance(gateway, "unym")).sum();
        assert_eq!(pool.total_deposited, nym(self.deposited));
        assert_eq!(pool.total_paid, nym(paid));
        assert!(paid <= self.deposited, "{paid} of {} were paid", self.deposited);
        assert_eq!(pool.tickets_paid + pool.tickets_payable, 50 * self.deposits);
        let ecash = self.quorum.ecash.clone();
        assert_eq!(self.quorum.engine.balance(&ecash, "unym"), self.deposited - paid);
        // Five commitments exist, and each is paid at most once.
        let questions = self.gateways.iter().flat_map(|gateway| (0..5u8).map(move |number| (gateway.clone(), number)));
        let mut paid_commitments = [0; 5];
        for (gateway, number) in questions.collect::<Vec<_>>() {
            let commitment_bs58 = bs58::encode([number; 32]).into_string();
            let question = QueryMsg::GetPayout { gateway: gateway.to_string(), commitment_bs58 };
            let answer: nym_ecash_contract::msg::PayoutResponse = self.quorum.ecash_asks(&question);
            if answer.payout.is_some_and(|payout| payout.paid.is_some()) {
                paid_commitments[usize::from(number)] += 1;
            }
        }
        assert!(paid_commitments.iter().all(|&times| times <= 1), "{paid_commitments:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn payments_never_exceed_deposits(steps in proptest::collection::vec(step(), 1..60)) {
        let mut engine = MultiTest::default();
        let mut world = World::new(&mut engine);
        for step in &steps {
            world.take(step);
            world.check();
        }
    }
}
