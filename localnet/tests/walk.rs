//! The program as people run it: the whole walk, and a walk that a missing reward pool breaks.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
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

fn command(files: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_localnet"));
    command
        .args(["--rpc", "127.0.0.1:0", "--signer-port", "0", "--seed", "1", "--contracts"])
        .arg(contracts())
        .arg("--env-file")
        .arg(files.join("localnet.env"))
        .arg("--json")
        .arg(files.join("report.json"))
        .args(arguments)
        .stdin(Stdio::null());
    command
}

fn localnet(arguments: &[&str]) -> (Output, Option<Value>) {
    let files = tempfile::tempdir().unwrap();
    let output = command(files.path(), arguments).arg("--once").output().unwrap();
    (output, read(&files.path().join("report.json")))
}

fn read(file: &Path) -> Option<Value> {
    fs::read(file).ok().map(|text| serde_json::from_slice(&text).unwrap())
}

/// Every step of a walk with a quorum, in order.
const WALK: [&str; 24] = [
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
    assert_eq!(steps(&report), WALK.map(|name| (name, true)));
    assert_eq!(report["ok"], true);
    for (name, address) in report["contracts"].as_object().unwrap() {
        assert!(address.as_str().unwrap().starts_with("n1"), "{name}");
    }
    assert_eq!(report["mnemonics"]["node-9"].as_str().unwrap().split(' ').count(), 24);
    // A pipe gets lines, one a step, and no control characters of a screen.
    assert!(!text.contains('\u{1b}'));
    assert_eq!(text.lines().filter(|line| line.trim_start().starts_with("ok ")).count(), WALK.len());
    // All signers are in the localnet's own process.
    let pids = numbers(&report["signers"], "pid");
    assert_eq!((pids.len(), pids.iter().all(|pid| *pid == pids[0])), (4, true));
}

#[test]
fn the_walk_holds_with_signers_in_processes_that_end_with_it() {
    let (output, report) = localnet(&["--processes"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let report = report.unwrap();
    assert_eq!(steps(&report), WALK.map(|name| (name, true)));
    let pids = numbers(&report["signers"], "pid");
    assert_eq!(pids.len(), 4);
    for (pid, signer) in pids.iter().zip(report["signers"].as_array().unwrap()) {
        assert!(!is_running(*pid), "signer {pid} outlives its localnet");
        let log = fs::read_to_string(signer["log"].as_str().unwrap()).unwrap();
        assert!(log.contains("nym-api serves") && log.contains("stopping"), "{log}");
    }
}

#[test]
fn a_killed_signer_stops_nobody_and_is_named() {
    let files = tempfile::tempdir().unwrap();
    let home = files.path().join("home");
    let arguments = ["--nodes", "5", "--processes", "--phase", "20s", "--home", home.to_str().unwrap()];
    let output = fs::File::create(files.path().join("output")).unwrap();
    let mut localnet = command(files.path(), &arguments).stdout(output).spawn().unwrap();
    let signers = wait_for(&mut localnet, || read(&home.join("signers.json")));
    let pids = numbers(&signers, "pid");
    // Before the group exists: the whole ceremony has to do without the signer that everything else is asked of first.
    send("KILL", pids[0]);
    let report = wait_for(&mut localnet, || read(&files.path().join("report.json")));
    let lost: Vec<_> = steps(&report).into_iter().filter(|(_, ok)| !ok).map(|(name, _)| name).collect();
    assert_eq!(lost, ["ceremony", "rotate"], "{report}");
    let ceremony = report["steps"].as_array().unwrap().iter().find(|step| step["name"] == "ceremony").unwrap();
    assert!(ceremony["detail"].as_str().unwrap().contains("3 of 4 verification keys"), "{ceremony}");

    let shown = || fs::read_to_string(files.path().join("output")).unwrap();
    wait_for(&mut localnet, || shown().contains("4 signers (1 silent)").then_some(()));
    // After the ceremony as well.
    send("KILL", pids[1]);
    wait_for(&mut localnet, || shown().contains("4 signers (2 silent)").then_some(()));
    send("TERM", localnet.id().into());
    // It ends by itself, and its status says that not every step held.
    assert_eq!(localnet.wait().unwrap().code(), Some(1));
    assert!(!pids.iter().any(|pid| is_running(*pid)), "signers outlive their localnet");
}

#[test]
fn signers_end_with_a_localnet_that_is_killed() {
    let files = tempfile::tempdir().unwrap();
    let home = files.path().join("home");
    let arguments = ["--nodes", "5", "--processes", "--home", home.to_str().unwrap()];
    let mut localnet = command(files.path(), &arguments).stdout(Stdio::null()).spawn().unwrap();
    let signers = wait_for(&mut localnet, || read(&home.join("signers.json")));
    localnet.kill().unwrap();
    localnet.wait().unwrap();
    let (pids, started) = (numbers(&signers, "pid"), Instant::now());
    while pids.iter().any(|pid| is_running(*pid)) {
        assert!(started.elapsed() < Duration::from_secs(60), "signers outlive their localnet");
        std::thread::sleep(Duration::from_millis(100));
    }
    for signer in signers.as_array().unwrap() {
        let log = fs::read_to_string(signer["log"].as_str().unwrap()).unwrap();
        assert!(log.contains("stopping"), "{log}");
    }
}

#[test]
fn a_signer_program_that_is_missing_is_named_and_nothing_is_left_running() {
    let (output, report) = localnet(&["--nodes", "5", "--processes", "--nym-api", "no/such/program"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("cannot run no/such/program") && error.contains("--nym-api"), "{error}");
    assert_eq!(report.unwrap()["signers"].as_array().unwrap().len(), 0);
}

fn numbers(rows: &Value, name: &str) -> Vec<u64> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_u64().unwrap()).collect()
}

/// Whether there is such a process that has not ended.
fn is_running(pid: u64) -> bool {
    let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the name in brackets; Z is a process that has ended and was not waited for.
    state.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

fn send(signal: &str, pid: u64) {
    assert!(Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap().success());
}

/// Looks until there is something to see; a localnet that ends before that is a failure.
fn wait_for<T>(localnet: &mut Child, look: impl Fn() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert_eq!(localnet.try_wait().unwrap(), None, "the localnet has ended");
        if started.elapsed() > Duration::from_secs(300) {
            send("KILL", localnet.id().into());
            panic!("nothing to see for five minutes");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
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
    // The signers are at other ports now: each says so on the chain, and the others notice.
    assert!(steps(&report).contains(&("filter", true)));
}
