//! The published gateway's calls for redemption. A ticket that does not prove its index is never redeemed; the same
//! ticketbook, spent by our code, pays with tickets that are.

use anyhow::{Context, Result, anyhow, ensure};
use interop_quorum::{Network, Nyxd, signers};
use nym_api_requests::ecash::models::BatchRedeemTicketsBody;
use nym_bandwidth_controller::BandwidthTicketProvider as _;
use nym_credentials::ecash::bandwidth::serialiser::VersionedSerialise as _;
use nym_credentials_interface::CredentialSpendingData;
use nym_ecash as ours;
use nym_ecash::Stored as _;
use nym_ecash_contract_common::redeem_credential::BATCH_REDEMPTION_PROPOSAL_TITLE;
use nym_validator_client::{
    client::NymApiClientExt,
    nyxd::{
        contract_traits::{EcashSigningClient, MultisigQueryClient},
        cosmwasm_client::ContractResponseData,
        cw3::Status,
    },
};
use rand::rngs::OsRng;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    purchase::{Book, TYPE},
    spending::{all_take, close, provider, through_bytes, until},
};

/// See the module.
pub async fn of_the_published_gateway(network: &Network, nyxd: &Nyxd, book: &Book) -> Result<()> {
    let gateway = network.nyxd("provider-2")?;
    let apis = signers(nyxd).await?;
    let controller = book.controller(network).await?;
    let without_proof = controller.prepare_ecash_ticket(TYPE, provider().to_bytes(), 1).await?.data;
    close(controller).await?;
    let with_proof = spent_by_us(network, nyxd, book).await?;
    ensure!(all_take(&apis, &without_proof, &gateway.address()).await?);
    ensure!(all_take(&apis, &with_proof, &gateway.address()).await?);

    let refused = request(&gateway, &without_proof).await?;
    for signer in &apis {
        let answer = signer.api_client.batch_redeem_ecash_tickets(&refused).await;
        ensure!(answer.is_err(), "{signer} votes for a ticket without the coin-index proof");
    }
    ensure!(gateway.query_proposal(refused.proposal_id).await?.status == Status::Open);

    let body = request(&gateway, &with_proof).await?;
    let proposal = gateway.query_proposal(body.proposal_id).await?;
    ensure!(proposal.title == BATCH_REDEMPTION_PROPOSAL_TITLE && proposal.status == Status::Open);
    for signer in &apis {
        let answer = signer.api_client.batch_redeem_ecash_tickets(&body).await?;
        ensure!(answer.proposal_accepted, "{signer} does not promise its vote");
    }
    let executed = async || Ok(gateway.query_proposal(body.proposal_id).await?.status == Status::Executed);
    ensure!(until(executed).await?, "the redemption was not executed");
    Ok(())
}

/// The published request for one ticket, made on chain.
async fn request(gateway: &Nyxd, data: &CredentialSpendingData) -> Result<BatchRedeemTicketsBody> {
    let serials = vec![data.encoded_serial_number()];
    let digest = BatchRedeemTicketsBody::make_digest(serials.iter());
    let commitment = bs58::encode(&digest).into_string();
    let result = gateway.request_ticket_redemption(commitment, 1, None).await?;
    let proposal = result.parse_singleton_u64_contract_data()?;
    let body = BatchRedeemTicketsBody::new(digest, proposal, serials, gateway.address());
    ensure!(body.verify_digest());
    Ok(body)
}

/// Takes a ticket out of the published client's store and spends it with our code.
async fn spent_by_us(network: &Network, nyxd: &Nyxd, book: &Book) -> Result<CredentialSpendingData> {
    let controller = book.controller(network).await?;
    let stored = controller.get_next_usable_ticketbook(TYPE, 1).await?.ticketbook;
    controller.close().await;
    let packed = stored.pack();
    let ticketbook = ours::IssuedTicketBook::unpack(&packed.data, packed.revision)?;
    ensure!(ticketbook.epoch_id == book.epoch && ticketbook.spent_tickets == stored.spent_tickets());
    let api = &signers(nyxd).await?.into_iter().next().context("no signer")?.api_client;
    let master = api.master_verification_key(Some(book.epoch)).await?.key;
    let dates = api.global_expiration_date_signatures(Some(stored.expiration_date()), Some(book.epoch)).await?;
    let coins = api.global_coin_indices_signatures(Some(book.epoch)).await?;
    let (dates, coins): (Vec<ours::ExpirationDateSignature>, Vec<ours::CoinIndexSignature>) =
        (through_json(&dates.signatures)?, through_json(&coins.signatures)?);
    let sets = ours::SignatureSets { expiration_dates: &dates, coin_indices: &coins };
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH)?.as_secs();
    let now = i64::try_from(now)?;
    let pay_info = ours::PayInfo::new(&provider().to_bytes(), now, &mut OsRng);
    let day = ours::EcashDay::containing(now)?;
    let key = ours::PreparedKey::new(through_bytes(&master.to_bytes())?)?;
    let spend = ours::Spend { tickets: 1, pay_info: &pay_info, day };
    let payment = ticketbook.wallet().spend(&ticketbook.ecash_secret_key, &key, sets, spend, &mut OsRng)?;
    let data = ours::CredentialSpendingData { payment, pay_info, spend_date: day, epoch_id: book.epoch };
    CredentialSpendingData::try_from_bytes(&data.to_bytes()).map_err(|error| anyhow!("{error}"))
}

fn through_json<A: Serialize, B: DeserializeOwned>(value: &A) -> Result<B> {
    Ok(serde_json::from_value(serde_json::to_value(value)?)?)
}
