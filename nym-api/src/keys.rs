//! The key generations that this signer knows: what it signs with and what it verifies under.
//!
//! The chain says which generation is in service and who its signers are; what this process adds are its own secret
//! shares. The two meet here. The key generation's driver calls [`Generations::store_secret`] as soon as it has derived
//! a share (before it announces it), and the service follows the chain and calls [`Generations::learn`].
//! A secret becomes usable when the chain lists its public counterpart, so a local mismatch always yields to the chain.
//!
//! Everything is on disk before it is used: secrets as PEM files of mode 0600 under the names that operators know
//! (`docs/protocol/nym-api.md` §1.3), the public part as one JSON file, so that a restart serves at once.

mod files;
mod record;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nym_ecash::{EcashError, PreparedKey, SecretKeyAuth, VerificationKeyAuth};
use parking_lot::RwLock;
use tokio::sync::watch;
use url::Url;

/// Archived generations that are remembered beside the one in service. Tickets live a week, so a network that makes a
/// new key every day needs eight.
const REMEMBERED: usize = 16;

/// What goes wrong with keys on disk or from the chain.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
    /// A file holds something else than it should.
    #[error(
        "{path} is damaged: {reason}; restore it from a backup, or remove it and take part in the next key generation"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Too few verified shares to serve anybody.
    #[error("key generation {epoch_id} has {got} usable shares and needs {threshold}")]
    TooFewShares {
        /// Epoch of the generation.
        epoch_id: u64,
        /// Usable shares.
        got: usize,
        /// Shares needed to sign.
        threshold: usize,
    },
    /// The shares do not make a key.
    #[error("the shares of key generation {epoch_id} do not make a key: {source}")]
    Shares {
        /// Epoch of the generation.
        epoch_id: u64,
        /// Why not.
        #[source]
        source: EcashError,
    },
}

/// One signer of a generation, as the chain lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerShare {
    /// Evaluation point of the share, from 1.
    pub index: u64,
    /// The signer's account.
    pub owner: String,
    /// Base URL of its nym-api.
    pub announce_address: Url,
    /// Its ed25519 identity, where the chain has a valid one: signs shards of spent tickets.
    pub identity: Option<[u8; 32]>,
    /// Its partial verification key.
    pub key: VerificationKeyAuth,
}

/// The public part of a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicGeneration {
    /// Epoch of the key generation.
    pub epoch_id: u64,
    /// Signers that are needed, and enough, for a signature.
    pub threshold: usize,
    /// The verified shares.
    pub signers: Vec<SignerShare>,
}

/// This signer's part in a generation.
#[derive(Clone, Debug)]
pub struct OwnShare {
    /// Evaluation point.
    pub index: u64,
    /// The secret share.
    pub secret: Arc<SecretKeyAuth>,
}

/// A generation ready for use.
#[derive(Debug)]
pub struct Generation {
    /// What everybody knows.
    pub public: PublicGeneration,
    /// The key that tickets verify under.
    pub master: Arc<PreparedKey>,
    /// This signer's share, if it has one.
    pub own: Option<OwnShare>,
}

impl Generation {
    /// Combines the public part with whichever of `secrets` belongs to it.
    fn assemble(public: PublicGeneration, secret: Option<&Arc<SecretKeyAuth>>) -> Result<Self, KeyError> {
        let epoch_id = public.epoch_id;
        let (got, threshold) = (public.signers.len(), public.threshold);
        if got < threshold.max(1) {
            return Err(KeyError::TooFewShares { epoch_id, got, threshold });
        }
        let shares: Vec<_> = public.signers.iter().map(|signer| (signer.index, &signer.key)).collect();
        let master = VerificationKeyAuth::aggregate(&shares)
            .and_then(PreparedKey::new)
            .map_err(|source| KeyError::Shares { epoch_id, source })?;
        let own = secret.and_then(|secret| {
            let key = secret.verification_key();
            let signer = public.signers.iter().find(|signer| signer.key == key);
            if signer.is_none() {
                tracing::warn!(epoch_id, "the chain lists no share for the secret key held here; it is not used");
            }
            signer.map(|signer| OwnShare { index: signer.index, secret: secret.clone() })
        });
        Ok(Self { public, master: Arc::new(master), own })
    }

    /// Epoch of the key generation.
    pub fn epoch_id(&self) -> u64 {
        self.public.epoch_id
    }

    /// Signers that are needed, and enough, for a signature.
    pub fn threshold(&self) -> usize {
        self.public.threshold
    }

    /// The signer at an index.
    pub fn signer(&self, index: u64) -> Option<&SignerShare> {
        self.public.signers.iter().find(|signer| signer.index == index)
    }
}

/// All generations; clones share them.
#[derive(Clone, Debug)]
pub struct Generations {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    key_file: PathBuf,
    record_file: PathBuf,
    state: RwLock<State>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    secrets: BTreeMap<u64, Arc<SecretKeyAuth>>,
    generations: BTreeMap<u64, Arc<Generation>>,
    in_service: Option<u64>,
}

impl Generations {
    /// Reads what is on disk: the secret at `key_file` (and superseded ones beside it) and the public parts at
    /// `record_file`. Missing files are an empty start.
    ///
    /// # Errors
    /// [`KeyError::File`], [`KeyError::Damaged`].
    pub fn open(key_file: &Path, record_file: &Path) -> Result<Self, KeyError> {
        let secrets: BTreeMap<u64, Arc<SecretKeyAuth>> =
            files::load_secrets(key_file)?.into_iter().map(|(epoch, key)| (epoch, Arc::new(key))).collect();
        let record = record::load(record_file)?;
        let mut generations = BTreeMap::new();
        for public in record.generations {
            let epoch_id = public.epoch_id;
            match Generation::assemble(public, secrets.get(&epoch_id)) {
                Ok(generation) => {
                    generations.insert(epoch_id, Arc::new(generation));
                }
                Err(error) => tracing::warn!(epoch_id, %error, "a remembered key generation is left out"),
            }
        }
        let in_service = record.in_service.filter(|epoch| generations.contains_key(epoch));
        Ok(Self {
            shared: Arc::new(Shared {
                key_file: key_file.to_owned(),
                record_file: record_file.to_owned(),
                state: RwLock::new(State { secrets, generations, in_service }),
                changed: watch::channel(0).0,
            }),
        })
    }

    /// Persists this signer's secret share of a generation, superseding the file of an earlier one (which is kept as
    /// archived). Storing the same key again changes nothing. The key is used once the chain lists it.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn store_secret(&self, epoch_id: u64, secret: &SecretKeyAuth) -> Result<(), KeyError> {
        let mut state = self.shared.state.write();
        if state.secrets.get(&epoch_id).is_some_and(|stored| **stored == *secret) {
            return Ok(());
        }
        files::store_secret(&self.shared.key_file, epoch_id, secret)?;
        let secret = Arc::new(secret.clone());
        state.secrets.insert(epoch_id, secret.clone());
        let known = state.generations.get(&epoch_id).map(|generation| generation.public.clone());
        if let Some(public) = known {
            let generation = Generation::assemble(public, Some(&secret))?;
            state.generations.insert(epoch_id, Arc::new(generation));
        }
        drop(state);
        self.shared.changed.send_modify(|version| *version += 1);
        Ok(())
    }

    /// The secret share of a generation, whether in service or not: resharing starts from it.
    pub fn secret(&self, epoch_id: u64) -> Option<Arc<SecretKeyAuth>> {
        self.shared.state.read().secrets.get(&epoch_id).cloned()
    }

    /// Takes over what the chain says of a generation, and whether it is the one in service. True if that was news.
    ///
    /// # Errors
    /// [`KeyError::TooFewShares`], [`KeyError::Shares`]: the generation is not used, what was in service stays.
    pub fn learn(&self, public: PublicGeneration, in_service: bool) -> Result<bool, KeyError> {
        let epoch_id = public.epoch_id;
        let mut state = self.shared.state.write();
        let known = state.generations.get(&epoch_id).is_some_and(|generation| generation.public == public);
        let serves = !in_service || state.in_service == Some(epoch_id);
        if known && serves {
            return Ok(false);
        }
        if !known {
            let generation = Generation::assemble(public, state.secrets.get(&epoch_id))?;
            state.generations.insert(epoch_id, Arc::new(generation));
        }
        if in_service {
            state.in_service = Some(epoch_id);
        }
        while state.generations.len() > REMEMBERED {
            let oldest = state.generations.keys().copied().find(|epoch| Some(*epoch) != state.in_service);
            match oldest {
                Some(epoch) => state.generations.remove(&epoch),
                None => break,
            };
        }
        let record = record::Record {
            in_service: state.in_service,
            generations: state.generations.values().map(|generation| generation.public.clone()).collect(),
        };
        record::store(&self.shared.record_file, &record)?;
        drop(state);
        self.shared.changed.send_modify(|version| *version += 1);
        Ok(true)
    }

    /// The generation that signs now.
    pub fn in_service(&self) -> Option<Arc<Generation>> {
        let state = self.shared.state.read();
        state.generations.get(&state.in_service?).cloned()
    }

    /// A generation by its epoch, in service or archived.
    pub fn generation(&self, epoch_id: u64) -> Option<Arc<Generation>> {
        self.shared.state.read().generations.get(&epoch_id).cloned()
    }

    /// Epochs of all generations known here, oldest first.
    pub fn epochs(&self) -> Vec<u64> {
        self.shared.state.read().generations.keys().copied().collect()
    }

    /// Master keys by epoch, for a batch of verifications.
    pub fn master_keys(&self) -> BTreeMap<u64, Arc<PreparedKey>> {
        let state = self.shared.state.read();
        state.generations.iter().map(|(epoch, generation)| (*epoch, generation.master.clone())).collect()
    }

    /// Wakes when a secret was stored or a generation learnt.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use nym_ecash::DealtKeys;
    use rand::rngs::OsRng;

    fn public(keys: &DealtKeys, epoch_id: u64, threshold: usize) -> PublicGeneration {
        let signers = keys
            .shares
            .iter()
            .map(|(index, secret)| SignerShare {
                index: *index,
                owner: format!("n1signer{index}"),
                announce_address: "http://127.0.0.1:1/".parse().unwrap(),
                identity: Some([3; 32]),
                key: secret.verification_key(),
            })
            .collect();
        PublicGeneration { epoch_id, threshold, signers }
    }

    #[test]
    fn superseded_keys_are_archived_and_all_are_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (key_file, record) = (folder.path().join("coconut.pem"), folder.path().join("cache/generations.json"));
        let generations = Generations::open(&key_file, &record).unwrap();
        let (first, second) = (DealtKeys::deal(3, 2, &mut OsRng), DealtKeys::deal(3, 2, &mut OsRng));
        for (epoch, keys) in [(1, &first), (2, &second)] {
            generations.store_secret(epoch, &keys.shares[1].1).unwrap();
            generations.store_secret(epoch, &keys.shares[1].1).unwrap();
            // Stored, and not used before the chain lists it.
            assert!(generations.generation(epoch).is_none());
        }
        assert!(folder.path().join("epoch-1-coconut.pem.archived").exists());
        assert!(generations.learn(public(&first, 1, 2), false).unwrap());
        assert!(generations.learn(public(&second, 2, 2), true).unwrap());
        assert!(!generations.learn(public(&second, 2, 2), true).unwrap(), "the same again is no news");

        let restarted = Generations::open(&key_file, &record).unwrap();
        let service = restarted.in_service().unwrap();
        assert_eq!((service.epoch_id(), service.own.as_ref().unwrap().index), (2, 2));
        assert_eq!(*service.master.key(), second.master.verification_key());
        assert_eq!(*restarted.generation(1).unwrap().own.as_ref().unwrap().secret, first.shares[1].1);
        assert_eq!(restarted.epochs(), [1, 2]);
    }

    #[test]
    fn the_chain_decides_and_a_bad_generation_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (key_file, record) = (folder.path().join("coconut.pem"), folder.path().join("generations.json"));
        let generations = Generations::open(&key_file, &record).unwrap();
        let (first, second) = (DealtKeys::deal(3, 2, &mut OsRng), DealtKeys::deal(3, 2, &mut OsRng));
        generations.learn(public(&first, 1, 2), true).unwrap();
        // A local key that the chain does not list is not used.
        generations.store_secret(1, &second.shares[0].1).unwrap();
        assert!(generations.in_service().unwrap().own.is_none());
        let mut few = public(&second, 2, 3);
        few.signers.truncate(2);
        assert!(matches!(
            generations.learn(few, true),
            Err(KeyError::TooFewShares { epoch_id: 2, got: 2, threshold: 3 })
        ));
        let mut twice = public(&second, 2, 2);
        twice.signers[1].index = 1;
        assert!(matches!(generations.learn(twice, true), Err(KeyError::Shares { epoch_id: 2, .. })));
        assert_eq!(generations.in_service().unwrap().epoch_id(), 1);

        std::fs::write(&record, "{").unwrap();
        assert!(Generations::open(&key_file, &record).unwrap().in_service().is_none(), "it is rebuilt from the chain");
        std::fs::write(&key_file, "no key").unwrap();
        assert!(matches!(Generations::open(&key_file, &record), Err(KeyError::Damaged { .. })));
    }
}
