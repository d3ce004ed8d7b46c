//! The primitives that every count in the READMEs is made of.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail loudly and exports nothing")]

use cpu_time::ThreadTime;
use criterion::{Bencher, Criterion, criterion_group, criterion_main};
use nym_curve::{
    FixedBase, G1, G1Affine, G2, G2Affine, G2Prepared, Point, Scalar, hash_to_g1, hash_to_g2, multi_miller_loop,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::hint::black_box;

fn primitives(c: &mut Criterion) {
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    let scalar = Scalar::random(rng);
    let (p, q) = (G1::random(rng), G2::random(rng));
    let (pa, qa) = (p.to_affine(), q.to_affine());
    c.bench_function("G1 product", |b| cpu(b, || black_box(p) * black_box(scalar)));
    c.bench_function("G1 product, public", |b| cpu(b, || G1::msm(black_box(&[pa]), &[scalar])));
    c.bench_function("G2 product", |b| cpu(b, || black_box(q) * black_box(scalar)));
    c.bench_function("G2 product, public", |b| cpu(b, || G2::msm(black_box(&[qa]), &[scalar])));
    let (fp, fq) = (FixedBase::<G1>::new(pa), FixedBase::<G2>::new(qa));
    c.bench_function("G1 fixed", |b| cpu(b, || fp.mul(black_box(&scalar))));
    c.bench_function("G1 fixed, public", |b| cpu(b, || fp.mul_public(black_box(&scalar))));
    c.bench_function("G2 fixed", |b| cpu(b, || fq.mul(black_box(&scalar))));
    c.bench_function("G2 fixed, public", |b| cpu(b, || fq.mul_public(black_box(&scalar))));
    for n in [2usize, 10, 50, 1000] {
        let scalars: Vec<Scalar> = (0..n).map(|_| Scalar::random(rng)).collect();
        let points: Vec<G1> = (0..n).map(|_| G1::random(rng)).collect();
        let points = G1::batch_to_affine(&points);
        c.bench_function(&format!("G1 sum of {n} products"), |b| cpu(b, || G1::msm(black_box(&points), &scalars)));
    }
    c.bench_function("hash to G1", |b| cpu(b, || hash_to_g1(black_box(b"message"), b"D")));
    c.bench_function("hash to G2", |b| cpu(b, || hash_to_g2(black_box(b"message"), b"D")));
    let prepared = G2Prepared::from(qa);
    for n in [1usize, 2, 4, 16] {
        let terms = vec![(&pa, &prepared); n];
        c.bench_function(&format!("Miller loop of {n}"), |b| cpu(b, || multi_miller_loop(black_box(&terms))));
    }
    let product = multi_miller_loop(&[(&pa, &prepared)]);
    c.bench_function("final exponentiation", |b| cpu(b, || black_box(product).final_exponentiation()));
    let (pb, qb) = (pa.to_bytes(), qa.to_bytes());
    c.bench_function("decode G1", |b| cpu(b, || G1Affine::from_bytes(black_box(&pb)).unwrap()));
    c.bench_function("decode G2", |b| cpu(b, || G2Affine::from_bytes(black_box(&qb)).unwrap()));
    c.bench_function("scalar inversion", |b| cpu(b, || black_box(scalar).invert()));
}

criterion_group!(benches, primitives);
criterion_main!(benches);

/// Time on the processor and not on the clock: the machine may be busy with other things.
fn cpu<T>(b: &mut Bencher<'_>, mut operation: impl FnMut() -> T) {
    b.iter_custom(|iterations| {
        let start = ThreadTime::now();
        for _ in 0..iterations {
            black_box(operation());
        }
        start.elapsed()
    });
}
