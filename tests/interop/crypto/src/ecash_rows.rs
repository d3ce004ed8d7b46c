//! Rows of the e-cash scheme, ours against the published crate. Both start from the same decoded values, except where a
//! row says `from bytes`.

use crate::bridge::{Quorum, Sets, from_bin, shares, to_bin};
use crate::rows::Row;
use anyhow::Result;
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

const TYPE: TicketType = TicketType::V1MixnetEntry;
const THRESHOLD: usize = 7;
/// Repetitions of what takes milliseconds on the peer's side; the best counts on each side.
const ROUNDS: usize = 12;
/// Payments verified together.
const BATCH: u32 = 100;

/// Measures all rows, with ten signers.
pub fn ecash_rows(done: &mut dyn FnMut(Row)) -> Result<()> {
    let today = EcashDay::from_timestamp(1_701_907_200)?;
    let expiration = today.default_expiration()?;
    let bench =
        Bench { quorum: Quorum::new(10, 7, false)?, user: ours::SecretKeyUser::from_seed(&[1; 32]), today, expiration };
    let wallet = bench.issuance(done)?;
    bench.sets(done);
    bench.payments(&wallet, done)
}

struct Bench {
    quorum: Quorum,
    user: ours::SecretKeyUser,
    today: EcashDay,
    expiration: EcashDay,
}

impl Bench {
    /// From the request to the aggregated ticketbook, which is returned.
    fn issuance(&self, done: &mut dyn FnMut(Row)) -> Result<ours::Wallet> {
        let Self { quorum, user, today, expiration } = self;
        let (date, number, public) = (expiration.timestamp(), TYPE.number(), user.public_key());
        let peer_user = peer::SecretKeyUser::from_bytes(&user.to_bytes())?;

        done(Row::measure(
            "withdrawal request",
            5.0,
            ROUNDS,
            &mut || drop(black_box(peer::withdrawal_request(&peer_user, date, number))),
            &mut || drop(black_box(WithdrawalRequest::create(user, *expiration, TYPE, &mut OsRng))),
        ));

        let (request, info) = WithdrawalRequest::create(user, *expiration, TYPE, &mut OsRng);
        let peer_request: peer::WithdrawalRequest = from_bin(&request.to_bytes())?;
        let peer_info: peer::scheme::withdrawal::RequestInfo = from_bin(&info.to_bytes())?;
        done(Row::measure(
            "issue (signer)",
            5.0,
            ROUNDS,
            &mut || {
                let secret = &quorum.peer_secrets[0];
                drop(black_box(peer::issue(secret, peer_user.public_key(), &peer_request, date, number)));
            },
            &mut || {
                _ = black_box(ours::issue(&quorum.secrets[0], &request, &public, *expiration, TYPE, *today));
            },
        ));

        let mut answers = Vec::new();
        for ((index, secret), key) in quorum.indices.iter().zip(&quorum.secrets).zip(&quorum.partial) {
            let signature = ours::issue(secret, &request, &public, *expiration, TYPE, *today)?;
            answers.push(ours::Share { index: *index, key, signature });
        }
        let peer_answers: Vec<peer::BlindedSignature> = answers
            .iter()
            .map(|share| peer::BlindedSignature::from_bytes(&share.signature.to_bytes()))
            .collect::<Result<_, _>>()?;
        done(Row::measure(
            "issue_verify",
            4.0,
            ROUNDS,
            &mut || {
                drop(black_box(peer::issue_verify(
                    &quorum.peer_partial[3],
                    &peer_user,
                    &peer_answers[3],
                    &peer_info,
                    4,
                )));
            },
            &mut || drop(black_box(info.unblind_and_verify(user, &answers[3]))),
        ));

        let wallets: Vec<_> =
            answers.iter().map(|share| info.unblind_and_verify(user, share)).collect::<Result<_, _>>()?;
        let mut peer_wallets = Vec::new();
        for ((key, answer), index) in quorum.peer_partial.iter().zip(&peer_answers).zip(&quorum.indices) {
            peer_wallets.push(peer::issue_verify(key, &peer_user, answer, &peer_info, *index)?);
        }
        done(Row::measure(
            "aggregate 10 wallets",
            5.0,
            ROUNDS,
            &mut || {
                drop(black_box(peer::aggregate_wallets(&quorum.peer_master, &peer_user, &peer_wallets, &peer_info)));
            },
            &mut || drop(black_box(ours::PartialWallet::aggregate(user, &wallets, &quorum.master))),
        ));
        Ok(ours::PartialWallet::aggregate(user, &wallets, &quorum.master)?)
    }

    /// Signature sets made by all ten signers and aggregated.
    fn sets(&self, done: &mut dyn FnMut(Row)) {
        let Self { quorum, expiration, .. } = self;
        let params = peer::ecash_parameters();
        let date = expiration.timestamp();
        done(Row::measure(
            "coin-index signatures, 10 signers",
            15.0,
            3,
            &mut || {
                let shares: Vec<_> = quorum
                    .indices
                    .iter()
                    .zip(&quorum.peer_partial)
                    .zip(&quorum.peer_secrets)
                    .map(|((index, key), secret)| CoinIndexSignatureShare {
                        index: *index,
                        key: key.clone(),
                        signatures: sign_coin_indices(params, &quorum.peer_master, secret).expect("signs"),
                    })
                    .collect();
                let set = aggregate_annotated_indices_signatures(params, &quorum.peer_master, &shares);
                drop(black_box(set.expect("valid")));
            },
            &mut || {
                // A fresh key: hashing the fifty indices is part of the work, once for all ten.
                let master = ours::PreparedKey::new(quorum.master.key().clone()).expect("a good key");
                let sets: Vec<_> =
                    quorum.secrets.iter().map(|secret| ours::sign_coin_indices(secret, &master)).collect();
                let set = ours::aggregate_coin_indices(&shares(quorum, &sets), THRESHOLD, &master, &mut OsRng);
                drop(black_box(set.expect("valid")));
            },
        ));
        done(Row::measure(
            "expiration signatures, 10 signers",
            10.0,
            5,
            &mut || {
                let shares: Vec<_> = quorum
                    .indices
                    .iter()
                    .zip(&quorum.peer_partial)
                    .zip(&quorum.peer_secrets)
                    .map(|((index, key), secret)| ExpirationDateSignatureShare {
                        index: *index,
                        key: key.clone(),
                        signatures: sign_expiration_date(secret, date).expect("signs"),
                    })
                    .collect();
                let set = aggregate_annotated_expiration_signatures(&quorum.peer_master, date, &shares);
                drop(black_box(set.expect("valid")));
            },
            &mut || {
                let sets: Vec<_> = quorum
                    .secrets
                    .iter()
                    .map(|secret| ours::sign_expiration_dates(secret, *expiration).expect("a good date"))
                    .collect();
                let shares = shares(quorum, &sets);
                let set = ours::aggregate_expiration_dates(&shares, *expiration, THRESHOLD, &quorum.master, &mut OsRng);
                drop(black_box(set.expect("valid")));
            },
        ));
    }

    fn payments(&self, wallet: &ours::Wallet, done: &mut dyn FnMut(Row)) -> Result<()> {
        let Self { quorum, user, today, expiration } = self;
        let day = *today;
        let params = peer::ecash_parameters();
        let peer_user = peer::SecretKeyUser::from_bytes(&user.to_bytes())?;
        let sets = Sets::new(quorum, *expiration, THRESHOLD)?;
        let peer_wallet = peer::scheme::Wallet::from_bytes(&wallet.to_bytes())?.into_wallet_signatures();
        let pay_info = PayInfo([6; 72]);
        let peer_pay_info = peer::PayInfo { pay_info_bytes: pay_info.0 };
        let peer_spend = |tickets| {
            let (dates, coins) = (&sets.peer_dates, &sets.peer_coins);
            let master = &quorum.peer_master;
            peer_wallet.spend(params, master, &peer_user, &peer_pay_info, 0, tickets, dates, coins, day.timestamp())
        };
        let spend = |tickets| {
            let spend = ours::Spend { tickets, pay_info: &pay_info, day };
            wallet.clone().spend(user, &quorum.master, sets.ours(), spend, &mut OsRng)
        };
        done(Row::measure("spend", 7.0, ROUNDS, &mut || drop(black_box(peer_spend(1))), &mut || {
            drop(black_box(spend(1)));
        }));

        let peer_verify = |payment: &peer::scheme::Payment| {
            payment.spend_verify(&quorum.peer_master, &peer_pay_info, day.timestamp()).expect("valid");
        };
        for (work, tickets, goal) in [("spend_verify, 1 ticket", 1, 8.0), ("spend_verify, 10 tickets", 10, 5.0)] {
            let (peer_payment, payment) = (peer_spend(tickets)?, spend(tickets)?);
            let claim = ours::Claim { payment: &payment, pay_info: &pay_info, day, key: &quorum.master };
            done(Row::measure(work, goal, ROUNDS, &mut || peer_verify(&peer_payment), &mut || {
                ours::verify(&claim, CoinIndexProof::Required, &mut OsRng).expect("valid");
            }));
        }

        let peer_payment = peer_spend(1)?;
        let peer_bytes = to_bin(&peer_payment)?;
        let encoded: Vec<Vec<u8>> = (0..BATCH)
            .map(|_| {
                let payment = spend(1)?;
                Ok(ours::CredentialSpendingData { payment, pay_info, spend_date: day, epoch_id: 1 }.to_bytes())
            })
            .collect::<Result<_>>()?;
        let decode = |bytes: &Vec<u8>| ours::CredentialSpendingData::from_bytes(bytes).expect("well-formed");
        let verify_all = |data: &[ours::CredentialSpendingData]| {
            let claims: Vec<_> = data.iter().map(|data| data.claim(&quorum.master)).collect();
            let answers = ours::verify_batch(&claims, CoinIndexProof::Required, &mut OsRng);
            assert!(answers.iter().all(Result::is_ok));
        };
        let decoded: Vec<_> = encoded.iter().map(decode).collect();
        let batched =
            Row::measure("100 payments batched, per payment", 10.0, 5, &mut || peer_verify(&peer_payment), &mut || {
                verify_all(&decoded)
            });
        done(batched.per_piece(BATCH));
        let from_bytes = Row::measure(
            "batched payments from bytes, per second and core",
            280.0,
            5,
            &mut || peer_verify(&from_bin(&peer_bytes).expect("well-formed")),
            &mut || verify_all(&encoded.iter().map(decode).collect::<Vec<_>>()),
        );
        done(from_bytes.per_piece(BATCH).per_second());
        Ok(())
    }
}
