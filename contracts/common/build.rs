//! Passes what the compiler was called with into the build information of the contracts.

use std::process::Command;

fn main() {
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(compiler)
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        // "rustc 1.95.0 (59807616e 2026-04-14)": the second word is the version.
        .and_then(|text| text.split_whitespace().nth(1).map(str::to_owned))
        .unwrap_or_else(|| "UNKNOWN".to_owned());
    for (name, value) in [
        ("NYM_CONTRACTS_RUSTC_VERSION", version),
        ("NYM_CONTRACTS_CARGO_DEBUG", of_cargo("DEBUG")),
        ("NYM_CONTRACTS_CARGO_OPT_LEVEL", of_cargo("OPT_LEVEL")),
    ] {
        println!("cargo:rustc-env={name}={value}");
    }
    println!("cargo:rerun-if-changed=build.rs");
}

fn of_cargo(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| "UNKNOWN".to_owned())
}
