//! One signer's part in key generations, step by step: reads the facts, does the most urgent thing, and says when to come
//! again. Everything that must survive a crash is on disk before the transaction that depends on it.

mod keys;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use nym_dkg::KeyPair;
use nym_dkg_contract::msg::ExecuteMsg;
use rand::rngs::OsRng;

use super::contracts::{Contracts, Execution};
use super::facts::{Facts, Phase};
use super::machine::{Holdings, Plan, Signer, Turns};
use super::memory::Memory;
use super::messages::{Batches, votes};
use super::reader::Reader;
use super::record::Record;
use super::step::{Step, StepKind};
use super::store::{ChainIdentity, Store};
use super::{CeremonyError, ChainError};
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
                let (now, first) = ((self.clock)(), self.settings.first_rest);
                match error {
                    CeremonyError::Chain(ChainError::Contended { .. }) => self.memory.outrun(kind, now, first),
                    _ => self.memory.failed(kind, now, first),
                }
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

/// Runs long arithmetic where it keeps no connection waiting.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, CeremonyError> {
    Ok(tokio::task::spawn_blocking(work).await?)
}
