//! Encryption keys, the proof that their owner can decrypt, and the two forms of the decryption key
//! (`docs/protocol/crypto.md` §8.2).

use crate::encoding::{Reader, put_count, put_g1s, put_g2s};
use crate::setup::{TREE_HEIGHT, setup, tree};
use crate::{DkgError, pem};
use nym_curve::{G1, G1Affine, G2, G2Affine, Point, Scalar, hash_parts_to_scalar};
use rand::{CryptoRng, RngCore};
use zeroize::{Zeroize, Zeroizing};

const PROOF_DOMAIN: &[u8] = b"NYM_COCONUT_NIDKG_V01_CS01_WITH_BLS12381_XMD:SHA-256_SSWU_RO_PROOF_DISCRETE_LOG";

const PUBLIC_KEY_TAG: &str = "DKG PUBLIC KEY WITH PROOF";
const DECRYPTION_KEY_TAG: &str = "DKG DECRYPTION KEY";
const KEY_FILE_TAG: &str = "NYM DKG KEY FILE";
const KEY_FILE_MAGIC: &[u8; 8] = b"NYMDKGK1";

/// y = x·g1: shares are encrypted to it. Never the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(G1Affine);

impl PublicKey {
    /// # Errors
    /// [`DkgError::Identity`] for the identity.
    pub fn new(point: G1Affine) -> Result<Self, DkgError> {
        if point.is_identity() { Err(DkgError::Identity { what: "the encryption key" }) } else { Ok(Self(point)) }
    }

    /// The point y.
    pub fn point(&self) -> &G1Affine {
        &self.0
    }
}

/// An encryption key with the proof that its owner knows x; registered on chain as base58.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyWithProof {
    key: PublicKey,
    commitment: G1Affine,
    response: Scalar,
}

impl PublicKeyWithProof {
    /// Length of the byte form.
    pub const LEN: usize = 128;

    /// Proves knowledge of `x` behind y = x·g1 with the nonce `k`.
    fn prove(x: &Scalar, k: &Scalar) -> Self {
        let points = G1::batch_to_affine(&[setup().g1.mul(x), setup().g1.mul(k)]);
        let (y, commitment) = (points[0], points[1]);
        let challenge = challenge(&y, &commitment);
        Self { key: PublicKey(y), commitment, response: challenge * x + k }
    }

    /// The key without its proof. Check [`Self::verify`] before encrypting to it.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// c·y + a' = z·g1.
    ///
    /// # Errors
    /// [`DkgError::KeyProof`].
    pub fn verify(&self) -> Result<(), DkgError> {
        let challenge = challenge(&self.key.0, &self.commitment);
        let left = self.key.0 * challenge + self.commitment;
        if left == setup().g1.mul_public(&self.response) { Ok(()) } else { Err(DkgError::KeyProof) }
    }

    /// y ‖ a' ‖ z.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out[..48].copy_from_slice(&self.key.0.to_bytes());
        out[48..96].copy_from_slice(&self.commitment.to_bytes());
        out[96..].copy_from_slice(&self.response.to_bytes());
        out
    }

    /// # Errors
    /// Wrong length, a malformed element, or the identity as key. The proof is not checked.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        let mut reader = Reader::new(bytes);
        let key = PublicKey::new(reader.g1("the encryption key")?)?;
        let commitment = reader.g1("the commitment of the key's proof")?;
        let response = reader.scalar("the response of the key's proof")?;
        reader.finish("an encryption key with proof")?;
        Ok(Self { key, commitment, response })
    }

    /// The form in the contract.
    pub fn to_base58(&self) -> String {
        bs58::encode(self.to_bytes()).into_string()
    }

    /// # Errors
    /// As [`Self::from_bytes`]; [`DkgError::NotBase58`].
    pub fn from_base58(text: &str) -> Result<Self, DkgError> {
        // A fixed buffer bounds the work that a long text can ask for.
        let mut bytes = [0u8; Self::LEN + 1];
        let length = bs58::decode(text).onto(&mut bytes).map_err(|error| match error {
            bs58::decode::Error::BufferTooSmall => {
                DkgError::TrailingBytes { what: "an encryption key with proof", left: 1 }
            }
            _ => DkgError::NotBase58,
        })?;
        Self::from_bytes(&bytes[..length])
    }

    /// PEM, tag `DKG PUBLIC KEY WITH PROOF`.
    pub fn to_pem(&self) -> String {
        pem::encode(PUBLIC_KEY_TAG, &self.to_bytes())
    }

    /// # Errors
    /// As [`Self::from_bytes`]; [`DkgError::NotPem`].
    pub fn from_pem(text: &str) -> Result<Self, DkgError> {
        Self::from_bytes(&pem::decode(PUBLIC_KEY_TAG, text)?)
    }
}

fn challenge(y: &G1Affine, commitment: &G1Affine) -> Scalar {
    hash_parts_to_scalar(&[&y.to_bytes(), &commitment.to_bytes()], PROOF_DOMAIN)
}

/// What decrypts shares: a = ρ·g1, b = x·g2 + ρ·f0, d_i = ρ·fh_i, e = ρ·h, and x itself where it is known.
///
/// Peers store the form without x, which needs four pairing terms per chunk. With x a chunk is C − x·R = chunk·g1 in G1
/// alone; our own key file keeps it.
#[derive(Clone)]
pub struct DecryptionKey {
    a: G1Affine,
    b: G2Affine,
    d: Vec<G2Affine>,
    e: G2Affine,
    /// b + Σ d_i, all that decryption needs of them.
    folded: G2Affine,
    x: Option<Scalar>,
}

impl DecryptionKey {
    /// Length of the peers' byte form.
    pub const LEN: usize = 48 + 96 + 4 + 96 * TREE_HEIGHT + 96;
    /// Length of our own key file.
    pub const FILE_LEN: usize = KEY_FILE_MAGIC.len() + Scalar::LEN + Self::LEN;

    fn assemble(a: G1Affine, b: G2Affine, d: Vec<G2Affine>, e: G2Affine, x: Option<Scalar>) -> Self {
        let folded = (G2::sum_affine(&d) + b).to_affine();
        Self { a, b, d, e, folded, x }
    }

    /// The peers' form: a ‖ b ‖ BE32(256) ‖ d_0..d_255 ‖ e. It does not hold x.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(Self::FILE_LEN));
        self.put(&mut out);
        out
    }

    fn put(&self, out: &mut Vec<u8>) {
        put_g1s(out, [&self.a]);
        put_g2s(out, [&self.b]);
        put_count(out, self.d.len());
        put_g2s(out, &self.d);
        put_g2s(out, [&self.e]);
    }

    /// Reads the peers' form; the key decrypts with pairings.
    ///
    /// # Errors
    /// Wrong length, another number of d values than 256, or a malformed element.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DkgError> {
        let mut reader = Reader::new(bytes);
        let a = reader.g1("a of the decryption key")?;
        let b = reader.g2("b of the decryption key")?;
        reader.exact_count(TREE_HEIGHT, G2Affine::LEN, "d of the decryption key")?;
        let d = reader.g2s(TREE_HEIGHT, "d of the decryption key")?;
        let e = reader.g2("e of the decryption key")?;
        reader.finish("a decryption key")?;
        Ok(Self::assemble(a, b, d, e, None))
    }

    /// Our own key file: `NYMDKGK1` ‖ x ‖ the peers' form. `None` if x is not known.
    pub fn to_key_file(&self) -> Option<Zeroizing<Vec<u8>>> {
        let x = self.x.as_ref()?;
        let mut out = Zeroizing::new(Vec::with_capacity(Self::FILE_LEN));
        out.extend_from_slice(KEY_FILE_MAGIC);
        out.extend_from_slice(Zeroizing::new(x.to_bytes()).as_slice());
        self.put(&mut out);
        Some(out)
    }

    /// Reads our own key file.
    ///
    /// # Errors
    /// As [`Self::from_bytes`]; [`DkgError::NotAKeyFile`]; [`DkgError::InconsistentKeyFile`] if x and the rest differ.
    pub fn from_key_file(bytes: &[u8]) -> Result<Self, DkgError> {
        let rest = bytes.strip_prefix(KEY_FILE_MAGIC).ok_or(DkgError::NotAKeyFile)?;
        let mut reader = Reader::new(rest);
        let x = reader.scalar("x of the key file")?;
        let mut key = Self::from_bytes(&rest[Scalar::LEN..])?;
        key.x = Some(x);
        if key.agrees_with(&setup().g1.mul(&x).to_affine()) { Ok(key) } else { Err(DkgError::InconsistentKeyFile) }
    }

    /// Whether this key decrypts what is encrypted to `public`: e(a, f)·e(y, g2) = e(g1, b + Σ d).
    pub fn belongs_to(&self, public: &PublicKey) -> bool {
        self.agrees_with(&public.0)
    }

    fn agrees_with(&self, y: &G1Affine) -> bool {
        nym_curve::pairing_product_is_one(&[
            (&self.a, &setup().f_prepared),
            (y, &setup().g2_prepared),
            (&-G1Affine::generator(), &self.folded.into()),
        ])
    }

    /// PEM of the peers' form, tag `DKG DECRYPTION KEY`.
    pub fn to_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(pem::encode(DECRYPTION_KEY_TAG, &self.to_bytes()))
    }

    /// PEM of our own key file, tag `NYM DKG KEY FILE`. `None` if x is not known.
    pub fn to_key_file_pem(&self) -> Option<Zeroizing<String>> {
        self.to_key_file().map(|file| Zeroizing::new(pem::encode(KEY_FILE_TAG, &file)))
    }

    /// Reads PEM of either form.
    ///
    /// # Errors
    /// As [`Self::from_bytes`] and [`Self::from_key_file`]; [`DkgError::NotPem`].
    pub fn from_pem(text: &str) -> Result<Self, DkgError> {
        match pem::decode(KEY_FILE_TAG, text) {
            Ok(file) => Self::from_key_file(&Zeroizing::new(file)),
            Err(_) => Self::from_bytes(&Zeroizing::new(pem::decode(DECRYPTION_KEY_TAG, text)?)),
        }
    }

    /// The same key without x, as a peer would hold it.
    #[must_use]
    pub fn without_scalar(&self) -> Self {
        let mut key = self.clone();
        key.x.zeroize();
        key.x = None;
        key
    }

    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        self.x.as_ref()
    }

    #[cfg(feature = "blst")]
    pub(crate) fn a(&self) -> &G1Affine {
        &self.a
    }

    #[cfg(feature = "blst")]
    pub(crate) fn e(&self) -> &G2Affine {
        &self.e
    }

    #[cfg(feature = "blst")]
    pub(crate) fn folded(&self) -> &G2Affine {
        &self.folded
    }
}

impl Drop for DecryptionKey {
    fn drop(&mut self) {
        self.a.zeroize();
        self.b.zeroize();
        self.d.zeroize();
        self.e.zeroize();
        self.folded.zeroize();
        self.x.zeroize();
    }
}

impl std::fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DecryptionKey(…)")
    }
}

/// An encryption key and what decrypts it.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// To be registered in the contract.
    pub public: PublicKeyWithProof,
    /// To be kept in a file that only its owner reads.
    pub decryption: DecryptionKey,
}

impl KeyPair {
    /// A fresh pair. The first call of a process also hashes the 257 set-up points.
    pub fn generate<R: RngCore + CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let x = Zeroizing::new(Scalar::random(rng));
        let k = Zeroizing::new(Scalar::random(rng));
        let rho = Zeroizing::new(Scalar::random(rng));
        let public = PublicKeyWithProof::prove(&x, &k);
        let tree = tree();
        let mut secret: Zeroizing<Vec<G2>> = Zeroizing::new(tree.levels.iter().map(|level| *level * *rho).collect());
        secret.push(setup().g2.mul(&x) + tree.root * *rho);
        secret.push(setup().h.mul(&rho));
        let mut d = G2::batch_to_affine(&secret);
        let (e, b) = (d[TREE_HEIGHT + 1], d[TREE_HEIGHT]);
        d.truncate(TREE_HEIGHT);
        let a = setup().g1.mul(&rho).to_affine();
        Self { public, decryption: DecryptionKey::assemble(a, b, d, e, Some(*x)) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn proof_matches_the_published_bytes() {
        let proved = PublicKeyWithProof::prove(&Scalar::from(5), &Scalar::from(7));
        assert_eq!(hex::encode(proved.to_bytes()), crate::published::published().public_key_with_proof);
        assert_eq!(proved.verify(), Ok(()));
    }

    #[test]
    fn every_form_round_trips() {
        let pair = KeyPair::generate(&mut ChaCha20Rng::from_seed([1; 32]));
        let public = &pair.public;
        assert_eq!(PublicKeyWithProof::from_bytes(&public.to_bytes()).unwrap(), *public);
        assert_eq!(PublicKeyWithProof::from_base58(&public.to_base58()).unwrap(), *public);
        assert_eq!(PublicKeyWithProof::from_pem(&public.to_pem()).unwrap(), *public);

        let key = &pair.decryption;
        let bytes = key.to_bytes();
        assert_eq!(bytes.len(), 24_820);
        assert_eq!(bytes.len(), DecryptionKey::LEN);
        let read = DecryptionKey::from_bytes(&bytes).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        assert!(read.to_key_file().is_none());
        assert!(read.belongs_to(&public.key()));

        let file = key.to_key_file().unwrap();
        assert_eq!(file.len(), DecryptionKey::FILE_LEN);
        assert_eq!(DecryptionKey::from_key_file(&file).unwrap().to_key_file().unwrap(), file);
        assert_eq!(DecryptionKey::from_pem(&key.to_key_file_pem().unwrap()).unwrap().to_key_file().unwrap(), file);
        assert_eq!(DecryptionKey::from_pem(&key.to_pem()).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn bad_keys_are_refused_with_their_reason() {
        let mut rng = ChaCha20Rng::from_seed([2; 32]);
        let pair = KeyPair::generate(&mut rng);
        let other = KeyPair::generate(&mut rng);

        let mut bytes = pair.public.to_bytes();
        bytes[96] ^= 1;
        assert_eq!(PublicKeyWithProof::from_bytes(&bytes).unwrap().verify(), Err(DkgError::KeyProof));
        let mut identity = pair.public.to_bytes();
        identity[..48].copy_from_slice(&G1Affine::identity().to_bytes());
        assert_eq!(PublicKeyWithProof::from_bytes(&identity), Err(DkgError::Identity { what: "the encryption key" }));
        assert!(matches!(PublicKeyWithProof::from_bytes(&bytes[..127]), Err(DkgError::Truncated { .. })));
        assert_eq!(PublicKeyWithProof::from_base58("0OIl"), Err(DkgError::NotBase58));
        assert!(matches!(PublicKeyWithProof::from_base58(&"z".repeat(5000)), Err(DkgError::TrailingBytes { .. })));

        let mut short = pair.decryption.to_bytes();
        short[144..148].copy_from_slice(&255u32.to_be_bytes());
        assert!(matches!(DecryptionKey::from_bytes(&short), Err(DkgError::WrongCount { expected: 256, got: 255, .. })));
        let mut endless = pair.decryption.to_bytes();
        endless[144..148].copy_from_slice(&[0xff; 4]);
        assert!(matches!(DecryptionKey::from_bytes(&endless), Err(DkgError::Truncated { .. })));

        let mut swapped = pair.decryption.to_key_file().unwrap();
        swapped[8..40].copy_from_slice(&other.decryption.to_key_file().unwrap()[8..40]);
        assert!(matches!(DecryptionKey::from_key_file(&swapped), Err(DkgError::InconsistentKeyFile)));
        assert!(matches!(DecryptionKey::from_key_file(b"NYM"), Err(DkgError::NotAKeyFile)));
        assert!(matches!(DecryptionKey::from_key_file(b"NYMDKGK1"), Err(DkgError::Truncated { .. })));
    }
}
