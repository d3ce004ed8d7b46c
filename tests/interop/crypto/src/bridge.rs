//! The same objects on both sides, carried over by their encodings.

use anyhow::{Context, Result};
use bincode::Options;
use nym_ecash as ours;
use peer_ecash as peer;
use peer_ecash::scheme::coin_indices_signatures::AnnotatedCoinIndexSignature;
use peer_ecash::scheme::expiration_date_signatures::AnnotatedExpirationDateSignature;
use serde::{Serialize, de::DeserializeOwned};

/// The binary encoding of the network.
pub fn to_bin<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    Ok(options().serialize(value)?)
}

/// Reads [`to_bin`].
pub fn from_bin<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    Ok(options().deserialize(bytes)?)
}

fn options() -> impl Options {
    bincode::DefaultOptions::new().with_big_endian().with_varint_encoding()
}

/// Through JSON, which checks names and text forms.
pub fn through_json<A: Serialize, B: DeserializeOwned>(value: &A) -> Result<B> {
    let text = serde_json::to_string(value)?;
    serde_json::from_str(&text).with_context(|| text.chars().take(200).collect::<String>())
}

/// A quorum known to both sides.
pub struct Quorum {
    /// Evaluation points.
    pub indices: Vec<u64>,
    /// Our form of the secret shares.
    pub secrets: Vec<ours::SecretKeyAuth>,
    /// Our form of the partial keys.
    pub partial: Vec<ours::VerificationKeyAuth>,
    /// Our form of the master key.
    pub master: ours::PreparedKey,
    /// The peer's secret shares.
    pub peer_secrets: Vec<peer::SecretKeyAuth>,
    /// The peer's partial keys.
    pub peer_partial: Vec<peer::VerificationKeyAuth>,
    /// The peer's master key.
    pub peer_master: peer::VerificationKeyAuth,
}

impl Quorum {
    /// From our trusted dealer (four components) or the peer's (five).
    pub fn new(authorities: u64, threshold: u64, dealt_by_peer: bool) -> Result<Self> {
        let bytes: Vec<Vec<u8>> = if dealt_by_peer {
            peer::ttp_keygen(threshold, authorities)?.iter().map(|pair| pair.secret_key().to_bytes()).collect()
        } else {
            let threshold = usize::try_from(threshold)?;
            ours::DealtKeys::deal(authorities, threshold, &mut rand::rngs::OsRng)
                .shares
                .iter()
                .map(|(_, key)| key.to_bytes())
                .collect()
        };
        let indices: Vec<u64> = (1..=authorities).collect();
        let secrets: Vec<_> =
            bytes.iter().map(|bytes| ours::SecretKeyAuth::from_bytes(bytes)).collect::<Result<_, _>>()?;
        let peer_secrets: Vec<_> =
            bytes.iter().map(|bytes| peer::SecretKeyAuth::from_bytes(bytes)).collect::<Result<_, _>>()?;
        let partial: Vec<_> = secrets.iter().map(ours::SecretKeyAuth::verification_key).collect();
        let peer_partial: Vec<_> = peer_secrets.iter().map(peer::SecretKeyAuth::verification_key).collect();
        let shares: Vec<_> = indices.iter().copied().zip(&partial).collect();
        let master = ours::PreparedKey::new(ours::VerificationKeyAuth::aggregate(&shares)?)?;
        let peer_master = peer::aggregate_verification_keys(&peer_partial, Some(&indices))?;
        Ok(Self { indices, secrets, partial, master, peer_secrets, peer_partial, peer_master })
    }
}

/// The aggregated sets of a date, in both forms.
pub struct Sets {
    /// Our form.
    pub dates: Vec<ours::ExpirationDateSignature>,
    /// Our form.
    pub coins: Vec<ours::CoinIndexSignature>,
    /// The peer's form.
    pub peer_dates: Vec<AnnotatedExpirationDateSignature>,
    /// The peer's form.
    pub peer_coins: Vec<AnnotatedCoinIndexSignature>,
}

impl Sets {
    /// Made by our side and carried over.
    pub fn new(quorum: &Quorum, expiration: ours::EcashDay, threshold: usize) -> Result<Self> {
        let rng = &mut rand::rngs::OsRng;
        let mut dates = Vec::new();
        let mut coins = Vec::new();
        for secret in &quorum.secrets {
            dates.push(ours::sign_expiration_dates(secret, expiration)?);
            coins.push(ours::sign_coin_indices(secret, &quorum.master));
        }
        let date_shares = shares(quorum, &dates);
        let coin_shares = shares(quorum, &coins);
        let dates =
            ours::aggregate_expiration_dates(&date_shares, expiration, threshold, &quorum.master, rng)?.signatures;
        let coins = ours::aggregate_coin_indices(&coin_shares, threshold, &quorum.master, rng)?.signatures;
        Ok(Self { peer_dates: through_json(&dates)?, peer_coins: through_json(&coins)?, dates, coins })
    }

    /// For our payer.
    pub fn ours(&self) -> ours::SignatureSets<'_> {
        ours::SignatureSets { expiration_dates: &self.dates, coin_indices: &self.coins }
    }
}

/// Shares of all authorities for our aggregation.
pub fn shares<'a, T>(quorum: &'a Quorum, sets: &'a [Vec<T>]) -> Vec<ours::SetShare<'a, T>> {
    quorum
        .indices
        .iter()
        .zip(&quorum.partial)
        .zip(sets)
        .map(|((index, key), signatures)| ours::SetShare { index: *index, key, signatures })
        .collect()
}
