//! Bech32 (BIP-173) without its length limit and with the error texts of a node, which reach clients in logs and are
//! compared there: this is why no crate does it.

const CHARSET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
const CHECKSUM_LENGTH: usize = 6;

/// The digit that each letter stands for; `NONE` for the others.
#[allow(clippy::cast_possible_truncation, reason = "there are 32 letters")]
const DIGITS: [u8; 256] = {
    let mut digits = [NONE; 256];
    let mut digit = 0;
    while digit < CHARSET.len() {
        digits[CHARSET[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};
const NONE: u8 = u8::MAX;

/// What the five bits that leave the remainder in a step of the division add to it.
const LEAVING: [u32; 32] = {
    let mut sums = [0; 32];
    let mut bits = 0;
    while bits < sums.len() {
        let mut bit = 0;
        while bit < GENERATORS.len() {
            if bits >> bit & 1 == 1 {
                sums[bits] ^= GENERATORS[bit];
            }
            bit += 1;
        }
        bits += 1;
    }
    sums
};

/// The longest text that a node reads.
const MAX_TEXT: usize = 1023;

/// Writes bytes behind a lower-case prefix.
pub(super) fn encode(prefix: &str, bytes: &[u8]) -> String {
    let digits = regroup(bytes, 8, 5);
    let checksum = checksum(prefix, &digits);
    let mut text = String::with_capacity(prefix.len() + 1 + digits.len() + CHECKSUM_LENGTH);
    text.push_str(prefix);
    text.push('1');
    text.extend(digits.iter().chain(&checksum).map(|digit| char::from(CHARSET[usize::from(*digit)])));
    text
}

/// Reads a text into its lower-case prefix and its bytes.
pub(crate) fn decode(text: &str) -> Result<(String, Vec<u8>), String> {
    if !(8..=MAX_TEXT).contains(&text.len()) {
        return Err(format!("invalid bech32 string length {}", text.len()));
    }
    let text = lower_case(text)?;
    let separator = text.rfind('1').filter(|index| *index >= 1 && index + 1 + CHECKSUM_LENGTH <= text.len());
    let Some(separator) = separator else {
        let index = text.rfind('1').map_or("-1".to_owned(), |index| index.to_string());
        return Err(format!("invalid separator index {index}"));
    };
    let (prefix, data) = (&text[..separator], &text.as_bytes()[separator + 1..]);
    let digits = data.iter().map(|letter| digit(*letter)).collect::<Result<Vec<u8>, _>>()?;
    let (digits, found) = digits.split_at(digits.len() - CHECKSUM_LENGTH);
    let expected = checksum(prefix, digits);
    if found != expected {
        let expected: String = expected.iter().map(|digit| char::from(CHARSET[usize::from(*digit)])).collect();
        let got = &text[text.len() - CHECKSUM_LENGTH..];
        return Err(format!("invalid checksum (expected {expected} got {got})"));
    }
    let rest = digits.len() * 5 % 8;
    let padding = digits.last().map_or(0, |last| last & ((1 << rest.min(5)) - 1));
    if rest > 4 || padding != 0 {
        return Err("invalid incomplete group".into());
    }
    let mut bytes = regroup(digits, 5, 8);
    bytes.truncate(digits.len() * 5 / 8);
    Ok((prefix.to_owned(), bytes))
}

fn lower_case(text: &str) -> Result<String, String> {
    let (mut lower, mut upper) = (false, false);
    for byte in text.bytes() {
        if !(33..=126).contains(&byte) {
            return Err(format!("invalid character in string: '{}'", char::from(byte)));
        }
        lower |= byte.is_ascii_lowercase();
        upper |= byte.is_ascii_uppercase();
        if lower && upper {
            return Err("string not all lowercase or all uppercase".into());
        }
    }
    Ok(text.to_ascii_lowercase())
}

fn digit(letter: u8) -> Result<u8, String> {
    match DIGITS[usize::from(letter)] {
        NONE => Err(format!("invalid character not part of charset: {letter}")),
        digit => Ok(digit),
    }
}

fn checksum(prefix: &str, digits: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let values = high.chain([0]).chain(low).chain(digits.iter().copied()).chain([0; CHECKSUM_LENGTH]);
    let remainder = values.fold(1, step) ^ 1;
    std::array::from_fn(|index| (remainder >> (5 * (CHECKSUM_LENGTH - 1 - index)) & 31) as u8)
}

/// One step of the polynomial division.
fn step(remainder: u32, value: u8) -> u32 {
    let (leaving, rest) = (remainder >> 25 & 31, remainder & 0x01ff_ffff);
    rest << 5 ^ u32::from(value) ^ LEAVING[leaving as usize]
}

/// Regroups bits, the last group filled with zeros.
#[allow(clippy::cast_possible_truncation, reason = "a group is masked to `to` bits, eight at most")]
fn regroup(groups: &[u8], from: u32, to: u32) -> Vec<u8> {
    let mask = (1u32 << to) - 1;
    let mut regrouped = Vec::with_capacity(groups.len() * from as usize / to as usize + 1);
    let (mut bits, mut held) = (0u32, 0);
    for group in groups {
        bits = bits << from | u32::from(*group);
        held += from;
        while held >= to {
            held -= to;
            regrouped.push((bits >> held & mask) as u8);
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        regrouped.push((bits << (to - held) & mask) as u8);
    }
    regrouped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_address_of_the_known_mnemonic() {
        let text = "n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg6";
        let (prefix, bytes) = decode(text).unwrap();
        assert_eq!((prefix.as_str(), bytes.len()), ("n", 20));
        assert_eq!(encode("n", &bytes), text);
        assert_eq!(decode(&text.to_uppercase()).unwrap().1, bytes);
    }

    #[test]
    fn errors_read_as_those_of_a_node() {
        for (text, error) in [
            ("nobody", "invalid bech32 string length 6"),
            ("nobodyat", "invalid separator index -1"),
            ("n1nobodyatall", "invalid character not part of charset: 111"),
            ("n1R5v5srda7", "string not all lowercase or all uppercase"),
            ("n1r5v5 srda7", "invalid character in string: ' '"),
            ("n1r5v5srda7xfth3hn2s26txvrcrntldjuf0seg7", "invalid checksum (expected f0seg6 got f0seg7)"),
        ] {
            assert_eq!(decode(text).unwrap_err(), error, "{text}");
        }
    }

    proptest! {
        #[test]
        fn bytes_survive(bytes in proptest::collection::vec(any::<u8>(), 1..=255)) {
            prop_assert_eq!(decode(&encode("n", &bytes)).unwrap(), ("n".to_owned(), bytes));
        }

        #[test]
        fn any_text_is_answered(text in ".{0,100}") {
            let _ = decode(&text);
        }
    }
}
