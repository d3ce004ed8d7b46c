//! A small quorum: dealt keys, deposits in a list, signers that check what signers check and keep to one request per
//! deposit. Anything of it can be made to fail, lie or stop.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use cosmwasm_std::{Coin, coin};
use nym_api_requests::ecash::BlindSignRequestBody;
use nym_ecash::{
    BlindedSignature, CoinIndexSignature, DealtKeys, EcashDay, ExpirationDateSignature, PreparedKey, PublicKeyUser,
    SecretKeyAuth, SecretKeyUser, SetShare, aggregate_coin_indices, aggregate_expiration_dates, issue,
    sign_coin_indices, sign_expiration_dates,
};
use nym_ticketbooks::{
    Buyer, Deadlines, Store,
    quorum::{PublishedGeneration, PublishedShare},
    services::{Apis, Chain},
};
use nyxd_client::ClientError;
use parking_lot::Mutex;
use rand::rngs::OsRng;
use tokio::sync::Notify;
use url::Url;

/// Midnight of a day, and some hours.
pub const START: i64 = 20_000 * 86_400 + 30_000;
pub const PRICE: u128 = 75_000_000;

/// How a signer behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    Honest,
    Offline,
    /// Signs with another key than it published.
    WrongKey,
    /// Answers for another request.
    Foreign,
}

/// Where everything stops, as if the program had been killed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    BeforePrice,
    BeforeDeposit,
    AfterDeposit,
    BeforeSigner(u64),
    AfterSigner(u64),
}

pub struct Generation {
    pub epoch_id: u64,
    pub keys: DealtKeys,
    pub threshold: usize,
}

#[derive(Default)]
pub struct State {
    pub now: i64,
    pub generations: Vec<Generation>,
    pub deposits: Vec<[u8; 32]>,
    pub blacklisted: HashSet<[u8; 48]>,
    pub signing: HashMap<u64, Signing>,
    /// Signers (epoch, index) whose published share counts as unverified or is garbage.
    pub unverified: HashSet<u64>,
    pub garbage: HashSet<u64>,
    /// Every request that a signer (by index) has signed, by deposit.
    pub signed: HashMap<(u64, u32), BlindSignRequestBody>,
    pub asked: Vec<(u64, u64)>,
    pub stop: Option<Stop>,
    /// What the next deposit ends with, whether made or not.
    pub next_deposit: Option<DepositEnd>,
    /// Signers' APIs whose public signatures are wrong.
    pub lying_apis: HashSet<u64>,
    /// A new generation comes into service after so many signers were asked.
    pub rotate_after: Option<(usize, Generation)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DepositEnd {
    /// Made, and the answer is lost.
    MadeAndLost,
    /// Not made, and the answer is lost.
    NotMadeAndLost,
    /// Refused by the chain.
    Refused,
}

#[derive(Clone)]
pub struct Quorum {
    pub state: Arc<Mutex<State>>,
    /// Told when a stop is reached.
    pub stopped: Arc<Notify>,
}

pub fn generation(epoch_id: u64, signers: u64, threshold: usize) -> Generation {
    Generation { epoch_id, keys: DealtKeys::deal(signers, threshold, &mut OsRng), threshold }
}

impl Quorum {
    pub fn new(signers: u64, threshold: usize) -> Self {
        let state = State { now: START, generations: vec![generation(3, signers, threshold)], ..State::default() };
        Self { state: Arc::new(Mutex::new(state)), stopped: Arc::default() }
    }

    pub fn buyer(&self, store: Store) -> Buyer<Self, Self> {
        let mut buyer = Buyer::new(store, self.clone(), self.clone());
        let brief = std::time::Duration::from_millis(1);
        buyer.deadlines = Deadlines { looks: 3, look_pause: brief, ..Deadlines::default() };
        buyer
    }

    pub fn set(&self, index: u64, signing: Signing) {
        self.state.lock().signing.insert(index, signing);
    }

    pub fn now(&self) -> i64 {
        self.state.lock().now
    }

    pub fn pass_days(&self, days: i64) {
        self.state.lock().now += days * 86_400;
    }

    pub fn day(&self) -> EcashDay {
        EcashDay::containing(self.now()).unwrap()
    }

    pub fn deposits(&self) -> usize {
        self.state.lock().deposits.len()
    }

    /// Never returns at the place where it is told to stop.
    async fn pass(&self, place: Stop) {
        if self.state.lock().stop == Some(place) {
            self.stopped.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

pub fn user(seed: u8) -> SecretKeyUser {
    SecretKeyUser::from_seed(&[seed; 32])
}

fn failed(reason: &str) -> ClientError {
    ClientError::Rpc { what: "broadcast", url: "http://chain.test".into(), reason: reason.into() }
}

impl Chain for Quorum {
    async fn now(&self) -> Result<i64, ClientError> {
        Ok(self.state.lock().now)
    }

    async fn generation_in_service(&self) -> Result<Option<PublishedGeneration>, ClientError> {
        let state = self.state.lock();
        let Some(generation) = state.generations.last() else {
            return Ok(None);
        };
        let share = |(index, key): &(u64, SecretKeyAuth)| PublishedShare {
            owner: format!("signer-{index}"),
            index: *index,
            announce_address: format!("http://signer-{index}.test/"),
            key: if state.garbage.contains(index) { "nonsense".into() } else { key.verification_key().to_base58() },
            verified: !state.unverified.contains(index),
        };
        Ok(Some(PublishedGeneration {
            epoch_id: generation.epoch_id,
            threshold: generation.threshold as u64,
            shares: generation.keys.shares.iter().map(share).collect(),
        }))
    }

    async fn price(&self) -> Result<Coin, ClientError> {
        self.pass(Stop::BeforePrice).await;
        Ok(coin(PRICE, "unym"))
    }

    async fn is_blacklisted(&self, user: &PublicKeyUser) -> Result<bool, ClientError> {
        Ok(self.state.lock().blacklisted.contains(&user.to_bytes()))
    }

    async fn latest_deposit(&self) -> Result<Option<u32>, ClientError> {
        Ok(u32::try_from(self.deposits()).unwrap().checked_sub(1))
    }

    async fn find_deposit(&self, key: &[u8; 32], after: Option<u32>) -> Result<Option<u32>, ClientError> {
        let first = after.map_or(0, |after| after as usize + 1);
        let state = self.state.lock();
        let found = state.deposits.iter().skip(first).position(|deposit| deposit == key);
        Ok(found.map(|position| u32::try_from(position + first).unwrap()))
    }

    async fn deposit(&self, key: &[u8; 32], price: Coin) -> Result<u32, ClientError> {
        assert_eq!(price, coin(PRICE, "unym"));
        self.pass(Stop::BeforeDeposit).await;
        let end = self.state.lock().next_deposit.take();
        match end {
            Some(DepositEnd::Refused) => {
                return Err(ClientError::Message { what: "a deposit", reason: "the account is empty".into() });
            }
            Some(DepositEnd::NotMadeAndLost) => return Err(failed("connection reset")),
            Some(DepositEnd::MadeAndLost) | None => {}
        }
        let id = {
            let mut state = self.state.lock();
            state.deposits.push(*key);
            u32::try_from(state.deposits.len() - 1).unwrap()
        };
        self.pass(Stop::AfterDeposit).await;
        if end == Some(DepositEnd::MadeAndLost) { Err(failed("connection reset")) } else { Ok(id) }
    }
}

fn index_of(api: &Url) -> u64 {
    api.host_str().unwrap().trim_start_matches("signer-").trim_end_matches(".test").parse().unwrap()
}

impl Apis for Quorum {
    async fn blind_sign(&self, api: &Url, body: &BlindSignRequestBody) -> Result<BlindedSignature, String> {
        let index = index_of(api);
        self.pass(Stop::BeforeSigner(index)).await;
        let answer = self.sign(index, body);
        self.pass(Stop::AfterSigner(index)).await;
        answer
    }

    async fn expiration_date_signatures(
        &self,
        api: &Url,
        epoch_id: u64,
        expiration: EcashDay,
    ) -> Result<Vec<ExpirationDateSignature>, String> {
        let state = self.state.lock();
        let index = index_of(api);
        let generation =
            state.generations.iter().find(|generation| generation.epoch_id == epoch_id).ok_or("unknown")?;
        let date = if state.lying_apis.contains(&index) { expiration.plus_days(1).unwrap() } else { expiration };
        let sets: Vec<_> = generation
            .keys
            .shares
            .iter()
            .map(|(index, key)| (*index, key.verification_key(), sign_expiration_dates(key, date).unwrap()))
            .collect();
        let shares: Vec<_> =
            sets.iter().map(|(index, key, signatures)| SetShare { index: *index, key, signatures }).collect();
        let master = PreparedKey::new(generation.keys.master.verification_key()).unwrap();
        Ok(aggregate_expiration_dates(&shares, date, generation.threshold, &master, &mut OsRng).unwrap().signatures)
    }

    async fn coin_index_signatures(&self, api: &Url, epoch_id: u64) -> Result<Vec<CoinIndexSignature>, String> {
        let state = self.state.lock();
        let index = index_of(api);
        let generation =
            state.generations.iter().find(|generation| generation.epoch_id == epoch_id).ok_or("unknown")?;
        let master = PreparedKey::new(generation.keys.master.verification_key()).unwrap();
        let sets: Vec<_> = generation
            .keys
            .shares
            .iter()
            .take(generation.threshold)
            .map(|(index, key)| (*index, key.verification_key(), sign_coin_indices(key, &master)))
            .collect();
        let shares: Vec<_> =
            sets.iter().map(|(index, key, signatures)| SetShare { index: *index, key, signatures }).collect();
        let mut signatures =
            aggregate_coin_indices(&shares, generation.threshold, &master, &mut OsRng).unwrap().signatures;
        if state.lying_apis.contains(&index) {
            signatures.swap(0, 1);
        }
        Ok(signatures)
    }
}

impl Quorum {
    fn sign(&self, index: u64, body: &BlindSignRequestBody) -> Result<BlindedSignature, String> {
        let mut state = self.state.lock();
        let generation = state.generations.last().unwrap();
        let epoch_id = generation.epoch_id;
        let (_, key) = generation.keys.shares.iter().find(|(own, _)| *own == index).ok_or("not a signer")?;
        let key = key.clone();
        state.asked.push((epoch_id, index));
        if state.rotate_after.as_ref().is_some_and(|(asked, _)| state.asked.len() >= *asked) {
            let (_, next) = state.rotate_after.take().unwrap();
            state.generations.push(next);
        }
        let signing = state.signing.get(&index).copied().unwrap_or(Signing::Honest);
        if signing == Signing::Offline {
            return Err("connection refused".into());
        }
        let deposit = state.deposits.get(body.deposit_id as usize).ok_or("no such deposit")?;
        if !body.is_signed_by(deposit) {
            return Err("wrong signature".into());
        }
        // A deposit belongs to the first request signed for it, whatever key generation signs.
        let first = state.signed.entry((index, body.deposit_id)).or_insert_with(|| body.clone());
        if first.inner_sign_request != body.inner_sign_request {
            return Err("the deposit belongs to another request".into());
        }
        let today = EcashDay::containing(state.now).unwrap();
        let with = |key: &SecretKeyAuth| {
            issue(key, &body.inner_sign_request, &body.ecash_pubkey, body.expiration_date, body.ticketbook_type, today)
                .map_err(|reason| reason.to_string())
        };
        match signing {
            Signing::WrongKey => with(&DealtKeys::deal(1, 1, &mut OsRng).shares[0].1),
            Signing::Foreign => {
                let mut answer = with(&key)?;
                answer.h = answer.c;
                Ok(answer)
            }
            Signing::Honest | Signing::Offline => with(&key),
        }
    }
}
