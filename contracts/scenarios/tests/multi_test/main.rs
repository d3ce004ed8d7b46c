//! The scenarios, and random sequences of messages, on cw-multi-test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

mod engine;
mod ledger;

use engine::MultiTest;
use nym_contract_scenarios::mixnet;

/// One failed scenario does not hide the others.
#[test]
fn the_mixnet_contract_does_what_its_scenarios_say() {
    let mut failed = Vec::new();
    let scenarios = mixnet::scenarios::<MultiTest>();
    assert!(scenarios.len() > 40);
    for scenario in scenarios {
        let run = std::panic::AssertUnwindSafe(|| (scenario.run)(&mut MultiTest::default()));
        if std::panic::catch_unwind(run).is_err() {
            failed.push(scenario.name);
        }
    }
    assert!(failed.is_empty(), "failed: {failed:?}");
}
