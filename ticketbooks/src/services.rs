//! The two services that a purchase talks to, as this crate needs them. [`crate::network`] has them over the network.

use std::future::Future;

use cosmwasm_std::Coin;
use nym_api_requests::ecash::BlindSignRequestBody;
use nym_ecash::{BlindedSignature, CoinIndexSignature, EcashDay, ExpirationDateSignature, PublicKeyUser};
use nyxd_client::ClientError;
use url::Url;

use crate::quorum::PublishedGeneration;

/// The chain with its e-cash and key generation contracts.
pub trait Chain: Sync {
    /// The chain's time in Unix seconds.
    fn now(&self) -> impl Future<Output = Result<i64, ClientError>> + Send;

    /// The key generation that signs now, also while another one is being made; `None` before the first.
    fn generation_in_service(&self) -> impl Future<Output = Result<Option<PublishedGeneration>, ClientError>> + Send;

    /// What a ticketbook costs this account.
    fn price(&self) -> impl Future<Output = Result<Coin, ClientError>> + Send;

    /// Whether the quorum has blacklisted a user for good.
    fn is_blacklisted(&self, user: &PublicKeyUser) -> impl Future<Output = Result<bool, ClientError>> + Send;

    /// Number of the last deposit; `None` before the first.
    fn latest_deposit(&self) -> impl Future<Output = Result<Option<u32>, ClientError>> + Send;

    /// The first deposit after `after` that names this Ed25519 key.
    fn find_deposit(
        &self,
        key: &[u8; 32],
        after: Option<u32>,
    ) -> impl Future<Output = Result<Option<u32>, ClientError>> + Send;

    /// Pays for a ticketbook whose request this Ed25519 key will sign, and returns the number of the deposit.
    fn deposit(&self, key: &[u8; 32], price: Coin) -> impl Future<Output = Result<u32, ClientError>> + Send;
}

/// The APIs of the signers. Errors are the reasons in words; they are kept beside the name of whom they came from.
pub trait Apis: Sync {
    /// Asks a signer for its share of a ticketbook.
    fn blind_sign(
        &self,
        api: &Url,
        request: &BlindSignRequestBody,
    ) -> impl Future<Output = Result<BlindedSignature, String>> + Send;

    /// The quorum's signatures on the spending days of an expiration date.
    fn expiration_date_signatures(
        &self,
        api: &Url,
        epoch_id: u64,
        expiration: EcashDay,
    ) -> impl Future<Output = Result<Vec<ExpirationDateSignature>, String>> + Send;

    /// The quorum's signatures on the ticket numbers.
    fn coin_index_signatures(
        &self,
        api: &Url,
        epoch_id: u64,
    ) -> impl Future<Output = Result<Vec<CoinIndexSignature>, String>> + Send;
}
