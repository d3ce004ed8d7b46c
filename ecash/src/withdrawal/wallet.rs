//! From signers' answers to a ticketbook (§2.6, §2.7).

use super::request::RequestInfo;
use crate::encoding::{Parts, from_bin, to_bin};
use crate::keys::{SecretKeyUser, VerificationKeyAuth};
use crate::parameters::{TICKETBOOK_SIZE, generators};
use crate::prepared_key::PreparedKey;
use crate::{BlindedSignature, EcashDay, EcashError, Result, Signature, TicketType};
use nym_curve::{G1, G1Affine, G2, G2Prepared, Point, Scalar, lagrange_at_zero, pairing_product_is_one};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// One signer's answer beside the key it signs with.
#[derive(Clone, Debug)]
pub struct Share<'a> {
    /// The signer's index in the key generation.
    pub index: u64,
    /// The signer's partial verification key.
    pub key: &'a VerificationKeyAuth,
    /// What the signer returned.
    pub signature: BlindedSignature,
}

/// A ticketbook's signature and the signers whose answers were unusable.
#[derive(Debug)]
pub struct Collected {
    /// The complete ticketbook.
    pub wallet: Wallet,
    /// Indices of signers that answered badly.
    pub rejected: Vec<u64>,
}

/// An unblinded, verified signature of one signer.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PartialWallet {
    #[zeroize(skip)]
    pub(crate) sig: Signature,
    pub(crate) v: Scalar,
    pub(crate) expiration_date: Scalar,
    pub(crate) t_type: Scalar,
    #[zeroize(skip)]
    pub(crate) index: u64,
}

/// The aggregated signature with what it signs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct WalletSignatures {
    #[zeroize(skip)]
    pub(crate) sig: Signature,
    pub(crate) v: Scalar,
    pub(crate) expiration_date_timestamp: u32,
    pub(crate) t_type: u8,
}

/// A ticketbook's signature with the number of tickets that are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    pub(crate) signatures: WalletSignatures,
    pub(crate) tickets_spent: u64,
}

impl RequestInfo {
    /// Removes the blinding of one answer without verifying it.
    ///
    /// # Errors
    /// [`EcashError::ForeignAnswer`] if the base is another, [`EcashError::Identity`], [`EcashError::KeyTooShort`].
    fn unblind(&self, share: &Share<'_>) -> Result<Signature> {
        share.key.check()?;
        if share.signature.h != self.joined_commitment_hash {
            return Err(EcashError::ForeignAnswer);
        }
        if self.joined_commitment_hash.is_identity() {
            return Err(EcashError::Identity("the request's base point"));
        }
        let [o1, o2] = self.private_attributes_openings.as_slice() else {
            let got = self.private_attributes_openings.len();
            return Err(EcashError::ListLength { list: "private_attributes_openings", expected: 2, got });
        };
        let blinding = share.key.beta_g1[0] * o1 + share.key.beta_g1[1] * o2;
        let signature = Signature { h: share.signature.h, s: (G1::from(share.signature.c) - blinding).to_affine() };
        signature.check_nonidentity("the unblinded signature")?;
        Ok(signature)
    }

    /// Unblinds and verifies the answer of one signer.
    ///
    /// # Errors
    /// [`EcashError::ForeignAnswer`], [`EcashError::Signature`], identities, a zero index.
    pub fn unblind_and_verify(&self, secret_key: &SecretKeyUser, share: &Share<'_>) -> Result<PartialWallet> {
        if share.index == 0 {
            return Err(nym_curve::CurveError::ZeroIndex.into());
        }
        let sig = self.unblind(share)?;
        if !self.signature_holds(secret_key, &sig, share.key) {
            return Err(EcashError::Signature("the signer's share"));
        }
        Ok(PartialWallet {
            sig,
            v: self.wallet_secret,
            expiration_date: self.expiration_date,
            t_type: self.t_type,
            index: share.index,
        })
    }

    /// Combines answers into a ticketbook. All usable answers are aggregated and the result is verified once; only if
    /// that fails is each share verified, the bad ones are dropped and named, and the rest is aggregated again.
    ///
    /// # Errors
    /// [`EcashError::NotEnoughShares`], duplicate or zero indices, [`EcashError::KeysInconsistent`].
    pub fn collect(
        &self,
        secret_key: &SecretKeyUser,
        shares: &[Share<'_>],
        threshold: usize,
        master: &PreparedKey,
    ) -> Result<Collected> {
        // Duplicate and zero indices are the caller's mistake and not a signer's.
        lagrange_at_zero(&shares.iter().map(|share| share.index).collect::<Vec<_>>())?;
        let mut rejected = Vec::new();
        let mut usable = Vec::new();
        for share in shares {
            match self.unblind(share) {
                Ok(signature) => usable.push((share, signature)),
                Err(_) => rejected.push(share.index),
            }
        }
        enough(usable.len(), threshold, &rejected)?;
        if let Some(wallet) = self.try_aggregate(secret_key, &usable, master)? {
            return Ok(Collected { wallet, rejected });
        }
        usable.retain(|(share, signature)| {
            let good = self.signature_holds(secret_key, signature, share.key);
            if !good {
                rejected.push(share.index);
            }
            good
        });
        enough(usable.len(), threshold, &rejected)?;
        match self.try_aggregate(secret_key, &usable, master)? {
            Some(wallet) => Ok(Collected { wallet, rejected }),
            None => Err(EcashError::KeysInconsistent),
        }
    }

    fn try_aggregate(
        &self,
        secret_key: &SecretKeyUser,
        shares: &[(&Share<'_>, Signature)],
        master: &PreparedKey,
    ) -> Result<Option<Wallet>> {
        let shares: Vec<(u64, Signature)> = shares.iter().map(|(share, signature)| (share.index, *signature)).collect();
        let sig = interpolate(&shares)?;
        if sig.s.is_identity() || !self.signature_holds(secret_key, &sig, master.key()) {
            return Ok(None);
        }
        self.wallet(sig).map(Some)
    }

    fn wallet(&self, sig: Signature) -> Result<Wallet> {
        let signatures = WalletSignatures {
            sig,
            v: self.wallet_secret,
            expiration_date_timestamp: small(&self.expiration_date, "expiration date")?,
            t_type: small(&self.t_type, "ticket type")?,
        };
        Ok(Wallet { signatures, tickets_spent: 0 })
    }

    /// e(h, α + exp·β²_2 + typ·β²_3)·e(sk·h, β²_0)·e(v·h, β²_1) = e(s, g2). The secrets stay in G1, where their
    /// products with h are shared by all answers to this request.
    fn signature_holds(&self, secret_key: &SecretKeyUser, sig: &Signature, key: &VerificationKeyAuth) -> bool {
        let points = self.attribute_points.get_or_init(|| {
            let points = G1::batch_to_affine(&[
                self.joined_commitment_hash * secret_key.sk,
                self.joined_commitment_hash * self.wallet_secret,
            ]);
            [points[0], points[1]]
        });
        holds(sig, points, &self.expiration_date, &self.t_type, key)
    }
}

impl PartialWallet {
    /// Length of the byte form.
    pub const LEN: usize = 200;

    /// Index of the signer.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// h ‖ s ‖ v ‖ date ‖ type (scalars) ‖ LE64(index).
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..96].copy_from_slice(&self.sig.to_bytes());
        bytes[96..128].copy_from_slice(&self.v.to_bytes());
        bytes[128..160].copy_from_slice(&self.expiration_date.to_bytes());
        bytes[160..192].copy_from_slice(&self.t_type.to_bytes());
        bytes[192..].copy_from_slice(&self.index.to_le_bytes());
        bytes
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, no points, non-canonical scalars.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut parts = Parts::exact("partial wallet", bytes, Self::LEN)?;
        Ok(Self {
            sig: Signature::from_bytes(parts.take::<96>()?)?,
            v: Scalar::from_bytes(parts.take()?)?,
            expiration_date: Scalar::from_bytes(parts.take()?)?,
            t_type: Scalar::from_bytes(parts.take()?)?,
            index: u64::from_le_bytes(*parts.take()?),
        })
    }

    /// Combines verified shares and verifies the result under the master key.
    ///
    /// # Errors
    /// Empty, zero or repeated indices, shares of different requests, [`EcashError::KeysInconsistent`].
    pub fn aggregate(secret_key: &SecretKeyUser, shares: &[Self], master: &PreparedKey) -> Result<Wallet> {
        let first = shares.first().ok_or(nym_curve::CurveError::Empty)?;
        for share in shares {
            share.sig.check_nonidentity("a share")?;
            let same = share.sig.h == first.sig.h
                && share.v == first.v
                && share.expiration_date == first.expiration_date
                && share.t_type == first.t_type;
            if !same {
                return Err(EcashError::ForeignAnswer);
            }
        }
        let sig = interpolate(&shares.iter().map(|share| (share.index, share.sig)).collect::<Vec<_>>())?;
        let points = G1::batch_to_affine(&[sig.h * secret_key.sk, sig.h * first.v]);
        if sig.s.is_identity()
            || !holds(&sig, &[points[0], points[1]], &first.expiration_date, &first.t_type, master.key())
        {
            return Err(EcashError::KeysInconsistent);
        }
        let signatures = WalletSignatures {
            sig,
            v: first.v,
            expiration_date_timestamp: small(&first.expiration_date, "expiration date")?,
            t_type: small(&first.t_type, "ticket type")?,
        };
        Ok(Wallet { signatures, tickets_spent: 0 })
    }
}

impl std::fmt::Debug for PartialWallet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PartialWallet(index {})", self.index)
    }
}

impl WalletSignatures {
    /// Length of the byte form.
    pub const LEN: usize = 133;

    /// Last day on which tickets can be spent.
    ///
    /// # Errors
    /// [`EcashError::NotADay`] for stored data that never was a ticketbook.
    pub fn expiration(&self) -> Result<EcashDay> {
        EcashDay::from_timestamp(self.expiration_date_timestamp)
    }

    /// What the tickets pay for.
    ///
    /// # Errors
    /// [`EcashError::UnknownTicketType`] for stored data that never was a ticketbook.
    pub fn ticket_type(&self) -> Result<TicketType> {
        TicketType::try_from(self.t_type)
    }

    /// h ‖ s ‖ v ‖ BE32(expiration timestamp) ‖ type.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..96].copy_from_slice(&self.sig.to_bytes());
        bytes[96..128].copy_from_slice(&self.v.to_bytes());
        bytes[128..132].copy_from_slice(&self.expiration_date_timestamp.to_be_bytes());
        bytes[132] = self.t_type;
        bytes
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, no points, a non-canonical v.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut parts = Parts::exact("wallet signatures", bytes, Self::LEN)?;
        Ok(Self {
            sig: Signature::from_bytes(parts.take::<96>()?)?,
            v: Scalar::from_bytes(parts.take()?)?,
            expiration_date_timestamp: u32::from_be_bytes(*parts.take()?),
            t_type: parts.take::<1>()?[0],
        })
    }

    /// The binary (bincode) form.
    pub fn to_bin(&self) -> Vec<u8> {
        to_bin(self)
    }

    /// Reads [`Self::to_bin`].
    ///
    /// # Errors
    /// Bytes that are none.
    pub fn from_bin(bytes: &[u8]) -> Result<Self> {
        from_bin("wallet signatures", bytes, 1024)
    }
}

impl std::fmt::Debug for WalletSignatures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WalletSignatures(…)")
    }
}

impl Wallet {
    /// Length of the byte form.
    pub const LEN: usize = 141;

    /// From stored parts.
    pub fn new(signatures: WalletSignatures, tickets_spent: u64) -> Self {
        Self { signatures, tickets_spent }
    }

    /// The aggregated signature.
    pub fn signatures(&self) -> &WalletSignatures {
        &self.signatures
    }

    /// Tickets already spent.
    pub fn tickets_spent(&self) -> u64 {
        self.tickets_spent
    }

    /// Tickets left.
    pub fn tickets_left(&self) -> u64 {
        TICKETBOOK_SIZE.saturating_sub(self.tickets_spent)
    }

    /// [`WalletSignatures::to_bytes`] ‖ BE64(tickets spent).
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..WalletSignatures::LEN].copy_from_slice(&self.signatures.to_bytes());
        bytes[WalletSignatures::LEN..].copy_from_slice(&self.tickets_spent.to_be_bytes());
        bytes
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, no points, a non-canonical v.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut parts = Parts::exact("wallet", bytes, Self::LEN)?;
        Ok(Self {
            signatures: WalletSignatures::from_bytes(parts.take::<{ WalletSignatures::LEN }>()?)?,
            tickets_spent: u64::from_be_bytes(*parts.take()?),
        })
    }
}

fn interpolate(shares: &[(u64, Signature)]) -> Result<Signature> {
    let weights = lagrange_at_zero(&shares.iter().map(|(index, _)| *index).collect::<Vec<_>>())?;
    let values: Vec<G1Affine> = shares.iter().map(|(_, signature)| signature.s).collect();
    Ok(Signature { h: shares[0].1.h, s: G1::msm(&values, &weights).to_affine() })
}

fn holds(
    sig: &Signature,
    secret_points: &[G1Affine; 2],
    date: &Scalar,
    t_type: &Scalar,
    key: &VerificationKeyAuth,
) -> bool {
    let public = G2::msm(&key.beta_g2[2..4], &[*date, *t_type]) + key.alpha;
    pairing_product_is_one(&[
        (&sig.h, &G2Prepared::from(public)),
        (&secret_points[0], &G2Prepared::from(key.beta_g2[0])),
        (&secret_points[1], &G2Prepared::from(key.beta_g2[1])),
        (&-sig.s, &generators().g2_prepared),
    ])
}

fn enough(valid: usize, threshold: usize, rejected: &[u64]) -> Result<()> {
    let needed = threshold.max(1);
    if valid >= needed {
        Ok(())
    } else {
        Err(EcashError::NotEnoughShares { needed, valid, rejected: rejected.to_vec() })
    }
}

/// A scalar that is really a small integer.
fn small<T: TryFrom<u64>>(scalar: &Scalar, object: &'static str) -> Result<T> {
    let bytes = scalar.to_bytes();
    let (low, high) = bytes.split_first_chunk::<8>().expect("a scalar has 32 bytes");
    Some(u64::from_le_bytes(*low))
        .filter(|_| high.iter().all(|byte| *byte == 0))
        .and_then(|value| T::try_from(value).ok())
        .ok_or(EcashError::Malformed { object, reason: "the attribute is no small integer".into() })
}
