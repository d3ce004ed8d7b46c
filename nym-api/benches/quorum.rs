//! What a signer can do per core, through HTTP, with its durable store: `cargo bench -p nym-api --bench quorum`.
//!
//! The signer runs in a process of its own, and what is counted is that process's processor time (user and system, from
//! the operating system), so that neither this client nor other programs on the machine enter. Requests are made ahead;
//! every one has its own deposit, and every ticket its own serial number.

#![allow(clippy::unwrap_used, reason = "a bench may fail loudly")]
#![allow(clippy::print_stdout, reason = "a bench prints its rows")]
#![allow(clippy::cast_precision_loss, reason = "counts of a bench are small")]
#![allow(clippy::cast_possible_truncation, reason = "counts of a bench are small")]

#[path = "../tests/quorum/chain.rs"]
#[allow(dead_code, reason = "the bench needs a part of it")]
mod chain;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use chain::{Facts, MemoryChain};
use ed25519_dalek::SigningKey;
use futures::StreamExt;
use nym_api::chain::Quorum;
use nym_api::keys::{PublicGeneration, SignerShare};
use nym_api::{Clock, Config, Secret, Service};
use nym_api_requests::ecash::{BlindSignRequestBody, VerifyEcashTicketBody};
use nym_ecash::{
    DealtKeys, EcashDay, PayInfo, PreparedKey, SecretKeyAuth, SecretKeyUser, SetShare, Share, SignatureSets, Spend,
    TicketType, Wallet, WithdrawalRequest, aggregate_coin_indices, aggregate_expiration_dates, issue,
    sign_coin_indices, sign_expiration_dates,
};
use rand::rngs::OsRng;

const NOON: i64 = 1_795_521_600;
const TYPE: TicketType = TicketType::V1MixnetEntry;
const SERVE: &str = "NYM_API_BENCH_SERVE";

#[tokio::main]
async fn main() {
    if let Ok(setup) = std::env::var(SERVE) {
        return serve(&setup).await;
    }
    // Criterion's flags, such as --bench, are taken and mean nothing here.
    let signatures = count("NYM_API_BENCH_SIGNATURES", 1500);
    let tickets = count("NYM_API_BENCH_TICKETS", 1500);
    let keys = DealtKeys::deal(1, 1, &mut OsRng);
    let secret = &keys.shares[0].1;
    let deposit_key = SigningKey::generate(&mut OsRng);
    println!("preparing {signatures} requests and {} tickets", 2 * tickets);
    let requests = requests(signatures, &deposit_key);
    let spendings = spendings(2 * tickets, secret, &PreparedKey::new(keys.master.verification_key()).unwrap());

    let signer = Signer::start(secret, &deposit_key);
    signer.load("blind-sign", &requests[..50], 8).await;
    let row = signer.load("blind-sign", &requests[50..], 16).await;
    row.print("blind-sign through HTTP, one deposit and one commit each", 200.0);
    let (single, batched) = spendings.split_at(tickets);
    // One connection: no ticket ever waits together with another.
    let row = signer.load("verify-ecash-ticket", single, 1).await;
    row.print("verify-ecash-ticket through HTTP, one at a time", 180.0);
    let row = signer.load("verify-ecash-ticket", batched, 64).await;
    row.print("verify-ecash-ticket through HTTP, batched", 280.0);
    println!("{:<62} {:>8.1} MB (limit 200)", "resident memory of the signer, highest", signer.peak_megabytes());
}

fn count(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn today() -> EcashDay {
    EcashDay::containing(NOON).unwrap()
}

fn requests(count: usize, deposit_key: &SigningKey) -> Vec<Vec<u8>> {
    let expiration = today().default_expiration().unwrap();
    (0..count as u32)
        .map(|deposit| {
            let user = SecretKeyUser::random(&mut OsRng);
            let (request, _) = WithdrawalRequest::create(&user, expiration, TYPE, &mut OsRng);
            let body = BlindSignRequestBody::new(request, deposit, deposit_key, user.public_key(), expiration, TYPE);
            serde_json::to_vec(&body).unwrap()
        })
        .collect()
}

fn spendings(count: usize, secret: &SecretKeyAuth, master: &PreparedKey) -> Vec<Vec<u8>> {
    let (day, expiration, key) = (today(), today().default_expiration().unwrap(), secret.verification_key());
    let (dates, coins) = (sign_expiration_dates(secret, expiration).unwrap(), sign_coin_indices(secret, master));
    let date_share = SetShare { index: 1, key: &key, signatures: &dates[..] };
    let coin_share = SetShare { index: 1, key: &key, signatures: &coins[..] };
    let dates = aggregate_expiration_dates(&[date_share], expiration, 1, master, &mut OsRng).unwrap().signatures;
    let coins = aggregate_coin_indices(&[coin_share], 1, master, &mut OsRng).unwrap().signatures;
    let sets = SignatureSets { expiration_dates: &dates, coin_indices: &coins };
    let mut wallet: Option<(SecretKeyUser, Wallet)> = None;
    (0..count)
        .map(|_| {
            if wallet.as_ref().is_none_or(|(_, wallet)| wallet.tickets_left() == 0) {
                let user = SecretKeyUser::random(&mut OsRng);
                let (request, info) = WithdrawalRequest::create(&user, expiration, TYPE, &mut OsRng);
                let signature = issue(secret, &request, &user.public_key(), expiration, TYPE, day).unwrap();
                let share = Share { index: 1, key: &key, signature };
                let collected = info.collect(&user, &[share], 1, master).unwrap();
                wallet = Some((user, collected.wallet));
            }
            let (user, wallet) = wallet.as_mut().unwrap();
            let pay_info = PayInfo::new(&[7; 32], NOON, &mut OsRng);
            let spend = Spend { tickets: 1, pay_info: &pay_info, day };
            let payment = wallet.spend(user, master, sets, spend, &mut OsRng).unwrap();
            let credential = nym_ecash::CredentialSpendingData { payment, pay_info, spend_date: day, epoch_id: 1 };
            let body = VerifyEcashTicketBody { credential, gateway_cosmos_addr: "n1gateway".into() };
            serde_json::to_vec(&body).unwrap()
        })
        .collect()
}

/// The signer's process.
struct Signer {
    child: Child,
    base: String,
    http: reqwest::Client,
}

struct Row {
    requests: usize,
    processor_seconds: f64,
    wall_seconds: f64,
}

impl Row {
    fn print(&self, name: &str, demanded: f64) {
        let per_core = self.requests as f64 / self.processor_seconds;
        println!(
            "{name:<62} {per_core:>8.1} /s/core (demanded {demanded}), {:.1} /s wall, {:.2} ms processor each{}",
            self.requests as f64 / self.wall_seconds,
            1000.0 * self.processor_seconds / self.requests as f64,
            if per_core >= demanded { "" } else { "  MISSED" }
        );
    }
}

impl Signer {
    fn start(secret: &SecretKeyAuth, deposit_key: &SigningKey) -> Self {
        let setup =
            format!("{} {}", hex::encode(secret.to_bytes()), hex::encode(deposit_key.verifying_key().to_bytes()));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(SERVE, setup)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, base: line.trim().to_owned(), http: reqwest::Client::new() }
    }

    /// Posts all bodies; every answer must be a success.
    async fn load(&self, route: &str, bodies: &[Vec<u8>], concurrency: usize) -> Row {
        let url = format!("{}v1/ecash/{route}", self.base);
        let (processor, wall) = (self.processor_seconds(), Instant::now());
        futures::stream::iter(bodies)
            .for_each_concurrent(concurrency, |body| {
                let request = self.http.post(&url).header("content-type", "application/json").body(body.clone());
                async move {
                    let response = request.send().await.unwrap();
                    let (status, text) = (response.status(), response.text().await.unwrap());
                    assert!(status.is_success() && !text.contains("Err"), "{status}: {text}");
                }
            })
            .await;
        Row {
            requests: bodies.len(),
            processor_seconds: self.processor_seconds() - processor,
            wall_seconds: wall.elapsed().as_secs_f64(),
        }
    }

    /// User and system time so far; the kernel counts in hundredths.
    fn processor_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    fn peak_megabytes(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1000.0
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The other process: a signer whose chain accepts every deposit under one key.
async fn serve(setup: &str) {
    let (secret, deposit_key) = setup.split_once(' ').unwrap();
    let secret = SecretKeyAuth::from_bytes(&hex::decode(secret).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::in_folder("bench", folder.path());
    config.base.bind_address = "127.0.0.1:0".parse().unwrap();
    config.base.mnemonic = Some(Secret::new("unused: the chain is in memory"));
    config.ecash_signer.enabled = true;
    config.ecash_signer.announce_address = Some("http://127.0.0.1:1/".parse().unwrap());
    let facts = Facts {
        time: NOON,
        any_deposit: Some(hex::decode(deposit_key).unwrap().try_into().unwrap()),
        ..Facts::default()
    };
    let chain = MemoryChain { facts: Arc::new(parking_lot::Mutex::new(facts)), account: "n1signer1".into() };
    let handle = Service::start_over(config, Arc::new(chain.clone()), Clock::manual(NOON)).await.unwrap();
    handle.generations().store_secret(1, &secret).unwrap();
    let signer = SignerShare {
        index: 1,
        owner: "n1signer1".into(),
        announce_address: handle.url(),
        identity: Some(bs58::decode(handle.identity()).into_vec().unwrap().try_into().unwrap()),
        key: secret.verification_key(),
    };
    chain.facts.lock().quorum = Quorum {
        in_service: Some(PublicGeneration { epoch_id: 1, threshold: 1, signers: vec![signer] }),
        outgoing: Vec::new(),
        current_epoch: 1,
    };
    handle.ecash().refresh_generations().await.unwrap();
    println!("{}", handle.url());
    std::io::stdout().flush().unwrap();
    // Until the parent ends.
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await.unwrap().unwrap();
    handle.stop().await;
}
