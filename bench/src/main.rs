//! `scripts/bench`: a row per promise, with the machine's name; figures only from this run.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

mod chain;
mod load;
mod node;
mod peer;
mod quorum;
mod row;

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

/// Where the programs and contracts under measurement are.
#[derive(Parser)]
#[command(name = "nym-bench", version, about)]
pub struct Options {
    /// What is measured.
    #[arg(value_enum, default_value_t = Group::Chain)]
    group: Group,
    /// Folder of the built programs.
    #[arg(long, default_value = "target/release")]
    programs: PathBuf,
    /// Folder of the built contracts.
    #[arg(long, default_value = "target/contracts")]
    contracts: PathBuf,
    /// `scripts/nyxd`, to measure a wasmd node as well.
    #[arg(long)]
    peer: Option<PathBuf>,
    /// Write the rows as a JSON array.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Groups of rows.
#[derive(Clone, Copy, ValueEnum)]
enum Group {
    /// nyxlet and localnet.
    Chain,
    /// Ceremonies, and what a signer does.
    Quorum,
}

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let options = Options::parse();
    let rows = match options.group {
        Group::Chain => chain::measure(&options).await?,
        Group::Quorum => quorum::measure(&options).await?,
    };
    println!("{}\n{}", row::machine(), row::table(&rows));
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(&rows)? + "\n")
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(if rows.iter().all(|row| row.holds) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
