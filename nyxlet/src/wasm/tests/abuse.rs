//! What a hostile contract must not achieve. The names in the comments are the public CosmWasm advisories.

use super::chain::Chain;
use crate::error::ExecError;
use crate::gas::GasError;

fn out_of_gas(error: &ExecError) -> &str {
    match error {
        ExecError::Gas(GasError::OutOfGas { descriptor }) => descriptor,
        other => panic!("expected to run out of gas: {other}"),
    }
}

#[test]
fn endless_loops_end_with_the_gas() {
    let (mut chain, contract) = Chain::with_puppet();
    chain.gas_limit = 500_000;
    let delivered = chain.execute(&contract, b"1");
    assert_eq!(out_of_gas(&delivered.result.unwrap_err()), "Wasm engine function execution");
    assert_eq!(delivered.gas_used, 500_000);
    chain.gas_limit = 50_000;
    let delivered = chain.execute(&contract, b"1");
    assert_eq!(out_of_gas(&delivered.result.unwrap_err()), "Loading CosmWasm module: execute");
}

#[test]
fn endless_queries_end_with_their_own_limit() {
    let (chain, contract) = Chain::with_puppet();
    let error = chain.smart(&contract, b"1").unwrap_err();
    assert_eq!((error.codespace.as_ref(), error.code), ("sdk", 11));
    assert_eq!(
        error.log,
        "out of gas in location: Wasm engine function execution; gasWanted: 3000000, gasUsed: 3000000: out of gas"
    );
}

#[test]
fn queries_cannot_write() {
    let (chain, contract) = Chain::with_puppet();
    let error = chain.smart(&contract, b"5").unwrap_err();
    assert_eq!(error.code, 29);
    assert!(error.log.contains("Must not call a writing storage function in this context."), "{}", error.log);
    assert!(chain.raw(&contract, b"k").is_empty());
}

/// CWA-2023-004, CWA-2024-005: deep recursion in the guest must neither kill the process nor escape metering.
#[test]
fn a_guest_that_overflows_its_stack_fails_alone() {
    let (mut chain, contract) = Chain::with_puppet();
    chain.gas_limit = 100_000_000;
    let delivered = chain.execute(&contract, b"2");
    assert!(delivered.gas_used > 60_000);
    let error = delivered.error();
    assert_eq!((error.codespace.as_ref(), error.code), ("wasm", 29));
    assert!(chain.execute(&contract, b"{\"ok\":{}}").result.is_ok(), "the chain goes on");
}

/// A contract may use 32 MiB.
#[test]
fn memory_has_a_limit() {
    let (chain, contract) = Chain::with_puppet();
    let error = chain.execute(&contract, b"3").error();
    assert_eq!(error.code, 29);
    assert!(error.log.contains("unreachable"), "the last request is refused, then it traps: {}", error.log);
}

/// CWA-2024-002 and later: calls through replies are bounded however they are nested.
#[test]
fn endless_replies_end_with_the_call_depth() {
    let (mut chain, contract) = Chain::with_puppet();
    chain.gas_limit = 1_000_000_000;
    let again =
        r#"{"ok":{"messages":[{"id":1,"msg":{"bank":{"send":{"to_address":"x","amount":[]}}},"reply_on":"always"}]}}"#;
    assert!(chain.execute(&contract, format!("[{again}]").as_bytes()).result.is_ok());
    let error = chain.execute(&contract, again.as_bytes()).error();
    assert_eq!((error.codespace.as_ref(), error.code), ("wasm", 30));
    assert!(error.log.ends_with("reply: dispatch: max call depth exceeded"), "{}", error.log);
    assert_eq!(error.log.matches("reply: ").count(), 100);
}

/// Nested calls: each level is a call of the chain on itself, on the host's stack.
#[test]
fn nested_calls_end_with_the_call_depth() {
    use base64::Engine as _;
    let (mut chain, contract) = Chain::with_puppet();
    chain.gas_limit = 1_000_000_000;
    let call = |msg: &str| {
        let msg = base64::engine::general_purpose::STANDARD.encode(msg);
        format!(
            r#"{{"ok":{{"messages":[{{"id":1,"msg":{{"wasm":{{"execute":{{"contract_addr":"{contract}","msg":"{msg}"}}}}}},"reply_on":"never"}}]}}}}"#
        )
    };
    // Base64 inside base64 grows by a third each level: this is as deep as one message carries.
    let mut msg = r#"{"ok":{}}"#.to_owned();
    for _ in 0..20 {
        msg = call(&msg);
    }
    assert!(chain.execute(&contract, msg.as_bytes()).result.is_ok());
}

/// CWA-2025 (sub-context gas): what a limited submessage used before another failure is charged to the sender.
#[test]
fn a_submessage_that_fails_costs_what_it_used() {
    use base64::Engine as _;
    let (chain, contract) = Chain::with_puppet();
    let with = |msg: &str| {
        let msg = base64::engine::general_purpose::STANDARD.encode(msg);
        let answer = format!(
            r#"{{"ok":{{"messages":[{{"id":1,"msg":{{"wasm":{{"execute":{{"contract_addr":"{contract}","msg":"{msg}"}}}}}},"gas_limit":500000,"reply_on":"error"}}]}}}}"#
        );
        let delivered = chain.execute(&contract, answer.as_bytes());
        assert!(delivered.result.is_ok());
        delivered.gas_used
    };
    let trap = with("4");
    let endless = with("1");
    assert!(endless > trap && endless - trap > 400_000, "{endless} {trap}");
    assert!(trap > 60_000);
}

#[test]
fn iterators_are_bounded_and_paid_for() {
    let (mut chain, contract) = Chain::with_puppet();
    assert!(chain.execute(&contract, b"5").result.is_ok());
    let walked = chain.execute(&contract, b"6");
    assert!(walked.result.is_ok());
    chain.gas_limit = 20_000_000;
    let delivered = chain.execute(&contract, b"8");
    match delivered.result {
        Err(ExecError::Sdk(error)) => {
            assert_eq!(error.code, 29);
            assert!(error.log.contains("reached iterator limit (32768)"), "{}", error.log);
        }
        Err(error) => assert_eq!(out_of_gas(&error), "wasm contract"),
        Ok(_) => panic!("iterators without end"),
    }
}

/// The payload of a submessage is the chain's to keep: 128 KiB at most.
#[test]
fn oversized_payloads_are_refused() {
    use base64::Engine as _;
    let (mut chain, contract) = Chain::with_puppet();
    chain.gas_limit = 1_000_000_000;
    let payload = base64::engine::general_purpose::STANDARD.encode(vec![0; 128 * 1024 + 1]);
    let answer = format!(
        r#"{{"ok":{{"messages":[{{"id":1,"msg":{{"bank":{{"send":{{"to_address":"x","amount":[]}}}}}},"payload":"{payload}","reply_on":"never"}}]}}}}"#
    );
    let error = chain.execute(&contract, answer.as_bytes()).error();
    assert_eq!(
        error.log,
        "reply contains submessage at index 0 with payload larger than 131072 bytes: 131073 bytes: wasmvm error"
    );
}

#[test]
fn several_threads_ask_at_once() {
    let (chain, contract) = Chain::with_puppet();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(chain.smart(&contract, b"2").unwrap(), b"123");
                }
            });
        }
    });
}
