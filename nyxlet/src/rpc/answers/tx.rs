//! Answers about transactions.

use serde::Serialize;
use tendermint_proto::v0_38::abci::{ExecTxResult, TxResult};

use super::ExecResult;
use crate::{
    chain::{block::tx_hashes, merkle},
    rpc::json::{Base64, Text, UpperHex},
};

/// What `broadcast_tx_sync` and `broadcast_tx_async` answer.
#[derive(Serialize)]
pub(in crate::rpc) struct BroadcastTx<'a> {
    code: u32,
    data: UpperHex<'a>,
    log: &'a str,
    codespace: &'a str,
    hash: UpperHex<'a>,
}

impl<'a> BroadcastTx<'a> {
    pub(in crate::rpc) fn new(checked: &'a ExecTxResult, hash: &'a [u8]) -> Self {
        Self {
            code: checked.code,
            data: UpperHex(&checked.data),
            log: &checked.log,
            codespace: &checked.codespace,
            hash: UpperHex(hash),
        }
    }
}

/// What `broadcast_tx_commit` answers.
#[derive(Serialize)]
pub(in crate::rpc) struct BroadcastCommit<'a> {
    check_tx: ExecResult<'a>,
    tx_result: ExecResult<'a>,
    hash: UpperHex<'a>,
    height: Text<i64>,
}

impl<'a> BroadcastCommit<'a> {
    pub(in crate::rpc) fn new(
        checked: &'a ExecTxResult,
        result: &'a ExecTxResult,
        hash: &'a [u8],
        height: i64,
    ) -> Self {
        Self {
            check_tx: ExecResult(checked),
            tx_result: ExecResult(result),
            hash: UpperHex(hash),
            height: Text(height),
        }
    }
}

/// A transaction with its result and place.
#[derive(Serialize)]
pub(in crate::rpc) struct TxAnswer<'a> {
    hash: UpperHex<'a>,
    height: Text<i64>,
    index: u32,
    tx_result: ExecResult<'a>,
    tx: Base64<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<ProofJson<'a>>,
}

impl<'a> TxAnswer<'a> {
    pub(in crate::rpc) fn new(
        tx: &'a TxResult,
        result: &'a ExecTxResult,
        hash: &'a [u8],
        proof: Option<ProofJson<'a>>,
    ) -> Self {
        Self {
            hash: UpperHex(hash),
            height: Text(tx.height),
            index: tx.index,
            tx_result: ExecResult(result),
            tx: Base64(&tx.tx),
            proof,
        }
    }
}

/// The proof that a transaction belongs to the block with a data hash.
pub(in crate::rpc) struct ProofJson<'a> {
    root: merkle::Hash,
    data: &'a [u8],
    proof: merkle::Proof,
}

impl<'a> ProofJson<'a> {
    /// Proves `data` as the transaction at `index` of a block with these transactions.
    pub(in crate::rpc) fn new<T: AsRef<[u8]>>(txs: &[T], index: usize, data: &'a [u8]) -> Option<Self> {
        let hashes = tx_hashes(txs);
        Some(Self { root: merkle::root(&hashes), data, proof: merkle::prove(&hashes, index)? })
    }
}

#[derive(Serialize)]
struct ProofMembers<'a> {
    root_hash: UpperHex<'a>,
    data: Base64<'a>,
    proof: InnerProof<'a>,
}

#[derive(Serialize)]
struct InnerProof<'a> {
    total: Text<usize>,
    index: Text<usize>,
    leaf_hash: Base64<'a>,
    aunts: Vec<Base64<'a>>,
}

impl Serialize for ProofJson<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ProofMembers {
            root_hash: UpperHex(&self.root),
            data: Base64(self.data),
            proof: InnerProof {
                total: Text(self.proof.total),
                index: Text(self.proof.index),
                leaf_hash: Base64(&self.proof.leaf_hash),
                aunts: self.proof.aunts.iter().map(|aunt| Base64(aunt)).collect(),
            },
        }
        .serialize(serializer)
    }
}
