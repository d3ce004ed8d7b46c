//! How blocks stand in the database, and how they are read back. Everything a block adds is part of the same batch as
//! the state it leaves.

use bytes::Bytes;
use prost::Message;
use tendermint_proto::v0_38::{
    abci::{Event, TxResult},
    types::{BlockId, Commit, Header},
};

use super::block::Parent;
use crate::{
    clock::Nanos,
    store::{Order, Snapshot, StoreError, Table, WriteBatch},
};

/// Height (8 bytes, big endian) to [`BlockRecord`].
const BLOCKS: Table = Table("chain/blocks");
/// Height and index (8 and 4 bytes, big endian) to the transaction with its result.
const TXS: Table = Table("chain/txs");
/// Block hash to height.
const BLOCK_HASHES: Table = Table("chain/block_hashes");
/// Transaction hash to height and index.
const TX_HASHES: Table = Table("chain/tx_hashes");
/// The genesis document and the clock's offset.
const META: Table = Table("chain/meta");

/// Everything about a block but its transactions.
#[derive(Clone, PartialEq, Message)]
pub struct BlockRecord {
    /// The header.
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    /// The block's id.
    #[prost(message, optional, tag = "2")]
    pub block_id: Option<BlockId>,
    /// The commit of the block before it, as it stands in this block.
    #[prost(message, optional, tag = "3")]
    pub last_commit: Option<Commit>,
    /// The commit of this block, until the next block carries the canonical one.
    #[prost(message, optional, tag = "4")]
    pub seen_commit: Option<Commit>,
    /// The size of the whole block in bytes.
    #[prost(uint64, tag = "5")]
    pub size: u64,
    /// How many transactions it has.
    #[prost(uint32, tag = "6")]
    pub num_txs: u32,
    /// The events of its begin and end.
    #[prost(message, repeated, tag = "7")]
    pub events: Vec<Event>,
    /// The hash of the state after it.
    #[prost(bytes = "vec", tag = "8")]
    pub app_hash: Vec<u8>,
    /// The hash of its transactions' results.
    #[prost(bytes = "vec", tag = "9")]
    pub results_hash: Vec<u8>,
}

impl BlockRecord {
    /// The height.
    pub fn height(&self) -> u64 {
        self.header.as_ref().and_then(|header| u64::try_from(header.height).ok()).unwrap_or_default()
    }

    /// The moment of the block.
    pub fn time(&self) -> Nanos {
        super::block::from_timestamp(self.header.as_ref().and_then(|header| header.time.as_ref()))
    }

    /// What the next block takes from this one.
    pub fn as_parent(&self) -> Parent {
        Parent {
            height: self.height(),
            block_id: self.block_id.clone().unwrap_or_default(),
            app_hash: self.app_hash.clone(),
            results_hash: self.results_hash.clone(),
        }
    }
}

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxPlace {
    /// The height of its block.
    pub height: u64,
    /// Its index in the block.
    pub index: u32,
}

impl TxPlace {
    fn key(self) -> Vec<u8> {
        [&self.height.to_be_bytes()[..], &self.index.to_be_bytes()].concat()
    }

    fn from_key(key: &[u8]) -> Option<Self> {
        let (height, index) = key.split_first_chunk::<8>()?;
        Some(Self { height: u64::from_be_bytes(*height), index: u32::from_be_bytes(index.try_into().ok()?) })
    }
}

/// Adds a block to a batch. `earlier` tells of each transaction hash whether it is already known from a successful
/// transaction: a failure does not take its place.
///
/// # Errors
/// The database cannot be read.
pub fn write_block(
    batch: &mut WriteBatch,
    snapshot: &Snapshot,
    record: &BlockRecord,
    txs: &[TxResult],
    hashes: &[[u8; 32]],
) -> Result<(), StoreError> {
    let height = record.height();
    batch.put(BLOCKS, height.to_be_bytes().to_vec(), record.encode_to_vec());
    if let Some(block_id) = &record.block_id {
        batch.put(BLOCK_HASHES, block_id.hash.clone(), height.to_be_bytes().to_vec());
    }
    for (tx, hash) in txs.iter().zip(hashes) {
        let place = TxPlace { height, index: tx.index };
        batch.put(TXS, place.key(), tx.encode_to_vec());
        let failed = tx.result.as_ref().is_some_and(|result| result.code != 0);
        let hides_success = failed
            && match find_tx(snapshot, hash)? {
                Some(earlier) => {
                    load_tx(snapshot, earlier)?.is_some_and(|tx| tx.result.is_some_and(|result| result.code == 0))
                }
                None => false,
            };
        if !hides_success {
            batch.put(TX_HASHES, hash.to_vec(), place.key());
        }
    }
    Ok(())
}

/// The last block.
///
/// # Errors
/// The database cannot be read.
pub fn last_block(snapshot: &Snapshot) -> Result<Option<BlockRecord>, StoreError> {
    let newest = snapshot.range(BLOCKS, None, None, Order::Descending)?.next().transpose()?;
    newest.map(|(_, value)| decode(&value)).transpose()
}

/// The block at a height.
///
/// # Errors
/// The database cannot be read.
pub fn load_block(snapshot: &Snapshot, height: u64) -> Result<Option<BlockRecord>, StoreError> {
    snapshot.get(BLOCKS, &height.to_be_bytes())?.map(|value| decode(&value)).transpose()
}

/// The height of the block with a hash.
///
/// # Errors
/// The database cannot be read.
pub fn find_block(snapshot: &Snapshot, hash: &[u8]) -> Result<Option<u64>, StoreError> {
    let height = snapshot.get(BLOCK_HASHES, hash)?;
    Ok(height.and_then(|value| value.as_ref().try_into().ok()).map(u64::from_be_bytes))
}

/// The place of the transaction with a hash.
///
/// # Errors
/// The database cannot be read.
pub fn find_tx(snapshot: &Snapshot, hash: &[u8]) -> Result<Option<TxPlace>, StoreError> {
    Ok(snapshot.get(TX_HASHES, hash)?.and_then(|value| TxPlace::from_key(&value)))
}

/// The transaction at a place, with its result.
///
/// # Errors
/// The database cannot be read.
pub fn load_tx(snapshot: &Snapshot, place: TxPlace) -> Result<Option<TxResult>, StoreError> {
    snapshot.get(TXS, &place.key())?.map(|value| decode(&value)).transpose()
}

/// All transactions of a block, in order.
///
/// # Errors
/// The database cannot be read.
pub fn load_txs(snapshot: &Snapshot, height: u64) -> Result<Vec<TxResult>, StoreError> {
    snapshot.prefix(TXS, &height.to_be_bytes(), Order::Ascending)?.map(|entry| decode(&entry?.1)).collect()
}

/// The genesis document as it was first written.
///
/// # Errors
/// The database cannot be read.
pub fn load_genesis(snapshot: &Snapshot) -> Result<Option<Bytes>, StoreError> {
    snapshot.get(META, b"genesis")
}

/// Adds the genesis document to a batch.
pub fn write_genesis(batch: &mut WriteBatch, document: Vec<u8>) {
    batch.put(META, &b"genesis"[..], document);
}

/// By how many nanoseconds the chain's clock runs before the wall clock.
///
/// # Errors
/// The database cannot be read.
pub fn load_clock_offset(snapshot: &Snapshot) -> Result<i64, StoreError> {
    let offset = snapshot.get(META, b"clock_offset")?;
    Ok(offset.and_then(|value| value.as_ref().try_into().ok()).map_or(0, i64::from_be_bytes))
}

/// Adds the clock's offset to a batch.
pub fn write_clock_offset(batch: &mut WriteBatch, offset: i64) {
    batch.put(META, &b"clock_offset"[..], offset.to_be_bytes().to_vec());
}

fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, StoreError> {
    M::decode(bytes).map_err(|error| StoreError::Database(format!("a block record is damaged: {error}")))
}
