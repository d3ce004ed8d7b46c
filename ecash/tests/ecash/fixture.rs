//! A quorum of three (threshold two) with its sets, and a user with a ticketbook.

use nym_ecash::{
    CoinIndexSignature, CredentialSpendingData, DealtKeys, EcashDay, ExpirationDateSignature, PayInfo, Payment,
    PreparedKey, RequestInfo, SecretKeyUser, SetShare, Share, SignatureSets, Spend, TicketType, VerificationKeyAuth,
    Wallet, WithdrawalRequest, aggregate_coin_indices, aggregate_expiration_dates, issue, sign_coin_indices,
    sign_expiration_dates,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::OnceLock;

pub const TYPE: TicketType = TicketType::V1MixnetExit;
pub const THRESHOLD: usize = 2;

pub fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

pub struct Quorum {
    pub keys: DealtKeys,
    pub partial: Vec<VerificationKeyAuth>,
    pub master: PreparedKey,
    pub today: EcashDay,
    pub expiration: EcashDay,
    pub dates: Vec<ExpirationDateSignature>,
    pub coins: Vec<CoinIndexSignature>,
}

impl Quorum {
    pub fn new(authorities: u64, threshold: usize, seed: u8) -> Self {
        let mut rng = rng(seed);
        let today = EcashDay::from_timestamp(1_701_907_200).unwrap();
        let expiration = today.default_expiration().unwrap();
        let keys = DealtKeys::deal(authorities, threshold, &mut rng);
        let partial: Vec<_> = keys.shares.iter().map(|(_, key)| key.verification_key()).collect();
        let master = PreparedKey::new(keys.master.verification_key()).unwrap();
        let date_sets: Vec<_> =
            keys.shares.iter().map(|(_, key)| sign_expiration_dates(key, expiration).unwrap()).collect();
        let coin_sets: Vec<_> = keys.shares.iter().map(|(_, key)| sign_coin_indices(key, &master)).collect();
        let dates =
            aggregate_expiration_dates(&shares(&keys, &partial, &date_sets), expiration, threshold, &master, &mut rng)
                .unwrap()
                .signatures;
        let coins = aggregate_coin_indices(&shares(&keys, &partial, &coin_sets), threshold, &master, &mut rng)
            .unwrap()
            .signatures;
        Self { keys, partial, master, today, expiration, dates, coins }
    }

    pub fn sets(&self) -> SignatureSets<'_> {
        SignatureSets { expiration_dates: &self.dates, coin_indices: &self.coins }
    }

    /// Answers of all authorities to a request.
    pub fn answers(&self, request: &WithdrawalRequest, user: &SecretKeyUser) -> Vec<Share<'_>> {
        self.keys
            .shares
            .iter()
            .zip(&self.partial)
            .map(|((index, secret), key)| Share {
                index: *index,
                key,
                signature: issue(secret, request, &user.public_key(), self.expiration, TYPE, self.today).unwrap(),
            })
            .collect()
    }

    pub fn ticketbook(&self, user: &SecretKeyUser, seed: u8) -> Wallet {
        let (request, info) = self.request(user, seed);
        info.collect(user, &self.answers(&request, user), THRESHOLD, &self.master).unwrap().wallet
    }

    pub fn request(&self, user: &SecretKeyUser, seed: u8) -> (WithdrawalRequest, RequestInfo) {
        WithdrawalRequest::create(user, self.expiration, TYPE, &mut rng(seed))
    }

    pub fn pay(
        &self,
        user: &SecretKeyUser,
        wallet: &mut Wallet,
        tickets: u64,
        pay_info: &PayInfo,
        seed: u8,
    ) -> Payment {
        let spend = Spend { tickets, pay_info, day: self.today };
        wallet.spend(user, &self.master, self.sets(), spend, &mut rng(seed)).unwrap()
    }

    pub fn data(&self, payment: Payment, pay_info: PayInfo) -> CredentialSpendingData {
        CredentialSpendingData { payment, pay_info, spend_date: self.today, epoch_id: 1 }
    }
}

pub fn shares<'a, T>(keys: &DealtKeys, partial: &'a [VerificationKeyAuth], sets: &'a [Vec<T>]) -> Vec<SetShare<'a, T>> {
    keys.shares
        .iter()
        .zip(partial)
        .zip(sets)
        .map(|(((index, _), key), signatures)| SetShare { index: *index, key, signatures })
        .collect()
}

/// Shared by the tests that do not need a quorum of their own.
pub fn quorum() -> &'static Quorum {
    static QUORUM: OnceLock<Quorum> = OnceLock::new();
    QUORUM.get_or_init(|| Quorum::new(3, THRESHOLD, 1))
}

pub fn user() -> SecretKeyUser {
    SecretKeyUser::from_seed(&[0x2a; 32])
}
