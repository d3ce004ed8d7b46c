//! The folder that keeps what this signer must not lose between two steps of a key generation.
//!
//! ```text
//! <folder>/chain.json                 which chain and contract the rest belongs to
//! <folder>/epoch-<id>/record.json     outcome and ballots
//!                     encryption.pem  the registered key with its proof
//!                     decryption.pem  what decrypts shares, wiped once the generation serves
//!                     dealings        this signer's dealings, as they go on chain
//!                     verdict-<node>  what a dealer is worth, with this signer's shares from it; wiped likewise
//! ```
//!
//! All files are for their owner only. Signing keys are kept by [`crate::keys::Generations`].
//!
//! Every DKG epoch has an encryption key of its own: nobody can register it under a lower index before its owner does,
//! and a decryption key stolen later opens no older dealings.

mod files;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use nym_dkg::{DecryptionKey, KeyPair, PublicKeyWithProof};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::work::Verdict;
use super::{CeremonyError, Record};
use files::{damaged, failed, read, split_blocks, wipe, write};

/// Verdicts are in files of this name followed by the node index.
const VERDICT: &str = "verdict-";
/// What outlives the end of a DKG epoch.
const KEPT: [&str; 2] = ["record.json", "encryption.pem"];

/// Which chain a store belongs to: DKG epochs of another chain have the same numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainIdentity {
    /// The chain's id.
    pub chain_id: String,
    /// Address of the DKG contract.
    pub dkg_contract: String,
    /// Address of this signer.
    pub account: String,
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Opens or makes the folder. What another chain, contract or account left there is set aside, not deleted: it may
    /// hold keys.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn open(folder: &Path, identity: &ChainIdentity) -> Result<Self, CeremonyError> {
        let store = Self { folder: folder.to_owned() };
        fs::create_dir_all(folder).map_err(failed("create", folder))?;
        let path = folder.join("chain.json");
        let known = read(&path)?.and_then(|bytes| serde_json::from_slice::<ChainIdentity>(&bytes).ok());
        if known.as_ref() != Some(identity) {
            store.set_aside()?;
            write(&path, &serde_json::to_vec_pretty(identity)?)?;
        }
        Ok(store)
    }

    /// Opens the folder to look at it.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// What is remembered of a DKG epoch.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`], [`CeremonyError::DamagedRecord`].
    pub fn record(&self, epoch: u64) -> Result<Record, CeremonyError> {
        let path = self.path(epoch, "record.json");
        match read(&path)? {
            None => Ok(Record::new(epoch)),
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| damaged(&path, epoch, error)),
        }
    }

    /// Remembers.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn save_record(&self, record: &Record) -> Result<(), CeremonyError> {
        self.write(record.epoch, "record.json", &serde_json::to_vec_pretty(record)?)
    }

    /// The encryption key of a DKG epoch.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`], [`CeremonyError::DamagedRecord`].
    pub fn encryption_key(&self, epoch: u64) -> Result<Option<PublicKeyWithProof>, CeremonyError> {
        self.read_text(epoch, "encryption.pem")?
            .map(|(path, text)| PublicKeyWithProof::from_pem(&text).map_err(|error| damaged(&path, epoch, error)))
            .transpose()
    }

    /// What decrypts the shares of a DKG epoch; `None` before registration and after the generation serves.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`], [`CeremonyError::DamagedRecord`].
    pub fn decryption_key(&self, epoch: u64) -> Result<Option<DecryptionKey>, CeremonyError> {
        self.read_text(epoch, "decryption.pem")?
            .map(|(path, text)| DecryptionKey::from_pem(&text).map_err(|error| damaged(&path, epoch, error)))
            .transpose()
    }

    /// Keeps a pair of encryption keys. The public half is written last: where it is, the secret half is too.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn save_encryption_keys(&self, epoch: u64, keys: &KeyPair) -> Result<(), CeremonyError> {
        let secret = keys.decryption.to_key_file_pem().unwrap_or_else(|| keys.decryption.to_pem());
        self.write(epoch, "decryption.pem", secret.as_bytes())?;
        self.write(epoch, "encryption.pem", keys.public.to_pem().as_bytes())
    }

    /// This signer's dealings of a DKG epoch, in the order of the key's components.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`], [`CeremonyError::DamagedRecord`].
    pub fn dealings(&self, epoch: u64) -> Result<Option<Vec<Vec<u8>>>, CeremonyError> {
        let path = self.path(epoch, "dealings");
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        match split_blocks(&bytes) {
            Some(dealings) => Ok(Some(dealings)),
            None => Err(damaged(&path, epoch, "its lengths do not add up")),
        }
    }

    /// Keeps dealings, which are never made twice.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn save_dealings(&self, epoch: u64, dealings: &[Vec<u8>]) -> Result<(), CeremonyError> {
        let mut bytes = Vec::with_capacity(dealings.iter().map(|dealing| dealing.len() + 8).sum());
        for dealing in dealings {
            bytes.extend((dealing.len() as u64).to_be_bytes());
            bytes.extend(dealing);
        }
        self.write(epoch, "dealings", &bytes)
    }

    /// What is known of the dealers of a DKG epoch, by node index. A damaged verdict is left out: the dealer is judged
    /// again.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn verdicts(&self, epoch: u64) -> Result<BTreeMap<u64, Verdict>, CeremonyError> {
        let mut verdicts = BTreeMap::new();
        for (name, path) in self.files(epoch)? {
            let Some(node) = name.strip_prefix(VERDICT).and_then(|node| node.parse().ok()) else { continue };
            let Some(bytes) = read(&path)?.map(Zeroizing::new) else { continue };
            match serde_json::from_slice(&bytes) {
                Ok(verdict) => {
                    verdicts.insert(node, verdict);
                }
                Err(error) => {
                    tracing::warn!(path = %path.display(), %error, "a verdict is damaged, the dealer is judged again")
                }
            }
        }
        Ok(verdicts)
    }

    /// Keeps what is known of a dealer.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn save_verdict(&self, epoch: u64, node: u64, verdict: &Verdict) -> Result<(), CeremonyError> {
        self.write(epoch, &format!("{VERDICT}{node}"), &Zeroizing::new(serde_json::to_vec(verdict)?))
    }

    /// Wipes what is of no more use once an epoch is over: all but record and public key, also what a crash left beside
    /// them. Does nothing the second time.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn conclude(&self, epoch: u64) -> Result<(), CeremonyError> {
        self.files(epoch)?
            .iter()
            .filter(|(name, _)| !KEPT.contains(&name.as_str()))
            .try_for_each(|(_, path)| wipe(path))
    }

    /// Concludes all DKG epochs: none runs.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn conclude_all(&self) -> Result<(), CeremonyError> {
        self.epochs()?.into_iter().try_for_each(|epoch| self.conclude(epoch))
    }

    /// Whether there is something to conclude.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn has_leftovers(&self) -> Result<bool, CeremonyError> {
        for epoch in self.epochs()? {
            if self.files(epoch)?.iter().any(|(name, _)| !KEPT.contains(&name.as_str())) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Names and places of the files of an epoch.
    fn files(&self, epoch: u64) -> Result<Vec<(String, PathBuf)>, CeremonyError> {
        let folder = self.folder.join(format!("epoch-{epoch}"));
        let entries = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed("list", &folder))?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed("list", &folder))?;
            let path = entry.path();
            files.extend(entry.file_name().into_string().ok().filter(|_| path.is_file()).map(|name| (name, path)));
        }
        Ok(files)
    }

    fn epochs(&self) -> Result<Vec<u64>, CeremonyError> {
        let mut epochs = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed("list", &self.folder))? {
            let name = entry.map_err(failed("list", &self.folder))?.file_name();
            epochs.extend(name.to_str().and_then(|name| name.strip_prefix("epoch-")?.parse::<u64>().ok()));
        }
        epochs.sort_unstable();
        Ok(epochs)
    }

    fn set_aside(&self) -> Result<(), CeremonyError> {
        let epochs = self.epochs()?;
        if epochs.is_empty() {
            return Ok(());
        }
        let free = (1..).map(|count| self.folder.join(format!("other-chain-{count}"))).find(|path| !path.exists());
        let aside = free.expect("there are fewer folders than numbers");
        tracing::warn!(folder = %aside.display(), "records of key generations on another chain are set aside");
        fs::create_dir_all(&aside).map_err(failed("create", &aside))?;
        for epoch in epochs {
            let (from, to) = (self.folder.join(format!("epoch-{epoch}")), aside.join(format!("epoch-{epoch}")));
            fs::rename(&from, &to).map_err(failed("set aside", &from))?;
        }
        Ok(())
    }

    fn path(&self, epoch: u64, name: &str) -> PathBuf {
        self.folder.join(format!("epoch-{epoch}")).join(name)
    }

    fn write(&self, epoch: u64, name: &str, bytes: &[u8]) -> Result<(), CeremonyError> {
        write(&self.path(epoch, name), bytes)
    }

    fn read_text(&self, epoch: u64, name: &str) -> Result<Option<(PathBuf, Zeroizing<String>)>, CeremonyError> {
        let path = self.path(epoch, name);
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some((path, Zeroizing::new(text)))),
            Err(error) => Err(damaged(&path, epoch, error.utf8_error())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
    use super::*;
    use rand::rngs::OsRng;

    fn identity(chain: &str) -> ChainIdentity {
        ChainIdentity { chain_id: chain.into(), dkg_contract: "n1dkg".into(), account: "n1me".into() }
    }

    #[test]
    fn everything_is_read_back_as_it_was_written_and_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &identity("one")).unwrap();
        assert_eq!(store.record(4).unwrap(), Record::new(4));

        let pair = KeyPair::generate(&mut OsRng);
        store.save_encryption_keys(4, &pair).unwrap();
        assert_eq!(store.encryption_key(4).unwrap(), Some(pair.public.clone()));
        assert!(store.decryption_key(4).unwrap().unwrap().belongs_to(&pair.public.key()));

        let dealings = vec![vec![1, 2, 3], vec![], vec![9; 5000]];
        store.save_dealings(4, &dealings).unwrap();
        assert_eq!(store.dealings(4).unwrap(), Some(dealings));

        let mut record = Record::new(4);
        record.ballots.insert(7, super::super::Ballot { owner: "n1other".into(), objection: Some("no".into()) });
        store.save_record(&record).unwrap();
        assert_eq!(store.record(4).unwrap(), record);

        store.save_verdict(4, 9, &Verdict::Rejected("no".into())).unwrap();
        fs::write(folder.path().join("epoch-4/verdict-3"), "{").unwrap();
        let verdicts = store.verdicts(4).unwrap();
        assert!(matches!(verdicts.get(&9), Some(Verdict::Rejected(reason)) if reason == "no"));
        assert_eq!(verdicts.len(), 1, "a damaged verdict is none");
        fs::remove_file(folder.path().join("epoch-4/verdict-3")).unwrap();

        #[cfg(unix)]
        for entry in fs::read_dir(folder.path().join("epoch-4")).unwrap() {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }

        assert!(store.has_leftovers().unwrap());
        store.conclude_all().unwrap();
        store.conclude(4).unwrap();
        assert!(!store.has_leftovers().unwrap());
        assert!(store.verdicts(4).unwrap().is_empty());
        assert!(store.decryption_key(4).unwrap().is_none() && store.dealings(4).unwrap().is_none());
        assert_eq!(store.record(4).unwrap(), record);
    }

    #[test]
    fn a_torn_write_leaves_the_old_version() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &identity("one")).unwrap();
        store.save_dealings(0, &[vec![1]]).unwrap();
        fs::write(folder.path().join("epoch-0/dealings.new"), [0, 0]).unwrap();
        let again = Store::open(folder.path(), &identity("one")).unwrap();
        assert_eq!(again.dealings(0).unwrap(), Some(vec![vec![1]]));
        again.save_dealings(0, &[vec![2]]).unwrap();
        assert_eq!(again.dealings(0).unwrap(), Some(vec![vec![2]]));
    }

    #[test]
    fn damaged_files_are_named_with_their_epoch() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &identity("one")).unwrap();
        store.save_record(&Record::new(5)).unwrap();
        for name in ["record.json", "encryption.pem", "decryption.pem", "dealings"] {
            fs::write(folder.path().join("epoch-5").join(name), [0xff, 1, 2]).unwrap();
        }
        let error = store.record(5).unwrap_err().to_string();
        assert!(error.contains("epoch-5/record.json"), "{error}");
        assert!(matches!(store.record(5), Err(CeremonyError::DamagedRecord { epoch: 5, .. })));
        assert!(matches!(store.encryption_key(5), Err(CeremonyError::DamagedRecord { epoch: 5, .. })));
        assert!(matches!(store.decryption_key(5), Err(CeremonyError::DamagedRecord { epoch: 5, .. })));
        assert!(matches!(store.dealings(5), Err(CeremonyError::DamagedRecord { epoch: 5, .. })));
    }

    #[test]
    fn records_of_another_chain_are_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), &identity("one")).unwrap();
        store.save_dealings(0, &[vec![1]]).unwrap();
        let store = Store::open(folder.path(), &identity("two")).unwrap();
        assert_eq!(store.dealings(0).unwrap(), None);
        assert_eq!(Store::at(&folder.path().join("other-chain-1")).dealings(0).unwrap(), Some(vec![vec![1]]));
    }
}
