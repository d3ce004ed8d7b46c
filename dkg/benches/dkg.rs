//! Dealings for 20 receivers with threshold 14, single thread. The same rows against the published peer, in one run,
//! are in `tests/interop`.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that fails should say where")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use nym_dkg::{Dealing, KeyPair, NodeIndex, Receivers, keep_searching, verify_dealings};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const RECEIVERS: u64 = 20;
const THRESHOLD: usize = 14;

fn dealings(criterion: &mut Criterion) {
    let mut rng = ChaCha20Rng::from_seed([42; 32]);
    let pairs: Vec<(NodeIndex, KeyPair)> =
        (1..=RECEIVERS).map(|index| (NodeIndex::new(index).unwrap(), KeyPair::generate(&mut rng))).collect();
    // Without the tables that a first dealing leaves behind.
    let fresh = || Receivers::new(pairs.iter().map(|(index, pair)| (*index, pair.public.key()))).unwrap();
    let receivers = fresh();
    let dealings: Vec<Dealing> = (0..5).map(|_| Dealing::create(&receivers, THRESHOLD, &mut rng).unwrap()).collect();
    let dealing = &dealings[0];
    let bytes = dealing.to_bytes();
    let (node, pair) = &pairs[3];
    let peer_form = pair.decryption.without_scalar();

    let mut group = criterion.benchmark_group("dealing for 20 receivers");
    group.sample_size(20);
    group.bench_function("create, receivers' tables built in", |bencher| {
        bencher.iter_batched(fresh, |receivers| Dealing::create(&receivers, THRESHOLD, &mut rng), BatchSize::SmallInput)
    });
    group.bench_function("create, receivers' tables from the dealing before", |bencher| {
        bencher.iter(|| Dealing::create(&receivers, THRESHOLD, &mut rng))
    });
    group.bench_function("verify", |bencher| bencher.iter(|| dealing.verify(&receivers, THRESHOLD, None, &mut rng)));
    group.bench_function("verify from bytes", |bencher| {
        bencher.iter(|| Dealing::from_bytes(&bytes)?.verify(&receivers, THRESHOLD, None, &mut rng))
    });
    group.bench_function("verify the five of one dealer", |bencher| {
        bencher.iter(|| verify_dealings(&dealings, &receivers, THRESHOLD, None, &mut rng))
    });
    group.bench_function("decrypt a share by the peers' key form", |bencher| {
        bencher.iter(|| dealing.decrypt_share(&peer_form, &receivers, *node, &mut keep_searching))
    });
    group.bench_function("decrypt a share by our key form", |bencher| {
        bencher.iter(|| dealing.decrypt_share(&pair.decryption, &receivers, *node, &mut keep_searching))
    });
    group.finish();
}

criterion_group!(benches, dealings);
criterion_main!(benches);
