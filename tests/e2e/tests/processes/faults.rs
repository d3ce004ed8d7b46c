//! Signers that lie or say nothing, a chain that goes away, an account that somebody else uses, an old database, a full
//! disk: no deposit is lost, no ticket accepted twice, and the others go on.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Uri},
    response::Response,
};
use cosmwasm_std::Coin;
use nym_api_requests::{Consumed, ErrorCode, ecash::TicketRejection};
use nym_ecash::SecretKeyUser;
use nym_ticketbooks::{Recovered, TicketbookError};
use parking_lot::Mutex;
use rand::rngs::OsRng;
use tokio::net::TcpListener;
use url::Url;

use crate::{
    accounts::Account,
    network::{Network, Setup, eventually},
    user::{Request, User},
};

/// What stands where a signer is announced.
#[derive(Clone)]
enum Mode {
    /// Hands everything on to a signer. To another than the announced one, its answers are well-formed lies.
    To(Url),
    /// Answers something else.
    Garbage,
    /// Takes requests and never answers.
    Silent,
}

type Switch = Arc<Mutex<Mode>>;

async fn proxy() -> (Url, Switch) {
    let mode = Switch::new(Mutex::new(Mode::Silent));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let router = Router::new().fallback(answer).with_state(mode.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, mode)
}

async fn answer(State(mode): State<Switch>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mode = mode.lock().clone();
    let target = match mode {
        Mode::To(target) => target,
        Mode::Garbage => return Response::new(Body::from(vec![b'7'; 100_000])),
        Mode::Silent => std::future::pending().await,
    };
    let mut url = target;
    url.set_path(uri.path());
    url.set_query(uri.query());
    let mut request = reqwest::Client::new().request(method, url).body(body);
    if let Some(form) = headers.get("content-type") {
        request = request.header("content-type", form);
    }
    let answered = request.send().await.unwrap();
    let mut response = Response::builder().status(answered.status());
    for (name, value) in answered.headers() {
        if name != "transfer-encoding" {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answered.bytes().await.unwrap())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_lying_signers_nor_a_missing_chain_nor_an_old_database_nor_a_full_disk_cost_anything() {
    let payer = Account::of("payer");
    let (announced, mode) = proxy().await;
    let disk = SmallDisk::mount();
    let mut setup = Setup { signers: 4, funded: vec![payer.clone()], ..Setup::default() };
    setup.announced.insert(4, announced);
    if let Some(disk) = &disk {
        setup.homes.insert(3, disk.path.clone());
    }
    let mut network = Network::start(setup).await;
    *mode.lock() = Mode::To(network.signers[3].url());
    network.start_signers().await;
    network.chain.dkg_admin().initiate().await.unwrap();
    network.await_keys(0).await;

    lies_and_silence(&mut network, &payer, &mode).await;
    the_chain_goes_away(&mut network, &payer).await;
    somebody_else_uses_an_account(&mut network).await;
    an_old_database(&mut network, &payer).await;
    if let Some(disk) = &disk {
        a_full_disk(&mut network, &payer, disk).await;
    }
    network.nobody_panicked();
}

/// A signer whose answers are wrong, or none, costs nothing while enough others answer; when too few do, the purchase
/// waits until they do.
async fn lies_and_silence(network: &mut Network, payer: &Account, mode: &Switch) {
    let (own, other) = (network.signers[3].url(), network.signers[2].url());
    let mut user = User::new(network, payer, "lied to").await;
    user.buyer.deadlines.answer = Duration::from_secs(3);
    for lie in [Mode::To(other.clone()), Mode::Garbage, Mode::Silent] {
        *mode.lock() = lie;
        user.buy().await.unwrap();
        assert_eq!(network.accepts(&user.pay(network).await, "n1provider").await, 4);
    }

    *mode.lock() = Mode::To(other);
    network.signer(2).kill();
    let deposits = async |network: &Network| network.chain.ecash().latest_deposit().await.unwrap().unwrap().id;
    let before = deposits(network).await;
    let failed = user.buy().await.unwrap_err();
    let words = failed.to_string();
    assert!(matches!(failed, TicketbookError::NotEnoughShares { .. }), "{words}");
    let liar = network.signers[3].account.address.to_string();
    assert!(words.contains(&liar), "the liar is named: {words}");
    network.start_signers().await;
    network.signers[1].await_generation(0).await;
    let recovered = user.buyer.recover(&mut |_| {}).await.unwrap();
    assert!(matches!(recovered.as_slice(), [Recovered::Issued(_)]), "{recovered:?}");
    assert_eq!(deposits(network).await, before + 1, "nothing was paid twice");
    *mode.lock() = Mode::To(own);
}

/// While the chain is away, tickets are verified, and signers that restart serve at once; deposits stay good.
async fn the_chain_goes_away(network: &mut Network, payer: &Account) {
    let user = User::new(network, payer, "patient").await;
    user.buy().await.unwrap();
    let tickets = [user.pay(network).await, user.pay(network).await];
    let person = SecretKeyUser::random(&mut OsRng);
    let request = Request::paid(network, payer, &person).await;

    // It stands still: requests wait, and are answered when it goes on.
    network.chain.pause();
    let api = network.api(1);
    let (waiting, body) = (api.clone(), request.body.clone());
    let waiting = tokio::spawn(async move { waiting.blind_sign(&body).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    network.chain.resume();
    let signed = waiting.await.unwrap().unwrap();

    network.chain.kill();
    let refused = api.blind_sign(&request.again(&person).body).await.unwrap_err();
    let refused = refused.server().unwrap();
    assert_eq!((refused.code, refused.consumed), (Some(ErrorCode::ChainUnavailable), Some(Consumed::No)), "{refused}");
    assert_eq!(network.accepts(&tickets[0], "n1provider").await, 4);
    for index in 1..=4 {
        network.signer(index).kill();
    }
    network.start_signers().await;
    assert_eq!(network.accepts(&tickets[1], "n1provider").await, 4, "they serve before the chain answers");
    let replayed = network.present(&tickets[0], "n1provider").await;
    assert!(replayed.iter().all(|verdict| *verdict == Some(Err(TicketRejection::ReplayedTicket))), "{replayed:?}");
    network.chain.restart().await;
    // By the chain's clock, it was away for a minute.
    network.chain.warp(Duration::from_secs(60)).await;

    for index in 1..=4 {
        let answer = network.api(index).blind_sign(&request.body).await.unwrap();
        assert_eq!(answer == signed, index == 1, "the same request gets the same answer");
    }
    user.buy().await.unwrap();
}

/// Another program sends from a signer's account all the time, while the key is shared anew.
async fn somebody_else_uses_an_account(network: &mut Network) {
    let account = network.signers[0].account.clone();
    let (client, to) = (account.client(&network.chain.rpc()), account.address.clone());
    let sending = tokio::spawn(async move {
        let mut sent = 0_u32;
        loop {
            sent += u32::from(client.send(&to, vec![Coin::new(1_u128, "unym")], "meanwhile").await.is_ok());
            SENT.store(sent, std::sync::atomic::Ordering::Relaxed);
        }
    });
    network.chain.dkg_admin().trigger_resharing().await.unwrap();
    let generation = network.await_keys(1).await;
    sending.abort();
    let shares = network.shares(generation.epoch_id).await;
    assert_eq!(shares.iter().filter(|share| share.verified).count(), 4);
    let sent = SENT.load(std::sync::atomic::Ordering::Relaxed);
    assert!(sent > 5, "the other program sent {sent} transactions meanwhile");
}

static SENT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

/// A signer whose database is from before a purchase has forgotten the request and the ticket. It takes t signers to make
/// a ticketbook or to accept a ticket, and the others have not forgotten.
async fn an_old_database(network: &mut Network, payer: &Account) {
    let user = User::new(network, payer, "remembered").await;
    network.signer(1).stop();
    let (database, copy) = (network.signers[0].database(), network.path("old.sqlite"));
    std::fs::copy(&database, &copy).unwrap();
    network.start_signers().await;

    user.buy().await.unwrap();
    let ticket = user.pay(network).await;
    assert_eq!(network.accepts(&ticket, "n1first").await, 4);
    let person = SecretKeyUser::random(&mut OsRng);
    let first = Request::paid(network, payer, &person).await;
    for index in 1..=4 {
        network.api(index).blind_sign(&first.body).await.unwrap();
    }

    network.signer(1).stop();
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
    }
    std::fs::copy(&copy, &database).unwrap();
    network.start_signers().await;

    let threshold = network.chain.dkg().key_generations().await.unwrap().in_service.unwrap().threshold;
    let second = first.again(&person);
    let mut signed = 0;
    for index in 1..=4 {
        match network.api(index).blind_sign(&second.body).await {
            Ok(_) => signed += 1,
            Err(error) => {
                let refused = error.server().unwrap();
                assert_eq!((refused.code, refused.consumed), (Some(ErrorCode::DepositTaken), Some(Consumed::Yes)));
            }
        }
    }
    assert!(signed < threshold, "{signed} shares make no second ticketbook");
    let mut accepted = 0;
    for verdict in network.present(&ticket, "n1second").await {
        accepted += u64::from(verdict == Some(Ok(())));
    }
    assert!(accepted < threshold, "{accepted} acceptances do not make a ticket final again");
    // The first request is still answered by all that know it, which is enough to recover the ticketbook.
    let mut answered = 0;
    for index in 1..=4 {
        answered += u64::from(network.api(index).blind_sign(&first.body).await.is_ok());
    }
    assert!(answered >= threshold);
}

/// A signer whose disk is full says so, and that nothing is taken; the others go on, and so does it when there is space.
async fn a_full_disk(network: &mut Network, payer: &Account, disk: &SmallDisk) {
    let user = User::new(network, payer, "with space").await;
    user.buy().await.unwrap();
    let (ticket, later) = (user.pay(network).await, user.pay(network).await);
    let person = SecretKeyUser::random(&mut OsRng);
    let request = Request::paid(network, payer, &person).await;
    disk.fill();
    let api = network.api(3);
    let refused = api.blind_sign(&request.body).await.unwrap_err();
    let refused = refused.server().unwrap();
    assert_eq!((refused.status, refused.code), (500, Some(ErrorCode::StorageFailed)), "{refused}");
    assert!(matches!(refused.consumed, Some(Consumed::No | Consumed::Unknown)), "{refused}");
    assert_eq!(network.accepts(&ticket, "n1provider").await, 3, "three of four are enough");
    // A purchase needs three, and gets them.
    user.buy().await.unwrap();

    disk.free();
    let signed = api.blind_sign(&request.body).await.unwrap();
    assert_eq!(network.accepts(&later, "n1provider").await, 4);
    network.signer(3).kill_and_start();
    network.signers[2].await_http().await;
    assert_eq!(api.blind_sign(&request.body).await.unwrap(), signed, "what was answered is on the disk");
    eventually("a verdict about the ticket of then", async || {
        network.present(&ticket, "n1provider").await[2].is_some()
    })
    .await;
}

/// A file system of its own for one home.
struct SmallDisk {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts one, which not everybody may.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("disk");
        std::fs::create_dir(&path).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(&path).output();
        if mount.is_ok_and(|output| output.status.success()) {
            return Some(Self { _folder: folder, path });
        }
        assert!(std::env::var_os("CI").is_none(), "the test of a full disk must be allowed to mount one");
        eprintln!("SKIPPED: a full disk is not tried, as nothing may be mounted here");
        None
    }

    fn filler(&self) -> PathBuf {
        self.path.join("filler")
    }

    fn fill(&self) {
        let mut filler = std::fs::File::create(self.filler()).unwrap();
        for size in [1 << 20, 4096, 1] {
            while std::io::Write::write_all(&mut filler, &vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a signer may still have files open when a test has failed.
        let _ = Command::new("umount").arg("-l").arg(Path::new(&self.path)).status();
    }
}
