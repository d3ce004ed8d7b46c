//! The scenarios of the contracts on their compiled wasm: every message is a signed transaction in a block of nyxlet.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

mod engine;

use std::{
    any::Any,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use cosmwasm_std::coin;
use engine::OnNyxlet;
use nym_contract_scenarios::{Contract, Engine, Scenario, mixnet, quorum};

#[test]
fn the_mixnet_contract_as_wasm_does_what_its_scenarios_say() {
    let scenarios = mixnet::scenarios::<OnNyxlet>();
    assert!(scenarios.len() > 40);
    let failed = run_all(&scenarios, &[Contract::Mixnet]);
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), scenarios.len(), failed.join("\n"));
}

#[test]
fn the_contracts_of_the_quorum_as_wasm_do_what_their_scenarios_say() {
    let scenarios = quorum::scenarios::<OnNyxlet>();
    assert!(scenarios.len() > 40);
    let contracts = [Contract::Group, Contract::Multisig, Contract::Dkg, Contract::Ecash];
    let failed = run_all(&scenarios, &contracts);
    assert!(failed.is_empty(), "{} of {} failed:\n{}", failed.len(), scenarios.len(), failed.join("\n"));
}

/// What scenarios rely on when they count coins, seconds and blocks.
#[test]
fn fees_do_not_show_and_time_stands_still() {
    let mut engine = OnNyxlet::new();
    let alice = engine.account("alice", &[coin(10, "unym"), coin(3, "unyx")]);
    let bob = engine.account("bob", &[]);
    assert_eq!((engine.balance(&alice, "unym"), engine.balance(&alice, "unyx")), (10, 3));
    assert_eq!(engine.account("alice", &[coin(5, "unym")]), alice);
    let (time, height) = (engine.block_time(), engine.block_height());

    // All that an account has can be sent, and an account that never had anything can sign.
    engine.send(&alice, &bob, &[coin(15, "unym")]);
    engine.send(&bob, &alice, &[coin(15, "unym")]);
    assert_eq!((engine.balance(&alice, "unym"), engine.balance(&bob, "unym")), (15, 0));
    let code = engine.store(Contract::Mixnet);
    let refusal = engine.instantiate(&alice, code, b"{}", &[coin(15, "unym")], None).unwrap_err();
    assert!(refusal.contains("missing field"), "{refusal}");
    let nowhere = engine.execute(&alice, &bob, b"{}", &[coin(15, "unym")]).unwrap_err();
    assert!(nowhere.contains("no such contract"), "{nowhere}");
    assert_eq!((engine.balance(&alice, "unym"), engine.balance(&alice, "unyx")), (15, 3));

    // Each transaction stands in a block of its own.
    assert_eq!((engine.block_time(), engine.block_height()), (time, height + 5));
    engine.advance_time(3600);
    assert_eq!((engine.block_time(), engine.block_height()), (time + 3600, height + 6));
}

/// Runs scenarios, each on a chain of its own, on all cores; one that fails does not hide the others. Returns why they
/// failed.
fn run_all(scenarios: &[Scenario<OnNyxlet>], contracts: &[Contract]) -> Vec<String> {
    // Said once, not once per scenario.
    for &contract in contracts {
        engine::read_wasm(contract);
    }
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = AssertUnwindSafe(|| (scenario.run)(&mut OnNyxlet::new()));
                    if let Err(reason) = catch_unwind(run) {
                        failed.lock().unwrap().push(format!("{}: {}", scenario.name, text_of(&*reason)));
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap()
}

/// The words of a panic.
fn text_of(reason: &(dyn Any + Send)) -> &str {
    let owned = reason.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| reason.downcast_ref::<&str>().copied()).unwrap_or("it panicked without words")
}
