//! The words in which a node refuses JSON: clients show them, and people search for them.

/// Why `text` is no JSON, or not of the type `wanted` in Go.
pub(super) fn refusal(text: &str, error: &serde_json::Error, wanted: &str) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".into();
    }
    if error.is_data() {
        let kind = match text.trim_start().bytes().next() {
            Some(b'{') => "object",
            Some(b'[') => "array",
            Some(b'"') => "string",
            Some(b't' | b'f') => "bool",
            Some(b'-' | b'0'..=b'9') => "number",
            _ => return error.to_string(),
        };
        return format!("json: cannot unmarshal {kind} into Go value of type {wanted}");
    }
    let said = error.to_string();
    let place = PLACES.iter().find(|(ours, _)| said.starts_with(ours)).map(|(_, theirs)| *theirs);
    match (place, character(text, error)) {
        (Some(place), Some(character)) => format!("invalid character '{character}' {place}"),
        _ => said,
    }
}

/// What the parser here says, and what Go's says of the same place.
const PLACES: [(&str, &str); 6] = [
    ("key must be a string", "looking for beginning of object key string"),
    ("expected value", "looking for beginning of value"),
    ("expected `:`", "after object key"),
    ("expected `,` or `}`", "after object key:value pair"),
    ("expected `,` or `]`", "after array element"),
    ("trailing characters", "after top-level value"),
];

/// The character at which parsing stopped.
fn character(text: &str, error: &serde_json::Error) -> Option<char> {
    let line = text.lines().nth(error.line().checked_sub(1)?)?;
    line.get(error.column().checked_sub(1)?..)?.chars().next()
}

/// Lists of bytes as Go prints them: `[[1 2] [3]]`.
pub(super) fn byte_lists<'a>(lists: impl Iterator<Item = &'a [u8]>) -> String {
    // A client's long parameters are not sent back whole.
    const SHOWN: usize = 100;
    let list = |bytes: &[u8]| {
        let numbers: Vec<String> = bytes.iter().take(SHOWN).map(u8::to_string).collect();
        format!("[{}]", numbers.join(" "))
    };
    format!("[{}]", lists.take(SHOWN).map(list).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let error = serde_json::from_str::<std::collections::BTreeMap<String, String>>(text);
        error.err().map(|error| refusal(text, &error, "T")).unwrap_or_default()
    }

    #[test]
    fn broken_json_is_named_as_go_names_it() {
        for (text, says) in [
            ("{no json", "invalid character 'n' looking for beginning of object key string"),
            ("{\"a\":x}", "invalid character 'x' looking for beginning of value"),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            ("{\"a\":\"b\" 1}", "invalid character '1' after object key:value pair"),
            ("{} {}", "invalid character '{' after top-level value"),
            ("{", "unexpected end of JSON input"),
            ("5", "json: cannot unmarshal number into Go value of type T"),
            ("[1]", "json: cannot unmarshal array into Go value of type T"),
        ] {
            assert_eq!(refused(text), says, "{text}");
        }
    }

    #[test]
    fn bytes_are_listed_as_go_lists_them() {
        let lists: [&[u8]; 2] = [b"\"1\"", b""];
        assert_eq!(byte_lists(lists.into_iter()), "[[34 49 34] []]");
    }
}
