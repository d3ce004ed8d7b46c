//! Which fields a message may have: a node refuses transactions with fields that it does not know, at any depth, since
//! such fields could hide what is signed.

use std::fmt;

use crate::app::Router;

/// How deep messages may be nested.
const MAX_DEPTH: u32 = 64;

/// Fields from this bit up are not critical: inside a body they may be unknown.
const NON_CRITICAL: u32 = 1 << 10;

/// The fields of a message.
#[derive(Debug)]
pub struct Fields {
    /// The message's name as the node prints it.
    pub name: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
}

/// A field: its number and what it holds.
#[derive(Debug, Clone, Copy)]
pub struct Field(pub u32, pub Kind);

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Integers, booleans and enums; repeated ones may be packed.
    Varint,
    /// Text or bytes.
    Bytes,
    /// A message.
    Message(&'static Fields),
    /// A message of the type that it names.
    Any,
}

use Kind::{Any, Bytes, Message, Varint};

pub(super) const TX_RAW: Fields =
    Fields { name: "*tx.TxRaw", fields: &[Field(1, Bytes), Field(2, Bytes), Field(3, Bytes)] };

pub(super) const TX_BODY: Fields = Fields {
    name: "*tx.TxBody",
    fields: &[
        Field(1, Any),
        Field(2, Bytes),
        Field(3, Varint),
        Field(4, Varint),
        Field(5, Message(&Fields { name: "*types.Timestamp", fields: &[Field(1, Varint), Field(2, Varint)] })),
        Field(1023, Any),
        Field(2047, Any),
    ],
};

/// The fields of a coin.
pub const COIN: Fields = Fields { name: "*types.Coin", fields: &[Field(1, Bytes), Field(2, Bytes)] };

pub(super) const AUTH_INFO: Fields = Fields {
    name: "*tx.AuthInfo",
    fields: &[
        Field(
            1,
            Message(&Fields {
                name: "*tx.SignerInfo",
                fields: &[Field(1, Any), Field(2, Message(&MODE_INFO)), Field(3, Varint)],
            }),
        ),
        Field(
            2,
            Message(&Fields {
                name: "*tx.Fee",
                fields: &[Field(1, Message(&COIN)), Field(2, Varint), Field(3, Bytes), Field(4, Bytes)],
            }),
        ),
        Field(3, Message(&Fields { name: "*tx.Tip", fields: &[Field(1, Message(&COIN)), Field(2, Bytes)] })),
    ],
};

static MODE_INFO: Fields = Fields {
    name: "*tx.ModeInfo",
    fields: &[
        Field(1, Message(&Fields { name: "*tx.ModeInfo_Single", fields: &[Field(1, Varint)] })),
        Field(
            2,
            Message(&Fields {
                name: "*tx.ModeInfo_Multi",
                fields: &[
                    Field(
                        1,
                        Message(&Fields {
                            name: "*types.CompactBitArray",
                            fields: &[Field(1, Varint), Field(2, Bytes)],
                        }),
                    ),
                    Field(2, Message(&MODE_INFO)),
                ],
            }),
        ),
    ],
};

const ANY: Fields = Fields { name: "*types.Any", fields: &[Field(1, Bytes), Field(2, Bytes)] };

const PUBLIC_KEY: Fields = Fields { name: "*secp256k1.PubKey", fields: &[Field(1, Bytes)] };

/// Public keys that may stand in a transaction.
fn public_key(type_url: &str) -> Option<&'static Fields> {
    match type_url {
        "/cosmos.crypto.secp256k1.PubKey" => Some(&PUBLIC_KEY),
        "/cosmos.crypto.ed25519.PubKey" => Some(&Fields { name: "*ed25519.PubKey", fields: &[Field(1, Bytes)] }),
        "/cosmos.crypto.secp256r1.PubKey" => Some(&Fields { name: "*secp256r1.PubKey", fields: &[Field(1, Bytes)] }),
        "/cosmos.crypto.multisig.LegacyAminoPubKey" => {
            Some(&Fields { name: "*multisig.LegacyAminoPubKey", fields: &[Field(1, Varint), Field(2, Any)] })
        }
        _ => None,
    }
}

/// Refuses bytes with fields that `fields` does not name, looking into nested messages.
///
/// # Errors
/// What a node says of the field.
pub(super) fn reject_unknown(bytes: &[u8], fields: &Fields, router: &Router) -> Result<(), String> {
    let walk = Walk { router, non_critical: fields.name == TX_BODY.name };
    walk.message(bytes, fields, MAX_DEPTH)
}

struct Walk<'a> {
    router: &'a Router,
    /// Whether unknown fields that are not critical pass.
    non_critical: bool,
}

impl Walk<'_> {
    fn message(&self, mut bytes: &[u8], fields: &Fields, depth: u32) -> Result<(), String> {
        if depth == 0 {
            return Err("recursion limit reached".into());
        }
        while !bytes.is_empty() {
            let (number, wire) = tag(&mut bytes).map_err(|_| "invalid length".to_owned())?;
            let known = fields.fields.iter().find(|field| field.0 == number);
            match known {
                Some(Field(_, kind)) => {
                    if !kind.fits(wire) {
                        return Err(format!(
                            "Mismatched {:?}: {{TagNum: {number}, GotWireType: {:?} != WantWireType: {:?}}}",
                            fields.name,
                            name(wire),
                            name(kind.wire())
                        ));
                    }
                }
                None if self.non_critical && number & NON_CRITICAL != 0 => {}
                None => {
                    return Err(format!(
                        "errUnknownField {:?}: {{TagNum: {number}, WireType:{:?}}}",
                        fields.name,
                        name(wire)
                    ));
                }
            }
            let content = take(&mut bytes, number, wire)?;
            match known {
                Some(Field(_, Message(nested))) => self.message(content, nested, depth - 1)?,
                Some(Field(_, Any)) => self.any(content, depth - 1)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn any(&self, bytes: &[u8], depth: u32) -> Result<(), String> {
        self.message(bytes, &ANY, depth)?;
        let any: cosmos_sdk_proto::Any =
            prost::Message::decode(bytes).map_err(|error: prost::DecodeError| error.to_string())?;
        if let Some(fields) = public_key(&any.type_url) {
            return self.message(&any.value, fields, depth);
        }
        let Some(module) = self.router.module_for(&any.type_url) else {
            return Err(format!("unable to resolve type URL {}", any.type_url));
        };
        match module.fields(&any.type_url) {
            Some(fields) => self.message(&any.value, fields, depth),
            None => Ok(()),
        }
    }
}

impl Kind {
    fn wire(self) -> u8 {
        match self {
            Varint => VARINT,
            Bytes | Message(_) | Any => BYTES,
        }
    }

    fn fits(self, wire: u8) -> bool {
        match self {
            Varint => matches!(wire, VARINT | BYTES),
            Bytes | Message(_) | Any => wire == BYTES,
        }
    }
}

/// Refuses a `TxRaw` whose fields are out of order or whose lengths are not as short as possible: another encoding of
/// the same transaction would have another hash.
///
/// # Errors
/// What a node says of the encoding.
pub(super) fn require_minimal_raw(mut bytes: &[u8]) -> Result<(), String> {
    let invalid = |error| format!("invalid length; {error}");
    let mut last = 0;
    while !bytes.is_empty() {
        let (number, wire) = tag(&mut bytes).map_err(invalid)?;
        if wire != BYTES {
            return Err(format!("expected {BYTES} wire type, got {wire}"));
        }
        if number < last {
            return Err(format!("txRaw must follow ADR-027, got tagNum {number} after tagNum {last}"));
        }
        last = number;
        let before = bytes.len();
        let length = varint(&mut bytes).map_err(invalid)?;
        let (read, need) = (before - bytes.len(), prost::encoding::encoded_len_varint(length));
        if read != need {
            return Err(format!(
                "length prefix varint for tagNum {number} is not as short as possible, read {read}, only need {need}"
            ));
        }
        split(&mut bytes, length).map_err(invalid)?;
    }
    Ok(())
}

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const BYTES: u8 = 2;
const START_GROUP: u8 = 3;
const END_GROUP: u8 = 4;
const FIXED32: u8 = 5;

/// Why bytes are no protobuf, in the words of the node's decoder.
#[derive(Debug, Clone, Copy)]
enum Broken {
    Truncated,
    FieldNumber,
    Overflow,
    Reserved,
    Group,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Broken::Truncated => "unexpected EOF",
            Broken::FieldNumber => "proto:\u{a0}invalid field number",
            Broken::Overflow => "proto:\u{a0}variable length integer overflow",
            Broken::Reserved => "proto:\u{a0}cannot parse reserved wire type",
            Broken::Group => "proto:\u{a0}mismatching end group marker",
        })
    }
}

/// Reads the number of a field and its wire type.
fn tag(bytes: &mut &[u8]) -> Result<(u32, u8), Broken> {
    let tag = varint(bytes)?;
    let number = u32::try_from(tag >> 3).ok().filter(|number| (1..=i32::MAX as u32).contains(number));
    Ok((number.ok_or(Broken::FieldNumber)?, (tag & 7) as u8))
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Broken> {
    let mut value = 0;
    for index in 0..10 {
        let (byte, rest) = bytes.split_first().ok_or(Broken::Truncated)?;
        *bytes = rest;
        if index == 9 && *byte > 1 {
            return Err(Broken::Overflow);
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Broken::Overflow)
}

fn split<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], Broken> {
    let parts = usize::try_from(length).ok().and_then(|length| bytes.split_at_checked(length));
    let (content, rest) = parts.ok_or(Broken::Truncated)?;
    *bytes = rest;
    Ok(content)
}

/// Takes the value of a field; for length-delimited fields the bytes inside.
fn take<'a>(bytes: &mut &'a [u8], number: u32, wire: u8) -> Result<&'a [u8], String> {
    let content = match wire {
        VARINT => varint(bytes).map(|_| &[][..]),
        FIXED64 => split(bytes, 8),
        BYTES => varint(bytes).and_then(|length| split(bytes, length)),
        FIXED32 => split(bytes, 4),
        // Groups are unknown to every message of this chain, so that their content is never looked at.
        START_GROUP | END_GROUP => Err(Broken::Group),
        _ => Err(Broken::Reserved),
    };
    content.map_err(|error| {
        format!("could not consume field value for tagNum: {number}, wireType: {:?}; {error}", name(wire))
    })
}

fn name(wire: u8) -> String {
    match wire {
        VARINT => "varint".into(),
        FIXED64 => "fixed64".into(),
        BYTES => "bytes".into(),
        START_GROUP => "start_group".into(),
        END_GROUP => "end_group".into(),
        FIXED32 => "fixed32".into(),
        other => format!("unknown type: {other}"),
    }
}
