//! The textual form of key files: one block of base64 between tagged lines (RFC 7468).

use crate::DkgError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const COLUMNS: usize = 64;

pub(crate) fn encode(tag: &str, bytes: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(bytes));
    let lines = body.len().div_ceil(COLUMNS);
    // Reserved in full, so that no growth leaves copies of a secret behind.
    let mut out = String::with_capacity(body.len() + lines + 2 * tag.len() + 40);
    out.push_str("-----BEGIN ");
    out.push_str(tag);
    out.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(COLUMNS));
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    out.push_str("-----END ");
    out.push_str(tag);
    out.push_str("-----\n");
    out
}

pub(crate) fn decode(tag: &'static str, text: &str) -> Result<Vec<u8>, DkgError> {
    let refused = DkgError::NotPem { tag };
    let body = text
        .trim()
        .strip_prefix("-----BEGIN ")
        .and_then(|rest| rest.strip_prefix(tag))
        .and_then(|rest| rest.strip_prefix("-----"))
        .and_then(|rest| rest.strip_suffix("-----"))
        .and_then(|rest| rest.strip_suffix(tag))
        .and_then(|rest| rest.strip_suffix("-----END "));
    let Some(body) = body else {
        return Err(refused);
    };
    let mut compact = Zeroizing::new(String::with_capacity(body.len()));
    compact.extend(body.split_ascii_whitespace());
    STANDARD.decode(compact.as_bytes()).map_err(|_| refused)
}
