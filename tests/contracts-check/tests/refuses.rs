//! What a chain would refuse must not pass.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::{fs, process::Command};

fn passes(bytes: &[u8]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contract.wasm");
    fs::write(&file, bytes).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_contracts-check"))
        .args(["--exports", "instantiate,execute,query,migrate"])
        .arg(&file)
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn garbage_and_modules_that_are_no_contracts_are_refused() {
    assert!(!passes(b"garbage"));
    // An empty module: valid wasm, nothing of a contract in it.
    assert!(!passes(b"\0asm\x01\0\0\0"));
}
