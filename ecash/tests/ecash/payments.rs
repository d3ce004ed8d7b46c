//! Payments, double spending, and forgeries that the published peer accepts (§11.4, §11.5).

use crate::fixture::{Quorum, quorum, rng, user};
use nym_curve::{G1, G1Affine, G2Affine, Point, Scalar};
use nym_ecash::{
    Claim, CoinIndexProof, EcashError, Identification, PayInfo, Payment, SecretKeyUser, Signature, SignatureSets,
    Spend, Wallet, identify, verify, verify_batch,
};
use proptest::prelude::*;

fn check(payment: &Payment, pay_info: &PayInfo) -> Result<(), EcashError> {
    let quorum = quorum();
    let claim = Claim { payment, pay_info, day: quorum.today, key: &quorum.master };
    verify(&claim, CoinIndexProof::Required, &mut rng(9))
}

fn wallet() -> Wallet {
    quorum().ticketbook(&user(), 2)
}

fn paid(tickets: u64) -> (Payment, PayInfo) {
    let pay_info = PayInfo([6; 72]);
    (quorum().pay(&user(), &mut wallet(), tickets, &pay_info, 3), pay_info)
}

#[test]
fn payments_of_one_and_many_tickets_verify() {
    let quorum = quorum();
    let mut wallet = wallet();
    let mut serials = std::collections::HashSet::new();
    let pay_info = PayInfo([6; 72]);
    for tickets in [1, 2, 7, 40] {
        let payment = quorum.pay(&user(), &mut wallet, tickets, &pay_info, 3);
        assert_eq!(check(&payment, &pay_info), Ok(()));
        assert_eq!(payment.to_bytes().len() as u64, 683 + 507 * tickets);
        assert_eq!(Payment::from_bytes(&payment.to_bytes()).unwrap(), payment);
        assert!(payment.serial_numbers().into_iter().all(|serial| serials.insert(serial)));
    }
    assert_eq!((wallet.tickets_left(), serials.len()), (0, 50));
    let spend = Spend { tickets: 1, pay_info: &pay_info, day: quorum.today };
    assert_eq!(
        wallet.spend(&user(), &quorum.master, quorum.sets(), spend, &mut rng(1)).unwrap_err(),
        EcashError::NotEnoughTickets { wanted: 1, left: 0 }
    );
}

#[test]
fn what_a_payer_cannot_spend() {
    let quorum = quorum();
    let mut wallet = wallet();
    let pay_info = PayInfo([6; 72]);
    let mut spend = |tickets, day, sets| {
        wallet.spend(&user(), &quorum.master, sets, Spend { tickets, pay_info: &pay_info, day }, &mut rng(1))
    };
    let (today, sets) = (quorum.today, quorum.sets());
    assert_eq!(spend(0, today, sets).unwrap_err(), EcashError::NoTickets);
    assert_eq!(spend(51, today, sets).unwrap_err(), EcashError::NotEnoughTickets { wanted: 51, left: 50 });
    assert_eq!(spend(1, quorum.expiration.plus_days(1).unwrap(), sets).unwrap_err(), EcashError::SpendDateTooLate);
    assert_eq!(spend(1, quorum.expiration.minus_days(7).unwrap(), sets).unwrap_err(), EcashError::SpendDateTooEarly);
    let short = SignatureSets { expiration_dates: &quorum.dates[1..], ..sets };
    assert!(matches!(spend(1, today, short), Err(EcashError::ListLength { list: "expiration_dates", .. })));
    let short = SignatureSets { coin_indices: &quorum.coins[..49], ..sets };
    assert!(matches!(spend(1, today, short), Err(EcashError::ListLength { list: "coin_indices", .. })));
    let other = nym_ecash::sign_expiration_dates(&quorum.keys.master, quorum.expiration.plus_days(1).unwrap()).unwrap();
    let foreign = SignatureSets { expiration_dates: &other, ..sets };
    assert!(matches!(spend(1, today, foreign), Err(EcashError::Malformed { .. })));
    for day in 0..7 {
        let day = quorum.today.plus_days(day).unwrap();
        let payment = spend(1, day, sets).unwrap();
        let claim = Claim { payment: &payment, pay_info: &pay_info, day, key: &quorum.master };
        assert_eq!(verify(&claim, CoinIndexProof::Required, &mut rng(9)), Ok(()));
    }
    assert_eq!(wallet.tickets_spent(), 7, "refused attempts do not count");
}

#[test]
fn anything_altered_is_refused() {
    let (payment, pay_info) = paid(2);
    let quorum = quorum();
    assert_eq!(check(&payment, &PayInfo([7; 72])), Err(EcashError::SpendProof));
    let claim = Claim { payment: &payment, pay_info: &pay_info, day: quorum.expiration, key: &quorum.master };
    assert_eq!(
        verify(&claim, CoinIndexProof::Required, &mut rng(9)),
        Err(EcashError::PaymentExpirationSignature),
        "another day needs another expiration signature"
    );
    let g = G1Affine::generator();
    type Change = fn(&mut Payment, G1Affine);
    let statement: [Change; 8] = [
        |p, _| p.kappa = G2Affine::generator(),
        |p, _| p.kappa_e = G2Affine::generator(),
        |p, _| p.kappa_k[1] = G2Affine::generator(),
        |p, g| p.ss[0] = g,
        |p, g| p.tt[1] = g,
        |p, g| p.aa[1] = g,
        |p, g| p.cc = g,
        |p, _| p.ss.swap(0, 1),
    ];
    for (position, change) in statement.iter().enumerate() {
        let mut forged = payment.clone();
        change(&mut forged, g);
        assert_eq!(check(&forged, &pay_info), Err(EcashError::SpendProof), "{position}");
    }
    let responses: [fn(&mut Payment); 10] = [
        |p| p.zk_proof.challenge += Scalar::ONE,
        |p| p.zk_proof.response_r += Scalar::ONE,
        |p| p.zk_proof.response_r_e += Scalar::ONE,
        |p| p.zk_proof.responses_r_k[1] += Scalar::ONE,
        |p| p.zk_proof.responses_l[0] += Scalar::ONE,
        |p| p.zk_proof.responses_o_a[1] += Scalar::ONE,
        |p| p.zk_proof.response_o_c += Scalar::ONE,
        |p| p.zk_proof.responses_mu[1] += Scalar::ONE,
        |p| p.zk_proof.responses_o_mu[0] += Scalar::ONE,
        |p| p.zk_proof.responses_attributes[2] += Scalar::ONE,
    ];
    for (position, change) in responses.iter().enumerate() {
        let mut forged = payment.clone();
        change(&mut forged);
        assert_eq!(check(&forged, &pay_info), Err(EcashError::SpendProof), "{position}");
    }
    let mut forged = payment.clone();
    forged.sig.s = g;
    assert_eq!(check(&forged, &pay_info), Err(EcashError::PaymentSignature("the ticketbook signature")));
    let mut forged = payment.clone();
    forged.sig_exp.h = g;
    assert_eq!(check(&forged, &pay_info), Err(EcashError::PaymentExpirationSignature));
    let mut forged = payment.clone();
    forged.omega[1].s = g;
    assert_eq!(check(&forged, &pay_info), Err(EcashError::PaymentSignature("a coin-index signature")));
}

#[test]
fn short_and_long_lists_are_refused_before_use() {
    let (payment, pay_info) = paid(2);
    type Change = fn(&mut Payment);
    let changes: [(&str, Change); 12] = [
        ("tt", |p| _ = p.tt.pop()),
        ("aa", |p| _ = p.aa.pop()),
        ("kappa_k", |p| _ = p.kappa_k.pop()),
        ("omega", |p| _ = p.omega.pop()),
        ("responses_l", |p| p.zk_proof.responses_l.clear()),
        ("responses_o_a", |p| p.zk_proof.responses_o_a.clear()),
        ("responses_mu", |p| p.zk_proof.responses_mu.clear()),
        ("responses_o_mu", |p| p.zk_proof.responses_o_mu.clear()),
        ("responses_attributes", |p| _ = p.zk_proof.responses_attributes.pop()),
        ("responses_attributes", |p| p.zk_proof.responses_attributes.push(Scalar::ONE)),
        ("responses_r_k", |p| _ = p.zk_proof.responses_r_k.pop()),
        ("ss", |p| p.spend_value = 3),
    ];
    for (name, change) in changes {
        let mut forged = payment.clone();
        change(&mut forged);
        assert!(
            matches!(check(&forged, &pay_info), Err(EcashError::ListLength { list, .. }) if list == name),
            "{name}"
        );
    }
    let mut forged = payment.clone();
    forged.spend_value = 0;
    assert_eq!(check(&forged, &pay_info), Err(EcashError::NoTickets));
    forged.spend_value = u64::MAX;
    assert!(matches!(check(&forged, &pay_info), Err(EcashError::NotEnoughTickets { .. })));
    let mut forged = payment.clone();
    forged.zk_proof.responses_r_k.clear();
    assert_eq!(check(&forged, &pay_info), Err(EcashError::CoinIndexProofMissing));
}

#[test]
fn ticket_type_cannot_be_swapped() {
    let (payment, pay_info) = paid(1);
    let mut forged = payment.clone();
    forged.t_type = 3;
    assert_eq!(check(&forged, &pay_info), Err(EcashError::PaymentSignature("the ticketbook signature")));
    // The peer absorbs a fourth response into κ through β²_3, which would correct for another type.
    forged.zk_proof.responses_attributes.push(Scalar::from(2));
    assert!(matches!(check(&forged, &pay_info), Err(EcashError::ListLength { .. })));
    let mut forged = payment;
    forged.t_type = 4;
    assert_eq!(check(&forged, &pay_info), Err(EcashError::UnknownTicketType(4)));
}

#[test]
fn identities_are_refused() {
    let (payment, pay_info) = paid(2);
    let o = G1Affine::identity();
    // The peer accepts an identity pair as coin-index signature: e(O, X)·e(O, −g2) = 1.
    let mut forged = payment.clone();
    forged.omega[0] = Signature { h: o, s: o };
    assert!(matches!(check(&forged, &pay_info), Err(EcashError::Identity(_))));
    let changes: [fn(&mut Payment); 10] = [
        |p| p.sig.h = G1Affine::identity(),
        |p| p.sig.s = G1Affine::identity(),
        |p| p.sig_exp.s = G1Affine::identity(),
        |p| p.ss[1] = G1Affine::identity(),
        |p| p.tt[1] = G1Affine::identity(),
        |p| p.aa[1] = G1Affine::identity(),
        |p| p.cc = G1Affine::identity(),
        |p| p.kappa = G2Affine::identity(),
        |p| p.kappa_e = G2Affine::identity(),
        |p| p.kappa_k[1] = G2Affine::identity(),
    ];
    for (position, change) in changes.iter().enumerate() {
        let mut forged = payment.clone();
        change(&mut forged);
        assert!(matches!(check(&forged, &pay_info), Err(EcashError::Identity(_))), "{position}");
    }
}

#[test]
fn cancelling_coin_signatures_are_refused() {
    // The peer's unweighted product over ω accepts opposite errors.
    let (payment, pay_info) = paid(2);
    let error = G1::random(&mut rng(8));
    let mut forged = payment;
    forged.omega[0].s = (error + forged.omega[0].s).to_affine();
    forged.omega[1].s = (G1::from(forged.omega[1].s) - error).to_affine();
    assert_eq!(check(&forged, &pay_info), Err(EcashError::PaymentSignature("a coin-index signature")));
}

#[test]
fn repeated_serial_numbers_are_refused() {
    let (payment, pay_info) = paid(2);
    let mut forged = payment;
    forged.ss[1] = forged.ss[0];
    assert_eq!(check(&forged, &pay_info), Err(EcashError::RepeatedSerialNumber));
}

#[test]
fn a_batch_names_its_bad_payments() {
    let quorum = quorum();
    let mut wallet = wallet();
    let infos: Vec<PayInfo> = (0..9).map(|i| PayInfo([i; 72])).collect();
    let mut payments: Vec<Payment> =
        (0u8..9).zip(&infos).map(|(i, info)| quorum.pay(&user(), &mut wallet, 1 + u64::from(i % 3), info, i)).collect();
    let answers = |payments: &[Payment]| {
        let claims: Vec<Claim<'_>> = payments
            .iter()
            .zip(&infos)
            .map(|(payment, pay_info)| Claim { payment, pay_info, day: quorum.today, key: &quorum.master })
            .collect();
        verify_batch(&claims, CoinIndexProof::Required, &mut rng(9))
    };
    assert!(answers(&payments).iter().all(Result::is_ok));
    assert!(answers(&[]).is_empty());
    let error = G1::random(&mut rng(8));
    // Errors that cancel across payments, a bad proof and a bad shape.
    payments[2].sig.s = (error + payments[2].sig.s).to_affine();
    payments[7].sig.s = (G1::from(payments[7].sig.s) - error).to_affine();
    payments[4].zk_proof.response_r += Scalar::ONE;
    payments[5].aa.clear();
    let answers = answers(&payments);
    let ticketbook = EcashError::PaymentSignature("the ticketbook signature");
    for (position, answer) in answers.into_iter().enumerate() {
        match position {
            2 | 7 => assert_eq!(answer, Err(ticketbook.clone())),
            4 => assert_eq!(answer, Err(EcashError::SpendProof)),
            5 => assert!(matches!(answer, Err(EcashError::ListLength { list: "aa", .. }))),
            _ => assert_eq!(answer, Ok(()), "{position}"),
        }
    }
}

#[test]
fn another_quorums_key_refuses() {
    let other = Quorum::new(2, 2, 77);
    let (payment, pay_info) = paid(1);
    let claim = Claim { payment: &payment, pay_info: &pay_info, day: other.today, key: &other.master };
    assert_eq!(verify(&claim, CoinIndexProof::Required, &mut rng(9)), Err(EcashError::SpendProof));
}

#[test]
fn double_spenders_are_identified() {
    let quorum = quorum();
    let fresh = wallet();
    let (first_info, second_info) = (PayInfo([6; 72]), PayInfo([7; 72]));
    let first = quorum.pay(&user(), &mut fresh.clone(), 2, &first_info, 3);
    // The second payment shares ticket 1 at another position.
    let mut later = Wallet::new(fresh.signatures().clone(), 1);
    let second = quorum.pay(&user(), &mut later, 2, &second_info, 4);
    assert_eq!(
        identify(&first, &first_info, &second, &second_info),
        Ok(Identification::DoubleSpender(user().public_key()))
    );
    assert_eq!(
        identify(&second, &second_info, &first, &first_info),
        Ok(Identification::DoubleSpender(user().public_key()))
    );
    assert_eq!(identify(&first, &first_info, &first, &first_info), Ok(Identification::DuplicatePayInfo(first_info)));
    let mut third_wallet = Wallet::new(fresh.signatures().clone(), 30);
    let third = quorum.pay(&user(), &mut third_wallet, 2, &second_info, 4);
    assert_eq!(identify(&first, &first_info, &third, &second_info), Err(EcashError::NotADuplicatePayment));
    // What makes the peer panic: missing tags. And tags that give no key.
    let mut stripped = second.clone();
    stripped.tt.clear();
    assert!(matches!(identify(&first, &first_info, &stripped, &second_info), Err(EcashError::Unidentifiable(_))));
    let mut zero = (first.clone(), second);
    zero.0.tt = vec![G1Affine::identity(); 2];
    zero.1.tt = vec![G1Affine::identity(); 2];
    assert!(matches!(identify(&zero.0, &first_info, &zero.1, &second_info), Err(EcashError::Unidentifiable(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn serials_depend_on_wallet_and_index_only(spent in 0u64..49, seeds in any::<(u8, u8)>(), infos in any::<([u8; 32], [u8; 32])>()) {
        prop_assume!(infos.0 != infos.1);
        let quorum = quorum();
        let base = wallet();
        let pay_info = |bytes: [u8; 32]| PayInfo::new(&bytes, 5, &mut rng(bytes[0]));
        let (first_info, second_info) = (pay_info(infos.0), pay_info(infos.1));
        let spend = |info, seed| quorum.pay(&user(), &mut Wallet::new(base.signatures().clone(), spent), 1, info, seed);
        let (first, second) = (spend(&first_info, seeds.0), spend(&second_info, seeds.1));
        prop_assert_eq!(check(&first, &first_info), Ok(()));
        prop_assert_eq!(first.serial_numbers(), second.serial_numbers());
        prop_assert_eq!(
            identify(&first, &first_info, &second, &second_info),
            Ok(Identification::DoubleSpender(user().public_key()))
        );
        prop_assert_eq!(first_info.provider(), &infos.0);
        prop_assert_eq!(first_info.timestamp(), 5);
    }
}

#[test]
fn another_users_key_cannot_spend() {
    let quorum = quorum();
    let thief = SecretKeyUser::from_seed(&[9; 32]);
    let pay_info = PayInfo([6; 72]);
    let payment = quorum.pay(&thief, &mut wallet(), 1, &pay_info, 3);
    assert_eq!(check(&payment, &pay_info), Err(EcashError::PaymentSignature("the ticketbook signature")));
}
