//! Prints how fast our cryptography is beside the published crates, as JSON rows on standard output.
//!
//! `crypto-bench [--only ecash|dkg] [--machine TEXT]`. Times are the best of a few runs on the thread's processor
//! clock, so other load on the machine matters little. `ratio` is how many times faster ours is; `goal` is the least
//! that must be reached (for rates: the rate), `holds` whether it is.

use anyhow::{Result, bail};
use cpu_time::ThreadTime;
use interop_crypto::{dkg_rows::dkg_rows, ecash_rows::ecash_rows};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let (mut only, mut machine) = (None, default_machine());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--only", Some(value)) if value == "ecash" || value == "dkg" => only = Some(value),
            ("--machine", Some(value)) => machine = value,
            _ => bail!("crypto-bench takes --only ecash|dkg and --machine TEXT"),
        }
    }
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let mut rows: Vec<Value> = Vec::new();
    if wanted("ecash") {
        for row in ecash_rows(&mut stopwatch)? {
            let rate = row.unit != "ms";
            let ratio = if rate { row.ours / row.peer } else { row.peer / row.ours };
            let holds = if rate { row.ours >= row.goal } else { ratio >= row.goal };
            rows.push(json!({
                "work": row.work, "ours": round(row.ours), "peer": round(row.peer), "unit": row.unit,
                "ratio": round(ratio), "goal": row.goal, "holds": holds, "machine": machine,
            }));
        }
    }
    if wanted("dkg") {
        for row in dkg_rows(&mut stopwatch)? {
            let ratio = row.peer / row.ours;
            rows.push(json!({
                "work": row.work, "ours": round(row.ours), "peer": round(row.peer), "unit": "ms",
                "ratio": round(ratio), "goal": row.goal, "holds": ratio >= row.goal, "machine": machine,
            }));
        }
    }
    println!("{}", serde_json::to_string_pretty(&rows)?);
    Ok(())
}

/// Milliseconds of processor time, the best of `runs` after one that fills caches and tables.
fn stopwatch(runs: usize, work: &mut dyn FnMut()) -> f64 {
    if runs > 2 {
        work();
    }
    (0..runs.max(1))
        .map(|_| {
            let start = ThreadTime::now();
            work();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .fold(f64::INFINITY, f64::min)
}

fn default_machine() -> String {
    let model = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()))
    });
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
