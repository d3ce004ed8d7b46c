//! The vectors of `docs/protocol/crypto.md` §9 that the public interface can reach, and our own.

use crate::fixture::{Quorum, THRESHOLD, rng, user};
use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey};
use nym_curve::{G1Affine, G2Prepared, Scalar, pairing_product_is_one};
use nym_ecash::{
    Claim, CoinIndexProof, CredentialSpendingData, EcashDay, EcashError, IssuedTicketbook, KeyPairUser, MerkleTree,
    PayInfo, Payment, PreparedKey, SecretKeyAuth, TicketType, VerificationKeyAuth, Wallet, WalletSignatures,
    WithdrawalRequest, sign_coin_indices, sign_expiration_dates, verify,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../vectors/spec.json")).unwrap()
}

fn unhex(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn k5() -> SecretKeyAuth {
    SecretKeyAuth::new(Scalar::ONE, [2, 3, 4, 5].map(Scalar::from).to_vec()).unwrap()
}

#[test]
fn keys() {
    let vectors = vectors();
    let bytes = k5().verification_key().to_bytes();
    assert_eq!(bytes.len(), 680);
    assert_eq!(Sha256::digest(&bytes).to_vec(), unhex(&vectors["verification_key_sha256"]));
    assert_eq!(VerificationKeyAuth::from_bytes(&bytes).unwrap(), k5().verification_key());
    assert_eq!(SecretKeyAuth::from_bytes(&k5().to_bytes()).unwrap(), k5());
    let pair = KeyPairUser::from_seed(&unhex(&vectors["user_seed"]));
    assert_eq!(pair.secret_key().to_bytes().to_vec(), unhex(&vectors["user_secret"]));
    assert_eq!(pair.public_key().to_bytes().to_vec(), unhex(&vectors["user_public"]));
}

#[test]
fn sets() {
    let vectors = vectors();
    let master = PreparedKey::new(k5().verification_key()).unwrap();
    let coins = sign_coin_indices(&k5(), &master);
    for expected in vectors["coin_signatures"].as_array().unwrap() {
        let signature = coins[usize::try_from(expected["index"].as_u64().unwrap()).unwrap()].signature;
        assert_eq!(signature.h.to_bytes().to_vec(), unhex(&expected["h"]));
        assert_eq!(signature.s.to_bytes().to_vec(), unhex(&expected["s"]));
    }
    let expected = &vectors["expiration_signature"];
    let timestamp = |value: &Value| u32::try_from(value.as_u64().unwrap()).unwrap();
    let expiration = EcashDay::from_timestamp(timestamp(&expected["expiration"])).unwrap();
    let dates = sign_expiration_dates(&k5(), expiration).unwrap();
    let entry = dates.iter().find(|entry| entry.spending_timestamp == timestamp(&expected["spending"])).unwrap();
    assert_eq!(entry.signature.h.to_bytes().to_vec(), unhex(&expected["h"]));
    assert_eq!(entry.signature.s.to_bytes().to_vec(), unhex(&expected["s"]));
}

#[test]
fn merkle_leaf() {
    let expected = &vectors()["merkle_leaf"];
    let ticketbook = IssuedTicketbook {
        deposit_id: u32::try_from(expected["deposit"].as_u64().unwrap()).unwrap(),
        epoch_id: expected["epoch"].as_u64().unwrap(),
        blinded_partial_credential: unhex(&expected["credential"]),
        joined_encoded_private_attributes_commitments: unhex(&expected["commitments"]),
        expiration_date: EcashDay::from_julian_day(i32::try_from(expected["julian"].as_i64().unwrap()).unwrap())
            .unwrap(),
        ticketbook_type: TicketType::V1MixnetEntry,
    };
    assert_eq!(ticketbook.leaf().to_vec(), unhex(&expected["leaf"]));
    assert_eq!(MerkleTree::from_leaves([ticketbook.leaf()]).root(), Some(ticketbook.leaf()));
}

#[test]
fn payments_of_the_reference_wallet() {
    let vectors = vectors();
    let expected = &vectors["payments"];
    let key = PreparedKey::new(k5().verification_key()).unwrap();
    let pay_info = PayInfo(unhex(&vectors["pay_info"]).try_into().unwrap());
    let day = EcashDay::from_timestamp(u32::try_from(expected["spending"].as_u64().unwrap()).unwrap()).unwrap();
    let old_bytes = unhex(&expected["without_coin_index_proof"]);
    let new_bytes = unhex(&expected["with_coin_index_proof"]);
    assert_eq!((old_bytes.len(), new_bytes.len()), (1157, 1190));
    let [old, new] = [&old_bytes, &new_bytes].map(|bytes| Payment::from_bytes(bytes).unwrap());
    assert_eq!(old.to_bytes(), old_bytes);
    assert_eq!(new.to_bytes(), new_bytes);
    for payment in [&old, &new] {
        assert_eq!(payment.serial_numbers()[0].to_vec(), unhex(&expected["serial"]));
    }
    let check = |payment: &Payment, policy| {
        verify(&Claim { payment, pay_info: &pay_info, day, key: &key }, policy, &mut rng(9))
    };
    assert_eq!(check(&old, CoinIndexProof::OptionalForOldClients), Ok(()));
    assert_eq!(check(&new, CoinIndexProof::OptionalForOldClients), Ok(()));
    assert_eq!(check(&new, CoinIndexProof::Required), Ok(()));
    assert_eq!(check(&old, CoinIndexProof::Required), Err(EcashError::CoinIndexProofMissing));
    let wallet = WalletSignatures::from_bytes(&unhex(&vectors["withdrawal"]["wallet"])).unwrap();
    assert_eq!(wallet.to_bytes().to_vec(), unhex(&vectors["withdrawal"]["wallet"]));
    assert_eq!(wallet.ticket_type(), Ok(TicketType::V1MixnetExit));
    assert_eq!(Wallet::from_bytes(&Wallet::new(wallet.clone(), 3).to_bytes()).unwrap(), Wallet::new(wallet, 3));
}

#[test]
fn request_of_the_deposit_test() {
    let vectors = vectors();
    let expected = &vectors["deposit_request"];
    let bytes = unhex(&expected["request"]);
    let request = WithdrawalRequest::from_bytes(&bytes).unwrap();
    assert_eq!(request.to_bytes(), bytes);
    let base58 = |name: &str| bs58::decode(expected[name].as_str().unwrap()).into_vec().unwrap();
    let key = VerifyingKey::from_bytes(&base58("key_base58").try_into().unwrap()).unwrap();
    let signature = Ed25519Signature::from_slice(&base58("signature_base58")).unwrap();
    let deposit = u32::try_from(expected["deposit"].as_u64().unwrap()).unwrap();
    key.verify_strict(&request.deposit_plaintext(deposit), &signature).unwrap();
    // The base point belongs to this date and type; with any user key it is the proof that fails, not the base.
    let expiration: EcashDay = expected["expiration"].as_str().unwrap().parse().unwrap();
    let user = user().public_key();
    assert_eq!(request.verify(&user, expiration, TicketType::V1MixnetEntry), Err(EcashError::WithdrawalProof));
    assert_eq!(request.verify(&user, expiration, TicketType::V1MixnetExit), Err(EcashError::CommitmentHash));
}

#[test]
fn spending_data_of_an_unknown_key() {
    let vectors = vectors();
    let expected = &vectors["spending_data"];
    let bytes = unhex(&expected["bytes"]);
    assert_eq!(bytes.len(), 1245);
    let data = CredentialSpendingData::from_bytes(&bytes).unwrap();
    assert_eq!(data.to_bytes(), bytes);
    assert_eq!(data.spend_date.to_string(), expected["date"].as_str().unwrap());
    assert_eq!(data.epoch_id, expected["epoch"].as_u64().unwrap());
    // Type 0 adds nothing to κ, so the ticketbook signature verifies without the master key.
    let Payment { sig, kappa, .. } = &data.payment;
    let g2 = G2Prepared::from(nym_curve::G2Affine::generator());
    assert!(pairing_product_is_one(&[(&sig.h, &G2Prepared::from(kappa)), (&-sig.s, &g2)]));
}

/// A whole run from seeds: keys, issuance, sets, payments of one and of three tickets. Both backends must make these
/// bytes; `vectors/own.json` publishes them.
#[test]
fn own_vectors() {
    let quorum = Quorum::new(3, THRESHOLD, 1);
    let user = user();
    let (request, info) = quorum.request(&user, 2);
    let answers = quorum.answers(&request, &user);
    let mut wallet = info.collect(&user, &answers, THRESHOLD, &quorum.master).unwrap().wallet;
    let pay_info = PayInfo([6; 72]);
    let one = quorum.pay(&user, &mut wallet, 1, &pay_info, 3);
    let three = quorum.pay(&user, &mut wallet, 3, &pay_info, 4);
    let digest = |bytes: Vec<u8>| hex::encode(Sha256::digest(bytes));
    let points = |points: Vec<G1Affine>| digest(points.iter().flat_map(|point| point.to_bytes()).collect());
    let made = json!({
        "format": "Hexadecimal. Keys: 3 authorities, threshold 2, ChaCha20 seed 32×01. Request: seed 32×02, user seed 32×2a, type 1, expiration 1702425600. Payments: pay info 72×06, spend 1701907200, one ticket with seed 32×03, then three with 32×04. Long objects also stand as files' SHA-256.",
        "master_verification_key": hex::encode(quorum.master.key().to_bytes()),
        "request": hex::encode(request.to_bytes()),
        "request_info": hex::encode(info.to_bytes()),
        "answers": answers.iter().map(|share| hex::encode(share.signature.to_bytes())).collect::<Vec<_>>(),
        "wallet": hex::encode(wallet.to_bytes()),
        "expiration_set_sha256": points(quorum.dates.iter().flat_map(|entry| [entry.signature.h, entry.signature.s]).collect()),
        "coin_set_sha256": points(quorum.coins.iter().flat_map(|entry| [entry.signature.h, entry.signature.s]).collect()),
        "payment_of_one": hex::encode(one.to_bytes()),
        "payment_of_three": hex::encode(three.to_bytes()),
        "spending_data_sha256": digest(quorum.data(one, pay_info).to_bytes()),
    });
    if std::env::var_os("NYM_ECASH_WRITE_VECTORS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/own.json");
        std::fs::write(path, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_str(
        &std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/own.json")).unwrap(),
    )
    .unwrap();
    assert_eq!(made, published, "{}", nym_curve::BACKEND);
}
