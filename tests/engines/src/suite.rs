//! All scenarios at once on one node.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use anyhow::{Result, bail};
use nym_contract_scenarios::{Contract, Scenario, mixnet, quorum};

use crate::{
    engine::{Bench, OnNyxd},
    foreign,
    recording::Recorded,
};

/// Contracts that scenarios deploy.
pub const ARTEFACTS: [&str; 7] = [
    Contract::Mixnet.artefact(),
    Contract::Group.artefact(),
    Contract::Multisig.artefact(),
    Contract::Dkg.artefact(),
    Contract::Ecash.artefact(),
    foreign::WHITELIST,
    foreign::SUBKEYS,
];

/// Scenarios that a chain in real time cannot run, and why.
pub const LEFT_OUT: [(&str, &str); 1] =
    [("ceremonies::old_generations_stay_readable", "keys stay usable for eight days, which the contract fixes")];

/// Seconds of an hour where more than two seconds are needed to get from one wait to the next.
const HOURS: [(&str, u64); 9] = [
    // What they check is that an epoch is not over yet.
    ("epochs::a_whole_cycle", 45),
    ("epochs::catching_up", 20),
    ("delegations::delegating_and_undelegating", 45),
    ("nodes::cost_params", 45),
    ("admin::rewarding_params", 45),
    ("admin::active_set", 45),
    ("admin::interval_config", 45),
    ("epochs::takeover", 30),
    ("refusals::of_the_transition", 45),
];
/// Seconds of an hour of the mixnet's other scenarios: late epochs follow each other without waiting.
const SHORT: u64 = 2;
/// Seconds of a state of a ceremony: all signers must have brought their dealings.
const CEREMONY: u64 = 20;
/// Scenarios of the quorum in which nothing waits: an hour is an hour.
const TIMELESS: [&str; 2] = ["wire::answers_of_the_dkg_contract", "settings::instantiation"];

/// A scenario with the length of its hour.
struct Planned {
    scenario: Scenario<OnNyxd>,
    hour: u64,
}

/// Every scenario that runs, those of `only` if it names any.
fn plan(only: &[String]) -> Result<Vec<Planned>> {
    let left_out = |name: &str| LEFT_OUT.iter().any(|(other, _)| *other == name);
    let named = |name: &str| HOURS.iter().find(|(other, _)| *other == name).map(|(_, hour)| *hour);
    let of_mixnet = mixnet::scenarios().into_iter().map(|scenario| {
        let hour = named(scenario.name).unwrap_or(SHORT);
        Planned { scenario, hour }
    });
    let of_quorum = quorum::scenarios().into_iter().map(|scenario| {
        let hour = if TIMELESS.contains(&scenario.name) { 3600 } else { CEREMONY };
        Planned { scenario, hour }
    });
    let of_others = foreign::scenarios().into_iter().map(|scenario| Planned { scenario, hour: SHORT });
    let wanted: Vec<_> = of_mixnet
        .chain(of_quorum)
        .chain(of_others)
        .filter(|planned| !left_out(planned.scenario.name))
        .filter(|planned| only.is_empty() || only.iter().any(|name| name == planned.scenario.name))
        .collect();
    if wanted.is_empty() {
        bail!("no scenario is called {}", only.join(" or "));
    }
    Ok(wanted)
}

/// Names of the scenarios that [`run`] runs.
///
/// # Errors
/// There is no such scenario.
pub fn names(only: &[String]) -> Result<Vec<&'static str>> {
    Ok(plan(only)?.iter().map(|planned| planned.scenario.name).collect())
}

/// Runs all of them at the same time, each with accounts of its own; one that fails does not hide the others.
///
/// # Errors
/// There is no such scenario.
pub fn run(bench: &Arc<Bench>, only: &[String]) -> Result<Vec<Recorded>> {
    let planned = plan(only)?;
    // What a scenario says when it fails stands in the table.
    std::panic::set_hook(Box::new(|_| {}));
    let recorded = thread::scope(|scope| {
        let threads: Vec<_> = planned
            .iter()
            .map(|planned| {
                scope.spawn(move || {
                    let mut engine = OnNyxd::new(bench.clone(), planned.scenario.name, planned.hour);
                    let run = AssertUnwindSafe(|| (planned.scenario.run)(&mut engine));
                    let failure = catch_unwind(run).err().map(|reason| text_of(&*reason).to_owned());
                    engine.finish(failure)
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let _ = std::panic::take_hook();
    Ok(recorded)
}

/// The words of a panic.
fn text_of(reason: &(dyn Any + Send)) -> &str {
    let owned = reason.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| reason.downcast_ref::<&str>().copied()).unwrap_or("it panicked without words")
}
