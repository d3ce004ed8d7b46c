//! Somebody who buys ticketbooks and spends them.

use std::time::Duration;

use cosmwasm_std::Coin;
use ed25519_dalek::SigningKey;
use nym_api_requests::ecash::BlindSignRequestBody;
use nym_ecash::{CredentialSpendingData, EcashDay, SecretKeyUser, TicketType, WithdrawalRequest};
use nym_ticketbooks::{
    Buyer, Store, TicketbookError,
    network::{HttpApis, QuorumContracts, chain_time},
};
use rand::rngs::OsRng;

use crate::{accounts::Account, chain::PRICE, network::Network};

pub const TYPE: TicketType = TicketType::V1MixnetEntry;
/// A provider's identity, which payments name.
pub const PROVIDER: [u8; 32] = [7; 32];

pub struct User {
    pub key: SecretKeyUser,
    pub buyer: Buyer<QuorumContracts, HttpApis>,
}

impl User {
    /// A new person who pays with an account.
    pub async fn new(network: &Network, account: &Account, name: &str) -> Self {
        let file = network.path(&format!("{name}.db"));
        let contracts = QuorumContracts {
            ecash: network.chain.ecash(),
            dkg: network.chain.dkg(),
            payer: Some(network.chain.ecash_of(account)),
        };
        let mut buyer =
            Buyer::new(Store::open(&file).await.unwrap(), contracts, HttpApis::new(Duration::from_secs(10)).unwrap());
        buyer.deadlines.answer = Duration::from_secs(10);
        Self { key: SecretKeyUser::random(&mut OsRng), buyer }
    }

    pub async fn buy(&self) -> Result<(), TicketbookError> {
        self.buyer.issue(&self.key, TYPE, &mut |_| {}).await.map(|_| ())
    }

    /// Spends the next ticket.
    pub async fn pay(&self, network: &Network) -> CredentialSpendingData {
        let now = chain_time(&network.chain.queries()).await.unwrap();
        self.buyer.store.pay(TYPE, 1, &PROVIDER, now).await.unwrap().remove(0).data
    }
}

/// A paid request that is sent by hand.
pub struct Request {
    pub body: BlindSignRequestBody,
    pub key: SigningKey,
}

impl Request {
    /// Pays a deposit and makes a request for it.
    pub async fn paid(network: &Network, payer: &Account, user: &SecretKeyUser) -> Self {
        let key = SigningKey::generate(&mut OsRng);
        let payer = network.chain.ecash_of(payer);
        let text = bs58::encode(key.verifying_key()).into_string();
        let (deposit, _) = payer.deposit(&text, Coin::new(PRICE, "unym")).await.unwrap();
        let now = chain_time(&network.chain.queries()).await.unwrap();
        let expiration = EcashDay::containing(now).unwrap().default_expiration().unwrap();
        Self::of(user, deposit, key, expiration)
    }

    /// Another request for the same deposit.
    pub fn again(&self, user: &SecretKeyUser) -> Self {
        Self::of(user, self.body.deposit_id, self.key.clone(), self.body.expiration_date)
    }

    fn of(user: &SecretKeyUser, deposit: u32, key: SigningKey, expiration: EcashDay) -> Self {
        let (request, _) = WithdrawalRequest::create(user, expiration, TYPE, &mut OsRng);
        let body = BlindSignRequestBody::new(request, deposit, &key, user.public_key(), expiration, TYPE);
        Self { body, key }
    }
}
