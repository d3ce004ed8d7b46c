//! The binary encoding of composite types: bincode 1.3, big-endian, variable-length integers, no trailing bytes
//! (`docs/protocol/crypto.md` §0.3). It is not injective (over-long integers decode), so encodings never serve as keys.

use crate::{EcashError, Result};
use bincode::Options;
use serde::{Serialize, de::DeserializeOwned};

fn options() -> impl Options {
    bincode::DefaultOptions::new().with_big_endian().with_varint_encoding()
}

pub(crate) fn to_bin<T: Serialize>(value: &T) -> Vec<u8> {
    options().serialize(value).expect("plain structures of known length always serialise")
}

/// Decodes at most `limit` bytes; lists grow with the input that is really there, so memory is bounded by it.
pub(crate) fn from_bin<T: DeserializeOwned>(object: &'static str, bytes: &[u8], limit: usize) -> Result<T> {
    if bytes.len() > limit {
        return Err(EcashError::Malformed {
            object,
            reason: format!("{} bytes exceed the limit of {limit}", bytes.len()),
        });
    }
    options().deserialize(bytes).map_err(|error| EcashError::Malformed { object, reason: error.to_string() })
}

/// Reads fixed-size parts off the front of a slice.
pub(crate) struct Parts<'a> {
    object: &'static str,
    rest: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn exact(object: &'static str, bytes: &'a [u8], expected: usize) -> Result<Self> {
        if bytes.len() == expected {
            Ok(Self { object, rest: bytes })
        } else {
            Err(EcashError::Length { object, expected, got: bytes.len() })
        }
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Result<&'a [u8; N]> {
        let (part, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or(EcashError::Malformed { object: self.object, reason: "the bytes end early".into() })?;
        self.rest = rest;
        Ok(part)
    }
}
