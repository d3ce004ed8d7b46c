//! What was done on nyxd, in the order in which it was done.

use crate::{
    answers::{Answer, Block},
    node::TxHash,
};

/// Something that a scenario did, and what nyxd answered.
#[derive(Clone, Debug)]
pub enum Step {
    /// A transaction that stands in a block, where its answer is.
    Tx(TxHash),
    /// A transaction that was refused on entry.
    Refused {
        /// The last height when it was offered.
        height: u64,
        /// Its bytes.
        tx: Vec<u8>,
        /// Why.
        answer: Answer,
    },
    /// A query.
    Query {
        /// The height of the state that it saw.
        height: u64,
        /// Path of the method.
        path: &'static str,
        /// The request, encoded.
        request: Vec<u8>,
        /// The answer.
        answer: Answer,
    },
}

/// A scenario as it went on nyxd.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its name.
    pub scenario: String,
    /// What it did.
    pub steps: Vec<Step>,
    /// Why it failed.
    pub failure: Option<String>,
}

/// Everything that a node did.
#[derive(Clone, Debug)]
pub struct Recording {
    /// All blocks from the first one on.
    pub blocks: Vec<Block>,
    /// The scenarios.
    pub scenarios: Vec<Recorded>,
}
