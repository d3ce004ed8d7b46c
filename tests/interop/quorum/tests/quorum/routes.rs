//! What signers publish, as the published nym-api client reads and checks it.

use anyhow::{Context, Result, ensure};
use interop_quorum::{Nyxd, signers};
use nym_api_requests::{
    ecash::models::{
        IssuedTicketbooksChallengeCommitmentRequestBody, IssuedTicketbooksDataRequestBody,
        IssuedTicketbooksDataResponseBody,
    },
    signable::SignableMessageBody,
};
use nym_compact_ecash::scheme::{
    coin_indices_signatures::verify_coin_indices_signatures, expiration_date_signatures::verify_valid_dates_signatures,
};
use nym_credentials::ecash::utils::{
    EcashTime, aggregate_verification_keys, ecash_default_expiration_date, obtain_coin_indices_signatures,
    obtain_expiration_date_signatures,
};
use nym_crypto::asymmetric::ed25519;
use nym_http_api_client::Client;
use nym_validator_client::{
    client::NymApiClientExt,
    nyxd::contract_traits::{DkgQueryClient, PagedDkgQueryClient},
};
use rand::rngs::OsRng;

/// Master key and both aggregated sets from every signer, verified by the published code and the same everywhere; the
/// partial sets aggregate to them.
pub async fn global_data_is_what_the_published_client_reads(nyxd: &Nyxd) -> Result<()> {
    let epoch = nyxd.get_current_epoch().await?.epoch_id;
    let threshold = nyxd.get_current_epoch_threshold().await?.context("no threshold")?;
    let apis = signers(nyxd).await?;
    let master = aggregate_verification_keys(&apis)?;
    let date = ecash_default_expiration_date();
    let mut sets = Vec::new();
    for signer in &apis {
        let api = &signer.api_client;
        for asked in [None, Some(epoch)] {
            ensure!(api.master_verification_key(asked).await?.key == master);
            let dates = api.global_expiration_date_signatures(Some(date), asked).await?;
            ensure!(dates.epoch_id == epoch && dates.expiration_date == date);
            verify_valid_dates_signatures(&master, &dates.signatures, date.ecash_unix_timestamp())?;
            let coins = api.global_coin_indices_signatures(asked).await?;
            ensure!(coins.epoch_id == epoch);
            verify_coin_indices_signatures(&master, &master, &coins.signatures)?;
            sets.push((serde_json::to_value(&dates.signatures)?, serde_json::to_value(&coins.signatures)?));
        }
        let partial = api.partial_expiration_date_signatures(Some(date), Some(epoch)).await?;
        ensure!(partial.epoch_id == epoch && partial.expiration_date == date && partial.signatures.len() == 7);
        ensure!(api.partial_coin_indices_signatures(Some(epoch)).await?.signatures.len() == 50);
        ensure!(api.master_verification_key(Some(epoch + 1000)).await.is_err(), "a key of an epoch to come");
        // The first generation is out of service, and its tickets are still good: its data is served.
        ensure!(api.master_verification_key(Some(0)).await?.key != master);
        api.global_coin_indices_signatures(Some(0)).await?;
    }
    ensure!(sets.windows(2).all(|pair| pair[0] == pair[1]), "signers publish different sets");
    let dates = obtain_expiration_date_signatures(&apis, &master, threshold).await?;
    ensure!(dates.len() == 7);
    let coins = obtain_coin_indices_signatures(&apis, &master, threshold).await?;
    verify_coin_indices_signatures(&master, &master, &coins)?;

    // A client that prefers the binary encoding.
    let url = apis[0].api_client.api_url().clone();
    let binary = Client::builder(url)?.with_bincode().build()?;
    ensure!(binary.master_verification_key(None).await?.key == master);
    ensure!(binary.global_coin_indices_signatures(None).await?.signatures.len() == 50);
    binary.global_expiration_date_signatures(Some(date), None).await?;

    for (signer, identity) in apis.iter().zip(identities(nyxd, &apis).await?) {
        let status = signer.api_client.get_signer_status().await?;
        ensure!(status.verify_signature(&identity), "{signer}: the status is signed otherwise");
        let body = status.body;
        ensure!(body.is_ecash_signer && body.has_signing_keys && !body.signer_disabled);
        ensure!(body.dkg_ecash_epoch_id == epoch);
    }
    Ok(())
}

/// A rewarder's questions: signed lists, Merkle proofs and the ticketbooks, checked by the published code.
pub async fn issued_ticketbooks_are_proven(nyxd: &Nyxd) -> Result<()> {
    let apis = signers(nyxd).await?;
    let date = ecash_default_expiration_date();
    let rewarder = ed25519::KeyPair::new(&mut OsRng);
    for (signer, identity) in apis.iter().zip(identities(nyxd, &apis).await?) {
        let api = &signer.api_client;
        let committed = api.issued_ticketbooks_for(date).await?;
        ensure!(committed.verify_signature(&identity), "{signer}: the list is signed otherwise");
        let root = committed.body.merkle_root.context("no root")?;
        let count = api.issued_ticketbooks_for_count(date).await?;
        ensure!(count.total == committed.body.deposits.len());
        let deposits: Vec<u32> =
            committed.body.deposits.iter().rev().take(3).map(|deposit| deposit.deposit_id).collect();
        ensure!(!deposits.is_empty(), "{signer} issued nothing");

        let request = IssuedTicketbooksChallengeCommitmentRequestBody::new(date, deposits.clone());
        let challenge = api.issued_ticketbooks_challenge_commitment(&request.sign(rewarder.private_key())).await?;
        ensure!(challenge.verify_signature(&identity), "{signer}: the proof is signed otherwise");
        ensure!(challenge.body.original_request.verify_signature(rewarder.public_key()));
        ensure!(challenge.body.merkle_proof.verify(root), "{signer}: the proof does not verify");

        let request = IssuedTicketbooksDataRequestBody::new(date, deposits.clone());
        let data = api.issued_ticketbooks_data(&request.sign(rewarder.private_key())).await?;
        ensure!(data.verify_signature(&identity), "{signer}: the ticketbooks are signed otherwise");
        ensure!(data.body.partial_ticketbooks.len() == deposits.len());
        for book in data.body.partial_ticketbooks.values() {
            let leaf = book.hash_to_merkle_leaf();
            ensure!(challenge.body.merkle_proof.contains_leaf_hash(leaf), "{signer}: a ticketbook is not in the proof");
            IssuedTicketbooksDataResponseBody::try_get_partial_credential(book)?;
            IssuedTicketbooksDataResponseBody::try_get_private_attributes_commitments(book)?;
        }
    }
    Ok(())
}

/// The keys that signers registered with, in the order of `apis`.
async fn identities(nyxd: &Nyxd, apis: &[nym_validator_client::EcashApiClient]) -> Result<Vec<ed25519::PublicKey>> {
    let dealers = nyxd.get_all_current_dealers().await?;
    let identity = |signer: &nym_validator_client::EcashApiClient| {
        let dealer = dealers.iter().find(|dealer| dealer.assigned_index == signer.node_id).context("not a dealer")?;
        Ok(ed25519::PublicKey::from_base58_string(&dealer.ed25519_identity)?)
    };
    apis.iter().map(identity).collect()
}
