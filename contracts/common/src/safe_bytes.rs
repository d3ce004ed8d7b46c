//! Bytes that travel as base58 text, and a codec that is fast enough for some thousand of them.

use schemars::JsonSchema;
use schemars::r#gen::SchemaGenerator;
use schemars::schema::Schema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use thiserror::Error;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Digits of base 58 that are worked on at once: the most whose product fits into 59 bits.
const DIGITS_AT_ONCE: usize = 10;
/// 58 to the power of [`DIGITS_AT_ONCE`].
const DIGITS_BASE: u64 = 430_804_206_899_405_824;

/// Bytes; base58 text (Bitcoin alphabet) in JSON (`docs/protocol/quorum-contracts.md` §1.1).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ContractSafeBytes(pub Vec<u8>);

/// Text that is not base58.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("character {position} is not one of base58")]
pub struct MalformedBase58 {
    /// Place of the first wrong character, from 0.
    pub position: usize,
}

impl ContractSafeBytes {
    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// Bytes from their base58 text.
    ///
    /// # Errors
    /// Where the text has another character.
    pub fn from_base58(text: &str) -> Result<Self, MalformedBase58> {
        decode(text.as_bytes()).map(ContractSafeBytes)
    }

    /// The base58 text.
    #[must_use]
    pub fn to_base58(&self) -> String {
        encode(&self.0)
    }
}

/// Reads base58. Ten digits at a time are multiplied into 32-bit limbs, which takes a fraction of the steps of the
/// digit by digit way: a chunk of a dealing has 2800 digits, and a ceremony has thousands of chunks.
fn decode(text: &[u8]) -> Result<Vec<u8>, MalformedBase58> {
    let zeros = text.iter().take_while(|&&character| character == ALPHABET[0]).count();
    // Little-endian.
    let mut limbs: Vec<u32> = Vec::with_capacity(text.len() * 733 / 4000 + 1);
    let mut position = 0;
    for digits in text.chunks(DIGITS_AT_ONCE) {
        let (mut base, mut value) = (1u64, 0u64);
        for &character in digits {
            let digit = digit_of(character).ok_or(MalformedBase58 { position })?;
            value = value * 58 + digit;
            base *= 58;
            position += 1;
        }
        multiply_add(&mut limbs, base, value);
    }
    let mut bytes = vec![0; zeros];
    let big_endian = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes());
    bytes.extend(big_endian.skip_while(|&byte| byte == 0));
    Ok(bytes)
}

/// limbs × factor + addend.
fn multiply_add(limbs: &mut Vec<u32>, factor: u64, addend: u64) {
    let mut carry = u128::from(addend);
    for limb in limbs.iter_mut() {
        carry += u128::from(*limb) * u128::from(factor);
        *limb = low_half(carry);
        carry >>= 32;
    }
    while carry > 0 {
        limbs.push(low_half(carry));
        carry >>= 32;
    }
}

fn low_half(value: u128) -> u32 {
    u32::try_from(value & u128::from(u32::MAX)).expect("32 bits are left")
}

fn digit_of(character: u8) -> Option<u64> {
    let digit = ALPHABET.iter().position(|&one| one == character)?;
    u64::try_from(digit).ok()
}

/// Writes base58, ten digits at a time.
fn encode(bytes: &[u8]) -> String {
    let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
    // Big-endian limbs; the first one may be short.
    let significant = &bytes[zeros..];
    let mut limbs: Vec<u64> = significant
        .rchunks(4)
        .rev()
        .map(|chunk| chunk.iter().fold(0, |limb, &byte| limb << 8 | u64::from(byte)))
        .collect();
    // Least significant digits first.
    let mut digits = Vec::with_capacity(significant.len() * 138 / 100 + DIGITS_AT_ONCE);
    let mut first = 0;
    while first < limbs.len() {
        let mut rest = 0u128;
        for limb in &mut limbs[first..] {
            let value = rest << 32 | u128::from(*limb);
            *limb = u64::try_from(value / u128::from(DIGITS_BASE)).expect("the rest is below the divisor");
            rest = value % u128::from(DIGITS_BASE);
        }
        while first < limbs.len() && limbs[first] == 0 {
            first += 1;
        }
        let mut rest = u64::try_from(rest).expect("the rest is below the divisor");
        for _ in 0..DIGITS_AT_ONCE {
            digits.push(usize::try_from(rest % 58).expect("a digit is below 58"));
            rest /= 58;
        }
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    let mut text = String::with_capacity(zeros + digits.len());
    text.extend(std::iter::repeat_n(char::from(ALPHABET[0]), zeros));
    text.extend(digits.iter().rev().map(|&digit| char::from(ALPHABET[digit])));
    text
}

impl From<Vec<u8>> for ContractSafeBytes {
    fn from(bytes: Vec<u8>) -> Self {
        ContractSafeBytes(bytes)
    }
}

impl From<ContractSafeBytes> for Vec<u8> {
    fn from(bytes: ContractSafeBytes) -> Self {
        bytes.0
    }
}

impl AsRef<[u8]> for ContractSafeBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The beginning in hexadecimal digits and the length: dealings are long.
impl fmt::Debug for ContractSafeBytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContractSafeBytes(")?;
        for byte in self.0.iter().take(8) {
            write!(formatter, "{byte:02x}")?;
        }
        write!(formatter, "…, {} bytes)", self.0.len())
    }
}

impl Serialize for ContractSafeBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base58())
    }
}

impl<'de> Deserialize<'de> for ContractSafeBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        ContractSafeBytes::from_base58(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for ContractSafeBytes {
    fn schema_name() -> String {
        "ContractSafeBytes".to_owned()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use cosmwasm_std::{from_json, to_json_string};
    use proptest::prelude::*;

    #[test]
    fn ten_digits_are_the_base() {
        assert_eq!(58u64.pow(10), DIGITS_BASE);
    }

    #[test]
    fn json_is_base58_text() {
        let bytes = ContractSafeBytes(vec![1, 2, 3]);
        assert_eq!(to_json_string(&bytes).unwrap(), r#""Ldp""#);
        assert_eq!(from_json::<ContractSafeBytes>(r#""Ldp""#).unwrap(), bytes);
        assert!(from_json::<ContractSafeBytes>("[1,2,3]").is_err());
        assert_eq!(ContractSafeBytes::from_base58("Ld0"), Err(MalformedBase58 { position: 2 }));
        assert_eq!(ContractSafeBytes::from_base58("Ldpé"), Err(MalformedBase58 { position: 3 }));
        assert_eq!(format!("{bytes:?}"), "ContractSafeBytes(010203…, 3 bytes)");
    }

    proptest! {
        #[test]
        fn any_bytes_are_written_as_everybody_writes_them(zeros in 0..40usize, tail in proptest::collection::vec(any::<u8>(), 0..2100)) {
            let mut bytes = vec![0; zeros];
            bytes.extend(tail);
            let text = bs58::encode(&bytes).into_string();
            prop_assert_eq!(encode(&bytes), text.clone());
            prop_assert_eq!(decode(text.as_bytes()).unwrap(), bytes);
        }

        #[test]
        fn any_text_is_read_as_everybody_reads_it(text in "[1-9A-HJ-NP-Za-km-z]{0,60}|[ -~]{0,20}") {
            let theirs = bs58::decode(&text).into_vec().ok();
            prop_assert_eq!(decode(text.as_bytes()).ok(), theirs);
        }
    }
}
