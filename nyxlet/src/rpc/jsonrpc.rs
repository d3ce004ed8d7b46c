//! JSON-RPC 2.0 as a CometBFT 0.38 node speaks it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::go_json;

/// What a node calls a request when something else came.
const REQUEST_TYPE: &str = concat!(
    r#"struct { JSONRPC string "json:\"jsonrpc\""; ID interface {} "json:\"id,omitempty\""; "#,
    r#"Method string "json:\"method\""; Params json.RawMessage "json:\"params\"" }"#
);

/// An error inside an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RpcError {
    code: i32,
    message: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    data: String,
}

impl RpcError {
    pub(super) fn parse(data: impl ToString) -> Self {
        Self { code: -32700, message: "Parse error. Invalid JSON", data: data.to_string() }
    }

    pub(super) fn invalid_request(data: impl ToString) -> Self {
        Self { code: -32600, message: "Invalid Request", data: data.to_string() }
    }

    pub(super) fn method_not_found() -> Self {
        Self { code: -32601, message: "Method not found", data: String::new() }
    }

    pub(super) fn invalid_params(data: impl ToString) -> Self {
        Self { code: -32602, message: "Invalid params", data: data.to_string() }
    }

    pub(super) fn internal(data: impl ToString) -> Self {
        Self { code: -32603, message: "Internal error", data: data.to_string() }
    }

    pub(super) fn server(data: impl ToString) -> Self {
        Self { code: -32000, message: "Server error", data: data.to_string() }
    }
}

/// The id of a request: a string or a whole number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    Text(String),
    Number(i64),
}

/// The id in answers to GET requests, which carry none.
pub(super) const URI_ID: Id = Id::Number(-1);

/// An answer.
#[derive(Debug, Serialize)]
pub(super) struct Response {
    jsonrpc: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<RpcError>,
}

impl Response {
    pub(super) fn new(id: Option<Id>, answer: Result<Box<RawValue>, RpcError>) -> Self {
        let (result, error) = match answer {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        Self { jsonrpc: "2.0", id, result, error }
    }

    pub(super) fn to_json(&self) -> String {
        serialize(self)
    }
}

/// Several answers, a single one without brackets.
pub(super) fn batch_to_json(responses: &[Response]) -> String {
    match responses {
        [only] => only.to_json(),
        many => serialize(&many),
    }
}

fn serialize(value: &impl Serialize) -> String {
    super::json::to_raw(value).map_or_else(|_| String::new(), |raw| raw.get().to_owned())
}

/// A request; one without id is a notification and gets no answer.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) id: Option<Id>,
    pub(super) method: String,
    pub(super) params: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawRequest<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    method: Option<String>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

impl<'a> TryFrom<RawRequest<'a>> for Request<'a> {
    type Error = String;

    fn try_from(raw: RawRequest<'a>) -> Result<Self, String> {
        let id = match raw.id.map(RawValue::get) {
            None | Some("null") => None,
            Some(text) => Some(parse_id(text)?),
        };
        let params = raw.params.filter(|params| params.get() != "null");
        Ok(Self { id, method: raw.method.unwrap_or_default(), params })
    }
}

fn parse_id(text: &str) -> Result<Id, String> {
    if text.starts_with('"') {
        return serde_json::from_str(text).map(Id::Text).map_err(|error| error.to_string());
    }
    if let Ok(number) = text.parse::<i64>() {
        return Ok(Id::Number(number));
    }
    match text.parse::<f64>() {
        // Parts of whole numbers are cut off, as the node does.
        #[allow(clippy::cast_possible_truncation, reason = "checked to be within the whole numbers that f64 holds")]
        Ok(number) if number.abs() < 9.0e15 => Ok(Id::Number(number as i64)),
        _ => Err(match text {
            "{}" => "json-rpc ID (map[]) is of unknown type (map[string]interface {})".into(),
            "[]" => "json-rpc ID ([]) is of unknown type ([]interface {})".into(),
            "true" | "false" => format!("json-rpc ID ({text}) is of unknown type (bool)"),
            other => format!("json-rpc ID ({other}) is of unknown type"),
        }),
    }
}

/// The requests of a body; whether they came as an array.
///
/// # Errors
/// What is wrong with the JSON.
pub(super) fn parse_body(body: &str) -> Result<(Vec<Request<'_>>, bool), RpcError> {
    let unreadable = |error: String| RpcError::parse(format!("error unmarshaling request: {error}"));
    let is_batch = body.trim_start().starts_with('[');
    let raw: Vec<RawRequest<'_>> = if is_batch {
        serde_json::from_str(body).map_err(|error| unreadable(go_json::refusal(body, &error, REQUEST_TYPE)))?
    } else {
        // serde reads a struct from an array too, a node does not: only objects come here.
        vec![serde_json::from_str(body).map_err(|error| unreadable(go_json::refusal(body, &error, REQUEST_TYPE)))?]
    };
    let requests = raw.into_iter().map(Request::try_from).collect::<Result<_, _>>().map_err(unreadable)?;
    Ok((requests, is_batch))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn ids_are_texts_or_numbers() {
        let id = |json: &str| parse_body(json).map(|(requests, _)| requests[0].id.clone());
        assert_eq!(id(r#"{"id":"a","method":"x"}"#), Ok(Some(Id::Text("a".into()))));
        assert_eq!(id(r#"{"id":7,"method":"x"}"#), Ok(Some(Id::Number(7))));
        assert_eq!(id(r#"{"id":7.9,"method":"x"}"#), Ok(Some(Id::Number(7))));
        assert_eq!(id(r#"{"id":null,"method":"x"}"#), Ok(None));
        assert_eq!(id(r#"{"method":"x"}"#), Ok(None));
        assert!(id(r#"{"id":{},"method":"x"}"#).is_err());
        assert!(id(r#"{"id":1e300,"method":"x"}"#).is_err());
    }

    #[test]
    fn what_is_no_request_is_a_parse_error() {
        for body in ["{", "7", "\"x\"", "[1]", "nonsense", "{\"method\":5}", "[[]]"] {
            let error = parse_body(body).unwrap_err();
            assert_eq!(error.code, -32700, "{body}");
            assert!(error.data.starts_with("error unmarshaling request: "), "{body}");
        }
    }

    #[test]
    fn deep_json_costs_nothing() {
        let deep =
            format!("{{\"id\":1,\"method\":\"status\",\"params\":{}{}}}", "[".repeat(200_000), "]".repeat(200_000));
        // Either refused or taken as unread text: no overflow of the stack.
        let _ = parse_body(&deep);
    }

    #[test]
    fn answers_leave_out_what_they_lack() {
        let response = Response::new(None, Err(RpcError::method_not_found()));
        assert_eq!(response.to_json(), r#"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"}}"#);
        let response = Response::new(Some(URI_ID), Ok(RawValue::from_string("{}".into()).unwrap()));
        assert_eq!(response.to_json(), r#"{"jsonrpc":"2.0","id":-1,"result":{}}"#);
    }
}
