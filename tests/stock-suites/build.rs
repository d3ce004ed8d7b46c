//! Takes the test suites of the published contracts out of their sources, which Cargo has
//! fetched as dependencies of ours, so that no copy of them stands here.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use cosmwasm_std::testing::MockApi;

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let sources = sources()?;

    let group = fs::read_to_string(source(&sources, "cw4-group")?.join("src/tests.rs"))?;
    fs::write(out.join("cw4_group.rs"), self_contained(&group))?;

    let multisig = fs::read_to_string(source(&sources, "cw3-flex-multisig")?.join("src/contract.rs"))?;
    let (_, suite) = multisig.split_once("mod tests {").ok_or("cw3-flex-multisig has no tests")?;
    let (suite, _) = suite.rsplit_once('}').ok_or("cw3-flex-multisig's tests do not end")?;
    fs::write(out.join("cw3_flex_multisig.rs"), self_contained(suite))?;

    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=../../Cargo.lock");
    Ok(())
}

/// Names and source folders of all packages that the lock file holds.
fn sources() -> Result<serde_json::Value, Box<dyn Error>> {
    let answer = Command::new(env::var("CARGO")?).args(["metadata", "--format-version=1"]).output()?;
    if !answer.status.success() {
        return Err(String::from_utf8_lossy(&answer.stderr).into());
    }
    Ok(serde_json::from_slice(&answer.stdout)?)
}

fn source(metadata: &serde_json::Value, name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let manifest = packages
        .iter()
        .find(|package| package["name"] == name && package["version"] == "2.0.0")
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or_else(|| format!("{name} 2.0.0 is not among the dependencies"))?;
    Ok(Path::new(manifest).parent().ok_or("a manifest lies in a folder")?.to_owned())
}

/// The suites write addresses with a macro that was never published; it makes the address that
/// cosmwasm-std's mock makes of a name.
fn self_contained(suite: &str) -> String {
    let mut pieces = suite.split("addr!(\"");
    let mut text = pieces.next().unwrap_or_default().replace("use easy_addr::addr;", "");
    for piece in pieces {
        match piece.split_once("\")") {
            Some((name, rest)) => {
                text.push_str(&format!("\"{}\"", MockApi::default().addr_make(name)));
                text.push_str(&rest.replace("use easy_addr::addr;", ""));
            }
            None => text.push_str(piece),
        }
    }
    text
}
