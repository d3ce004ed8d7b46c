//! Single-thread speed of the operations that a quorum, a gateway and a client repeat. `cargo bench -p nym-ecash`
//! prints them and leaves JSON under `target/criterion`; ratios to the published peer are `tests/interop`'s.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may fail loudly and exports nothing")]

use cpu_time::ThreadTime;
use criterion::{Bencher, Criterion, criterion_group, criterion_main};
use nym_ecash::{
    Claim, CoinIndexProof, CredentialSpendingData, DealtKeys, EcashDay, PayInfo, PreparedKey, SecretKeyUser, SetShare,
    Share, SignatureSets, Spend, TicketType, Wallet, WithdrawalRequest, aggregate_coin_indices,
    aggregate_expiration_dates, issue, sign_coin_indices, sign_expiration_dates, verify, verify_batch,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::hint::black_box;

const TYPE: TicketType = TicketType::V1MixnetEntry;

fn operations(c: &mut Criterion) {
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    let today = EcashDay::from_timestamp(1_701_907_200).unwrap();
    let expiration = today.default_expiration().unwrap();
    let keys = DealtKeys::deal(10, 7, rng);
    let partial: Vec<_> = keys.shares.iter().map(|(_, key)| key.verification_key()).collect();
    let master = PreparedKey::new(keys.master.verification_key()).unwrap();
    let user = SecretKeyUser::random(rng);
    let public = user.public_key();
    let (request, info) = WithdrawalRequest::create(&user, expiration, TYPE, rng);
    let answers: Vec<Share<'_>> = keys
        .shares
        .iter()
        .zip(&partial)
        .map(|((index, secret), key)| Share {
            index: *index,
            key,
            signature: issue(secret, &request, &public, expiration, TYPE, today).unwrap(),
        })
        .collect();
    let wallets: Vec<_> = answers.iter().map(|share| info.unblind_and_verify(&user, share).unwrap()).collect();
    let wallet = info.collect(&user, &answers, 7, &master).unwrap().wallet;

    c.bench_function("withdrawal request", |b| cpu(b, || WithdrawalRequest::create(&user, expiration, TYPE, rng)));
    c.bench_function("issue", |b| {
        cpu(b, || issue(&keys.shares[0].1, black_box(&request), &public, expiration, TYPE, today).unwrap());
    });
    c.bench_function("issue_verify", |b| cpu(b, || info.unblind_and_verify(&user, black_box(&answers[3])).unwrap()));
    c.bench_function("aggregate 10 wallets", |b| {
        cpu(b, || nym_ecash::PartialWallet::aggregate(&user, black_box(&wallets), &master).unwrap());
    });

    let dates: Vec<_> = keys.shares.iter().map(|(_, key)| sign_expiration_dates(key, expiration).unwrap()).collect();
    let coins: Vec<_> = keys.shares.iter().map(|(_, key)| sign_coin_indices(key, &master)).collect();
    let date_shares: Vec<_> = (0..10)
        .map(|i| SetShare { index: keys.shares[i].0, key: &partial[i], signatures: dates[i].as_slice() })
        .collect();
    let coin_shares: Vec<_> = (0..10)
        .map(|i| SetShare { index: keys.shares[i].0, key: &partial[i], signatures: coins[i].as_slice() })
        .collect();
    let dates = aggregate_expiration_dates(&date_shares, expiration, 7, &master, rng).unwrap().signatures;
    let coins = aggregate_coin_indices(&coin_shares, 7, &master, rng).unwrap().signatures;
    let mut sets = c.benchmark_group("sets");
    sets.sample_size(10);
    sets.bench_function("coin-index signatures, 10 signers", |b| {
        cpu(b, || {
            // A fresh key per run: the coin hashes are part of the work, once for all signers.
            let master = PreparedKey::new(keys.master.verification_key()).unwrap();
            let made: Vec<_> = keys.shares.iter().map(|(_, key)| sign_coin_indices(key, &master)).collect();
            let shares: Vec<_> = (0..10)
                .map(|i| SetShare { index: keys.shares[i].0, key: &partial[i], signatures: made[i].as_slice() })
                .collect();
            aggregate_coin_indices(&shares, 7, &master, rng).unwrap()
        });
    });
    sets.bench_function("expiration signatures, 10 signers", |b| {
        cpu(b, || {
            let made: Vec<_> =
                keys.shares.iter().map(|(_, key)| sign_expiration_dates(key, expiration).unwrap()).collect();
            let shares: Vec<_> = (0..10)
                .map(|i| SetShare { index: keys.shares[i].0, key: &partial[i], signatures: made[i].as_slice() })
                .collect();
            aggregate_expiration_dates(&shares, expiration, 7, &master, rng).unwrap()
        });
    });
    sets.finish();

    let sets = SignatureSets { expiration_dates: &dates, coin_indices: &coins };
    let pay_info = PayInfo([6; 72]);
    let spend = |tickets, rng: &mut ChaCha20Rng| {
        let mut wallet = Wallet::new(wallet.signatures().clone(), 0);
        wallet.spend(&user, &master, sets, Spend { tickets, pay_info: &pay_info, day: today }, rng).unwrap()
    };
    c.bench_function("spend", |b| cpu(b, || spend(1, rng)));
    let (one, ten) = (spend(1, rng), spend(10, rng));
    let claim = |payment| Claim { payment, pay_info: &pay_info, day: today, key: &master };
    c.bench_function("spend_verify, 1 ticket", |b| {
        cpu(b, || verify(&claim(black_box(&one)), CoinIndexProof::Required, rng).unwrap());
    });
    c.bench_function("spend_verify, 10 tickets", |b| {
        cpu(b, || verify(&claim(black_box(&ten)), CoinIndexProof::Required, rng).unwrap());
    });
    let data: Vec<Vec<u8>> = (0..100)
        .map(|_| CredentialSpendingData { payment: spend(1, rng), pay_info, spend_date: today, epoch_id: 1 }.to_bytes())
        .collect();
    let decoded: Vec<_> = data.iter().map(|bytes| CredentialSpendingData::from_bytes(bytes).unwrap()).collect();
    let mut batches = c.benchmark_group("batches");
    batches.sample_size(10);
    batches.bench_function("100 payments", |b| {
        cpu(b, || {
            let claims: Vec<_> = decoded.iter().map(|data| data.claim(&master)).collect();
            assert!(verify_batch(&claims, CoinIndexProof::Required, rng).iter().all(Result::is_ok));
        });
    });
    batches.bench_function("100 payments from bytes", |b| {
        cpu(b, || {
            let decoded: Vec<_> = data.iter().map(|bytes| CredentialSpendingData::from_bytes(bytes).unwrap()).collect();
            let claims: Vec<_> = decoded.iter().map(|data| data.claim(&master)).collect();
            assert!(verify_batch(&claims, CoinIndexProof::Required, rng).iter().all(Result::is_ok));
        });
    });
    batches.finish();
}

criterion_group!(benches, operations);
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
