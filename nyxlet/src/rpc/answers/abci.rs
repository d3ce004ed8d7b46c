//! Answers of the application.

use serde::{Serialize, Serializer};
use tendermint_proto::v0_38::abci::{Event, EventAttribute, ExecTxResult, ResponseQuery};

use crate::rpc::json::{Base64OrNull, Text};

/// An event, all members present.
pub(in crate::rpc) struct AbciEvent<'a>(pub(in crate::rpc) &'a Event);

#[derive(Serialize)]
struct EventMembers<'a> {
    r#type: &'a str,
    attributes: Vec<Attribute<'a>>,
}

#[derive(Serialize)]
struct Attribute<'a> {
    key: &'a str,
    value: &'a str,
    index: bool,
}

impl<'a> From<&'a EventAttribute> for Attribute<'a> {
    fn from(attribute: &'a EventAttribute) -> Self {
        Self { key: &attribute.key, value: &attribute.value, index: attribute.index }
    }
}

impl Serialize for AbciEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let attributes = self.0.attributes.iter().map(Attribute::from).collect();
        EventMembers { r#type: &self.0.r#type, attributes }.serialize(serializer)
    }
}

/// The result of a transaction, all members present; a check's result has the same shape.
pub(in crate::rpc) struct ExecResult<'a>(pub(in crate::rpc) &'a ExecTxResult);

#[derive(Serialize)]
struct ExecMembers<'a> {
    code: u32,
    data: Base64OrNull<'a>,
    log: &'a str,
    info: &'a str,
    gas_wanted: Text<i64>,
    gas_used: Text<i64>,
    events: Vec<AbciEvent<'a>>,
    codespace: &'a str,
}

impl Serialize for ExecResult<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let result = self.0;
        ExecMembers {
            code: result.code,
            data: Base64OrNull(&result.data),
            log: &result.log,
            info: &result.info,
            gas_wanted: Text(result.gas_wanted),
            gas_used: Text(result.gas_used),
            events: result.events.iter().map(AbciEvent).collect(),
            codespace: &result.codespace,
        }
        .serialize(serializer)
    }
}

/// The result of a transaction without what is zero or empty, as subscriptions carry it.
pub(in crate::rpc) struct TerseExecResult<'a>(pub(in crate::rpc) &'a ExecTxResult);

#[derive(Serialize)]
struct TerseMembers<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Base64OrNull<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    log: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    info: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_wanted: Option<Text<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_used: Option<Text<i64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<AbciEvent<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    codespace: &'a str,
}

impl Serialize for TerseExecResult<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let result = self.0;
        let gas = |amount: i64| (amount != 0).then_some(Text(amount));
        TerseMembers {
            code: (result.code != 0).then_some(result.code),
            data: (!result.data.is_empty()).then_some(Base64OrNull(&result.data)),
            log: &result.log,
            info: &result.info,
            gas_wanted: gas(result.gas_wanted),
            gas_used: gas(result.gas_used),
            events: result.events.iter().map(AbciEvent).collect(),
            codespace: &result.codespace,
        }
        .serialize(serializer)
    }
}

/// `{"response": …}` of `abci_query`.
pub(in crate::rpc) struct QueryResponse(pub(in crate::rpc) ResponseQuery);

#[derive(Serialize)]
struct InResponse<T> {
    response: T,
}

#[derive(Serialize)]
struct QueryMembers<'a> {
    code: u32,
    log: &'a str,
    info: &'a str,
    index: Text<i64>,
    key: Base64OrNull<'a>,
    value: Base64OrNull<'a>,
    #[serde(rename = "proofOps")]
    proof_ops: Option<()>,
    height: Text<i64>,
    codespace: &'a str,
}

impl Serialize for QueryResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let query = &self.0;
        let response = QueryMembers {
            code: query.code,
            log: &query.log,
            info: &query.info,
            index: Text(query.index),
            key: Base64OrNull(&query.key),
            value: Base64OrNull(&query.value),
            proof_ops: None,
            height: Text(query.height),
            codespace: &query.codespace,
        };
        InResponse { response }.serialize(serializer)
    }
}

/// `{"response": …}` of `abci_info`.
pub(in crate::rpc) struct InfoResponse {
    pub(in crate::rpc) height: u64,
    pub(in crate::rpc) app_hash: Vec<u8>,
}

#[derive(Serialize)]
struct InfoMembers<'a> {
    data: &'a str,
    version: &'a str,
    last_block_height: Text<u64>,
    last_block_app_hash: Base64OrNull<'a>,
}

impl Serialize for InfoResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let response = InfoMembers {
            data: "nyxlet",
            version: env!("CARGO_PKG_VERSION"),
            last_block_height: Text(self.height),
            last_block_app_hash: Base64OrNull(&self.app_hash),
        };
        InResponse { response }.serialize(serializer)
    }
}
