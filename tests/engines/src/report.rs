//! The table of scenarios, for people and for programs.

use std::{fs, io::Write, path::Path};

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::replay::Compared;

#[derive(Serialize)]
struct Row<'a> {
    scenario: &'a str,
    steps: usize,
    equal: bool,
    why: &'a str,
    gas_ratio: f64,
}

/// Prints one line per scenario, and how many are equal.
///
/// # Errors
/// Nobody reads.
pub fn print(rows: &[Compared], out: &mut impl Write) -> Result<()> {
    writeln!(out, "{:<58} {:>6}  {:<6} {:>15}  why not", "scenario", "steps", "equal", "gas")?;
    for row in rows {
        let equal = if row.why.is_none() { "yes" } else { "NO" };
        let why: String = row.why.as_deref().unwrap_or_default().chars().take(600).collect();
        writeln!(out, "{:<58} {:>6}  {equal:<6} {:>15}  {why}", row.scenario, row.steps, row.gas_nyxd)?;
    }
    let (equal, steps): (usize, usize) =
        (rows.iter().filter(|row| row.why.is_none()).count(), rows.iter().map(|row| row.steps).sum());
    let gas: i64 = rows.iter().map(|row| row.gas_nyxd).sum();
    writeln!(out, "{equal} of {} scenarios are equal, {steps} steps, {gas} gas", rows.len())?;
    Ok(())
}

/// Writes the rows as JSON.
///
/// # Errors
/// The file cannot be written.
pub fn write_json(rows: &[Compared], file: &Path) -> Result<()> {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| Row {
            scenario: &row.scenario,
            steps: row.steps,
            equal: row.why.is_none(),
            why: row.why.as_deref().unwrap_or_default(),
            gas_ratio: row.gas_ratio(),
        })
        .collect();
    let text = serde_json::to_string_pretty(&rows)?;
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}
