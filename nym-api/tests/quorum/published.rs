//! What a rewarder checks: commitments, proofs and the ticketbooks themselves.

use ed25519_dalek::{SigningKey, VerifyingKey};
use nym_api_requests::SignedMessage;
use nym_api_requests::issued::IssuedTicketbooksRequestBody;
use nym_ecash::{SecretKeyUser, TicketType};
use rand::rngs::OsRng;

use crate::network::Network;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn issued_ticketbooks_are_committed_to_and_proven() {
    let network = Network::start(2, 2).await;
    let user = SecretKeyUser::random(&mut OsRng);
    for ticket_type in TicketType::ALL.iter().chain(&TicketType::ALL) {
        network.buy(&user, *ticket_type).await;
    }
    let expiration = network.today().default_expiration().unwrap();
    for index in network.running() {
        let api = network.api(index);
        let identity: [u8; 32] = bs58::decode(network.signer(index).identity()).into_vec().unwrap().try_into().unwrap();
        let identity = VerifyingKey::from_bytes(&identity).unwrap();
        let count = api.issued_ticketbooks_for_count(expiration).await.unwrap();
        assert_eq!(count.total, 8);
        assert_eq!(api.issued_ticketbooks_on_count(network.today()).await.unwrap().total, 8);
        assert_eq!(api.issued_ticketbooks_count(0, 50).await.unwrap().issued[0].count, 8);
        let committed = api.issued_ticketbooks_for(expiration).await.unwrap();
        assert!(committed.is_signed_by(&identity));
        assert_eq!(committed.body.deposits.len(), 8);
        let root: [u8; 32] = hex::decode(committed.body.merkle_root.as_ref().unwrap()).unwrap().try_into().unwrap();

        let deposits = vec![1, 4, 5];
        let rewarder = SigningKey::generate(&mut OsRng);
        let request = SignedMessage::sign(
            IssuedTicketbooksRequestBody { expiration_date: expiration, deposits: deposits.clone() },
            &rewarder,
        );
        let challenge = api.issued_ticketbooks_challenge_commitment(&request).await.unwrap();
        assert!(challenge.is_signed_by(&identity));
        assert!(challenge.body.original_request.is_signed_by(&rewarder.verifying_key()));
        challenge.body.merkle_proof.verify(&root).unwrap();
        assert_eq!(challenge.body.merkle_proof.total_leaves, 8);
        let data = api.issued_ticketbooks_data(&request).await.unwrap();
        assert!(data.is_signed_by(&identity));
        assert_eq!(data.body.partial_ticketbooks.keys().copied().collect::<Vec<_>>(), deposits);
        let key = network.keys.shares[index - 1].1.verification_key();
        for book in data.body.partial_ticketbooks.values() {
            book.verify(&key).unwrap();
            let leaf = challenge.body.merkle_proof.included_leaves.iter().find(|leaf| leaf.hash == book.leaf());
            let position = committed.body.deposits.iter().find(|deposit| deposit.deposit_id == book.deposit_id);
            assert_eq!(leaf.unwrap().index, position.unwrap().merkle_index);
        }
        // Unknown deposits are answered for the others; none at all is an error and no panic.
        for (deposits, status) in [(vec![1, 999], 200), (vec![999], 400), (vec![], 400)] {
            let request =
                SignedMessage::sign(IssuedTicketbooksRequestBody { expiration_date: expiration, deposits }, &rewarder);
            let answer = api.issued_ticketbooks_challenge_commitment(&request).await;
            assert_eq!(answer.map_or_else(|error| error.server().unwrap().status, |_| 200), status);
        }
        let many = IssuedTicketbooksRequestBody { expiration_date: expiration, deposits: (0..101).collect() };
        let refused = api.issued_ticketbooks_data(&SignedMessage::sign(many, &rewarder)).await.unwrap_err();
        assert_eq!(refused.server().unwrap().status, 400);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signer_says_whether_it_signs() {
    let network = Network::start(2, 2).await;
    let status = network.api(1).signer_status().await.unwrap().body;
    assert!(status.is_ecash_signer && status.has_signing_keys && !status.signer_disabled);
    assert_eq!((status.dkg_ecash_epoch_id, status.current_time.as_str()), (1, "2026-11-24T12:00:00Z"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_come_in_json_yaml_and_bincode() {
    use nym_api_requests::ecash::VerificationKeyResponse;
    let network = Network::start(1, 1).await;
    let url = network.signer(1).url().join("v1/ecash/master-verification-key").unwrap();
    let expected = network.keys.master.verification_key();
    for (output, content_type) in
        [("json", "application/json"), ("yaml", "application/yaml"), ("bincode", "application/bincode")]
    {
        let response = reqwest::get(format!("{url}?output={output}")).await.unwrap();
        assert_eq!(response.headers()["content-type"], content_type);
        let bytes = response.bytes().await.unwrap();
        let read: VerificationKeyResponse = match output {
            "bincode" => nym_api_requests::encoding::from_bincode(&bytes).unwrap(),
            _ => serde_json::from_slice(&bytes).unwrap(),
        };
        assert_eq!(read.key, expected);
    }
}
