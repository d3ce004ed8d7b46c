//! Shards as they travel: signed segments of a hash-chained list.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use nym_ecash::EcashDay;
use sha2::{Digest, Sha256};

use super::{ENTRY_LENGTH, VERSION};

/// Most entries in one segment.
pub const MAX_SEGMENT_ENTRIES: usize = 1 << 16;
/// Longest segment in bytes.
pub const MAX_SEGMENT_LENGTH: usize = HEADER + MAX_SEGMENT_ENTRIES * ENTRY_LENGTH + SIGNATURE;

const MAGIC: &[u8; 4] = b"NYMS";
const HEADER: usize = 4 + 1 + 1 + 4 + 8 + 4 + 32 + 32;
const SIGNATURE: usize = 64;
/// The chain's value is kept at every so many entries.
const CHECKPOINT: usize = 4096;

/// Whose list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShardKind {
    /// What one signer verified.
    Signer,
    /// What one API found reported by `t` signers.
    Aggregate,
}

impl ShardKind {
    fn number(self) -> u8 {
        match self {
            Self::Signer => 0,
            Self::Aggregate => 1,
        }
    }
}

/// Why a segment is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// Bytes that are no segment of this version.
    #[error("not a shard segment: {0}")]
    Malformed(&'static str),
    /// Another day, kind or position than was asked for.
    #[error("the segment starts at entry {got} and not at {expected}, or is of another day or kind")]
    Elsewhere {
        /// What was asked for.
        expected: u64,
        /// What came.
        got: u64,
    },
    /// Not signed by the signer.
    #[error("the segment is not signed by the signer's identity key")]
    Signature,
    /// The list is not the one that was read before: entries were changed or removed.
    #[error("the shard was rewritten before entry {0}: its signer is faulty")]
    Rewritten(u64),
    /// The entries do not lead to the stated end.
    #[error("the segment's entries do not lead to its head")]
    Head,
}

/// A list that is appended to and handed out.
#[derive(Clone, Debug)]
pub struct ShardLog {
    kind: ShardKind,
    day: EcashDay,
    entries: Vec<[u8; ENTRY_LENGTH]>,
    head: [u8; 32],
    /// Heads before entries 0, 4096, …
    checkpoints: Vec<[u8; 32]>,
}

impl ShardLog {
    /// The empty list of the owner of `identity`.
    pub fn new(kind: ShardKind, day: EcashDay, identity: &VerifyingKey) -> Self {
        let head = genesis(kind, day, identity);
        Self { kind, day, entries: Vec::new(), head, checkpoints: Vec::new() }
    }

    /// Appends a fingerprint.
    pub fn append(&mut self, fingerprint: u64) {
        if self.entries.len().is_multiple_of(CHECKPOINT) {
            self.checkpoints.push(self.head);
        }
        let entry = entry(fingerprint);
        self.head = link(&self.head, &entry);
        self.entries.push(entry);
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A signed segment of at most `limit` entries from position `from`; an empty one at the end. `None` beyond it.
    pub fn segment(&self, from: u64, limit: usize, key: &SigningKey) -> Option<Vec<u8>> {
        let start = usize::try_from(from).ok().filter(|start| *start <= self.entries.len())?;
        let end = start.saturating_add(limit.min(MAX_SEGMENT_ENTRIES)).min(self.entries.len());
        let before = self.head_at(start);
        let entries = &self.entries[start..end];
        let after = entries.iter().fold(before, |head, entry| link(&head, entry));
        let mut bytes = Vec::with_capacity(HEADER + entries.len() * ENTRY_LENGTH + SIGNATURE);
        bytes.extend(MAGIC);
        bytes.extend([VERSION, self.kind.number()]);
        bytes.extend(self.day.julian_day().to_be_bytes());
        bytes.extend(from.to_be_bytes());
        bytes.extend(u32::try_from(entries.len()).expect("segments are bounded").to_be_bytes());
        bytes.extend(before);
        bytes.extend(after);
        bytes.extend(entries.as_flattened());
        let signature = key.sign(&bytes);
        bytes.extend(signature.to_bytes());
        Some(bytes)
    }

    fn head_at(&self, position: usize) -> [u8; 32] {
        if position == self.entries.len() {
            return self.head;
        }
        let checkpoint = position / CHECKPOINT;
        self.entries[checkpoint * CHECKPOINT..position]
            .iter()
            .fold(self.checkpoints[checkpoint], |head, entry| link(&head, entry))
    }
}

/// Where a reader stands in somebody's list.
#[derive(Clone, Debug)]
pub struct ShardReader {
    kind: ShardKind,
    day: EcashDay,
    identity: VerifyingKey,
    position: u64,
    head: [u8; 32],
}

impl ShardReader {
    /// At the start of a list.
    pub fn new(kind: ShardKind, day: EcashDay, identity: VerifyingKey) -> Self {
        Self { kind, day, identity, position: 0, head: genesis(kind, day, &identity) }
    }

    /// The next position to ask for.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Verifies the segment that was asked for and moves past it.
    ///
    /// # Errors
    /// [`ShardError`]; the reader stays where it is.
    pub fn accept(&mut self, bytes: &[u8]) -> Result<Vec<u64>, ShardError> {
        let malformed = ShardError::Malformed;
        let (signed, signature) =
            bytes.split_last_chunk::<SIGNATURE>().ok_or(malformed("it is shorter than a signature"))?;
        let (header, entries) = signed.split_first_chunk::<HEADER>().ok_or(malformed("it has no header"))?;
        if &header[..4] != MAGIC || header[4] != VERSION {
            return Err(malformed("another format or version"));
        }
        let (entries, []) = entries.as_chunks::<ENTRY_LENGTH>() else {
            return Err(malformed("an entry is cut off"));
        };
        let number = |range: std::ops::Range<usize>| {
            header[range].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        };
        if entries.len() > MAX_SEGMENT_ENTRIES || number(18..22) != entries.len() as u64 {
            return Err(malformed("the count does not fit the entries"));
        }
        let day = i32::from_be_bytes([header[6], header[7], header[8], header[9]]);
        let position = number(10..18);
        if header[5] != self.kind.number() || day != self.day.julian_day() || position != self.position {
            return Err(ShardError::Elsewhere { expected: self.position, got: position });
        }
        self.identity.verify_strict(signed, &Signature::from_bytes(signature)).map_err(|_| ShardError::Signature)?;
        if header[22..54] != self.head {
            return Err(ShardError::Rewritten(self.position));
        }
        let head = entries.iter().fold(self.head, |head, entry| link(&head, entry));
        if header[54..86] != head {
            return Err(ShardError::Head);
        }
        self.head = head;
        self.position += entries.len() as u64;
        Ok(entries.iter().map(|entry| entry.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))).collect())
    }
}

fn entry(fingerprint: u64) -> [u8; ENTRY_LENGTH] {
    let [_, _, _, entry @ ..] = fingerprint.to_be_bytes();
    entry
}

fn genesis(kind: ShardKind, day: EcashDay, identity: &VerifyingKey) -> [u8; 32] {
    Sha256::new()
        .chain_update(MAGIC)
        .chain_update([VERSION, kind.number()])
        .chain_update(day.julian_day().to_be_bytes())
        .chain_update(identity.as_bytes())
        .finalize()
        .into()
}

fn link(head: &[u8; 32], entry: &[u8; ENTRY_LENGTH]) -> [u8; 32] {
    Sha256::new().chain_update(head).chain_update(entry).finalize().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[5; 32])
    }

    fn day() -> EcashDay {
        "2026-11-24".parse().unwrap()
    }

    fn log(entries: &[u64]) -> ShardLog {
        let mut log = ShardLog::new(ShardKind::Signer, day(), &key().verifying_key());
        entries.iter().for_each(|entry| log.append(*entry));
        log
    }

    fn reader() -> ShardReader {
        ShardReader::new(ShardKind::Signer, day(), key().verifying_key())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_reader_gets_every_entry_in_whatever_portions(
            entries in prop::collection::vec(0_u64..1 << 40, 0..9000),
            portions in prop::collection::vec(1_usize..5000, 1..20),
        ) {
            let log = log(&entries);
            let mut reader = reader();
            let mut read = Vec::new();
            for portion in portions.iter().cycle() {
                let news = reader.accept(&log.segment(reader.position(), *portion, &key()).unwrap()).unwrap();
                if news.is_empty() {
                    break;
                }
                read.extend(news);
            }
            prop_assert_eq!(read, entries);
        }

        #[test]
        fn a_changed_byte_is_noticed(entries in prop::collection::vec(0_u64..1 << 40, 1..20), at in any::<prop::sample::Index>(), flip in 1_u8..) {
            let mut segment = log(&entries).segment(0, 100, &key()).unwrap();
            let at = at.index(segment.len());
            segment[at] ^= flip;
            prop_assert!(reader().accept(&segment).is_err());
        }

        #[test]
        fn arbitrary_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(reader().accept(&bytes).is_err());
        }
    }

    #[test]
    fn a_rewritten_list_is_noticed_and_named() {
        let mut reader = reader();
        reader.accept(&log(&[1, 2, 3]).segment(0, 10, &key()).unwrap()).unwrap();
        let rewritten = log(&[1, 9, 3, 4]).segment(3, 10, &key()).unwrap();
        assert_eq!(reader.accept(&rewritten), Err(ShardError::Rewritten(3)));
        let honest = log(&[1, 2, 3, 4]).segment(3, 10, &key()).unwrap();
        assert_eq!(reader.accept(&honest).unwrap(), [4]);
    }

    #[test]
    fn segments_are_for_one_signer_day_and_kind() {
        let segment = log(&[1]).segment(0, 10, &key()).unwrap();
        let other = SigningKey::from_bytes(&[6; 32]).verifying_key();
        assert_eq!(ShardReader::new(ShardKind::Signer, day(), other).accept(&segment), Err(ShardError::Signature));
        let tomorrow = ShardReader::new(ShardKind::Signer, day().plus_days(1).unwrap(), key().verifying_key());
        assert!(matches!(tomorrow.clone().accept(&segment), Err(ShardError::Elsewhere { .. })));
        let aggregate = ShardReader::new(ShardKind::Aggregate, day(), key().verifying_key());
        assert!(matches!(aggregate.clone().accept(&segment), Err(ShardError::Elsewhere { .. })));
        assert!(log(&[1]).segment(2, 10, &key()).is_none());
    }

    #[test]
    fn the_bytes_are_fixed_for_ever() {
        let segment = log(&[0x01_0203_0405, 0xff_ffff_ffff]).segment(0, 10, &key()).unwrap();
        assert_eq!(segment.len(), 86 + 10 + 64);
        assert_eq!(&segment[..22], b"NYMS\x01\x00\x00\x25\x8e\xb9\0\0\0\0\0\0\0\0\0\0\0\x02");
        assert_eq!(&segment[86..96], b"\x01\x02\x03\x04\x05\xff\xff\xff\xff\xff");
    }
}
