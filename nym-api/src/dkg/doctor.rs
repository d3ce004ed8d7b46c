//! What to check before a ceremony, so that nobody finds out in the middle of one: clock, balance, membership, versions,
//! and whether others can reach this signer.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cosmwasm_std::Decimal;
use cw_utils::{Duration as VotingPeriod, ThresholdResponse};
use cw4::{Cw4QueryMsg, MemberResponse};
use ed25519_dalek::VerifyingKey;
use nym_api_requests::issued::SignerStatusBody;
use nym_api_requests::signed::SignedMessage;
use nym_dkg_contract::constants::CONTRACT_VERSION;
use nym_dkg_contract::msg::QueryMsg;
use nym_dkg_contract::types::Epoch;
use nym_multisig_contract::msg::QueryMsg as MultisigQuery;
use nym_multisig_contract::state::Config as MultisigConfig;
use nyxd_client::QueryClient;
use serde::{Deserialize, Serialize};
use url::Url;

use super::contracts::{Contracts, NyxdContracts, ask};
use super::reader::Reader;

/// Clocks that differ by more make deadlines and spend dates wrong.
const CLOCK_TOLERANCE: u64 = 30;
/// A block this old means that the chain stands still.
const STALLED: u64 = 5 * 60;
/// How long the own nym-api may take to answer.
const REACH_DEADLINE: Duration = Duration::from_secs(10);
/// Bytes of its answer that are read.
const MOST_ANSWER: usize = 64 * 1024;

/// Name and version of a contract.
#[derive(Deserialize)]
struct ContractVersion {
    contract: String,
    version: String,
}

/// Whose setup is checked.
#[derive(Clone, Debug)]
pub struct Checkup {
    /// Address of the DKG contract.
    pub dkg_contract: String,
    /// The signer's account.
    pub account: String,
    /// The key that its nym-api signs with.
    pub identity: VerifyingKey,
    /// Where it says that it is reached.
    pub announce_address: Option<Url>,
    /// What its account should hold at least, in base units.
    pub minimum_balance: u128,
    /// Whether the chain's time is the only time: then clocks are not compared.
    pub chain_time: bool,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// How it went.
    pub result: CheckResult,
    /// What was found, and what to do about it.
    pub detail: String,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// All is well.
    Good,
    /// A ceremony may work all the same.
    Doubtful,
    /// A ceremony will not work for this signer.
    Bad,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.result {
            CheckResult::Good => "ok",
            CheckResult::Doubtful => "warning",
            CheckResult::Bad => "FAILED",
        };
        write!(f, "{mark:<8} {:<12} {}", self.name, self.detail)
    }
}

fn good(name: &'static str, detail: impl Into<String>) -> Check {
    Check { name, result: CheckResult::Good, detail: detail.into() }
}

fn doubtful(name: &'static str, detail: impl Into<String>) -> Check {
    Check { name, result: CheckResult::Doubtful, detail: detail.into() }
}

fn bad(name: &'static str, detail: impl Into<String>) -> Check {
    Check { name, result: CheckResult::Bad, detail: detail.into() }
}

/// Runs all checks; each answers for itself, whatever becomes of the others.
pub async fn check_up(queries: &QueryClient, http: &reqwest::Client, checkup: &Checkup) -> Vec<Check> {
    let mut checks = check_chain(&NyxdContracts::reading(queries.clone()), checkup).await;
    checks.push(check_balance(queries, checkup).await);
    checks.push(check_address(http, checkup).await);
    checks
}

/// The checks that need only the contracts: clock, versions, membership, voting.
pub async fn check_chain(contracts: &impl Contracts, checkup: &Checkup) -> Vec<Check> {
    let mut checks = vec![check_clock(contracts, checkup.chain_time).await];
    checks.extend(check_contracts(contracts, checkup).await);
    checks
}

async fn check_clock(contracts: &impl Contracts, chain_time: bool) -> Check {
    let name = "clock";
    let block = match contracts.block().await {
        Ok(block) => block,
        Err(error) => return bad(name, error.to_string()),
    };
    if chain_time {
        return good(name, format!("block {}, whose time is the only time here", block.height));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (behind, ahead) = (now.saturating_sub(block.time), block.time.saturating_sub(now));
    if ahead > CLOCK_TOLERANCE {
        bad(name, format!("this machine is {ahead} s behind block {}: set up time synchronisation", block.height))
    } else if behind > STALLED {
        let advice = "the chain stands still, its node lags, or this machine's clock is ahead";
        bad(name, format!("block {} is {behind} s old: {advice}", block.height))
    } else if behind > CLOCK_TOLERANCE {
        doubtful(name, format!("block {} is {behind} s old: check the node and this machine's clock", block.height))
    } else {
        good(name, format!("within {behind} s of block {}", block.height))
    }
}

async fn check_balance(queries: &QueryClient, checkup: &Checkup) -> Check {
    let name = "balance";
    let account = match queries.address(&checkup.account) {
        Ok(account) => account,
        Err(error) => return bad(name, error.to_string()),
    };
    match queries.balance(&account, queries.mix_denom()).await {
        Ok(coin) if coin.amount.u128() >= checkup.minimum_balance => good(name, coin.to_string()),
        Ok(coin) => {
            let wanted = checkup.minimum_balance;
            bad(name, format!("{account} holds {coin} and should hold {wanted}{}: fund it", coin.denom))
        }
        Err(error) => bad(name, error.to_string()),
    }
}

async fn check_contracts(contracts: &impl Contracts, checkup: &Checkup) -> Vec<Check> {
    let mut reader = Reader::new(&checkup.dkg_contract);
    let (group, multisig) = match reader.settings(contracts).await {
        Ok(settings) => (settings.group_addr.addr().to_string(), settings.multisig_addr.to_string()),
        Err(error) => return vec![bad("contracts", format!("{error}; check the address of the DKG contract"))],
    };
    vec![
        check_version(contracts, &checkup.dkg_contract).await,
        check_membership(contracts, &group, &checkup.account).await,
        check_voting(contracts, &multisig, &checkup.dkg_contract).await,
    ]
}

async fn check_version(contracts: &impl Contracts, dkg: &str) -> Check {
    let name = "versions";
    match ask::<ContractVersion>(contracts, dkg, &QueryMsg::GetCW2ContractVersion {}).await {
        Ok(version) if release(&version.version) == release(CONTRACT_VERSION) => {
            good(name, format!("{} {}, as this nym-api knows it", version.contract, version.version))
        }
        Ok(version) => {
            let found = format!("{} {}", version.contract, version.version);
            doubtful(name, format!("{found}, this nym-api knows {CONTRACT_VERSION}: update the older of the two"))
        }
        Err(error) => bad(name, error.to_string()),
    }
}

/// The part of a version within which interfaces stay.
fn release(version: &str) -> Vec<&str> {
    let parts: Vec<&str> = version.split('.').collect();
    let kept = if parts.first() == Some(&"0") { 2 } else { 1 };
    parts.into_iter().take(kept).collect()
}

async fn check_membership(contracts: &impl Contracts, group: &str, account: &str) -> Check {
    let name = "membership";
    let question = Cw4QueryMsg::Member { addr: account.to_owned(), at_height: None };
    match ask::<MemberResponse>(contracts, group, &question).await {
        Ok(MemberResponse { weight: Some(weight) }) if weight > 0 => {
            good(name, format!("{account} votes with weight {weight}"))
        }
        Ok(_) => bad(name, format!("{account} is no voting member of group {group}: its admin must add it")),
        Err(error) => bad(name, error.to_string()),
    }
}

async fn check_voting(contracts: &impl Contracts, multisig: &str, dkg: &str) -> Check {
    let name = "voting";
    let threshold = ask::<ThresholdResponse>(contracts, multisig, &MultisigQuery::Threshold {}).await;
    let config = ask::<MultisigConfig>(contracts, multisig, &MultisigQuery::Config {}).await;
    let epoch = ask::<Epoch>(contracts, dkg, &QueryMsg::GetCurrentEpochState {}).await;
    let (threshold, config, epoch) = match (threshold, config, epoch) {
        (Ok(threshold), Ok(config), Ok(epoch)) => (threshold, config, epoch),
        (Err(error), _, _) | (_, Err(error), _) | (_, _, Err(error)) => return bad(name, error.to_string()),
    };
    if config.coconut_dkg_addr.as_str() != dkg {
        let trusted = &config.coconut_dkg_addr;
        return bad(name, format!("the multisig trusts {trusted} as DKG contract and not {dkg}: migrate it"));
    }
    let times = epoch.time_configuration;
    let needed =
        times.verification_key_submission_time_secs.saturating_add(times.verification_key_validation_time_secs);
    match config.max_voting_period {
        VotingPeriod::Time(period) if period < needed => {
            return doubtful(
                name,
                format!("proposals end after {period} s, votes may be due {needed} s after a share is published"),
            );
        }
        VotingPeriod::Height(_) => {
            return bad(name, "the voting period is counted in blocks: key shares cannot be proposed");
        }
        VotingPeriod::Time(_) => {}
    }
    match threshold {
        ThresholdResponse::AbsolutePercentage { percentage, total_weight } if percentage <= Decimal::one() => {
            good(name, format!("{percentage} of weight {total_weight} decides"))
        }
        other => doubtful(name, format!("gateways need a threshold by percentage, this one is {other:?}")),
    }
}

/// Asks this signer's own nym-api under the address that others will use.
async fn check_address(http: &reqwest::Client, checkup: &Checkup) -> Check {
    let name = "address";
    let Some(address) = &checkup.announce_address else {
        return bad(name, "no announce address is set: others cannot reach this signer");
    };
    let url = format!("{}/v1/ecash/signer-status", address.as_str().trim_end_matches('/'));
    let body = match tokio::time::timeout(REACH_DEADLINE, fetch(http, &url)).await {
        Err(_) => return bad(name, format!("{url} does not answer within {} s", REACH_DEADLINE.as_secs())),
        Ok(Err(reason)) => {
            return bad(name, format!("{url} does not answer ({reason}): start nym-api, open its port, check the URL"));
        }
        Ok(Ok(body)) => body,
    };
    // Whoever answers there must sign as this signer does.
    match SignedMessage::<SignerStatusBody>::read_verified(&body, &checkup.identity) {
        Ok(status) if status.body.signer_disabled => doubtful(name, format!("{address} is this signer, switched off")),
        Ok(_) => good(name, format!("{address} is this signer")),
        Err(reason) => bad(name, format!("what answers at {url} is not this signer ({reason}): check the URL")),
    }
}

async fn fetch(http: &reqwest::Client, url: &str) -> Result<Vec<u8>, String> {
    let mut answer =
        http.get(url).send().await.and_then(|answer| answer.error_for_status()).map_err(|e| e.to_string())?;
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|error| error.to_string())? {
        body.extend_from_slice(&part);
        if body.len() > MOST_ANSWER {
            return Err(format!("more than {MOST_ANSWER} bytes"));
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use ed25519_dalek::SigningKey;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Answers every request with this body.
    async fn server(status: &'static str, body: String) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/api/", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let read = stream.read(&mut request).await.unwrap();
                assert!(String::from_utf8_lossy(&request[..read]).contains("/api/v1/ecash/signer-status"));
                let answer =
                    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
                // Whoever has read enough hangs up.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        url
    }

    fn checkup(announce_address: Option<Url>) -> Checkup {
        Checkup {
            dkg_contract: "n1dkg".into(),
            account: "n1me".into(),
            identity: SigningKey::from_bytes(&[1; 32]).verifying_key(),
            announce_address,
            minimum_balance: 1,
            chain_time: false,
        }
    }

    fn status_signed_by(key: [u8; 32]) -> String {
        let body = SignerStatusBody {
            current_time: "2026-11-24T12:00:00Z".into(),
            dkg_ecash_epoch_id: 0,
            signer_disabled: false,
            is_ecash_signer: false,
            has_signing_keys: false,
        };
        serde_json::to_string(&SignedMessage::sign(body, &SigningKey::from_bytes(&key))).unwrap()
    }

    #[tokio::test]
    async fn the_announced_address_must_be_this_signer() {
        let http = reqwest::Client::new();
        let here = server("200 OK", status_signed_by([1; 32])).await;
        assert_eq!(check_address(&http, &checkup(Some(here))).await.result, CheckResult::Good);

        let other = server("200 OK", status_signed_by([2; 32])).await;
        let check = check_address(&http, &checkup(Some(other))).await;
        assert!(check.result == CheckResult::Bad && check.detail.contains("not this signer"), "{check}");

        for (status, body) in [("500 Internal Server Error", "no"), ("200 OK", "<html>"), ("200 OK", "{}")] {
            let url = server(status, body.into()).await;
            assert_eq!(check_address(&http, &checkup(Some(url))).await.result, CheckResult::Bad);
        }
        let endless = server("200 OK", "x".repeat(1_000_000)).await;
        let check = check_address(&http, &checkup(Some(endless))).await;
        assert!(check.result == CheckResult::Bad && check.detail.contains("more than"), "{check}");

        let nobody = "http://127.0.0.1:1/".parse().unwrap();
        assert_eq!(check_address(&http, &checkup(Some(nobody))).await.result, CheckResult::Bad);
        assert_eq!(check_address(&http, &checkup(None)).await.result, CheckResult::Bad);
    }

    #[test]
    fn versions_agree_within_a_release() {
        assert_eq!(release("0.1.0"), release("0.1.9"));
        assert_ne!(release("0.1.0"), release("0.2.0"));
        assert_eq!(release("1.2.0"), release("1.3.1"));
        assert_ne!(release("1.2.0"), release("2.0.0"));
    }
}
