//! The shapes of a CometBFT 0.38 node's answers, member by member.

mod abci;
mod block;
mod node;
mod tx;

pub(super) use abci::{AbciEvent, ExecResult, InfoResponse, QueryResponse, TerseExecResult};
pub(super) use block::{
    BlockAnswer, BlockIdJson, BlockJson, BlockMetaJson, BlockResults, CommitJson, FinalizeBlock, HeaderJson,
    finalize_block,
};
pub(super) use node::{Status, ValidatorJson};
pub(super) use tx::{BroadcastCommit, BroadcastTx, ProofJson, TxAnswer};
