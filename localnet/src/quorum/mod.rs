//! The quorum of a localnet: its signers, in this process or in their own, and the walk from their group to paid
//! providers. A signer that dies is named and left out; the localnet goes on.

mod process;
mod provider;
mod signer;
mod walk;

use std::{path::Path, time::Duration};

use cw4::Member;
use futures::{TryStreamExt, future::join_all};
use nym_api_requests::{ClientError, NymApiClient};
use nym_ecash::EcashDay;
use nym_network::Network;
use nym_ticketbooks::network::chain_time;
use nyxd_client::{
    dkg::{DkgQueries, DkgTransactions},
    ecash::{EcashQueries, EcashTransactions},
    group::GroupTransactions,
};
use tokio::time::Instant;
use url::Url;

use signer::Signer;
pub use walk::walk;

use crate::{
    accounts::{Account, Accounts},
    chain::Chain,
    deploy::QuorumAddresses,
    error::LocalnetError,
    options::Options,
    report::SignerReport,
    steps::Outcome,
};

/// How long a ceremony may take in real time before the walk gives it up.
const CEREMONY_PATIENCE: Duration = Duration::from_secs(600);
/// How long the quorum may take to decide something.
const DECISION_PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks at the chain.
const LOOK: Duration = Duration::from_millis(200);

/// A running quorum.
pub struct Quorum<'a> {
    chain: &'a Chain,
    accounts: &'a Accounts,
    addresses: QuorumAddresses,
    signers: Vec<Signer>,
    dkg: DkgQueries,
    ecash: EcashQueries,
}

/// What the status screen shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// The key generation in service.
    pub generation: Option<u64>,
    /// Whether a ceremony runs.
    pub ceremony: bool,
    /// How many signers there are.
    pub signers: usize,
    /// How many of them answer.
    pub answering: usize,
    /// Ticketbooks paid for.
    pub deposits: u64,
    /// Entries of the aggregated filter of spent tickets, as the signer has it that has most.
    pub spent: u64,
}

impl<'a> Quorum<'a> {
    /// Starts a signer for every account of one.
    pub async fn start(
        chain: &'a Chain,
        accounts: &'a Accounts,
        addresses: QuorumAddresses,
        network: &Network,
        options: &Options,
        files: &Path,
    ) -> Result<(Self, Outcome), LocalnetError> {
        let signers = signer::start(&accounts.signers, network, options, files).await?;
        let queries = chain.queries()?;
        let (dkg, ecash) = (
            DkgQueries::new(queries.clone(), addresses.dkg.clone()),
            EcashQueries::new(queries, addresses.ecash.clone()),
        );
        let form = if options.processes { "processes" } else { "signers" };
        let outcome = Outcome::held(format!("{} {form}, the first at {}", signers.len(), signers[0].url()));
        Ok((Self { chain, accounts, addresses, signers, dkg, ecash }, outcome))
    }

    /// Makes the signers the group's members, lets them generate a key, and waits until all serve with it. A quorum
    /// that has keys already, from an earlier run on the same home, keeps them.
    pub async fn ceremony(&self) -> Result<((), Outcome), LocalnetError> {
        if !self.has_keys().await? {
            let members = self
                .accounts
                .signers
                .iter()
                .map(|signer| Member { addr: signer.address.to_string(), weight: 1 })
                .collect();
            GroupTransactions::new(self.accounts.group_admin.client(self.chain)?, self.addresses.group.clone())
                .update_members(members, &[])
                .await?;
            self.dkg_admin()?.initiate().await?;
        }
        self.await_generation(0).await
    }

    /// Whether keys are in service already.
    pub async fn has_keys(&self) -> Result<bool, LocalnetError> {
        Ok(self.dkg.key_generations().await?.in_service.is_some())
    }

    /// Waits for a key generation after `after` ceremonies, and for every signer to serve with it.
    async fn await_generation(&self, after: u64) -> Result<((), Outcome), LocalnetError> {
        let deadline = Instant::now() + CEREMONY_PATIENCE;
        let generation = loop {
            let generations = self.dkg.key_generations().await?;
            if let Some(generation) = generations.in_service.filter(|generation| generation.epoch_id >= after) {
                break generation;
            }
            if Instant::now() > deadline {
                let running = generations.ceremony.map(|ceremony| format!("{:?}", ceremony.state));
                return Err(LocalnetError::Quorum(format!(
                    "no keys are in service after {} s; the ceremony stands at {}",
                    CEREMONY_PATIENCE.as_secs(),
                    running.unwrap_or_else(|| "nothing".into())
                )));
            }
            tokio::time::sleep(LOOK).await;
        };
        let mut wrong = Vec::new();
        let shares: Vec<_> = self.dkg.verification_keys(generation.epoch_id).try_collect().await?;
        let verified = shares.iter().filter(|share| share.verified).count();
        if verified != self.signers.len() {
            wrong.push(format!("{verified} of {} verification keys were accepted", self.signers.len()));
        }
        for signer in &self.signers {
            let settled = || async { Ok(signer.ended().is_some() || signer.serves_with(generation.epoch_id).await) };
            let settled = until(deadline, settled).await?;
            if let Some(how) = signer.ended() {
                wrong.push(format!("{} {how}", signer.name()));
            } else if !settled {
                wrong.push(format!("{} does not serve with the keys of epoch {}", signer.name(), generation.epoch_id));
            }
        }
        let detail = format!("epoch {}, {verified} signers, {} needed", generation.epoch_id, generation.threshold);
        Ok(((), Outcome::of(&wrong, detail)))
    }

    /// How the quorum stands now.
    pub async fn standing(&self) -> Result<Standing, LocalnetError> {
        let generations = self.dkg.key_generations().await?;
        let statuses = join_all(self.signers.iter().map(|signer| signer.api().spent_tickets())).await;
        let entries = statuses.iter().flatten().map(|status| status.days.iter().map(|day| day.aggregate_entries).sum());
        Ok(Standing {
            generation: generations.in_service.map(|generation| generation.epoch_id),
            ceremony: generations.ceremony.is_some(),
            signers: self.signers.len(),
            answering: statuses.iter().flatten().count(),
            deposits: self.ecash.latest_deposit().await?.map_or(0, |deposit| u64::from(deposit.id) + 1),
            spent: entries.max().unwrap_or(0),
        })
    }

    /// Who and where the signers are.
    pub fn report(&self) -> Vec<SignerReport> {
        self.signers.iter().map(Signer::report).collect()
    }

    /// Stops the signers; what they have to write is written.
    pub async fn stop(self) {
        join_all(self.signers.into_iter().map(Signer::stop)).await;
    }

    /// Asks one signer after another until one answers.
    async fn ask<'s, T, F>(&'s self, question: impl Fn(&'s NymApiClient) -> F) -> Result<T, LocalnetError>
    where
        F: Future<Output = Result<T, ClientError>>,
    {
        let mut failure = LocalnetError::Quorum("there is no signer".into());
        for signer in &self.signers {
            match question(signer.api()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => failure = error.into(),
            }
        }
        Err(failure)
    }

    fn dkg_admin(&self) -> Result<DkgTransactions, LocalnetError> {
        Ok(DkgTransactions::new(self.accounts.dkg_admin.client(self.chain)?, self.addresses.dkg.clone()))
    }

    fn ecash_of(&self, account: &Account) -> Result<EcashTransactions, LocalnetError> {
        Ok(EcashTransactions::new(account.client(self.chain)?, self.addresses.ecash.clone()))
    }

    async fn now(&self) -> Result<i64, LocalnetError> {
        Ok(chain_time(self.dkg.client()).await?)
    }

    async fn today(&self) -> Result<EcashDay, LocalnetError> {
        Ok(EcashDay::containing(self.now().await?)?)
    }

    /// URL of the first signer.
    pub fn url(&self) -> &Url {
        self.signers[0].url()
    }
}

/// Looks until it is so or the deadline has passed.
async fn until<F: Future<Output = Result<bool, LocalnetError>>>(
    deadline: Instant,
    look: impl Fn() -> F,
) -> Result<bool, LocalnetError> {
    loop {
        if look().await? {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
        tokio::time::sleep(LOOK).await;
    }
}
