//! Whole key generations: fresh and reshared keys, dealers that are left out by name, published keys.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{key_pairs, node, parties, public, rng};
use nym_curve::{G1, G1Affine, G2, G2Affine, Point, Scalar, interpolate_at_zero};
use nym_dkg::{
    AcceptedDealer, Ceremony, Dealing, DealingPart, DkgError, KeyComponent, KeyPair, NodeIndex, PublishedKey,
    Receivers, RecoveredVerificationKeys, Secrets, Submission, combine_coefficients, combine_shares, keep_searching,
};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

type Keys = BTreeMap<NodeIndex, Zeroizing<Vec<Scalar>>>;

/// Encodes, judges and combines what `dealers` dealt; every receiver derives its key.
fn run(
    ceremony: &Ceremony,
    dealt: &[(NodeIndex, Vec<Dealing>, Secrets<'_>)],
    receivers: &[(NodeIndex, &KeyPair)],
    rng: &mut ChaCha20Rng,
) -> (Keys, Vec<RecoveredVerificationKeys>) {
    let accepted: Vec<AcceptedDealer> = dealt
        .iter()
        .map(|(dealer, dealings, secrets)| {
            let bytes: Vec<Vec<u8>> = dealings.iter().map(Dealing::to_bytes).collect();
            let dealings = bytes.iter().map(|bytes| Some(bytes.as_slice())).collect();
            ceremony.judge(&Submission { dealer: *dealer, dealings, secrets: *secrets }, rng).unwrap()
        })
        .collect();
    let keys = receivers
        .iter()
        .map(|(index, pair)| {
            let secret = ceremony.derive_secret_key(&accepted, &pair.decryption, *index, &mut keep_searching);
            (*index, secret.unwrap())
        })
        .collect();
    (keys, ceremony.derive_verification_keys(&accepted).unwrap())
}

/// The secret behind component `component`, from the first `count` keys.
fn master(keys: &Keys, component: usize, count: usize) -> Scalar {
    let (indices, values): (Vec<u64>, Vec<Scalar>) =
        keys.iter().take(count).map(|(index, key)| (index.get(), key[component])).unzip();
    interpolate_at_zero(&indices, &values).unwrap()
}

fn assert_consistent(keys: &Keys, public: &[RecoveredVerificationKeys], threshold: usize, receivers: &Receivers) {
    for (component, recovered) in public.iter().enumerate() {
        for (position, key) in keys.values().enumerate() {
            assert_eq!((G2::generator() * key[component]).to_affine(), recovered.partials[position]);
        }
        let secret = master(keys, component, threshold);
        assert_eq!((G2::generator() * secret).to_affine(), recovered.master);
        assert_eq!(master(keys, component, keys.len()), secret);
        if threshold > 1 {
            assert_ne!(master(keys, component, threshold - 1), secret);
        }
        recovered.check(threshold, receivers).unwrap();
        assert_eq!(RecoveredVerificationKeys::from_bytes(&recovered.to_bytes()).unwrap(), *recovered);
    }
}

/// A fresh key of `n` parties, then the same key for other parties with another threshold.
fn fresh_then_reshared(n: usize, t: usize, new_n: usize, new_t: usize, key_size: usize, seed: u8) {
    let mut rng = rng(seed);
    let (receivers, members) = parties(n);
    let ceremony = Ceremony::new(receivers.clone(), t, key_size).unwrap();
    let dealt: Vec<_> =
        members.iter().map(|(index, _)| (*index, ceremony.deal(&mut rng).unwrap(), Secrets::Fresh)).collect();
    let (keys, public_keys) = run(&ceremony, &dealt, &members, &mut rng);
    assert_consistent(&keys, &public_keys, t, &receivers);

    // Parties of the next generation: the last ones of the key list, so that some leave, some stay and some join.
    let all = key_pairs();
    let next: Vec<(NodeIndex, &KeyPair)> =
        (1u64..).zip(all).skip(all.len() - new_n).map(|(i, pair)| (node(2 * i + 1), pair)).collect();
    let next_receivers = Receivers::new(next.iter().map(|(index, pair)| (*index, public(pair)))).unwrap();
    let reshare = Ceremony::new(next_receivers.clone(), new_t, key_size).unwrap();
    let previous: Vec<Vec<G2Affine>> =
        (0..n).map(|position| public_keys.iter().map(|component| component.partials[position]).collect()).collect();
    let dealt: Vec<_> = keys
        .iter()
        .zip(&previous)
        .map(|((index, key), previous)| {
            (*index, reshare.reshare(key, &mut rng).unwrap(), Secrets::Reshared(Some(previous.as_slice())))
        })
        .collect();
    // The old threshold of dealers suffices, whatever the new one is, as long as it is no larger.
    let dealt = &dealt[..t.max(new_t)];
    let (new_keys, new_public) = run(&reshare, dealt, &next, &mut rng);
    assert_consistent(&new_keys, &new_public, new_t, &next_receivers);
    for (component, (old, new)) in public_keys.iter().zip(&new_public).enumerate() {
        assert_eq!(old.master, new.master, "resharing keeps component {component} of the master key");
        for (index, key) in &new_keys {
            if let Some(before) = keys.get(index).filter(|_| new_t > 1) {
                assert_ne!(before[component], key[component], "shares of the same party change");
            }
        }
    }
}

#[test]
fn four_parties_make_a_key_and_reshare_it() {
    fresh_then_reshared(4, 3, 4, 3, nym_dkg::KEY_SIZE, 31);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn resharing_keeps_the_master_key(n in 2usize..=5, t_seed in any::<prop::sample::Index>(), new_n in 1usize..=6, seed in any::<u8>()) {
        let t = t_seed.index(n) + 1;
        fresh_then_reshared(n, t, new_n, t.min(new_n), 1, seed);
    }
}

fn provided(dealings: &[Vec<u8>]) -> Vec<Option<&[u8]>> {
    dealings.iter().map(|bytes| Some(bytes.as_slice())).collect()
}

#[test]
fn bad_dealers_are_left_out_by_name_and_the_rest_goes_on() {
    let mut rng = rng(32);
    let (receivers, members) = parties(4);
    let (t, size) = (2, 2);
    let ceremony = Ceremony::new(receivers.clone(), t, size).unwrap();
    let good: Vec<Vec<u8>> = ceremony.deal(&mut rng).unwrap().iter().map(Dealing::to_bytes).collect();
    let mut invalid = good.clone();
    let last = invalid[1].len() - 1;
    invalid[1][last - 20] ^= 1;
    let mut malformed = good.clone();
    malformed[0].truncate(100);
    let dealer = members[1].0;
    let mut judge = |dealings: Vec<Option<&[u8]>>, secrets| {
        let verdict = ceremony.judge(&Submission { dealer, dealings, secrets }, &mut rng);
        verdict.map_err(|rejected| {
            assert_eq!(rejected.dealer, dealer);
            assert!(rejected.to_string().contains(&dealer.to_string()));
            rejected.reason
        })
    };
    let fresh = Secrets::Fresh;
    assert!(judge(provided(&good), fresh).is_ok());
    assert_eq!(judge(vec![None, None], fresh).err(), Some(DkgError::NoDealings));
    assert_eq!(judge(vec![], fresh).err(), Some(DkgError::NoDealings));
    assert_eq!(judge(vec![Some(&good[0]), None], fresh).err(), Some(DkgError::Incomplete { expected: 2, got: 1 }));
    assert_eq!(
        judge(vec![Some(&good[0]), Some(&good[1]), Some(&good[0])], fresh).err(),
        Some(DkgError::Incomplete { expected: 2, got: 3 })
    );
    let part = DealingPart::Chunking;
    assert_eq!(
        judge(provided(&invalid), fresh).err(),
        Some(DkgError::Dealing { index: 1, source: Box::new(DkgError::Invalid { part }) })
    );
    assert!(matches!(
        judge(provided(&malformed), fresh).err(),
        Some(DkgError::Dealing { index: 0, source }) if matches!(*source, DkgError::Truncated { .. })
    ));
    assert_eq!(judge(provided(&good), Secrets::Reshared(None)).err(), Some(DkgError::NoPreviousKey));
    let short = [G2Affine::generator()];
    assert_eq!(
        judge(provided(&good), Secrets::Reshared(Some(&short))).err(),
        Some(DkgError::PreviousKeySize { expected: 2, got: 1 })
    );
    let other = [G2Affine::generator(); 2];
    assert_eq!(
        judge(provided(&good), Secrets::Reshared(Some(&other))).err(),
        Some(DkgError::Dealing { index: 0, source: Box::new(DkgError::NotTheSameSecret) })
    );
    assert_eq!(
        ceremony.reshare(&[Scalar::ONE], &mut common::rng(1)).map(|_| ()),
        Err(DkgError::PreviousKeySize { expected: 2, got: 1 })
    );

    // One dealer is left out, the others still make a key.
    let dealt: Vec<_> = [members[0].0, members[2].0, members[3].0]
        .map(|index| (index, ceremony.deal(&mut common::rng(33)).unwrap(), Secrets::Fresh))
        .into();
    let (keys, public_keys) = run(&ceremony, &dealt, &members, &mut common::rng(34));
    assert_consistent(&keys, &public_keys, t, &receivers);
}

#[test]
fn too_few_or_repeated_dealers_make_no_key() {
    let mut rng = rng(35);
    let (receivers, members) = parties(3);
    let dealing = Dealing::create(&receivers, 3, &mut rng).unwrap();
    let shallow = Dealing::create(&receivers, 2, &mut rng).unwrap();
    let [a, b, c] = [members[0].0, members[1].0, members[2].0];
    let points = dealing.coefficients();
    assert_eq!(
        combine_coefficients(3, &[(a, points), (b, points)]),
        Err(DkgError::NotEnoughDealers { threshold: 3, got: 2 })
    );
    assert_eq!(combine_coefficients(3, &[(a, points), (b, points), (a, points)]), Err(DkgError::DuplicateNode(a)));
    assert_eq!(
        combine_coefficients(3, &[(a, points), (b, shallow.coefficients()), (c, points)]),
        Err(DkgError::ShapeMismatch { node: b })
    );
    let share = || Zeroizing::new(Scalar::ONE);
    assert_eq!(combine_shares(1, &[]), Err(DkgError::NotEnoughDealers { threshold: 1, got: 0 }));
    assert_eq!(combine_shares(2, &[(a, share()), (a, share())]), Err(DkgError::DuplicateNode(a)));
    let ceremony = Ceremony::new(receivers, 3, 2).unwrap();
    let incomplete = AcceptedDealer { dealer: b, dealings: vec![dealing] };
    assert_eq!(ceremony.derive_verification_keys(&[incomplete]).map(|_| ()), Err(DkgError::ShapeMismatch { node: b }));
}

#[test]
fn a_partial_key_off_the_polynomial_is_named() {
    let (receivers, members) = parties(4);
    let mut rng = rng(36);
    let dealings: Vec<Dealing> = (0..3).map(|_| Dealing::create(&receivers, 2, &mut rng).unwrap()).collect();
    let contributions: Vec<_> =
        members.iter().zip(&dealings).map(|((index, _), dealing)| (*index, dealing.coefficients())).collect();
    let mut recovered = RecoveredVerificationKeys::recover(2, &contributions, &receivers).unwrap();
    assert_eq!(recovered.check(2, &receivers), Ok(()));
    assert!(recovered.check(1, &receivers).is_err());
    recovered.partials[2] = G2Affine::generator();
    assert_eq!(recovered.check(2, &receivers), Err(DkgError::PartialOffPolynomial(members[2].0)));
    recovered.partials.pop();
    assert!(matches!(recovered.check(2, &receivers), Err(DkgError::WrongCount { .. })));
    assert!(RecoveredVerificationKeys::from_bytes(&recovered.to_bytes()[1..]).is_err());
}

#[test]
fn published_keys_are_checked_against_the_generators() {
    let mut rng = rng(37);
    let secrets: Vec<Scalar> = (0..5).map(|_| Scalar::random(&mut rng)).collect();
    let derived: Vec<G2Affine> = secrets.iter().map(|s| (G2::generator() * s).to_affine()).collect();
    let beta_g1: Vec<G1Affine> = secrets[1..].iter().map(|s| (G1::generator() * s).to_affine()).collect();
    let key = PublishedKey { alpha: &derived[0], beta_g1: &beta_g1, beta_g2: &derived[1..] };
    assert_eq!(key.check(&derived, &mut rng), Ok(()));

    let mismatch = |component| Err(DkgError::KeyMismatch { component });
    let wrong = PublishedKey { alpha: &derived[1], ..key };
    assert_eq!(wrong.check(&derived, &mut rng), mismatch(KeyComponent::Alpha));
    let mut swapped = derived.clone();
    swapped.swap(2, 3);
    let wrong = PublishedKey { beta_g2: &swapped[1..], ..key };
    assert_eq!(wrong.check(&derived, &mut rng), mismatch(KeyComponent::BetaG2(1)));

    // A common factor per pair: e(β¹_0, β²_1) = e(β¹_1, β²_0) still holds, which is all that peers look at.
    let factor = Scalar::from(3);
    let mut scaled = beta_g1.clone();
    for beta in &mut scaled[..2] {
        *beta = (*beta * factor).to_affine();
    }
    assert_eq!(nym_curve::pairing(&scaled[0], &derived[2]), nym_curve::pairing(&scaled[1], &derived[1]));
    let wrong = PublishedKey { beta_g1: &scaled, ..key };
    assert_eq!(wrong.check(&derived, &mut rng), mismatch(KeyComponent::BetaG1(0)));

    let short = PublishedKey { beta_g1: &beta_g1[..3], ..key };
    assert_eq!(
        short.check(&derived, &mut rng),
        Err(DkgError::WrongCount { what: "the list of β of G1", expected: 4, got: 3 })
    );
    assert!(key.check(&[], &mut rng).is_err());
}
