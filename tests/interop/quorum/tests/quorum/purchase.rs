//! Ticketbooks bought by the published code.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cosmwasm_std::Coin;
use interop_quorum::{Network, Nyxd, post, signers, storage};
use nym_bandwidth_controller::{
    BandwidthController,
    acquire::{get_ticket_book, make_deposit, query_and_persist_required_global_data},
};
use nym_credential_storage::{persistent_storage::PersistentStorage, storage::Storage};
use nym_credentials::ecash::utils::obtain_aggregate_wallet;
use nym_credentials_interface::{BlindedSignature, TicketType};
use nym_crypto::asymmetric::ed25519;
use nym_validator_client::{
    client::NymApiClientExt,
    nyxd::contract_traits::{DkgQueryClient, EcashQueryClient, EcashSigningClient},
};
use rand::rngs::OsRng;
use serde_json::json;

/// Account of the honest user.
pub const BUYER: &str = "user-3";
/// Seed of the honest user's key.
pub const USER: &[u8] = b"interop user";
/// What is bought.
pub const TYPE: TicketType = TicketType::V1MixnetEntry;

/// A bought ticketbook where the published client keeps it.
pub struct Book {
    /// The SQLite file.
    pub file: PathBuf,
    /// Key generation that signed it.
    pub epoch: u64,
}

impl Book {
    /// The published client's controller over the file.
    pub async fn controller(&self, network: &Network) -> Result<BandwidthController<Nyxd, PersistentStorage>> {
        Ok(BandwidthController::new(storage(&self.file).await?, network.nyxd(BUYER)?))
    }
}

/// The whole acquisition as the published clients do it: deposit, blind signatures from the signers that the DKG contract
/// names, aggregation, global data, storage.
pub async fn by_the_bandwidth_controller(nyxd: &Nyxd, folder: &Path) -> Result<Book> {
    let file = folder.join("user.db");
    let store = storage(&file).await?;
    let before = deposits(nyxd).await?;
    let issuance = make_deposit(nyxd, USER, None, TYPE).await?;
    ensure!(issuance.deposit_id() == before && deposits(nyxd).await? == before + 1);
    let deposit = nyxd.get_deposit(before).await?.deposit.context("no deposit")?;
    ensure!(deposit.bs58_encoded_ed25519_pubkey == issuance.identity_key().public_key().to_base58_string());

    let issued = get_ticket_book(&issuance, nyxd, &store, None).await?;
    let epoch = nyxd.get_current_epoch().await?.epoch_id;
    ensure!(issued.epoch_id() == epoch && issued.ticketbook_type() == TYPE && issued.spent_tickets() == 0);
    ensure!(store.contains_issued_ticketbook(&issued).await?);
    let apis = signers(nyxd).await?;
    query_and_persist_required_global_data(&store, epoch, issued.expiration_date(), apis).await?;
    ensure!(store.get_master_verification_key(epoch).await?.is_some());
    let held = store.get_ticketbooks_info().await?;
    ensure!(held.len() == 1 && held[0].total_tickets == 50 && held[0].used_tickets == 0);
    store.close().await;
    Ok(Book { file, epoch })
}

/// The published client spells the deposit key's signature as an array; base58 is accepted as well. One deposit, the same
/// request: every signer gives the same answer in whichever spelling, and first.
pub async fn both_encodings_of_signatures_buy(nyxd: &Nyxd) -> Result<()> {
    let issuance = make_deposit(nyxd, USER, None, TicketType::V1WireguardExit).await?;
    let request = issuance.prepare_for_signing();
    let body = issuance.create_blind_sign_request_body(&request);
    let array = serde_json::to_value(&body)?;
    ensure!(array["signature"].as_array().is_some_and(|bytes| bytes.len() == 64), "{}", array["signature"]);
    let mut text = array.clone();
    text["signature"] = json!(body.signature.to_base58_string());

    let apis = signers(nyxd).await?;
    for (number, signer) in apis.iter().enumerate() {
        let spellings = if number % 2 == 0 { [&array, &text] } else { [&text, &array] };
        let mut answers = Vec::new();
        for spelling in spellings {
            let (status, answer) = post(signer, "blind-sign", spelling).await?;
            ensure!(status == 200, "{signer} answered {status}: {answer}");
            answers.push(answer);
        }
        ensure!(answers[0] == answers[1], "{signer} gave two answers for one request");
        let by_client = signer.api_client.blind_sign(&body).await?.blinded_signature;
        let answer: serde_json::Value = serde_json::from_str(&answers[0])?;
        let blinded: BlindedSignature = serde_json::from_value(answer["blinded_signature"].clone())?;
        ensure!(blinded.to_bytes() == by_client.to_bytes());
        issuance.unblind_signature(&signer.verification_key, &request, blinded, signer.node_id)?;
    }

    // A deposit belongs to the first request that was signed for it: the same user's next request gets nothing.
    let threshold = nyxd.get_current_epoch_threshold().await?.context("no threshold")?;
    let again = issuance.create_blind_sign_request_body(&issuance.prepare_for_signing());
    ensure!(apis[0].api_client.blind_sign(&again).await.is_err());
    ensure!(obtain_aggregate_wallet(&issuance, &apis, threshold).await.is_err());
    // And nobody else can use it.
    let mut stolen = serde_json::to_value(&again)?;
    stolen["signature"] = json!(ed25519::PrivateKey::new(&mut OsRng).sign(b"something").to_base58_string());
    let (status, answer) = post(&apis[0], "blind-sign", &stolen).await?;
    ensure!(status == 400, "a foreign signature got {status}: {answer}");
    Ok(())
}

/// The admin's calls of the published client, and a purchase at the price they set.
pub async fn reduced_prices(network: &Network) -> Result<()> {
    let (admin, buyer) = (network.nyxd("ecash-admin")?, network.nyxd("user-1")?);
    let price = buyer.get_default_deposit_amount().await?;
    let reduced = Coin::new(price.amount.u128() / 2, price.denom.clone());
    let address = network.address("user-1")?.to_string();
    ensure!(buyer.get_reduced_deposit_amount(address.clone()).await?.is_none());
    let unauthorised = buyer.set_reduced_deposit_price(address.clone(), reduced.clone().into(), None).await;
    ensure!(unauthorised.is_err(), "anybody sets prices");
    admin.set_reduced_deposit_price(address.clone(), reduced.clone().into(), None).await?;
    ensure!(buyer.get_reduced_deposit_amount(address.clone()).await?.as_ref() == Some(&reduced));
    let listed = buyer.get_all_whitelisted_accounts().await?.whitelisted_accounts;
    ensure!(listed.len() == 1 && listed[0].address.as_str() == address && listed[0].deposit == reduced);

    let key = || ed25519::PrivateKey::new(&mut OsRng).public_key().to_base58_string();
    let neither = Coin::new(reduced.amount.u128() + 1, price.denom.clone());
    let refused = buyer.make_ticketbook_deposit(key(), neither.into(), None).await;
    ensure!(refused.is_err(), "an account with a price of its own paid a third one");
    // Published clients always pay the default price, which is taken from everybody.
    buyer.make_ticketbook_deposit(key(), price.into(), None).await?;
    buyer.make_ticketbook_deposit(key(), reduced.clone().into(), None).await?;
    let statistics = buyer.get_deposits_statistics().await?;
    ensure!(statistics.total_deposits_made_with_custom_price == 1);
    ensure!(statistics.deposited_with_custom_price.get(&address) == Some(&reduced));
    // The published message without evidence blacklists nobody.
    ensure!(admin.propose_for_blacklist("1".to_owned(), None).await.is_err());
    Ok(())
}

/// Number of deposits so far, which is the next one's id.
pub async fn deposits(nyxd: &Nyxd) -> Result<u32> {
    Ok(nyxd.get_latest_deposit().await?.deposit.map_or(0, |last| last.id + 1))
}
