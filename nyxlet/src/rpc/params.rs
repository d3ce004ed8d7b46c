//! Parameters of a call: from a JSON object, a JSON array, or the query of a GET request, each with a node's own
//! conventions.

use std::collections::HashMap;

use base64::{DecodeError, Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::value::RawValue;

use super::go_json;

/// The parameters of one call by name, as raw JSON or as the text of a GET request.
pub(super) struct Params<'a>(HashMap<&'a str, Value<'a>>);

enum Value<'a> {
    Json(&'a str),
    Uri(String),
}

/// Why parameters do not fit, in the words of a node.
pub(super) type ParamError = String;

impl<'a> Params<'a> {
    /// The parameters of a JSON-RPC request.
    pub(super) fn from_json(names: &[&'a str], raw: Option<&'a RawValue>) -> Result<Self, ParamError> {
        let refuse = |error: String| format!("error converting json params to arguments: {error}");
        let Some(raw) = raw.map(RawValue::get) else { return Ok(Self(HashMap::new())) };
        match raw.bytes().next() {
            Some(b'{') => {
                let given: HashMap<String, &'a RawValue> =
                    serde_json::from_str(raw).map_err(|error| refuse(error.to_string()))?;
                let values = names.iter().filter_map(|name| Some((*name, Value::Json(given.get(*name)?.get()))));
                Ok(Self(values.collect()))
            }
            Some(b'[') => {
                let given: Vec<&'a RawValue> = serde_json::from_str(raw).map_err(|error| refuse(error.to_string()))?;
                if given.len() != names.len() {
                    let names_text = names.join(" ");
                    let shown = go_json::byte_lists(given.iter().map(|value| value.get().as_bytes()));
                    return Err(refuse(format!(
                        "expected {} parameters ([{names_text}]), got {} ({shown})",
                        names.len(),
                        given.len()
                    )));
                }
                Ok(Self(names.iter().copied().zip(given.into_iter().map(|value| Value::Json(value.get()))).collect()))
            }
            _ => {
                let shown: String = raw.chars().take(100).collect();
                Err(refuse(format!("unknown type for JSON params: {shown}. Expected map or array")))
            }
        }
    }

    /// The parameters in the query of a GET request; empty ones count as absent.
    pub(super) fn from_uri(names: &[&'a str], query: &str) -> Self {
        let mut values = HashMap::new();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if let Some(name) = names.iter().find(|name| **name == key)
                && !value.is_empty()
            {
                values.entry(*name).or_insert_with(|| Value::Uri(value.into_owned()));
            }
        }
        Self(values)
    }

    /// A 64-bit integer: a JSON string, or plain digits in a GET request.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ParamError> {
        self.value(name, |value| match value {
            Value::Uri(text) if is_integer(text) => parse_integer(text),
            Value::Uri(text) if is_hex(text) => Err("got a hex string arg, but expected 'int64'".into()),
            value => {
                let json = value.text();
                let digits = json
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
                    .ok_or_else(|| format!("invalid 64-bit integer encoding {:?}, expected string", shorten(json)))?;
                parse_integer(digits)
            }
        })
    }

    /// A text: a JSON string, in a GET request also `0x` and hex.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, ParamError> {
        self.value(name, |value| match value {
            Value::Uri(text) if is_hex(text) => {
                String::from_utf8(decode_hex(&text[2..])?).map_err(|_| "the hex holds no UTF-8 text".into())
            }
            value => json_string(value.text()),
        })
    }

    /// A truth value.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, ParamError> {
        self.value(name, |value| match value {
            Value::Uri(text) if is_hex(text) => Err("got a hex string arg, but expected 'bool'".into()),
            value => serde_json::from_str(value.text()).map_err(|error| go_json::refusal(value.text(), &error, "bool")),
        })
    }

    /// Bytes: base64 in JSON; in a GET request `0x` and hex, or a quoted text that stands for its own bytes.
    pub(super) fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, ParamError> {
        self.binary(name, |text| {
            BASE64.decode(text).map_err(|error| {
                let at = match error {
                    DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => at,
                    DecodeError::InvalidLength(_) | DecodeError::InvalidPadding => text.len(),
                };
                format!("illegal base64 data at input byte {at}")
            })
        })
    }

    /// Bytes: hex in JSON; in a GET request as [`Params::bytes`].
    pub(super) fn hex_bytes(&self, name: &str) -> Result<Option<Vec<u8>>, ParamError> {
        self.binary(name, decode_hex)
    }

    /// Any JSON.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(Value::text).filter(|text| *text != "null")
    }

    fn binary(
        &self,
        name: &str,
        from_json: impl Fn(&str) -> Result<Vec<u8>, ParamError>,
    ) -> Result<Option<Vec<u8>>, ParamError> {
        self.value(name, |value| match value {
            Value::Uri(text) if is_hex(text) => decode_hex(&text[2..]),
            Value::Uri(text) if text.len() > 1 && text.starts_with('"') && text.ends_with('"') => {
                json_string(text).map(String::into_bytes)
            }
            value => from_json(&json_string(value.text())?),
        })
    }

    fn value<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Value<'_>) -> Result<T, ParamError>,
    ) -> Result<Option<T>, ParamError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        if value.text() == "null" {
            return Ok(None);
        }
        read(value).map(Some).map_err(|error| {
            let source = match value {
                Value::Json(_) => "json",
                Value::Uri(_) => "http",
            };
            format!("error converting {source} params to arguments: {error}")
        })
    }
}

impl Value<'_> {
    fn text(&self) -> &str {
        match self {
            Value::Json(text) => text,
            Value::Uri(text) => text,
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hex(text: &str) -> bool {
    text.starts_with("0x") || text.starts_with("0X")
}

fn parse_integer(digits: &str) -> Result<i64, ParamError> {
    digits.parse().map_err(|_| match serde_json::from_str::<serde::de::IgnoredAny>(digits) {
        Err(error) => go_json::refusal(digits, &error, "int64"),
        Ok(_) => format!("json: cannot unmarshal {} into Go value of type int64", shorten(digits)),
    })
}

/// Reads hex, and says of the first byte that is none what a node says.
fn decode_hex(text: &str) -> Result<Vec<u8>, ParamError> {
    if let Some(wrong) = text.bytes().find(|byte| !byte.is_ascii_hexdigit()) {
        let shown = char::from(wrong);
        return Err(format!("encoding/hex: invalid byte: U+{:04X} {shown:?}", u32::from(wrong)));
    }
    hex::decode(text).map_err(|_| "encoding/hex: odd length hex string".into())
}

fn json_string(text: &str) -> Result<String, ParamError> {
    serde_json::from_str(text).map_err(|error| go_json::refusal(text, &error, "string"))
}

fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const NAMES: [&str; 3] = ["height", "hash", "prove"];

    fn json(text: &str) -> &RawValue {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn json_objects_and_arrays() {
        let object = Params::from_json(&NAMES, Some(json(r#"{"height":"5","hash":"AQI=","prove":true}"#))).unwrap();
        assert_eq!(object.integer("height"), Ok(Some(5)));
        assert_eq!(object.bytes("hash"), Ok(Some(vec![1, 2])));
        assert_eq!(object.boolean("prove"), Ok(Some(true)));

        let array = Params::from_json(&NAMES, Some(json(r#"[null,"0102",false]"#))).unwrap();
        assert_eq!(array.integer("height"), Ok(None));
        assert_eq!(array.hex_bytes("hash"), Ok(Some(vec![1, 2])));

        let error = Params::from_json(&NAMES, Some(json("[1]"))).err().unwrap();
        assert!(error.contains("expected 3 parameters ([height hash prove]), got 1"), "{error}");
        assert!(Params::from_json(&NAMES, Some(json("5"))).is_err());
    }

    #[test]
    fn a_bare_number_is_refused_as_a_node_refuses_it() {
        let params = Params::from_json(&NAMES, Some(json(r#"{"height":5}"#))).unwrap();
        assert_eq!(
            params.integer("height").unwrap_err(),
            "error converting json params to arguments: invalid 64-bit integer encoding \"5\", expected string"
        );
    }

    #[test]
    fn uri_conventions() {
        let params = Params::from_uri(&NAMES, "height=5&hash=0x0102&prove=true");
        assert_eq!(params.integer("height"), Ok(Some(5)));
        assert_eq!(params.bytes("hash"), Ok(Some(vec![1, 2])));
        assert_eq!(params.boolean("prove"), Ok(Some(true)));

        let params = Params::from_uri(&NAMES, "height=%225%22&hash=%22ab%22&prove=");
        assert_eq!(params.integer("height"), Ok(Some(5)));
        assert_eq!(params.bytes("hash"), Ok(Some(b"ab".to_vec())));
        assert_eq!(params.boolean("prove"), Ok(None));

        let params = Params::from_uri(&NAMES, "height=0x5&hash=zz&prove=maybe");
        assert!(params.integer("height").unwrap_err().contains("got a hex string arg"));
        assert!(params.bytes("hash").unwrap_err().contains("invalid character 'z' looking for beginning of value"));
        assert!(params.boolean("prove").is_err());
    }
}
