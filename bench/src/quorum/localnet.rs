//! A `localnet` program that runs its walk, and how long that took.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::load;
use crate::Options;

/// The longest that a walk may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// A localnet whose walk is over and that goes on.
pub struct Localnet {
    program: Child,
    /// Held so that the program can go on writing.
    _output: Lines<BufReader<ChildStdout>>,
    folder: TempDir,
    /// Seconds from the start of the program until a step was done.
    done: Vec<(String, f64)>,
    report: Value,
}

impl Localnet {
    /// Starts the program and waits until its walk is over; every step must have held.
    pub async fn start(options: &Options, signers: u16) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let report = folder.path().join("report.json");
        let started = Instant::now();
        let mut program = Command::new(options.programs.join("localnet"))
            .args(["--processes", "--rpc", "127.0.0.1:0", "--signer-port", "0"])
            .args(["--signers", &signers.to_string()])
            .arg("--contracts")
            .arg(&options.contracts)
            .arg("--env-file")
            .arg(env_file(folder.path()))
            .arg("--json")
            .arg(&report)
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {}/localnet", options.programs.display()))?;
        let mut output = BufReader::new(program.stdout.take().expect("it is piped")).lines();
        let mut done = Vec::new();
        let walk = async {
            while let Some(line) = output.next_line().await? {
                // Two columns: how the step ended, and its name.
                let name = line.get(8..32).map(str::trim).unwrap_or_default().to_owned();
                match line.get(..6).map(str::trim) {
                    Some("ok") => done.push((name, started.elapsed().as_secs_f64())),
                    Some("FAILED") => bail!("a step of the walk did not hold: {line}"),
                    _ if line.starts_with("role selection seed") => return Ok(()),
                    _ => {}
                }
            }
            bail!("the localnet ended before its walk was over")
        };
        tokio::time::timeout(PATIENCE, walk).await.context("the walk takes too long")??;
        let text = fs::read_to_string(&report).with_context(|| format!("cannot read {}", report.display()))?;
        Ok(Self { program, _output: output, folder, done, report: serde_json::from_str(&text)? })
    }

    /// How long a step took.
    pub fn seconds_of(&self, step: &str) -> Result<f64> {
        let steps = self.report["steps"].as_array().into_iter().flatten();
        let seconds = steps.filter(|found| found["name"] == step).find_map(|found| found["seconds"].as_f64());
        seconds.with_context(|| format!("the report has no step {step}"))
    }

    /// From the start of the program until a step was done.
    pub fn seconds_until(&self, step: &str) -> Result<f64> {
        let found = self.done.iter().find(|(name, _)| name == step);
        found.map(|(_, seconds)| *seconds).with_context(|| format!("there was no step {step}"))
    }

    /// Its signers.
    pub fn signers(&self) -> Result<Vec<load::Signer>> {
        let rows = self.report["signers"].as_array().context("the report names no signers")?;
        rows.iter()
            .map(|row| {
                let url = row["url"].as_str().context("a signer without URL")?;
                Ok(load::Signer::new(url, row["pid"].as_u64().context("a signer without process")?))
            })
            .collect()
    }

    /// Words of an account by its role.
    pub fn mnemonic(&self, role: &str) -> Result<&str> {
        self.report["mnemonics"][role].as_str().with_context(|| format!("the report has no mnemonic of {role}"))
    }

    /// The network's description.
    pub fn env_file(&self) -> PathBuf {
        env_file(self.folder.path())
    }

    /// Lets it end, its signers first.
    pub async fn stop(mut self) -> Result<()> {
        let pid = self.program.id().context("the localnet has ended")?;
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        let status = tokio::time::timeout(Duration::from_secs(60), self.program.wait()).await??;
        ensure!(status.success(), "the localnet ended with {status}");
        Ok(())
    }
}

fn env_file(folder: &Path) -> PathBuf {
    folder.join("localnet.env")
}
