//! The quorum service: signs ticketbooks, verifies tickets, finds double spenders, runs key generations.
//!
//! What it is: one signer of a network's quorum as a library with a thin `main`. [`Service::start`] opens the database
//! and keys, serves HTTP (OpenAPI at `/swagger`), follows the chain and takes part in key generations. What it is not: it
//! neither measures nodes nor turns epochs. Source: `docs/protocol/nym-api.md`, `docs/protocol/spent-tickets.md`.
//!
//! | Module | What it is |
//! |---|---|
//! | [`service`], [`config`] | starting and stopping; what is set |
//! | [`ecash`] | issuance, spending, shared signatures, shards of spent tickets, proposals and votes |
//! | [`dkg`] | this signer's part in key generations |
//! | [`keys`] | key generations: secrets of this process meet what the chain lists |
//! | [`chain`] | the chain as a trait, and over `nyxd-client` |
//! | [`storage`] | SQLite with one writer that commits in groups |
//!
//! A signer in one's own process:
//!
//! ```no_run
//! use nym_api::{Config, Secret, Service};
//! # async fn example(network: nym_network::Network) -> Result<(), nym_api::ServiceError> {
//! let mut config = Config::in_folder("signer-1", std::path::Path::new("/tmp/signer-1"));
//! config.base.bind_address = "127.0.0.1:8101".parse().expect("an address");
//! config.base.mnemonic = Some(Secret::new(std::env::var("MNEMONIC").expect("a mnemonic")));
//! config.base.chain_time = true;
//! config.ecash_signer.enabled = true;
//! config.ecash_signer.announce_address = Some("http://127.0.0.1:8101/".parse().expect("a URL"));
//! let signer = Service::start(config, &network).await?;
//! println!("{} signs at {}", signer.identity(), signer.url());
//! signer.stop().await;
//! # Ok(())
//! # }
//! ```

pub mod chain;
pub mod clock;
pub mod config;
pub mod dkg;
pub mod ecash;
mod error;
mod files;
mod http;
pub mod identity;
mod in_order;
pub mod keys;
pub mod metrics;
pub mod service;
pub mod shutdown;
pub mod storage;
mod workers;

pub use clock::Clock;
pub use config::{Config, Secret};
pub use error::{ApiError, ApiResult};
pub use http::openapi_json;
pub use service::{Handle, Service, ServiceError};

/// A ticket of nobody, for tests of what is written.
#[cfg(test)]
pub(crate) fn test_ticket() -> nym_ecash::CredentialSpendingData {
    use nym_ecash::{
        DealtKeys, PayInfo, PreparedKey, SecretKeyUser, SetShare, Share, SignatureSets, Spend, TicketType,
        WithdrawalRequest, aggregate_coin_indices, aggregate_expiration_dates, issue, sign_coin_indices,
        sign_expiration_dates,
    };
    let mut rng = rand::rngs::OsRng;
    let build = |rng: &mut rand::rngs::OsRng| -> nym_ecash::Result<nym_ecash::CredentialSpendingData> {
        let today: nym_ecash::EcashDay = "2026-11-24".parse()?;
        let expiration = today.default_expiration()?;
        let keys = DealtKeys::deal(1, 1, rng);
        let master = PreparedKey::new(keys.master.verification_key())?;
        let (index, secret) = &keys.shares[0];
        let (key, user) = (secret.verification_key(), SecretKeyUser::random(rng));
        let (request, info) = WithdrawalRequest::create(&user, expiration, TicketType::V1MixnetEntry, rng);
        let signature = issue(secret, &request, &user.public_key(), expiration, TicketType::V1MixnetEntry, today)?;
        let share = Share { index: *index, key: &key, signature };
        let mut wallet = info.collect(&user, &[share], 1, &master)?.wallet;
        let (dates, coins) = (sign_expiration_dates(secret, expiration)?, sign_coin_indices(secret, &master));
        let date_share = SetShare { index: *index, key: &key, signatures: &dates[..] };
        let coin_share = SetShare { index: *index, key: &key, signatures: &coins[..] };
        let dates = aggregate_expiration_dates(&[date_share], expiration, 1, &master, rng)?.signatures;
        let coins = aggregate_coin_indices(&[coin_share], 1, &master, rng)?.signatures;
        let pay_info = PayInfo::new(&[9; 32], i64::from(today.timestamp()), rng);
        let sets = SignatureSets { expiration_dates: &dates, coin_indices: &coins };
        let spend = Spend { tickets: 1, pay_info: &pay_info, day: today };
        let payment = wallet.spend(&user, &master, sets, spend, rng)?;
        Ok(nym_ecash::CredentialSpendingData { payment, pay_info, spend_date: today, epoch_id: 1 })
    };
    build(&mut rng).expect("honest parties make a ticket")
}
