//! Where the mnemonic comes from. The first of these that is there counts: the flag, the file, the variable `MNEMONIC`,
//! a question on the terminal.

use std::{
    fmt, fs,
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
};

use nyxd_client::Signer;
use zeroize::Zeroizing;

use crate::CliError;

/// The variable that holds a mnemonic.
const VARIABLE: &str = "MNEMONIC";
/// More than the longest mnemonic; what is longer is another kind of file.
const LONGEST: u64 = 4096;

/// What a user said about the account. Debug output and logs do not show the words.
#[derive(Clone, Default)]
pub struct SecretSource {
    /// The words themselves. Other users of the machine can see arguments.
    pub words: Option<Zeroizing<String>>,
    /// A file with the words; `-` is standard input.
    pub file: Option<PathBuf>,
    /// Which account of the mnemonic.
    pub index: u32,
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretSource")
            .field("words", &self.words.as_ref().map(|_| "…"))
            .field("file", &self.file)
            .field("index", &self.index)
            .finish()
    }
}

impl SecretSource {
    /// Whether an account is named without asking.
    pub fn is_given(&self) -> bool {
        self.words.is_some() || self.file.is_some() || std::env::var_os(VARIABLE).is_some_and(|words| !words.is_empty())
    }

    /// The account's key.
    ///
    /// # Errors
    /// [`CliError::NoMnemonic`] when nothing is given and nobody can be asked; [`CliError::Mnemonic`] and
    /// [`nyxd_client::ClientError::Mnemonic`] when what is given is unusable.
    pub fn signer(&self, prefix: &str) -> Result<Signer, CliError> {
        let words = self.words()?;
        Ok(Signer::from_mnemonic(&words, self.index, prefix)?)
    }

    fn words(&self) -> Result<Zeroizing<String>, CliError> {
        if let Some(words) = &self.words {
            tracing::warn!("the mnemonic is visible in the list of processes: prefer --mnemonic-file or {VARIABLE}");
            return Ok(words.clone());
        }
        if let Some(path) = &self.file {
            return read_file(path);
        }
        match std::env::var(VARIABLE) {
            Ok(words) if !words.is_empty() => return Ok(Zeroizing::new(words)),
            _ => {}
        }
        if !std::io::stdin().is_terminal() {
            return Err(CliError::NoMnemonic);
        }
        rpassword::prompt_password("mnemonic (not shown): ")
            .map(Zeroizing::new)
            .map_err(|reason| CliError::Mnemonic { source_name: "the terminal".into(), reason: reason.to_string() })
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, CliError> {
    let wrong = |reason: String| CliError::Mnemonic { source_name: path.display().to_string(), reason };
    let mut words = Zeroizing::new(String::new());
    let read = if path == Path::new("-") {
        std::io::stdin().take(LONGEST).read_to_string(&mut words)
    } else {
        warn_if_others_can_read(path);
        fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut words))
    };
    read.map_err(|reason| wrong(reason.to_string()))?;
    if words.trim().is_empty() {
        return Err(wrong("it is empty".into()));
    }
    Ok(words)
}

/// Secrets belong in files that only their owner can read.
pub(crate) fn warn_if_others_can_read(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
        if open {
            tracing::warn!("others can read {}: run `chmod 600` on it", path.display());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::SecretSource;
    use zeroize::Zeroizing;

    const WORDS: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn a_file_gives_the_account_and_debug_output_shows_no_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words");
        std::fs::write(&path, format!("{WORDS}\n")).unwrap();
        let from_file = SecretSource { file: Some(path.clone()), ..SecretSource::default() };
        let from_flag = SecretSource { words: Some(Zeroizing::new(WORDS.into())), ..SecretSource::default() };
        let address = from_file.signer("n").unwrap().address().clone();
        assert_eq!(from_flag.signer("n").unwrap().address(), &address);
        assert_ne!(SecretSource { index: 1, ..from_flag.clone() }.signer("n").unwrap().address(), &address);
        assert!(!format!("{from_flag:?}").contains("abandon"));

        std::fs::write(&path, " \n").unwrap();
        assert!(from_file.signer("n").unwrap_err().to_string().contains("empty"));
    }
}
