//! Answers about the node itself.

use std::net::SocketAddr;

use serde::Serialize;

use crate::{
    chain::{
        block::BLOCK_PROTOCOL,
        record::BlockRecord,
        validator::{VOTING_POWER, Validator},
    },
    rpc::json::{Base64, Text, UpperHex},
};

/// The version of CometBFT whose answers these are.
const COMET_VERSION: &str = "0.38.21";

/// What `status` answers.
#[derive(Serialize)]
pub(in crate::rpc) struct Status<'a> {
    node_info: NodeInfo<'a>,
    sync_info: SyncInfo<'a>,
    validator_info: ValidatorInfo<'a>,
}

#[derive(Serialize)]
struct NodeInfo<'a> {
    protocol_version: ProtocolVersion,
    id: String,
    listen_addr: &'static str,
    network: &'a str,
    version: &'static str,
    channels: &'static str,
    moniker: &'static str,
    other: Other,
}

#[derive(Serialize)]
struct ProtocolVersion {
    p2p: &'static str,
    block: Text<u64>,
    app: &'static str,
}

#[derive(Serialize)]
struct Other {
    tx_index: &'static str,
    rpc_address: String,
}

#[derive(Serialize)]
struct SyncInfo<'a> {
    latest_block_hash: UpperHex<'a>,
    latest_app_hash: UpperHex<'a>,
    latest_block_height: Text<u64>,
    latest_block_time: String,
    earliest_block_hash: UpperHex<'a>,
    earliest_app_hash: UpperHex<'a>,
    earliest_block_height: Text<u64>,
    earliest_block_time: String,
    catching_up: bool,
}

#[derive(Serialize)]
struct ValidatorInfo<'a> {
    address: UpperHex<'a>,
    pub_key: PubKey<'a>,
    voting_power: Text<i64>,
}

#[derive(Serialize)]
struct PubKey<'a> {
    r#type: &'static str,
    value: Base64<'a>,
}

/// The validator's address and key, in the form that answers borrow from.
pub(in crate::rpc) struct ValidatorJson {
    address: [u8; 20],
    key: [u8; 32],
}

impl ValidatorJson {
    pub(in crate::rpc) fn new(validator: &Validator) -> Self {
        Self { address: validator.address(), key: validator.public_key() }
    }

    fn pub_key(&self) -> PubKey<'_> {
        PubKey { r#type: "tendermint/PubKeyEd25519", value: Base64(&self.key) }
    }
}

impl Serialize for ValidatorJson {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Members<'a> {
            address: UpperHex<'a>,
            pub_key: PubKey<'a>,
            voting_power: Text<i64>,
            proposer_priority: &'static str,
        }
        Members {
            address: UpperHex(&self.address),
            pub_key: self.pub_key(),
            voting_power: Text(VOTING_POWER),
            proposer_priority: "0",
        }
        .serialize(serializer)
    }
}

impl<'a> Status<'a> {
    pub(in crate::rpc) fn new(
        chain_id: &'a str,
        validator: &'a ValidatorJson,
        rpc: SocketAddr,
        first: &'a BlockRecord,
        last: &'a BlockRecord,
    ) -> Self {
        let hash = |record: &'a BlockRecord| record.block_id.as_ref().map_or(&[][..], |id| &id.hash);
        let app_hash = |record: &'a BlockRecord| record.header.as_ref().map_or(&[][..], |header| &header.app_hash);
        Self {
            node_info: NodeInfo {
                protocol_version: ProtocolVersion { p2p: "8", block: Text(BLOCK_PROTOCOL), app: "0" },
                id: hex::encode(validator.address),
                listen_addr: "tcp://127.0.0.1:26656",
                network: chain_id,
                version: COMET_VERSION,
                channels: "40202122233038606100",
                moniker: "nyxlet",
                other: Other { tx_index: "on", rpc_address: format!("tcp://{rpc}") },
            },
            sync_info: SyncInfo {
                latest_block_hash: UpperHex(hash(last)),
                latest_app_hash: UpperHex(app_hash(last)),
                latest_block_height: Text(last.height()),
                latest_block_time: last.time().rfc3339(),
                earliest_block_hash: UpperHex(hash(first)),
                earliest_app_hash: UpperHex(app_hash(first)),
                earliest_block_height: Text(first.height()),
                earliest_block_time: first.time().rfc3339(),
                catching_up: false,
            },
            validator_info: ValidatorInfo {
                address: UpperHex(&validator.address),
                pub_key: validator.pub_key(),
                voting_power: Text(VOTING_POWER),
            },
        }
    }
}
