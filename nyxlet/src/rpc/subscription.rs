//! What subscriptions see of a committed block: one message for the block, its header and its events each, and one for
//! every transaction.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use tendermint_proto::v0_38::abci::{Event, TxResult};

use super::{
    answers::{AbciEvent, BlockIdJson, BlockJson, HeaderJson, TerseExecResult, finalize_block},
    json::{Base64, Text},
    routes::{Answer, answer},
};
use crate::{
    chain::{CommittedBlock, TxHash},
    index::query::Query,
};

/// The messages of a block that match a query.
pub(super) fn matching(block: &CommittedBlock, text: &str, query: &Query) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut offer = |data: EventData<'_>| {
        let tags = data.tags();
        let pairs =
            tags.iter().flat_map(|(tag, values)| values.iter().map(move |value| (tag.as_str(), value.as_str())));
        if query.matches(pairs) {
            answers.push(answer(&EventMessage { query: text, data, events: &tags }));
        }
    };
    offer(EventData::NewBlock(block));
    offer(EventData::NewBlockHeader(block));
    offer(EventData::NewBlockEvents(block));
    for (tx, hash) in block.txs.iter().zip(&block.hashes) {
        offer(EventData::Tx(tx, hash));
    }
    answers
}

#[derive(Serialize)]
struct EventMessage<'a> {
    query: &'a str,
    data: EventData<'a>,
    events: &'a BTreeMap<String, Vec<String>>,
}

enum EventData<'a> {
    NewBlock(&'a CommittedBlock),
    NewBlockHeader(&'a CommittedBlock),
    NewBlockEvents(&'a CommittedBlock),
    Tx(&'a TxResult, &'a TxHash),
}

impl EventData<'_> {
    fn name(&self) -> &'static str {
        match self {
            EventData::NewBlock(_) => "NewBlock",
            EventData::NewBlockHeader(_) => "NewBlockHeader",
            EventData::NewBlockEvents(_) => "NewBlockEvents",
            EventData::Tx(..) => "Tx",
        }
    }

    /// All attribute values by tag.
    fn tags(&self) -> BTreeMap<String, Vec<String>> {
        let mut tags: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let events: &[Event] = match self {
            EventData::NewBlock(block) | EventData::NewBlockEvents(block) => &block.record.events,
            EventData::NewBlockHeader(_) => &[],
            EventData::Tx(tx, _) => tx.result.as_ref().map(|result| result.events.as_slice()).unwrap_or_default(),
        };
        for event in events.iter().filter(|event| !event.r#type.is_empty()) {
            for attribute in event.attributes.iter().filter(|attribute| !attribute.key.is_empty()) {
                tags.entry(format!("{}.{}", event.r#type, attribute.key)).or_default().push(attribute.value.clone());
            }
        }
        let mut add = |tag: &str, value: String| tags.entry(tag.to_owned()).or_default().push(value);
        add("tm.event", self.name().to_owned());
        if let EventData::Tx(tx, hash) = self {
            add("tx.hash", hex::encode_upper(hash));
            add("tx.height", tx.height.to_string());
        }
        tags
    }
}

impl Serialize for EventData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut data = serializer.serialize_struct("EventData", 2)?;
        data.serialize_field("type", &format!("tendermint/event/{}", self.name()))?;
        match self {
            EventData::NewBlock(block) => data.serialize_field("value", &NewBlock::from(*block))?,
            EventData::NewBlockHeader(block) => data.serialize_field("value", &NewBlockHeader::from(*block))?,
            EventData::NewBlockEvents(block) => data.serialize_field("value", &NewBlockEvents::from(*block))?,
            EventData::Tx(tx, _) => data.serialize_field("value", &TxEvent { tx_result: TxMembers::from(*tx) })?,
        }
        data.end()
    }
}

#[derive(Serialize)]
struct NewBlock<'a> {
    block: BlockJson<'a>,
    block_id: BlockIdJson<'a>,
    result_finalize_block: super::answers::FinalizeBlock<'a>,
}

impl<'a> From<&'a CommittedBlock> for NewBlock<'a> {
    fn from(block: &'a CommittedBlock) -> Self {
        Self {
            block: BlockJson::new(&block.record, &block.txs),
            block_id: BlockIdJson::new(block.record.block_id.as_ref()),
            result_finalize_block: finalize_block(&block.record, &block.txs),
        }
    }
}

#[derive(Serialize)]
struct NewBlockHeader<'a> {
    header: Option<HeaderJson<'a>>,
}

impl<'a> From<&'a CommittedBlock> for NewBlockHeader<'a> {
    fn from(block: &'a CommittedBlock) -> Self {
        Self { header: block.record.header.as_ref().map(HeaderJson::from) }
    }
}

#[derive(Serialize)]
struct NewBlockEvents<'a> {
    height: Text<u64>,
    events: Vec<AbciEvent<'a>>,
    num_txs: Text<usize>,
}

impl<'a> From<&'a CommittedBlock> for NewBlockEvents<'a> {
    fn from(block: &'a CommittedBlock) -> Self {
        Self {
            height: Text(block.record.height()),
            events: block.record.events.iter().map(AbciEvent).collect(),
            num_txs: Text(block.txs.len()),
        }
    }
}

#[derive(Serialize)]
struct TxEvent<'a> {
    #[serde(rename = "TxResult")]
    tx_result: TxMembers<'a>,
}

#[derive(Serialize)]
struct TxMembers<'a> {
    height: Text<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
    tx: Base64<'a>,
    result: Option<TerseExecResult<'a>>,
}

impl<'a> From<&'a TxResult> for TxMembers<'a> {
    fn from(tx: &'a TxResult) -> Self {
        Self {
            height: Text(tx.height),
            index: (tx.index != 0).then_some(tx.index),
            tx: Base64(&tx.tx),
            result: tx.result.as_ref().map(TerseExecResult),
        }
    }
}
