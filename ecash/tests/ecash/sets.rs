//! Signature sets (§3) and their refusals (§11.3).

use crate::fixture::{THRESHOLD, quorum, rng, shares};
use nym_curve::{CurveError, G1, G1Affine, Point};
use nym_ecash::{
    CoinIndexSignature, EcashError, ExpirationDateSignature, SetShare, aggregate_coin_indices,
    aggregate_expiration_dates, coin_indices_from_bin, coin_indices_to_bin, expiration_dates_from_bin,
    expiration_dates_to_bin, sign_coin_indices, sign_expiration_dates, verify_coin_indices, verify_expiration_dates,
};

fn date_sets() -> Vec<Vec<ExpirationDateSignature>> {
    let quorum = quorum();
    quorum.keys.shares.iter().map(|(_, key)| sign_expiration_dates(key, quorum.expiration).unwrap()).collect()
}

fn coin_sets() -> Vec<Vec<CoinIndexSignature>> {
    let quorum = quorum();
    quorum.keys.shares.iter().map(|(_, key)| sign_coin_indices(key, &quorum.master)).collect()
}

fn shift(signature: &mut nym_ecash::Signature, by: G1) {
    signature.s = (by + signature.s).to_affine();
}

#[test]
fn partial_and_aggregated_sets_verify() {
    let quorum = quorum();
    let mut rng = rng(3);
    for (set, key) in date_sets().iter().zip(&quorum.partial) {
        assert_eq!(verify_expiration_dates(key, quorum.expiration, set, &mut rng), Ok(()));
        assert!(verify_expiration_dates(quorum.master.key(), quorum.expiration, set, &mut rng).is_err());
    }
    for (set, key) in coin_sets().iter().zip(&quorum.partial) {
        assert_eq!(verify_coin_indices(key, &quorum.master, set, &mut rng), Ok(()));
    }
    assert_eq!(verify_expiration_dates(quorum.master.key(), quorum.expiration, &quorum.dates, &mut rng), Ok(()));
    assert_eq!(verify_coin_indices(quorum.master.key(), &quorum.master, &quorum.coins, &mut rng), Ok(()));
    assert_eq!(expiration_dates_from_bin(&expiration_dates_to_bin(&quorum.dates)).unwrap(), quorum.dates);
    assert_eq!(coin_indices_from_bin(&coin_indices_to_bin(&quorum.coins)).unwrap(), quorum.coins);
}

#[test]
fn any_threshold_gives_the_same_set() {
    let quorum = quorum();
    let sets = coin_sets();
    let all = shares(&quorum.keys, &quorum.partial, &sets);
    for pair in [[0, 1], [2, 0]] {
        let shares = pair.map(|position| all[position].clone());
        let aggregated = aggregate_coin_indices(&shares, THRESHOLD, &quorum.master, &mut rng(4)).unwrap();
        assert_eq!((aggregated.signatures, aggregated.rejected), (quorum.coins.clone(), vec![]));
    }
}

#[test]
fn cancelling_errors_do_not_pass() {
    // The published peer multiplies without weights: two opposite errors pass its check.
    let quorum = quorum();
    let error = G1::random(&mut rng(8));
    let mut dates = quorum.dates.clone();
    shift(&mut dates[0].signature, error);
    shift(&mut dates[1].signature, -error);
    assert!(matches!(
        verify_expiration_dates(quorum.master.key(), quorum.expiration, &dates, &mut rng(4)),
        Err(EcashError::Signature(_))
    ));
    let mut coins = quorum.coins.clone();
    shift(&mut coins[7].signature, error);
    shift(&mut coins[8].signature, -error);
    assert!(matches!(
        verify_coin_indices(quorum.master.key(), &quorum.master, &coins, &mut rng(4)),
        Err(EcashError::Signature(_))
    ));
}

#[test]
fn malformed_sets_are_refused() {
    let quorum = quorum();
    let check = |set: &[CoinIndexSignature]| verify_coin_indices(quorum.master.key(), &quorum.master, set, &mut rng(4));
    assert!(matches!(check(&quorum.coins[..49]), Err(EcashError::ListLength { expected: 50, got: 49, .. })));
    assert!(check(&[]).is_err());
    let mut long = quorum.coins.clone();
    long.push(long[49]);
    assert!(matches!(check(&long), Err(EcashError::ListLength { .. })));
    let mut order = quorum.coins.clone();
    order.swap(3, 4);
    assert!(matches!(check(&order), Err(EcashError::Malformed { .. })));
    let mut identity = quorum.coins.clone();
    identity[2].signature.s = G1Affine::identity();
    assert!(matches!(check(&identity), Err(EcashError::Identity(_))));
    let mut base = quorum.coins.clone();
    base[2].signature.h = base[3].signature.h;
    assert!(matches!(check(&base), Err(EcashError::Malformed { .. })));
    let mut dates = quorum.dates.clone();
    dates[0].spending_timestamp += 86400;
    assert!(verify_expiration_dates(quorum.master.key(), quorum.expiration, &dates, &mut rng(4)).is_err());
    let mut long_dates = quorum.dates.clone();
    long_dates.extend_from_slice(&quorum.dates);
    assert!(verify_expiration_dates(quorum.master.key(), quorum.expiration, &long_dates, &mut rng(4)).is_err());
}

#[test]
fn bad_shares_are_named_and_dropped() {
    let quorum = quorum();
    let mut sets = date_sets();
    shift(&mut sets[1][4].signature, G1::generator());
    let aggregated = aggregate_expiration_dates(
        &shares(&quorum.keys, &quorum.partial, &sets),
        quorum.expiration,
        THRESHOLD,
        &quorum.master,
        &mut rng(4),
    )
    .unwrap();
    assert_eq!((aggregated.signatures, aggregated.rejected), (quorum.dates.clone(), vec![2]));

    sets[0].pop();
    let error = aggregate_expiration_dates(
        &shares(&quorum.keys, &quorum.partial, &sets),
        quorum.expiration,
        THRESHOLD,
        &quorum.master,
        &mut rng(4),
    )
    .unwrap_err();
    assert_eq!(error, EcashError::NotEnoughShares { needed: 2, valid: 1, rejected: vec![1, 2] });

    let sets = date_sets();
    let aggregate = |shares: &[SetShare<'_, ExpirationDateSignature>]| {
        aggregate_expiration_dates(shares, quorum.expiration, THRESHOLD, &quorum.master, &mut rng(4)).unwrap_err()
    };
    let mut duplicate = shares(&quorum.keys, &quorum.partial, &sets);
    duplicate[2].index = 1;
    assert_eq!(aggregate(&duplicate), EcashError::Curve(CurveError::DuplicateIndex(1)));
    duplicate[2].index = 0;
    assert_eq!(aggregate(&duplicate), EcashError::Curve(CurveError::ZeroIndex));
    assert_eq!(aggregate(&[]), EcashError::Curve(CurveError::Empty));
    assert!(matches!(aggregate(&duplicate[..1]), EcashError::NotEnoughShares { needed: 2, valid: 1, .. }));
    let mut moved = shares(&quorum.keys, &quorum.partial, &sets);
    moved[2].index = 9;
    assert_eq!(aggregate(&moved[1..]), EcashError::KeysInconsistent);
}
