//! The scenarios, and random sequences of messages, on cw-multi-test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

mod engine;
mod ledger;
mod machine;
mod payments;

use engine::MultiTest;
use nym_contract_scenarios::{Scenario, mixnet, quorum};

#[test]
fn the_mixnet_contract_does_what_its_scenarios_say() {
    let scenarios = mixnet::scenarios();
    assert!(scenarios.len() > 40);
    run_all(scenarios);
}

#[test]
fn the_contracts_of_the_quorum_do_what_their_scenarios_say() {
    let scenarios = quorum::scenarios();
    assert!(scenarios.len() > 40);
    run_all(scenarios);
}

/// One failed scenario does not hide the others.
fn run_all(scenarios: Vec<Scenario<MultiTest>>) {
    let mut failed = Vec::new();
    for scenario in scenarios {
        let run = std::panic::AssertUnwindSafe(|| (scenario.run)(&mut MultiTest::default()));
        if std::panic::catch_unwind(run).is_err() {
            failed.push(scenario.name);
        }
    }
    assert!(failed.is_empty(), "failed: {failed:?}");
}
