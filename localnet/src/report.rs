//! What `--json` writes and `--once` prints.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{accounts::Account, error::LocalnetError, steps::Step};

/// Everything that another program needs to use the network, and all that was done and checked.
#[derive(Serialize)]
pub struct Report<'a> {
    /// Chain id.
    pub chain_id: &'a str,
    /// Where the network answers.
    pub endpoints: Endpoints<'a>,
    /// Path of the env file that nym-cli takes with `--config-env-file`.
    pub env_file: &'a Path,
    /// Contract addresses by name; placeholder accounts stand for contracts that are not built yet.
    pub contracts: &'a BTreeMap<String, String>,
    /// Addresses by role.
    pub addresses: BTreeMap<&'a str, String>,
    /// Mnemonics by role: test money only.
    pub mnemonics: BTreeMap<&'a str, String>,
    /// The quorum's signers.
    pub signers: Vec<SignerReport>,
    /// Seed of the role selection.
    pub seed: u64,
    /// All that was done and checked.
    pub steps: &'a [Step],
    /// True if every step held.
    pub ok: bool,
}

/// Where the network answers.
#[derive(Serialize)]
pub struct Endpoints<'a> {
    /// JSON-RPC over HTTP.
    pub rpc: &'a str,
    /// Websocket of the same RPC.
    pub websocket: &'a str,
    /// The first signer's API; nothing listens there with `--no-quorum`.
    pub nym_api: &'a str,
}

/// A signer of the quorum.
#[derive(Serialize)]
pub struct SignerReport {
    /// Its role among the accounts, for instance `signer-1`.
    pub name: String,
    /// Its account.
    pub address: String,
    /// Base URL of its API.
    pub url: String,
    /// Base58 of its ed25519 identity.
    pub identity: String,
    /// The process that it runs in: its own with `--processes`, else the localnet's.
    pub pid: u32,
    /// Folder of its configuration, keys and database.
    pub home: PathBuf,
    /// What it writes, with `--processes`.
    pub log: Option<PathBuf>,
    /// Program and arguments that start it, with `--processes`.
    pub command: Option<Vec<String>>,
}

/// Addresses and mnemonics of all accounts, by role.
pub fn by_role<'a>(
    accounts: impl Iterator<Item = &'a Account>,
) -> (BTreeMap<&'a str, String>, BTreeMap<&'a str, String>) {
    accounts
        .map(|account| {
            let role = account.role.as_str();
            ((role, account.address.to_string()), (role, account.mnemonic.to_string()))
        })
        .unzip()
}

impl Report<'_> {
    /// Writes the report as JSON, all at once.
    pub fn write(&self, file: &Path) -> Result<(), LocalnetError> {
        write_json(self, file)
    }
}

/// Writes JSON by renaming, so that whoever waits for the file never reads half of it.
pub fn write_json(content: &impl Serialize, file: &Path) -> Result<(), LocalnetError> {
    let text = serde_json::to_string_pretty(content).expect("reports have string keys only");
    let failed = |source| LocalnetError::Write { file: file.into(), source };
    let partial = file.with_extension("partial");
    fs::write(&partial, text + "\n").map_err(failed)?;
    fs::rename(&partial, file).map_err(failed)
}
