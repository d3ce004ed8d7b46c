//! Adding a block's events to the index.

use std::collections::HashMap;

use tendermint_proto::v0_38::abci::{Event, TxResult};

use super::{BLOCK_EVENTS, TX_EVENTS, value_prefix};
use crate::store::{Table, WriteBatch};

/// Adds the events of a block and of its transactions to a batch. One entry holds all places of a value in the block,
/// so that a thousand transfers name their action once.
pub fn write_events(batch: &mut WriteBatch, height: u64, txs: &[TxResult], block_events: &[Event]) {
    let mut entries = Entries::default();
    for tx in txs {
        let Some(result) = &tx.result else { continue };
        for (ordinal, event) in result.events.iter().enumerate() {
            entries.add(tx.index, ordinal, event);
        }
    }
    entries.write(batch, TX_EVENTS, height);

    let mut entries = Entries::default();
    for (ordinal, event) in block_events.iter().enumerate() {
        entries.add(0, ordinal, event);
    }
    entries.write(batch, BLOCK_EVENTS, height);
}

#[derive(Default)]
struct Entries {
    places: HashMap<Vec<u8>, Vec<u8>>,
}

impl Entries {
    fn add(&mut self, tx_index: u32, ordinal: usize, event: &Event) {
        if event.r#type.is_empty() {
            return;
        }
        for attribute in event.attributes.iter().filter(|attribute| attribute.index && !attribute.key.is_empty()) {
            let tag = format!("{}.{}", event.r#type, attribute.key);
            let places = self.places.entry(value_prefix(&tag, &attribute.value)).or_default();
            places.extend_from_slice(&tx_index.to_be_bytes());
            places.extend_from_slice(&u32::try_from(ordinal).unwrap_or(u32::MAX).to_be_bytes());
        }
    }

    fn write(self, batch: &mut WriteBatch, table: Table, height: u64) {
        for (mut key, places) in self.places {
            key.extend_from_slice(&height.to_be_bytes());
            batch.put(table, key, places);
        }
    }
}
