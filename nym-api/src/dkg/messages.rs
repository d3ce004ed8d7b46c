//! Messages to the contracts, and as many of them in one transaction as fit.

use std::collections::BTreeMap;

use nym_contracts_common::ContractSafeBytes;
use nym_dkg_contract::constants::MAX_CHUNK_SIZE;
use nym_dkg_contract::msg::ExecuteMsg;
use nym_dkg_contract::types::{DealingChunkInfo, PartialContractDealing};

use super::CeremonyError;
use super::contracts::Execution;
use super::facts::Dealings;

/// Bytes of a chunk.
const CHUNK_SIZE: usize = 2048;
const _: () = assert!(CHUNK_SIZE as u64 == MAX_CHUNK_SIZE, "chunks are as large as the contract takes them");

/// Bytes of messages in one transaction: an eighth of what a node takes by default, and three of them hold the dealings
/// of a quorum of sixteen.
const MOST_BYTES: usize = 128 * 1024;
/// What a message takes in a transaction beside its JSON: sender, contract and lengths.
const OVERHEAD: usize = 200;
/// Messages in one transaction.
const MOST_MESSAGES: usize = 100;

/// A part of one's dealings that is not on chain yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The lengths of a dealing's chunks.
    Metadata {
        /// Which dealing.
        dealing: u32,
    },
    /// A chunk.
    Chunk {
        /// Which dealing.
        dealing: u32,
        /// Which chunk of it.
        chunk: u16,
    },
}

impl Piece {
    /// What is missing on chain of dealings of these lengths, in the order in which the contract takes it.
    pub fn missing(lengths: &[usize], there: &Dealings) -> Vec<Self> {
        let mut missing = Vec::new();
        for (dealing, length) in (0u32..).zip(lengths) {
            let chunks = 0..u16::try_from(length.div_ceil(CHUNK_SIZE)).unwrap_or(u16::MAX);
            match there.announced.get(&dealing) {
                None => {
                    missing.push(Self::Metadata { dealing });
                    missing.extend(chunks.map(|chunk| Self::Chunk { dealing, chunk }));
                }
                Some(known) => missing.extend(
                    chunks.filter(|chunk| known.get(chunk) != Some(&true)).map(|chunk| Self::Chunk { dealing, chunk }),
                ),
            }
        }
        missing
    }

    /// Its message; `None` for a piece of a dealing that is not among these.
    pub(super) fn message(self, dealings: &[Vec<u8>], resharing: bool) -> Option<ExecuteMsg> {
        let (Self::Metadata { dealing } | Self::Chunk { dealing, .. }) = self;
        let bytes = dealings.get(usize::try_from(dealing).ok()?)?;
        let mut chunks = bytes.chunks(CHUNK_SIZE);
        Some(match self {
            Self::Metadata { .. } => ExecuteMsg::CommitDealingsMetadata {
                dealing_index: dealing,
                chunks: chunks.map(|chunk| DealingChunkInfo { size: chunk.len() as u64 }).collect(),
                resharing,
            },
            Self::Chunk { chunk, .. } => ExecuteMsg::CommitDealingsChunk {
                chunk: PartialContractDealing {
                    dealing_index: dealing,
                    chunk_index: chunk,
                    data: ContractSafeBytes(chunks.nth(usize::from(chunk))?.to_vec()),
                },
            },
        })
    }
}

/// How much goes into one transaction. Halves when the chain refuses a transaction of several messages, so that in the
/// end a bad one stands alone; recovers when one is taken.
#[derive(Clone, Copy, Debug)]
pub struct Batches {
    halvings: u32,
}

impl Batches {
    /// Full ones.
    pub fn new() -> Self {
        Self { halvings: 0 }
    }

    /// The messages from the front that fit, at least one if there is any.
    pub fn first(
        &self,
        messages: impl Iterator<Item = Result<Execution, CeremonyError>>,
    ) -> Result<Vec<Execution>, CeremonyError> {
        let (most_bytes, most) = (MOST_BYTES >> self.halvings, (MOST_MESSAGES >> self.halvings).max(1));
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for message in messages {
            let message = message?;
            bytes += message.message.len() + OVERHEAD;
            if !batch.is_empty() && (bytes > most_bytes || batch.len() >= most) {
                break;
            }
            batch.push(message);
        }
        Ok(batch)
    }

    /// A transaction of this many messages was refused. True if smaller ones may do better.
    pub fn refused(&mut self, messages: usize) -> bool {
        if messages <= 1 {
            return false;
        }
        while (MOST_MESSAGES >> self.halvings).max(1) >= messages {
            self.halvings += 1;
        }
        true
    }

    /// A transaction was taken.
    pub fn taken(&mut self) {
        self.halvings = self.halvings.saturating_sub(1);
    }
}

impl Default for Batches {
    fn default() -> Self {
        Self::new()
    }
}

/// Votes as messages to the multisig, by ascending proposal.
pub(super) fn votes(
    ballots: &BTreeMap<u64, bool>,
) -> impl Iterator<Item = nym_multisig_contract::msg::ExecuteMsg> + '_ {
    ballots.iter().map(|(proposal_id, yes)| nym_multisig_contract::msg::ExecuteMsg::Vote {
        proposal_id: *proposal_id,
        vote: if *yes { cw3::Vote::Yes } else { cw3::Vote::No },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;

    fn dealings() -> Vec<Vec<u8>> {
        (0..5u8).map(|fill| vec![fill; 10_000 + usize::from(fill)]).collect()
    }

    fn lengths() -> Vec<usize> {
        dealings().iter().map(Vec::len).collect()
    }

    #[test]
    fn a_quorum_of_four_deals_in_one_transaction() {
        let messages = Piece::missing(&lengths(), &Dealings::default());
        assert_eq!(messages.len(), 5 + 5 * 5);
        let all = messages.iter().map(|piece| Execution::new("n1dkg", &piece.message(&dealings(), false).unwrap()));
        assert_eq!(Batches::new().first(all).unwrap().len(), 30);
    }

    #[test]
    fn only_what_is_missing_is_sent_again() {
        let mut there = Dealings::default();
        there.announced.insert(0, (0..5).map(|chunk| (chunk, true)).collect());
        there.announced.insert(1, (0..5).map(|chunk| (chunk, chunk != 3)).collect());
        let missing = Piece::missing(&lengths()[..3], &there);
        assert_eq!(missing[0], Piece::Chunk { dealing: 1, chunk: 3 });
        assert_eq!(missing[1], Piece::Metadata { dealing: 2 });
        assert_eq!(missing.len(), 1 + 6);
    }

    #[test]
    fn chunks_are_the_dealing() {
        let dealings = dealings();
        let mut rebuilt = Vec::new();
        for piece in Piece::missing(&lengths(), &Dealings::default()) {
            if let Some(ExecuteMsg::CommitDealingsChunk { chunk }) = piece.message(&dealings, false) {
                assert!(chunk.data.as_slice().len() <= 2048);
                if chunk.dealing_index == 4 {
                    rebuilt.extend(chunk.data.0);
                }
            }
        }
        assert_eq!(rebuilt, dealings[4]);
        assert_eq!(Piece::Chunk { dealing: 9, chunk: 0 }.message(&dealings, false), None);
        assert_eq!(Piece::Chunk { dealing: 0, chunk: 99 }.message(&dealings, false), None);
    }

    #[test]
    fn refused_transactions_shrink_to_single_messages_and_recover() {
        let messages = || (0..64u32).map(|number| Execution::new("n1", &number));
        let mut batches = Batches::new();
        let mut sizes = Vec::new();
        loop {
            let batch = batches.first(messages()).unwrap().len();
            sizes.push(batch);
            if !batches.refused(batch) {
                break;
            }
        }
        assert_eq!(sizes, [64, 50, 25, 12, 6, 3, 1]);
        for _ in 0..8 {
            batches.taken();
        }
        assert_eq!(batches.first(messages()).unwrap().len(), 64);
    }

    #[test]
    fn long_messages_are_spread_over_transactions() {
        let long = "x".repeat(60_000);
        let batch = Batches::new().first((0..4).map(|_| Execution::new("n1", &long))).unwrap();
        assert_eq!(batch.len(), 2);
        let huge = "x".repeat(600_000);
        assert_eq!(Batches::new().first(std::iter::once(Execution::new("n1", &huge))).unwrap().len(), 1);
    }
}
