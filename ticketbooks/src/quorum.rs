//! One generation of the quorum's keys, as the chain publishes it (`docs/protocol/quorum-contracts.md` §4.6,
//! `docs/protocol/crypto.md` §2.1).

use std::sync::Arc;

use nym_ecash::{EpochVerificationKey, PreparedKey, VerificationKeyAuth};
use url::Url;

use crate::{Result, TicketbookError};

/// A signer's public key share, as the chain holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedShare {
    /// The signer's account.
    pub owner: String,
    /// Its index in the key generation, from 1.
    pub index: u64,
    /// Base address of its API.
    pub announce_address: String,
    /// Its verification key in base58.
    pub key: String,
    /// Whether the quorum has voted for it.
    pub verified: bool,
}

/// What the chain says of one key generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedGeneration {
    /// Number of the key generation's epoch.
    pub epoch_id: u64,
    /// Shares needed for a ticketbook.
    pub threshold: u64,
    /// Everybody's shares.
    pub shares: Vec<PublishedShare>,
}

/// A signer that can be asked.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Its account.
    pub owner: String,
    /// Its index in the key generation.
    pub index: u64,
    /// Base address of its API.
    pub api: Url,
    /// The key that its shares verify under.
    pub key: VerificationKeyAuth,
}

/// A key generation that tickets can be bought from.
#[derive(Clone, Debug)]
pub struct KeyGeneration {
    /// Number of its epoch.
    pub epoch_id: u64,
    /// Shares needed for a ticketbook, at least one.
    pub threshold: usize,
    /// Who can be asked.
    pub signers: Vec<Signer>,
    /// Shares that cannot be used, with the reason. One bad share never hides the others.
    pub left_out: Vec<(String, String)>,
    master: Arc<PreparedKey>,
}

impl KeyGeneration {
    /// Reads what the chain publishes: shares that are unverified or malformed are left out, the master key is the
    /// interpolation of the others.
    ///
    /// # Errors
    /// [`TicketbookError::BrokenGeneration`] when too few shares are usable, [`TicketbookError::Ecash`] when their
    /// keys do not fit together.
    pub fn read(published: PublishedGeneration) -> Result<Self> {
        let epoch_id = published.epoch_id;
        // A threshold of nothing would call a ticketbook without signatures complete.
        let threshold = usize::try_from(published.threshold).unwrap_or(usize::MAX).max(1);
        let (mut signers, mut left_out) = (Vec::<Signer>::new(), Vec::new());
        for share in published.shares {
            let owner = share.owner.clone();
            match signer(share) {
                Ok(signer) if signers.iter().any(|other| other.index == signer.index) => {
                    left_out.push((owner, format!("index {} is taken", signer.index)));
                }
                Ok(signer) => signers.push(signer),
                Err(reason) => left_out.push((owner, reason)),
            }
        }
        if signers.len() < threshold {
            return Err(TicketbookError::BrokenGeneration { epoch_id, usable: signers.len(), threshold, left_out });
        }
        let shares: Vec<_> = signers.iter().map(|signer| (signer.index, &signer.key)).collect();
        let master = Arc::new(PreparedKey::new(VerificationKeyAuth::aggregate(&shares)?)?);
        Ok(Self { epoch_id, threshold, signers, left_out, master })
    }

    /// The key that ticketbooks of this generation verify under.
    pub fn master_key(&self) -> &Arc<PreparedKey> {
        &self.master
    }

    pub(crate) fn stored_key(&self) -> EpochVerificationKey {
        EpochVerificationKey { epoch_id: self.epoch_id, key: self.master.key().clone() }
    }
}

fn signer(share: PublishedShare) -> Result<Signer, String> {
    if !share.verified {
        return Err("its share is not verified".into());
    }
    if share.index == 0 {
        return Err("its index is 0".into());
    }
    let key = VerificationKeyAuth::from_base58(&share.key).map_err(|reason| reason.to_string())?;
    key.check().map_err(|reason| reason.to_string())?;
    let api: Url = share
        .announce_address
        .parse()
        .map_err(|reason| format!("its address {:?} is no URL: {reason}", share.announce_address))?;
    if !matches!(api.scheme(), "http" | "https") {
        return Err(format!("its address {api} is neither http nor https"));
    }
    Ok(Signer { owner: share.owner, index: share.index, api, key })
}
