//! The two serde forms of scalars and points (`docs/protocol/crypto.md` §0.3): hexadecimal text where the format is
//! meant for people, a length-prefixed byte string elsewhere.

use crate::CurveError;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserializer, Serializer};
use std::fmt;
use std::marker::PhantomData;

pub(crate) fn serialize<const N: usize, S: Serializer>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(&hex::encode(bytes))
    } else {
        serializer.serialize_bytes(bytes)
    }
}

pub(crate) fn deserialize<'de, const N: usize, T, D, F>(deserializer: D, read: F) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    F: FnOnce(&[u8; N]) -> Result<T, CurveError>,
{
    let human_readable = deserializer.is_human_readable();
    let visitor = BytesVisitor { read, result: PhantomData };
    if human_readable { deserializer.deserialize_str(visitor) } else { deserializer.deserialize_bytes(visitor) }
}

struct BytesVisitor<const N: usize, T, F> {
    read: F,
    result: PhantomData<T>,
}

impl<'de, const N: usize, T, F> Visitor<'de> for BytesVisitor<N, T, F>
where
    F: FnOnce(&[u8; N]) -> Result<T, CurveError>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes, or their {} hexadecimal digits", 2 * N)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let mut bytes = [0u8; N];
        hex::decode_to_slice(text, &mut bytes)
            .map_err(|_| E::invalid_value(serde::de::Unexpected::Str("text"), &self))?;
        (self.read)(&bytes).map_err(E::custom)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<T, E> {
        let bytes: &[u8; N] = bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))?;
        (self.read)(bytes).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<T, A::Error> {
        let mut bytes = [0u8; N];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(i, &"more bytes"))?;
        }
        if sequence.next_element::<u8>()?.is_some() {
            return Err(A::Error::invalid_length(N + 1, &"fewer bytes"));
        }
        (self.read)(&bytes).map_err(A::Error::custom)
    }
}
