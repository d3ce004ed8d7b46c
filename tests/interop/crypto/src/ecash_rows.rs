//! Rows of the e-cash scheme, ours against the published crate. Both start from the same decoded values.

use crate::bridge::{Quorum, Sets, from_bin, shares, to_bin};
use crate::dkg_rows::Stopwatch;
use anyhow::{Result, ensure};
use nym_ecash as ours;
use nym_ecash::{CoinIndexProof, EcashDay, PayInfo, TicketType, WithdrawalRequest};
use peer_ecash as peer;
use peer_ecash::scheme::coin_indices_signatures::{
    CoinIndexSignatureShare, aggregate_annotated_indices_signatures, sign_coin_indices,
};
use peer_ecash::scheme::expiration_date_signatures::{
    ExpirationDateSignatureShare, aggregate_annotated_expiration_signatures, sign_expiration_date,
};
use rand::rngs::OsRng;
use std::hint::black_box;

/// One work on both sides.
#[derive(Clone, Debug)]
pub struct EcashRow {
    /// What is measured.
    pub work: &'static str,
    /// Ours, in `unit`.
    pub ours: f64,
    /// The peer's, in `unit`.
    pub peer: f64,
    /// `ms`, or `payments/s` where more is better.
    pub unit: &'static str,
    /// How many times faster we must be; for rates the rate itself.
    pub goal: f64,
}

/// Measures all rows.
pub fn ecash_rows(stopwatch: Stopwatch<'_>) -> Result<Vec<EcashRow>> {
    let rng = &mut OsRng;
    let ticket_type = TicketType::V1MixnetEntry;
    let today = EcashDay::from_timestamp(1_701_907_200)?;
    let expiration = today.default_expiration()?;
    let (date, number) = (expiration.timestamp(), ticket_type.number());
    let quorum = Quorum::new(10, 7, false)?;
    let params = peer::ecash_parameters();
    let user = ours::SecretKeyUser::from_seed(&[1; 32]);
    let public = user.public_key();
    let peer_user = peer::SecretKeyUser::from_bytes(&user.to_bytes())?;
    let mut rows = Vec::new();
    let mut row = |work, ours, peer, goal| rows.push(EcashRow { work, ours, peer, unit: "ms", goal });

    let peer_time = stopwatch(5, &mut || drop(black_box(peer::withdrawal_request(&peer_user, date, number))));
    let time = stopwatch(20, &mut || drop(black_box(WithdrawalRequest::create(&user, expiration, ticket_type, rng))));
    row("withdrawal request", time, peer_time, 5.0);

    let (request, info) = WithdrawalRequest::create(&user, expiration, ticket_type, rng);
    let peer_request: peer::WithdrawalRequest = from_bin(&request.to_bytes())?;
    let peer_info: peer::scheme::withdrawal::RequestInfo = from_bin(&info.to_bytes())?;
    let peer_time = stopwatch(5, &mut || {
        drop(black_box(peer::issue(&quorum.peer_secrets[0], peer_user.public_key(), &peer_request, date, number)));
    });
    let time = stopwatch(20, &mut || {
        _ = black_box(ours::issue(&quorum.secrets[0], &request, &public, expiration, ticket_type, today));
    });
    row("issue", time, peer_time, 5.0);

    let mut answers = Vec::new();
    for ((index, secret), key) in quorum.indices.iter().zip(&quorum.secrets).zip(&quorum.partial) {
        let signature = ours::issue(secret, &request, &public, expiration, ticket_type, today)?;
        answers.push(ours::Share { index: *index, key, signature });
    }
    let peer_answers: Vec<peer::BlindedSignature> = answers
        .iter()
        .map(|share| peer::BlindedSignature::from_bytes(&share.signature.to_bytes()))
        .collect::<Result<_, _>>()?;
    let peer_time = stopwatch(5, &mut || {
        drop(black_box(peer::issue_verify(&quorum.peer_partial[3], &peer_user, &peer_answers[3], &peer_info, 4)));
    });
    let time = stopwatch(20, &mut || drop(black_box(info.unblind_and_verify(&user, &answers[3]))));
    row("issue_verify", time, peer_time, 4.0);

    let wallets: Vec<_> =
        answers.iter().map(|share| info.unblind_and_verify(&user, share)).collect::<Result<_, _>>()?;
    let mut peer_wallets = Vec::new();
    for (position, answer) in peer_answers.iter().enumerate() {
        let index = quorum.indices[position];
        peer_wallets.push(peer::issue_verify(&quorum.peer_partial[position], &peer_user, answer, &peer_info, index)?);
    }
    let peer_time = stopwatch(5, &mut || {
        drop(black_box(peer::aggregate_wallets(&quorum.peer_master, &peer_user, &peer_wallets, &peer_info)));
    });
    let time =
        stopwatch(20, &mut || drop(black_box(ours::PartialWallet::aggregate(&user, &wallets, &quorum.master))));
    row("aggregate 10 wallets", time, peer_time, 5.0);

    let peer_time = stopwatch(1, &mut || {
        let shares: Vec<_> = (0..10)
            .map(|i| CoinIndexSignatureShare {
                index: quorum.indices[i],
                key: quorum.peer_partial[i].clone(),
                signatures: sign_coin_indices(params, &quorum.peer_master, &quorum.peer_secrets[i]).expect("signs"),
            })
            .collect();
        drop(black_box(aggregate_annotated_indices_signatures(params, &quorum.peer_master, &shares).expect("valid")));
    });
    let time = stopwatch(3, &mut || {
        // A fresh key: hashing the fifty indices is part of the work, once for all ten.
        let master = ours::PreparedKey::new(quorum.master.key().clone()).expect("a good key");
        let sets: Vec<_> = quorum.secrets.iter().map(|secret| ours::sign_coin_indices(secret, &master)).collect();
        drop(black_box(ours::aggregate_coin_indices(&shares(&quorum, &sets), 7, &master, rng).expect("valid")));
    });
    row("coin-index signatures, 10 signers", time, peer_time, 15.0);

    let peer_time = stopwatch(2, &mut || {
        let shares: Vec<_> = (0..10)
            .map(|i| ExpirationDateSignatureShare {
                index: quorum.indices[i],
                key: quorum.peer_partial[i].clone(),
                signatures: sign_expiration_date(&quorum.peer_secrets[i], date).expect("signs"),
            })
            .collect();
        drop(black_box(
            aggregate_annotated_expiration_signatures(&quorum.peer_master, date, &shares).expect("valid"),
        ));
    });
    let time = stopwatch(5, &mut || {
        let sets: Vec<_> = quorum
            .secrets
            .iter()
            .map(|secret| ours::sign_expiration_dates(secret, expiration).expect("a good date"))
            .collect();
        let set =
            ours::aggregate_expiration_dates(&shares(&quorum, &sets), expiration, 7, &quorum.master, rng);
        drop(black_box(set.expect("valid")));
    });
    row("expiration signatures, 10 signers", time, peer_time, 10.0);

    let sets = Sets::new(&quorum, expiration, 7)?;
    let wallet = ours::PartialWallet::aggregate(&user, &wallets, &quorum.master)?;
    let peer_wallet = peer::scheme::Wallet::from_bytes(&wallet.to_bytes())?.into_wallet_signatures();
    let (pay_info, day) = (PayInfo([6; 72]), today);
    let peer_pay_info = peer::PayInfo { pay_info_bytes: pay_info.0 };
    let peer_spend = |tickets| {
        peer_wallet.spend(
            params,
            &quorum.peer_master,
            &peer_user,
            &peer_pay_info,
            0,
            tickets,
            &sets.peer_dates,
            &sets.peer_coins,
            day.timestamp(),
        )
    };
    let spend = |tickets| {
        let spend = ours::Spend { tickets, pay_info: &pay_info, day };
        wallet.clone().spend(&user, &quorum.master, sets.ours(), spend, &mut OsRng)
    };
    let peer_time = stopwatch(3, &mut || drop(black_box(peer_spend(1))));
    let time = stopwatch(10, &mut || drop(black_box(spend(1))));
    row("spend", time, peer_time, 7.0);

    let claim = |payment| ours::Claim { payment, pay_info: &pay_info, day, key: &quorum.master };
    let mut one_by_peer = 0.0;
    for (work, tickets, goal) in [("spend_verify, 1 ticket", 1, 8.0), ("spend_verify, 10 tickets", 10, 5.0)] {
        let (peer_payment, payment) = (peer_spend(tickets)?, spend(tickets)?);
        let peer_time = stopwatch(3, &mut || {
            peer_payment.spend_verify(&quorum.peer_master, &peer_pay_info, day.timestamp()).expect("valid");
        });
        let time = stopwatch(10, &mut || {
            ours::verify(&claim(&payment), CoinIndexProof::Required, rng).expect("valid");
        });
        row(work, time, peer_time, goal);
        if tickets == 1 {
            one_by_peer = peer_time;
        }
    }

    let encoded: Vec<Vec<u8>> = (0..100)
        .map(|_| Ok(ours::CredentialSpendingData { payment: spend(1)?, pay_info, spend_date: day, epoch_id: 1 }.to_bytes()))
        .collect::<Result<_>>()?;
    let decode = |bytes: &Vec<u8>| ours::CredentialSpendingData::from_bytes(bytes);
    let decoded: Vec<_> = encoded.iter().map(decode).collect::<Result<_, _>>()?;
    let mut verify_all = |data: &[ours::CredentialSpendingData]| {
        let claims: Vec<_> = data.iter().map(|data| data.claim(&quorum.master)).collect();
        let answers = ours::verify_batch(&claims, CoinIndexProof::Required, &mut OsRng);
        assert!(answers.iter().all(Result::is_ok));
    };
    let time = stopwatch(3, &mut || verify_all(&decoded));
    row("100 payments batched, per payment", time / 100.0, one_by_peer, 10.0);

    let time = stopwatch(3, &mut || {
        let decoded: Vec<_> = encoded.iter().map(|bytes| decode(bytes).expect("well-formed")).collect();
        verify_all(&decoded);
    });
    let peer_payment = to_bin(&peer_spend(1)?)?;
    let peer_from_bytes = stopwatch(3, &mut || {
        let payment: peer::scheme::Payment = from_bin(&peer_payment).expect("well-formed");
        payment.spend_verify(&quorum.peer_master, &peer_pay_info, day.timestamp()).expect("valid");
    });
    ensure!(time > 0.0 && peer_from_bytes > 0.0, "the clock stands still");
    rows.push(EcashRow {
        work: "batched payments from bytes, per core",
        ours: 100_000.0 / time,
        peer: 1000.0 / peer_from_bytes,
        unit: "payments/s",
        goal: 280.0,
    });
    Ok(rows)
}
