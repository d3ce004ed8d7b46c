//! Searching the index.

use std::collections::BTreeSet;

use tendermint_proto::v0_38::abci::Event;

use super::{
    BLOCK_EVENTS, MAX_KEY_VALUE, TX_EVENTS,
    number::Number,
    query::{Argument, Condition, Operator, Query},
    tag_prefix, value_prefix,
};
use crate::{
    chain::record::{TxPlace, find_tx, load_block, load_tx},
    store::{Order, Snapshot, StoreError, Table},
};

/// One event of one transaction or block: height, index of the transaction, ordinal of the event.
type Place = (u64, u32, u32);

/// The transactions that match, in the order of the chain.
///
/// # Errors
/// The database cannot be read.
pub fn search_txs(snapshot: &Snapshot, query: &Query, last_height: u64) -> Result<Vec<TxPlace>, StoreError> {
    if let Some(hash) = query.0.iter().find(|condition| condition.tag == "tx.hash") {
        let Argument::Text(hash) = &hash.argument else { return Ok(Vec::new()) };
        let Ok(hash) = hex::decode(hash) else { return Ok(Vec::new()) };
        return Ok(find_tx(snapshot, &hash)?.into_iter().collect());
    }
    let Some((heights, conditions)) = Heights::split(query, "tx.height", "Tx") else { return Ok(Vec::new()) };
    let heights = heights.up_to(last_height);
    if conditions.is_empty() {
        let mut all = Vec::new();
        for height in heights.first..=heights.last {
            let count = load_block(snapshot, height)?.map_or(0, |block| block.num_txs);
            all.extend((0..count).map(|index| TxPlace { height, index }));
        }
        return Ok(all);
    }
    let events_of = |height, index| -> Result<Vec<Event>, StoreError> {
        let tx = load_tx(snapshot, TxPlace { height, index })?;
        Ok(tx.and_then(|tx| tx.result).map(|result| result.events).unwrap_or_default())
    };
    let places = intersect(snapshot, TX_EVENTS, &conditions, heights, &events_of)?;
    let unique: BTreeSet<TxPlace> = places.into_iter().map(|(height, index, _)| TxPlace { height, index }).collect();
    Ok(unique.into_iter().collect())
}

/// The heights of the blocks that match, ascending.
///
/// # Errors
/// The database cannot be read.
pub fn search_blocks(snapshot: &Snapshot, query: &Query, last_height: u64) -> Result<Vec<u64>, StoreError> {
    let Some((heights, conditions)) = Heights::split(query, "block.height", "NewBlock") else { return Ok(Vec::new()) };
    let heights = heights.up_to(last_height);
    if conditions.is_empty() {
        return Ok((heights.first..=heights.last).collect());
    }
    let events_of = |height, _| -> Result<Vec<Event>, StoreError> {
        Ok(load_block(snapshot, height)?.map(|block| block.events).unwrap_or_default())
    };
    let places = intersect(snapshot, BLOCK_EVENTS, &conditions, heights, &events_of)?;
    let unique: BTreeSet<u64> = places.into_iter().map(|(height, ..)| height).collect();
    Ok(unique.into_iter().collect())
}

/// A range of heights, both ends included.
#[derive(Debug, Clone, Copy)]
struct Heights {
    first: u64,
    last: u64,
}

impl Heights {
    /// Takes the conditions on the height and the event's name out of a query; `None` when they contradict.
    fn split<'a>(query: &'a Query, height_tag: &str, event_name: &str) -> Option<(Self, Vec<&'a Condition>)> {
        let mut heights = Self { first: 1, last: u64::MAX };
        let mut others = Vec::new();
        for condition in &query.0 {
            if condition.tag == "tm.event" {
                if !condition.holds(event_name) {
                    return None;
                }
            } else if condition.tag == height_tag {
                heights.narrow(condition)?;
            } else {
                others.push(condition);
            }
        }
        Some((heights, others))
    }

    fn narrow(&mut self, condition: &Condition) -> Option<()> {
        let text = match &condition.argument {
            Argument::Number(text) | Argument::Text(text) => text,
            Argument::None => return Some(()),
            Argument::Time(_) | Argument::Date(_) => return None,
        };
        let whole = text.split('.').next().unwrap_or_default();
        let number: u64 = whole.parse().ok()?;
        let exact = Number::parse(text)? == Number::parse(whole)?;
        match condition.operator {
            Operator::Equal if !exact => return None,
            Operator::Equal => {
                self.first = self.first.max(number);
                self.last = self.last.min(number);
            }
            Operator::Greater => self.first = self.first.max(number.checked_add(1)?),
            Operator::GreaterOrEqual => {
                self.first = self.first.max(if exact { number } else { number.checked_add(1)? })
            }
            Operator::Less => self.last = self.last.min(if exact { number.checked_sub(1)? } else { number }),
            Operator::LessOrEqual => self.last = self.last.min(number),
            Operator::Contains | Operator::Exists => {}
        }
        Some(())
    }

    fn up_to(self, last: u64) -> Self {
        Self { first: self.first, last: self.last.min(last) }
    }

    fn contain(self, height: u64) -> bool {
        (self.first..=self.last).contains(&height)
    }
}

/// The events that meet all conditions.
fn intersect(
    snapshot: &Snapshot,
    table: Table,
    conditions: &[&Condition],
    heights: Heights,
    events_of: &dyn Fn(u64, u32) -> Result<Vec<Event>, StoreError>,
) -> Result<BTreeSet<Place>, StoreError> {
    let mut found: Option<BTreeSet<Place>> = None;
    for condition in conditions {
        let places = places_of(snapshot, table, condition, heights, events_of)?;
        let both = match found {
            None => places,
            Some(earlier) => earlier.intersection(&places).copied().collect(),
        };
        if both.is_empty() {
            return Ok(both);
        }
        found = Some(both);
    }
    Ok(found.unwrap_or_default())
}

/// The events that meet one condition.
fn places_of(
    snapshot: &Snapshot,
    table: Table,
    condition: &Condition,
    heights: Heights,
    events_of: &dyn Fn(u64, u32) -> Result<Vec<Event>, StoreError>,
) -> Result<BTreeSet<Place>, StoreError> {
    let mut places = BTreeSet::new();
    let tag = tag_prefix(&condition.tag);
    let entries = match (&condition.operator, &condition.argument) {
        // The node's index compares texts here, also when the query gives a number.
        (Operator::Equal, Argument::Text(value) | Argument::Number(value)) => {
            let prefix = value_prefix(&condition.tag, value);
            let start = [&prefix[..], &heights.first.to_be_bytes()].concat();
            let end = [&prefix[..], &heights.last.saturating_add(1).to_be_bytes()].concat();
            snapshot.range(table, Some(&start), Some(&end), Order::Ascending)?
        }
        _ => snapshot.prefix(table, &tag, Order::Ascending)?,
    };
    for entry in entries {
        let (key, value) = entry?;
        let Some((length, key_value, height)) = split_key(&key, tag.len()) else { continue };
        if !heights.contain(height) {
            continue;
        }
        let cut = length > MAX_KEY_VALUE;
        if !cut && !accepts(condition, &String::from_utf8_lossy(key_value)) {
            continue;
        }
        for place in value.chunks_exact(8) {
            let (index, ordinal) = place.split_at(4);
            let (Ok(index), Ok(ordinal)) = (index.try_into(), ordinal.try_into()) else { continue };
            let (index, ordinal) = (u32::from_be_bytes(index), u32::from_be_bytes(ordinal));
            if !cut || event_accepts(condition, events_of(height, index)?.get(ordinal as usize)) {
                places.insert((height, index, ordinal));
            }
        }
    }
    Ok(places)
}

/// The length of the whole value, the value as it stands in the key, and the height.
fn split_key(key: &[u8], tag_length: usize) -> Option<(usize, &[u8], u64)> {
    let (length, rest) = key.get(tag_length..)?.split_first_chunk::<4>()?;
    let (value, height) = rest.split_last_chunk::<8>()?;
    Some((usize::try_from(u32::from_be_bytes(*length)).ok()?, value, u64::from_be_bytes(*height)))
}

/// The index's own comparison: texts are equal as texts, ranges hold for whole values that are numbers.
fn accepts(condition: &Condition, value: &str) -> bool {
    match (&condition.operator, &condition.argument) {
        (Operator::Equal, Argument::Text(wanted) | Argument::Number(wanted)) => value == wanted,
        (Operator::Contains | Operator::Exists, _) => condition.holds(value),
        (_, Argument::Number(_)) => Number::parse(value).is_some() && condition.holds(value),
        // The node's index knows no moments.
        _ => false,
    }
}

fn event_accepts(condition: &Condition, event: Option<&Event>) -> bool {
    event.is_some_and(|event| {
        event.attributes.iter().any(|attribute| {
            format!("{}.{}", event.r#type, attribute.key) == condition.tag && accepts(condition, &attribute.value)
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use tendermint_proto::v0_38::{abci::ExecTxResult, abci::TxResult, types::Header};

    use super::*;
    use crate::{
        app::event,
        chain::record::{BlockRecord, write_block},
        index::write_events,
        store::{Db, WriteBatch},
    };

    /// Three blocks of two transactions. Each transaction moves `height * 10 + index` coins to its own receiver, in one
    /// event, and names its action in another.
    fn chain() -> Snapshot {
        let db = Db::memory();
        for height in 1..=3_u64 {
            let txs: Vec<TxResult> = (0..2_u32).map(|index| tx(height, index)).collect();
            let events = vec![event("mint", [("amount", format!("{height}00"))])];
            let header = Header { height: i64::try_from(height).unwrap(), ..Header::default() };
            let record = BlockRecord { header: Some(header), num_txs: 2, events, ..BlockRecord::default() };
            let hashes: Vec<[u8; 32]> = txs.iter().map(|tx| hash(&tx.tx)).collect();
            let mut batch = WriteBatch::new();
            write_block(&mut batch, &db.snapshot().unwrap(), &record, &txs, &hashes).unwrap();
            write_events(&mut batch, height, &txs, &record.events);
            db.commit(batch).unwrap();
        }
        db.snapshot().unwrap()
    }

    fn hash(tx: &[u8]) -> [u8; 32] {
        crate::chain::block::tx_hashes(&[tx])[0]
    }

    fn tx(height: u64, index: u32) -> TxResult {
        let events = vec![
            event("message", [("action", "/send".to_owned())]),
            event(
                "transfer",
                [
                    ("amount", (height * 10 + u64::from(index)).to_string()),
                    ("receiver", format!("{}-{height}-{index}", "r".repeat(300))),
                ],
            ),
            event("transfer", [("amount", "7unym".to_owned()), ("receiver", "fees".to_owned())]),
        ];
        TxResult {
            height: i64::try_from(height).unwrap(),
            index,
            tx: vec![u8::try_from(height).unwrap(), u8::try_from(index).unwrap()].into(),
            result: Some(ExecTxResult { events, ..ExecTxResult::default() }),
        }
    }

    const NONE: [(u64, u32); 0] = [];

    fn found(query: &str) -> Vec<(u64, u32)> {
        let places = search_txs(&chain(), &Query::parse(query).unwrap(), 3).unwrap();
        places.into_iter().map(|place| (place.height, place.index)).collect()
    }

    #[test]
    fn transactions_by_attributes_ranges_and_heights() {
        let all: [(u64, u32); 6] = [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)];
        assert_eq!(found("message.action='/send'"), all);
        assert_eq!(found("tm.event='Tx' AND message.action='/send' AND tx.height>=2"), all[2..]);
        assert_eq!(found("tx.height=2"), all[2..4]);
        assert_eq!(found("tx.height>1 AND tx.height<3"), all[2..4]);
        assert_eq!(found("transfer.amount>=20 AND transfer.amount<=30"), [(2, 0), (2, 1), (3, 0)]);
        assert_eq!(found("transfer.amount=21"), [(2, 1)]);
        assert_eq!(found("message.action CONTAINS 'en'"), all);
        assert_eq!(found("transfer.receiver EXISTS AND tx.height=3"), all[4..]);
        assert_eq!(found("tm.event='NewBlock'"), NONE);
        assert_eq!(found("message.action='/burn'"), NONE);
        assert_eq!(found("tx.height=9"), NONE);
        assert_eq!(found("tx.height='2'"), all[2..4]);
    }

    #[test]
    fn conditions_hold_within_one_event() {
        assert_eq!(found("transfer.amount='7unym' AND transfer.receiver='fees' AND tx.height=1"), [(1, 0), (1, 1)]);
        // Both are true of the transaction, but of different events.
        assert_eq!(found("transfer.amount=10 AND transfer.receiver='fees'"), NONE);
        assert_eq!(found("message.action='/send' AND transfer.amount=10"), NONE);
    }

    #[test]
    fn long_values_are_compared_to_their_end() {
        let receiver = format!("{}-2-1", "r".repeat(300));
        assert_eq!(found(&format!("transfer.receiver='{receiver}'")), [(2, 1)]);
        assert_eq!(found("transfer.receiver CONTAINS 'r-3-0'"), [(3, 0)]);
    }

    #[test]
    fn a_hash_finds_its_transaction() {
        let wanted = hex::encode_upper(hash(&[2, 1]));
        assert_eq!(found(&format!("tx.hash='{wanted}'")), [(2, 1)]);
        assert_eq!(found("tx.hash='00'"), NONE);
    }

    #[test]
    fn blocks_by_events_and_heights() {
        let found = |query: &str| search_blocks(&chain(), &Query::parse(query).unwrap(), 3).unwrap();
        assert_eq!(found("block.height>=2"), [2, 3]);
        assert_eq!(found("mint.amount>100 AND block.height<3"), [2]);
        assert_eq!(found("mint.amount EXISTS"), [1, 2, 3]);
        assert_eq!(found("transfer.amount EXISTS"), [0_u64; 0]);
    }
}
