//! Merkle commitments (§7).

use crate::fixture::{TYPE, quorum, user};
use nym_ecash::{EcashError, IssuedTicketbook, MerkleProof, MerkleTree};
use proptest::prelude::*;

fn tree(leaves: usize) -> MerkleTree {
    MerkleTree::from_leaves((0..leaves).map(|i| {
        let mut leaf = [0; 32];
        leaf[..8].copy_from_slice(&(i as u64).to_le_bytes());
        leaf
    }))
}

proptest! {
    #[test]
    fn proofs_verify_and_altered_ones_do_not(leaves in 1usize..40, picks in proptest::collection::vec(any::<prop::sample::Index>(), 1..8), flip in any::<prop::sample::Index>()) {
        let tree = tree(leaves);
        let root = tree.root().unwrap();
        let positions: Vec<usize> = picks.iter().map(|pick| pick.index(leaves)).collect();
        let proof = tree.prove(&positions).unwrap();
        prop_assert_eq!(proof.verify(&root), Ok(()));
        let json = serde_json::to_string(&proof).unwrap();
        prop_assert_eq!(&serde_json::from_str::<MerkleProof>(&json).unwrap(), &proof);
        let mut leaf = proof.clone();
        let position = flip.index(leaf.included_leaves.len());
        leaf.included_leaves[position].hash[0] ^= 1;
        prop_assert!(leaf.verify(&root).is_err());
        if !proof.inner_proof.is_empty() {
            let mut sibling = proof.clone();
            let position = flip.index(sibling.inner_proof.len());
            sibling.inner_proof[position] ^= 1;
            prop_assert!(sibling.verify(&root).is_err());
            let mut short = proof.clone();
            short.inner_proof.truncate(short.inner_proof.len() - 32);
            prop_assert!(short.verify(&root).is_err());
            short.inner_proof.push(0);
            prop_assert!(short.verify(&root).is_err());
        }
        let mut long = proof.clone();
        long.inner_proof.extend([0; 32]);
        prop_assert!(long.verify(&root).is_err());
        prop_assert!(proof.verify(&[9; 32]).is_err());
    }
}

#[test]
fn hostile_proofs_end_with_an_error() {
    assert_eq!(tree(3).prove(&[]).unwrap_err(), EcashError::Merkle("no leaf to prove"));
    assert!(tree(3).prove(&[3]).is_err());
    assert!(tree(0).prove(&[0]).is_err());
    let root = tree(3).root().unwrap();
    let proof = tree(3).prove(&[0, 2]).unwrap();
    let mut order = proof.clone();
    order.included_leaves.swap(0, 1);
    assert!(order.verify(&root).is_err());
    let mut twice = proof.clone();
    twice.included_leaves[1] = twice.included_leaves[0].clone();
    assert!(twice.verify(&root).is_err());
    let mut huge = proof.clone();
    huge.total_leaves = usize::MAX;
    assert!(huge.verify(&root).is_err());
    let mut none = proof;
    none.included_leaves.clear();
    assert!(none.verify(&root).is_err());
}

#[test]
fn issued_ticketbooks() {
    let quorum = quorum();
    let (request, _) = quorum.request(&user(), 2);
    let answer = &quorum.answers(&request, &user())[0];
    let ticketbook = IssuedTicketbook {
        deposit_id: 5,
        epoch_id: 1,
        blinded_partial_credential: answer.signature.to_bytes().to_vec(),
        joined_encoded_private_attributes_commitments: request.encoded_commitments(),
        expiration_date: quorum.expiration,
        ticketbook_type: TYPE,
    };
    assert_eq!(ticketbook.verify(answer.key), Ok(()));
    assert!(ticketbook.verify(&quorum.partial[1]).is_err());
    let json = serde_json::to_string(&ticketbook).unwrap();
    assert!(json.starts_with("{\"depositId\":5,\"epochId\":1,\"blindedPartialCredential\":\""));
    assert!(json.ends_with("\"expirationDate\":\"2023-12-13\",\"ticketbookType\":\"v1-mixnet-exit\"}"));
    assert_eq!(serde_json::from_str::<IssuedTicketbook>(&json).unwrap(), ticketbook);
    let mut short = ticketbook;
    short.joined_encoded_private_attributes_commitments.pop();
    assert!(matches!(short.verify(answer.key), Err(EcashError::Length { .. })));
}
