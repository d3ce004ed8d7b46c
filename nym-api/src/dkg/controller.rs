//! One signer's part in key generations, step by step: reads the facts, does the most urgent thing, and says when to come
//! again. Everything that must survive a crash is on disk before the transaction that depends on it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use nym_dkg::{DkgError, KeyPair, NodeIndex};
use nym_dkg_contract::msg::ExecuteMsg;
use nym_ecash::{SecretKeyAuth, VerificationKeyAuth};
use rand::rngs::OsRng;
use tokio::task::JoinSet;

use super::CeremonyError;
use super::contracts::{Contracts, Execution};
use super::facts::{Facts, Phase};
use super::machine::{Holdings, Plan, Signer, Step, StepKind, Turns};
use super::memory::Memory;
use super::messages::{Batches, Piece, votes};
use super::reader::Reader;
use super::record::{Ballot, Outcome, Record};
use super::store::{ChainIdentity, Store};
use super::work::{Base, Roster, Verdict, examine};
use crate::keys::Generations;

/// Who this signer is, and how it takes part.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of the DKG contract.
    pub dkg_contract: String,
    /// The chain's id.
    pub chain_id: String,
    /// Base58 of the signer's ed25519 public key, to be registered.
    pub identity_key: String,
    /// Base URL of the signer's nym-api, to be registered.
    pub announce_address: String,
    /// Folder of the records.
    pub folder: std::path::PathBuf,
    /// How much longer each signer waits than the one before it, where one acts for all.
    pub stagger: Duration,
    /// The first pause after a step that failed; it doubles while the step keeps failing.
    pub first_rest: Duration,
    /// Dealers that are judged at the same time; each takes one thread.
    pub threads: usize,
}

/// What a monotonic clock shows.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// What came of a pass.
#[derive(Debug)]
pub enum Pass {
    /// A step was done; there may be more.
    Did(StepKind),
    /// A step did not work. It is tried again later; others go on.
    Failed(StepKind, CeremonyError),
    /// Nothing to do. The signer's turn to do what any may do comes then, if it waits for one.
    Idle(Option<Duration>),
}

/// Takes part in key generations for one signer.
pub struct Controller<C> {
    contracts: Arc<C>,
    reader: Reader,
    settings: Settings,
    store: Store,
    keys: Generations,
    clock: Clock,
    memory: Memory,
    batches: Batches,
}

impl<C: Contracts> Controller<C> {
    /// Opens the records.
    ///
    /// # Errors
    /// [`CeremonyError::Storage`].
    pub fn new(contracts: Arc<C>, settings: Settings, keys: Generations, clock: Clock) -> Result<Self, CeremonyError> {
        let identity = ChainIdentity {
            chain_id: settings.chain_id.clone(),
            dkg_contract: settings.dkg_contract.clone(),
            account: contracts.account().to_owned(),
        };
        Ok(Self {
            reader: Reader::new(&settings.dkg_contract),
            store: Store::open(&settings.folder, &identity)?,
            contracts,
            settings,
            keys,
            clock,
            memory: Memory::default(),
            batches: Batches::new(),
        })
    }

    /// The phase that the last pass saw.
    pub fn phase(&self) -> Option<Phase> {
        self.memory.phase()
    }

    /// The account.
    pub fn account(&self) -> &str {
        self.contracts.account()
    }

    /// Reads the facts and does the most urgent step.
    ///
    /// # Errors
    /// [`CeremonyError`] where not even the facts or the records could be read. What a step fails with is in
    /// [`Pass::Failed`].
    pub async fn pass(&mut self) -> Result<Pass, CeremonyError> {
        let facts = self.reader.facts(self.contracts.as_ref()).await?;
        let mut record = self.store.record(facts.epoch)?;
        let now = (self.clock)();
        if self.memory.follow(&facts, now) {
            // What was refused because a phase was over says nothing about the next.
            self.batches = Batches::new();
        }
        let plan = self.plan(&facts, &record, now)?;
        let Some(step) = plan.steps.into_iter().find(|step| !self.memory.is_resting(step.kind(), now)) else {
            return Ok(Pass::Idle(plan.turn_in.into_iter().chain(self.memory.rests(now)).min()));
        };
        let kind = step.kind();
        match self.perform(step, &facts, &mut record).await {
            Ok(()) => {
                self.memory.worked(kind);
                Ok(Pass::Did(kind))
            }
            Err(error) => {
                self.memory.failed(kind, (self.clock)(), self.settings.first_rest);
                Ok(Pass::Failed(kind, error))
            }
        }
    }

    fn plan(&mut self, facts: &Facts, record: &Record, now: Duration) -> Result<Plan, CeremonyError> {
        let epoch = facts.epoch;
        let encryption_key = match facts.phase {
            Phase::Registration => self.store.encryption_key(epoch)?.map(|key| key.to_base58()),
            _ => None,
        };
        if facts.phase == Phase::DealingExchange && self.memory.dealing_lengths.is_none() {
            let dealings = self.store.dealings(epoch)?;
            self.memory.dealing_lengths = dealings.map(|dealings| dealings.iter().map(Vec::len).collect());
        }
        let judging = (Phase::DealingExchange..Phase::InProgress).contains(&facts.phase);
        if judging && record.outcome.is_none() && !self.memory.verdicts_loaded {
            self.memory.verdicts = self.store.verdicts(epoch)?;
            self.memory.verdicts_loaded = true;
        }
        let judged: BTreeSet<u64> = self.memory.verdicts.keys().copied().collect();
        let holdings = Holdings {
            record,
            encryption_key: encryption_key.as_deref(),
            dealings: self.memory.dealing_lengths.as_deref(),
            signing_key: self.keys.secret(epoch).is_some(),
            base_key: facts.in_service.as_ref().is_some_and(|base| self.keys.secret(base.epoch).is_some()),
            judged: &judged,
            leftovers: facts.phase == Phase::InProgress && self.store.has_leftovers()?,
        };
        let signer = Signer {
            address: self.contracts.account(),
            announce_address: &self.settings.announce_address,
            turns: Turns { stagger: self.settings.stagger },
        };
        Ok(signer.plan(facts, &holdings, &self.memory.elapsed(now)))
    }

    async fn perform(&mut self, step: Step, facts: &Facts, record: &mut Record) -> Result<(), CeremonyError> {
        let resharing = facts.resharing;
        match step {
            Step::CreateEncryptionKey => {
                let keys = compute(|| KeyPair::generate(&mut OsRng)).await?;
                self.store.save_encryption_keys(facts.epoch, &keys)
            }
            Step::Register => self.register(facts).await,
            Step::Deal => self.deal(facts).await,
            Step::SendDealings(pieces) => self.send_dealings(facts, &pieces).await,
            Step::Judge(dealers) => self.judge(facts, &dealers).await,
            Step::Conclude => self.conclude(facts, record).await,
            Step::SendShare => {
                let secret = self.keys.secret(facts.epoch);
                let Some(key) = secret.map(|secret| secret.verification_key()) else { return Ok(()) };
                let message = ExecuteMsg::CommitVerificationKeyShare { share: key.to_base58(), resharing };
                self.send_dkg(&message, "verification key share commitment").await
            }
            Step::Examine(owners) => self.examine(facts, &owners, record).await,
            Step::Vote(ballots) => {
                let multisig = self.multisig().await?;
                let messages: Vec<_> = votes(&ballots).collect();
                self.send_batch(&multisig, messages.into_iter(), "verification key VerifyVerificationKeyShare").await
            }
            Step::Execute(proposals) => {
                let multisig = self.multisig().await?;
                let messages = proposals
                    .into_iter()
                    .map(|proposal_id| nym_multisig_contract::msg::ExecuteMsg::Execute { proposal_id });
                self.send_batch(&multisig, messages, "Multisig::Execute").await
            }
            Step::Advance => self.send_dkg(&ExecuteMsg::AdvanceEpochState {}, "advancing DKG state").await,
            Step::Announce => {
                let new_address = self.settings.announce_address.clone();
                self.send_dkg(&ExecuteMsg::UpdateAnnounceAddress { new_address }, "updating announce address").await
            }
            Step::TidyUp => self.store.conclude_all(),
        }
    }

    async fn register(&mut self, facts: &Facts) -> Result<(), CeremonyError> {
        let Some(key) = self.store.encryption_key(facts.epoch)? else { return Ok(()) };
        let message = ExecuteMsg::RegisterDealer {
            bte_key_with_proof: key.to_base58(),
            identity_key: self.settings.identity_key.clone(),
            announce_address: self.settings.announce_address.clone(),
            resharing: facts.resharing,
        };
        self.send_dkg(&message, "registering as a dealer").await
    }

    async fn deal(&mut self, facts: &Facts) -> Result<(), CeremonyError> {
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

    async fn send_dealings(&mut self, facts: &Facts, pieces: &[Piece]) -> Result<(), CeremonyError> {
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
    async fn judge(&mut self, facts: &Facts, dealers: &[u64]) -> Result<(), CeremonyError> {
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
    async fn conclude(&mut self, facts: &Facts, record: &mut Record) -> Result<(), CeremonyError> {
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

    async fn examine(&mut self, facts: &Facts, owners: &[String], record: &mut Record) -> Result<(), CeremonyError> {
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

    async fn multisig(&mut self) -> Result<String, CeremonyError> {
        Ok(self.reader.settings(self.contracts.as_ref()).await?.multisig_addr.to_string())
    }

    async fn send_dkg(&mut self, message: &ExecuteMsg, memo: &str) -> Result<(), CeremonyError> {
        let message = Execution::new(&self.settings.dkg_contract, message)?;
        Ok(self.contracts.send(vec![message], memo).await?)
    }

    /// Sends as many of the messages as fit one transaction; the next pass sees what is left.
    async fn send_batch<M: serde::Serialize>(
        &mut self,
        contract: &str,
        messages: impl Iterator<Item = M>,
        memo: &str,
    ) -> Result<(), CeremonyError> {
        let batch = self.batches.first(messages.map(|message| Execution::new(contract, &message)))?;
        let size = batch.len();
        match self.contracts.send(batch, memo).await {
            Ok(()) => {
                self.batches.taken();
                Ok(())
            }
            Err(error) if error.is_refusal() && self.batches.refused(size) => {
                tracing::debug!(%error, messages = size, "fewer messages go into the next transaction");
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The base of a resharing as the crypto needs it. A verified share that does not decode belongs to nobody who could
/// deal, so it is left out, the same for everyone.
fn base_of(in_service: &super::facts::InService) -> Base {
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

/// Runs long arithmetic where it keeps no connection waiting.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CeremonyError> {
    Ok(tokio::task::spawn_blocking(work).await?)
}
