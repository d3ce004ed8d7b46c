//! Measurements, run by hand: `cargo test --release -p nyxlet --lib measure -- --ignored --nocapture`.

#![allow(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::time::Instant;

use super::{
    TestChain, Tweak,
    signer::{FUNDS, coin},
};
use crate::{
    address,
    store::{Db, StoreKey, WriteBatch},
};

const SENDS: u64 = 10_000;

fn sends(chain: &TestChain, first: u64) -> Vec<Vec<u8>> {
    (first..first + SENDS)
        .map(|sequence| {
            let msg = chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")]);
            chain.alice.sign(vec![msg], &Tweak::sequence(sequence))
        })
        .collect()
}

fn per_second(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    SENDS as f64 / start.elapsed().as_secs_f64()
}

fn measure(name: &str, chain: &TestChain) {
    let txs = sends(chain, 0);
    let check = per_second(|| assert!(txs.iter().all(|tx| chain.app.check_tx(tx).code == 0)));
    let deliver = per_second(|| {
        for block in txs.chunks(1000) {
            assert!(chain.block(block).0.iter().all(|result| result.code == 0));
        }
    });
    println!("{name}: {check:.0} checks/s on one core, {deliver:.0} deliveries/s in blocks of 1000");
}

#[test]
#[ignore = "a measurement"]
fn measure_bank_sends() {
    measure("memory", &TestChain::new());
    let folder = tempfile::tempdir().unwrap();
    measure("disk", &TestChain::on(Db::open(folder.path()).unwrap()));
}

#[test]
#[ignore = "a measurement"]
fn measure_sends_above_many_keys() {
    for keys in [1_000u64, 1_000_000] {
        let chain = TestChain::new();
        let mut batch = WriteBatch::new();
        for key in 0..keys {
            let owner = [&[2, 20][..], &[7; 12], &key.to_be_bytes(), b"unyx"].concat();
            batch.put(StoreKey::Bank.table(), owner, FUNDS.to_string().into_bytes());
        }
        chain.db.commit(batch).unwrap();
        chain.app.committed().unwrap();
        assert_eq!(chain.balance(&address::encode(&[[7; 12].as_slice(), &5u64.to_be_bytes()].concat()), "unyx"), FUNDS);
        measure(&format!("{keys} keys"), &chain);
    }
}
