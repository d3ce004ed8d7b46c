//! Checks contracts on disk as a chain does at upload (memories, imports, exports,
//! capabilities, limits, compilation), and that they export the entry points asked for:
//! the chain also takes a contract that has none.
//!
//! `contracts-check --exports instantiate,execute,query FILE…`

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::Parser;
use cosmwasm_vm::internals::{Logger, check_wasm, compile_module};
use cosmwasm_vm::{WasmLimits, capabilities_from_csv};

/// What a wasmd 0.61 node offers to contracts.
const CAPABILITIES: &str = "iterator,staking,stargate,cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,cosmwasm_1_4,\
     cosmwasm_2_0,cosmwasm_2_1,cosmwasm_2_2,ibc2";

#[derive(Parser)]
#[command(about = "What a chain checks when a contract is uploaded, for contracts on disk")]
struct Arguments {
    /// Entry points that every file must export.
    #[arg(long, value_delimiter = ',')]
    exports: Vec<String>,
    /// The contracts.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[allow(clippy::print_stderr, reason = "the program's answer, one line per refused file")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut exit = ExitCode::SUCCESS;
    for file in &arguments.files {
        if let Err(error) = check(file, &arguments.exports) {
            eprintln!("{}: {error:#}", file.display());
            exit = ExitCode::FAILURE;
        }
    }
    exit
}

fn check(file: &Path, entry_points: &[String]) -> anyhow::Result<()> {
    let wasm = std::fs::read(file).context("cannot be read: build it with scripts/contracts")?;
    check_wasm(&wasm, &capabilities_from_csv(CAPABILITIES), &WasmLimits::default(), Logger::Off)
        .context("a chain would refuse it")?;
    let (module, _) = compile_module(&wasm, None).context("a chain could not compile it")?;
    let exported: HashSet<String> = module.exports().functions().map(|export| export.name().to_owned()).collect();
    let missing: Vec<&str> = entry_points.iter().map(String::as_str).filter(|name| !exported.contains(*name)).collect();
    ensure!(missing.is_empty(), "does not export {}", missing.join(", "));
    Ok(())
}
