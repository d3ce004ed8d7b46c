//! The provider's verifier (§4.7; data-plane.md §6.2).

use crate::fixture::{Quorum, TYPE, quorum, rng, user};
use nym_ecash::verifier::{
    Accepted, EpochKeys, PAY_INFO_WINDOW, PaymentVerifier, Rejection, Rules, SpentTickets, SpentTicketsInMemory,
    verify_admitted,
};
use nym_ecash::{CoinIndexProof, CredentialSpendingData, EcashError, PayInfo, PreparedKey, Wallet};

const PROVIDER: [u8; 32] = [5; 32];

struct Keys;

impl EpochKeys for Keys {
    fn key(&self, epoch_id: u64) -> Option<&PreparedKey> {
        (epoch_id == 1).then_some(&quorum().master)
    }
}

fn noon() -> i64 {
    i64::from(quorum().today.timestamp()) + 43_200
}

struct Provider {
    verifier: PaymentVerifier,
    store: SpentTicketsInMemory,
}

impl Provider {
    fn new(rules: Rules) -> Self {
        Self { verifier: PaymentVerifier::new(rules), store: SpentTicketsInMemory::default() }
    }

    fn gateway() -> Self {
        Self::new(Rules::gateway(PROVIDER))
    }

    fn accept(&mut self, data: CredentialSpendingData, now: i64) -> Result<Accepted, Rejection> {
        self.verifier.accept(data, now, &Keys, &mut self.store, &mut rng(1))
    }
}

/// Ticket `index` of the one wallet, paid to the provider at a time.
fn ticket(index: u64, time: i64, seed: u8) -> CredentialSpendingData {
    let quorum: &Quorum = quorum();
    let base = quorum.ticketbook(&user(), 2);
    let pay_info = PayInfo::new(&PROVIDER, time, &mut rng(seed));
    let payment = quorum.pay(&user(), &mut Wallet::new(base.signatures().clone(), index), 1, &pay_info, seed);
    quorum.data(payment, pay_info)
}

#[test]
fn a_good_ticket_is_taken_once() {
    let mut gateway = Provider::gateway();
    let data = ticket(0, noon(), 1);
    let accepted = gateway.accept(data.clone(), noon()).unwrap();
    assert_eq!((accepted.ticket_type, accepted.bandwidth), (TYPE, 100_000_000));
    assert_eq!(gateway.accept(data.clone(), noon()), Err(Rejection::ReplayedTicket));
    // Long after the window the store still knows it, if only it passes the time check.
    assert_eq!(gateway.accept(data.clone(), noon() + 31), Err(Rejection::OutsideWindow(-31)));
    let mut signer = Provider::new(Rules::signer());
    assert!(signer.accept(data.clone(), noon() + 3600).is_ok());
    assert_eq!(signer.accept(data, noon() + 3600), Err(Rejection::ReplayedTicket));
}

/// One payment has many encodings: it can be proven again with other randomness for the same payment info, and integers
/// can be written longer. What is remembered are payment infos and serial numbers, never bytes.
#[test]
fn other_bytes_of_the_same_payment_are_a_replay() {
    let mut gateway = Provider::gateway();
    let first = ticket(0, noon(), 1);
    gateway.accept(first.clone(), noon()).unwrap();
    let wallet = quorum().ticketbook(&user(), 2);
    let again = quorum().pay(&user(), &mut wallet.clone(), 1, &first.pay_info, 9);
    let again = quorum().data(again, first.pay_info);
    assert_ne!(again.to_bytes(), first.to_bytes());
    assert_eq!(again.payment.serial_numbers(), first.payment.serial_numbers());
    assert_eq!(gateway.accept(again.clone(), noon()), Err(Rejection::ReplayedTicket));
    // A provider that restarted has only its store.
    let mut restarted = Provider { store: gateway.store, ..Provider::gateway() };
    assert_eq!(restarted.accept(again, noon()), Err(Rejection::ReplayedTicket));
    // The last number of the binary form, the epoch 1, as three bytes.
    let mut long = first.to_bin();
    assert_eq!(long.pop(), Some(1));
    long.extend([0xfb, 0, 1]);
    assert_eq!(CredentialSpendingData::from_bin(&long).unwrap(), first);
}

#[test]
fn a_double_spender_is_named() {
    let mut gateway = Provider::gateway();
    let first = ticket(0, noon(), 1);
    gateway.accept(first.clone(), noon()).unwrap();
    let rejection = gateway.accept(ticket(0, noon(), 2), noon()).unwrap_err();
    assert_eq!(rejection, Rejection::DoubleSpend { public_key: Some(user().public_key()), earlier: Box::new(first) });
    // An unverified payment that claims a spent serial number identifies nobody.
    let mut forged = ticket(0, noon(), 3);
    forged.payment.zk_proof.response_r = forged.payment.zk_proof.challenge;
    assert_eq!(gateway.accept(forged, noon()), Err(Rejection::InvalidTicket(EcashError::SpendProof)));
}

#[test]
fn dates_provider_and_time() {
    let mut gateway = Provider::gateway();
    let today = quorum().today;
    let mut other_day = ticket(0, noon(), 1);
    other_day.spend_date = today.plus_days(1).unwrap();
    assert!(matches!(gateway.accept(other_day.clone(), noon()), Err(Rejection::InvalidSpentDate { .. })));
    // Stated as today but signed for another day.
    let tomorrow = noon() + 86_400;
    let mut late = ticket(0, tomorrow, 1);
    late.spend_date = today.plus_days(1).unwrap();
    assert_eq!(gateway.accept(late, tomorrow), Err(Rejection::InvalidTicket(EcashError::PaymentExpirationSignature)));
    let mut elsewhere = Provider::new(Rules::gateway([6; 32]));
    assert_eq!(elsewhere.accept(ticket(0, noon(), 1), noon()), Err(Rejection::WrongProvider));
    for (offset, accepted) in [(-31, false), (-30, true), (30, true), (31, false)] {
        let mut gateway = Provider::gateway();
        assert_eq!(gateway.accept(ticket(0, noon() + offset, 1), noon()).is_ok(), accepted, "{offset}");
    }
    // Extreme times must not overflow.
    for time in [i64::MIN, i64::MAX] {
        assert!(matches!(Provider::gateway().accept(ticket(0, time, 1), noon()), Err(Rejection::OutsideWindow(_))));
    }
}

#[test]
fn yesterday_only_in_the_first_hour_and_only_for_signers() {
    let midnight = i64::from(quorum().today.timestamp()) + 86_400;
    let data = ticket(0, midnight - 5, 1);
    for (now, accepted) in [(midnight - 1, true), (midnight, true), (midnight + 3599, true), (midnight + 3600, false)] {
        let mut signer = Provider::new(Rules::signer());
        assert_eq!(signer.accept(data.clone(), now).is_ok(), accepted, "{}", now - midnight);
    }
    assert!(matches!(Provider::gateway().accept(data.clone(), midnight), Err(Rejection::InvalidSpentDate { .. })));
    // The peer's condition lets any date pass before one o'clock.
    let mut signer = Provider::new(Rules::signer());
    assert!(matches!(signer.accept(data, midnight + 86_400 + 10), Err(Rejection::InvalidSpentDate { .. })));
}

#[test]
fn number_of_tickets_and_unknown_epochs() {
    let quorum = quorum();
    let pay_info = PayInfo::new(&PROVIDER, noon(), &mut rng(1));
    let two = quorum.data(quorum.pay(&user(), &mut quorum.ticketbook(&user(), 2), 2, &pay_info, 1), pay_info);
    assert_eq!(Provider::gateway().accept(two.clone(), noon()), Err(Rejection::MultipleTickets(2)));
    let mut generous = Provider::new(Rules { max_tickets: 10, ..Rules::gateway(PROVIDER) });
    assert_eq!(generous.accept(two, noon()).unwrap().bandwidth, 200_000_000);
    // One of the two again, alone: per ticket and not per payment.
    assert!(matches!(generous.accept(ticket(1, noon(), 7), noon()), Err(Rejection::DoubleSpend { .. })));
    let mut unknown = ticket(4, noon(), 8);
    unknown.epoch_id = 2;
    assert_eq!(generous.accept(unknown, noon()), Err(Rejection::UnknownEpoch(2)));
}

#[test]
fn invalid_proofs_do_not_block_the_honest_payment() {
    let mut gateway = Provider::gateway();
    let honest = ticket(0, noon(), 1);
    let mut forged = honest.clone();
    forged.payment.zk_proof.response_r = forged.payment.zk_proof.challenge;
    assert!(matches!(gateway.accept(forged, noon()), Err(Rejection::InvalidTicket(_))));
    assert!(gateway.accept(honest, noon()).is_ok());
}

#[test]
fn check_and_reservation_are_one_step() {
    let mut gateway = Provider::gateway();
    let data = ticket(0, noon(), 1);
    let admitted = gateway.verifier.admit(data.clone(), noon(), &gateway.store).unwrap();
    // A second presentation while the first is being verified.
    assert_eq!(gateway.verifier.admit(data, noon(), &gateway.store).unwrap_err(), Rejection::ReplayedTicket);
    let verified = verify_admitted(&[admitted], &Keys, CoinIndexProof::Required, &mut rng(1));
    assert_eq!(verified, [Ok(())]);
    // Two payments of one ticket in flight: the store decides.
    let (a, b) = (ticket(1, noon(), 2), ticket(1, noon(), 3));
    let a = gateway.verifier.admit(a, noon(), &gateway.store).unwrap();
    let b = gateway.verifier.admit(b, noon(), &gateway.store).unwrap();
    assert!(gateway.verifier.conclude(a, Ok(()), &mut gateway.store).is_ok());
    let second = gateway.verifier.conclude(b, Ok(()), &mut gateway.store);
    assert!(matches!(second, Err(Rejection::DoubleSpend { public_key: Some(_), .. })));
}

#[test]
fn the_window_is_bounded_and_moves() {
    let rules = Rules { max_remembered: 2, ..Rules::gateway(PROVIDER) };
    let mut gateway = Provider::new(rules);
    assert!(gateway.accept(ticket(0, noon(), 1), noon()).is_ok());
    assert!(gateway.accept(ticket(1, noon(), 2), noon()).is_ok());
    assert_eq!(gateway.accept(ticket(2, noon(), 3), noon()), Err(Rejection::Busy));
    let later = noon() + PAY_INFO_WINDOW + 1;
    assert!(gateway.accept(ticket(2, later, 3), later).is_ok());
    assert_eq!(gateway.store.len(), 3);
    gateway.store.forget_before(quorum().today.plus_days(1).unwrap());
    assert!(gateway.store.is_empty());
}

#[test]
fn a_failing_store_takes_nothing() {
    struct Failing;
    impl SpentTickets for Failing {
        type Error = &'static str;
        fn contains(&self, _: &[u8; 48]) -> Result<bool, Self::Error> {
            Ok(false)
        }
        fn insert(&mut self, _: &CredentialSpendingData) -> Result<Option<CredentialSpendingData>, Self::Error> {
            Err("disk full")
        }
        fn find(&self, _: &[u8; 48]) -> Result<Option<CredentialSpendingData>, Self::Error> {
            Ok(None)
        }
    }
    let mut verifier = PaymentVerifier::new(Rules::gateway(PROVIDER));
    let data = ticket(0, noon(), 1);
    let failed = verifier.accept(data.clone(), noon(), &Keys, &mut Failing, &mut rng(1));
    assert_eq!(failed, Err(Rejection::Store("disk full".into())));
    // The payment can be presented again.
    let mut store = SpentTicketsInMemory::default();
    assert!(verifier.accept(data, noon(), &Keys, &mut store, &mut rng(1)).is_ok());
}
