//! How far every signer has come: what `nym-api dkg status` shows.

use std::fmt;
use std::io::Write;
use std::time::Duration;

use nym_dkg::Receivers;
use serde::Serialize;

use super::contracts::Contracts;
use super::facts::{Facts, Phase, ProposalStatus};
use super::reader::Reader;
use super::store::Store;
use super::{CeremonyError, ChainError};

/// The state of the quorum's key generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Time of the latest block, in seconds since 1970.
    pub block_time: u64,
    /// DKG epoch.
    pub epoch: u64,
    /// The phase, in words.
    pub phase: String,
    /// Whether the old key is shared anew.
    pub resharing: bool,
    /// Seconds until the phase ends at the latest; 0 when its time is over.
    pub seconds_left: Option<u64>,
    /// Whether the contract waits for someone to advance it.
    pub can_advance: bool,
    /// Signatures needed under the key in the making.
    pub threshold: Option<u64>,
    /// The key in service.
    pub in_service: Option<KeyInService>,
    /// The failed attempt that is to be repeated.
    pub retry: Option<Retry>,
    /// Members and dealers, by address.
    pub signers: Vec<SignerStatus>,
}

/// The key in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KeyInService {
    /// Its DKG epoch.
    pub epoch: u64,
    /// Signers that are needed, and enough, for a signature.
    pub threshold: u64,
    /// Signers that hold a verified share.
    pub signers: u32,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retry {
    /// Its DKG epoch.
    pub failed_epoch: u64,
    /// Why it failed.
    pub reason: String,
    /// Seconds until the next attempt.
    pub seconds_left: u64,
}

/// One signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignerStatus {
    /// Its account.
    pub address: String,
    /// Whether it is a voting member of the group.
    pub member: bool,
    /// Its node index, once it has registered.
    pub node: Option<u64>,
    /// Where its nym-api is, once it has registered.
    pub announce_address: Option<String>,
    /// Complete dealings. `None` when no key generation runs: those of one that is over are removed from the chain.
    pub dealings: Option<u32>,
    /// Dealings that it has to bring: none for a newcomer in a resharing.
    pub dealings_due: u32,
    /// Its key share.
    pub share: ShareStatus,
    /// Members who said yes to it.
    pub yes: usize,
    /// Members who said no to it.
    pub no: usize,
    /// Proposals that it has voted on, of those that it could.
    pub votes_cast: usize,
    /// Proposals of this key generation.
    pub votes_due: usize,
    /// Why it is left out, as far as is known where this is asked: from its registration for everybody, from its
    /// dealings only on the machine of a signer.
    pub left_out: Option<String>,
}

/// How far a key share is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareStatus {
    /// Not published.
    Missing,
    /// Published.
    Submitted,
    /// Voted for by enough.
    Passed,
    /// Voted down, or out of time.
    Rejected,
    /// Confirmed: its signer can sign.
    Verified,
}

impl Status {
    /// Asks the chain, and the records of this machine's signer where there are any.
    ///
    /// # Errors
    /// [`ChainError`].
    pub async fn read(
        reader: &mut Reader,
        contracts: &impl Contracts,
        records: Option<&Store>,
    ) -> Result<Self, ChainError> {
        let facts = reader.facts(contracts).await?;
        Ok(Self::new(&facts, records))
    }

    fn new(facts: &Facts, records: Option<&Store>) -> Self {
        let left_out = left_out(facts, records);
        let registered = facts.dealers.values().map(|dealer| &dealer.address);
        let mut addresses: Vec<&String> = facts.members.iter().chain(registered).collect();
        addresses.sort_unstable();
        addresses.dedup();
        Self {
            block_time: facts.block.time,
            epoch: facts.epoch,
            phase: words(facts.phase).to_owned(),
            resharing: facts.resharing,
            seconds_left: facts.deadline.map(|deadline| deadline.saturating_sub(facts.block.time)),
            can_advance: facts.can_advance,
            threshold: facts.threshold,
            in_service: facts.in_service.as_ref().map(|generation| KeyInService {
                epoch: generation.epoch,
                threshold: generation.threshold,
                signers: generation.signers,
            }),
            retry: facts.retry.as_ref().map(|retry| Retry {
                failed_epoch: retry.failed_epoch,
                reason: retry.reason.clone(),
                seconds_left: retry.not_before.saturating_sub(facts.block.time),
            }),
            signers: addresses.into_iter().map(|address| signer(facts, address, &left_out)).collect(),
        }
    }
}

fn signer(facts: &Facts, address: &str, left_out: &[(u64, String)]) -> SignerStatus {
    let dealer = facts.dealer(address);
    let node = dealer.map(|(node, _)| node);
    let share = facts.shares.get(address);
    let proposal = share.and_then(|share| facts.proposals.get(&share.proposal?));
    let count = |yes: bool| {
        let voted = |(voter, vote): &(&String, &bool)| **vote == yes && facts.members.contains(*voter);
        proposal.map_or(0, |proposal| proposal.votes.iter().filter(voted).count())
    };
    let deals = node.is_some_and(|node| facts.may_deal(node));
    SignerStatus {
        address: address.to_owned(),
        member: facts.members.contains(address),
        node,
        announce_address: dealer.map(|(_, dealer)| dealer.announce_address.clone()),
        dealings: (facts.phase != Phase::InProgress)
            .then(|| node.and_then(|node| facts.complete_dealings.get(&node).copied()).unwrap_or(0)),
        dealings_due: if deals { facts.key_size } else { 0 },
        share: match (share, proposal.map(|proposal| proposal.status)) {
            (None, _) => ShareStatus::Missing,
            (Some(share), _) if share.verified => ShareStatus::Verified,
            (_, Some(ProposalStatus::Passed | ProposalStatus::Executed)) => ShareStatus::Passed,
            (_, Some(ProposalStatus::Rejected)) => ShareStatus::Rejected,
            _ => ShareStatus::Submitted,
        },
        yes: count(true),
        no: count(false),
        votes_cast: facts.proposals.values().filter(|proposal| proposal.votes.contains_key(address)).count(),
        votes_due: facts.proposals.len(),
        left_out: node.and_then(|node| left_out.iter().find(|(out, _)| *out == node).map(|(_, reason)| reason.clone())),
    }
}

/// Dealers that are known not to count.
fn left_out(facts: &Facts, records: Option<&Store>) -> Vec<(u64, String)> {
    let registrations = facts.dealers.iter().map(|(node, dealer)| (*node, dealer.encryption_key.as_str()));
    let (_, refused) = Receivers::admit(registrations);
    let mut out: Vec<(u64, String)> =
        refused.into_iter().map(|refused| (refused.node, refused.reason.to_string())).collect();
    if let Some(store) = records {
        // Records that cannot be read are the signer's own concern, which its log tells.
        let rejected = store.record(facts.epoch).ok().and_then(|record| record.outcome).map(|outcome| outcome.rejected);
        out.extend(rejected.unwrap_or_default());
        for (node, verdict) in store.verdicts(facts.epoch).unwrap_or_default() {
            if let super::work::Verdict::Rejected(reason) = verdict {
                out.push((node, reason));
            }
        }
    }
    out
}

fn words(phase: Phase) -> &'static str {
    match phase {
        Phase::WaitingInitialisation => "waiting for the admin's initiate_dkg",
        Phase::Registration => "registration of dealers",
        Phase::DealingExchange => "exchange of dealings",
        Phase::ShareSubmission => "submission of key shares",
        Phase::ShareValidation => "votes on key shares",
        Phase::ShareFinalisation => "confirmation of key shares",
        Phase::InProgress => "in progress: no key generation runs",
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DKG epoch {}: {}", self.epoch, self.phase)?;
        if self.resharing {
            write!(f, " (resharing)")?;
        }
        match self.seconds_left {
            Some(0) => write!(f, ", time is over")?,
            Some(left) => write!(f, ", {left} s left")?,
            None => {}
        }
        writeln!(f, "{}", if self.can_advance { ", ready to advance" } else { "" })?;
        match self.in_service {
            Some(KeyInService { epoch, threshold, signers }) => writeln!(
                f,
                "in service: the key of DKG epoch {epoch}; {threshold} of its {signers} signers are needed for a signature"
            )?,
            None => writeln!(f, "in service: no key yet")?,
        }
        if let Some(retry) = &self.retry {
            let Retry { failed_epoch, reason, seconds_left } = retry;
            writeln!(f, "DKG epoch {failed_epoch} failed ({reason}), the next attempt begins in {seconds_left} s")?;
        }
        if let Some(threshold) = self.threshold.filter(|_| self.seconds_left.is_some()) {
            writeln!(f, "threshold of the key in the making: {threshold}")?;
        }
        let width = self.signers.iter().map(|signer| signer.address.len()).max().unwrap_or(6).max(6);
        writeln!(
            f,
            "{:>5}  {:<width$}  {:<10}  {:>8}  {:<9}  {:>5}  {:>5}",
            "node", "signer", "registered", "dealings", "share", "votes", "voted"
        )?;
        for signer in &self.signers {
            let node = signer.node.map_or_else(|| "-".into(), |node| node.to_string());
            let registered = if signer.node.is_some() { "yes" } else { "no" };
            let dealings = signer.dealings.map_or_else(|| "-".into(), |got| format!("{got}/{}", signer.dealings_due));
            let share = match signer.share {
                ShareStatus::Missing => "-",
                ShareStatus::Submitted => "submitted",
                ShareStatus::Passed => "passed",
                ShareStatus::Rejected => "rejected",
                ShareStatus::Verified => "verified",
            };
            // Proposals to confirm a share are gone once it is confirmed, and there are none before it is published.
            let votes = match signer.share {
                ShareStatus::Missing | ShareStatus::Verified => "-".into(),
                _ => format!("{}+{}-", signer.yes, signer.no),
            };
            let voted = match signer.votes_due {
                0 => "-".into(),
                due => format!("{}/{due}", signer.votes_cast),
            };
            write!(
                f,
                "{node:>5}  {:<width$}  {registered:<10}  {dealings:>8}  {share:<9}  {votes:>5}  {voted:>5}",
                signer.address
            )?;
            if !signer.member {
                write!(f, "  no member any more")?;
            }
            if let Some(reason) = &signer.left_out {
                write!(f, "  left out: {reason}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Writes the status, once or whenever it has changed.
///
/// # Errors
/// [`CeremonyError`] when the chain does not answer (with `every`: only the first time) or `out` takes nothing.
pub async fn show(
    contracts: &impl Contracts,
    dkg_contract: &str,
    records: Option<&Store>,
    every: Option<Duration>,
    as_json: bool,
    out: &mut (impl Write + Send),
) -> Result<(), CeremonyError> {
    let mut reader = Reader::new(dkg_contract);
    let mut last: Option<Status> = None;
    loop {
        match Status::read(&mut reader, contracts, records).await {
            Ok(status) => {
                // That time passes is no news.
                let timeless = |status: &Status| Status {
                    block_time: 0,
                    seconds_left: status.seconds_left.map(|left| left.min(1)),
                    retry: status.retry.clone().map(|retry| Retry { seconds_left: 0, ..retry }),
                    ..status.clone()
                };
                if last.as_ref().map(&timeless) != Some(timeless(&status)) {
                    let text = if as_json { serde_json::to_string(&status)? + "\n" } else { format!("{status}\n") };
                    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|source| {
                        CeremonyError::Storage { action: "write to", path: "the output".into(), source }
                    })?;
                }
                last = Some(status);
            }
            Err(ChainError::Moved) if every.is_none() => continue,
            Err(error) if last.is_none() => return Err(error.into()),
            Err(error) => tracing::debug!(%error, "the status is read again"),
        }
        match every {
            None => return Ok(()),
            Some(pause) => tokio::time::sleep(pause).await,
        }
    }
}
