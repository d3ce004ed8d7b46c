//! The binary Merkle tree of RFC 6962 over SHA-256, as block headers use it: leaves are hashed behind a zero byte,
//! inner nodes behind a one byte, and a tree splits at the largest power of two below its size.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The root of the tree over `leaves`; the hash of nothing for no leaves.
pub fn root<T: AsRef<[u8]>>(leaves: &[T]) -> Hash {
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf.as_ref())).collect();
    root_of(&hashes)
}

/// That a leaf stands at a place in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many leaves the tree has.
    pub total: usize,
    /// The place of the leaf, from 0.
    pub index: usize,
    /// The hash of the leaf.
    pub leaf_hash: Hash,
    /// The siblings on the way to the root, the lowest first.
    pub aunts: Vec<Hash>,
}

/// The proof for the leaf at `index`, `None` when there is no such leaf.
pub fn prove<T: AsRef<[u8]>>(leaves: &[T], index: usize) -> Option<Proof> {
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf.as_ref())).collect();
    let leaf_hash = *hashes.get(index)?;
    let mut aunts = Vec::new();
    let (mut below, mut place) = (hashes.as_slice(), index);
    while below.len() > 1 {
        let (left, right) = below.split_at(split_point(below.len()));
        if place < left.len() {
            aunts.push(root_of(right));
            below = left;
        } else {
            aunts.push(root_of(left));
            place -= left.len();
            below = right;
        }
    }
    aunts.reverse();
    Some(Proof { total: hashes.len(), index, leaf_hash, aunts })
}

fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => Sha256::digest([]).into(),
        [only] => *only,
        many => {
            let (left, right) = many.split_at(split_point(many.len()));
            let mut hasher = Sha256::new();
            hasher.update([1]);
            hasher.update(root_of(left));
            hasher.update(root_of(right));
            hasher.finalize().into()
        }
    }
}

fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(leaf);
    hasher.finalize().into()
}

/// The largest power of two below `size`, which is at least 2.
fn split_point(size: usize) -> usize {
    let half = size.next_power_of_two() / 2;
    if half == size { half / 2 } else { half }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// Climbs from the leaf to the root as a verifier does.
    fn climb(leaf: Hash, index: usize, total: usize, aunts: &[Hash]) -> Hash {
        let Some((last, lower)) = aunts.split_last() else { return leaf };
        let left = split_point(total);
        let mut hasher = Sha256::new();
        hasher.update([1]);
        if index < left {
            hasher.update(climb(leaf, index, left, lower));
            hasher.update(last);
        } else {
            hasher.update(last);
            hasher.update(climb(leaf, index - left, total - left, lower));
        }
        hasher.finalize().into()
    }

    #[test]
    fn the_empty_tree_is_the_hash_of_nothing() {
        let hash = root::<&[u8]>(&[]);
        assert_eq!(hex::encode(hash), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn every_proof_leads_to_the_root() {
        for total in 1..40_usize {
            let leaves: Vec<Vec<u8>> = (0..total).map(|n| n.to_be_bytes().to_vec()).collect();
            let root = root(&leaves);
            for index in 0..total {
                let proof = prove(&leaves, index).unwrap();
                assert_eq!(climb(proof.leaf_hash, index, total, &proof.aunts), root, "{index} of {total}");
            }
            assert_eq!(prove(&leaves, total), None);
        }
    }

    #[test]
    fn roots_are_those_of_the_reference_implementation() {
        let leaves: Vec<Vec<u8>> = (0..5_u8).map(|n| vec![n; 3]).collect();
        assert_eq!(root(&leaves), tendermint::merkle::simple_hash_from_byte_vectors::<sha2::Sha256>(&leaves));
    }
}
