//! The program `nym-cli` itself, as an operator and a delegator use it: from nothing to paid rewards and back.

#![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use nym_network::{Network, NymContracts};
use nyxlet::{Config, Handle, Nyxlet, chain::Moment, mnemonic::PUBLIC_MNEMONIC};
use serde_json::{Value, json};

const TOKEN: u64 = 1_000_000;

/// A chain, a folder, and the program.
struct World {
    chain: Handle,
    folder: tempfile::TempDir,
}

impl World {
    fn start() -> Self {
        let world = Self { chain: Nyxlet::start(Config::default()).unwrap(), folder: tempfile::tempdir().unwrap() };
        world.write_network(NymContracts::default());
        let words = world.path("words");
        std::fs::write(&words, PUBLIC_MNEMONIC).unwrap();
        only_for_owner(&words);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn write_network(&self, contracts: NymContracts) {
        let mut network = Network::local(&self.chain.rpc_url(), "http://127.0.0.1:8000/").unwrap();
        network.details.contracts = contracts;
        network.rewarding_validator_address = Some(self.account(0));
        network.write_env_file(&self.path("network.env")).unwrap();
    }

    fn account(&self, index: usize) -> String {
        self.chain.accounts()[index].address.clone()
    }

    /// Runs a command as an account of the chain's mnemonic.
    fn run_as(&self, index: u32, arguments: &[&str]) -> Output {
        let (network, words, index) = (self.file("network.env"), self.file("words"), index.to_string());
        let mut all = vec!["-c", &network, "--mnemonic-file", &words, "--account-index", &index, "-o", "json"];
        all.extend(arguments);
        nym_cli(&all).output().unwrap()
    }

    /// Runs a command that must succeed, and reads its JSON.
    fn ok_as(&self, index: u32, arguments: &[&str]) -> Value {
        let output = self.run_as(index, arguments);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {stderr}");
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {stdout}"))
    }

    /// Runs a command that must fail with an exit code, and reads the error.
    fn fails_as(&self, index: u32, code: i32, arguments: &[&str]) -> Value {
        let output = self.run_as(index, arguments);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stdout}{stderr}");
        assert_eq!(stdout, "", "{arguments:?}");
        let error: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
        assert_eq!(error["exit_code"], code);
        error
    }

    /// Uploads and makes the mixnet contract with the program, and writes it into the network's file.
    fn deploy_mixnet(&self) -> String {
        let wasm = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts/mixnet_contract.wasm");
        assert!(wasm.exists(), "{} is missing: run scripts/contracts first", wasm.display());
        let code_id = self.ok_as(0, &["cosmwasm", "upload", "--wasm-path", wasm.to_str().unwrap()])["code_id"].clone();
        let account = self.account(0);
        let message = self.ok_as(
            0,
            &[
                "--vesting-contract-address",
                &account,
                "cosmwasm",
                "generate-init-message",
                "mixnet",
                "--current-nym-node-version",
                "1.20.0",
                "--entry-gateways",
                "1",
                "--exit-gateways",
                "1",
                "--mixnodes",
                "3",
            ],
        );
        let made = self.ok_as(0, &["cosmwasm", "init", &code_id.to_string(), "--init-message", &message.to_string()]);
        let contract = made["contract_address"].as_str().unwrap().to_owned();
        self.write_network(NymContracts { mixnet_contract_address: Some(contract.clone()), ..NymContracts::default() });
        // Rewards are paid from what the contract holds.
        self.ok_as(0, &["account", "send", &contract, &(100_000 * TOKEN).to_string()]);
        contract
    }

    /// Turns the epoch after its hour: rewards, reconciles, assigns.
    async fn turn_epoch(&self, contract: &str, rewarded: &[u32], next: &[(&str, &[u32])]) {
        self.chain.chain().warp(Moment::By(Duration::from_secs(3601))).await.unwrap();
        let execute = |message: Value| self.ok_as(0, &["cosmwasm", "execute", contract, &message.to_string()]);
        execute(json!({"begin_epoch_transition": {}}));
        for node_id in rewarded {
            let params = json!({"performance": "1", "work_factor": "0.2"});
            execute(json!({"reward_node": {"node_id": node_id, "params": params}}));
        }
        execute(json!({"reconcile_epoch_events": {"limit": null}}));
        for role in ["xg", "eg", "l1", "l2", "l3", "stb"] {
            let nodes = next.iter().find(|(name, _)| *name == role).map_or(&[][..], |(_, nodes)| *nodes);
            execute(json!({"assign_roles": {"assignment": {"role": role, "nodes": nodes}}}));
        }
    }

    fn balance(&self, index: usize) -> u128 {
        let found = self.ok_as(0, &["account", "balance", &self.account(index), "--denom", "unym"]);
        found["balances"][0]["amount"].as_str().unwrap().parse().unwrap()
    }
}

/// The program in a clean environment.
fn nym_cli(arguments: &[&str]) -> Command {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("nym-cli");
    assert!(program.exists(), "{} is missing: run cargo build --release -p nym-cli first", program.display());
    let mut command = Command::new(program);
    command.env_clear().args(arguments).stdin(std::process::Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn only_for_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test]
async fn a_node_is_bonded_delegated_to_rewarded_and_left() {
    let world = World::start();
    let contract = world.deploy_mixnet();

    // One node in one command, the other in the separate steps.
    let key = world.file("one.pem");
    let one = world.ok_as(1, &["mixnet", "operators", "identity-key", "generate", "--private-key", &key]);
    let bonded = world.ok_as(
        1,
        &[
            "mixnet",
            "operators",
            "nymnode",
            "bond",
            "--host",
            "203.0.113.7",
            "--amount",
            "100000000",
            "--private-key",
            &key,
        ],
    );
    assert_eq!((&bonded["node_id"], &bonded["identity_key"]), (&json!(1), &one["identity_key"]));

    let second_key = world.file("two.pem");
    let two = world.ok_as(2, &["mixnet", "operators", "identity-key", "generate", "--private-key", &second_key]);
    let identity = two["identity_key"].as_str().unwrap();
    let arguments = [
        "--host",
        "node.example",
        "--http-api-port",
        "8081",
        "--identity-key",
        identity,
        "--profit-margin-percent",
        "35",
    ];
    let nymnode = |command: &'static str, amount: &'static str, more: &[&'static str]| {
        let mut all = vec!["mixnet", "operators", "nymnode", command, "--amount", amount];
        all.extend(arguments);
        all.extend(more);
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let payload = nymnode("create-node-bonding-sign-payload", "150000000", &[]);
    let payload = world.ok_as(2, &payload.iter().map(String::as_str).collect::<Vec<_>>())["data"].clone();
    let signed = world.ok_as(
        2,
        &[
            "mixnet",
            "operators",
            "identity-key",
            "sign",
            "--private-key",
            &second_key,
            "--base58-msg",
            payload.as_str().unwrap(),
        ],
    );
    assert_eq!(signed["encoded_message"], payload);
    let signature = signed["encoded_signature"].as_str().unwrap();
    let before = world.balance(2);
    let mut other = nymnode("bond", "150000001", &[]);
    other.extend(["--signature".to_owned(), signature.to_owned()]);
    let refused = world.fails_as(2, 9, &other.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(refused["error"].as_str().unwrap().contains("nonce 0"), "{refused}");
    assert_eq!(world.balance(2), before, "a changed amount is refused before anything is paid");
    let mut right = nymnode("bond", "150000000", &[]);
    right.extend(["--signature".to_owned(), signature.to_owned()]);
    assert_eq!(world.ok_as(2, &right.iter().map(String::as_str).collect::<Vec<_>>())["node_id"], 2);

    let nodes = world.ok_as(0, &["mixnet", "query", "nodes"]);
    assert_eq!(nodes.as_array().unwrap().len(), 2);
    assert_eq!(nodes[1]["bond_information"]["node"]["host"], "node.example");
    assert_eq!(nodes[1]["rewarding_details"]["cost_params"]["profit_margin_percent"], "0.35");
    let found = world.ok_as(0, &["mixnet", "query", "node", identity]);
    assert_eq!(found["bond_information"]["node_id"], 2);

    // Delegations, by number and by identity.
    world.ok_as(3, &["mixnet", "delegators", "delegate", "--mix-id", "1", "--amount", "500000000000"]);
    world.ok_as(3, &["mixnet", "delegators", "delegate", "--identity-key", identity, "--amount", "700000000000"]);
    let mine = world.ok_as(3, &["mixnet", "delegators", "list"]);
    assert_eq!((mine["delegations"].as_array().unwrap().len(), mine["pending"].as_array().unwrap().len()), (0, 2));
    let waiting = world.ok_as(0, &["mixnet", "query", "pending-events"]);
    assert_eq!(waiting["epoch_events"].as_array().unwrap().len(), 2);

    let roles: &[(&str, &[u32])] = &[("xg", &[1]), ("eg", &[2])];
    world.turn_epoch(&contract, &[], roles).await;
    let set = world.ok_as(0, &["mixnet", "query", "rewarded-set"]);
    assert_eq!(
        (&set["epoch_id"], &set["exit_gateways"], &set["entry_gateways"]),
        (&json!(1), &json!([1]), &json!([2]))
    );
    assert_eq!(world.ok_as(0, &["mixnet", "query", "gateways"]).as_array().unwrap().len(), 2);
    assert_eq!(world.ok_as(0, &["mixnet", "query", "mixnodes"]), json!([]));
    assert_eq!(
        world.ok_as(0, &["mixnet", "query", "delegations", "--node-id", "2"])[0]["amount"]["amount"],
        "700000000000"
    );
    let epoch = world.ok_as(0, &["mixnet", "query", "epoch"]);
    assert_eq!(
        (&epoch["interval"]["total_elapsed_epochs"], &epoch["status"]["state"]),
        (&json!(1), &json!("in_progress"))
    );
    assert_eq!(world.ok_as(0, &["mixnet", "query", "rewarding-params"])["rewarded_set"]["mixnodes"], 3);

    // A second epoch pays.
    world.turn_epoch(&contract, &[1, 2], roles).await;
    for (index, command) in [
        (1, &["mixnet", "operators", "nymnode", "rewards", "claim"][..]),
        (3, &["mixnet", "delegators", "rewards", "claim", "--mix-id", "1"][..]),
        (3, &["mixnet", "delegators", "rewards", "claim", "--identity-key", identity][..]),
    ] {
        let claimed = world.ok_as(index, command);
        let amount: u64 = claimed["amount"].as_str().unwrap().strip_suffix("unym").unwrap().parse().unwrap();
        assert!(amount > 0, "{command:?}: {claimed}");
    }

    // Pledges go up and really down.
    let pledge = |world: &World| {
        let node = world.ok_as(0, &["mixnet", "query", "node", "1"]);
        node["bond_information"]["original_pledge"]["amount"].as_str().unwrap().parse::<u64>().unwrap()
    };
    world.ok_as(1, &["mixnet", "operators", "nymnode", "pledge", "increase", "--amount", "50000000"]);
    world.turn_epoch(&contract, &[1, 2], roles).await;
    assert_eq!(pledge(&world), 150 * TOKEN);
    world.ok_as(1, &["mixnet", "operators", "nymnode", "pledge", "decrease", "--decrease-by", "20000000"]);
    let before = world.balance(1);
    world.turn_epoch(&contract, &[1, 2], roles).await;
    assert_eq!(pledge(&world), 130 * TOKEN);
    assert_eq!(world.balance(1), before + u128::from(20 * TOKEN));
    let too_much = ["mixnet", "operators", "nymnode", "pledge", "decrease", "--decrease-by", "100000000"];
    world.fails_as(1, 6, &too_much);

    // Settings.
    let update = ["mixnet", "operators", "nymnode", "settings", "update-config", "--host", "198.51.100.1"];
    world.ok_as(1, &update);
    let node = world.ok_as(0, &["mixnet", "query", "node", "1"]);
    assert_eq!(node["bond_information"]["node"]["host"], "198.51.100.1");
    let costs =
        ["mixnet", "operators", "nymnode", "settings", "update-cost-parameters", "--profit-margin-percent", "25"];
    world.ok_as(1, &costs);
    let waiting = world.ok_as(0, &["mixnet", "query", "pending-events"]);
    let change = &waiting["interval_events"][0]["event"]["kind"]["change_nym_node_cost_params"]["new_costs"];
    assert_eq!(change["profit_margin_percent"], "0.25");
    assert_eq!(change["interval_operating_cost"]["amount"], "40000000", "what is not given stays");

    // Many delegations at once: only the differences are sent.
    let table = world.path("wanted.csv");
    std::fs::write(&table, "node_id,amount\n1,500000\n2,100.5\n").unwrap();
    let multi = ["mixnet", "delegators", "delegate-multi", "--input", table.to_str().unwrap()];
    let done = world.ok_as(3, &multi);
    assert_eq!(
        done["changes"].as_array().unwrap().iter().map(|change| &change["node_id"]).collect::<Vec<_>>(),
        [&json!(2)]
    );
    assert_eq!(world.ok_as(3, &multi)["changes"], json!([]));
    world.turn_epoch(&contract, &[1, 2], roles).await;
    assert_eq!(
        world.ok_as(0, &["mixnet", "query", "delegations", "--node-id", "2"])[0]["amount"]["amount"],
        "100500000"
    );

    // Leaving.
    world.ok_as(3, &["mixnet", "delegators", "undelegate", "--identity-key", identity]);
    world.ok_as(2, &["mixnet", "operators", "nymnode", "unbond"]);
    let before = world.balance(2);
    world.turn_epoch(&contract, &[1, 2], &[("xg", &[1])]).await;
    assert!(world.balance(2) >= before + u128::from(150 * TOKEN), "pledge and rewards come back");
    world.fails_as(0, 10, &["mixnet", "query", "node", identity]);
    world.fails_as(3, 10, &["mixnet", "delegators", "delegate", "--identity-key", identity, "--amount", "1"]);

    // All of it is found again on the chain.
    let query = format!("wasm-v2_nymnode_bonding._contract_address='{contract}'");
    let bonds = world.ok_as(0, &["tx", "query", &query]);
    assert_eq!(bonds.as_array().unwrap().len(), 2);
    let hash = bonds[0]["hash"].as_str().unwrap();
    let found = world.ok_as(0, &["tx", "get", hash]);
    assert_eq!(found, bonds[0]);
    let height = found["height"].to_string();
    assert_eq!(world.ok_as(0, &["block", "get", &height])["block"]["header"]["height"], json!(height));
    assert!(world.ok_as(0, &["block", "time", &height])["data"].as_str().unwrap().ends_with('Z'));
    let dump = world.ok_as(0, &["cosmwasm", "raw-contract-state", "--contract", &contract]);
    let first_bond = dump.as_array().unwrap().iter().find(|entry| entry["key"] == "00026e6e00000001");
    assert!(first_bond.is_some(), "the bond of node 1 stands under its published key");
}

#[test]
fn accounts_sign_send_and_are_asked_about() {
    let world = World::start();
    let created = world.ok_as(0, &["account", "create"]);
    assert_eq!(created["mnemonic"].as_str().unwrap().split(' ').count(), 24);

    let bob = world.account(1);
    world.fails_as(0, 10, &["account", "pub-key"]);
    let sent = world.ok_as(0, &["account", "send", &bob, "1500000"]);
    assert_eq!(world.ok_as(0, &["tx", "get", sent["transaction_hash"].as_str().unwrap()])["code"], 0);
    assert_eq!(world.ok_as(0, &["account", "pub-key"]), world.ok_as(0, &["account", "pub-key", "--from-mnemonic"]));

    let signed = world.ok_as(0, &["signature", "sign", "hello"]);
    let signature = signed["signature_as_hex"].as_str().unwrap();
    for key in [world.account(0), signed["public_key"].to_string()] {
        assert_eq!(world.ok_as(1, &["signature", "verify", &key, signature, "hello"])["valid"], true);
        world.fails_as(1, 9, &["signature", "verify", &key, signature, "hallo"]);
    }

    let (table, receipts) = (world.path("transfers.csv"), world.file("receipts.csv"));
    std::fs::write(&table, format!("{bob},1.5,nym\n{},7,unyx\n", world.account(2))).unwrap();
    let many = ["account", "send-multiple", "--input", table.to_str().unwrap(), "--output-file", &receipts];
    world.fails_as(0, 2, &many);
    let before = world.balance(1);
    world.ok_as(0, &[&many[..], &["--yes"]].concat());
    assert_eq!(world.balance(1), before + 1_500_000);
    let receipts = std::fs::read_to_string(receipts).unwrap();
    assert!(receipts.starts_with(&format!("{bob},1500000,unym,20")) && receipts.lines().count() == 2, "{receipts}");

    // Text is for people.
    let (network, words) = (world.file("network.env"), world.file("words"));
    let balance = ["-c", &network, "--mnemonic-file", &words, "account", "balance", &bob, "--denom", "unyx"];
    assert_eq!(text(&nym_cli(&balance).output().unwrap().stdout), "1000000000 nyx\n");
}

#[test]
fn every_failure_has_its_exit_code_and_says_what_to_do() {
    let world = World::start();
    let bob = world.account(1);
    let (network, words) = (world.file("network.env"), world.file("words"));
    let fails = |code: i32, hint: &str, arguments: &[&str]| {
        let output = nym_cli(arguments).output().unwrap();
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(hint), "{arguments:?}: {stderr}");
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    };
    // No network was named: never mainnet.
    fails(3, "--network mainnet", &["block", "current-height"]);
    fails(3, "known names are mainnet and sandbox", &["--network", "moonnet", "block", "current-height"]);
    let incomplete = world.file("incomplete.env");
    std::fs::write(&incomplete, "NETWORK_NAME=mine\nNYXD=http://127.0.0.1:1\n").unwrap();
    fails(3, "BECH32_PREFIX, MIX_DENOM", &["-c", &incomplete, "block", "current-height"]);
    fails(3, "MIXNET_CONTRACT_ADDRESS", &["-c", &network, "mixnet", "query", "nodes"]);
    fails(2, "cannot be used with", &["-c", &network, "--network", "mainnet", "block", "current-height"]);
    fails(2, "unrecognized subcommand", &["-c", &network, "blocks"]);
    fails(4, "--mnemonic-file", &["-c", &network, "account", "send", &bob, "1"]);
    let short = "test ".repeat(13);
    fails(4, "13 words", &["-c", &network, "--mnemonic", &short, "account", "send", &bob, "1"]);
    fails(5, "check that the node runs", &["--nyxd-url", "http://127.0.0.1:1", "block", "current-height"]);
    let as_alice = |arguments: &[&'static str]| {
        let mut all = vec!["-c".to_owned(), network.clone(), "--mnemonic-file".to_owned(), words.clone()];
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        all
    };
    let run = |code: i32, hint: &str, arguments: Vec<String>| {
        fails(code, hint, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    };
    let mut too_much = as_alice(&["account", "send"]);
    too_much.extend([bob.clone(), "2000000000000000".into()]);
    run(6, "insufficient funds", too_much);
    run(9, "no bech32 address", as_alice(&["account", "send", "n1nowhere", "1"]));
    run(9, "64 hex digits", as_alice(&["tx", "get", "zz"]));
    run(
        10,
        "may not be in a block yet",
        as_alice(&["tx", "get", "00000000000000000000000000000000000000000000000000000000000000AA"]),
    );
    run(10, "block 999999", as_alice(&["block", "get", "999999"]));
}

#[test]
fn secrets_stay_out_of_every_output() {
    let world = World::start();
    let (network, bob) = (world.file("network.env"), world.account(1));
    let arguments = ["-c", &network, "account", "send", &bob, "1"];
    let output = nym_cli(&arguments).env("MNEMONIC", PUBLIC_MNEMONIC).env("RUST_LOG", "trace").output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let all = text(&output.stdout) + &text(&output.stderr);
    assert!(all.contains("outgoing request"), "the logs are as loud as they can be");
    assert!(!all.contains("junk"), "a word of the mnemonic is in the output");

    // A file that others can read is used, with a warning.
    let words = world.path("words");
    std::fs::set_permissions(&words, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let output = nym_cli(&["-c", &network, "--mnemonic-file", words.to_str().unwrap(), "account", "send", &bob, "1"])
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(text(&output.stderr).contains("chmod 600"), "{}", text(&output.stderr));

    let key = world.file("key.pem");
    world.ok_as(0, &["mixnet", "operators", "identity-key", "generate", "--private-key", &key]);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&key).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
