//! Dealings from their creation to the decrypted share, and everything a remote party can get wrong about one.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod common;

use common::{node, parties, rng};
use nym_curve::{G1Affine, G2, G2Affine, Point, Scalar, interpolate_at_zero};
use nym_dkg::{
    Dealing, DealingPart, DkgError, MAX_DEALING_BYTES, NodeIndex, Receivers, keep_searching, verify_dealings,
};
use proptest::prelude::*;

fn block_ranges(n: usize, t: usize) -> [std::ops::Range<usize>; 4] {
    let mut at = 0;
    [4 + 96 * t, 3076 + 768 * n, 256, 3524 + 80 * n].map(|length| {
        let range = at + 4..at + 4 + length;
        at = range.end;
        range
    })
}

#[test]
fn a_dealing_verifies_and_decrypts_by_both_key_forms() {
    let mut rng = rng(1);
    for (n, t) in [(1, 1), (2, 1), (3, 2), (5, 5)] {
        let (receivers, parties) = parties(n);
        let dealing = Dealing::create(&receivers, t, &mut rng).unwrap();
        dealing.verify(&receivers, t, None, &mut rng).unwrap();

        let bytes = dealing.to_bytes();
        assert_eq!(bytes.len(), 6876 + 96 * t + 848 * n);
        assert_eq!(bytes.len(), block_ranges(n, t)[3].end);
        let read = Dealing::from_bytes(&bytes).unwrap();
        assert_eq!(read, dealing);

        for (index, pair) in &parties {
            let share = read.decrypt_share(&pair.decryption, &receivers, *index, &mut keep_searching).unwrap();
            assert!(dealing.coefficients().contains(*index, &share));
            assert!(!dealing.coefficients().contains(node(index.get() + 1), &share) || t == 1);
            #[cfg(feature = "blst")]
            {
                let peer_form = pair.decryption.without_scalar();
                assert_eq!(read.decrypt_share(&peer_form, &receivers, *index, &mut keep_searching).unwrap(), share);
            }
        }
    }
}

#[test]
fn shape_errors_are_named() {
    let mut rng = rng(2);
    let (receivers, _) = parties(4);
    let (fewer, _) = parties(3);
    let dealing = Dealing::create(&receivers, 3, &mut rng).unwrap();
    assert_eq!(
        dealing.verify(&fewer, 3, None, &mut rng),
        Err(DkgError::WrongCount { what: "the list of ciphertext rows", expected: 3, got: 4 })
    );
    assert_eq!(
        dealing.verify(&receivers, 2, None, &mut rng),
        Err(DkgError::WrongCount { what: "the list of public coefficients", expected: 2, got: 3 })
    );
    for threshold in [0, 5] {
        let refused = Err(DkgError::Threshold { threshold, receivers: 4 });
        assert_eq!(dealing.verify(&receivers, threshold, None, &mut rng), refused);
        assert_eq!(Dealing::create(&receivers, threshold, &mut rng).map(|_| ()), refused);
    }
    let nobody = Receivers::default();
    assert_eq!(Dealing::create(&nobody, 1, &mut rng).map(|_| ()), Err(DkgError::NoReceivers));
    let other = G2Affine::generator();
    assert_eq!(dealing.verify(&receivers, 3, Some(&other), &mut rng), Err(DkgError::NotTheSameSecret));
    assert_eq!(
        Dealing::reshare(&receivers, 3, &Scalar::ZERO, &mut rng).map(|_| ()),
        Err(DkgError::Identity { what: "the public counterpart of the secret" })
    );
}

#[test]
fn every_element_is_bound_by_some_equation() {
    let mut rng = rng(3);
    let (n, t) = (2, 2);
    let (receivers, _) = parties(n);
    let good = Dealing::create(&receivers, t, &mut rng).unwrap().to_bytes();
    let g1 = G1Affine::generator().to_bytes();
    let g2 = G2Affine::generator().to_bytes();
    let [coefficients, ciphertexts, sharing, chunking] = block_ranges(n, t);
    let (ct, ch) = (ciphertexts.start, chunking.start);

    // Position, replacement, and the part that must be blamed.
    let mut forgeries: Vec<(usize, Vec<u8>, DealingPart)> = vec![
        (coefficients.start + 4, g2.to_vec(), DealingPart::Sharing),
        (coefficients.start + 100, g2.to_vec(), DealingPart::Sharing),
        (ct, g1.to_vec(), DealingPart::Integrity),
        (ct + 15 * 48, g1.to_vec(), DealingPart::Integrity),
        (ct + 16 * 48, g1.to_vec(), DealingPart::Integrity),
        (ct + 32 * 48, g2.to_vec(), DealingPart::Integrity),
        (ct + 32 * 48 + 16 * 96 + 4, g1.to_vec(), DealingPart::Chunking),
        (ciphertexts.end - 48, g1.to_vec(), DealingPart::Chunking),
        (sharing.start, g1.to_vec(), DealingPart::Sharing),
        (sharing.start + 48, g2.to_vec(), DealingPart::Sharing),
        (sharing.start + 144, g1.to_vec(), DealingPart::Sharing),
        (sharing.start + 192, vec![1], DealingPart::Sharing),
        (sharing.start + 224, vec![1], DealingPart::Sharing),
        // y0, B, D', D_0, D_1, Y, z_r, z_s and z_β of the proof of chunking.
        (ch, g1.to_vec(), DealingPart::Chunking),
        (ch + 52, g1.to_vec(), DealingPart::Chunking),
        (ch + 52 + 32 * 48 + 4, g1.to_vec(), DealingPart::Chunking),
        (ch + 56 + 64 * 48 + 4, g1.to_vec(), DealingPart::Chunking),
        (ch + 56 + 65 * 48 + 4, g1.to_vec(), DealingPart::Chunking),
        (ch + 60 + (65 + n) * 48, g1.to_vec(), DealingPart::Chunking),
    ];
    let z_r = ch + 60 + (66 + n) * 48 + 4;
    let z_s = z_r + 32 * n + 4;
    forgeries.push((z_r, vec![1], DealingPart::Chunking));
    forgeries.push((z_s + 7, vec![good[z_s + 7] ^ 1], DealingPart::Chunking));
    forgeries.push((chunking.end - 32, vec![good[chunking.end - 32] ^ 1], DealingPart::Chunking));

    for (position, replacement, part) in forgeries {
        let mut bytes = good.clone();
        bytes[position..position + replacement.len()].copy_from_slice(&replacement);
        assert_ne!(bytes, good, "the forgery at {position} changes nothing");
        let forged = Dealing::from_bytes(&bytes).unwrap();
        assert_eq!(forged.verify(&receivers, t, None, &mut rng), Err(DkgError::Invalid { part }), "at {position}");
    }
}

#[test]
fn responses_beyond_their_bound_are_refused() {
    let mut rng = rng(4);
    let (receivers, _) = parties(1);
    let mut bytes = Dealing::create(&receivers, 1, &mut rng).unwrap().to_bytes();
    let end = bytes.len();
    let last_z_s = end - 32 - 8;
    bytes[last_z_s..last_z_s + 8].copy_from_slice(&17_112_499_200u64.to_be_bytes());
    let bound = 17_112_499_200;
    assert_eq!(
        Dealing::from_bytes(&bytes).unwrap().verify(&receivers, 1, None, &mut rng),
        Err(DkgError::ResponseOutOfRange { run: 31, bound })
    );
    bytes[last_z_s..last_z_s + 8].copy_from_slice(&u64::MAX.to_be_bytes());
    assert!(Dealing::from_bytes(&bytes).unwrap().verify(&receivers, 1, None, &mut rng).is_err());
}

#[test]
fn identities_are_refused_where_nobody_honest_sends_them() {
    let mut rng = rng(5);
    let (n, t) = (2, 2);
    let (receivers, _) = parties(n);
    let good = Dealing::create(&receivers, t, &mut rng).unwrap().to_bytes();
    let [coefficients, ciphertexts, ..] = block_ranges(n, t);
    for (position, identity, what) in [
        (coefficients.start + 4, G2Affine::identity().to_bytes().to_vec(), "the constant coefficient"),
        (coefficients.start + 100, G2Affine::identity().to_bytes().to_vec(), "the leading coefficient"),
        (ciphertexts.start, G1Affine::identity().to_bytes().to_vec(), "R of a ciphertext"),
    ] {
        let mut bytes = good.clone();
        bytes[position..position + identity.len()].copy_from_slice(&identity);
        let dealing = Dealing::from_bytes(&bytes).unwrap();
        assert_eq!(dealing.verify(&receivers, t, None, &mut rng), Err(DkgError::Identity { what }));
    }
}

#[test]
fn errors_that_cancel_across_dealings_are_found() {
    // Two dealings whose Z_0 are off by opposite amounts: a sum without weights would not notice.
    let mut rng = rng(6);
    let (n, t) = (2, 1);
    let (receivers, _) = parties(n);
    let mut dealings = Vec::new();
    for sign in [1u64, 2] {
        let mut bytes = Dealing::create(&receivers, t, &mut rng).unwrap().to_bytes();
        let z0 = block_ranges(n, t)[1].start + 32 * 48;
        let point = G2::from(G2Affine::from_slice(&bytes[z0..z0 + 96]).unwrap());
        let moved = if sign == 1 { point + G2::generator() } else { point - G2::generator() };
        bytes[z0..z0 + 96].copy_from_slice(&moved.to_bytes());
        dealings.push(Dealing::from_bytes(&bytes).unwrap());
    }
    let verdict = verify_dealings(&dealings, &receivers, t, None, &mut rng);
    let source = Box::new(DkgError::Invalid { part: DealingPart::Integrity });
    assert_eq!(verdict, Err(DkgError::Dealing { index: 0, source }));
}

#[test]
fn a_batch_names_the_bad_dealing() {
    let mut rng = rng(7);
    let (n, t) = (3, 2);
    let (receivers, _) = parties(n);
    let mut dealings: Vec<Dealing> = (0..5).map(|_| Dealing::create(&receivers, t, &mut rng).unwrap()).collect();
    assert_eq!(verify_dealings(&dealings, &receivers, t, None, &mut rng), Ok(()));
    assert_eq!(verify_dealings(&[], &receivers, t, None, &mut rng), Ok(()));

    // A proof of sharing that belongs to another dealing.
    let mut bytes = dealings[3].to_bytes();
    let range = block_ranges(n, t)[2].clone();
    bytes[range.clone()].copy_from_slice(&dealings[0].to_bytes()[range]);
    dealings[3] = Dealing::from_bytes(&bytes).unwrap();
    let source = Box::new(DkgError::Invalid { part: DealingPart::Sharing });
    assert_eq!(verify_dealings(&dealings, &receivers, t, None, &mut rng), Err(DkgError::Dealing { index: 3, source }));
    assert_eq!(
        verify_dealings(&dealings, &receivers, t, Some(&[]), &mut rng),
        Err(DkgError::PreviousKeySize { expected: 5, got: 0 })
    );
}

#[test]
fn lengths_from_outside_are_checked_before_use() {
    let mut rng = rng(8);
    let (receivers, _) = parties(2);
    let good = Dealing::create(&receivers, 2, &mut rng).unwrap().to_bytes();
    for end in 0..good.len() {
        assert!(Dealing::from_bytes(&good[..end]).is_err(), "cut at {end}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(Dealing::from_bytes(&longer), Err(DkgError::TrailingBytes { what: "a dealing", left: 1 }));
    assert_eq!(
        Dealing::from_bytes(&vec![0; MAX_DEALING_BYTES + 1]),
        Err(DkgError::DealingTooLong { got: MAX_DEALING_BYTES + 1 })
    );
    // Every count and length prefix, set to its maximum and to one more than it is.
    let [coefficients, ciphertexts, sharing, chunking] = block_ranges(2, 2);
    let rows = ciphertexts.start + 32 * 48 + 16 * 96;
    let first = chunking.start + 48;
    let counts = [
        coefficients.start - 4,
        coefficients.start,
        ciphertexts.start - 4,
        rows,
        sharing.start - 4,
        chunking.start - 4,
        first,
        first + 4 + 32 * 48,
        first + 8 + 64 * 48,
        first + 12 + 68 * 48,
        first + 16 + 68 * 48 + 64,
    ];
    for position in counts {
        for bump in [None, Some(1u32)] {
            let mut bytes = good.clone();
            let prefix: [u8; 4] = bytes[position..position + 4].try_into().unwrap();
            let value = bump.map_or(u32::MAX, |bump| u32::from_be_bytes(prefix) + bump);
            bytes[position..position + 4].copy_from_slice(&value.to_be_bytes());
            assert!(Dealing::from_bytes(&bytes).is_err(), "prefix at {position}");
        }
    }
    let mut empty = good[..rows].to_vec();
    empty.extend_from_slice(&[0; 4]);
    assert_eq!(nym_dkg::Ciphertexts::from_bytes(&empty[ciphertexts.start..]), Err(DkgError::NoReceivers));
}

#[test]
fn the_wrong_key_or_row_is_said_and_not_searched_for() {
    let mut rng = rng(9);
    let (receivers, parties) = parties(2);
    let dealing = Dealing::create(&receivers, 1, &mut rng).unwrap();
    let [(first, pair), (second, _)] = parties[..] else { unreachable!() };
    assert_eq!(
        dealing.decrypt_share(&pair.decryption, &receivers, second, &mut keep_searching),
        Err(DkgError::WrongKey(second))
    );
    assert_eq!(
        dealing.decrypt_share(&pair.decryption, &receivers, node(4), &mut keep_searching),
        Err(DkgError::UnknownReceiver(node(4)))
    );
    assert!(dealing.decrypt_share(&pair.decryption, &receivers, first, &mut keep_searching).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any t of n shares give the secret; t−1 do not.
    #[test]
    fn threshold_shares_give_the_secret(n in 1usize..=6, t_seed in any::<prop::sample::Index>(), order in any::<u64>()) {
        let t = t_seed.index(n) + 1;
        let mut rng = rng(order.to_le_bytes()[0]);
        let (receivers, parties) = parties(n);
        let dealing = Dealing::create(&receivers, t, &mut rng).unwrap();
        let mut shares: Vec<(NodeIndex, Scalar)> = parties
            .iter()
            .map(|(index, pair)| {
                let share = dealing.decrypt_share(&pair.decryption, &receivers, *index, &mut keep_searching).unwrap();
                (*index, *share)
            })
            .collect();
        let rotation = usize::try_from(order % n as u64).unwrap();
        shares.rotate_left(rotation);
        let secret_at = |count: usize| {
            let (indices, values): (Vec<u64>, Vec<Scalar>) = shares[..count].iter().map(|(i, s)| (i.get(), *s)).unzip();
            (G2::generator() * interpolate_at_zero(&indices, &values).unwrap()).to_affine()
        };
        prop_assert_eq!(secret_at(t), dealing.coefficients().points()[0]);
        prop_assert_eq!(secret_at(n), dealing.coefficients().points()[0]);
        if t > 1 {
            prop_assert_ne!(secret_at(t - 1), dealing.coefficients().points()[0]);
        }
    }

    /// Bytes that decode encode to themselves; nothing panics.
    #[test]
    fn damaged_dealings_never_panic(position in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut rng = rng(11);
        let (receivers, _) = parties(1);
        let mut bytes = Dealing::create(&receivers, 1, &mut rng).unwrap().to_bytes();
        let at = position.index(bytes.len());
        let same = bytes[at] == value;
        bytes[at] = value;
        if let Ok(dealing) = Dealing::from_bytes(&bytes) {
            prop_assert_eq!(dealing.to_bytes(), bytes);
            prop_assert_eq!(dealing.verify(&receivers, 1, None, &mut rng).is_ok(), same);
        }
    }
}
