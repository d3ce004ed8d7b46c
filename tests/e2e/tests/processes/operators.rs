//! What an operator types: `nym-api init`, `config`, `doctor`, `dkg status --watch`.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    process::{Child, Output, Stdio},
};

use serde_json::Value;

use crate::{accounts::Account, network::Network, program::command};

fn nym_api(arguments: &[&str]) -> Output {
    command("nym-api").args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_signer_is_set_up_and_its_secrets_stay_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("one");
    let home = home.to_str().unwrap();
    let mnemonic = Account::of("operator").words;
    let first_word = mnemonic.split(' ').next().unwrap();
    let init = |more: &[&str]| {
        let arguments = ["init", "--folder", home, "--id", "one", "--enable-zk-nym"];
        let mut init = command("nym-api");
        init.args(arguments).args(more).env("NYMAPI_MNEMONIC_ARG", &mnemonic).stdin(Stdio::null());
        init.output().unwrap()
    };
    let lacking = init(&[]);
    assert!(!lacking.status.success() && words(&lacking).contains("announce_address"), "{}", words(&lacking));
    let made = init(&["--announce-address", "https://signer.example/"]);
    assert!(made.status.success() && words(&made).contains("identity "), "{}", words(&made));
    let config = folder.path().join("one/config/config.toml");
    assert_eq!(fs::metadata(&config).unwrap().permissions().mode() & 0o777, 0o600);
    let again = init(&["--announce-address", "https://other.example/"]);
    assert!(!again.status.success() && words(&again).contains("exists already"), "{}", words(&again));

    let shown = nym_api(&["config", "show", "--folder", home]);
    assert!(shown.status.success() && words(&shown).contains("https://signer.example/"), "{}", words(&shown));
    assert!(!words(&shown).contains(first_word), "the mnemonic is shown");
    assert!(nym_api(&["config", "check", "--folder", home]).status.success());
    fs::write(&config, "[base]\nmnemonic = \"secret words\" x\n").unwrap();
    let broken = nym_api(&["config", "check", "--folder", home]);
    assert!(!broken.status.success() && !words(&broken).contains("secret words"), "{}", words(&broken));
}

/// The check-up of a signer before a ceremony.
pub fn doctor(network: &Network, index: usize) -> Output {
    let home = network.signers[index - 1].home.to_str().unwrap();
    let env_file = network.env_file();
    nym_api(&["--config-env-file", env_file.to_str().unwrap(), "doctor", "--folder", home])
}

/// `dkg status --watch`, as long as it is watched.
pub struct Watch {
    program: Child,
    phases: Box<dyn Iterator<Item = String> + Send>,
    first: String,
}

impl Watch {
    /// Returns once the first status is shown.
    pub fn start(network: &Network) -> Self {
        let (env_file, home) = (network.env_file(), network.signers[0].home.to_str().unwrap());
        let arguments = ["--config-env-file", env_file.to_str().unwrap(), "dkg", "status", "--watch", "--json"];
        let mut watch = command("nym-api");
        watch.args(arguments).args(["--folder", home]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut program = watch.stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines().map_while(Result::ok);
        let statuses = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
        let mut phases = statuses.map(|status| status["phase"].as_str().unwrap().to_owned());
        let first = phases.next().expect("it shows a status before it ends");
        Self { program, phases: Box::new(phases), first }
    }

    /// The phases that it shows until the ceremony is over. How many those are depends on how busy the machine is.
    pub fn phases(mut self) -> BTreeSet<String> {
        let mut seen = BTreeSet::from([self.first.clone()]);
        for phase in self.phases.by_ref() {
            let over = phase.starts_with("in progress");
            seen.insert(phase);
            if over {
                break;
            }
        }
        seen
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
