//! The quorum's business on the chain: which keys serve, who is accused, what is to be paid.
//!
//! Everything here can be repeated: what is to be done stands in the database or on the chain, every round looks at both
//! anew, and whatever fails is tried again in the next one.

use std::collections::BTreeSet;

use super::{Ecash, judgement};
use crate::chain::{ChainError, ChainResult, Matter, Proposal};
use crate::error::ApiResult;
use crate::keys::KeyError;
use crate::storage::PAGE;

/// Follows which generations serve; the driver of key generations wakes it as well.
pub(super) async fn follow_chain(ecash: Ecash) {
    let shared = &ecash.shared;
    let mut changes = shared.generations.changes();
    loop {
        match ecash.refresh_generations().await {
            Ok(true) => {
                let service = shared.generations.in_service();
                tracing::info!(
                    epoch_id = service.as_ref().map(|generation| generation.epoch_id()),
                    signers = service.as_ref().map(|generation| generation.public.signers.len()),
                    signs = service.as_ref().is_some_and(|generation| generation.own.is_some()),
                    "keys in service"
                );
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "cannot tell which keys are in service"),
        }
        shared.metrics.epoch.set(
            shared
                .generations
                .in_service()
                .map_or(-1, |generation| i64::try_from(generation.epoch_id()).unwrap_or(i64::MAX)),
        );
        changes.mark_unchanged();
        tokio::select! {
            () = shared.shutdown.triggered() => return,
            () = tokio::time::sleep(shared.config.debug.quorum_polling_rate) => {}
            _ = changes.changed() => {}
        }
    }
}

/// How far the quorum's business has come. Every round takes a page of what waits, so that nothing waits behind
/// something that the chain leaves undecided.
#[derive(Default)]
struct Docket {
    /// The last key that was accused or found accused.
    accused: String,
    /// The last deposit that was asked to be withheld or found so.
    withheld: Option<u32>,
    /// Votes that were refused by the chain for good; asking again every round would cost fees for nothing.
    hopeless: BTreeSet<u64>,
}

/// Proposes, votes and executes.
pub(super) async fn settle(ecash: Ecash) {
    let shared = &ecash.shared;
    let mut docket = Docket::default();
    while shared.shutdown.sleep(shared.config.debug.quorum_polling_rate).await {
        match shared.chain.is_member().await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                tracing::debug!(%error, "cannot tell whether this account votes");
                continue;
            }
        }
        let rounds = [
            ecash.accuse(&mut docket).await.map_err(|error| ("accusing double spenders", error.to_string())),
            ecash.withhold(&mut docket).await.map_err(|error| ("withholding deposits", error.to_string())),
            ecash.judge(&mut docket.hopeless).await.map_err(|error| ("judging proposals", error.to_string())),
            ecash.cast_pending_votes().await.map_err(|error| ("casting votes", error.to_string())),
        ];
        for (what, error) in rounds.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "{what} failed and is tried again");
        }
    }
}

/// What goes wrong while the chain is followed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The chain did not tell.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// What it told is no usable generation.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

impl Ecash {
    /// Asks the chain which generations serve. True if that changed. Background tasks do it all the time; call it to know
    /// at once.
    ///
    /// # Errors
    /// [`FollowError`]; what was in service stays.
    pub async fn refresh_generations(&self) -> Result<bool, FollowError> {
        let quorum = self.shared.chain.quorum().await?;
        let mut news = false;
        for generation in quorum.outgoing {
            let epoch_id = generation.epoch_id;
            match self.shared.generations.learn(generation, false) {
                Ok(changed) => news |= changed,
                Err(error) => tracing::warn!(epoch_id, %error, "an outgoing key generation cannot be used"),
            }
        }
        if let Some(generation) = quorum.in_service {
            news |= self.shared.generations.learn(generation, true)?;
        }
        Ok(news)
    }

    /// Proposes to blacklist those who are convicted here and not accused on the chain yet.
    async fn accuse(&self, docket: &mut Docket) -> ApiResult<()> {
        let now = self.now().await;
        let records = self.shared.storage.unsettled_double_spends(&docket.accused).await?;
        docket.accused = if records.len() < PAGE { String::new() } else { records[PAGE - 1].public_key.clone() };
        for record in records {
            match self.shared.chain.blacklisting(&record.public_key).await? {
                Some(entry) if entry.is_final => self.shared.storage.settle_double_spend(&record.public_key).await?,
                Some(_) => {}
                None if now < record.detected_at.saturating_add(self.turn()) => {}
                None => {
                    self.shared.chain.propose_blacklist(&record.public_key, &record.evidence).await?;
                    self.shared.metrics.proposals.with_label_values(&["blacklist"]).inc();
                    tracing::info!(public_key = record.public_key, "proposed to blacklist a double spender");
                }
            }
        }
        Ok(())
    }

    /// Proposes to withhold deposits that blacklisted keys presented here.
    async fn withhold(&self, docket: &mut Docket) -> ApiResult<()> {
        let records = self.shared.storage.unsettled_forfeits(docket.withheld).await?;
        docket.withheld = if records.len() < PAGE { None } else { Some(records[PAGE - 1].deposit_id) };
        if records.is_empty() {
            return Ok(());
        }
        let proposed: BTreeSet<u32> = self
            .shared
            .chain
            .proposals()
            .await?
            .into_iter()
            .filter_map(|proposal| match proposal.matter {
                Matter::Forfeit { deposit_id, .. } => Some(deposit_id),
                _ => None,
            })
            .collect();
        for record in records {
            if self.shared.chain.forfeited(record.deposit_id).await?.is_some() {
                self.shared.storage.settle_forfeit(record.deposit_id).await?;
            } else if !proposed.contains(&record.deposit_id) {
                self.shared
                    .chain
                    .propose_forfeit(
                        record.deposit_id,
                        &record.public_key,
                        &record.withdrawal_request,
                        &record.signature,
                    )
                    .await?;
                self.shared.metrics.proposals.with_label_values(&["forfeit"]).inc();
                tracing::info!(deposit_id = record.deposit_id, "proposed to withhold a deposit");
            }
        }
        Ok(())
    }

    /// Votes on accusations of others after verifying their evidence, and executes what has passed.
    async fn judge(&self, hopeless: &mut BTreeSet<u64>) -> ApiResult<()> {
        let proposals = self.shared.chain.proposals().await?;
        let undecided: BTreeSet<u64> = proposals.iter().map(|proposal| proposal.id).collect();
        hopeless.retain(|id| undecided.contains(id));
        for proposal in proposals {
            if proposal.passed {
                if let Err(error) = self.shared.chain.execute(proposal.id).await {
                    // Another signer may have been faster.
                    tracing::debug!(proposal = proposal.id, %error, "a passed proposal was not executed");
                }
                continue;
            }
            if !proposal.open || proposal.voted || hopeless.contains(&proposal.id) {
                continue;
            }
            let Some(yes) = self.verdict_on(&proposal).await? else { continue };
            match self.shared.chain.vote(proposal.id, yes).await {
                Ok(()) => {
                    self.shared.metrics.votes.with_label_values(&[if yes { "yes" } else { "no" }]).inc();
                    tracing::info!(proposal = proposal.id, yes, "voted");
                }
                Err(ChainError::Refused(reason)) => {
                    tracing::warn!(proposal = proposal.id, reason, "a vote was refused");
                    hopeless.insert(proposal.id);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Yes or no on an accusation; `None` where this signer waits for a provider's request, or cannot judge.
    async fn verdict_on(&self, proposal: &Proposal) -> ApiResult<Option<bool>> {
        let id = proposal.id;
        let outcome = match proposal.matter.clone() {
            Matter::Redeem { .. } => return Ok(None),
            Matter::Blacklist { public_key, evidence } => {
                let (keys, policy) =
                    (self.shared.generations.master_keys(), self.shared.rules.lock().rules().coin_index_proof);
                self.shared.workers.run(move || judgement::convicts(&public_key, &evidence, &keys, policy)).await?
            }
            Matter::Forfeit { deposit_id, public_key, withdrawal_request, signature } => {
                let standing = self.shared.chain.standing(deposit_id, &public_key).await?;
                let (Some(deposit_key), true) =
                    (standing.deposit_key, standing.blacklisting.is_some_and(|entry| entry.is_final))
                else {
                    return Ok(Some(false));
                };
                let today = self.today().await?;
                self.shared
                    .workers
                    .run(move || {
                        judgement::forfeits(
                            &public_key,
                            deposit_id,
                            &deposit_key,
                            &withdrawal_request,
                            &signature,
                            today,
                        )
                    })
                    .await?
            }
        };
        match outcome {
            Ok(()) => Ok(Some(true)),
            // A signer without the key of that epoch cannot tell; the others can.
            Err(reason @ judgement::Acquittal::UnknownEpoch(..)) => {
                tracing::info!(proposal = id, %reason, "no vote");
                Ok(None)
            }
            Err(reason) => {
                tracing::warn!(proposal = id, %reason, "the evidence of a proposal does not convict");
                Ok(Some(false))
            }
        }
    }

    /// Casts votes that were promised to providers.
    async fn cast_pending_votes(&self) -> ApiResult<()> {
        for vote in self.shared.storage.pending_votes().await? {
            let proposal = self.shared.chain.proposal(vote.proposal_id).await?;
            let settled = match proposal {
                Some(proposal) if proposal.open && !proposal.voted => {
                    cast(self.shared.chain.vote(vote.proposal_id, vote.yes).await)?
                }
                _ => true,
            };
            if settled {
                self.shared.storage.forget_vote(vote.proposal_id).await?;
            }
        }
        Ok(())
    }

    /// Seconds that this signer waits before it accuses, so that not all do it in the same block.
    fn turn(&self) -> i64 {
        let index = self.shared.generations.in_service().and_then(|generation| Some(generation.own.as_ref()?.index));
        index.and_then(|index| i64::try_from(index % 64).ok()).unwrap_or(0)
    }
}

/// True when a vote needs no further attempt.
fn cast(outcome: ChainResult<()>) -> ChainResult<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(ChainError::Refused(reason)) => {
            tracing::warn!(reason, "a promised vote was refused");
            Ok(true)
        }
        Err(error) => Err(error),
    }
}
