//! Every check of a transaction, reached from outside.

use cosmos_sdk_proto::{
    Any,
    cosmos::tx::v1beta1::{SimulateRequest, SimulateResponse},
};
use prost::Message;

use super::{
    Signer, TestChain, Tweak,
    signer::{FUNDS, coin},
};
use crate::tx::TxBody;

/// A chain, and the check of one send by Alice with a tweak.
fn check(tweak: Tweak) -> (u32, String, String) {
    let chain = TestChain::new();
    let tx = chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])], &tweak);
    let answer = chain.app.check_tx(&tx);
    (answer.code, answer.codespace, answer.log)
}

fn refused(tweak: Tweak, code: u32, log: &str) {
    assert_eq!(check(tweak), (code, "sdk".to_owned(), log.to_owned()));
}

#[test]
fn fees() {
    refused(
        Tweak { fee: vec![coin(4999, "unym")], ..Tweak::sequence(0) },
        13,
        "insufficient fees; got: 4999unym required: 5000unym: insufficient fee",
    );
    refused(
        Tweak { fee: vec![], ..Tweak::sequence(0) },
        13,
        "insufficient fees; got:  required: 5000unym: insufficient fee",
    );
    refused(
        Tweak { fee: vec![coin(5000, "unyx")], ..Tweak::sequence(0) },
        13,
        "insufficient fees; got: 5000unyx required: 5000unym: insufficient fee",
    );
    refused(
        Tweak { fee: vec![coin(2 * FUNDS, "unym")], ..Tweak::sequence(0) },
        5,
        &format!(
            "spendable balance {FUNDS}unym is smaller than {}unym: insufficient funds: insufficient funds",
            2 * FUNDS
        ),
    );
    refused(
        Tweak { fee: vec![coin(1, "unyx"), coin(5000, "unym")], ..Tweak::sequence(0) },
        13,
        "invalid fee amount: 1unyx,5000unym: insufficient fee",
    );
    refused(
        Tweak { gas: 0, ..Tweak::sequence(0) },
        11,
        "out of gas in location: ReadFlat; gasWanted: 0, gasUsed: 1000: out of gas",
    );
    refused(
        Tweak { gas: u64::MAX, ..Tweak::sequence(0) },
        18,
        "invalid gas supplied; 18446744073709551615 > 9223372036854775807: invalid request",
    );
}

#[test]
fn sequence_and_signature() {
    refused(Tweak::sequence(3), 32, "account sequence mismatch, expected 0, got 3: incorrect account sequence");
    let unauthorized = |chain_id: &str, reason: &str| {
        format!(
            "signature verification failed; please verify account number (0) and chain-id ({chain_id}): ({reason}): unauthorized"
        )
    };
    let wrong = unauthorized("nyx", "unable to verify single signer signature");
    refused(Tweak { chain_id: "other".into(), ..Tweak::sequence(0) }, 4, &wrong);
    refused(Tweak { break_signature: true, ..Tweak::sequence(0) }, 4, &wrong);
    refused(
        Tweak { mode: 2, ..Tweak::sequence(0) },
        4,
        &unauthorized("nyx", "unsupported sign mode SIGN_MODE_TEXTUAL"),
    );
    refused(Tweak { with_key: false, ..Tweak::sequence(0) }, 8, "unrecognized public key type: <nil>: invalid pubkey");
}

#[test]
fn memo_and_timeouts() {
    let body = |body| Tweak { body, ..Tweak::sequence(0) };
    refused(
        body(TxBody { memo: "m".repeat(257), ..TxBody::default() }),
        12,
        "maximum number of characters is 256 but received 257 characters: memo too large",
    );
    assert_eq!(check(body(TxBody { memo: "m".repeat(256), ..TxBody::default() })).0, 0);
    refused(
        body(TxBody { unordered: true, ..TxBody::default() }),
        37,
        "unordered transactions are not enabled: feature not supported",
    );

    let chain = TestChain::new();
    chain.block(&[]);
    chain.block(&[]);
    let late = body(TxBody { timeout_height: 1, ..TxBody::default() });
    let tx = chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])], &late);
    let answer = chain.app.check_tx(&tx);
    assert_eq!((answer.code, answer.log.as_str()), (30, "block height: 2, timeout height: 1: tx timeout height"));
}

#[test]
fn unknown_payers_and_foreign_keys() {
    let chain = TestChain::new();
    let stranger = Signer::new(7, 0);
    let tx = stranger.sign(vec![stranger.send(&chain.bob.address(), vec![coin(1, "unym")])], &Tweak::sequence(0));
    let answer = chain.app.check_tx(&tx);
    assert_eq!(answer.code, 9);
    assert!(answer.log.starts_with("fee payer address: ") && answer.log.ends_with(" does not exist: unknown address"));

    // Bob signs what only Alice may.
    let tx = chain.bob.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])], &Tweak::sequence(0));
    let answer = chain.app.check_tx(&tx);
    assert_eq!(answer.code, 8);
    assert_eq!(
        answer.log,
        format!("pubKey does not match signer address {} with signer index: 0: invalid pubkey", chain.alice.address())
    );

    let tweak = Tweak { granter: chain.bob.address(), ..Tweak::sequence(0) };
    let tx = chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])], &tweak);
    assert_eq!(chain.app.check_tx(&tx).code, 38);
}

#[test]
fn messages_that_nobody_knows_and_no_messages() {
    let chain = TestChain::new();
    let unknown = Any { type_url: "/nobody.v1.MsgKnows".into(), value: Vec::new() };
    let answer = chain.app.check_tx(&chain.alice.sign(vec![unknown], &Tweak::sequence(0)));
    assert_eq!(answer.code, 2);
    assert_eq!(answer.log, "unable to resolve type URL /nobody.v1.MsgKnows: tx parse error: tx parse error");
    let answer = chain.app.check_tx(&chain.alice.sign(vec![], &Tweak::sequence(0)));
    assert_eq!((answer.code, answer.log.as_str()), (18, "must contain at least one message: invalid request"));
}

#[test]
fn a_transaction_cannot_run_twice() {
    let chain = TestChain::new();
    let tx = chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])], &Tweak::sequence(0));
    assert_eq!(chain.app.check_tx(&tx).code, 0);
    assert_eq!(chain.app.check_tx(&tx).code, 32, "the check remembers what waits");
    let (results, ..) = chain.block(&[tx.clone(), tx.clone()]);
    assert_eq!((results[0].code, results[1].code), (0, 32));
    assert!(results[1].events.is_empty());
    assert_eq!(chain.app.check_tx(&tx).code, 32);
    assert_eq!(chain.app.recheck_tx(&tx).code, 32);
}

#[test]
fn failed_checks_leave_nothing_behind() {
    let chain = TestChain::new();
    let broken = Tweak { break_signature: true, ..Tweak::sequence(0) };
    let send = || vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])];
    let result = chain.deliver(chain.alice.sign(send(), &broken));
    assert_eq!((result.code, result.events.len()), (4, 0));
    assert_eq!(chain.balance(&chain.alice.address(), "unym"), FUNDS);
    assert_eq!(chain.deliver(chain.alice.sign(send(), &Tweak::sequence(0))).code, 0);
}

#[test]
fn a_simulation_needs_no_signature_and_changes_nothing() {
    let chain = TestChain::new();
    let send = vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])];
    let tweak = Tweak { fee: vec![], gas: 0, break_signature: true, with_key: false, ..Tweak::sequence(0) };
    let request = SimulateRequest { tx_bytes: chain.alice.sign(send.clone(), &tweak), ..SimulateRequest::default() };
    let answer: SimulateResponse = chain.query("/cosmos.tx.v1beta1.Service/Simulate", &request);
    let gas = answer.gas_info.unwrap();
    assert_eq!(gas.gas_wanted, u64::MAX);
    assert!(gas.gas_used > 40_000);
    assert_eq!(chain.balance(&chain.bob.address(), "unym"), FUNDS);
    assert_eq!(chain.deliver(chain.alice.sign(send, &Tweak::sequence(0))).code, 0);

    let wrong =
        chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])], &Tweak::sequence(9));
    let request = SimulateRequest { tx_bytes: wrong, ..SimulateRequest::default() };
    let answer = chain.app.query("/cosmos.tx.v1beta1.Service/Simulate", &request.encode_to_vec());
    assert_eq!(answer.code, 6);
    assert!(
        answer.log.starts_with(
            "rpc error: code = Unknown desc = account sequence mismatch, expected 1, got 9: incorrect account sequence with gas used: '"
        ),
        "{}",
        answer.log
    );
}

#[test]
fn amino_signatures_cover_the_sequence() {
    let chain = TestChain::new();
    let send = || vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])];
    let amino = |sequence| Tweak { mode: 127, ..Tweak::sequence(sequence) };
    let broken = Tweak { break_signature: true, ..amino(0) };
    let answer = chain.app.check_tx(&chain.alice.sign(send(), &broken));
    assert_eq!(answer.code, 4);
    assert_eq!(
        answer.log,
        "signature verification failed; please verify account number (0), sequence (0) and chain-id (nyx): unauthorized"
    );
    let result = chain.deliver(chain.alice.sign(send(), &amino(0)));
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.balance(&chain.bob.address(), "unym"), FUNDS + 1);
}
