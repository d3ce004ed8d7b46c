//! Collecting the signers' shares of one ticketbook: pure state, no input or output. Shares go in as they arrive, each is
//! verified under its signer's own key, and at the threshold the ticketbook comes out
//! (`docs/protocol/crypto.md` §2.6, §2.7).

use std::collections::BTreeMap;

use nym_ecash::{BlindedSignature, EcashError, IssuedTicketBook, PartialWallet, Share};

use crate::{
    Result,
    quorum::{KeyGeneration, Signer},
    store::Purchase,
};

/// The shares of one purchase from one key generation.
#[derive(Debug)]
pub struct Collection<'a> {
    purchase: &'a Purchase,
    generation: &'a KeyGeneration,
    shares: BTreeMap<u64, PartialWallet>,
    refused: BTreeMap<u64, String>,
}

impl<'a> Collection<'a> {
    /// Nothing collected yet.
    pub fn new(purchase: &'a Purchase, generation: &'a KeyGeneration) -> Self {
        Self { purchase, generation, shares: BTreeMap::new(), refused: BTreeMap::new() }
    }

    /// Takes a signer's answer; a later good one replaces an earlier bad one.
    ///
    /// # Errors
    /// Why the share is unusable. The signer is noted as refused; the others are not affected.
    pub fn take(&mut self, signer: &Signer, answer: BlindedSignature) -> Result<(), EcashError> {
        let share = Share { index: signer.index, key: &signer.key, signature: answer };
        match self.purchase.info.unblind_and_verify(&self.purchase.user, &share) {
            Ok(share) => {
                self.refused.remove(&signer.index);
                self.shares.insert(signer.index, share);
                Ok(())
            }
            Err(error) => {
                self.refuse(signer, error.to_string());
                Err(error)
            }
        }
    }

    /// Notes that a signer gave no share.
    pub fn refuse(&mut self, signer: &Signer, reason: String) {
        if !self.shares.contains_key(&signer.index) {
            self.refused.insert(signer.index, reason);
        }
    }

    /// Signers that have given no usable share.
    pub fn missing(&self) -> impl Iterator<Item = &'a Signer> {
        self.generation.signers.iter().filter(|signer| !self.shares.contains_key(&signer.index))
    }

    /// Verified shares.
    pub fn have(&self) -> usize {
        self.shares.len()
    }

    /// Whether the ticketbook can be put together.
    pub fn is_complete(&self) -> bool {
        self.shares.len() >= self.generation.threshold
    }

    /// Who gave no share and why, by account.
    pub fn refusals(&self) -> Vec<(String, String)> {
        let reason = |signer: &Signer| Some((signer.owner.clone(), self.refused.get(&signer.index)?.clone()));
        self.generation.signers.iter().filter_map(reason).collect()
    }

    /// Puts the ticketbook together and verifies it under the master key.
    ///
    /// # Errors
    /// [`EcashError::NotEnoughShares`] before the threshold; [`EcashError::KeysInconsistent`] when the generation's
    /// published keys do not fit together.
    pub fn finish(&self) -> Result<IssuedTicketBook, EcashError> {
        if !self.is_complete() {
            return Err(EcashError::NotEnoughShares {
                needed: self.generation.threshold,
                valid: self.shares.len(),
                rejected: self.refused.keys().copied().collect(),
            });
        }
        let shares: Vec<_> = self.shares.values().take(self.generation.threshold).cloned().collect();
        let wallet = PartialWallet::aggregate(&self.purchase.user, &shares, self.generation.master_key())?;
        Ok(IssuedTicketBook {
            signatures_wallet: wallet.signatures().clone(),
            spent_tickets: 0,
            epoch_id: self.generation.epoch_id,
            ecash_secret_key: self.purchase.user.clone(),
            expiration_date: self.purchase.expiration,
            ticketbook_type: self.purchase.ticket_type,
        })
    }
}
