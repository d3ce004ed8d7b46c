//! Keys of users and of authorities (`docs/protocol/crypto.md` §1.3–§1.5).

use crate::encoding::Parts;
use crate::parameters::{ATTRIBUTES, generators, hs};
use crate::{EcashError, Result};
use nym_curve::{G1, G1Affine, G2, G2Affine, Point, Polynomial, Scalar, interpolate_at_zero, lagrange_at_zero};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The secret of a user; all ticketbooks of one client carry it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct SecretKeyUser {
    pub(crate) sk: Scalar,
}

impl SecretKeyUser {
    /// Derived from a seed: clients use the 32 bytes of their Ed25519 identity secret.
    pub fn from_seed(seed: &[u8]) -> Self {
        Self { sk: hs(&[seed]) }
    }

    /// Drawn at random.
    pub fn random<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self { sk: Scalar::random(rng) }
    }

    /// The public key sk·g1.
    pub fn public_key(&self) -> PublicKeyUser {
        PublicKeyUser { pk: generators().g1.mul(&self.sk).to_affine() }
    }

    /// 32 bytes, little-endian.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.sk.to_bytes()
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`EcashError::Curve`] unless the bytes are a canonical scalar.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self { sk: Scalar::from_slice(bytes)? })
    }
}

impl std::fmt::Debug for SecretKeyUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKeyUser(…)")
    }
}

/// The public key of a user: what identification of a double spender yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PublicKeyUser {
    pub(crate) pk: G1Affine,
}

impl PublicKeyUser {
    /// 48 bytes, compressed.
    pub fn to_bytes(&self) -> [u8; 48] {
        self.pk.to_bytes()
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`EcashError::Curve`] unless the bytes are a point other than the identity.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self { pk: G1Affine::from_slice(bytes)?.nonidentity()? })
    }

    /// Base58 of the 48 bytes.
    pub fn to_base58(&self) -> String {
        bs58::encode(self.to_bytes()).into_string()
    }
}

/// A user's secret key beside its public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyPairUser {
    pub(crate) secret_key: SecretKeyUser,
    pub(crate) public_key: PublicKeyUser,
}

impl KeyPairUser {
    /// Derived from a seed, see [`SecretKeyUser::from_seed`].
    pub fn from_seed(seed: &[u8]) -> Self {
        SecretKeyUser::from_seed(seed).into()
    }

    /// The secret key.
    pub fn secret_key(&self) -> &SecretKeyUser {
        &self.secret_key
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKeyUser {
        self.public_key
    }

    /// 80 bytes: secret, then public key.
    pub fn to_bytes(&self) -> [u8; 80] {
        let mut bytes = [0; 80];
        bytes[..32].copy_from_slice(&self.secret_key.to_bytes());
        bytes[32..].copy_from_slice(&self.public_key.to_bytes());
        bytes
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, non-canonical parts, or a public key that is not the secret key's.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let mut parts = Parts::exact("user key pair", bytes, 80)?;
        let pair = Self::from(SecretKeyUser::from_bytes(parts.take::<32>()?)?);
        if pair.public_key != PublicKeyUser::from_bytes(parts.take::<48>()?)? {
            return Err(EcashError::Malformed {
                object: "user key pair",
                reason: "the two keys do not belong together".into(),
            });
        }
        Ok(pair)
    }
}

impl From<SecretKeyUser> for KeyPairUser {
    fn from(secret_key: SecretKeyUser) -> Self {
        Self { public_key: secret_key.public_key(), secret_key }
    }
}

/// The secret (or share of the secret) of an authority.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SecretKeyAuth {
    pub(crate) x: Scalar,
    pub(crate) ys: Vec<Scalar>,
}

impl SecretKeyAuth {
    /// From the components of a key generation: x, then one y per attribute.
    ///
    /// # Errors
    /// [`EcashError::KeyTooShort`] with fewer than four y.
    pub fn new(x: Scalar, ys: Vec<Scalar>) -> Result<Self> {
        if ys.len() < ATTRIBUTES {
            return Err(EcashError::KeyTooShort { needed: ATTRIBUTES, got: ys.len() });
        }
        Ok(Self { x, ys })
    }

    /// x, then the y: what resharing uses as constant terms.
    pub fn components(&self) -> impl Iterator<Item = &Scalar> {
        std::iter::once(&self.x).chain(&self.ys)
    }

    /// The public counterpart.
    pub fn verification_key(&self) -> VerificationKeyAuth {
        let generators = generators();
        let g1: Vec<G1> = self.ys.iter().map(|y| generators.g1.mul(y)).collect();
        let g2: Vec<G2> = self.components().map(|y| generators.g2.mul(y)).collect();
        let g2 = G2::batch_to_affine(&g2);
        VerificationKeyAuth { alpha: g2[0], beta_g1: G1::batch_to_affine(&g1), beta_g2: g2[1..].to_vec() }
    }

    /// x ‖ LE64(k) ‖ y_0 … y_(k−1).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(40 + 32 * self.ys.len());
        bytes.extend(self.x.to_bytes());
        bytes.extend((self.ys.len() as u64).to_le_bytes());
        self.ys.iter().for_each(|y| bytes.extend(y.to_bytes()));
        bytes
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, a count that does not match it, fewer than four y, non-canonical scalars.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let object = "authority secret key";
        let count = bytes.len().saturating_sub(40) / 32;
        let mut parts = Parts::exact(object, bytes, 40 + 32 * count.max(1))?;
        let x = Scalar::from_bytes(parts.take::<32>()?)?;
        check_count(object, *parts.take::<8>()?, count)?;
        let ys = (0..count).map(|_| Ok(Scalar::from_bytes(parts.take::<32>()?)?)).collect::<Result<_>>()?;
        Self::new(x, ys)
    }
}

impl std::fmt::Debug for SecretKeyAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretKeyAuth({} components)", self.ys.len() + 1)
    }
}

/// The public key of an authority, or the master key of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationKeyAuth {
    /// x·g2.
    pub alpha: G2Affine,
    /// y_j·g1.
    pub beta_g1: Vec<G1Affine>,
    /// y_j·g2.
    pub beta_g2: Vec<G2Affine>,
}

impl VerificationKeyAuth {
    /// α ‖ LE64(k) ‖ β¹_0 … ‖ β²_0 …: 680 bytes for four attributes. These bytes enter proofs and hashes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(104 + 144 * self.beta_g2.len());
        bytes.extend(self.alpha.to_bytes());
        bytes.extend((self.beta_g1.len() as u64).to_le_bytes());
        self.beta_g1.iter().for_each(|beta| bytes.extend(beta.to_bytes()));
        self.beta_g2.iter().for_each(|beta| bytes.extend(beta.to_bytes()));
        bytes
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// Wrong length, a count that does not match it, points that are none or the identity.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let object = "verification key";
        let count = bytes.len().saturating_sub(104) / 144;
        let mut parts = Parts::exact(object, bytes, 104 + 144 * count.max(1))?;
        let alpha = G2Affine::from_bytes_nonidentity(parts.take()?)?;
        check_count(object, *parts.take::<8>()?, count)?;
        let beta_g1 =
            (0..count).map(|_| Ok(G1Affine::from_bytes_nonidentity(parts.take()?)?)).collect::<Result<_>>()?;
        let beta_g2 =
            (0..count).map(|_| Ok(G2Affine::from_bytes_nonidentity(parts.take()?)?)).collect::<Result<_>>()?;
        Ok(Self { alpha, beta_g1, beta_g2 })
    }

    /// Base58 of the bytes: the form on chain.
    pub fn to_base58(&self) -> String {
        bs58::encode(self.to_bytes()).into_string()
    }

    /// Reads [`Self::to_base58`].
    ///
    /// # Errors
    /// Text that is not base58, or as [`Self::from_bytes`].
    pub fn from_base58(text: &str) -> Result<Self> {
        let object = "verification key";
        let bytes = bs58::decode(text)
            .into_vec()
            .map_err(|error| EcashError::Malformed { object, reason: error.to_string() })?;
        Self::from_bytes(&bytes)
    }

    /// Components for at least the four attributes, in both groups, and no identity: what every use of a key needs.
    ///
    /// # Errors
    /// [`EcashError::KeyTooShort`], [`EcashError::ListLength`], [`EcashError::Identity`].
    pub fn check(&self) -> Result<()> {
        if self.beta_g2.len() < ATTRIBUTES {
            return Err(EcashError::KeyTooShort { needed: ATTRIBUTES, got: self.beta_g2.len() });
        }
        if self.beta_g1.len() != self.beta_g2.len() {
            return Err(EcashError::ListLength {
                list: "beta_g1",
                expected: self.beta_g2.len(),
                got: self.beta_g1.len(),
            });
        }
        let identity = self.alpha.is_identity()
            || self.beta_g1.iter().any(G1Affine::is_identity)
            || self.beta_g2.iter().any(G2Affine::is_identity);
        if identity { Err(EcashError::Identity("a component of the verification key")) } else { Ok(()) }
    }

    /// The master key from shares at their indices (any set of at least the threshold gives the same key).
    ///
    /// # Errors
    /// No, zero or repeated indices; keys of different sizes or that fail [`Self::check`].
    pub fn aggregate(shares: &[(u64, &Self)]) -> Result<Self> {
        let indices: Vec<u64> = shares.iter().map(|(index, _)| *index).collect();
        let weights = lagrange_at_zero(&indices)?;
        let size = shares[0].1.beta_g2.len();
        for (_, key) in shares {
            key.check()?;
            if key.beta_g2.len() != size {
                return Err(EcashError::ListLength { list: "beta_g2", expected: size, got: key.beta_g2.len() });
            }
        }
        let g1 = |part: &dyn Fn(&Self) -> G1Affine| {
            G1::msm(&shares.iter().map(|(_, key)| part(key)).collect::<Vec<_>>(), &weights)
        };
        let g2 = |part: &dyn Fn(&Self) -> G2Affine| {
            G2::msm(&shares.iter().map(|(_, key)| part(key)).collect::<Vec<_>>(), &weights)
        };
        let beta_g1: Vec<G1> = (0..size).map(|j| g1(&|key| key.beta_g1[j])).collect();
        let beta_g2: Vec<G2> = (0..size).map(|j| g2(&|key| key.beta_g2[j])).collect();
        Ok(Self {
            alpha: g2(&|key| key.alpha).to_affine(),
            beta_g1: G1::batch_to_affine(&beta_g1),
            beta_g2: G2::batch_to_affine(&beta_g2),
        })
    }
}

fn check_count(object: &'static str, stated: [u8; 8], count: usize) -> Result<()> {
    if u64::from_le_bytes(stated) == count as u64 {
        Ok(())
    } else {
        Err(EcashError::Malformed {
            object,
            reason: format!("it states {} components and holds {count}", u64::from_le_bytes(stated)),
        })
    }
}

/// A key that one party deals to n authorities, any `threshold` of which can sign: for tests and benches. Networks run
/// the distributed key generation.
#[derive(Debug)]
pub struct DealtKeys {
    /// The secret nobody holds in a real network.
    pub master: SecretKeyAuth,
    /// The authorities' shares; the index is the evaluation point.
    pub shares: Vec<(u64, SecretKeyAuth)>,
}

impl DealtKeys {
    /// Deals shares to authorities 1 to `authorities`.
    ///
    /// # Panics
    /// Unless 1 ≤ threshold ≤ authorities.
    pub fn deal<R: RngCore + CryptoRng + ?Sized>(authorities: u64, threshold: usize, rng: &mut R) -> Self {
        assert!(
            threshold >= 1 && threshold as u64 <= authorities,
            "the threshold lies between 1 and the number of authorities"
        );
        let polynomials: Vec<Polynomial> = (0..=ATTRIBUTES).map(|_| Polynomial::random(threshold, rng)).collect();
        let at = |point: Scalar| {
            let mut values = polynomials.iter().map(|polynomial| polynomial.evaluate(&point));
            let x = values.next().expect("there are five polynomials");
            SecretKeyAuth { x, ys: values.collect() }
        };
        Self {
            master: at(Scalar::ZERO),
            shares: (1..=authorities).map(|index| (index, at(Scalar::from(index)))).collect(),
        }
    }
}

/// The master secret from at least a threshold of shares: for tests of key generation and resharing.
///
/// # Errors
/// No, zero or repeated indices.
pub fn recover_master_secret(shares: &[(u64, &SecretKeyAuth)]) -> Result<SecretKeyAuth> {
    let indices: Vec<u64> = shares.iter().map(|(index, _)| *index).collect();
    let size = shares.iter().map(|(_, key)| key.ys.len()).min().unwrap_or(0);
    let component = |part: &dyn Fn(&SecretKeyAuth) -> Scalar| {
        interpolate_at_zero(&indices, &shares.iter().map(|(_, key)| part(key)).collect::<Vec<_>>())
    };
    let ys = (0..size).map(|j| component(&|key| key.ys[j])).collect::<Result<_, _>>()?;
    SecretKeyAuth::new(component(&|key| key.x)?, ys)
}
