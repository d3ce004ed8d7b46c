//! What operators see: the status of a ceremony, and the check-up before one.

use ed25519_dalek::SigningKey;
use nym_api::dkg::doctor::check_chain;
use nym_api::dkg::status::{KeyInService, ShareStatus, show};
use nym_api::dkg::{CheckResult, Checkup, Reader, Status, Store};
use nym_dkg_contract::msg::ExecuteMsg;
use nym_dkg_contract::types::EpochState;

use crate::byzantine::{Byzantine, Malice};
use crate::network::Network;
use crate::signer::Signer;
use crate::world::World;

async fn status(network: &Network, records: Option<&Store>) -> Status {
    let observer = Signer::new(&network.world, &World::address("observer"));
    Status::read(&mut Reader::new(network.world.dkg.as_str()), &observer.contracts(), records).await.unwrap()
}

#[tokio::test]
async fn the_status_shows_how_far_every_signer_is() {
    let mut network = Network::with_byzantine(4, vec![Byzantine::new(Malice::Garbage)], 501).await;
    let culprit = network.byzantine[0].account.clone();
    let before = status(&network, None).await;
    assert!(before.signers.iter().all(|signer| signer.member && signer.node.is_none()));

    network.world.as_admin(&ExecuteMsg::InitiateDkg {}).await;
    network.until(|state| matches!(state, EpochState::DealingExchange { .. })).await;
    let dealing = status(&network, None).await;
    assert_eq!((dealing.signers.len(), dealing.threshold), (5, Some(4)));
    assert!(dealing.signers.iter().all(|signer| signer.node.is_some() && signer.dealings_due == 5));

    network.until(|state| matches!(state, EpochState::VerificationKeyValidation { .. })).await;
    let store = Store::at(&network.signers[0].folder());
    let voting = status(&network, Some(&store)).await;
    for signer in &voting.signers {
        assert_eq!((signer.dealings, signer.left_out.is_some()), (Some(5), signer.address == culprit), "{signer:?}");
        let share = if signer.address == culprit { ShareStatus::Missing } else { ShareStatus::Submitted };
        assert_eq!(signer.share, share);
    }
    network.until(|state| matches!(state, EpochState::VerificationKeyFinalization { .. })).await;
    let confirming = status(&network, None).await;
    assert!(
        confirming.signers.iter().filter(|signer| signer.share == ShareStatus::Passed).all(|signer| signer.yes >= 4)
    );

    network.until(|state| state == EpochState::InProgress).await;
    let done = status(&network, None).await;
    assert_eq!(done.in_service, Some(KeyInService { epoch: 0, threshold: 4, signers: 4 }));
    assert_eq!(done.signers.iter().filter(|signer| signer.share == ShareStatus::Verified).count(), 4);
}

/// Dealings and proposals of a key generation that is over are of the past: nothing is counted where nothing is due.
#[tokio::test]
async fn the_status_of_a_key_generation_that_is_over_counts_nothing() {
    let mut network = Network::new(4, 507).await;
    network.first_key().await;
    let done = status(&network, None).await;
    assert!(done.signers.iter().all(|signer| signer.dealings.is_none()), "{done:?}");
    let text = done.to_string();
    assert!(
        text.contains("in service: the key of DKG epoch 0; 3 of its 4 signers are needed for a signature"),
        "{text}"
    );
    let rows: Vec<Vec<&str>> = text
        .lines()
        .skip_while(|line| !line.contains("dealings"))
        .skip(1)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows.len(), 4, "{text}");
    for row in rows {
        // node, signer, registered, dealings, share, votes, voted
        assert_eq!(row[2..], ["yes", "-", "verified", "-", "-"], "{text}");
    }

    // A key generation that runs counts from the start.
    network.world.as_admin(&ExecuteMsg::TriggerReset {}).await;
    network.until(|state| matches!(state, EpochState::DealingExchange { .. })).await;
    let running = status(&network, None).await;
    assert!(running.signers.iter().all(|signer| signer.dealings.is_some()), "{running:?}");
}

#[tokio::test]
async fn a_status_in_json_is_one_line() {
    let network = Network::new(2, 502).await;
    let contracts = network.signers[0].contracts();
    let mut out = Vec::new();
    show(&contracts, network.world.dkg.as_str(), None, None, true, &mut out).await.unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 1);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["signers"].as_array().unwrap().len(), 2);
}

/// Set-up by hand used to go wrong silently: the check-up says what is missing, and what to do.
#[tokio::test]
async fn nym_4523_the_check_up_says_what_is_missing() {
    let network = Network::new(2, 503).await;
    let contracts = network.signers[0].contracts();
    let stranger = World::address("stranger");
    let mut checkup = Checkup {
        dkg_contract: network.world.dkg.to_string(),
        account: stranger.clone(),
        identity: SigningKey::from_bytes(&[1; 32]).verifying_key(),
        announce_address: None,
        minimum_balance: 0,
        chain_time: true,
    };
    let bad = |checks: Vec<nym_api::dkg::Check>| -> Vec<(&'static str, String)> {
        let bad = checks.into_iter().filter(|check| check.result == CheckResult::Bad);
        bad.map(|check| (check.name, check.detail)).collect()
    };
    let found = bad(check_chain(&contracts, &checkup).await);
    assert!(matches!(&found[..], [("membership", detail)] if detail.contains("its admin must add it")), "{found:?}");
    network.world.update_members(&[&stranger], &[]).await;
    assert!(bad(check_chain(&contracts, &checkup).await).is_empty());

    // The model's blocks are years old.
    checkup.chain_time = false;
    let found = bad(check_chain(&contracts, &checkup).await);
    assert!(matches!(&found[..], [("clock", detail)] if detail.contains("old")), "{found:?}");
    checkup.dkg_contract = network.world.group.to_string();
    assert!(bad(check_chain(&contracts, &checkup).await).iter().any(|(name, _)| *name == "contracts"));
}
