//! Tickets prepared by the published code, taken by our verifier and our signers.

use std::{fs, path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, bail, ensure};
use interop_quorum::{Network, Nyxd, post, signers, storage};
use nym_api_requests::ecash::models::{EcashTicketVerificationRejection as Rejected, VerifyEcashTicketBody};
use nym_bandwidth_controller::{
    BandwidthController, BandwidthTicketProvider,
    acquire::{get_ticket_book, make_deposit},
};
use nym_compact_ecash::scheme::identify::{IdentifyResult, identify};
use nym_credential_storage::{persistent_storage::PersistentStorage, storage::Storage};
use nym_credentials_interface::{Base58, CredentialSpendingData, TicketType};
use nym_crypto::asymmetric::ed25519;
use nym_ecash as ours;
use nym_ecash::{
    CoinIndexProof, PreparedKey,
    verifier::{PaymentVerifier, Rejection, Rules, SpentTicketsInMemory},
};
use nym_validator_client::{
    EcashApiClient,
    client::NymApiClientExt,
    nyxd::{AccountId, CosmWasmClient, contract_traits::EcashQueryClient},
};
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::SystemTime};

use crate::purchase::{Book, TYPE};

/// Seed of the double spender's key.
const CHEATER: &[u8] = b"interop cheater";
/// How long the quorum may take to decide something.
const DECISION: Duration = Duration::from_secs(60);

/// A gateway of the network, as far as payments name it.
pub fn provider() -> ed25519::PublicKey {
    *ed25519::KeyPair::new(&mut OsRng).public_key()
}

/// Both ways of the bandwidth controller; our gateway's verifier and all signers take what they make.
pub async fn tickets_are_taken(network: &Network, nyxd: &Nyxd, book: &Book) -> Result<()> {
    let controller = book.controller(network).await?;
    let (gateway, account) = (provider(), network.address("provider-1")?);
    let apis = signers(nyxd).await?;
    let master = apis[0].api_client.master_verification_key(Some(book.epoch)).await?.key;

    let first = controller.prepare_ecash_ticket(TYPE, gateway.to_bytes(), 1).await?;
    ensure!(first.epoch_id == book.epoch && first.data.epoch_id == book.epoch);
    let second = controller.get_ecash_ticket(TYPE, gateway, 1).await?;
    ensure!(second.metadata.used_tickets == 2 && second.metadata.ticketbook_id == first.metadata.ticketbook_id);
    for data in [&first.data, &second.data] {
        data.verify(&master)?;
        let keys = BTreeMap::from([(book.epoch, PreparedKey::new(through_bytes(&master.to_bytes())?)?)]);
        let payment = ours::CredentialSpendingData::from_bytes(&data.to_bytes())?;
        ensure!(accept(CoinIndexProof::OptionalForOldClients, &gateway, &payment, &keys)?.is_ok());
        // Without the named switch the same ticket is worth nothing.
        let strict = accept(CoinIndexProof::Required, &gateway, &payment, &keys)?;
        ensure!(matches!(strict, Err(Rejection::InvalidTicket(_))), "the strict policy says {strict:?}");
    }
    ensure!(all_take(&apis, &first.data, &account).await?);
    for signer in &apis {
        let again = verify(signer, &first.data, &account).await?;
        ensure!(matches!(again, Err(Rejected::ReplayedTicket)), "{signer} says {again:?}");
    }

    // How the date of a payment is written depends on the sender's build: text and year with day are both read.
    let mut body = serde_json::to_value(VerifyEcashTicketBody {
        credential: second.data.clone(),
        gateway_cosmos_addr: account.clone(),
    })?;
    let date = second.data.spend_date;
    for (signer, spelling) in
        apis.iter().zip([json!(date.to_string()), json!([date.year(), date.ordinal()])].into_iter().cycle())
    {
        body["credential"]["spend_date"] = spelling;
        let (status, answer) = post(signer, "verify-ecash-ticket", &body).await?;
        ensure!(status == 200, "{signer} answered {status}: {answer}");
        ensure!(serde_json::from_str::<Value>(&answer)? == json!({ "verified": { "Ok": null } }), "{signer}: {answer}");
    }
    close(controller).await
}

/// Our words for what is wrong with a ticket are those that the published client knows.
pub async fn tickets_are_rejected(network: &Network, nyxd: &Nyxd, book: &Book) -> Result<()> {
    let controller = book.controller(network).await?;
    let account = network.address("provider-1")?;
    let apis = signers(nyxd).await?;
    let two = controller.prepare_ecash_ticket(TYPE, provider().to_bytes(), 2).await?.data;
    let good = controller.prepare_ecash_ticket(TYPE, provider().to_bytes(), 1).await?.data;
    let mut old = good.clone();
    for _ in 0..3 {
        old.spend_date = old.spend_date.previous_day().context("the first day of all")?;
    }
    let mut tampered = good.clone();
    tampered.pay_info.pay_info_bytes[0] ^= 1;
    let mut of_nobody = good.clone();
    of_nobody.epoch_id = book.epoch + 1000;
    for signer in &apis {
        let verdict = verify(signer, &two, &account).await?;
        ensure!(matches!(verdict, Err(Rejected::MultipleTickets)), "{signer} says {verdict:?} of two tickets");
        match verify(signer, &old, &account).await? {
            Err(Rejected::InvalidSpentDate { today, yesterday, received }) => {
                ensure!(received == old.spend_date && today.previous_day() == Some(yesterday));
            }
            other => bail!("{signer} says {other:?} of an old date"),
        }
        let verdict = verify(signer, &tampered, &account).await?;
        ensure!(matches!(verdict, Err(Rejected::InvalidTicket)), "{signer} says {verdict:?} of a changed payment");
        ensure!(verify(signer, &of_nobody, &account).await.is_err(), "{signer} knows keys to come");
        let (status, _) = post(signer, "verify-ecash-ticket", &json!({ "credential": "none" })).await?;
        ensure!((400..500).contains(&status), "{signer} answered {status} to nonsense");
    }
    // None of this has used the ticket up.
    ensure!(all_take(&apis, &good, &account).await?);

    // A kind that was never bought is the client's own error, and costs nothing.
    let other = controller.prepare_ecash_ticket(TicketType::V1WireguardEntry, provider().to_bytes(), 1).await;
    ensure!(other.is_err());
    close(controller).await
}

/// A published client whose store was copied pays two providers with one ticket: every signer says so, the published code
/// names the same key as the blacklist, and the key's next deposit is withheld.
pub async fn double_spenders_are_found(network: &Network, folder: &Path) -> Result<()> {
    let nyxd = network.nyxd("user-2")?;
    let files = [folder.join("cheater.db"), folder.join("cheater-copy.db")];
    let store = storage(&files[0]).await?;
    let issuance = make_deposit(&nyxd, CHEATER, None, TYPE).await?;
    get_ticket_book(&issuance, &nyxd, &store, None).await?;
    let public_key = issuance.ecash_pubkey_bs58();
    store.close().await;
    fs::copy(&files[0], &files[1])?;

    let mut payments = Vec::new();
    for file in &files {
        let controller = BandwidthController::new(storage(file).await?, network.nyxd("user-2")?);
        payments.push(controller.prepare_ecash_ticket(TYPE, provider().to_bytes(), 1).await?.data);
        close(controller).await?;
    }
    ensure!(payments[0].serial_number_b58() == payments[1].serial_number_b58() && payments[0] != payments[1]);
    let apis = signers(&nyxd).await?;
    let accounts = [network.address("provider-1")?, network.address("provider-2")?];
    ensure!(all_take(&apis, &payments[0], &accounts[0]).await?);
    for signer in &apis {
        let verdict = verify(signer, &payments[1], &accounts[1]).await?;
        ensure!(matches!(verdict, Err(Rejected::DoubleSpend)), "{signer} says {verdict:?}");
    }
    let [first, second] = [&payments[0], &payments[1]];
    match identify(&first.payment, &second.payment, first.pay_info, second.pay_info) {
        IdentifyResult::DoubleSpendingPublicKeys(found) => ensure!(found.to_bs58() == public_key),
        other => bail!("the published code says {other:?}"),
    }
    let listed = async || {
        let entry = nyxd.get_blacklisted_account(public_key.clone()).await?.account;
        Ok(entry.is_some_and(|entry| entry.finalized_at_height.is_some()))
    };
    ensure!(until(listed).await?, "the double spender is not blacklisted");

    // The published client pays before it learns of this; the quorum withholds what was paid.
    let next = make_deposit(&nyxd, CHEATER, None, TYPE).await?;
    let store = storage(&folder.join("cheater-next.db")).await?;
    ensure!(get_ticket_book(&next, &nyxd, &store, None).await.is_err(), "a blacklisted key bought a ticketbook");
    ensure!(store.get_ticketbooks_info().await?.is_empty());
    let contract = network.contract("ecash")?;
    let question = json!({ "get_forfeited_deposit": { "deposit_id": next.deposit_id() } });
    let withheld = async || {
        let answer: Value = nyxd.query_contract_smart(&contract, &question).await?;
        Ok(answer.as_object().is_some_and(|members| members.values().any(Value::is_object)))
    };
    ensure!(until(withheld).await?, "the deposit of a blacklisted key is not withheld");
    Ok(())
}

/// Whether every signer accepts a ticket.
pub async fn all_take(apis: &[EcashApiClient], data: &CredentialSpendingData, account: &AccountId) -> Result<bool> {
    for signer in apis {
        if let Err(rejected) = verify(signer, data, account).await? {
            bail!("{signer} rejects a good ticket: {rejected}");
        }
    }
    Ok(!apis.is_empty())
}

/// A signer's verdict, through the published client.
pub async fn verify(
    signer: &EcashApiClient,
    data: &CredentialSpendingData,
    account: &AccountId,
) -> Result<Result<(), Rejected>> {
    let body = VerifyEcashTicketBody { credential: data.clone(), gateway_cosmos_addr: account.clone() };
    Ok(signer.api_client.verify_ecash_ticket(&body).await?.verified)
}

/// Our verifier as a gateway runs it, with an empty store.
fn accept(
    policy: CoinIndexProof,
    gateway: &ed25519::PublicKey,
    payment: &ours::CredentialSpendingData,
    keys: &BTreeMap<u64, PreparedKey>,
) -> Result<Result<(), Rejection>> {
    let rules = Rules { coin_index_proof: policy, ..Rules::gateway(gateway.to_bytes()) };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let mut store = SpentTicketsInMemory::default();
    let verdict =
        PaymentVerifier::new(rules).accept(payment.clone(), i64::try_from(now)?, keys, &mut store, &mut OsRng);
    Ok(verdict.map(|_| ()))
}

/// Our form of a published key.
pub fn through_bytes(key: &[u8]) -> Result<ours::VerificationKeyAuth> {
    ours::VerificationKeyAuth::from_bytes(key).map_err(|error| anyhow!("{error}"))
}

/// Looks until it is so or the quorum has had its time.
pub async fn until(look: impl AsyncFn() -> Result<bool>) -> Result<bool> {
    let decided = async {
        loop {
            if look().await? {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(DECISION, decided).await.unwrap_or(Ok(false))
}

/// Writes what the controller's store has in memory.
pub async fn close(controller: BandwidthController<Nyxd, PersistentStorage>) -> Result<()> {
    BandwidthTicketProvider::close(&controller).await;
    Ok(())
}
