//! JSON as Go's encoder writes it.
//!
//! A contract pays for every byte that it parses, so the text handed to it must be the one a Go node writes: members in
//! declaration order, no spaces, and `<`, `>`, `&` and the two Unicode line separators escaped.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Nesting that Go's JSON scanner accepts.
const MAX_DEPTH: usize = 10_000;

/// Serialises `value` the way Go's `json.Marshal` does.
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    value
        .serialize(&mut Serializer::with_formatter(&mut out, GoFormatter))
        .expect("the types given here have string keys only and write to memory");
    out
}

/// True when Go's `json.Valid` accepts the bytes.
pub fn is_valid(bytes: &[u8]) -> bool {
    depth(bytes) <= MAX_DEPTH && serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// Greatest nesting of objects and arrays outside of strings; needs no valid document.
fn depth(bytes: &[u8]) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

struct GoFormatter;

impl Formatter for GoFormatter {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (plain, tail) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let special = tail.chars().next().expect("find returned its position");
            write!(writer, "\\u{:04x}", u32::from(special))?;
            rest = &tail[special.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_go_escapes() {
        assert_eq!(
            to_vec("a<b>&c\u{2028}\n\u{8}\u{1f}é\""),
            br#""a\u003cb\u003e\u0026c\u2028\n\b\u001f"#
                .iter()
                .chain("é\\\"\"".as_bytes())
                .copied()
                .collect::<Vec<u8>>()
        );
    }

    #[test]
    fn validity_is_syntax_only() {
        assert!(is_valid(b"{}"));
        assert!(is_valid(b" [1,2.5e3,\"\\ud800\"] "));
        assert!(!is_valid(b""));
        assert!(!is_valid(b"{"));
        assert!(!is_valid(b"{} x"));
        assert!(!is_valid(b"NaN"));
    }

    #[test]
    fn nesting_is_bounded_without_recursion() {
        let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
        assert!(is_valid(&nested(MAX_DEPTH)));
        assert!(!is_valid(&nested(MAX_DEPTH + 1)));
        assert!(!is_valid(&vec![b'['; 1_000_000]));
    }
}
