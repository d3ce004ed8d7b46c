//! The index of events: which transactions and which blocks carry an attribute, searched with the query language of
//! CometBFT 0.38 and by its rules.
//!
//! Conditions of one query must be met by attributes of the *same* event, as in the node's key-value index of 0.38;
//! `tx.height` and `block.height` only narrow the heights. One difference on purpose: `tm.event='Tx'` holds for every
//! transaction here, while the node's index does not know it and finds nothing.

mod number;
pub mod query;
mod search;
mod write;

pub use search::{search_blocks, search_txs};
pub use write::write_events;

use crate::store::Table;

/// Attributes of transactions' events.
const TX_EVENTS: Table = Table("index/tx_events");
/// Attributes of the events of blocks' begin and end.
const BLOCK_EVENTS: Table = Table("index/block_events");
/// Values longer than this are cut in keys, and compared in full with what the transaction carries.
const MAX_KEY_VALUE: usize = 200;

/// The part of a key that all values of a tag share.
fn tag_prefix(tag: &str) -> Vec<u8> {
    let tag = &tag.as_bytes()[..tag.len().min(usize::from(u16::MAX))];
    let length = u16::try_from(tag.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], tag].concat()
}

/// The part of a key that all places of a value share.
fn value_prefix(tag: &str, value: &str) -> Vec<u8> {
    let mut key = tag_prefix(tag);
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
    key.extend_from_slice(&length.to_be_bytes());
    key.extend_from_slice(&value.as_bytes()[..value.len().min(MAX_KEY_VALUE)]);
    key
}
