//! Redemption of tickets, with and without a payment.

use super::deployment::{PRICE, Quorum, proposal_in};
use super::deposits::deposit_for;
use crate::Engine;
use crate::mixnet::{attributes_of, nym};
use cosmwasm_std::Addr;
use cw3::Vote;
use nym_ecash_contract::msg::{ExecuteMsg as EcashMsg, PayoutResponse, PoolResponse, QueryMsg as EcashQuery};

fn commitment(number: u8) -> String {
    bs58::encode([number; 32]).into_string()
}

fn request(number: u8, number_of_tickets: u16) -> EcashMsg {
    EcashMsg::RequestPayout { commitment_bs58: commitment(number), number_of_tickets }
}

fn pool<E: Engine>(quorum: &mut Quorum<E>) -> PoolResponse {
    quorum.ecash_asks(&EcashQuery::GetPool {})
}

fn buy<E: Engine>(quorum: &mut Quorum<E>, books: u8) {
    let alice = quorum.engine.account("alice", &[nym(PRICE * u128::from(books))]);
    for number in 0..books {
        quorum.ecash_takes(&alice, &deposit_for(number + 1), &[nym(PRICE)]);
    }
}

fn payout<E: Engine>(quorum: &mut Quorum<E>, gateway: &Addr, number: u8) -> PayoutResponse {
    quorum.ecash_asks(&EcashQuery::GetPayout { gateway: gateway.to_string(), commitment_bs58: commitment(number) })
}

pub(super) fn redemption_of_the_old_kind<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    buy(&mut quorum, 1);
    let gateway = quorum.engine.account("gateway", &[]);
    let message = EcashMsg::RequestRedemption { commitment_bs58: commitment(1), number_of_tickets: 120 };
    let requested = quorum.ecash_takes(&gateway, &message, &[]);
    let proposal_id = proposal_in(&requested);
    assert_eq!(requested.data, Some(proposal_id.to_be_bytes().to_vec()));
    let described = quorum.proposal(proposal_id);
    assert_eq!((described.title.as_str(), described.description), ("ecash-redemption", commitment(1)));
    let done = quorum.pass(proposal_id);
    let moved = [("moved_to_holding_account".to_owned(), "false".to_owned())];
    assert_eq!(attributes_of(&done, "ticket_redemption"), moved);
    // Counted, and not paid.
    let pool = pool(&mut quorum);
    assert_eq!((pool.tickets_requested_and_not_redeemed, pool.tickets_paid, pool.total_paid), (120, 0, nym(0)));
    assert_eq!(quorum.engine.balance(&gateway, "unym"), 0);
    for wrong in
        [String::new(), "0".to_owned(), bs58::encode([1; 31]).into_string(), bs58::encode([1; 33]).into_string()]
    {
        let message = EcashMsg::RequestRedemption { commitment_bs58: wrong, number_of_tickets: 1 };
        quorum.ecash_refuses(&gateway, &message, &[], "is not a commitment to tickets");
    }
}

pub(super) fn paying_for_tickets<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 4);
    buy(&mut quorum, 2);
    let gateway = quorum.engine.account("gateway", &[]);
    let requested = quorum.ecash_takes(&gateway, &request(1, 33), &[]);
    let proposal_id = proposal_in(&requested);
    assert_eq!(requested.data, Some(proposal_id.to_be_bytes().to_vec()));
    let described = quorum.proposal(proposal_id);
    assert_eq!((described.title.as_str(), described.description), ("ecash-payout", commitment(1)));
    assert_eq!(described.proposer, quorum.ecash);
    assert!(
        payout(&mut quorum, &gateway, 1).payout.is_some_and(|one| one.paid.is_none() && one.proposal_id == proposal_id)
    );
    // Asking again answers the same number.
    assert_eq!(proposal_in(&quorum.ecash_takes(&gateway, &request(1, 33), &[])), proposal_id);
    quorum.ecash_refuses(&gateway, &request(1, 34), &[], "has asked for a payment already");
    quorum.ecash_refuses(&gateway, &request(2, 33), &[], "has asked for a payment already");

    let done = quorum.pass(proposal_id);
    // 33 · 75 NYM / 50
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    // A chain sorts the attributes of what a message of a contract did.
    let mut attributes = attributes_of(&done, "ticket_payout");
    attributes.sort();
    assert_eq!(attributes, [pair("amount", "49500000unym"), pair("gateway", gateway.as_str()), pair("tickets", "33")]);
    assert_eq!(quorum.engine.balance(&gateway, "unym"), 49_500_000);
    let paid = payout(&mut quorum, &gateway, 1).payout.and_then(|one| one.paid).expect("it was paid");
    assert_eq!((paid.amount, paid.height), (nym(49_500_000), done.height));
    let counters = pool(&mut quorum);
    assert_eq!((counters.tickets_paid, counters.tickets_payable, counters.total_paid), (33, 67, nym(49_500_000)));
    quorum.ecash_refuses(&gateway, &request(1, 1), &[], "were paid for already");
    // Another may not be paid for the same tickets either.
    let other = quorum.engine.account("other gateway", &[]);
    quorum.ecash_refuses(&other, &request(1, 33), &[], "were paid for already");
    let next = proposal_in(&quorum.ecash_takes(&gateway, &request(2, 67), &[]));
    quorum.pass(next);
    assert_eq!(quorum.engine.balance(&gateway, "unym"), 2 * PRICE);
    let ecash = quorum.ecash.clone();
    assert_eq!(quorum.engine.balance(&ecash, "unym"), 0);
}

pub(super) fn no_more_than_deposits<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let [one, two] = ["gateway one", "gateway two"].map(|name| quorum.engine.account(name, &[]));
    quorum.ecash_refuses(&one, &request(1, 1), &[], "1 tickets cannot be paid for: deposits cover 0 more");
    buy(&mut quorum, 1);
    quorum.ecash_refuses(&one, &request(1, 51), &[], "deposits cover 50 more");
    // Each could be paid, both cannot.
    let first = proposal_in(&quorum.ecash_takes(&one, &request(1, 30), &[]));
    let second = proposal_in(&quorum.ecash_takes(&two, &request(2, 30), &[]));
    quorum.pass(first);
    quorum.vote(second, Vote::Yes);
    let refusal = quorum.try_execute(second).expect_err("the deposits are used up");
    assert!(refusal.contains("deposits cover 20 more"), "{refusal}");
    // It has passed, and is paid once there is something to pay with.
    buy(&mut quorum, 1);
    quorum.try_execute(second).expect("there are deposits again");
    assert_eq!(quorum.engine.balance(&two, "unym"), 45_000_000);

    // A price that rises after the deposits were made does not make them worth more.
    let admin = quorum.admin.clone();
    quorum.ecash_takes(&admin, &EcashMsg::UpdateDefaultDepositValue { new_deposit: nym(10 * PRICE) }, &[]);
    quorum.ecash_refuses(&one, &request(3, 40), &[], "cannot be paid: of the deposits 60000000unym is left");
    let left = proposal_in(&quorum.ecash_takes(&one, &request(3, 4), &[]));
    quorum.pass(left);
    let ecash = quorum.ecash.clone();
    assert_eq!(quorum.engine.balance(&ecash, "unym"), 0);
    let counters = pool(&mut quorum);
    assert_eq!((counters.total_deposited, counters.total_paid), (nym(2 * PRICE), nym(2 * PRICE)));
    // What was sent without a deposit is no deposit.
    quorum.engine.account("donor", &[nym(PRICE)]);
    let donor = quorum.engine.account("donor", &[]);
    quorum.engine.send(&donor, &ecash, &[nym(PRICE)]);
    quorum.ecash_refuses(&one, &request(4, 1), &[], "cannot be paid: of the deposits 0unym is left");
}

pub(super) fn refusals<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    buy(&mut quorum, 1);
    let gateway = quorum.engine.account("gateway", &[]);
    quorum.ecash_refuses(&gateway, &request(1, 0), &[], "nothing to pay for no tickets");
    for wrong in [String::new(), "0".to_owned(), bs58::encode([1; 33]).into_string()] {
        let message = EcashMsg::RequestPayout { commitment_bs58: wrong, number_of_tickets: 1 };
        quorum.ecash_refuses(&gateway, &message, &[], "is not a commitment to tickets");
    }
    // A request that is voted down, or that nobody votes on, does not bar the next one.
    let first = proposal_in(&quorum.ecash_takes(&gateway, &request(1, 5), &[]));
    quorum.vote(first, Vote::No);
    let second = proposal_in(&quorum.ecash_takes(&gateway, &request(1, 5), &[]));
    assert!(second > first);
    quorum.end_votes();
    let third = proposal_in(&quorum.ecash_takes(&gateway, &request(2, 5), &[]));
    quorum.pass(third);
    assert_eq!(quorum.engine.balance(&gateway, "unym"), 7_500_000);
}
