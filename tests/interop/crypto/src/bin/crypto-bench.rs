//! Prints how fast our cryptography is beside the published crates, on one thread, by processor time.
//!
//! `crypto-bench [--only ecash|dkg] [--json FILE] [--machine TEXT]`. The table goes to standard output, the rows as a
//! JSON array to the file. `ratio` is how many times faster ours is; `goal` is the least that must be reached (for
//! rates: the rate), `holds` whether it is. Fails if a row does not hold.

use anyhow::{Context, Result, bail};
use interop_crypto::dkg_rows::dkg_rows;
use interop_crypto::ecash_rows::ecash_rows;
use interop_crypto::rows::{HEADER, Row};
use serde_json::Value;
use std::path::PathBuf;

struct Options {
    only: Option<String>,
    json: Option<PathBuf>,
    machine: String,
}

fn main() -> Result<()> {
    let options = options()?;
    println!("One thread, {}.\n\n{HEADER}", options.machine);
    let mut rows = Vec::new();
    for (name, measure) in [("ecash", ecash_rows as fn(&mut dyn FnMut(Row)) -> Result<()>), ("dkg", dkg_rows)] {
        if options.only.as_deref().is_none_or(|only| only == name) {
            measure(&mut |row| {
                println!("{}", row.to_markdown());
                rows.push(row);
            })?;
        }
    }
    if let Some(path) = &options.json {
        let values: Vec<Value> = rows.iter().map(|row| row.to_json(&options.machine)).collect();
        let text = serde_json::to_string_pretty(&values)? + "\n";
        std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let missed: Vec<&str> = rows.iter().filter(|row| !row.holds()).map(|row| row.work).collect();
    if !missed.is_empty() {
        bail!("below their goal: {}", missed.join("; "));
    }
    Ok(())
}

fn options() -> Result<Options> {
    let mut options = Options { only: None, json: None, machine: this_machine() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--only", Some(value)) if value == "ecash" || value == "dkg" => options.only = Some(value),
            ("--json", Some(value)) => options.json = Some(value.into()),
            ("--machine", Some(value)) => options.machine = value,
            _ => bail!("crypto-bench takes --only ecash|dkg, --json FILE and --machine TEXT"),
        }
    }
    Ok(options)
}

/// Processor model and number of cores.
fn this_machine() -> String {
    let model = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()))
    });
    let model = model.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{model}, {cores} cores")
}
