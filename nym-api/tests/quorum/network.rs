//! A quorum of services on loopback with keys of a trusted dealer, and a user who buys and spends.

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use nym_api::chain::Quorum;
use nym_api::keys::{PublicGeneration, SignerShare};
use nym_api::{Clock, Config, Handle, Secret, Service};
use nym_api_requests::NymApiClient;
use nym_api_requests::ecash::{BlindSignRequestBody, VerifyEcashTicketBody};
use nym_ecash::{
    CoinIndexSignature, CredentialSpendingData, DealtKeys, EcashDay, ExpirationDateSignature, PayInfo, PreparedKey,
    RequestInfo, SecretKeyUser, Share, SignatureSets, Spend, TicketType, Wallet, WithdrawalRequest,
};
use parking_lot::Mutex;
use rand::rngs::OsRng;
use tempfile::TempDir;

use crate::chain::{Facts, MemoryChain};

/// Noon of a day.
pub const NOON: i64 = 1_795_521_600;
pub const GATEWAY: &str = "n1gateway";

pub struct Network {
    pub facts: Arc<Mutex<Facts>>,
    pub clock: Clock,
    pub keys: DealtKeys,
    pub epoch: u64,
    pub threshold: usize,
    pub folders: Vec<TempDir>,
    pub signers: Vec<Option<Handle>>,
}

pub fn config(folder: &TempDir, index: usize) -> Config {
    let mut config = Config::in_folder(&format!("signer-{index}"), folder.path());
    config.base.bind_address = "127.0.0.1:0".parse().unwrap();
    config.base.mnemonic = Some(Secret::new("unused: the chain is in memory"));
    config.ecash_signer.enabled = true;
    config.ecash_signer.announce_address = Some("http://127.0.0.1:1/".parse().unwrap());
    config.ecash_signer.debug.quorum_polling_rate = Duration::from_millis(50);
    config.ecash_signer.debug.workers = 2;
    config
}

impl Network {
    /// `signers` services; all of them hold a share.
    pub async fn start(signers: usize, threshold: usize) -> Self {
        let keys = DealtKeys::deal(signers as u64, threshold, &mut OsRng);
        let facts = Arc::new(Mutex::new(Facts {
            time: NOON,
            members: (1..=signers).map(account).collect(),
            votes_needed: threshold,
            ..Facts::default()
        }));
        let mut network = Self {
            facts,
            clock: Clock::manual(NOON),
            keys,
            epoch: 1,
            threshold,
            folders: Vec::new(),
            signers: Vec::new(),
        };
        for index in 1..=signers {
            network.folders.push(TempDir::new().unwrap());
            network.signers.push(None);
            network.start_signer(index).await;
            let secret = &network.keys.shares[index - 1].1;
            network.signer(index).generations().store_secret(1, secret).unwrap();
        }
        network.announce(Vec::new()).await;
        network
    }

    /// Starts a signer on the folder that it had before.
    pub async fn start_signer(&mut self, index: usize) {
        self.start_signer_with(index, |_| {}).await;
    }

    pub async fn start_signer_with(&mut self, index: usize, adjust: impl FnOnce(&mut Config)) {
        let chain = MemoryChain { facts: self.facts.clone(), account: account(index) };
        let mut config = config(&self.folders[index - 1], index);
        adjust(&mut config);
        let handle = Service::start_over(config, Arc::new(chain), self.clock.clone()).await.unwrap();
        self.signers[index - 1] = Some(handle);
    }

    pub async fn stop_signer(&mut self, index: usize) {
        if let Some(handle) = self.signers[index - 1].take() {
            handle.stop().await;
        }
    }

    /// Puts the current keys in service, with `outgoing` ones behind them.
    pub async fn announce(&mut self, outgoing: Vec<PublicGeneration>) {
        let generation = self.public();
        self.facts.lock().quorum = Quorum { in_service: Some(generation), outgoing, current_epoch: self.epoch };
        self.refresh().await;
    }

    pub async fn refresh(&self) {
        for signer in self.signers.iter().flatten() {
            signer.ecash().refresh_generations().await.unwrap();
        }
    }

    pub fn public(&self) -> PublicGeneration {
        let signers = self
            .keys
            .shares
            .iter()
            .map(|(index, secret)| {
                let handle = self.signers[*index as usize - 1].as_ref();
                SignerShare {
                    index: *index,
                    owner: account(*index as usize),
                    announce_address: handle
                        .map_or_else(|| "http://127.0.0.1:9/".parse().unwrap(), nym_api::Handle::url),
                    identity: handle
                        .map(|handle| bs58::decode(handle.identity()).into_vec().unwrap().try_into().unwrap()),
                    key: secret.verification_key(),
                }
            })
            .collect();
        PublicGeneration { epoch_id: self.epoch, threshold: self.threshold, signers }
    }

    pub fn signer(&self, index: usize) -> &Handle {
        self.signers[index - 1].as_ref().unwrap()
    }

    pub fn api(&self, index: usize) -> NymApiClient {
        NymApiClient::new(self.signer(index).url()).unwrap()
    }

    pub fn running(&self) -> impl Iterator<Item = usize> + '_ {
        (1..=self.signers.len()).filter(|index| self.signers[index - 1].is_some())
    }

    pub fn today(&self) -> EcashDay {
        EcashDay::containing(NOON).unwrap()
    }

    pub fn master(&self) -> PreparedKey {
        PreparedKey::new(self.keys.master.verification_key()).unwrap()
    }

    /// A deposit of its own key.
    pub fn deposit(&self) -> (u32, SigningKey) {
        let mut facts = self.facts.lock();
        let id = facts.deposits.len() as u32;
        let key = SigningKey::generate(&mut OsRng);
        facts.deposits.insert(id, key.verifying_key().to_bytes());
        (id, key)
    }

    /// Buys a ticketbook as clients do: one request to every signer, any `t` answers.
    pub async fn buy(&self, user: &SecretKeyUser, ticket_type: TicketType) -> Book {
        let purchase = self.request(user, ticket_type);
        self.complete(user, &purchase).await
    }

    pub fn request(&self, user: &SecretKeyUser, ticket_type: TicketType) -> Purchase {
        let (deposit, key) = self.deposit();
        let expiration = self.today().default_expiration().unwrap();
        let (request, info) = WithdrawalRequest::create(user, expiration, ticket_type, &mut OsRng);
        let body = BlindSignRequestBody::new(request, deposit, &key, user.public_key(), expiration, ticket_type);
        Purchase { body, info, key }
    }

    pub async fn complete(&self, user: &SecretKeyUser, purchase: &Purchase) -> Book {
        let master = self.master();
        let keys: Vec<_> = self.keys.shares.iter().map(|(index, key)| (*index, key.verification_key())).collect();
        let mut shares = Vec::new();
        for index in self.running() {
            let signature = self.api(index).blind_sign(&purchase.body).await.unwrap();
            let (index, key) = &keys[index - 1];
            shares.push(Share { index: *index, key, signature });
        }
        let collected = purchase.info.collect(user, &shares, self.threshold, &master).unwrap();
        assert!(collected.rejected.is_empty());
        let api = self.api(self.running().next().unwrap());
        let dates = api.aggregated_expiration_date_signatures(Some(purchase.body.expiration_date), None).await.unwrap();
        let coins = api.aggregated_coin_indices_signatures(None).await.unwrap();
        Book {
            user: user.clone(),
            wallet: collected.wallet,
            dates: dates.signatures,
            coins: coins.signatures,
            master,
            epoch: self.epoch,
        }
    }
}

pub struct Purchase {
    pub body: BlindSignRequestBody,
    pub info: RequestInfo,
    pub key: SigningKey,
}

/// A ticketbook with all that spending needs.
pub struct Book {
    pub user: SecretKeyUser,
    pub wallet: Wallet,
    pub dates: Vec<ExpirationDateSignature>,
    pub coins: Vec<CoinIndexSignature>,
    pub master: PreparedKey,
    pub epoch: u64,
}

impl Book {
    pub fn spend(&mut self, day: EcashDay) -> CredentialSpendingData {
        self.spend_many(1, day)
    }

    pub fn spend_many(&mut self, tickets: u64, day: EcashDay) -> CredentialSpendingData {
        let pay_info = PayInfo::new(&[7; 32], NOON, &mut OsRng);
        let sets = SignatureSets { expiration_dates: &self.dates, coin_indices: &self.coins };
        let spend = Spend { tickets, pay_info: &pay_info, day };
        let payment = self.wallet.spend(&self.user, &self.master, sets, spend, &mut OsRng).unwrap();
        CredentialSpendingData { payment, pay_info, spend_date: day, epoch_id: self.epoch }
    }

    /// The same ticket twice, in two payments.
    pub fn spend_twice(&mut self, day: EcashDay) -> [CredentialSpendingData; 2] {
        let again = Wallet::new(self.wallet.signatures().clone(), self.wallet.tickets_spent());
        let first = self.spend(day);
        self.wallet = again;
        [first, self.spend(day)]
    }
}

pub fn ticket(credential: &CredentialSpendingData) -> VerifyEcashTicketBody {
    VerifyEcashTicketBody { credential: credential.clone(), gateway_cosmos_addr: GATEWAY.into() }
}

pub fn account(index: usize) -> String {
    format!("n1signer{index}")
}

/// Waits for background tasks, with a deadline.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..2400 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not happen within a minute");
}
