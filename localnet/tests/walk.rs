//! The program as people run it: the whole walk, and a walk that a missing reward pool breaks.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn contracts() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/contracts");
    assert!(
        folder.join("mixnet_contract.wasm").is_file(),
        "no contracts in {}: run scripts/contracts first",
        folder.display()
    );
    folder
}

fn localnet(arguments: &[&str]) -> (Output, Option<Value>) {
    let files = tempfile::tempdir().unwrap();
    let report = files.path().join("report.json");
    let output = Command::new(env!("CARGO_BIN_EXE_localnet"))
        .args(["--once", "--rpc", "127.0.0.1:0", "--signer-port", "0", "--seed", "1", "--contracts"])
        .arg(contracts())
        .arg("--env-file")
        .arg(files.path().join("localnet.env"))
        .arg("--json")
        .arg(&report)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let report = fs::read(report).ok().map(|text| serde_json::from_slice(&text).unwrap());
    (output, report)
}

fn steps(report: &Value) -> Vec<(&str, bool)> {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().map(|step| (step["name"].as_str().unwrap(), step["ok"].as_bool().unwrap())).collect()
}

#[test]
fn the_walk_holds_from_the_chain_to_paid_providers() {
    let (output, report) = localnet(&[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let report = report.unwrap();
    let names = [
        "chain",
        "fund accounts",
        "mixnet contract",
        "group contract",
        "multisig contract",
        "ecash contract",
        "dkg contract",
        "reward pool",
        "bond",
        "delegate",
        "signers",
        "epoch 0",
        "epoch 1",
        "withdraw rewards",
        "leave",
        "epoch 2",
        "left",
        "ceremony",
        "issue ticketbook",
        "spend",
        "double spend",
        "blacklist",
        "rotate",
        "redeem",
    ];
    assert_eq!(steps(&report), names.map(|name| (name, true)));
    assert_eq!(report["ok"], true);
    for (name, address) in report["contracts"].as_object().unwrap() {
        assert!(address.as_str().unwrap().starts_with("n1"), "{name}");
    }
    assert_eq!(report["mnemonics"]["node-9"].as_str().unwrap().split(' ').count(), 24);
    // A pipe gets lines, one a step, and no control characters of a screen.
    assert!(!text.contains('\u{1b}'));
    assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("ok ")).count(), names.len());
}

#[test]
fn addresses_are_the_same_every_time() {
    let (_, first) = localnet(&["--nodes", "5", "--no-quorum"]);
    let (_, second) = localnet(&["--nodes", "5", "--no-quorum"]);
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!(first["contracts"], second["contracts"]);
    assert_eq!(first["mnemonics"], second["mnemonics"]);
}

#[test]
fn a_broken_step_is_reported_and_the_exit_status_says_so() {
    let (output, report) = localnet(&["--nodes", "5", "--pool-funding", "1", "--no-quorum"]);
    assert_eq!(output.status.code(), Some(1));
    let report = report.unwrap();
    assert_eq!(report["ok"], false);
    let broken: Vec<_> = steps(&report).into_iter().filter(|(_, ok)| !ok).map(|(name, _)| name).collect();
    assert!(broken.contains(&"reward pool"), "{broken:?}");
}

#[test]
fn what_is_wrong_is_one_sentence_that_says_what_to_do() {
    let (output, _) = localnet(&["--nodes", "4"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr).trim(),
        "error: 4 nodes are too few: an entry, an exit and three mix layers need at least 5 (--nodes 5)"
    );
    let (output, _) = localnet(&["--mnemonic", "these are no words of a mnemonic"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("12 or 24 English BIP-39 words"));
}

#[test]
fn a_home_goes_on_where_it_stopped() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_str().unwrap();
    let (first, report) = localnet(&["--nodes", "5", "--home", path]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stdout));
    let contracts = report.unwrap()["contracts"].clone();
    // The signers keep their keys. The last node left in the first run and bonds again in the second; the epochs go on.
    let (second, report) = localnet(&["--nodes", "5", "--home", path]);
    assert!(
        second.status.success(),
        "{}{}",
        String::from_utf8_lossy(&second.stdout),
        String::from_utf8_lossy(&second.stderr)
    );
    let report = report.unwrap();
    assert_eq!(report["contracts"], contracts);
    assert!(steps(&report).contains(&("epoch 3", true)));
}
