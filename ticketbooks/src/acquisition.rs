//! Buying ticketbooks. A purchase is a chain of stored steps (see [`Stage`]): whatever interrupts it, [`Buyer::recover`]
//! goes on from the last one with the same deposit and the same request, also after the quorum has made new keys
//! (`docs/protocol/crypto.md` §2.4, §6.5; `docs/protocol/quorum-contracts.md` §12 (c)).

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use nym_ecash::{EcashDay, IssuedTicketBook, SecretKeyUser, TicketType};
use nyxd_client::ClientError;
use rand::rngs::OsRng;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::{
    Result, TicketbookError,
    collection::Collection,
    quorum::KeyGeneration,
    services::{Apis, Chain},
    store::{Purchase, Stage, Store},
};

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// One answer of a signer or API.
    pub answer: Duration,
    /// Seconds on the chain's clock after which a deposit that is not there will never be: longer than any node keeps a
    /// transaction waiting.
    pub deposit: i64,
    /// How often a deposit in doubt is looked for, and the pause between.
    pub looks: u32,
    /// The pause between two looks.
    pub look_pause: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { answer: Duration::from_secs(10), deposit: 120, looks: 15, look_pause: Duration::from_secs(1) }
    }
}

/// What a purchase is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// An interrupted purchase is taken up again.
    Resuming {
        /// What its tickets will pay for.
        ticket_type: TicketType,
        /// Its deposit, where one is known.
        deposit_id: Option<u32>,
    },
    /// The quorum's public signatures and key for the ticketbook are at hand and verified.
    PublicDataReady {
        /// The key generation.
        epoch_id: u64,
    },
    /// The deposit is being sent.
    Depositing {
        /// The price in words, for instance `75000000unym`.
        price: String,
    },
    /// The deposit is made.
    Deposited {
        /// Its number.
        deposit_id: u32,
    },
    /// A signer's share was verified.
    Share {
        /// The signer's account.
        signer: String,
        /// Verified shares so far.
        have: usize,
        /// Signers in all.
        of: usize,
        /// Shares needed.
        need: usize,
    },
    /// A signer gave no usable share.
    Refused {
        /// The signer's account.
        signer: String,
        /// Why not.
        reason: String,
    },
    /// The quorum has other keys than when the shares were asked for; they are asked for again.
    NewKeys {
        /// The new generation.
        epoch_id: u64,
    },
    /// The ticketbook is in the store.
    Issued {
        /// Its key generation.
        epoch_id: u64,
    },
}

impl std::fmt::Display for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Resuming { ticket_type, deposit_id: Some(deposit_id) } => {
                write!(f, "going on with the {ticket_type} ticketbook of deposit {deposit_id}")
            }
            Self::Resuming { ticket_type, deposit_id: None } => {
                write!(f, "going on with an interrupted purchase of a {ticket_type} ticketbook")
            }
            Self::PublicDataReady { epoch_id } => write!(f, "public signatures of epoch {epoch_id} are verified"),
            Self::Depositing { price } => write!(f, "depositing {price}"),
            Self::Deposited { deposit_id } => write!(f, "deposit {deposit_id} is made"),
            Self::Share { signer, have, of, need } => write!(f, "{have}/{of} shares, need {need} ({signer})"),
            Self::Refused { signer, reason } => write!(f, "no share from {signer}: {reason}"),
            Self::NewKeys { epoch_id } => {
                write!(f, "the quorum's keys are now those of epoch {epoch_id}: asking again")
            }
            Self::Issued { epoch_id } => write!(f, "the ticketbook is issued with the keys of epoch {epoch_id}"),
        }
    }
}

/// What became of an interrupted purchase.
#[derive(Debug)]
pub enum Recovered {
    /// Its ticketbook is in the store.
    Issued(IssuedTicketBook),
    /// Nothing was paid for it; it is dropped.
    NothingPaid(TicketType),
    /// It cannot be finished now, or never.
    Failed(TicketbookError),
}

/// Buys ticketbooks for one user into one store.
#[derive(Debug)]
pub struct Buyer<C, A> {
    /// Where purchases and ticketbooks are kept.
    pub store: Store,
    /// The chain, with an account that pays.
    pub chain: C,
    /// The signers' APIs.
    pub apis: A,
    /// APIs besides the signers' that may have the public signatures.
    pub other_apis: Vec<Url>,
    /// How long things may take.
    pub deadlines: Deadlines,
}

/// How often new keys are followed within one purchase.
const KEY_CHANGES: u32 = 3;

impl<C: Chain, A: Apis> Buyer<C, A> {
    /// A buyer with the usual deadlines.
    pub fn new(store: Store, chain: C, apis: A) -> Self {
        Self { store, chain, apis, other_apis: Vec::new(), deadlines: Deadlines::default() }
    }

    /// Gets a ticketbook: an interrupted purchase of this user and type is finished, and only if there is none a new
    /// one is paid for. What spending needs is fetched and verified before anything is paid.
    ///
    /// # Errors
    /// Each says what was paid and what to do. A purchase that was paid for stays in the store until it is issued or
    /// its date has passed.
    pub async fn issue(
        &self,
        user: &SecretKeyUser,
        ticket_type: TicketType,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<IssuedTicketBook> {
        for purchase in self.store.purchases().await? {
            if purchase.ticket_type != ticket_type || purchase.user.public_key() != user.public_key() {
                continue;
            }
            if let Some(book) = self.resume(purchase, progress).await? {
                return Ok(book);
            }
        }
        let today = self.today().await?;
        let purchase = Purchase::new(user, ticket_type, today.default_expiration()?, &mut OsRng);
        self.prepare_public_data(&purchase, progress).await?;
        if self.chain.is_blacklisted(&user.public_key()).await? {
            return Err(TicketbookError::Blacklisted);
        }
        let purchase = self.store.prepare(&purchase).await?;
        let deposit_id = self.pay(&purchase, progress).await?;
        self.collect(purchase, deposit_id, progress).await
    }

    /// Goes on with all interrupted purchases. One that fails does not stop the others.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn recover(&self, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Vec<Recovered>> {
        let mut outcomes = Vec::new();
        for purchase in self.store.purchases().await? {
            let ticket_type = purchase.ticket_type;
            outcomes.push(match self.resume(purchase, progress).await {
                Ok(Some(book)) => Recovered::Issued(book),
                Ok(None) => Recovered::NothingPaid(ticket_type),
                Err(error) => Recovered::Failed(error),
            });
        }
        Ok(outcomes)
    }

    /// Goes on with one purchase; `None` when it turns out that nothing was paid for it.
    async fn resume(
        &self,
        purchase: Purchase,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<Option<IssuedTicketBook>> {
        let deposit_id = match purchase.stage {
            Stage::Prepared => {
                self.store.drop_prepared(purchase.id).await?;
                return Ok(None);
            }
            Stage::Broadcast { at, latest_before } => {
                progress(Progress::Resuming { ticket_type: purchase.ticket_type, deposit_id: None });
                let Some(deposit_id) = self.look_for_deposit(&purchase, at, latest_before, "").await? else {
                    self.store.not_paid(purchase.id).await?;
                    self.store.drop_prepared(purchase.id).await?;
                    return Ok(None);
                };
                self.deposited(&purchase, deposit_id, progress).await?
            }
            Stage::Paid { deposit_id, .. } => {
                let deposit = Some(deposit_id);
                progress(Progress::Resuming { ticket_type: purchase.ticket_type, deposit_id: deposit });
                deposit_id
            }
        };
        let purchase = self.with_usable_date(purchase).await?;
        self.prepare_public_data(&purchase, progress).await?;
        self.collect(purchase, deposit_id, progress).await.map(Some)
    }

    /// Pays for a prepared purchase.
    async fn pay(&self, purchase: &Purchase, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<u32> {
        let price = self.chain.price().await?;
        let latest_before = self.chain.latest_deposit().await?;
        let at = self.chain.now().await?;
        self.store.broadcasting(purchase.id, at, latest_before).await?;
        progress(Progress::Depositing { price: price.to_string() });
        let deposit_id = match self.chain.deposit(&purchase.deposit_public_key(), price).await {
            Ok(deposit_id) => deposit_id,
            Err(error) if nothing_deposited(&error) => {
                self.store.not_paid(purchase.id).await?;
                self.store.drop_prepared(purchase.id).await?;
                return Err(error.into());
            }
            Err(error) => {
                let found = self.look_for_deposit(purchase, at, latest_before, &error.to_string()).await?;
                let Some(deposit_id) = found else {
                    self.store.not_paid(purchase.id).await?;
                    self.store.drop_prepared(purchase.id).await?;
                    return Err(error.into());
                };
                deposit_id
            }
        };
        self.deposited(purchase, deposit_id, progress).await
    }

    async fn deposited(
        &self,
        purchase: &Purchase,
        deposit_id: u32,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<u32> {
        self.store.paid(purchase.id, deposit_id).await?;
        progress(Progress::Deposited { deposit_id });
        Ok(deposit_id)
    }

    /// Looks on the chain for a deposit that may have been made. `None` is certain: after so long no node would still
    /// hold the transaction.
    async fn look_for_deposit(
        &self,
        purchase: &Purchase,
        sent_at: i64,
        latest_before: Option<u32>,
        reason: &str,
    ) -> Result<Option<u32>> {
        let key = purchase.deposit_public_key();
        let mut retry_after = self.deadlines.deposit;
        for _ in 0..self.deadlines.looks.max(1) {
            // The time is read first: a deposit that is not there now, at a time past the deadline, never will be.
            let now = self.chain.now().await?;
            if let Some(found) = self.chain.find_deposit(&key, latest_before).await? {
                return Ok(Some(found));
            }
            retry_after = sent_at + self.deadlines.deposit - now;
            if retry_after <= 0 {
                return Ok(None);
            }
            sleep(self.deadlines.look_pause).await;
        }
        let reason = if reason.is_empty() { "the program was interrupted while it was sent" } else { reason };
        Err(TicketbookError::DepositUncertain { reason: reason.into(), retry_after })
    }

    /// A request that no signer has seen gets the date of today. One that was seen is bound to its deposit, so it is
    /// replaced only when its date has passed: signers that signed it refuse another, those that did not may still give
    /// the deposit its worth.
    async fn with_usable_date(&self, purchase: Purchase) -> Result<Purchase> {
        let today = self.today().await?;
        let fresh = today.default_expiration()?;
        let seen = matches!(purchase.stage, Stage::Paid { asked: true, .. });
        if purchase.expiration == fresh || (seen && !purchase.expiration.is_expired(today)) {
            return Ok(purchase);
        }
        let renewed = Purchase::new(&purchase.user, purchase.ticket_type, fresh, &mut OsRng);
        let renewed = Purchase { request: renewed.request, info: renewed.info, expiration: fresh, ..purchase };
        self.store.replace_request(&renewed, today).await?;
        Ok(renewed)
    }

    /// Asks the signers of the keys in service until the ticketbook is complete.
    async fn collect(
        &self,
        purchase: Purchase,
        deposit_id: u32,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<IssuedTicketBook> {
        self.store.asking(purchase.id).await?;
        let mut generation = self.generation().await?;
        for _ in 0..KEY_CHANGES {
            let mut collection = Collection::new(&purchase, &generation);
            self.ask(&mut collection, &purchase, &generation, deposit_id, progress).await?;
            if collection.is_complete() {
                let book = collection.finish()?;
                self.store.finish(purchase.id, &book).await?;
                progress(Progress::Issued { epoch_id: book.epoch_id });
                return Ok(book);
            }
            let failure = TicketbookError::NotEnoughShares {
                deposit_id,
                have: collection.have(),
                asked: generation.signers.len(),
                needed: generation.threshold,
                refused: collection.refusals(),
            };
            // Shares of two generations do not fit together, so with new keys all of them are asked for again.
            let current = self.generation().await?;
            if current.epoch_id == generation.epoch_id {
                return Err(failure);
            }
            progress(Progress::NewKeys { epoch_id: current.epoch_id });
            generation = current;
            self.prepare_public_data(&purchase, progress).await?;
        }
        Err(TicketbookError::NotEnoughShares {
            deposit_id,
            have: 0,
            asked: generation.signers.len(),
            needed: generation.threshold,
            refused: vec![("the quorum".into(), format!("its keys changed {KEY_CHANGES} times"))],
        })
    }

    /// Asks whoever has not answered, all at once, and stops as soon as there are enough shares.
    async fn ask(
        &self,
        collection: &mut Collection<'_>,
        purchase: &Purchase,
        generation: &KeyGeneration,
        deposit_id: u32,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<()> {
        let (of, need) = (generation.signers.len(), generation.threshold);
        for (index, share) in self.store.shares(purchase.id, generation.epoch_id).await? {
            if let Some(signer) = generation.signers.iter().find(|signer| signer.index == index)
                && collection.take(signer, share).is_ok()
            {
                progress(Progress::Share { signer: signer.owner.clone(), have: collection.have(), of, need });
            }
        }
        if collection.is_complete() {
            return Ok(());
        }
        let request = purchase.issuance_request(deposit_id);
        let request = &request;
        let mut answers: FuturesUnordered<_> = collection
            .missing()
            .map(|signer| async move {
                let answer = timeout(self.deadlines.answer, self.apis.blind_sign(&signer.api, request)).await;
                (signer, answer.unwrap_or_else(|_| Err(self.no_answer())))
            })
            .collect();
        while let Some((signer, answer)) = answers.next().await {
            let refusal = match answer {
                Ok(share) => match collection.take(signer, share) {
                    Ok(()) => {
                        self.store.keep_share(purchase.id, generation.epoch_id, signer.index, &share).await?;
                        progress(Progress::Share { signer: signer.owner.clone(), have: collection.have(), of, need });
                        None
                    }
                    Err(error) => Some(error.to_string()),
                },
                Err(reason) => Some(reason),
            };
            if let Some(reason) = refusal {
                collection.refuse(signer, reason.clone());
                progress(Progress::Refused { signer: signer.owner.clone(), reason });
            }
            if collection.is_complete() {
                break;
            }
        }
        Ok(())
    }

    async fn prepare_public_data(
        &self,
        purchase: &Purchase,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<()> {
        let generation = self.generation().await?;
        self.fetch_public_data(&generation, purchase.expiration).await?;
        progress(Progress::PublicDataReady { epoch_id: generation.epoch_id });
        Ok(())
    }

    /// The keys in service. Their master key is kept with the store's others.
    ///
    /// # Errors
    /// [`TicketbookError::NoKeys`] before the first key generation, [`TicketbookError::BrokenGeneration`],
    /// [`TicketbookError::OtherNetwork`].
    pub async fn generation(&self) -> Result<KeyGeneration> {
        let published = self.chain.generation_in_service().await?.ok_or(TicketbookError::NoKeys)?;
        let generation = KeyGeneration::read(published)?;
        for (owner, reason) in &generation.left_out {
            tracing::warn!(epoch = generation.epoch_id, "the share of signer {owner} is left out: {reason}");
        }
        self.store.keep_master_key(&generation.stored_key()).await?;
        Ok(generation)
    }

    pub(crate) fn no_answer(&self) -> String {
        format!("no answer within {} s", self.deadlines.answer.as_secs_f32())
    }

    async fn today(&self) -> Result<EcashDay> {
        Ok(EcashDay::containing(self.chain.now().await?)?)
    }
}

/// Whether it is certain that no deposit was or will be made.
fn nothing_deposited(error: &ClientError) -> bool {
    match error {
        ClientError::Chain(_)
        | ClientError::NoAccount { .. }
        | ClientError::NoEndpoint { .. }
        | ClientError::Endpoint { .. }
        | ClientError::Message { .. }
        | ClientError::Address { .. }
        | ClientError::Mnemonic { .. }
        | ClientError::SequenceContended { .. } => true,
        ClientError::Rpc { .. }
        | ClientError::Refused { .. }
        | ClientError::Deadline { .. }
        | ClientError::Answer { .. }
        | ClientError::NoPublicKey { .. }
        | ClientError::Uncertain { .. }
        | ClientError::NotIncluded { .. }
        | ClientError::MissingEvent { .. } => false,
    }
}
