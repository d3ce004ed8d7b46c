//! What an engine answers, in one form for both.

use std::fmt::Debug;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use nyxlet::clock::Nanos;
use serde_json::Value;

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its height.
    pub height: u64,
    /// Its time.
    pub time: Nanos,
    /// Its transactions in order.
    pub txs: Vec<Delivered>,
}

/// A transaction in a block.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Its bytes.
    pub tx: Vec<u8>,
    /// What it did.
    pub answer: TxAnswer,
}

/// What a transaction did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxAnswer {
    /// 0 when it succeeded.
    pub code: u32,
    /// Who the code belongs to.
    pub codespace: String,
    /// Why it failed.
    pub log: String,
    /// The answers of its messages, encoded.
    pub data: Vec<u8>,
    /// Its gas limit.
    pub gas_wanted: i64,
    /// What it used.
    pub gas_used: i64,
    /// Its events in order.
    pub events: Vec<TxEvent>,
}

/// An event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxEvent {
    /// Its type.
    pub kind: String,
    /// Key, value, and whether it is indexed, in order.
    pub attributes: Vec<(String, String, bool)>,
}

/// The answer of a query or of the check on entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 0 when it is no refusal.
    pub code: u32,
    /// Who the code belongs to.
    pub codespace: String,
    /// Why it is refused.
    pub log: String,
    /// The answer.
    pub value: Vec<u8>,
}

impl TxAnswer {
    /// Reads a member of `block_results`.
    pub(crate) fn from_json(answer: &Value) -> Result<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let gas = |name: &str| answer[name].as_str().map_or(Ok(0), str::parse).with_context(|| name.to_owned());
        let nothing = Vec::new();
        let events = answer["events"].as_array().unwrap_or(&nothing).iter();
        let attribute = |one: &Value| (text(&one["key"]), text(&one["value"]), one["index"].as_bool().unwrap_or(false));
        Ok(Self {
            code: u32::try_from(answer["code"].as_u64().unwrap_or(0))?,
            codespace: text(&answer["codespace"]),
            log: text(&answer["log"]),
            data: BASE64.decode(answer["data"].as_str().unwrap_or_default())?,
            gas_wanted: gas("gas_wanted")?,
            gas_used: gas("gas_used")?,
            events: events
                .map(|event| TxEvent {
                    kind: text(&event["type"]),
                    attributes: event["attributes"].as_array().unwrap_or(&nothing).iter().map(attribute).collect(),
                })
                .collect(),
        })
    }

    /// Where the answer of another engine differs first; `None` when it is the same.
    #[must_use]
    pub fn difference(&self, other: &TxAnswer) -> Option<String> {
        differs("code", &self.code, &other.code)
            .or_else(|| differs("codespace", &self.codespace, &other.codespace))
            .or_else(|| differs("log", &self.log, &other.log))
            .or_else(|| differs("gas wanted", &self.gas_wanted, &other.gas_wanted))
            .or_else(|| differs("gas used", &self.gas_used, &other.gas_used))
            .or_else(|| differs("data", &hex::encode(&self.data), &hex::encode(&other.data)))
            .or_else(|| {
                let mut pairs = self.events.iter().zip(&other.events);
                let (one, two) = pairs.find(|(one, two)| one != two)?;
                differs("event", one, two)
            })
            .or_else(|| differs("number of events", &self.events.len(), &other.events.len()))
    }
}

impl Answer {
    /// Where the answer of another engine differs first; `None` when it is the same.
    #[must_use]
    pub fn difference(&self, other: &Answer) -> Option<String> {
        let readable = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        differs("code", &self.code, &other.code)
            .or_else(|| differs("codespace", &self.codespace, &other.codespace))
            .or_else(|| differs("log", &self.log, &other.log))
            .or_else(|| {
                let same = self.value == other.value;
                if same { None } else { differs("value", &readable(&self.value), &readable(&other.value)) }
            })
    }
}

fn differs<T: Debug + PartialEq>(what: &str, nyxd: &T, nyxlet: &T) -> Option<String> {
    (nyxd != nyxlet).then(|| format!("{what}: {nyxd:?} on nyxd, {nyxlet:?} on nyxlet"))
}
