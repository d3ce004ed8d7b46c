//! Files and arguments that carry ticketbooks: bytes, or their base58.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use crate::CliError;

/// A ticketbook with all that belongs to it is about 8 KiB.
const LONGEST: u64 = 256 * 1024;

/// Data that came as an argument or in a file.
#[derive(Clone, Debug)]
pub enum Encoded {
    /// Base58, as an argument.
    Argument(String),
    /// A file with the bytes or their base58.
    File(PathBuf),
}

impl Encoded {
    /// The bytes.
    ///
    /// # Errors
    /// [`CliError::File`] for a file that cannot be read or is too long, [`CliError::Value`] for what is not base58.
    pub fn read(&self) -> Result<Zeroizing<Vec<u8>>, CliError> {
        let decode = |text: &str, name: &str| {
            let decoded = bs58::decode(text.trim()).into_vec();
            decoded.map(Zeroizing::new).map_err(|_| CliError::value("the data", name, "it is not base58"))
        };
        match self {
            // Base58 takes quadratic time, and nothing that is imported is longer.
            Self::Argument(text) if text.len() as u64 > LONGEST => {
                Err(CliError::value("the data", "the argument", "it is longer than any ticketbook"))
            }
            Self::Argument(text) => decode(text, "the argument"),
            Self::File(path) => {
                let bytes = Zeroizing::new(read_bounded(path)?);
                // The binary form holds lengths below 0x20 and points, so it is never a text of letters and digits.
                match std::str::from_utf8(&bytes) {
                    Ok(text)
                        if !text.trim().is_empty() && text.trim().bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
                    {
                        decode(text, &path.display().to_string())
                    }
                    _ => Ok(bytes),
                }
            }
        }
    }
}

/// Reads a file up to the longest that makes sense.
pub(super) fn read_bounded(path: &Path) -> Result<Vec<u8>, CliError> {
    let wrong = |reason| CliError::File { action: "read", path: path.into(), reason };
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes)).map_err(wrong)?;
    if bytes.len() as u64 > LONGEST {
        return Err(CliError::value("the file", path.display(), "it is longer than any ticketbook"));
    }
    Ok(bytes)
}

/// Writes a file that only its owner can read and that was not there before.
pub(super) fn write_secret(path: &Path, data: &[u8], base58: bool) -> Result<(), CliError> {
    let text;
    let bytes: &[u8] = if base58 {
        text = Zeroizing::new(bs58::encode(data).into_string());
        text.as_bytes()
    } else {
        data
    };
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|reason| CliError::File { action: "write", path: path.into(), reason })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::{Encoded, write_secret};

    #[test]
    fn both_forms_are_read_back_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let data = [[0u8, 1, 2, 250].as_slice(), &[0x30; 96]].concat();
        for base58 in [false, true] {
            let path = folder.path().join(format!("book-{base58}"));
            write_secret(&path, &data, base58).unwrap();
            assert_eq!(*Encoded::File(path.clone()).read().unwrap(), data);
            assert!(write_secret(&path, &data, base58).is_err());
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
        assert_eq!(*Encoded::Argument(bs58::encode(&data).into_string()).read().unwrap(), data);
        assert!(Encoded::Argument("0OIl".into()).read().is_err());
        std::fs::write(folder.path().join("long"), vec![0; 300_000]).unwrap();
        assert!(Encoded::File(folder.path().join("long")).read().is_err());
    }
}
