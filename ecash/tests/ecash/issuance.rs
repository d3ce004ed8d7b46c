//! Withdrawal, and what signers and clients refuse (§11.2).

use crate::fixture::{Quorum, THRESHOLD, TYPE, quorum, rng, user};
use nym_curve::{CurveError, G1, G1Affine, Point, Scalar};
use nym_ecash::{
    BlindedSignature, EcashError, PartialWallet, RequestInfo, SecretKeyAuth, SecretKeyUser, Share, TicketType,
    VerificationKeyAuth, WithdrawalRequest, issue, recover_master_secret, verify_blinded_signature,
};
use proptest::prelude::*;

fn try_issue(request: &WithdrawalRequest) -> Result<BlindedSignature, EcashError> {
    let quorum = quorum();
    issue(&quorum.keys.shares[0].1, request, &user().public_key(), quorum.expiration, TYPE, quorum.today)
}

#[test]
fn shares_verify_one_by_one_and_together() {
    let quorum = quorum();
    let (request, info) = quorum.request(&user(), 2);
    let answers = quorum.answers(&request, &user());
    let partial: Vec<PartialWallet> =
        answers.iter().map(|share| info.unblind_and_verify(&user(), share).unwrap()).collect();
    for pair in [[0, 1], [1, 2], [2, 0]] {
        let shares = pair.map(|position| partial[position].clone());
        let wallet = PartialWallet::aggregate(&user(), &shares, &quorum.master).unwrap();
        assert_eq!(wallet, info.collect(&user(), &answers, THRESHOLD, &quorum.master).unwrap().wallet);
    }
    assert_eq!(
        PartialWallet::aggregate(&user(), &partial[..1], &quorum.master).unwrap_err(),
        EcashError::KeysInconsistent,
        "one share is below the threshold"
    );
    for share in &partial {
        assert_eq!(&PartialWallet::from_bytes(&share.to_bytes()).unwrap(), share);
    }
    // After a restart the client has only the stored request information.
    let restored = RequestInfo::from_bytes(&info.to_bytes()).unwrap();
    assert_eq!(info.to_bytes().len(), 248);
    assert!(restored.unblind_and_verify(&user(), &answers[0]).is_ok());
    for share in &answers {
        let commitments = &request.private_attributes_commitments;
        assert_eq!(verify_blinded_signature(share.key, &share.signature, commitments, quorum.expiration, TYPE), Ok(()));
        assert_eq!(
            verify_blinded_signature(
                share.key,
                &share.signature,
                commitments,
                quorum.expiration,
                TicketType::V1MixnetEntry
            ),
            Err(EcashError::Signature("the blinded signature"))
        );
    }
}

#[test]
fn bad_shares_are_named_and_dropped() {
    let quorum = quorum();
    let (request, info) = quorum.request(&user(), 2);
    let good = quorum.answers(&request, &user());
    let wallet = info.collect(&user(), &good, THRESHOLD, &quorum.master).unwrap().wallet;

    let mut shares = good.clone();
    shares[1].signature.c = (G1::from(shares[1].signature.c) + G1::generator()).to_affine();
    let collected = info.collect(&user(), &shares, THRESHOLD, &quorum.master).unwrap();
    assert_eq!((collected.rejected, &collected.wallet), (vec![2], &wallet));

    shares[0].signature.h = G1Affine::generator();
    assert_eq!(
        info.collect(&user(), &shares, THRESHOLD, &quorum.master).unwrap_err(),
        EcashError::NotEnoughShares { needed: 2, valid: 1, rejected: vec![1, 2] }
    );

    let mut wrong_index = good.clone();
    wrong_index[0].index = 7;
    assert_eq!(
        info.collect(&user(), &wrong_index[..2], THRESHOLD, &quorum.master).unwrap_err(),
        EcashError::KeysInconsistent
    );
    let mut duplicate = good.clone();
    duplicate[0].index = 2;
    let error = info.collect(&user(), &duplicate, THRESHOLD, &quorum.master).unwrap_err();
    assert_eq!(error, EcashError::Curve(CurveError::DuplicateIndex(2)));
    duplicate[0].index = 0;
    let error = info.collect(&user(), &duplicate, THRESHOLD, &quorum.master).unwrap_err();
    assert_eq!(error, EcashError::Curve(CurveError::ZeroIndex));
    assert_eq!(info.unblind_and_verify(&user(), &duplicate[0]).unwrap_err(), EcashError::Curve(CurveError::ZeroIndex));
    // An answer to another request, and one made with another signer's key.
    let (other, _) = quorum.request(&user(), 3);
    let foreign = quorum.answers(&other, &user());
    assert_eq!(info.unblind_and_verify(&user(), &foreign[0]).unwrap_err(), EcashError::ForeignAnswer);
    let swapped = Share { key: good[1].key, ..good[0].clone() };
    assert_eq!(info.unblind_and_verify(&user(), &swapped).unwrap_err(), EcashError::Signature("the signer's share"));
}

#[test]
fn lists_of_wrong_length_are_refused() {
    let (request, _) = quorum().request(&user(), 2);
    assert!(try_issue(&request).is_ok());
    // Without openings the peer leaves c1 and c2 unproven and signs them; without attributes it panics.
    let mut forged = request.clone();
    forged.zk_proof.response_openings.clear();
    assert!(matches!(try_issue(&forged), Err(EcashError::ListLength { list: "response_openings", got: 0, .. })));
    let mut forged = request.clone();
    forged.zk_proof.response_attributes.clear();
    assert!(matches!(try_issue(&forged), Err(EcashError::ListLength { list: "response_attributes", got: 0, .. })));
    let mut forged = request.clone();
    forged.private_attributes_commitments.push(G1Affine::generator());
    assert!(matches!(try_issue(&forged), Err(EcashError::ListLength { list: "private_attributes_commitments", .. })));
}

#[test]
fn identities_and_altered_requests_are_refused() {
    let quorum = quorum();
    let (request, _) = quorum.request(&user(), 2);
    let identity = G1Affine::identity();
    let mut forged = request.clone();
    forged.joined_commitment_hash = identity;
    assert_eq!(try_issue(&forged), Err(EcashError::Identity("the request's base point")));
    let mut forged = request.clone();
    forged.joined_commitment = identity;
    assert_eq!(try_issue(&forged), Err(EcashError::Identity("a commitment of the request")));
    for position in 0..2 {
        let mut forged = request.clone();
        forged.private_attributes_commitments[position] = identity;
        assert_eq!(try_issue(&forged), Err(EcashError::Identity("a commitment of the request")));
        forged.private_attributes_commitments[position] = G1Affine::generator();
        assert_eq!(try_issue(&forged), Err(EcashError::WithdrawalProof));
    }
    let other = SecretKeyUser::from_seed(&[1; 32]).public_key();
    let key = &quorum.keys.shares[0].1;
    assert_eq!(issue(key, &request, &other, quorum.expiration, TYPE, quorum.today), Err(EcashError::WithdrawalProof));
    let other_type = TicketType::V1WireguardExit;
    assert_eq!(
        issue(key, &request, &user().public_key(), quorum.expiration, other_type, quorum.today),
        Err(EcashError::CommitmentHash)
    );
    assert!(nym_ecash::PublicKeyUser::from_bytes(&identity.to_bytes()).is_err());
    // Through serde an identity key arrives; it is refused at use.
    let json = format!("{{\"pk\":\"{}\"}}", hex::encode(identity.to_bytes()));
    let pk: nym_ecash::PublicKeyUser = serde_json::from_str(&json).unwrap();
    assert_eq!(
        issue(key, &request, &pk, quorum.expiration, TYPE, quorum.today),
        Err(EcashError::Identity("the user's public key"))
    );
}

#[test]
fn expired_and_far_dates_are_not_signed() {
    let quorum = quorum();
    let key = &quorum.keys.shares[0].1;
    for (expiration, accepted) in [
        (quorum.today.minus_days(1).unwrap(), false),
        (quorum.today, true),
        (quorum.today.plus_days(6).unwrap(), true),
        (quorum.today.plus_days(7).unwrap(), false),
    ] {
        let (request, _) = WithdrawalRequest::create(&user(), expiration, TYPE, &mut rng(5));
        let answer = issue(key, &request, &user().public_key(), expiration, TYPE, quorum.today);
        if accepted {
            assert!(answer.is_ok());
        } else {
            assert!(matches!(answer, Err(EcashError::ExpirationOutOfRange { .. })));
        }
    }
}

#[test]
fn keys_of_other_sizes() {
    assert_eq!(
        SecretKeyAuth::new(Scalar::ONE, vec![Scalar::ONE; 3]).unwrap_err(),
        EcashError::KeyTooShort { needed: 4, got: 3 }
    );
    // Five components, as the published peer's trusted dealer makes them: one is unused.
    let five = SecretKeyAuth::new(Scalar::ONE, (2..7).map(Scalar::from).collect()).unwrap();
    let key = five.verification_key();
    assert_eq!(VerificationKeyAuth::from_bytes(&key.to_bytes()).unwrap(), key);
    let quorum = quorum();
    let (request, info) = quorum.request(&user(), 2);
    let signature = issue(&five, &request, &user().public_key(), quorum.expiration, TYPE, quorum.today).unwrap();
    assert!(info.unblind_and_verify(&user(), &Share { index: 1, key: &key, signature }).is_ok());
    let mixed = [(1, &quorum.partial[0]), (2, &key)];
    assert!(matches!(VerificationKeyAuth::aggregate(&mixed), Err(EcashError::ListLength { .. })));
    let mut short = quorum.partial[0].clone();
    short.beta_g1.pop();
    assert!(matches!(short.check(), Err(EcashError::ListLength { .. })));
    let mut empty = quorum.partial[0].clone();
    empty.beta_g2[3] = nym_curve::G2Affine::identity();
    assert!(matches!(empty.check(), Err(EcashError::Identity(_))));
    let mut count = quorum.partial[0].to_bytes();
    count[96] = 5;
    assert!(matches!(VerificationKeyAuth::from_bytes(&count), Err(EcashError::Malformed { .. })));
    assert!(SecretKeyAuth::from_bytes(&[0; 39]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn any_threshold_of_signers_works_and_fewer_do_not(n in 2u64..6, seed in any::<u8>()) {
        let threshold = usize::try_from(n).unwrap().div_ceil(2).max(2);
        let quorum = Quorum::new(n, threshold, seed);
        let (request, info) = quorum.request(&user(), seed);
        let answers = quorum.answers(&request, &user());
        let last = &answers[answers.len() - threshold..];
        prop_assert!(info.collect(&user(), last, threshold, &quorum.master).is_ok());
        prop_assert_eq!(
            info.collect(&user(), &last[1..], 1, &quorum.master).unwrap_err(),
            EcashError::KeysInconsistent
        );
        let keys: Vec<(u64, &VerificationKeyAuth)> = last.iter().map(|share| (share.index, share.key)).collect();
        prop_assert_eq!(&VerificationKeyAuth::aggregate(&keys).unwrap(), quorum.master.key());
        prop_assert_ne!(&VerificationKeyAuth::aggregate(&keys[1..]).unwrap(), quorum.master.key());
        let secrets: Vec<(u64, &SecretKeyAuth)> = quorum.keys.shares.iter().map(|(index, key)| (*index, key)).collect();
        prop_assert_eq!(&recover_master_secret(&secrets[..threshold]).unwrap(), &quorum.keys.master);
    }
}
