//! New keys, asked for by the published admin's client: what the published user sees meanwhile and afterwards.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use interop_quorum::{Network, Nyxd, signers, storage};
use nym_bandwidth_controller::acquire::{get_ticket_book, make_deposit};
use nym_coconut_dkg_common::types::EpochState;
use nym_credential_storage::storage::Storage;
use nym_credentials_interface::TicketType;
use nym_validator_client::{
    client::NymApiClientExt,
    nyxd::contract_traits::{DkgQueryClient, DkgSigningClient},
};

use tokio::time::Instant;

use crate::{
    answers,
    purchase::{Book, TYPE, USER},
    spending::{all_take, close, provider, until},
};

/// How long a ceremony may take.
const CEREMONY: Duration = Duration::from_secs(120);

/// The published client cannot buy while a ceremony runs, because it knows of no older keys; it loses nothing: the deposit
/// that it made buys afterwards. Tickets of the older keys are taken all the time.
pub async fn by_the_published_admin(network: &Network, nyxd: &Nyxd, book: &Book, folder: &Path) -> Result<()> {
    let admin = network.nyxd("dkg-admin")?;
    ensure!(nyxd.trigger_dkg_resharing(None).await.is_err(), "anybody begins a ceremony");
    let old = signers(nyxd).await?;
    let account = network.address("provider-1")?;
    let controller = book.controller(network).await?;
    let store = storage(&folder.join("rotation.db")).await?;
    let issuance = make_deposit(nyxd, USER, None, TicketType::V1MixnetExit).await?;

    admin.trigger_dkg_resharing(None).await?;
    let epoch = nyxd.get_current_epoch().await?;
    ensure!(epoch.epoch_id == book.epoch + 1 && !epoch.state.is_in_progress(), "{epoch:?}");
    let meanwhile = async {
        ensure!(get_ticket_book(&issuance, nyxd, &store, None).await.is_err(), "the published client knows older keys");
        // Not even one that asks the signers anyway binds its deposit to a request that it would lose.
        let body = issuance.create_blind_sign_request_body(&issuance.prepare_for_signing());
        ensure!(old[0].api_client.blind_sign(&body).await.is_err(), "signed with keys that the client does not know");
        let ticket = controller.prepare_ecash_ticket(TYPE, provider().to_bytes(), 1).await?.data;
        all_take(&old, &ticket, &account).await
    };
    let (seen, taken) = tokio::try_join!(states(network, nyxd), meanwhile)?;
    ensure!(taken && seen.len() > 2, "only {seen:?} were seen");

    let apis = signers(nyxd).await?;
    let new = nyxd.get_current_epoch().await?.epoch_id;
    let serves = async || {
        for signer in &apis {
            let status = signer.api_client.get_signer_status().await?.body;
            if status.dkg_ecash_epoch_id != new || !status.has_signing_keys {
                return Ok(false);
            }
        }
        Ok(true)
    };
    ensure!(until(serves).await?, "the signers do not serve with the new keys");
    let issued = get_ticket_book(&issuance, nyxd, &store, None).await?;
    ensure!(issued.epoch_id() == new && store.contains_issued_ticketbook(&issued).await?);
    store.close().await;
    // Resharing keeps the master key.
    let api = &apis[0].api_client;
    let keys = [api.master_verification_key(Some(book.epoch)).await?.key, api.master_verification_key(None).await?.key];
    ensure!(keys[0] == keys[1], "resharing made another master key");
    ensure!(apis.iter().zip(&old).all(|(new, old)| new.verification_key != old.verification_key));

    let afterwards = controller.prepare_ecash_ticket(TYPE, provider().to_bytes(), 1).await?.data;
    ensure!(afterwards.epoch_id == book.epoch);
    ensure!(all_take(&apis, &afterwards, &account).await?);
    close(controller).await
}

/// Follows a ceremony to its end; every answer keeps its JSON in every state.
async fn states(network: &Network, nyxd: &Nyxd) -> Result<Vec<EpochState>> {
    let mut seen: Vec<EpochState> = Vec::new();
    let deadline = Instant::now() + CEREMONY;
    loop {
        let state = nyxd.get_current_epoch().await?.state;
        if seen.last() != Some(&state) {
            answers::keep_their_json(network, nyxd).await.with_context(|| format!("during {state}"))?;
            seen.push(state);
        }
        if state.is_in_progress() {
            return Ok(seen);
        }
        ensure!(Instant::now() < deadline, "no new keys after {seen:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
