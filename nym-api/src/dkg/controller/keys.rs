//! The steps from dealings to keys: the arithmetic of a key generation, between what is fetched and what is kept.

use std::sync::Arc;

use nym_dkg::{DkgError, NodeIndex};
use nym_ecash::{SecretKeyAuth, VerificationKeyAuth};
use rand::rngs::OsRng;
use tokio::task::JoinSet;

use super::{Controller, compute};
use crate::dkg::CeremonyError;
use crate::dkg::contracts::Contracts;
use crate::dkg::facts::Facts;
use crate::dkg::messages::Piece;
use crate::dkg::record::{Ballot, Outcome, Record};
use crate::dkg::work::{Base, Roster, Verdict, examine};

impl<C: Contracts> Controller<C> {
    pub(super) async fn deal(&mut self, facts: &Facts) -> Result<(), CeremonyError> {
        let roster = self.roster(facts);
        let base_key = match facts.in_service.as_ref().filter(|_| facts.resharing) {
            None => None,
            Some(base) => {
                let key = self.keys.secret(base.epoch);
                Some(key.ok_or(CeremonyError::NoBaseKey { generation: base.epoch })?)
            }
        };
        let dealings = compute(move || match roster.as_ref() {
            Ok(roster) => roster.deal(base_key.as_deref(), &mut OsRng),
            Err(error) => Err(error.clone()),
        })
        .await?
        .map_err(|source| CeremonyError::Dealings { epoch: facts.epoch, source })?;
        self.store.save_dealings(facts.epoch, &dealings)?;
        self.memory.dealing_lengths = Some(dealings.iter().map(Vec::len).collect());
        Ok(())
    }

    pub(super) async fn send_dealings(&mut self, facts: &Facts, pieces: &[Piece]) -> Result<(), CeremonyError> {
        let Some(dealings) = self.store.dealings(facts.epoch)? else {
            self.memory.dealing_lengths = None;
            return Ok(());
        };
        let messages = pieces.iter().filter_map(|piece| piece.message(&dealings, facts.resharing));
        let dkg = self.settings.dkg_contract.clone();
        self.send_batch(&dkg, messages, "dealing commitment").await
    }

    /// Fetches and verifies dealers' dealings, as many dealers at once as there are threads for. The rest follows with
    /// the next pass, so that more urgent things are not kept waiting.
    pub(super) async fn judge(&mut self, facts: &Facts, dealers: &[u64]) -> Result<(), CeremonyError> {
        let roster = self.roster(facts);
        let receiver = self.receiver(facts, roster.as_ref().as_ref().ok())?.map(Arc::new);
        let mut running = JoinSet::new();
        for node in dealers.iter().take(self.settings.threads.max(1)) {
            let (node, roster, receiver) = (*node, roster.clone(), receiver.clone());
            let refused = match roster.as_ref() {
                Ok(roster) => roster.refusal(node),
                Err(error) => Some(error.clone()),
            };
            if let Some(reason) = refused {
                self.keep_verdict(facts, node, Verdict::Rejected(reason.to_string()))?;
                continue;
            }
            let dealings = self.fetch(facts, node).await?;
            running.spawn_blocking(move || {
                let verdict = match (roster.as_ref(), NodeIndex::new(node)) {
                    (Ok(roster), Ok(index)) => {
                        let receiver = receiver.as_ref().map(|receiver| (receiver.0, &receiver.1));
                        roster.judge(index, &dealings, receiver, &mut OsRng)
                    }
                    (Err(error), _) => Verdict::Rejected(error.to_string()),
                    (_, Err(error)) => Verdict::Rejected(error.to_string()),
                };
                (node, verdict)
            });
        }
        while let Some(judged) = running.join_next().await {
            let (node, verdict) = judged?;
            self.keep_verdict(facts, node, verdict)?;
        }
        Ok(())
    }

    fn keep_verdict(&mut self, facts: &Facts, node: u64, verdict: Verdict) -> Result<(), CeremonyError> {
        if let Verdict::Rejected(reason) = &verdict {
            let dealer = facts.dealers.get(&node).map_or("", |dealer| dealer.address.as_str());
            tracing::warn!(epoch = facts.epoch, node, dealer, reason, "a dealer is left out");
        }
        self.store.save_verdict(facts.epoch, node, &verdict)?;
        self.memory.verdicts.insert(node, verdict);
        Ok(())
    }

    /// A dealer's dealings, `None` where one is missing. A dealer that has not sent all is rejected anyway, so the
    /// first gap ends the reading.
    async fn fetch(&self, facts: &Facts, node: u64) -> Result<Vec<Option<Vec<u8>>>, CeremonyError> {
        let Some(dealer) = facts.dealers.get(&node) else { return Ok(Vec::new()) };
        if !facts.has_all_dealings(node) && facts.complete_dealings.get(&node).copied().unwrap_or(0) == 0 {
            return Ok(vec![None; facts.key_size as usize]);
        }
        let questions = (0..facts.key_size)
            .map(|dealing| self.reader.dealing(self.contracts.as_ref(), facts.epoch, &dealer.address, dealing));
        Ok(futures::future::try_join_all(questions).await?)
    }

    /// Puts keys together and keeps them, the secret first.
    pub(super) async fn conclude(&mut self, facts: &Facts, record: &mut Record) -> Result<(), CeremonyError> {
        let roster = self.roster(facts);
        let verdicts = self.memory.verdicts.clone();
        let (outcome, secret) = compute(move || match roster.as_ref() {
            Ok(roster) => roster.conclude(&verdicts),
            Err(error) => (Outcome::impossible(error), None),
        })
        .await?;
        match secret {
            Some(Ok(components)) => {
                let key = signing_key(facts.epoch, &components)?;
                self.confirm_own(facts, &outcome, &key.verification_key());
                self.keys.store_secret(facts.epoch, &key)?;
            }
            Some(Err(error)) => {
                tracing::error!(epoch = facts.epoch, %error, "this signer's own share cannot be computed: it sits this key generation out");
            }
            None => {}
        }
        match &outcome.keys {
            Ok(_) => tracing::info!(
                epoch = facts.epoch,
                dealers = outcome.accepted.len(),
                left_out = ?outcome.rejected,
                "the dealings give a key"
            ),
            Err(reason) => {
                tracing::error!(epoch = facts.epoch, reason, left_out = ?outcome.rejected, "the dealings give no key");
            }
        }
        record.outcome = Some(outcome);
        self.store.save_record(record)
    }

    /// A derived key always agrees with the public keys; should it not, the others' votes will say so.
    fn confirm_own(&self, facts: &Facts, outcome: &Outcome, key: &VerificationKeyAuth) {
        let (Some((node, _)), Ok(keys)) = (facts.dealer(self.contracts.account()), &outcome.keys) else { return };
        if let Err(reason) = examine(keys, node, &key.to_base58(), &mut OsRng) {
            tracing::error!(epoch = facts.epoch, reason, "this signer's own key share contradicts the dealings");
        }
    }

    pub(super) async fn examine(
        &mut self,
        facts: &Facts,
        owners: &[String],
        record: &mut Record,
    ) -> Result<(), CeremonyError> {
        let Some(outcome) = record.outcome.clone() else { return Ok(()) };
        let shares: Vec<_> = owners
            .iter()
            .filter_map(|owner| {
                let share = facts.shares.get(owner)?;
                Some((owner.clone(), share.proposal?, share.node, share.key.clone()))
            })
            .collect();
        let ballots = compute(move || {
            let judge = |(owner, proposal, node, key): (String, u64, u64, String)| {
                let objection = match &outcome.keys {
                    Ok(keys) => examine(keys, node, &key, &mut OsRng).err(),
                    Err(reason) => Some(reason.clone()),
                };
                (proposal, Ballot { owner, objection })
            };
            shares.into_iter().map(judge).collect::<Vec<_>>()
        })
        .await?;
        for (_, ballot) in &ballots {
            if let Some(reason) = &ballot.objection {
                tracing::warn!(epoch = facts.epoch, owner = ballot.owner, reason, "a key share is voted down");
            }
        }
        record.ballots.extend(ballots);
        self.store.save_record(record)
    }

    /// The roster of the epoch, made once registration is closed.
    fn roster(&mut self, facts: &Facts) -> Arc<Result<Roster, DkgError>> {
        if let Some(roster) = &self.memory.roster {
            return roster.clone();
        }
        let base = facts.in_service.as_ref().filter(|_| facts.resharing).map(base_of);
        let threshold = usize::try_from(facts.threshold.unwrap_or(0)).unwrap_or(usize::MAX);
        let registrations = facts.dealers.iter().map(|(node, dealer)| (*node, dealer.encryption_key.as_str()));
        let roster = Roster::new(registrations, threshold, facts.key_size as usize, base);
        match &roster {
            Ok(roster) => {
                for refused in roster.refused() {
                    tracing::warn!(epoch = facts.epoch, node = refused.node, reason = %refused.reason, "a registration is left out");
                }
            }
            Err(error) => tracing::error!(epoch = facts.epoch, %error, "the registrations allow no key"),
        }
        let roster = Arc::new(roster);
        self.memory.roster = Some(roster.clone());
        roster
    }

    /// This signer as a receiver of shares: it registered in this epoch, with the key that it holds.
    fn receiver(
        &self,
        facts: &Facts,
        roster: Option<&Roster>,
    ) -> Result<Option<(NodeIndex, nym_dkg::DecryptionKey)>, CeremonyError> {
        let (Some((node, dealer)), Some(roster)) = (facts.dealer(self.contracts.account()), roster) else {
            return Ok(None);
        };
        let own = self.store.encryption_key(facts.epoch)?.map(|key| key.to_base58());
        if own.as_deref() != Some(dealer.encryption_key.as_str()) {
            tracing::error!(
                epoch = facts.epoch,
                "the encryption key registered for this signer is not the one in its store: it can receive no share, and votes all the same"
            );
            return Ok(None);
        }
        let admitted = roster.receivers().iter().find(|index| index.get() == node).copied();
        Ok(admitted.zip(self.store.decryption_key(facts.epoch)?))
    }
}

/// The base of a resharing as the crypto needs it. A verified share that does not decode belongs to nobody who could
/// deal, so it is left out, the same for everyone.
fn base_of(in_service: &crate::dkg::facts::InService) -> Base {
    let keys = in_service.shares.iter().filter_map(|(node, share)| {
        let key = VerificationKeyAuth::from_base58(share).ok()?;
        let mut components = vec![key.alpha];
        components.extend(key.beta_g2);
        Some((*node, components))
    });
    Base { threshold: usize::try_from(in_service.threshold).unwrap_or(usize::MAX), keys: keys.collect() }
}

fn signing_key(epoch: u64, components: &[nym_curve::Scalar]) -> Result<SecretKeyAuth, CeremonyError> {
    let (x, ys) = components
        .split_first()
        .ok_or(CeremonyError::Dealings { epoch, source: DkgError::NotEnoughDealers { threshold: 1, got: 0 } })?;
    SecretKeyAuth::new(*x, ys.to_vec()).map_err(|source| CeremonyError::Key { epoch, source })
}
