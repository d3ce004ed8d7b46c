//! The deployment material says nothing that is not so: metrics, denominations, prefix.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

use std::{collections::BTreeSet, fs, path::Path};

use nym_api::metrics::Metrics;
use nym_network::Network;
use serde_json::Value;

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(file: &str) -> Value {
    serde_json::from_str(&read(file)).unwrap()
}

/// Every name of the signer's metrics in a text.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    text.split(|character| !is_part(character))
        .filter(|word| word.starts_with("nym_api_"))
        .map(ToOwned::to_owned)
        .collect()
}

/// What a signer serves once each of its counters has counted something.
fn exported() -> BTreeSet<String> {
    let metrics = Metrics::new();
    metrics.issued.with_label_values(&["1"]).inc();
    metrics.tickets.with_label_values(&["accepted"]).inc();
    metrics.proposals.with_label_values(&["blacklist"]).inc();
    metrics.votes.with_label_values(&["yes"]).inc();
    metrics.requests.with_label_values(&["/", "200"]).observe(0.1);
    metrics_in(&metrics.render())
}

#[test]
fn every_metric_of_dashboard_and_alerts_is_one_that_a_signer_exports() {
    let exported = exported();
    for file in ["grafana/quorum.json", "prometheus/nym-api.rules.yml"] {
        let used = metrics_in(&read(file));
        assert!(used.len() >= 4, "{file} uses {used:?}");
        let unknown: Vec<_> = used.difference(&exported).collect();
        assert!(unknown.is_empty(), "{file} names {unknown:?}; a signer exports {exported:?}");
    }
}

#[test]
fn wallets_and_registries_are_told_what_the_network_is() {
    let network = Network::local("http://127.0.0.1:26657", "http://127.0.0.1:8000/").unwrap();
    let (chain, assets, keplr) =
        (json("registry/chain.json"), json("registry/assetlist.json"), json("registry/keplr.json"));
    let prefix = network.details.chain_details.bech32_account_prefix.as_str();
    assert_eq!(chain["bech32_prefix"], prefix);
    assert_eq!(keplr["bech32Config"]["bech32PrefixAccAddr"], prefix);
    assert_eq!(keplr["bech32Config"]["bech32PrefixValAddr"], format!("{prefix}valoper"));
    assert_eq!((&chain["chain_id"], &keplr["chainId"]), (&Value::from("nyx"), &Value::from("nyx")));
    assert_eq!(assets["chain_name"], chain["chain_name"]);
    let of_assets: Vec<_> = assets["assets"].as_array().unwrap().iter().map(|one| one["base"].clone()).collect();
    let of_keplr: Vec<_> =
        keplr["currencies"].as_array().unwrap().iter().map(|one| one["coinMinimalDenom"].clone()).collect();
    assert_eq!((&of_assets, &of_keplr), (&vec![Value::from("unym"), Value::from("unyx")], &of_assets));
    assert_eq!(chain["fees"]["fee_tokens"][0]["fixed_min_gas_price"], 0.025);
    assert_eq!(keplr["feeCurrencies"][0]["gasPriceStep"]["low"], 0.025);
}
