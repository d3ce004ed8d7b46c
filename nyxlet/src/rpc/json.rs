//! JSON as CometBFT writes it: 64-bit integers are strings, hashes are upper-case hex, other bytes are base64, and
//! characters that HTML knows are escaped.

use std::{fmt, io};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Serialize, Serializer};
use serde_json::{
    ser::{CompactFormatter, Formatter},
    value::RawValue,
};

/// Anything written as a string.
pub(super) struct Text<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Bytes as upper-case hex.
pub(super) struct UpperHex<'a>(pub(super) &'a [u8]);

impl Serialize for UpperHex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode_upper(self.0))
    }
}

/// Bytes as base64.
pub(super) struct Base64<'a>(pub(super) &'a [u8]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64.encode(self.0))
    }
}

/// Bytes as base64, `null` when there are none.
pub(super) struct Base64OrNull<'a>(pub(super) &'a [u8]);

impl Serialize for Base64OrNull<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            [] => serializer.serialize_none(),
            bytes => Base64(bytes).serialize(serializer),
        }
    }
}

/// Writes a value as Go's encoder does.
pub(super) fn to_raw(value: &impl Serialize) -> Result<Box<RawValue>, serde_json::Error> {
    let mut bytes = Vec::with_capacity(256);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, GoFormatter))?;
    let text = String::from_utf8(bytes).map_err(<serde_json::Error as serde::ser::Error>::custom)?;
    RawValue::from_string(text)
}

/// The compact format with Go's additional escapes.
struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, character) in fragment.char_indices() {
            if matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}') {
                writer.write_all(&fragment.as_bytes()[written..at])?;
                write!(writer, "\\u{:04x}", u32::from(character))?;
                written = at + character.len_utf8();
            }
        }
        CompactFormatter.write_string_fragment(writer, &fragment[written..])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn texts_are_escaped_as_go_escapes_them() {
        assert_eq!(to_raw(&"a<b>&\"c\u{2028}é\n").unwrap().get(), r#""a\u003cb\u003e\u0026\"c\u2028é\n""#);
    }

    #[test]
    fn bytes_and_integers_have_their_forms() {
        let value = (Text(-5_i64), UpperHex(&[0xab, 1]), Base64(&[1, 2]), Base64OrNull(&[]));
        assert_eq!(to_raw(&value).unwrap().get(), r#"["-5","AB01","AQI=",null]"#);
    }
}
