//! Dealers that stay valid and still put chunks where a plain table look-up does not find them.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use crate::chunks::Chunked;
use crate::{Dealing, DkgError, KeyPair, NodeIndex, Receivers, SearchProgress, keep_searching};
use nym_curve::{G1, G1Affine, Point, Polynomial, Scalar};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::ops::ControlFlow;

const THRESHOLD: usize = 2;

fn parties(rng: &mut ChaCha20Rng) -> (Receivers, Vec<(NodeIndex, KeyPair)>) {
    let parties: Vec<_> =
        [4, 9].map(|index| (NodeIndex::new(index).unwrap(), KeyPair::generate(rng))).into_iter().collect();
    (Receivers::new(parties.iter().map(|(index, pair)| (*index, pair.public.key()))).unwrap(), parties)
}

fn deal(receivers: &Receivers, tamper: impl FnOnce(&mut [Chunked]), rng: &mut ChaCha20Rng) -> (Dealing, [Scalar; 2]) {
    let polynomial = Polynomial::random(THRESHOLD, rng);
    let shares = [0, 1].map(|row: usize| polynomial.evaluate(&receivers.indices()[row].scalar()));
    (Dealing::share(receivers, &polynomial, tamper, rng).unwrap(), shares)
}

#[test]
fn chunks_that_do_not_sum_to_the_share_are_no_valid_dealing() {
    let mut rng = ChaCha20Rng::from_seed([20; 32]);
    let (receivers, _) = parties(&mut rng);
    let (dealing, _) = deal(&receivers, |chunked| chunked[1].0[15] -= 1 << 16, &mut rng);
    let part = crate::DealingPart::Sharing;
    assert_eq!(dealing.verify(&receivers, THRESHOLD, None, &mut rng), Err(DkgError::Invalid { part }));
}

#[test]
fn valid_dealings_with_chunks_out_of_range_are_decrypted() {
    let mut rng = ChaCha20Rng::from_seed([21; 32]);
    let (receivers, parties) = parties(&mut rng);
    // The sum Σ B^j·chunk_j stays, so that every proof holds: chunks above the range and below zero, by a little and
    // by much.
    let (dealing, shares) = deal(
        &receivers,
        |chunked| {
            chunked[0].0[0] += 1 << 16;
            chunked[0].0[1] -= 1;
            chunked[0].0[5] -= 300 << 16;
            chunked[0].0[6] += 300;
        },
        &mut rng,
    );
    dealing.verify(&receivers, THRESHOLD, None, &mut rng).unwrap();
    let (node, pair) = &parties[0];
    let share = dealing.decrypt_share(&pair.decryption, &receivers, *node, &mut keep_searching).unwrap();
    assert_eq!(*share, shares[0]);
    // The other receiver is not disturbed.
    let (other, other_pair) = &parties[1];
    let share = dealing.decrypt_share(&other_pair.decryption, &receivers, *other, &mut keep_searching).unwrap();
    assert_eq!(*share, shares[1]);
    #[cfg(feature = "blst")]
    {
        let peer_form = pair.decryption.without_scalar();
        let share = dealing.decrypt_share(&peer_form, &receivers, *node, &mut keep_searching).unwrap();
        assert_eq!(*share, shares[0]);
    }
}

/// Moves the first two chunks of row 0 by k·B/2 and −k/2: fractions, which a dealer gets past the proof of chunking
/// with 2^32 attempts. The share stays.
fn with_halves(mut dealing: Dealing, k: u64) -> Dealing {
    let half = Scalar::from(2).invert().unwrap();
    let row = &mut dealing.ciphertexts.c[0];
    row[0] = (G1::generator() * Scalar::from(k << 15) + row[0]).to_affine();
    row[1] = (G1::generator() * -(half * Scalar::from(k)) + row[1]).to_affine();
    dealing
}

#[test]
fn fractional_chunks_are_found_with_their_divisor() {
    let mut rng = ChaCha20Rng::from_seed([22; 32]);
    let (receivers, parties) = parties(&mut rng);
    let (dealing, shares) = deal(&receivers, |_| {}, &mut rng);
    let dealing = with_halves(dealing, 12_345);
    let (node, pair) = &parties[0];
    let mut divisors = Vec::new();
    let share = dealing
        .decrypt_share(&pair.decryption, &receivers, *node, &mut |progress| {
            divisors.push((progress.chunk, progress.divisor));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(*share, shares[0]);
    assert_eq!(divisors.first(), Some(&(1, 1)), "chunk 1 is no integer: divisor 1 must be searched to its end");
    assert!(divisors.iter().all(|(_, divisor)| *divisor <= 2));
}

#[test]
fn the_search_reports_and_stops_when_told() {
    let mut rng = ChaCha20Rng::from_seed([23; 32]);
    let (receivers, parties) = parties(&mut rng);
    let (dealing, _) = deal(&receivers, |_| {}, &mut rng);
    let dealing = with_halves(dealing, 3);
    let (node, pair) = &parties[0];
    let mut last = 0;
    let stopped = dealing.decrypt_share(&pair.decryption, &receivers, *node, &mut |progress: &SearchProgress| {
        last = progress.steps;
        if progress.steps > 5000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped, Err(DkgError::Interrupted { chunk: 1, steps: last }));
    assert!(last > 5000);
}

#[test]
fn the_search_ends_at_its_bound() {
    let mut rng = ChaCha20Rng::from_seed([24; 32]);
    let pair = KeyPair::generate(&mut rng);
    let node = NodeIndex::new(1).unwrap();
    let receivers = Receivers::new([(node, pair.public.key())]).unwrap();
    let polynomial = Polynomial::random(1, &mut rng);
    let mut dealing = Dealing::share(&receivers, &polynomial, |_| {}, &mut rng).unwrap();
    // A value that no valid dealing can hold.
    dealing.ciphertexts.c[0][3] = G1Affine::from(G1::random(&mut rng));
    let mut divisors = 0;
    let result = dealing.decrypt_share(&pair.decryption, &receivers, node, &mut |progress| {
        divisors = progress.divisor;
        ControlFlow::Continue(())
    });
    assert_eq!(result, Err(DkgError::ChunkNotFound { chunk: 3 }));
    assert_eq!(divisors, 255);

    // In range, but not the committed share.
    let mut dealing = Dealing::share(&receivers, &polynomial, |_| {}, &mut rng).unwrap();
    let lowest = dealing.decrypt_share(&pair.decryption, &receivers, node, &mut keep_searching).unwrap().to_bytes();
    let step = if lowest[..2] == [0xff, 0xff] { -G1::generator() } else { G1::generator() };
    dealing.ciphertexts.c[0][0] = (step + dealing.ciphertexts.c[0][0]).to_affine();
    assert_eq!(
        dealing.decrypt_share(&pair.decryption, &receivers, node, &mut keep_searching),
        Err(DkgError::ShareMismatch)
    );
}
