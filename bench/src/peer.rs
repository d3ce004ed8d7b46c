//! A wasmd node under the same load, by `scripts/nyxd`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::node::{Node, free_port};

/// A running node with blocks of 0.2 s; stopped when dropped.
pub struct Peer {
    script: PathBuf,
    home: TempDir,
    /// Its RPC.
    pub node: Node,
}

impl Peer {
    /// Starts a fresh one. The accounts of the script's own mnemonic hold coins there.
    pub fn start(script: &Path) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let output = Command::new(script)
            .args(["start", "--block-pause", "200", "--rpc-port", &free_port()?.to_string(), "--home"])
            .arg(home.path().join("network"))
            .env_remove("NYXD_MNEMONIC")
            .output()
            .with_context(|| format!("cannot run {}", script.display()))?;
        let node = Node::at(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        let peer = Self { script: script.to_owned(), home, node };
        if !output.status.success() {
            bail!("no wasmd node: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(peer)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // One that has not started cannot be stopped, which the script says.
        let _ = Command::new(&self.script).args(["stop", "--home"]).arg(self.home.path().join("network")).output();
    }
}
