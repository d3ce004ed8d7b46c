//! The quorum of a localnet: signers in this process, and the walk from their group to paid providers.

mod provider;
mod walk;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    time::Duration,
};

use cw4::Member;
use futures::{TryStreamExt, future::try_join_all};
use nym_api::{Config, Handle, Secret, Service};
use nym_api_requests::NymApiClient;
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

pub use walk::walk;

use crate::{
    accounts::{Account, Accounts},
    chain::Chain,
    deploy::QuorumAddresses,
    error::LocalnetError,
    options::Options,
    steps::Outcome,
};

/// How long a ceremony may take in real time before the walk gives it up.
const CEREMONY_PATIENCE: Duration = Duration::from_secs(600);
/// How long the quorum may take to decide something.
const DECISION_PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks at the chain.
const LOOK: Duration = Duration::from_millis(200);
/// How often signers look at the chain: a localnet should not make anybody wait.
const SIGNERS_LOOK: Duration = Duration::from_millis(500);

/// A running quorum.
pub struct Quorum<'a> {
    chain: &'a Chain,
    accounts: &'a Accounts,
    addresses: QuorumAddresses,
    signers: Vec<Handle>,
    /// Their APIs, in the same order.
    apis: Vec<NymApiClient>,
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
    /// Ticketbooks paid for.
    pub deposits: u64,
    /// Entries of the aggregated filter of spent tickets, as the first signer has it.
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
        let ports = ports(options.signer_port, accounts.signers.len())?;
        let start = accounts.signers.iter().zip(&ports).map(|(account, port)| async move {
            Service::start(config(account, *port, files, options), network)
                .await
                .map_err(|source| LocalnetError::Signer { name: account.role.clone(), source: Box::new(source) })
        });
        let signers = try_join_all(start).await?;
        let queries = chain.queries()?;
        let (dkg, ecash) = (
            DkgQueries::new(queries.clone(), addresses.dkg.clone()),
            EcashQueries::new(queries, addresses.ecash.clone()),
        );
        let apis = signers.iter().map(|signer| NymApiClient::new(signer.url())).collect::<Result<_, _>>()?;
        let outcome = Outcome::held(format!("{} signers, the first at {}", signers.len(), signers[0].url()));
        Ok((Self { chain, accounts, addresses, signers, apis, dkg, ecash }, outcome))
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
        for (account, signer) in self.accounts.signers.iter().zip(&self.signers) {
            let serves = || signer.generations().in_service().is_some_and(|own| own.epoch_id() == generation.epoch_id);
            if !until(deadline, || async { Ok(serves()) }).await? {
                wrong.push(format!("{} does not serve with the keys of epoch {}", account.role, generation.epoch_id));
            }
        }
        let detail = format!("epoch {}, {verified} signers, {} needed", generation.epoch_id, generation.threshold);
        Ok(((), Outcome::of(&wrong, detail)))
    }

    /// How the quorum stands now.
    pub async fn standing(&self) -> Result<Standing, LocalnetError> {
        let generations = self.dkg.key_generations().await?;
        let status = self.apis[0].spent_tickets().await?;
        Ok(Standing {
            generation: generations.in_service.map(|generation| generation.epoch_id),
            ceremony: generations.ceremony.is_some(),
            signers: self.signers.len(),
            deposits: self.ecash.latest_deposit().await?.map_or(0, |deposit| u64::from(deposit.id) + 1),
            spent: status.days.iter().map(|day| day.aggregate_entries).sum(),
        })
    }

    /// Stops the signers; what they have to write is written.
    pub async fn stop(self) {
        for signer in self.signers {
            signer.stop().await;
        }
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
    pub fn url(&self) -> Url {
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

fn config(account: &Account, port: u16, files: &Path, options: &Options) -> Config {
    let mut config = Config::in_folder(&account.role, &files.join(&account.role));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    config.base.bind_address = address;
    config.base.mnemonic = Some(Secret::new(account.mnemonic.to_string()));
    // The localnet moves the chain's clock.
    config.base.chain_time = true;
    config.ecash_signer.enabled = true;
    config.ecash_signer.announce_address = Some(format!("http://{address}/").parse().expect("an address makes a URL"));
    let debug = &mut config.ecash_signer.debug;
    debug.dkg_contract_polling_rate = SIGNERS_LOOK;
    debug.quorum_polling_rate = SIGNERS_LOOK;
    debug.dkg_stagger = SIGNERS_LOOK;
    debug.spent_tickets_polling_rate = SIGNERS_LOOK;
    debug.accept_payments_without_coin_index_proof = options.compat_payments_without_coin_index_proof;
    config
}

/// One port a signer: in a row from `first`, or free ones for 0.
fn ports(first: u16, count: usize) -> Result<Vec<u16>, LocalnetError> {
    if first != 0 {
        let ports = (first..=u16::MAX).take(count).collect::<Vec<_>>();
        return if ports.len() == count { Ok(ports) } else { Err(LocalnetError::Ports { first, count }) };
    }
    // All are held at once, so that no two are the same.
    let free = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<Result<Vec<_>, _>>();
    free.and_then(|held| held.iter().map(|listener| Ok(listener.local_addr()?.port())).collect())
        .map_err(LocalnetError::NoPort)
}
