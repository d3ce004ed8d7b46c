//! Who receives shares: the registered dealers whose encryption keys hold up (`docs/protocol/crypto.md` §8.3, §11.6).

use crate::{DkgError, NodeIndex, PublicKey, PublicKeyWithProof};
use nym_curve::{Comb, G1, G1Affine};
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

/// The receivers of a ceremony, ascending by node index, with distinct indices and distinct keys.
///
/// A receiver's position in this list, not in the list of everyone who registered, is the row of its ciphertexts.
#[derive(Clone, Debug, Default)]
pub struct Receivers {
    indices: Vec<NodeIndex>,
    keys: Vec<G1Affine>,
    /// The same keys with tables for secret multiples, built by the first dealing: 20 KiB each.
    tables: OnceLock<Vec<Comb<G1>>>,
}

impl PartialEq for Receivers {
    fn eq(&self, other: &Self) -> bool {
        self.indices == other.indices && self.keys == other.keys
    }
}

impl Eq for Receivers {}

/// A registration that is left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The index it was registered under.
    pub node: u64,
    /// What is wrong with it.
    pub reason: DkgError,
}

impl Receivers {
    /// From keys that are known to be good.
    ///
    /// # Errors
    /// [`DkgError::DuplicateNode`], [`DkgError::DuplicateKey`].
    pub fn new(members: impl IntoIterator<Item = (NodeIndex, PublicKey)>) -> Result<Self, DkgError> {
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort_by_key(|(index, _)| *index);
        let mut receivers = Self::default();
        let mut holders = HashMap::with_capacity(members.len());
        for (index, key) in members {
            receivers.push(index, key, &mut holders)?;
        }
        Ok(receivers)
    }

    /// From the registrations on chain, node index and base58 of the key with proof. Those that cannot be used are
    /// returned by name; the others go on. Of two nodes with one key the lower index keeps it.
    pub fn admit<'a>(registrations: impl IntoIterator<Item = (u64, &'a str)>) -> (Self, Vec<Refused>) {
        let mut registrations: Vec<_> = registrations.into_iter().collect();
        registrations.sort_by_key(|(node, _)| *node);
        let mut receivers = Self::default();
        let mut holders = HashMap::with_capacity(registrations.len());
        let mut refused = Vec::new();
        for (node, text) in registrations {
            let admitted = NodeIndex::new(node).and_then(|index| {
                let registered = PublicKeyWithProof::from_base58(text)?;
                registered.verify()?;
                receivers.push(index, registered.key(), &mut holders)
            });
            if let Err(reason) = admitted {
                refused.push(Refused { node, reason });
            }
        }
        (receivers, refused)
    }

    fn push(
        &mut self,
        index: NodeIndex,
        key: PublicKey,
        holders: &mut HashMap<[u8; 48], NodeIndex>,
    ) -> Result<(), DkgError> {
        if self.indices.last() == Some(&index) {
            return Err(DkgError::DuplicateNode(index));
        }
        if let Some(holder) = holders.get(&key.point().to_bytes()) {
            return Err(DkgError::DuplicateKey { node: index, holder: *holder });
        }
        holders.insert(key.point().to_bytes(), index);
        self.indices.push(index);
        self.keys.push(*key.point());
        Ok(())
    }

    /// Number of receivers n.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there is no receiver.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The node indices, ascending.
    pub fn indices(&self) -> &[NodeIndex] {
        &self.indices
    }

    /// The row of a receiver's ciphertexts.
    ///
    /// # Errors
    /// [`DkgError::UnknownReceiver`].
    pub fn position(&self, node: NodeIndex) -> Result<usize, DkgError> {
        self.indices.binary_search(&node).map_err(|_| DkgError::UnknownReceiver(node))
    }

    /// y_1..y_n in the same order.
    pub(crate) fn keys(&self) -> &[G1Affine] {
        &self.keys
    }

    pub(crate) fn tables(&self) -> &[Comb<G1>] {
        self.tables.get_or_init(|| self.keys.iter().map(|key| Comb::new(*key)).collect())
    }

    /// Refuses thresholds outside 1..=n.
    pub(crate) fn check_threshold(&self, threshold: usize) -> Result<(), DkgError> {
        if self.is_empty() {
            return Err(DkgError::NoReceivers);
        }
        if (1..=self.len()).contains(&threshold) {
            Ok(())
        } else {
            Err(DkgError::Threshold { threshold, receivers: self.len() })
        }
    }
}

/// Refuses a node that appears twice.
pub(crate) fn check_distinct(nodes: impl IntoIterator<Item = NodeIndex>) -> Result<(), DkgError> {
    let mut seen = HashSet::new();
    match nodes.into_iter().find(|node| !seen.insert(*node)) {
        None => Ok(()),
        Some(node) => Err(DkgError::DuplicateNode(node)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::KeyPair;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn bad_registrations_are_named_and_do_not_shift_the_others() {
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let keys: Vec<KeyPair> = (0..3).map(|_| KeyPair::generate(&mut rng)).collect();
        let texts: Vec<String> = keys.iter().map(|pair| pair.public.to_base58()).collect();
        let mut forged = keys[2].public.to_bytes();
        forged[100] ^= 1;
        let forged = bs58::encode(forged).into_string();

        let registrations = [
            (9, texts[1].as_str()),
            (2, forged.as_str()),
            (5, &texts[0]),
            (0, &texts[2]),
            (7, &texts[0]),
            (9, &texts[2]),
            (3, "l"),
        ];
        let (receivers, refused) = Receivers::admit(registrations);
        let node = |index| NodeIndex::new(index).unwrap();
        assert_eq!(receivers.indices(), [node(5), node(9)]);
        assert_eq!(receivers.position(node(9)), Ok(1));
        assert_eq!(receivers.position(node(7)), Err(DkgError::UnknownReceiver(node(7))));
        assert_eq!(
            refused,
            [
                Refused { node: 0, reason: DkgError::ZeroIndex },
                Refused { node: 2, reason: DkgError::KeyProof },
                Refused { node: 3, reason: DkgError::NotBase58 },
                Refused { node: 7, reason: DkgError::DuplicateKey { node: node(7), holder: node(5) } },
                Refused { node: 9, reason: DkgError::DuplicateNode(node(9)) },
            ]
        );
        assert_eq!(
            Receivers::new([(node(1), keys[0].public.key()), (node(1), keys[1].public.key())]),
            Err(DkgError::DuplicateNode(node(1)))
        );
    }
}
