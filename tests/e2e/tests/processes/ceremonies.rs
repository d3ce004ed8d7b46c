//! Key generations among processes that are killed, away or malicious.

use std::time::Duration;

use futures::TryStreamExt;
use nym_contracts_common::ContractSafeBytes;
use nym_dkg::{Dealing, KeyPair, NodeIndex, PublicKeyWithProof, Receivers};
use nym_ecash::DealtKeys;
use nyxd_client::dkg::{
    DkgTransactions,
    contract::{
        msg::DealerProgress,
        types::{DealerRegistrationDetails, DealingChunkInfo, EpochState, PartialContractDealing},
    },
};
use rand::{RngCore, rngs::OsRng};

use crate::{
    accounts::Account,
    network::{Network, Setup, eventually},
    operators::{Watch, doctor},
    user::User,
};

/// Places of a ceremony, in order.
fn phase(state: EpochState) -> usize {
    match state {
        EpochState::WaitingInitialisation => 0,
        EpochState::PublicKeySubmission { .. } => 1,
        EpochState::DealingExchange { .. } => 2,
        EpochState::VerificationKeySubmission { .. } => 3,
        EpochState::VerificationKeyValidation { .. } => 4,
        EpochState::VerificationKeyFinalization { .. } => 5,
        EpochState::InProgress => 6,
    }
}

async fn progress(network: &Network, account: &Account) -> Option<DealerProgress> {
    let all: Vec<DealerProgress> = network.chain.dkg().ceremony_progress(0).try_collect().await.unwrap();
    all.into_iter().find(|dealer| dealer.dealer.as_str() == account.address.as_ref())
}

/// One signer is killed when a phase begins, so before its own step of it; another when the chain shows its step, so
/// right after it, before it knows. Nothing is lost, and later a third that is away for a whole ceremony stops nobody.
#[tokio::test(flavor = "multi_thread")]
async fn signers_killed_in_every_phase_go_on_and_one_of_four_may_be_away() {
    let payer = Account::of("payer");
    let mut network = Network::start(Setup { signers: 4, funded: vec![payer.clone()], ..Setup::default() }).await;
    network.start_signers().await;
    network.chain.dkg_admin().initiate().await.unwrap();
    let (mut seen, mut killed_after) = (0, 0);
    let dkg = network.chain.dkg();
    while seen < 6 {
        let now = phase(dkg.current_epoch().await.unwrap().state);
        if now > seen {
            seen = now;
            // Each time another one, so that everybody is killed at least once.
            network.signer([1, 3, 4][now % 3]).kill_and_start();
        }
        let account = network.signers[1].account.clone();
        let own = progress(&network, &account).await;
        let steps = own.map_or(0, |own| {
            1 + usize::from(own.complete_dealings == 5)
                + usize::from(own.key_share_submitted)
                + usize::from(own.key_share_verified)
        });
        if steps > killed_after {
            killed_after = steps;
            network.signer(2).kill_and_start();
        }
    }
    assert!(killed_after >= 3, "the second signer was killed after {killed_after} of its steps only");
    let first = network.await_keys(0).await;
    let shares = network.shares(first.epoch_id).await;
    assert_eq!((first.epoch_id, shares.len()), (0, 4), "no attempt failed");
    assert!(shares.iter().all(|share| share.verified));
    let user = User::new(&network, &payer, "user").await;
    user.buy().await.unwrap();
    assert_eq!(network.accepts(&user.pay(&network).await, "n1provider").await, 4);

    // One of four is away while the key is shared anew; issuing and spending go on with the old one meanwhile.
    network.signer(4).kill();
    network.chain.dkg_admin().trigger_resharing().await.unwrap();
    user.buy().await.unwrap();
    assert_eq!(network.chain.dkg().key_generations().await.unwrap().in_service.unwrap().epoch_id, 0);
    assert_eq!(network.accepts(&user.pay(&network).await, "n1provider").await, 3);
    network.close_registration(3).await;
    let second = network.await_keys(1).await;
    assert_eq!((second.epoch_id, network.shares(1).await.len()), (1, 3));
    user.buy().await.unwrap();

    // Who comes back verifies tickets of both keys, and has a share again after the next ceremony.
    network.start_signers().await;
    let old = user.pay(&network).await;
    assert_eq!(old.epoch_id, 0, "the ticketbook that was bought first is spent first");
    eventually("acceptance by the signer that was away", async || {
        network.present(&old, "n1provider").await[3].is_some_and(|verdict| verdict.is_ok())
    })
    .await;
    network.chain.dkg_admin().trigger_resharing().await.unwrap();
    let third = network.await_keys(2).await;
    let shares = network.shares(third.epoch_id).await;
    assert_eq!(shares.iter().filter(|share| share.verified).count(), 4);
    network.nobody_panicked();
}

/// A third is not there at all, from the first ceremony on.
async fn with_a_third_away(signers: usize) {
    let payer = Account::of("payer");
    let mut network = Network::start(Setup { signers, funded: vec![payer.clone()], ..Setup::default() }).await;
    let present = signers - signers / 3;
    network.signers[..present].iter_mut().for_each(crate::network::Signer::start);
    network.signers[0].await_http().await;
    let healthy = doctor(&network, 1);
    assert!(healthy.status.success(), "{healthy:?}");
    // Who is away finds out that nobody reaches it.
    let away = doctor(&network, signers);
    assert!(!away.status.success(), "{away:?}");
    let watch = Watch::start(&network);
    network.chain.dkg_admin().initiate().await.unwrap();
    network.close_registration(u32::try_from(present).unwrap()).await;
    let generation = network.await_keys(0).await;
    assert_eq!(generation.epoch_id, 0);
    assert_eq!(network.shares(0).await.iter().filter(|share| share.verified).count(), present);
    let user = User::new(&network, &payer, "user").await;
    user.buy().await.unwrap();
    assert_eq!(network.accepts(&user.pay(&network).await, "n1provider").await, present);
    let phases = watch.phases();
    for phase in ["waiting for the admin's initiate_dkg", "in progress: no key generation runs"] {
        assert!(phases.contains(phase), "one who watches sees the ceremony begin and end: {phases:?}");
    }
    network.nobody_panicked();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_of_three_is_away() {
    with_a_third_away(3).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "as with three and four, only longer: scripts/test --all"]
async fn a_third_of_six_is_away() {
    with_a_third_away(6).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "as with three and four, only longer: scripts/test --all"]
async fn a_third_of_seven_is_away() {
    with_a_third_away(7).await;
}

/// Two of seven members are malicious. One deals other shares than it commits to and brings a key that is none; the other
/// sends garbage, wrong sizes and everything twice, and stops halfway.
#[tokio::test(flavor = "multi_thread")]
async fn two_of_seven_send_wrong_shares_wrong_sizes_garbage_duplicates_and_stop_halfway() {
    let (liar, vandal, payer) = (Account::of("liar"), Account::of("vandal"), Account::of("payer"));
    let setup = Setup {
        signers: 5,
        members: vec![liar.clone(), vandal.clone()],
        funded: vec![payer.clone()],
        ..Setup::default()
    };
    let mut network = Network::start(setup).await;
    network.start_signers().await;
    network.chain.dkg_admin().initiate().await.unwrap();
    let (liar, vandal) = (Dealer::new(&network, &liar), Dealer::new(&network, &vandal));
    liar.register().await;
    vandal.register().await;
    network.await_state("dealing", |state| phase(state) == 2).await;

    let members = receivers(&network).await;
    let threshold = usize::try_from(network.chain.dkg().threshold(0).await.unwrap().unwrap()).unwrap();
    assert_eq!((members.len(), threshold), (7, 5));
    let right = Receivers::new(members.clone()).unwrap();
    // The receivers' keys in another order: everybody gets the share of somebody else.
    let shifted = (0..7).map(|place| (members[place].0, members[(place + 1) % 7].1));
    let wrong = Receivers::new(shifted.collect::<Vec<_>>()).unwrap();
    for index in 0..5 {
        let receivers = if index == 3 { &wrong } else { &right };
        liar.deal(index, &Dealing::create(receivers, threshold, &mut OsRng).unwrap().to_bytes()).await;
    }

    let mut garbage = vec![0; 5000];
    OsRng.fill_bytes(&mut garbage);
    vandal.deal(0, &garbage).await;
    let repeated = vandal.transactions.commit_dealings_chunks(vec![chunk(0, 0, &garbage[..2048])]).await;
    assert!(repeated.is_err(), "a chunk is taken once");
    let announced = |sizes: &[u64]| sizes.iter().map(|size| DealingChunkInfo { size: *size }).collect::<Vec<_>>();
    for sizes in [&[][..], &[0][..], &[3, 2048, 1][..], &[10_000_000][..]] {
        let refused = vandal.transactions.commit_dealings_metadata(1, announced(sizes), false).await;
        assert!(refused.is_err(), "chunks of {sizes:?} bytes are announced");
    }
    assert!(vandal.transactions.commit_dealings_metadata(9, announced(&[100]), false).await.is_err());
    vandal.transactions.commit_dealings_metadata(1, announced(&[2048, 900]), false).await.unwrap();
    for (size, what) in [(2047, "shorter than announced"), (5000, "longer")] {
        let refused = vandal.transactions.commit_dealings_chunks(vec![chunk(1, 0, &vec![1; size])]).await;
        assert!(refused.is_err(), "a chunk is {what}");
    }
    vandal.transactions.commit_dealings_chunks(vec![chunk(1, 0, &[1; 2048])]).await.unwrap();

    // Five honest dealers, the liar's five dealings, and one of the vandal.
    eventually("the dealings of all others", async || {
        network.chain.dkg().current_epoch().await.unwrap().state_progress.submitted_dealings == 31
    })
    .await;
    network.chain.warp(Duration::from_secs(crate::chain::PHASE + 1)).await;
    network.await_state("publication", |state| phase(state) >= 3).await;
    let late = vandal.transactions.commit_dealings_chunks(vec![chunk(1, 1, &[1; 900])]).await;
    assert!(late.is_err(), "the exchange is over");
    let foreign = DealtKeys::deal(1, 1, &mut OsRng).master.verification_key();
    liar.transactions.commit_verification_key_share(foreign.to_base58(), false).await.unwrap();
    let no_key = bs58::encode(&garbage[..680]).into_string();
    vandal.transactions.commit_verification_key_share(no_key, false).await.unwrap();

    let generation = network.await_keys(0).await;
    assert_eq!(generation.epoch_id, 0, "the first attempt succeeds");
    let verified: Vec<String> =
        network.shares(0).await.into_iter().filter(|share| share.verified).map(|share| share.owner.into()).collect();
    let mut honest: Vec<String> = network.signers.iter().map(|signer| signer.account.address.to_string()).collect();
    honest.sort_unstable();
    assert_eq!(verified.len(), 5);
    assert!(verified.iter().all(|owner| honest.binary_search(owner).is_ok()), "{verified:?}");
    for signer in &network.signers {
        let store = nym_api::dkg::Store::at(&signer.home.join("data/dkg_persistent_state"));
        let rejected = store.record(0).unwrap().outcome.unwrap().rejected;
        assert_eq!(rejected.len(), 2, "both are named: {rejected:?}");
    }
    let user = User::new(&network, &payer, "user").await;
    user.buy().await.unwrap();
    network.nobody_panicked();
}

fn chunk(dealing_index: u32, chunk_index: u16, data: &[u8]) -> PartialContractDealing {
    PartialContractDealing { dealing_index, chunk_index, data: ContractSafeBytes(data.to_vec()) }
}

async fn receivers(network: &Network) -> Vec<(NodeIndex, nym_dkg::PublicKey)> {
    let dealers: Vec<_> = network.chain.dkg().epoch_dealers(0).try_collect().await.unwrap();
    let key = |text: &str| PublicKeyWithProof::from_base58(text).unwrap().key();
    dealers
        .iter()
        .map(|dealer| (NodeIndex::new(dealer.assigned_index).unwrap(), key(&dealer.bte_public_key_with_proof)))
        .collect()
}

/// A member that acts by hand.
struct Dealer {
    transactions: DkgTransactions,
    name: String,
}

impl Dealer {
    fn new(network: &Network, account: &Account) -> Self {
        let client = account.client(&network.chain.rpc());
        Self {
            transactions: DkgTransactions::new(client, network.chain.contracts.dkg.clone()),
            name: account.address.to_string(),
        }
    }

    async fn register(&self) {
        let details = DealerRegistrationDetails {
            bte_public_key_with_proof: KeyPair::generate(&mut OsRng).public.to_base58(),
            ed25519_identity: bs58::encode(ed25519_dalek::SigningKey::generate(&mut OsRng).verifying_key())
                .into_string(),
            announce_address: format!("http://{}.example/", self.name),
        };
        self.transactions.register_dealer(details, false).await.unwrap();
    }

    async fn deal(&self, dealing_index: u32, dealing: &[u8]) {
        let chunks: Vec<&[u8]> = dealing.chunks(2048).collect();
        let sizes = chunks.iter().map(|chunk| DealingChunkInfo { size: chunk.len() as u64 }).collect();
        self.transactions.commit_dealings_metadata(dealing_index, sizes, false).await.unwrap();
        let chunks = (0_u16..).zip(chunks).map(|(index, data)| chunk(dealing_index, index, data)).collect();
        self.transactions.commit_dealings_chunks(chunks).await.unwrap();
    }
}
