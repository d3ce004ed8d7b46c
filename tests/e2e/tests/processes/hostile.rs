//! Those who speak HTTP wrongly, slowly, or too much of it: others are served meanwhile, connections end at a deadline, and
//! the memory stays bounded. What a whole OpenAPI document's worth of odd requests does is tried by `scripts/hostile-http`.

use std::time::Duration;

use futures::future::join_all;
use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    accounts::Account,
    network::{Network, Setup},
    user::User,
};

/// The most memory of a signer, in KiB.
const MEMORY: u64 = 200 << 10;
/// More than all deadlines of a connection together.
const PATIENCE: Duration = Duration::from_secs(60);

const ROUTES: [&str; 5] = [
    "blind-sign",
    "verify-ecash-ticket",
    "batch-redeem-ecash-tickets",
    "issued-ticketbooks-data",
    "issued-ticketbooks-challenge-commitment",
];

#[tokio::test(flavor = "multi_thread")]
async fn garbage_floods_and_slow_requests_stop_nobody_and_fill_no_memory() {
    let payer = Account::of("payer");
    let setup = Setup { signers: 1, funded: vec![payer.clone()], ..Setup::default() };
    let mut network = Network::with_keys(setup).await;
    let port = network.signers[0].port;
    let user = User::new(&network, &payer, "user").await;

    garbage(port).await;
    too_much(&network).await;
    let slow = slow_requests(port).await;
    // While they hang about, others buy and spend.
    user.buy().await.unwrap();
    for _ in 0..3 {
        assert_eq!(network.accepts(&user.pay(&network).await, "n1provider").await, 1);
    }
    let ended = join_all(slow.into_iter().map(ends)).await;
    assert!(ended.iter().all(|ended| *ended), "{} connections live on", ended.iter().filter(|ended| !**ended).count());

    assert_eq!(network.accepts(&user.pay(&network).await, "n1provider").await, 1);
    let peak = network.signer(1).program().peak_memory();
    assert!(peak < MEMORY, "{peak} KiB were held at once");
    network.nobody_panicked();
}

/// Bytes that are no HTTP, and HTTP that is cut off or contradicts itself.
async fn garbage(port: u16) {
    let mut rng = StdRng::seed_from_u64(7);
    let mut attacks: Vec<Vec<u8>> = (0..60)
        .map(|_| {
            let mut bytes = vec![0; rng.gen_range(1..20_000)];
            rng.fill_bytes(&mut bytes);
            bytes
        })
        .collect();
    let post = |head: &str, body: &str| {
        format!("POST /v1/ecash/blind-sign HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{head}\r\n{body}")
            .into_bytes()
    };
    attacks.extend([
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n\0\0\0\0".to_vec(),
        b"GET /v1/ecash/../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(200_000)).into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(200_000)).into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(5_000)).into_bytes(),
        post("content-length: 5\r\ncontent-length: 7\r\n", "12345"),
        post("content-length: -1\r\n", ""),
        post("content-length: 99999999999999999999\r\n", "{"),
        post("transfer-encoding: chunked\r\n", "ffffffffffffffff\r\n{"),
        post("transfer-encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
        post("expect: 100-continue\r\ncontent-length: 2\r\n", "{}"),
        post("content-length: 40000\r\n", &"[".repeat(40_000)),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
    ]);
    for attack in attacks {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        // It may hang up before it has taken all of it.
        let _ = timeout(PATIENCE, stream.write_all(&attack)).await.unwrap();
        let _ = stream.shutdown().await;
        assert!(ends(stream).await);
    }
}

/// Bodies beyond every limit, announced and not, many at a time.
async fn too_much(network: &Network) {
    let http = reqwest::Client::new();
    let base = network.signers[0].url();
    let requests = (0..60).map(|number| {
        let url = base.join("v1/ecash/").unwrap().join(ROUTES[number % ROUTES.len()]).unwrap();
        http.post(url).header("content-type", "application/json").body(vec![b' '; 3 << 20]).send()
    });
    // Whoever goes on sending may find the connection closed instead of the answer.
    for response in join_all(requests).await.into_iter().flatten() {
        assert!(matches!(response.status().as_u16(), 413 | 503), "{}", response.status());
    }
    let chunked = format!("{:x}\r\n{}\r\n", 60_000, " ".repeat(60_000));
    for route in ROUTES {
        let mut stream = TcpStream::connect(("127.0.0.1", network.signers[0].port)).await.unwrap();
        let head = format!(
            "POST /v1/ecash/{route} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..40 {
            if stream.write_all(chunked.as_bytes()).await.is_err() {
                break;
            }
        }
        assert!(ends(stream).await);
    }
}

/// Many connections that never finish what they begin: nothing, half a header, half a body.
async fn slow_requests(port: u16) -> Vec<TcpStream> {
    let half_a_body = "POST /v1/ecash/blind-sign HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                       content-length: 5000\r\n\r\n{\"inner_sign_request\":";
    let beginnings = ["", "GET /v1/ecash/spent-tickets HTTP/1.1\r\nhost: x\r\nx-slow: ", half_a_body];
    let mut streams = Vec::new();
    for number in 0..most_files().saturating_sub(300).min(1_650) {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        // Two of three send half a body: those would take the turns of requests that are whole.
        let beginning = beginnings[[2, 2, number % 2][number % 3]];
        stream.write_all(beginning.as_bytes()).await.unwrap();
        streams.push(stream);
    }
    streams
}

/// Files that this process may open.
fn most_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Whether the other side ends the connection.
async fn ends(mut stream: TcpStream) -> bool {
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.is_ok()
}
