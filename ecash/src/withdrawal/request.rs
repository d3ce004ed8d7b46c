//! The client's request for a ticketbook (§2.1, §2.3, §2.4).

use super::proof::{Nonces, WithdrawalProof, Witness};
use crate::encoding::{from_bin, to_bin};
use crate::keys::SecretKeyUser;
use crate::parameters::{generators, h1};
use crate::{EcashDay, EcashError, PublicKeyUser, Result, TicketType};
use nym_curve::{FixedBase, G1, G1Affine, Point, Scalar};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Blinded commitments to a ticketbook's secrets with the proof that they are well formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalRequest {
    /// h = H1(com + exp·γ3 + typ·γ4).
    pub joined_commitment_hash: G1Affine,
    /// com = o·g1 + sk·γ1 + v·γ2.
    pub joined_commitment: G1Affine,
    /// c1 = o1·g1 + sk·h and c2 = o2·g1 + v·h.
    pub private_attributes_commitments: Vec<G1Affine>,
    /// Proof of knowledge of the secrets, tied to the user's public key.
    pub zk_proof: WithdrawalProof,
}

/// What the client keeps of its request until the ticketbook is complete. Secret; persist it before sending.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct RequestInfo {
    pub(crate) joined_commitment_hash: G1Affine,
    pub(crate) joined_commitment_opening: Scalar,
    pub(crate) private_attributes_openings: Vec<Scalar>,
    pub(crate) wallet_secret: Scalar,
    pub(crate) expiration_date: Scalar,
    pub(crate) t_type: Scalar,
    /// sk·h and v·h, the same for every share of this request.
    #[serde(skip)]
    #[zeroize(skip)]
    pub(crate) attribute_points: OnceLock<[G1Affine; 2]>,
}

impl WithdrawalRequest {
    /// Exact length of the binary form.
    pub const LEN: usize = 397;

    /// Commits to the user's key and to a fresh wallet secret.
    pub fn create<R: RngCore + CryptoRng + ?Sized>(
        secret_key: &SecretKeyUser,
        expiration: EcashDay,
        ticket_type: TicketType,
        rng: &mut R,
    ) -> (Self, RequestInfo) {
        loop {
            let witness = Witness::random(secret_key.sk, rng);
            if let Some(made) = Self::build(&witness, &Nonces::random(rng), expiration, ticket_type) {
                return made;
            }
        }
    }

    /// `None` if the base point is the identity, which needs another opening.
    pub(super) fn build(
        witness: &Witness,
        nonces: &Nonces,
        expiration: EcashDay,
        ticket_type: TicketType,
    ) -> Option<(Self, RequestInfo)> {
        let generators = generators();
        let mut commitment = generators.g1.mul(&witness.opening);
        generators.gamma1.add_mul(&witness.user_secret, &mut commitment);
        generators.gamma2.add_mul(&witness.wallet_secret, &mut commitment);
        let commitment = commitment.to_affine();
        let hash = commitment_hash(&commitment, expiration, ticket_type);
        if hash.is_identity() {
            return None;
        }
        let attributes = [hash * witness.user_secret, hash * witness.wallet_secret];
        let points = G1::batch_to_affine(&[
            generators.g1.mul(&witness.openings[0]) + attributes[0],
            generators.g1.mul(&witness.openings[1]) + attributes[1],
            attributes[0],
            attributes[1],
            generators.g1.mul(&witness.user_secret),
        ]);
        let commitments = vec![points[0], points[1]];
        let user = PublicKeyUser { pk: points[4] };
        let zk_proof = WithdrawalProof::create(witness, nonces, &commitment, &hash, &commitments, &user);
        let info = RequestInfo {
            joined_commitment_hash: hash,
            joined_commitment_opening: witness.opening,
            private_attributes_openings: witness.openings.to_vec(),
            wallet_secret: witness.wallet_secret,
            expiration_date: expiration.attribute(),
            t_type: ticket_type.attribute(),
            attribute_points: OnceLock::from([points[2], points[3]]),
        };
        let request = Self {
            joined_commitment_hash: hash,
            joined_commitment: commitment,
            private_attributes_commitments: commitments,
            zk_proof,
        };
        Some((request, info))
    }

    /// The signer's checks 1 to 3 of §2.5: exact list lengths, no identities, the base point belongs to commitment,
    /// date and type, and the proof holds for the user's public key.
    ///
    /// # Errors
    /// What fails first.
    pub fn verify(&self, user: &PublicKeyUser, expiration: EcashDay, ticket_type: TicketType) -> Result<()> {
        self.check_shape()?;
        if user.pk.is_identity() {
            return Err(EcashError::Identity("the user's public key"));
        }
        if commitment_hash(&self.joined_commitment, expiration, ticket_type) != self.joined_commitment_hash {
            return Err(EcashError::CommitmentHash);
        }
        self.zk_proof.verify(
            &self.joined_commitment,
            &self.joined_commitment_hash,
            &self.private_attributes_commitments,
            user,
        )
    }

    fn check_shape(&self) -> Result<()> {
        let got = self.private_attributes_commitments.len();
        if got != 2 {
            return Err(EcashError::ListLength { list: "private_attributes_commitments", expected: 2, got });
        }
        self.zk_proof.check_shape()?;
        if self.joined_commitment_hash.is_identity() {
            return Err(EcashError::Identity("the request's base point"));
        }
        let identity = self.joined_commitment.is_identity()
            || self.private_attributes_commitments.iter().any(G1Affine::is_identity);
        if identity { Err(EcashError::Identity("a commitment of the request")) } else { Ok(()) }
    }

    /// The 397-byte binary form.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bin(self)
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Bytes that are no request.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        from_bin("withdrawal request", bytes, 2 * Self::LEN)
    }

    /// What the key of the deposit signs: the binary form, then the deposit id (BE32).
    pub fn deposit_plaintext(&self, deposit_id: u32) -> Vec<u8> {
        let mut bytes = self.to_bytes();
        bytes.extend(deposit_id.to_be_bytes());
        bytes
    }

    /// c1 ‖ c2, as it stands in the issued ticketbook's Merkle leaf.
    pub fn encoded_commitments(&self) -> Vec<u8> {
        self.private_attributes_commitments.iter().flat_map(|commitment| commitment.to_bytes()).collect()
    }
}

impl RequestInfo {
    /// The binary form.
    pub fn to_bytes(&self) -> Vec<u8> {
        to_bin(self)
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Bytes that are no request information, or lists of wrong length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let info: Self = from_bin("request information", bytes, 1024)?;
        let got = info.private_attributes_openings.len();
        if got != 2 {
            return Err(EcashError::ListLength { list: "private_attributes_openings", expected: 2, got });
        }
        Ok(info)
    }
}

impl std::fmt::Debug for RequestInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestInfo(…)")
    }
}

/// H1(bytes(com + exp·γ3 + typ·γ4)).
pub(super) fn commitment_hash(commitment: &G1Affine, expiration: EcashDay, ticket_type: TicketType) -> G1Affine {
    let generators = generators();
    let joined = FixedBase::sum_public(
        &[(&generators.gamma3, &expiration.attribute()), (&generators.gamma4, &ticket_type.attribute())],
        &[*commitment],
    );
    h1(&joined.to_bytes()).to_affine()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

    use super::*;
    use crate::withdrawal::{Share, issue};
    use crate::{PreparedKey, SecretKeyAuth, parameters::hs};
    use serde_json::Value;

    /// The withdrawal of `docs/protocol/crypto.md` §9.2, whose secrets and nonces come from seeds.
    #[test]
    fn reference_withdrawal() {
        let vectors: Value = serde_json::from_str(include_str!("../../vectors/spec.json")).unwrap();
        let expected = &vectors["withdrawal"];
        let unhex = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
        let scalar = |name: &str| hs(&[&unhex(&expected["seeds"][name]).repeat(32)]);
        let witness = Witness {
            user_secret: scalar("sk"),
            wallet_secret: scalar("v"),
            opening: scalar("o"),
            openings: [scalar("o1"), scalar("o2")],
        };
        let nonces = Nonces {
            opening: scalar("r_o"),
            openings: [scalar("r_o1"), scalar("r_o2")],
            user_secret: scalar("r_sk"),
            wallet_secret: scalar("r_v"),
        };
        let expiration =
            EcashDay::from_timestamp(u32::try_from(expected["expiration"].as_u64().unwrap()).unwrap()).unwrap();
        let ticket_type = TicketType::V1MixnetExit;
        let (request, info) = WithdrawalRequest::build(&witness, &nonces, expiration, ticket_type).unwrap();
        assert_eq!(request.zk_proof.challenge.to_bytes().to_vec(), unhex(&expected["challenge"]));
        assert_eq!(request.to_bytes(), unhex(&expected["request"]));
        let k5 = SecretKeyAuth::new(Scalar::ONE, [2, 3, 4, 5].map(Scalar::from).to_vec()).unwrap();
        let user = SecretKeyUser { sk: witness.user_secret };
        let signature = issue(&k5, &request, &user.public_key(), expiration, ticket_type, expiration).unwrap();
        assert_eq!(signature.to_bytes().to_vec(), unhex(&expected["blind_signature"]));
        let key = k5.verification_key();
        let master = PreparedKey::new(key.clone()).unwrap();
        let share = Share { index: 1, key: &key, signature };
        let wallet = info.collect(&user, &[share], 1, &master).unwrap().wallet;
        assert_eq!(wallet.signatures().to_bytes().to_vec(), unhex(&expected["wallet"]));
    }
}
