//! Expiration-date and coin-index signatures: public sets that every payer needs, issued in parts by each authority
//! (`docs/protocol/crypto.md` §3).
//!
//! Both are one construction: entry i has a base h_i by hashing and the signature (x + constant + component·m_i)·h_i,
//! affine in one public number m_i. A whole set is therefore checked with three Miller loops, whatever its size.

use crate::encoding::{from_bin, to_bin};
use crate::keys::{SecretKeyAuth, VerificationKeyAuth};
use crate::parameters::{ATTRIBUTES, SECONDS_PER_DAY, SET_SIZE_COINS, SET_SIZE_DATES, generators, h1};
use crate::prepared_key::PreparedKey;
use crate::{EcashDay, EcashError, Result, Signature};
use nym_curve::{
    G1, G1Affine, G2, G2Affine, G2Prepared, Point, Scalar, lagrange_at_zero, pairing_product_is_one, random_weights,
};
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};

/// Signature on one spending day of ticketbooks with one expiration date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpirationDateSignature {
    /// Partial or aggregated signature.
    pub signature: Signature,
    /// Unix time of the expiration date's midnight.
    pub expiration_timestamp: u32,
    /// Unix time of the spending day's midnight.
    pub spending_timestamp: u32,
}

/// Signature on one ticket index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoinIndexSignature {
    /// Partial or aggregated signature.
    pub signature: Signature,
    /// Ticket index, 0 to 49.
    pub index: u64,
}

/// One authority's set.
#[derive(Clone, Debug)]
pub struct SetShare<'a, T> {
    /// Index of the authority in the key generation.
    pub index: u64,
    /// Its partial verification key.
    pub key: &'a VerificationKeyAuth,
    /// Its signatures.
    pub signatures: &'a [T],
}

/// An aggregated set and the authorities whose parts were unusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregatedSet<T> {
    /// The complete set, in canonical order.
    pub signatures: Vec<T>,
    /// Indices of authorities whose parts were refused.
    pub rejected: Vec<u64>,
}

/// An authority's signatures on the seven spending days of an expiration date.
///
/// # Errors
/// [`EcashError::NotADay`] for a date in the first week of 1970.
pub fn sign_expiration_dates(key: &SecretKeyAuth, expiration: EcashDay) -> Result<Vec<ExpirationDateSignature>> {
    let set = DateSet::new(expiration)?;
    Ok(set.assemble(sign(key, &set.statement())))
}

/// An authority's signatures on the fifty ticket indices, bound to the master key.
pub fn sign_coin_indices(key: &SecretKeyAuth, master: &PreparedKey) -> Vec<CoinIndexSignature> {
    CoinSet(master).assemble(sign(key, &CoinSet(master).statement()))
}

/// Verifies a whole set under a partial or the master key: exact length and order, bases recomputed, no identity, one
/// weighted product.
///
/// # Errors
/// [`EcashError::ListLength`], [`EcashError::Malformed`], [`EcashError::Signature`].
pub fn verify_expiration_dates<R: RngCore + CryptoRng + ?Sized>(
    key: &VerificationKeyAuth,
    expiration: EcashDay,
    signatures: &[ExpirationDateSignature],
    rng: &mut R,
) -> Result<()> {
    verify(key, &DateSet::new(expiration)?, signatures, rng)
}

/// As [`verify_expiration_dates`], for ticket indices. `key` is the authority's, or the master key for aggregated sets.
///
/// # Errors
/// As [`verify_expiration_dates`].
pub fn verify_coin_indices<R: RngCore + CryptoRng + ?Sized>(
    key: &VerificationKeyAuth,
    master: &PreparedKey,
    signatures: &[CoinIndexSignature],
    rng: &mut R,
) -> Result<()> {
    verify(key, &CoinSet(master), signatures, rng)
}

/// Combines authorities' sets: malformed ones are dropped, the rest is interpolated and verified once; only if that
/// fails is each set verified under its own key, and the bad ones are dropped and named.
///
/// # Errors
/// [`EcashError::NotEnoughShares`], duplicate or zero indices, [`EcashError::KeysInconsistent`].
pub fn aggregate_expiration_dates<R: RngCore + CryptoRng + ?Sized>(
    shares: &[SetShare<'_, ExpirationDateSignature>],
    expiration: EcashDay,
    threshold: usize,
    master: &PreparedKey,
    rng: &mut R,
) -> Result<AggregatedSet<ExpirationDateSignature>> {
    aggregate(&DateSet::new(expiration)?, shares, threshold, master, rng)
}

/// As [`aggregate_expiration_dates`], for ticket indices.
///
/// # Errors
/// As [`aggregate_expiration_dates`].
pub fn aggregate_coin_indices<R: RngCore + CryptoRng + ?Sized>(
    shares: &[SetShare<'_, CoinIndexSignature>],
    threshold: usize,
    master: &PreparedKey,
    rng: &mut R,
) -> Result<AggregatedSet<CoinIndexSignature>> {
    aggregate(&CoinSet(master), shares, threshold, master, rng)
}

/// The binary form of a list of expiration-date signatures.
pub fn expiration_dates_to_bin(signatures: &[ExpirationDateSignature]) -> Vec<u8> {
    to_bin(&signatures)
}

/// Reads [`expiration_dates_to_bin`].
///
/// # Errors
/// Bytes that are none.
pub fn expiration_dates_from_bin(bytes: &[u8]) -> Result<Vec<ExpirationDateSignature>> {
    from_bin("expiration-date signatures", bytes, 4096)
}

/// The binary form of a list of coin-index signatures.
pub fn coin_indices_to_bin(signatures: &[CoinIndexSignature]) -> Vec<u8> {
    to_bin(&signatures)
}

/// Reads [`coin_indices_to_bin`].
///
/// # Errors
/// Bytes that are none.
pub fn coin_indices_from_bin(bytes: &[u8]) -> Result<Vec<CoinIndexSignature>> {
    from_bin("coin-index signatures", bytes, 8192)
}

/// What is signed: bases, the varying numbers with their component, and the constant part of every exponent.
struct Statement {
    hashes: Vec<G1Affine>,
    numbers: Vec<Scalar>,
    /// Key component that multiplies the number.
    component: usize,
    /// Other components with their constant attribute.
    constants: Vec<(usize, Scalar)>,
}

/// One of the two kinds of set.
trait SignatureSet {
    type Entry: Copy;
    const NAME: &'static str;

    fn statement(&self) -> Statement;
    fn assemble(&self, signatures: Vec<Signature>) -> Vec<Self::Entry>;
    fn signature(entry: &Self::Entry) -> &Signature;
    /// Whether the entry's public numbers are those of position `position`.
    fn belongs(&self, position: usize, entry: &Self::Entry) -> bool;
    fn len(&self) -> usize;
}

struct DateSet {
    expiration: u32,
}

impl DateSet {
    fn new(expiration: EcashDay) -> Result<Self> {
        expiration.first_spending_day()?;
        Ok(Self { expiration: expiration.timestamp() })
    }

    fn spending_timestamp(&self, position: usize) -> u32 {
        let days_before = u32::try_from(SET_SIZE_DATES - 1 - position).expect("a position inside the set");
        self.expiration - SECONDS_PER_DAY * days_before
    }
}

impl SignatureSet for DateSet {
    type Entry = ExpirationDateSignature;
    const NAME: &'static str = "a set of expiration-date signatures";

    fn statement(&self) -> Statement {
        let expiration = Scalar::from(u64::from(self.expiration));
        let numbers: Vec<Scalar> =
            (0..SET_SIZE_DATES).map(|i| Scalar::from(u64::from(self.spending_timestamp(i)))).collect();
        let hashes: Vec<G1> =
            numbers.iter().map(|spending| h1(&[expiration.to_bytes(), spending.to_bytes()].concat())).collect();
        Statement {
            hashes: G1::batch_to_affine(&hashes),
            numbers,
            component: 1,
            constants: vec![(0, expiration), (2, generators().type_expiration)],
        }
    }

    fn assemble(&self, signatures: Vec<Signature>) -> Vec<ExpirationDateSignature> {
        let entry = |(position, signature)| ExpirationDateSignature {
            signature,
            expiration_timestamp: self.expiration,
            spending_timestamp: self.spending_timestamp(position),
        };
        signatures.into_iter().enumerate().map(entry).collect()
    }

    fn signature(entry: &ExpirationDateSignature) -> &Signature {
        &entry.signature
    }

    fn belongs(&self, position: usize, entry: &ExpirationDateSignature) -> bool {
        entry.expiration_timestamp == self.expiration && entry.spending_timestamp == self.spending_timestamp(position)
    }

    fn len(&self) -> usize {
        SET_SIZE_DATES
    }
}

struct CoinSet<'a>(&'a PreparedKey);

impl SignatureSet for CoinSet<'_> {
    type Entry = CoinIndexSignature;
    const NAME: &'static str = "a set of coin-index signatures";

    fn statement(&self) -> Statement {
        let type_index = generators().type_index;
        Statement {
            hashes: self.0.coin_hashes().to_vec(),
            numbers: (0..SET_SIZE_COINS as u64).map(Scalar::from).collect(),
            component: 0,
            constants: vec![(1, type_index), (2, type_index)],
        }
    }

    fn assemble(&self, signatures: Vec<Signature>) -> Vec<CoinIndexSignature> {
        (0..).zip(signatures).map(|(index, signature)| CoinIndexSignature { signature, index }).collect()
    }

    fn signature(entry: &CoinIndexSignature) -> &Signature {
        &entry.signature
    }

    fn belongs(&self, position: usize, entry: &CoinIndexSignature) -> bool {
        entry.index == position as u64
    }

    fn len(&self) -> usize {
        SET_SIZE_COINS
    }
}

fn sign(key: &SecretKeyAuth, statement: &Statement) -> Vec<Signature> {
    let constant = statement.constants.iter().fold(key.x, |sum, (j, value)| sum + key.ys[*j] * value);
    let component = key.ys[statement.component];
    let values: Vec<G1> = statement
        .hashes
        .iter()
        .zip(&statement.numbers)
        .map(|(hash, number)| *hash * (constant + component * number))
        .collect();
    let values = G1::batch_to_affine(&values);
    statement.hashes.iter().zip(values).map(|(h, s)| Signature { h: *h, s }).collect()
}

fn verify<S: SignatureSet, R: RngCore + CryptoRng + ?Sized>(
    key: &VerificationKeyAuth,
    set: &S,
    entries: &[S::Entry],
    rng: &mut R,
) -> Result<()> {
    key.check()?;
    let statement = set.statement();
    check_shape(set, &statement, entries)?;
    let values: Vec<G1Affine> = entries.iter().map(|entry| S::signature(entry).s).collect();
    if product_holds(key, &statement, &values, rng) { Ok(()) } else { Err(EcashError::Signature(S::NAME)) }
}

/// Exact length, canonical order and numbers, recomputed bases, no identity.
fn check_shape<S: SignatureSet>(set: &S, statement: &Statement, entries: &[S::Entry]) -> Result<()> {
    if entries.len() != set.len() {
        return Err(EcashError::ListLength { list: S::NAME, expected: set.len(), got: entries.len() });
    }
    for ((position, entry), hash) in entries.iter().enumerate().zip(&statement.hashes) {
        let signature = S::signature(entry);
        signature.check_nonidentity(S::NAME)?;
        if !set.belongs(position, entry) || signature.h != *hash {
            return Err(EcashError::Malformed {
                object: S::NAME,
                reason: format!("entry {position} is for something else"),
            });
        }
    }
    Ok(())
}

/// e(Σρ_i h_i, α + constants)·e(Σρ_i m_i h_i, β)·e(−Σρ_i s_i, g2) = 1 with random ρ.
fn product_holds<R: RngCore + CryptoRng + ?Sized>(
    key: &VerificationKeyAuth,
    statement: &Statement,
    values: &[G1Affine],
    rng: &mut R,
) -> bool {
    let weights = random_weights(values.len(), rng);
    let weighted_numbers: Vec<Scalar> =
        weights.iter().zip(&statement.numbers).map(|(weight, number)| weight * number).collect();
    let sums = G1::batch_to_affine(&[
        G1::msm(&statement.hashes, &weights),
        G1::msm(&statement.hashes, &weighted_numbers),
        -G1::msm(values, &weights),
    ]);
    let (points, scalars): (Vec<G2Affine>, Vec<Scalar>) =
        statement.constants.iter().map(|(j, value)| (key.beta_g2[*j], *value)).unzip();
    let constant = G2::msm(&points, &scalars) + key.alpha;
    pairing_product_is_one(&[
        (&sums[0], &G2Prepared::from(constant)),
        (&sums[1], &G2Prepared::from(key.beta_g2[statement.component])),
        (&sums[2], &generators().g2_prepared),
    ])
}

fn aggregate<S: SignatureSet, R: RngCore + CryptoRng + ?Sized>(
    set: &S,
    shares: &[SetShare<'_, S::Entry>],
    threshold: usize,
    master: &PreparedKey,
    rng: &mut R,
) -> Result<AggregatedSet<S::Entry>> {
    // Duplicate and zero indices are the caller's mistake and not an authority's.
    lagrange_at_zero(&shares.iter().map(|share| share.index).collect::<Vec<_>>())?;
    let statement = set.statement();
    let mut rejected = Vec::new();
    let mut usable: Vec<&SetShare<'_, S::Entry>> = Vec::new();
    for share in shares {
        if share.key.beta_g2.len() >= ATTRIBUTES && check_shape(set, &statement, share.signatures).is_ok() {
            usable.push(share);
        } else {
            rejected.push(share.index);
        }
    }
    enough(usable.len(), threshold, &rejected)?;
    let values = interpolate::<S>(&usable, set.len())?;
    if accepted(master, &statement, &values, rng) {
        return Ok(assemble(set, statement, values, rejected));
    }
    usable.retain(|share| {
        let values: Vec<G1Affine> = share.signatures.iter().map(|entry| S::signature(entry).s).collect();
        let good = share.key.check().is_ok() && product_holds(share.key, &statement, &values, rng);
        if !good {
            rejected.push(share.index);
        }
        good
    });
    enough(usable.len(), threshold, &rejected)?;
    let values = interpolate::<S>(&usable, set.len())?;
    if accepted(master, &statement, &values, rng) {
        Ok(assemble(set, statement, values, rejected))
    } else {
        Err(EcashError::KeysInconsistent)
    }
}

fn accepted<R: RngCore + CryptoRng + ?Sized>(
    master: &PreparedKey,
    statement: &Statement,
    values: &[G1Affine],
    rng: &mut R,
) -> bool {
    !values.iter().any(G1Affine::is_identity) && product_holds(master.key(), statement, values, rng)
}

fn interpolate<S: SignatureSet>(shares: &[&SetShare<'_, S::Entry>], len: usize) -> Result<Vec<G1Affine>> {
    let weights = lagrange_at_zero(&shares.iter().map(|share| share.index).collect::<Vec<_>>())?;
    let sums: Vec<G1> = (0..len)
        .map(|position| {
            let values: Vec<G1Affine> =
                shares.iter().map(|share| S::signature(&share.signatures[position]).s).collect();
            G1::msm(&values, &weights)
        })
        .collect();
    Ok(G1::batch_to_affine(&sums))
}

fn assemble<S: SignatureSet>(
    set: &S,
    statement: Statement,
    values: Vec<G1Affine>,
    rejected: Vec<u64>,
) -> AggregatedSet<S::Entry> {
    let signatures = statement.hashes.into_iter().zip(values).map(|(h, s)| Signature { h, s }).collect();
    AggregatedSet { signatures: set.assemble(signatures), rejected }
}

fn enough(valid: usize, threshold: usize, rejected: &[u64]) -> Result<()> {
    let needed = threshold.max(1);
    if valid >= needed {
        Ok(())
    } else {
        Err(EcashError::NotEnoughShares { needed, valid, rejected: rejected.to_vec() })
    }
}
