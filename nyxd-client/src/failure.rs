//! Failures that the chain itself reports: code, codespace, log, and what a person can do about them.

use std::fmt;

use tendermint::Hash;

/// Where on its way something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A query.
    Query,
    /// The dry run that measures gas; nothing was sent and nothing was paid.
    Simulation,
    /// The check on entry to a node; the transaction is in no block and nothing was paid.
    Check,
    /// Execution in a block; the fee is paid.
    Delivery,
}

/// What the chain says about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFailure {
    /// Where it failed.
    pub stage: Stage,
    /// What failed: a query's path, or the kinds of messages.
    pub what: String,
    /// The module's number for the failure; meaningful only together with the codespace.
    pub code: u32,
    /// The module that failed.
    pub codespace: String,
    /// The module's words. Not stable between versions: for people, not for programs.
    pub log: String,
    /// The transaction, where there is one.
    pub hash: Option<Hash>,
    /// The block, where there is one.
    pub height: Option<u64>,
    /// Gas used and asked for, where it was counted.
    pub gas: Option<(u64, u64)>,
}

impl std::error::Error for ChainFailure {}

impl fmt::Display for ChainFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Query => "query",
            Stage::Simulation => "simulation",
            Stage::Check => "check",
            Stage::Delivery => "execution",
        };
        write!(f, "{stage} of {} failed with code {} ({}): {}", self.what, self.code, self.codespace, self.log.trim())?;
        if let Some(hash) = self.hash {
            write!(f, " [transaction {hash}")?;
            if let Some(height) = self.height {
                write!(f, " in block {height}")?;
            }
            write!(f, "]")?;
        }
        write!(f, "; {}", self.advice())
    }
}

impl ChainFailure {
    /// What to do about it, as the second half of a sentence.
    pub fn advice(&self) -> &'static str {
        if self.is_sequence_mismatch() {
            return "another program uses the same account: send again";
        }
        match (self.codespace.as_str(), self.code) {
            ("sdk", 4) => "use an account that has the right, and check the chain id and the mnemonic",
            ("sdk", 5) => "the account holds too little for the amount and the fee: fund it, or send less",
            ("sdk", 7) => "check the addresses in the message",
            ("sdk", 9) => "the account does not exist yet: send it some coins first",
            ("sdk", 10) => "check amounts and denoms",
            ("sdk", 11) => "raise the gas margin, or give the gas limit by hand",
            ("sdk", 12) => "shorten the memo",
            ("sdk", 13) => "raise the gas price to the node's minimum",
            ("sdk", 19) => "the same transaction is already on its way: wait for it",
            ("sdk", 20) => "the node's queue is full: wait a few blocks and send again",
            ("sdk", 21) => "the transaction is too large: split it",
            ("sdk", 22 | 38) | ("wasm", 8 | 22 | 28) => "check that the address, id or key exists on this network",
            ("sdk", 30) => "its timeout height has passed: send it again",
            ("wasm", 5) if self.stage == Stage::Delivery => {
                "the contract refused it, and the fee is paid: its own words say why"
            }
            ("wasm", 5) => "the contract refused it: its own words say why",
            ("wasm", 3 | 29) => "check that the code is a contract with the entry points that are called",
            _ if self.stage == Stage::Delivery => {
                "it has no effect but its fee is paid: correct the cause before sending again"
            }
            _ if self.stage == Stage::Query => "check the query and that the network is the right one",
            _ => "nothing was paid: correct the cause and send again",
        }
    }

    /// Whether the transaction was signed with another sequence than the chain expected.
    pub fn is_sequence_mismatch(&self) -> bool {
        // A dry run reports every failure under one code, so there only the words tell.
        (self.codespace == "sdk" && self.code == 32)
            || (self.stage == Stage::Simulation && self.log.contains("account sequence mismatch"))
    }

    /// Whether the chain says that the thing asked for is not there.
    pub fn is_not_found(&self) -> bool {
        matches!((self.codespace.as_str(), self.code), ("sdk", 22 | 38) | ("wasm", 8 | 22 | 28))
            // A gRPC query that the node passes on has one code for every failure of a module: only the words tell.
            || (self.stage == Stage::Query && self.log.contains("no such contract"))
    }

    /// The sequence that the node expected, as its words have it. Only a hint: where it is wrong or missing, the
    /// account is asked for.
    pub(crate) fn expected_sequence(&self) -> Option<u64> {
        let (_, rest) = self.log.split_once("account sequence mismatch, expected ")?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..digits].parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{ChainFailure, Stage};

    fn failure(stage: Stage, codespace: &str, code: u32, log: &str) -> ChainFailure {
        ChainFailure {
            stage,
            what: "MsgSend".into(),
            code,
            codespace: codespace.into(),
            log: log.into(),
            hash: None,
            height: None,
            gas: None,
        }
    }

    #[test]
    fn a_mismatch_is_told_by_its_code_and_in_dry_runs_by_its_words() {
        let log = "account sequence mismatch, expected 12, got 7: incorrect account sequence";
        let checked = failure(Stage::Check, "sdk", 32, log);
        assert!(checked.is_sequence_mismatch());
        assert_eq!(checked.expected_sequence(), Some(12));
        let simulated = failure(Stage::Simulation, "sdk", 18, &format!("rpc error: {log} With gas wanted"));
        assert!(simulated.is_sequence_mismatch());
        assert_eq!(simulated.expected_sequence(), Some(12));
        assert!(!failure(Stage::Check, "sdk", 18, log).is_sequence_mismatch());
        assert!(!failure(Stage::Check, "wasm", 32, "x").is_sequence_mismatch());
        assert_eq!(failure(Stage::Check, "sdk", 32, "some other words").expected_sequence(), None);
    }

    #[test]
    fn messages_carry_code_codespace_log_and_advice() {
        let text = failure(Stage::Check, "sdk", 13, "insufficient fees; got: 1unym").to_string();
        assert_eq!(
            text,
            "check of MsgSend failed with code 13 (sdk): insufficient fees; got: 1unym; raise the gas price to the node's minimum"
        );
        let paid = failure(Stage::Delivery, "wasm", 5, "x").to_string();
        assert!(paid.contains("the fee is paid"), "{paid}");
    }
}
