//! `nym-validator-client`, `nym-bandwidth-controller`, `nym-credentials` and `nym-compact-ecash` =1.21.1, unmodified, on
//! a network of ours: tickets are bought from our quorum over our chain, and spent against our verification. The message
//! types of `nym-ecash-contract-common` and `nym-coconut-dkg-common` =1.21.1 decode our contracts' answers.
//!
//! One network serves all parts, in this order, because a network takes half a minute to make its keys.

mod answers;
mod purchase;
mod redemption;
mod rotation;
mod routes;
mod spending;

use anyhow::{Context, Result};
use interop_quorum::Network;

#[tokio::test(flavor = "multi_thread")]
async fn the_published_clients_live_on_our_quorum() -> Result<()> {
    let network = Network::start()?;
    let folder = tempfile::tempdir()?;
    let user = network.nyxd(purchase::BUYER)?;

    answers::of_the_ecash_contract(&network, &user).await.context("answers of the ecash contract")?;
    answers::of_the_dkg_contract(&network, &user).await.context("answers of the DKG contract")?;
    answers::keep_their_json(&network, &user).await.context("JSON of the contracts' answers")?;

    routes::global_data_is_what_the_published_client_reads(&user).await.context("global data")?;
    purchase::both_encodings_of_signatures_buy(&user).await.context("encodings of signatures")?;
    purchase::reduced_prices(&network).await.context("reduced prices")?;
    let book = purchase::by_the_bandwidth_controller(&user, folder.path()).await.context("purchase")?;
    routes::issued_ticketbooks_are_proven(&user).await.context("proofs of issuance")?;

    spending::tickets_are_taken(&network, &user, &book).await.context("spending")?;
    spending::tickets_are_rejected(&network, &user, &book).await.context("rejections")?;
    redemption::of_the_published_gateway(&network, &user, &book).await.context("redemption")?;
    spending::double_spenders_are_found(&network, folder.path()).await.context("double spending")?;
    rotation::by_the_published_admin(&network, &user, &book, folder.path()).await.context("rotation")?;

    // Again with reduced prices, withheld deposits, a pending redemption and a third key generation.
    answers::of_the_ecash_contract(&network, &user).await.context("answers of the ecash contract at the end")?;
    answers::of_the_dkg_contract(&network, &user).await.context("answers of the DKG contract at the end")?;
    answers::keep_their_json(&network, &user).await.context("JSON of the contracts' answers at the end")
}
