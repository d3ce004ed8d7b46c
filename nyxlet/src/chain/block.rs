//! Building blocks: headers whose every hash is what a CometBFT 0.38 node would compute.

use prost::Message as _;
use sha2::{Digest as _, Sha256};
use tendermint_proto::{
    google::protobuf::Timestamp,
    v0_38::{
        abci::ExecTxResult,
        types::{Block, BlockId, Commit, Data, EvidenceList, HashedParams, Header, PartSetHeader},
        version::Consensus,
    },
};

use super::{merkle, validator::Validator};
use crate::clock::Nanos;

/// The version of the block format.
pub const BLOCK_PROTOCOL: u64 = 11;
/// The largest block in bytes, as in the default consensus parameters.
pub const MAX_BLOCK_BYTES: i64 = 22_020_096;
/// Blocks have no gas limit.
pub const MAX_BLOCK_GAS: i64 = -1;
/// Blocks travel in parts of this many bytes.
const PART_SIZE: usize = 65_536;

/// A moment as protobuf has it.
pub fn timestamp(time: Nanos) -> Timestamp {
    Timestamp { seconds: time.seconds(), nanos: time.subsecond() }
}

/// A moment out of protobuf.
pub fn from_timestamp(time: Option<&Timestamp>) -> Nanos {
    time.map_or(Nanos(0), |time| {
        Nanos(time.seconds.saturating_mul(1_000_000_000).saturating_add(i64::from(time.nanos)))
    })
}

/// What a block's header takes from the block before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    /// Its height; before the first block the one below that block's, 0 as a rule.
    pub height: u64,
    /// Its id; empty before the first block.
    pub block_id: BlockId,
    /// The hash of the state after it.
    pub app_hash: Vec<u8>,
    /// The hash of its transactions' results.
    pub results_hash: Vec<u8>,
}

impl Parent {
    /// What stands before the first block, which has the height `initial_height`.
    pub fn genesis(initial_height: u64, app_hash: Vec<u8>) -> Self {
        let nothing = BlockId { hash: Vec::new(), part_set_header: Some(PartSetHeader::default()) };
        let height = initial_height.saturating_sub(1);
        Self { height, block_id: nothing, app_hash, results_hash: merkle::root::<&[u8]>(&[]).to_vec() }
    }
}

/// A block ready to be recorded.
pub struct Built {
    /// The block without its transactions.
    pub header: Header,
    /// Hash of the header and of the block's parts.
    pub block_id: BlockId,
    /// The commit of the parent.
    pub last_commit: Commit,
    /// The transactions, as they were given.
    pub txs: Vec<Vec<u8>>,
    /// The size of the whole block in bytes.
    pub size: u64,
}

/// Builds the block at `parent.height + 1`.
pub fn build(chain_id: &str, validator: &Validator, parent: &Parent, time: Nanos, txs: Vec<Vec<u8>>) -> Built {
    let height = parent.height + 1;
    // The time of a block is that of the votes for its parent (BFT time): the canonical commit says so.
    let last_commit = if parent.block_id.hash.is_empty() {
        Commit { block_id: Some(parent.block_id.clone()), ..Commit::default() }
    } else {
        validator.commit(chain_id, parent.height, &parent.block_id, time)
    };
    let header = Header {
        version: Some(Consensus { block: BLOCK_PROTOCOL, app: 0 }),
        chain_id: chain_id.to_owned(),
        height: i64::try_from(height).unwrap_or(i64::MAX),
        time: Some(timestamp(time)),
        last_block_id: Some(parent.block_id.clone()),
        last_commit_hash: commit_hash(&last_commit).to_vec(),
        data_hash: data_hash(&txs).to_vec(),
        validators_hash: validator.set_hash().to_vec(),
        next_validators_hash: validator.set_hash().to_vec(),
        consensus_hash: consensus_hash().to_vec(),
        app_hash: parent.app_hash.clone(),
        last_results_hash: parent.results_hash.clone(),
        evidence_hash: merkle::root::<&[u8]>(&[]).to_vec(),
        proposer_address: validator.address().to_vec(),
    };
    let block = Block {
        header: Some(header.clone()),
        data: Some(Data { txs }),
        evidence: Some(EvidenceList::default()),
        last_commit: Some(last_commit.clone()),
    };
    let bytes = block.encode_to_vec();
    let parts: Vec<&[u8]> = bytes.chunks(PART_SIZE).collect();
    let part_set_header =
        PartSetHeader { total: u32::try_from(parts.len()).unwrap_or(u32::MAX), hash: merkle::root(&parts).to_vec() };
    let block_id = BlockId { hash: header_hash(&header).to_vec(), part_set_header: Some(part_set_header) };
    let txs = block.data.map(|data| data.txs).unwrap_or_default();
    Built { header, block_id, last_commit, txs, size: bytes.len() as u64 }
}

/// The hash of a header: the root over its encoded fields.
pub fn header_hash(header: &Header) -> merkle::Hash {
    let bytes = |value: &Vec<u8>| value.encode_to_vec();
    merkle::root(&[
        header.version.unwrap_or_default().encode_to_vec(),
        header.chain_id.encode_to_vec(),
        header.height.encode_to_vec(),
        header.time.unwrap_or_default().encode_to_vec(),
        header.last_block_id.clone().unwrap_or_default().encode_to_vec(),
        bytes(&header.last_commit_hash),
        bytes(&header.data_hash),
        bytes(&header.validators_hash),
        bytes(&header.next_validators_hash),
        bytes(&header.consensus_hash),
        bytes(&header.app_hash),
        bytes(&header.last_results_hash),
        bytes(&header.evidence_hash),
        bytes(&header.proposer_address),
    ])
}

/// The hash of the transactions of a block: the root over their hashes.
pub fn data_hash(txs: &[Vec<u8>]) -> merkle::Hash {
    merkle::root(&tx_hashes(txs))
}

/// The hashes of transactions.
pub fn tx_hashes<T: AsRef<[u8]>>(txs: &[T]) -> Vec<merkle::Hash> {
    txs.iter().map(|tx| Sha256::digest(tx.as_ref()).into()).collect()
}

/// The hash of the results of a block's transactions: only code, data and gas count.
pub fn results_hash<'a>(results: impl IntoIterator<Item = &'a ExecTxResult>) -> merkle::Hash {
    let leaves: Vec<Vec<u8>> = results
        .into_iter()
        .map(|result| {
            ExecTxResult {
                code: result.code,
                data: result.data.clone(),
                gas_wanted: result.gas_wanted,
                gas_used: result.gas_used,
                ..ExecTxResult::default()
            }
            .encode_to_vec()
        })
        .collect();
    merkle::root(&leaves)
}

fn commit_hash(commit: &Commit) -> merkle::Hash {
    let signatures: Vec<Vec<u8>> = commit.signatures.iter().map(prost::Message::encode_to_vec).collect();
    merkle::root(&signatures)
}

fn consensus_hash() -> merkle::Hash {
    let params = HashedParams { block_max_bytes: MAX_BLOCK_BYTES, block_max_gas: MAX_BLOCK_GAS };
    Sha256::digest(params.encode_to_vec()).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tendermint_proto::v0_38::types::SignedHeader;

    use super::*;

    #[test]
    fn header_hashes_are_those_of_the_reference_implementation() {
        let validator = Validator::derived("nyx");
        let first = build("nyx", &validator, &Parent::genesis(1, vec![7; 32]), Nanos(1_000), vec![vec![1], vec![2, 3]]);
        let parent = Parent {
            height: 1,
            block_id: first.block_id.clone(),
            app_hash: vec![8; 32],
            results_hash: results_hash(&[ExecTxResult { gas_used: 5, ..ExecTxResult::default() }]).to_vec(),
        };
        let second = build("nyx", &validator, &parent, Nanos(2_000), Vec::new());
        for built in [&first, &second] {
            let header = tendermint::block::Header::try_from(built.header.clone()).unwrap();
            assert_eq!(header.hash().as_bytes(), built.block_id.hash);
        }
        let commit = validator.commit("nyx", 1, &first.block_id, Nanos(1_500));
        let signed = SignedHeader { header: Some(first.header), commit: Some(commit) };
        tendermint::block::signed_header::SignedHeader::try_from(signed).unwrap();
    }
}
