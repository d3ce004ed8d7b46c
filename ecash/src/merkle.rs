//! The commitment of a signer to the ticketbooks it issued: one Merkle tree per expiration date
//! (`docs/protocol/crypto.md` §7).

use crate::withdrawal::verify_blinded_signature;
use crate::{BlindedSignature, EcashDay, EcashError, Result, TicketType, VerificationKeyAuth};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

type Hash = [u8; 32];

/// An issued ticketbook as signers publish it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuedTicketbook {
    /// The deposit that paid for it.
    pub deposit_id: u32,
    /// Key epoch of the signature.
    pub epoch_id: u64,
    /// The blinded signature, 96 bytes.
    #[serde(with = "base64_bytes")]
    pub blinded_partial_credential: Vec<u8>,
    /// c1 ‖ c2 of the request, 96 bytes.
    #[serde(with = "base64_bytes")]
    pub joined_encoded_private_attributes_commitments: Vec<u8>,
    /// Last day of validity.
    #[serde(with = "crate::date::date_string")]
    pub expiration_date: EcashDay,
    /// What its tickets pay for.
    pub ticketbook_type: TicketType,
}

impl IssuedTicketbook {
    /// The leaf that commits to this ticketbook.
    pub fn leaf(&self) -> Hash {
        Sha256::new()
            .chain_update(self.deposit_id.to_be_bytes())
            .chain_update(self.epoch_id.to_be_bytes())
            .chain_update(&self.blinded_partial_credential)
            .chain_update(&self.joined_encoded_private_attributes_commitments)
            .chain_update(self.expiration_date.julian_day().to_be_bytes())
            .chain_update([self.ticketbook_type.number()])
            .finalize()
            .into()
    }

    /// Whether the signature in it was made with the given partial key, which is what a rewarder verifies.
    ///
    /// # Errors
    /// Parts of wrong length, or a signature that does not verify.
    pub fn verify(&self, key: &VerificationKeyAuth) -> Result<()> {
        let signature = BlindedSignature::from_bytes(&self.blinded_partial_credential)?;
        let commitments = crate::withdrawal::decode_commitments(&self.joined_encoded_private_attributes_commitments)?;
        verify_blinded_signature(key, &signature, &commitments, self.expiration_date, self.ticketbook_type)
    }
}

/// A leaf at its position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerkleLeaf {
    /// Hash of the ticketbook.
    #[serde(with = "hex_hash")]
    pub hash: Hash,
    /// Position in order of issuance.
    pub index: usize,
}

/// What a signer answers after inserting a ticketbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InsertedLeaf {
    /// Root after the insertion.
    #[serde(with = "hex_hash")]
    pub new_root: Hash,
    /// The new leaf.
    pub leaf: MerkleLeaf,
}

/// A proof that leaves belong to a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerkleProof {
    /// Sibling hashes, lowest layer first, concatenated.
    #[serde(with = "base64_bytes")]
    pub inner_proof: Vec<u8>,
    /// The leaves, by ascending position.
    pub included_leaves: Vec<MerkleLeaf>,
    /// Leaves in the whole tree.
    pub total_leaves: usize,
    /// Its root.
    #[serde(with = "hex_hash")]
    pub root: Hash,
}

/// The tree of one expiration date. All layers are kept, so that an insertion costs one path.
#[derive(Clone, Debug, Default)]
pub struct MerkleTree {
    /// Leaves first, the root's layer last.
    layers: Vec<Vec<Hash>>,
}

impl MerkleTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tree of stored leaves, in order of issuance.
    pub fn from_leaves(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self::new();
        for leaf in leaves {
            tree.insert(leaf);
        }
        tree
    }

    /// Number of leaves.
    pub fn len(&self) -> usize {
        self.layers.first().map_or(0, Vec::len)
    }

    /// Whether there is no leaf.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The root, if there is a leaf.
    pub fn root(&self) -> Option<Hash> {
        self.layers.last().and_then(|layer| layer.first()).copied()
    }

    /// Appends a leaf.
    pub fn insert(&mut self, leaf: Hash) -> InsertedLeaf {
        let index = self.len();
        if self.layers.is_empty() {
            self.layers.push(Vec::new());
        }
        self.layers[0].push(leaf);
        let mut position = index;
        let mut height = 0;
        while self.layers[height].len() > 1 {
            let parent = position / 2;
            let node = match self.layers[height].get(2 * parent + 1) {
                Some(right) => node(&self.layers[height][2 * parent], right),
                None => self.layers[height][2 * parent],
            };
            height += 1;
            if self.layers.len() == height {
                self.layers.push(Vec::new());
            }
            let layer = &mut self.layers[height];
            if parent == layer.len() {
                layer.push(node);
            } else {
                layer[parent] = node;
            }
            position = parent;
        }
        let new_root = self.layers[height][0];
        InsertedLeaf { new_root, leaf: MerkleLeaf { hash: leaf, index } }
    }

    /// A proof for the leaves at the given positions; they are sorted and deduplicated, as a proof needs them.
    ///
    /// # Errors
    /// [`EcashError::Merkle`] for no position or one outside the tree.
    pub fn prove(&self, positions: &[usize]) -> Result<MerkleProof> {
        let mut positions = positions.to_vec();
        positions.sort_unstable();
        positions.dedup();
        let root = self.root().filter(|_| !positions.is_empty()).ok_or(EcashError::Merkle("no leaf to prove"))?;
        if positions.last().is_some_and(|last| *last >= self.len()) {
            return Err(EcashError::Merkle("a requested leaf is not in the tree"));
        }
        let included_leaves =
            positions.iter().map(|index| MerkleLeaf { hash: self.layers[0][*index], index: *index }).collect();
        let mut inner_proof = Vec::new();
        for layer in &self.layers[..self.layers.len() - 1] {
            for position in &positions {
                let sibling = position ^ 1;
                if positions.binary_search(&sibling).is_err()
                    && let Some(hash) = layer.get(sibling)
                {
                    inner_proof.extend(hash);
                }
            }
            positions.iter_mut().for_each(|position| *position /= 2);
            positions.dedup();
        }
        Ok(MerkleProof { inner_proof, included_leaves, total_leaves: self.len(), root })
    }
}

impl MerkleProof {
    /// Verifies against a root that was committed to. The caller compares the included leaves with what it asked for
    /// and `total_leaves` with the commitment.
    ///
    /// # Errors
    /// [`EcashError::Merkle`] saying what does not fit.
    pub fn verify(&self, expected_root: &Hash) -> Result<()> {
        if self.root != *expected_root {
            return Err(EcashError::Merkle("the proof is for another root"));
        }
        if self.included_leaves.is_empty() {
            return Err(EcashError::Merkle("no leaf is proven"));
        }
        if self.included_leaves.windows(2).any(|pair| pair[0].index >= pair[1].index) {
            return Err(EcashError::Merkle("leaves must have ascending positions"));
        }
        if self.included_leaves.last().is_some_and(|leaf| leaf.index >= self.total_leaves) {
            return Err(EcashError::Merkle("a leaf lies outside the tree"));
        }
        let (siblings, []) = self.inner_proof.as_chunks::<32>() else {
            return Err(EcashError::Merkle("the sibling hashes are cut off"));
        };
        let mut siblings = siblings.iter();
        let mut nodes: Vec<(usize, Hash)> = self.included_leaves.iter().map(|leaf| (leaf.index, leaf.hash)).collect();
        let mut width = self.total_leaves;
        while width > 1 {
            let mut parents: Vec<(usize, Hash)> = Vec::with_capacity(nodes.len());
            let mut iter = nodes.iter().peekable();
            while let Some((position, hash)) = iter.next() {
                let sibling = position ^ 1;
                let parent = if position % 2 == 0 {
                    match iter.next_if(|(next, _)| *next == sibling) {
                        Some((_, right)) => node(hash, right),
                        None if sibling < width => node(hash, next_sibling(&mut siblings)?),
                        None => *hash,
                    }
                } else {
                    node(next_sibling(&mut siblings)?, hash)
                };
                parents.push((position / 2, parent));
            }
            nodes = parents;
            width = width.div_ceil(2);
        }
        if siblings.next().is_some() {
            return Err(EcashError::Merkle("there are more sibling hashes than the leaves need"));
        }
        if nodes[0].1 == self.root { Ok(()) } else { Err(EcashError::Merkle("the leaves do not lead to the root")) }
    }
}

fn next_sibling<'a>(siblings: &mut std::slice::Iter<'a, Hash>) -> Result<&'a Hash> {
    siblings.next().ok_or(EcashError::Merkle("there are fewer sibling hashes than the leaves need"))
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update(left).chain_update(right).finalize().into()
}

mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

mod hex_hash {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let mut hash = [0; 32];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut hash).map_err(D::Error::custom)?;
        Ok(hash)
    }
}
