//! What the command line can say.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use clap::{Parser, ValueEnum};
use cosmwasm_std::Decimal;
use nym_contracts_common::Percent;
use url::Url;

/// A whole Nym network on this machine: a chain, its contracts, bonded nodes, turning epochs.
#[derive(Clone, Debug, Parser)]
#[command(name = "localnet", version, about)]
pub struct Options {
    /// How many nodes to bond: 9, or 240 with `--params mainnet`. At least 5.
    #[arg(long, value_name = "COUNT")]
    pub nodes: Option<u32>,

    /// Economic parameters and set sizes of the mixnet contract.
    #[arg(long, value_enum, default_value_t = Parameters::Local)]
    pub params: Parameters,

    /// Length of an epoch on the chain's clock, for instance 10s, 5m or 1h. 10s in real time; 1h with `--warp`.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub epoch: Option<Duration>,

    /// Jump the chain's clock to the end of each epoch instead of waiting for it.
    #[arg(long)]
    pub warp: bool,

    /// With `--warp`: the pause between two epochs.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "1s", requires = "warp")]
    pub pace: Duration,

    /// Do the whole walk once, print the summary, stop; exit status 0 only if every step held.
    #[arg(long)]
    pub once: bool,

    /// How many signers make up the quorum.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub signers: u16,

    /// Leave the quorum out: no signers, no ticketbooks.
    #[arg(long, conflicts_with = "signers")]
    pub no_quorum: bool,

    /// Port of the first signer's API; the others follow it. Port 0 picks free ones.
    #[arg(long, value_name = "PORT", default_value_t = 8000)]
    pub signer_port: u16,

    /// Run every signer as a `nym-api` process of its own, which can be stopped, killed and watched like on a machine of
    /// its own, instead of all in this process.
    #[arg(long, conflicts_with = "no_quorum")]
    pub processes: bool,

    /// The program that `--processes` starts [default: nym-api beside this program].
    #[arg(long, value_name = "FILE", requires = "processes")]
    pub nym_api: Option<PathBuf>,

    /// How long a phase of a key generation waits at most for signers that do not act; it ends as soon as all have.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, default_value = "5m")]
    pub phase: Duration,

    /// Let the signers take tickets without the coin-index proof, as clients up to 1.21 make them. Whoever holds one
    /// valid ticketbook can then make any number of tickets: for tests of such clients only.
    #[arg(long, conflicts_with = "no_quorum")]
    pub compat_payments_without_coin_index_proof: bool,

    /// Measured performance of single nodes, for instance 1=0.9,4=0 (node id = 0..1). There is no monitor yet.
    #[arg(long, value_name = "ID=VALUE", value_delimiter = ',')]
    pub performance: Vec<NodePerformance>,

    /// Performance of every node that `--performance` does not name.
    #[arg(long, value_name = "VALUE", default_value = "1")]
    pub default_performance: Performance,

    /// Seed of the role selection; a random one is chosen and printed when it is not given.
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// Address of the chain's RPC; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:26657")]
    pub rpc: SocketAddr,

    /// Run on the node with this RPC instead of an own chain, in its time: the first account of the mnemonic holds all
    /// of its unym. `scripts/localnet --chain nyxd` starts such a node, with four validators.
    #[arg(long, value_name = "URL", conflicts_with_all = ["warp", "rpc"])]
    pub node: Option<Url>,

    /// Keep the chain and all files here and go on where the last run stopped. Without it the chain lives in memory.
    #[arg(long, value_name = "DIR")]
    pub home: Option<PathBuf>,

    /// Forget what `--home` holds and start anew.
    #[arg(long, requires = "home")]
    pub reset: bool,

    /// Folder of the built contracts.
    #[arg(long, value_name = "DIR", default_value = "target/contracts")]
    pub contracts: PathBuf,

    /// Where to write the env file for nym-cli and other programs [default: localnet.env in the home, or in the folder for temporary files].
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,

    /// Write endpoints, addresses, mnemonics and every step as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Words from which the chain's and all other accounts are derived [default: the public test mnemonic of nyxlet].
    #[arg(long, env = "LOCALNET_MNEMONIC", hide_env_values = true, value_name = "WORDS")]
    pub mnemonic: Option<String>,

    /// unym sent to the mixnet contract to pay rewards from [default: the reward pool of the parameters].
    #[arg(long, value_name = "AMOUNT")]
    pub pool_funding: Option<u128>,
}

/// Sets of parameters for the mixnet contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Parameters {
    /// A pool of 250 million NYM, set sizes that fit the number of nodes.
    Local,
    /// The live network's parameters: pool, supply, saturation, a set of 80 entry, 100 exit and 60 mix nodes.
    Mainnet,
}

/// A node's measured performance, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Performance(pub Percent);

impl FromStr for Performance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str(text)
            .ok()
            .and_then(|value| Percent::new(value).ok())
            .map(Self)
            .ok_or_else(|| format!("'{text}' is no performance: write a number from 0 to 1, for instance 0.95"))
    }
}

/// `ID=VALUE` of `--performance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodePerformance {
    /// The node's id on the chain.
    pub node_id: u32,
    /// Its performance.
    pub performance: Performance,
}

impl FromStr for NodePerformance {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (id, value) =
            text.split_once('=').ok_or_else(|| format!("'{text}' is not of the form ID=VALUE, for instance 3=0.9"))?;
        Ok(Self {
            node_id: id.parse().map_err(|_| format!("'{id}' is no node id: ids are whole numbers from 1"))?,
            performance: value.parse()?,
        })
    }
}

impl Options {
    /// How many nodes are bonded.
    pub fn node_count(&self) -> u32 {
        self.nodes.unwrap_or(match self.params {
            Parameters::Local => 9,
            Parameters::Mainnet => 240,
        })
    }

    /// How many signers are started.
    pub fn signer_count(&self) -> u32 {
        if self.no_quorum { 0 } else { u32::from(self.signers) }
    }

    /// The epoch length on the chain's clock.
    pub fn epoch_length(&self) -> Duration {
        self.epoch.unwrap_or(if self.warps() { Duration::from_secs(3600) } else { Duration::from_secs(10) })
    }

    /// `--once` never waits for wall-clock time, so it warps too, unless the chain's clock is nobody's to move.
    pub fn warps(&self) -> bool {
        self.warp || self.once && self.node.is_none()
    }

    /// Performance by node id; the default goes for all others.
    pub fn performances(&self) -> (BTreeMap<u32, Percent>, Percent) {
        let named = self.performance.iter().map(|entry| (entry.node_id, entry.performance.0)).collect();
        (named, self.default_performance.0)
    }
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        other => return Err(format!("'{other}' is no unit of time: use s, m, h or d, for instance 10s")),
    };
    let seconds = digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(unit))
        .filter(|seconds| (1..=366 * 86_400).contains(seconds))
        .ok_or_else(|| format!("'{text}' is no duration between 1s and 366d"))?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_known_unit_and_a_sensible_size() {
        assert_eq!(parse_duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(parse_duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(parse_duration("2h"), Ok(Duration::from_secs(7200)));
        for wrong in ["", "s", "0s", "10x", "-1s", "99999999999999999999s", "1ü"] {
            assert!(parse_duration(wrong).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn performances_are_numbers_between_zero_and_one() {
        let entry: NodePerformance = "3=0.9".parse().expect("a good entry");
        assert_eq!(entry.node_id, 3);
        for wrong in ["3", "x=1", "3=1.1", "3=-1", "3=", "=1"] {
            assert!(wrong.parse::<NodePerformance>().is_err(), "{wrong} was taken");
        }
    }
}
