//! What the check refuses, by its program.
#![allow(clippy::unwrap_used, missing_docs, reason = "a failed unwrap is a failed test")]

use std::process::Command;

/// A contract as small as a chain takes it, with `more` beside what every contract has.
fn contract(more: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (func (export "interface_version_8"))
            (func (export "allocate") (param i32) (result i32) i32.const 0)
            (func (export "deallocate") (param i32))
            {more})"#
    );
    wat::parse_str(text).unwrap()
}

/// The exit code and what was written of a check of `wasm`.
fn checked(wasm: &[u8]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contract.wasm");
    std::fs::write(&file, wasm).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_contracts-check"))
        .args(["--exports", "instantiate,query"])
        .arg(&file)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn contracts_with_their_entry_points_pass() {
    let both = r#"(func (export "instantiate") (param i32 i32 i32) (result i32) i32.const 0)
        (func (export "query") (param i32 i32) (result i32) i32.const 0)"#;
    assert_eq!(checked(&contract(both)), (Some(0), String::new()));
}

#[test]
fn contracts_without_entry_points_are_refused_though_a_chain_takes_them() {
    let (code, said) = checked(&contract(""));
    assert_eq!(code, Some(1));
    assert!(said.contains("does not export instantiate, query"), "{said}");
}

#[test]
fn what_a_chain_refuses_is_refused() {
    for (wasm, says) in [
        (b"no wasm".to_vec(), "a chain would refuse it"),
        (contract(r#"(func (export "requires_moon"))"#), "unavailable capabilities"),
    ] {
        let (code, said) = checked(&wasm);
        assert_eq!(code, Some(1));
        assert!(said.contains(says), "{said}");
    }
}
