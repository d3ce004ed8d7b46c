//! `scripts/bench`: a row per promise, with the machine's name; figures only from this run.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

mod chain;
mod load;
mod node;
mod row;

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Parser;

/// Where the programs and contracts under measurement are.
#[derive(Parser)]
#[command(name = "nym-bench", version, about)]
pub struct Options {
    /// Folder of the built programs.
    #[arg(long, default_value = "target/release")]
    programs: PathBuf,
    /// Folder of the built contracts.
    #[arg(long, default_value = "target/contracts")]
    contracts: PathBuf,
    /// RPC of a fresh wasmd node to measure against, where one runs.
    #[arg(long)]
    peer_rpc: Option<String>,
    /// Mnemonic of a funded account on the peer.
    #[arg(long, requires = "peer_rpc")]
    peer_mnemonic: Option<String>,
    /// Write the rows as a JSON array.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let rows = chain::measure(&options).await?;
    println!("{}\n{}", row::machine(), row::table(&rows));
    if let Some(file) = &options.json {
        fs::write(file, serde_json::to_string_pretty(&rows)? + "\n")
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}
