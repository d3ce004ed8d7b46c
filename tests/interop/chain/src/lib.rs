//! Starts our localnet as a separate program and hands what it reports to the published crates.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// What the localnet reports with `--json`, as far as these tests look.
#[derive(Deserialize)]
pub struct Report {
    /// Chain id.
    pub chain_id: String,
    /// Where it answers.
    pub endpoints: Endpoints,
    /// Contract addresses by name.
    pub contracts: BTreeMap<String, String>,
    /// Addresses by role.
    pub addresses: BTreeMap<String, String>,
    /// Mnemonics by role.
    pub mnemonics: BTreeMap<String, String>,
    /// Whether every step of the walk held.
    pub ok: bool,
}

/// Where the localnet answers.
#[derive(Deserialize)]
pub struct Endpoints {
    /// JSON-RPC over HTTP.
    pub rpc: String,
}

/// A running localnet; stopped when dropped.
pub struct Localnet {
    child: Child,
    _files: tempfile::TempDir,
    /// What it reported.
    pub report: Report,
}

impl Localnet {
    /// Without a quorum, and with hour-long epochs, so that none turns while a test looks.
    pub fn start() -> Result<Self> {
        Self::with(&["--no-quorum", "--epoch", "1h"])
    }

    /// Starts `target/release/localnet` of the main workspace with these options and waits until the walk is done.
    pub fn with(options: &[&str]) -> Result<Self> {
        let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let files = tempfile::tempdir()?;
        let json = files.path().join("report.json");
        let mut child = Command::new(repository.join("target/release/localnet"))
            .args(options)
            .args(["--rpc", "127.0.0.1:0", "--contracts"])
            .arg(repository.join("target/contracts"))
            .arg("--env-file")
            .arg(files.path().join("localnet.env"))
            .arg("--json")
            .arg(&json)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start target/release/localnet: run scripts/interop, which builds it")?;
        let deadline = Instant::now() + Duration::from_secs(120);
        loop {
            // The report is written once, after the walk, by renaming: either absent or complete.
            if let Ok(text) = fs::read_to_string(&json) {
                let report: Report = serde_json::from_str(&text)?;
                let localnet = Self { child, _files: files, report };
                ensure!(localnet.report.ok, "the localnet's walk did not hold: {text}");
                return Ok(localnet);
            }
            if let Some(status) = child.try_wait()? {
                bail!("localnet ended with {status}");
            }
            if Instant::now() > deadline {
                let _ = child.kill();
                bail!("localnet did not finish its walk within two minutes");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Localnet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
