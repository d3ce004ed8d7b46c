//! The env file: its variables and its syntax (`docs/protocol/quorum-contracts.md §10.3`).

use std::collections::BTreeMap;

use crate::NetworkError;

/// Names of the variables, as every Nym program reads them.
#[allow(missing_docs, reason = "each constant is the variable that it names; docs/protocol/quorum-contracts.md §10.3")]
pub mod variable {
    pub const CONFIGURED: &str = "CONFIGURED";
    pub const NETWORK_NAME: &str = "NETWORK_NAME";
    pub const BECH32_PREFIX: &str = "BECH32_PREFIX";
    pub const MIX_DENOM: &str = "MIX_DENOM";
    pub const MIX_DENOM_DISPLAY: &str = "MIX_DENOM_DISPLAY";
    pub const STAKE_DENOM: &str = "STAKE_DENOM";
    pub const STAKE_DENOM_DISPLAY: &str = "STAKE_DENOM_DISPLAY";
    pub const DENOMS_EXPONENT: &str = "DENOMS_EXPONENT";
    pub const MIXNET_CONTRACT_ADDRESS: &str = "MIXNET_CONTRACT_ADDRESS";
    pub const VESTING_CONTRACT_ADDRESS: &str = "VESTING_CONTRACT_ADDRESS";
    pub const ECASH_CONTRACT_ADDRESS: &str = "ECASH_CONTRACT_ADDRESS";
    pub const GROUP_CONTRACT_ADDRESS: &str = "GROUP_CONTRACT_ADDRESS";
    pub const MULTISIG_CONTRACT_ADDRESS: &str = "MULTISIG_CONTRACT_ADDRESS";
    pub const COCONUT_DKG_CONTRACT_ADDRESS: &str = "COCONUT_DKG_CONTRACT_ADDRESS";
    pub const PERFORMANCE_CONTRACT_ADDRESS: &str = "PERFORMANCE_CONTRACT_ADDRESS";
    pub const REWARDING_VALIDATOR_ADDRESS: &str = "REWARDING_VALIDATOR_ADDRESS";
    pub const NYXD: &str = "NYXD";
    pub const NYXD_WS: &str = "NYXD_WS";
    pub const NYM_API: &str = "NYM_API";
    pub const NYM_APIS: &str = "NYM_APIS";
    pub const NYM_VPN_API: &str = "NYM_VPN_API";
    pub const NYM_VPN_APIS: &str = "NYM_VPN_APIS";
    pub const EXIT_POLICY: &str = "EXIT_POLICY";
    pub const UPGRADE_MODE_ATTESTATION_URL: &str = "UPGRADE_MODE_ATTESTATION_URL";
    pub const UPGRADE_MODE_ATTESTER_ED25519_PUBKEY: &str = "UPGRADE_MODE_ATTESTER_ED25519_PUBKEY";
    pub const DKG_TIME_CONFIGURATION: &str = "DKG_TIME_CONFIGURATION";
    /// The old name of `NYXD`, read where the new one is not set.
    pub const NYMD_VALIDATOR: &str = "NYMD_VALIDATOR";
    /// The old name of `NYM_API`, read where the new one is not set.
    pub const API_VALIDATOR: &str = "API_VALIDATOR";
}

/// Reads the lines of an env file: `NAME=value`, `export NAME=value`, comments, quoted values.
///
/// Of a variable that stands twice the first value counts, as in the programs that load the file into their
/// environment. Inside double quotes `\"`, `\\`, `\n` and `\$` are escapes; single quotes keep everything.
/// Nothing is expanded.
///
/// # Errors
/// [`NetworkError::Line`] with the number and text of the first line that is none of these.
pub fn parse_variables(text: &str, source_name: &str) -> Result<BTreeMap<String, String>, NetworkError> {
    let mut variables = BTreeMap::new();
    for (index, raw) in text.lines().enumerate() {
        let line = raw.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let parsed = line
            .strip_prefix("export ")
            .unwrap_or(line)
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
            .filter(|(name, _)| is_name(name))
            .and_then(|(name, value)| Some((name, unquote(value)?)));
        let Some((name, value)) = parsed else {
            return Err(NetworkError::Line { source_name: source_name.into(), line: index + 1, text: raw.into() });
        };
        variables.entry(name.to_owned()).or_insert(value);
    }
    Ok(variables)
}

/// One line of an env file. Values with JSON in them stay unquoted where that is safe, which is what other programs write.
pub(crate) fn line(name: &str, value: &str) -> String {
    format!("{name}={}\n", quote(value))
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn unquote(value: &str) -> Option<String> {
    if let Some(rest) = value.strip_prefix('\'') {
        let end = rest.find('\'')?;
        return is_trailer(&rest[end + 1..]).then(|| rest[..end].to_owned());
    }
    let Some(rest) = value.strip_prefix('"') else {
        let end = value.find(" #").unwrap_or(value.len());
        return Some(value[..end].trim_end().to_owned());
    };
    let mut unquoted = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return is_trailer(&rest[at + 1..]).then_some(unquoted),
            '\\' => unquoted.push(match characters.next()?.1 {
                'n' => '\n',
                other @ ('"' | '\\' | '$') => other,
                _ => return None,
            }),
            other => unquoted.push(other),
        }
    }
    None
}

/// After a closing quote only a comment may follow.
fn is_trailer(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.starts_with('#')
}

fn quote(value: &str) -> String {
    // A value of JSON starts with a bracket, so its inner quotes are read literally.
    let plain = value.starts_with('[') || value.starts_with('{');
    let safe = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '$' | '\\' | '\'' | '`') && (plain || c != '"');
    if value.chars().all(safe) {
        return value.to_owned();
    }
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '"' | '\\' | '$' => quoted.extend(['\\', character]),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{line, parse_variables};
    use proptest::prelude::*;

    #[test]
    fn comments_quotes_and_exports_are_read() {
        let text = "# a comment\n\nexport A=1\nB = two words # rest\nC='x # y'\nD=\"a\\\"b\\\\c\" # tail\nE=\nA=2\n";
        let read = parse_variables(text, "test").unwrap();
        let value = |name: &str| read[name].as_str();
        assert_eq!(
            (value("A"), value("B"), value("C"), value("D"), value("E")),
            ("1", "two words", "x # y", "a\"b\\c", "")
        );
    }

    #[test]
    fn a_line_that_is_no_assignment_is_named() {
        for bad in ["nonsense", "=x", "A B=1", "A=\"open", "A='open", "A=\"x\" y", "1A=2"] {
            let error = parse_variables(&format!("OK=1\n{bad}\n"), "my.env").unwrap_err().to_string();
            assert!(error.starts_with("line 2 of my.env"), "{bad}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_value_survives_writing_and_reading(value in "[^\r\u{85}\u{2028}\u{2029}]*") {
            let read = parse_variables(&line("NAME", &value), "test").unwrap();
            prop_assert_eq!(&read["NAME"], &value);
        }
    }
}
