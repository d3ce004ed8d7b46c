//! Whatever a client sends, the chain answers as a node does and goes on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use nyxlet::{Config, Handle, Nyxlet, NyxletError, RpcLimits};
use serde_json::{Value, json};
use support::{broadcast, call, call_raw, commit, exchange, get, post, split, transfer};

fn start() -> Handle {
    Nyxlet::start(Config::default()).unwrap()
}

fn error_of(body: &str) -> (i64, String) {
    let answer: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let error = &answer["error"];
    (error["code"].as_i64().unwrap(), error["data"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn bodies_that_are_no_requests() {
    let chain = start();
    for body in
        ["{", "[", "nonsense", "7", "[1,2]", "{\"method\":7}", "\u{1}\u{2}", "{\"id\":{},\"method\":\"status\"}"]
    {
        let (status, answer) = post(chain.address(), "/", body);
        let (code, data) = error_of(&answer);
        assert_eq!((status, code), (500, -32700), "{body}: {answer}");
        assert!(data.starts_with("error unmarshaling request: "), "{answer}");
    }
    // Not even text.
    let mut request = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\n".to_vec();
    request.extend_from_slice(&[0xff, 0xfe, 0x00, 0x80]);
    let (status, answer) = split(&exchange(chain.address(), &request));
    assert_eq!((status, error_of(&answer).0), (500, -32700));
    commit(chain.address(), &transfer("nyx", 0, 1, 1, 0));
}

#[test]
fn requests_that_name_what_is_not_there() {
    let chain = start();
    let address = chain.address();
    assert_eq!(
        call_raw(address, "no_such_method", json!({}))["error"],
        json!({ "code": -32601, "message": "Method not found" })
    );
    assert_eq!(call_raw(address, "subscribe", json!({ "query": "a=1" }))["error"]["code"], -32601);
    assert_eq!(get(address, "/no_such_path").0, 404);
    assert_eq!(get(address, "/subscribe?query=1").0, 404);
    assert_eq!(post(address, "/some/path", "{}").0, 404);
    let page = get(address, "/");
    assert!(page.0 == 200 && page.1.contains("Available endpoints"), "{page:?}");
    // A notification gets no answer.
    assert_eq!(post(address, "/", r#"{"jsonrpc":"2.0","method":"status"}"#), (200, String::new()));
}

#[test]
fn parameters_that_do_not_fit() {
    let chain = start();
    let address = chain.address();
    for (method, params, code, text) in [
        ("block", json!({ "height": 5 }), -32602, "invalid 64-bit integer encoding \"5\", expected string"),
        ("block", json!({ "height": "x" }), -32602, "error converting json params to arguments"),
        ("block", json!([1, 2]), -32602, "expected 1 parameters ([height]), got 2"),
        ("block", json!(5), -32602, "unknown type for JSON params"),
        ("block", json!({ "height": "0" }), -32603, "height must be greater than 0, but got 0"),
        (
            "block",
            json!({ "height": "99" }),
            -32603,
            "height 99 must be less than or equal to the current blockchain height 1",
        ),
        ("tx", json!({ "hash": "!!" }), -32602, "illegal base64"),
        ("tx", json!({}), -32603, "transaction hash cannot be empty"),
        ("tx", json!({ "hash": "AQI=" }), -32603, "tx (0102) not found"),
        ("abci_query", json!({ "data": "zz" }), -32602, "encoding/hex"),
        ("tx_search", json!({ "query": "x" }), -32603, "EOF"),
        ("tx_search", json!({ "query": "a.b='c'", "order_by": "up" }), -32603, "expected order_by to be either"),
        (
            "tx_search",
            json!({ "query": "a.b='c'", "page": "2" }),
            -32603,
            "page should be within [1, 1] range, given 2",
        ),
        ("block_search", json!({ "query": "a".repeat(600) }), -32603, "maximum query length exceeded"),
        ("genesis_chunked", json!({ "chunk": "5" }), -32603, "there are 0 chunks, 5 is invalid"),
        ("blockchain", json!({ "minHeight": "9" }), -32603, "min height 9 can't be greater than max height 1"),
    ] {
        let answer = call_raw(address, method, params);
        assert_eq!(answer["error"]["code"], code, "{method}: {answer}");
        assert!(answer["error"]["data"].as_str().unwrap().contains(text), "{method}: {answer}");
    }
    let (status, body) = get(address, "/block?height=abc");
    assert_eq!((status, error_of(&body).0), (500, -32602));
    let (status, body) = get(address, "/tx?hash=ABCD");
    assert_eq!(status, 500);
    assert!(error_of(&body).1.contains("invalid character 'A' looking for beginning of value"), "{body}");
    let (status, body) = get(address, "/block?height=1");
    assert_eq!(status, 200);
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["id"], -1);
}

#[test]
fn transactions_that_are_none() {
    let chain = start();
    let address = chain.address();
    let good = transfer("nyx", 0, 1, 1, 0);
    let mut truncated = good.clone();
    truncated.truncate(good.len() / 2);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    for (tx, why) in [
        (vec![0xff; 50], "garbage"),
        (Vec::new(), "nothing"),
        (truncated, "truncated"),
        (forged, "wrong signature"),
        (transfer("other", 0, 1, 1, 0), "wrong chain id"),
        (transfer("nyx", 0, 1, 1, 5), "wrong sequence"),
    ] {
        let answer = broadcast(address, &tx);
        assert_ne!(answer["code"], 0, "{why}: {answer}");
        assert_eq!(answer["codespace"], "sdk", "{why}: {answer}");
        let answer = call(address, "broadcast_tx_commit", json!({ "tx": BASE64.encode(&tx) }));
        assert_ne!(answer["check_tx"]["code"], 0, "{why}: {answer}");
        assert_eq!(answer["height"], "0", "{why}: {answer}");
    }
    assert_eq!(chain.chain().tip().height(), 1, "nothing of it reached a block");
    commit(address, &good);
    let replayed = call_raw(address, "broadcast_tx_sync", json!({ "tx": BASE64.encode(&good) }));
    assert_eq!(replayed["error"]["data"], "tx already exists in cache");
    let large = call_raw(address, "broadcast_tx_sync", json!({ "tx": BASE64.encode(vec![0; 1_100_000]) }));
    assert_eq!(large["error"]["data"], "Tx too large. Max size is 1048576, but got 1100000");
}

#[test]
fn bodies_that_are_too_large() {
    let limits = RpcLimits { body_bytes: 10_000, batch: 3, ..RpcLimits::default() };
    let chain = Nyxlet::start(Config { limits, ..Config::default() }).unwrap();
    let address = chain.address();
    let told = post(address, "/", &"x".repeat(10_001));
    let untold = {
        let chunk = format!("{:x}\r\n{}\r\n", 9_000, "x".repeat(9_000));
        let head = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        split(&exchange(address, format!("{head}{chunk}{chunk}0\r\n\r\n").as_bytes()))
    };
    for (status, body) in [told, untold] {
        assert_eq!(status, 400, "{body}");
        assert_eq!(error_of(&body), (-32600, "error reading request body: http: request body too large".into()));
    }
    let four = "[".to_owned() + &[r#"{"jsonrpc":"2.0","id":1,"method":"health"}"#; 4].join(",") + "]";
    let (_, body) = post(address, "/", &four);
    assert_eq!(error_of(&body), (-32600, "batch request exceeds maximum (3) allowed number of requests".into()));
    let headers = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "y".repeat(200_000));
    let (status, _) = split(&exchange(address, headers.as_bytes()));
    assert!(status == 431 || status == 0, "{status}");
    call(address, "health", json!({}));
}

#[test]
fn json_that_is_too_deep() {
    let chain = start();
    let address = chain.address();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    post(address, "/", &deep);
    post(address, "/", &format!(r#"{{"id":1,"method":"status","params":{deep}}}"#));
    post(address, "/", &format!(r#"{{"id":1,"method":"status","params":{{"x":{deep}}}}}"#));
    post(address, "/", &format!(r#"{{"id":{deep},"method":"status"}}"#));
    call(address, "health", json!({}));
}

#[test]
fn a_batch_answers_each_request_in_order() {
    let chain = start();
    let requests = json!([
        { "jsonrpc": "2.0", "id": "a", "method": "health" },
        { "jsonrpc": "2.0", "method": "status" },
        { "jsonrpc": "2.0", "id": 2, "method": "nothing" },
        { "jsonrpc": "2.0", "id": 3, "method": "block", "params": ["1"] },
    ]);
    let (status, body) = post(chain.address(), "/", &requests.to_string());
    let answers: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200);
    let ids: Vec<&Value> = answers.as_array().unwrap().iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!("a"), &json!(2), &json!(3)]);
    assert_eq!(answers[1]["error"]["code"], -32601);
    assert_eq!(answers[2]["result"]["block"]["header"]["height"], "1");
}

#[test]
fn slow_clients_are_cut_off() {
    let limits = RpcLimits { client_seconds: 1, connections: 3, ..RpcLimits::default() };
    let chain = Nyxlet::start(Config { limits, ..Config::default() }).unwrap();
    let address = chain.address();
    let mut closed = 0;
    let slow: Vec<TcpStream> = ["", "POST / HTT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"]
        .into_iter()
        .map(|begin| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(begin.as_bytes()).unwrap();
            stream
        })
        .collect();
    for mut stream in slow {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut rest = Vec::new();
        closed += usize::from(stream.read_to_end(&mut rest).is_ok());
    }
    assert_eq!(closed, 3, "each was closed by the chain");
    // All places were taken: this one is served because they are free again.
    call(address, "health", json!({}));
}

#[test]
fn queries_of_the_past_and_of_nothing() {
    let chain = start();
    let address = chain.address();
    commit(address, &transfer("nyx", 0, 1, 1, 0));
    let query = |params: Value| call(address, "abci_query", params)["response"].clone();
    let path = "/cosmos.base.tendermint.v1beta1.Service/GetSyncing";
    for height in ["0", "2"] {
        let answer = query(json!({ "path": path, "data": "", "height": height }));
        assert_eq!((&answer["code"], &answer["height"]), (&json!(0), &json!("2")), "{answer}");
    }
    for (params, code, text) in [
        (json!({ "path": path, "height": "1" }), 18, "keeps the latest state only"),
        (json!({ "path": path, "height": "9" }), 26, "cannot query with height in the future"),
        (json!({ "path": path, "height": "-1" }), 18, "cannot query with height < 0"),
        (json!({ "path": "/store/bank/key", "prove": true }), 18, "no proofs"),
        (json!({ "path": "/no.such.Service/Method" }), 6, "unknown query path"),
        (json!({ "path": "/cosmos.tx.v1beta1.Service/GetTx", "data": "ffff" }), 18, "InvalidArgument"),
        (json!({ "path": "" }), 6, ""),
    ] {
        let answer = query(params);
        assert_eq!((&answer["code"], &answer["codespace"]), (&json!(code), &json!("sdk")), "{answer}");
        assert!(answer["log"].as_str().unwrap().contains(text), "{answer}");
    }
}

#[test]
fn every_origin_may_ask() {
    let chain = start();
    let preflight = "OPTIONS / HTTP/1.1\r\nHost: x\r\nOrigin: http://page\r\nAccess-Control-Request-Method: POST\r\n\
                     Access-Control-Request-Headers: content-type\r\nConnection: close\r\n\r\n";
    let answer = exchange(chain.address(), preflight.as_bytes()).to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: *"), "{answer}");
}

#[test]
fn settings_that_cannot_be() {
    let why = |config: Config| match Nyxlet::start(config) {
        Ok(_) => panic!("it started"),
        Err(error) => error,
    };
    let running = start();
    let busy = why(Config { rpc: running.address(), ..Config::default() });
    assert!(matches!(busy, NyxletError::Rpc(_)));
    assert!(busy.to_string().contains("is in use by another process"), "{busy}");
    assert!(matches!(why(Config { accounts: 0, ..Config::default() }), NyxletError::AccountCount(0)));
    assert!(matches!(why(Config { chain_id: String::new(), ..Config::default() }), NyxletError::ChainId(_)));
    assert!(matches!(why(Config { balance: u128::MAX, ..Config::default() }), NyxletError::Balance { .. }));
    assert!(matches!(why(Config { mnemonic: "no words".into(), ..Config::default() }), NyxletError::Mnemonic(_)));
}
