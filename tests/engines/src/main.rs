//! `engines`: runs the scenario suite on a node and replays it on nyxlet. `scripts/conformance` starts the node.

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use engines::{
    engine::Bench,
    node::{Node, hash},
    recording::{Recorded, Recording, Step},
    replay, report,
    rpc::Rpc,
    state, suite,
};
use nyxlet::mnemonic::derive_accounts;

/// One scenario suite on both engines.
#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the scenarios on a fresh node, replays its blocks on nyxlet, compares.
    Suite {
        /// The node's RPC.
        #[arg(long)]
        node: String,
        /// The node's genesis.json.
        #[arg(long)]
        genesis: PathBuf,
        /// The words whose first account is rich.
        #[arg(long, env = "NYXD_MNEMONIC", hide_env_values = true)]
        mnemonic: String,
        /// Where the contracts lie.
        #[arg(long, default_value = "target/contracts")]
        contracts: PathBuf,
        /// Write the rows there as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
        /// Run only this scenario; may be given more than once.
        #[arg(long)]
        only: Vec<String>,
    },
    /// Prints everything that a chain answers about codes, contracts and accounts.
    State {
        /// The chain's RPC.
        #[arg(long)]
        node: String,
    },
    /// Replays all blocks of a node on nyxlet, whatever made them, and compares what its transactions did.
    Replay {
        /// The node's RPC.
        #[arg(long)]
        node: String,
        /// The node's genesis.json.
        #[arg(long)]
        genesis: PathBuf,
        /// What to call it in the table.
        #[arg(long)]
        name: String,
        /// Write the row there as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match run(Options::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "the one place where an error reaches a person")]
            {
                eprintln!("error: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<bool> {
    let (genesis, json, recording) = match command {
        Command::Suite { node, genesis, mnemonic, contracts, json, only } => {
            (genesis, json, record(&node, &mnemonic, &contracts, &only)?)
        }
        Command::State { node } => {
            state::write(&node, &mut io::BufWriter::new(io::stdout().lock()))?;
            return Ok(true);
        }
        Command::Replay { node, genesis, name, json } => (genesis, json, crawl(&node, name)?),
    };
    let started = Instant::now();
    let rows = replay::compare(&genesis, &recording)?;
    tell(&format!("{} blocks replayed on nyxlet in {:.1?}", recording.blocks.len(), started.elapsed()));
    report::print(&rows, &mut io::stdout().lock())?;
    if let Some(json) = json {
        report::write_json(&rows, &json)?;
    }
    Ok(rows.iter().all(|row| row.why.is_none()))
}

fn record(url: &str, mnemonic: &str, contracts: &Path, only: &[String]) -> Result<Recording> {
    let (node, follower) = Node::follow(url, 1)?;
    let rich = derive_accounts(mnemonic, 1)?.pop().context("the mnemonic has a first account")?;
    let started = Instant::now();
    let names = suite::names(only)?;
    let (bench, deployment) = Bench::prepare(node.clone(), contracts, &suite::ARTEFACTS, &rich.secret, &names)?;
    let mut scenarios = vec![deployment];
    scenarios.extend(suite::run(&bench, only)?);
    let blocks = node.blocks();
    drop(follower);
    tell(&format!("{} scenarios on nyxd in {:.1?}, {} blocks", scenarios.len(), started.elapsed(), blocks.len()));
    for (name, why) in suite::LEFT_OUT {
        tell(&format!("not run on nyxd: {name}: {why}"));
    }
    Ok(Recording { blocks, scenarios })
}

fn crawl(url: &str, name: String) -> Result<Recording> {
    let rpc = Rpc::new(url)?;
    let last = rpc.height()?;
    let blocks = (1..=last).map(|height| rpc.block(height)).collect::<Result<Vec<_>>>()?;
    let txs = blocks.iter().flat_map(|block| &block.txs);
    let steps = txs.map(|delivered| Step::Tx(hash(&delivered.tx))).collect();
    Ok(Recording { blocks, scenarios: vec![Recorded { scenario: name, steps, failure: None }] })
}

#[allow(clippy::print_stderr, reason = "how far a program of minutes has come")]
fn tell(text: &str) {
    eprintln!("{text}");
}
