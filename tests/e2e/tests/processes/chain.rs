//! The chain as a process, with the contracts of the quorum on it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use cosmwasm_std::Coin;
use nym_network::{Network, NymContracts};
use nyxd_client::{
    AccountId, Instantiation, QueryClient, contract_address,
    dkg::{DkgQueries, DkgTransactions, contract as dkg},
    ecash::{EcashQueries, EcashTransactions, contract as ecash},
    group::GroupTransactions,
};
use nyxlet::mnemonic::PUBLIC_MNEMONIC;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    accounts::{Account, queries},
    program::{Program, port},
};

const NYM: u128 = 1_000_000;
/// What a ticketbook costs.
pub const PRICE: u128 = 75 * NYM;
/// How long a phase of a ceremony may last on the chain's clock. It ends when all have acted.
pub const PHASE: u64 = 600;
const SALT: &[u8] = b"processes";

/// A running chain.
pub struct Chain {
    program: Program,
    folder: PathBuf,
    port: u16,
    pub admin: Account,
    pub contracts: Contracts,
}

pub struct Contracts {
    pub group: AccountId,
    pub multisig: AccountId,
    pub ecash: AccountId,
    pub dkg: AccountId,
}

impl Chain {
    /// A chain in a folder, with the contracts, and with money for these accounts.
    pub async fn start(folder: &Path, funded: &[&Account]) -> Self {
        let port = port();
        let program = nyxlet(folder, port);
        let admin = Account::from_words(PUBLIC_MNEMONIC);
        let rpc = format!("http://127.0.0.1:{port}");
        await_chain(&rpc).await;
        let contracts = deploy(&rpc, &admin).await;
        let amounts: Vec<_> =
            funded.iter().map(|account| (account.address.clone(), vec![Coin::new(1_000_000 * NYM, "unym")])).collect();
        admin.client(&rpc).multi_send(&amounts, "funds").await.unwrap();
        Self { program, folder: folder.to_owned(), port, admin, contracts }
    }

    pub fn rpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn queries(&self) -> QueryClient {
        queries(&self.rpc())
    }

    pub fn dkg(&self) -> DkgQueries {
        DkgQueries::new(self.queries(), self.contracts.dkg.clone())
    }

    pub fn ecash(&self) -> EcashQueries {
        EcashQueries::new(self.queries(), self.contracts.ecash.clone())
    }

    pub fn dkg_admin(&self) -> DkgTransactions {
        DkgTransactions::new(self.admin.client(&self.rpc()), self.contracts.dkg.clone())
    }

    pub fn group_admin(&self) -> GroupTransactions {
        GroupTransactions::new(self.admin.client(&self.rpc()), self.contracts.group.clone())
    }

    pub fn ecash_of(&self, account: &Account) -> EcashTransactions {
        EcashTransactions::new(account.client(&self.rpc()), self.contracts.ecash.clone())
    }

    pub fn network(&self, api: &str) -> Network {
        Network::local(&self.rpc(), api).unwrap().with_contracts(NymContracts {
            group_contract_address: Some(self.contracts.group.to_string()),
            multisig_contract_address: Some(self.contracts.multisig.to_string()),
            ecash_contract_address: Some(self.contracts.ecash.to_string()),
            coconut_dkg_contract_address: Some(self.contracts.dkg.to_string()),
            ..NymContracts::default()
        })
    }

    /// Moves the chain's clock on.
    pub async fn warp(&self, by: Duration) {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "nyxlet_warp", "params": {"seconds": by.as_secs_f64()}});
        let answer = reqwest::Client::new()
            .post(self.rpc())
            .header("content-type", "application/json")
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let answer: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert!(answer["error"].is_null(), "{answer}");
        // For so long signers go by the time that they heard last.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    pub fn pause(&self) {
        self.program.pause();
    }

    pub fn resume(&self) {
        self.program.resume();
    }

    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Starts it again on what its last run left.
    pub async fn restart(&mut self) {
        self.program = nyxlet(&self.folder, self.port);
        await_chain(&self.rpc()).await;
    }
}

fn nyxlet(folder: &Path, port: u16) -> Program {
    let (home, rpc) = (folder.join("chain"), format!("127.0.0.1:{port}"));
    // The clock goes on though nobody sends: signers wait for their turn by it.
    let arguments = ["--home", home.to_str().unwrap(), "--rpc", &rpc, "--block-time", "0.5", "--mixed-mining"];
    Program::start("nyxlet", &arguments, &folder.join("chain.log"))
}

async fn await_chain(rpc: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while queries(rpc).block_time(None).await.is_err() {
        assert!(Instant::now() < deadline, "the chain does not answer");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Contracts at addresses that are known before, as each needs those of others.
async fn deploy(rpc: &str, admin: &Account) -> Contracts {
    let wasm = |file: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts").join(file);
        fs::read(&path).unwrap_or_else(|_| panic!("{} is missing: run scripts/contracts first", path.display()))
    };
    let files = ["cw4_group.wasm", "cw3_flex_multisig.wasm", "nym_ecash.wasm", "nym_coconut_dkg.wasm"].map(wasm);
    let [group, multisig, ecash, dkg] =
        files.each_ref().map(|wasm| contract_address(&Sha256::digest(wasm), &admin.address, SALT).unwrap());
    let client = admin.client(rpc);
    let create = async |wasm: &[u8], label: &str, message: serde_json::Value| {
        let (code_id, _) = client.upload(wasm, "upload").await.unwrap();
        let new = Instantiation { code_id, label: label.into(), admin: Some(admin.address.clone()), funds: vec![] };
        client.instantiate2(&new, &message, SALT, "instantiation").await.unwrap();
    };
    create(&files[0], "group", json!({"admin": admin.address, "members": []})).await;
    let message = json!({
        "group_addr": group,
        "coconut_bandwidth_contract_address": ecash,
        "coconut_dkg_contract_address": dkg,
        "threshold": {"absolute_percentage": {"percentage": "0.666666666"}},
        "max_voting_period": {"time": 3600},
        "executor": null,
        "proposal_deposit": null,
    });
    create(&files[1], "multisig", message).await;
    let message = ecash::msg::InstantiateMsg {
        holding_account: admin.address.to_string(),
        multisig_addr: multisig.to_string(),
        group_addr: group.to_string(),
        deposit_amount: Coin::new(PRICE, "unym"),
    };
    create(&files[2], "ecash", value(&message)).await;
    let message = dkg::msg::InstantiateMsg {
        group_addr: group.to_string(),
        multisig_addr: multisig.to_string(),
        time_configuration: Some(dkg::types::TimeConfiguration {
            public_key_submission_time_secs: PHASE,
            dealing_exchange_time_secs: PHASE,
            verification_key_submission_time_secs: PHASE,
            verification_key_validation_time_secs: PHASE,
            verification_key_finalization_time_secs: PHASE,
            ..dkg::types::TimeConfiguration::default()
        }),
        mix_denom: "unym".into(),
        key_size: 5,
        ceremony_rules: Some(dkg::types::CeremonyRules::default()),
    };
    create(&files[3], "dkg", value(&message)).await;
    Contracts { group, multisig, ecash, dkg }
}

fn value(message: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(message).unwrap()
}
