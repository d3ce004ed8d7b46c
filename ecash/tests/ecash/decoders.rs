//! Every decoder against random and mutated bytes: an error or a value, never a panic, and a value encodes again.
//!
//! `cargo test -p nym-ecash` feeds a few thousand inputs to each. The long run is
//! `NYM_FUZZ_INPUTS=10000000 cargo test --release -p nym-ecash decoders -- --nocapture`; the same decoders are targets
//! of `ecash/fuzz` for a coverage-guided run.

use crate::fixture::{THRESHOLD, quorum, user};
use nym_curve::testing::survive_mutations;
use nym_ecash::decoders::DECODERS;
use nym_ecash::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, BandwidthCredential, EpochVerificationKey,
    ImportableTicketBook, IssuanceTicketBook, IssuedTicketBook, KeyPairUser, PayInfo, Stored, TicketType,
    coin_indices_to_bin, expiration_dates_to_bin,
};

/// A valid input per decoder, to mutate.
fn seed(name: &str) -> Vec<u8> {
    let quorum = quorum();
    let (request, info) = quorum.request(&user(), 2);
    let answers = quorum.answers(&request, &user());
    let wallet = info.collect(&user(), &answers, THRESHOLD, &quorum.master).unwrap().wallet;
    let pay_info = PayInfo([6; 72]);
    let payment = quorum.pay(&user(), &mut wallet.clone(), 1, &pay_info, 3);
    let data = quorum.data(payment.clone(), pay_info);
    let ticketbook = IssuedTicketBook {
        signatures_wallet: wallet.signatures().clone(),
        spent_tickets: 4,
        epoch_id: 9,
        ecash_secret_key: user(),
        expiration_date: quorum.expiration,
        ticketbook_type: TicketType::V1MixnetExit,
    };
    match name {
        "secret_key_user" => user().to_bytes().to_vec(),
        "public_key_user" => user().public_key().to_bytes().to_vec(),
        "key_pair_user" => KeyPairUser::from_seed(&[1]).to_bytes().to_vec(),
        "secret_key_auth" => quorum.keys.master.to_bytes(),
        "verification_key_auth" => quorum.master.key().to_bytes(),
        "withdrawal_request" => request.to_bytes(),
        "request_info" => info.to_bytes(),
        "blinded_signature" => answers[0].signature.to_bytes().to_vec(),
        "partial_wallet" => info.unblind_and_verify(&user(), &answers[0]).unwrap().to_bytes().to_vec(),
        "wallet" => wallet.to_bytes().to_vec(),
        "wallet_signatures_bin" => wallet.signatures().to_bin(),
        "payment" => payment.to_bytes(),
        "spending_data" => data.to_bytes(),
        "spending_data_bin" => data.to_bin(),
        "bandwidth_credential" => BandwidthCredential::ZkNym(Box::new(data)).to_bin(),
        "expiration_dates_bin" => expiration_dates_to_bin(&quorum.dates),
        "coin_indices_bin" => coin_indices_to_bin(&quorum.coins[..3]),
        "issuance_ticketbook" => {
            IssuanceTicketBook {
                deposit_id: 300,
                signing_key: [7; 32],
                ecash_keypair: KeyPairUser::from_seed(&[1]),
                ticketbook_type: TicketType::V1MixnetEntry,
                expiration_date: quorum.expiration,
            }
            .pack()
            .data
        }
        "issued_ticketbook" => ticketbook.pack().data,
        "aggregated_expiration_dates" => {
            AggregatedExpirationDateSignatures {
                epoch_id: 9,
                expiration_date: quorum.expiration,
                signatures: quorum.dates.clone(),
            }
            .pack()
            .data
        }
        "aggregated_coin_indices" => {
            AggregatedCoinIndicesSignatures { epoch_id: 9, signatures: quorum.coins[..3].to_vec() }.pack().data
        }
        "epoch_verification_key" => EpochVerificationKey { epoch_id: 9, key: quorum.master.key().clone() }.pack().data,
        "importable_ticketbook" => {
            ImportableTicketBook {
                serialised_ticketbook: ticketbook.pack(),
                serialised_expiration_date_signatures: None,
                serialised_coin_index_signatures: None,
                serialised_master_verification_key: None,
            }
            .pack()
            .data
        }
        other => unreachable!("no seed for {other}"),
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "the long run reports its counts")]
fn every_decoder_survives() {
    let decoders = DECODERS.iter().map(|decoder| (decoder.name, decoder.accepts));
    survive_mutations(decoders, seed, |line| println!("{line}"));
}
