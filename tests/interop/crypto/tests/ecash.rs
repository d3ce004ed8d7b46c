//! Issuance, sets, spending, identification, Merkle proofs and stored types across the two implementations.

use anyhow::{Result, anyhow, ensure};
use interop_crypto::bridge::{Quorum, Sets, from_bin, shares, through_json, to_bin};
use nym_curve::{G1, G1Affine, Point};
use nym_ecash as ours;
use nym_ecash::{CoinIndexProof, EcashDay, PayInfo, Stored, TicketType};
use peer_ecash as peer;
use peer_ecash::scheme::coin_indices_signatures::{
    CoinIndexSignatureShare, aggregate_annotated_indices_signatures, sign_coin_indices, verify_coin_indices_signatures,
};
use peer_ecash::scheme::expiration_date_signatures::{
    ExpirationDateSignatureShare, aggregate_annotated_expiration_signatures, sign_expiration_date,
    verify_valid_dates_signatures,
};
use peer_ecash::scheme::identify::{IdentifyResult, identify};
use peer_ecash::scheme::withdrawal::RequestInfo;
use rand::rngs::OsRng;

const TYPE: TicketType = TicketType::V1WireguardEntry;
const BOTH: [bool; 2] = [false, true];

fn days() -> Result<(EcashDay, EcashDay)> {
    let today = EcashDay::from_timestamp(1_701_907_200)?;
    Ok((today, today.default_expiration()?))
}

/// A ticketbook requested by one side, signed by one side, aggregated by the requester; as stored bytes.
fn ticketbook(
    quorum: &Quorum,
    user: &ours::SecretKeyUser,
    client_is_peer: bool,
    signer_is_peer: bool,
) -> Result<Vec<u8>> {
    let (today, expiration) = days()?;
    let peer_user = peer::SecretKeyUser::from_bytes(&user.to_bytes())?;
    let (request, info) = if client_is_peer {
        let (request, info) = peer::withdrawal_request(&peer_user, expiration.timestamp(), TYPE.number())?;
        (to_bin(&request)?, to_bin(&info)?)
    } else {
        let (request, info) = ours::WithdrawalRequest::create(user, expiration, TYPE, &mut OsRng);
        (request.to_bytes(), info.to_bytes())
    };
    ensure!((request.len(), info.len()) == (397, 248));
    let ours_request = ours::WithdrawalRequest::from_bytes(&request)?;
    let peer_request: peer::WithdrawalRequest = from_bin(&request)?;
    ensure!(to_bin(&through_json::<_, ours::WithdrawalRequest>(&peer_request)?)? == request);
    let answers: Vec<[u8; 96]> = (0..quorum.indices.len())
        .map(|i| {
            Ok(if signer_is_peer {
                let key = peer_user.public_key();
                peer::issue(&quorum.peer_secrets[i], key, &peer_request, expiration.timestamp(), TYPE.number())?
                    .to_bytes()
            } else {
                let key = ours::PublicKeyUser::from_bytes(&peer_user.public_key().to_bytes())?;
                ours::issue(&quorum.secrets[i], &ours_request, &key, expiration, TYPE, today)?.to_bytes()
            })
        })
        .collect::<Result<_>>()?;
    if client_is_peer {
        let info: RequestInfo = from_bin(&info)?;
        let mut wallets = Vec::new();
        for (i, answer) in answers.iter().enumerate() {
            let answer = peer::BlindedSignature::from_bytes(answer)?;
            let wallet = peer::issue_verify(&quorum.peer_partial[i], &peer_user, &answer, &info, quorum.indices[i])?;
            ensure!(ours::PartialWallet::from_bytes(&wallet.to_bytes())?.to_bytes() == wallet.to_bytes());
            wallets.push(wallet);
        }
        Ok(peer::aggregate_wallets(&quorum.peer_master, &peer_user, &wallets, &info)?.to_bytes().to_vec())
    } else {
        let info = ours::RequestInfo::from_bytes(&info)?;
        let mut shares = Vec::new();
        for ((index, key), answer) in quorum.indices.iter().zip(&quorum.partial).zip(&answers) {
            shares.push(ours::Share { index: *index, key, signature: ours::BlindedSignature::from_bytes(answer)? });
        }
        let collected = info.collect(user, &shares, 2, &quorum.master)?;
        ensure!(collected.rejected.is_empty());
        Ok(collected.wallet.to_bytes().to_vec())
    }
}

/// The next tickets of a stored ticketbook, spent by one side; as bytes.
fn spend(
    quorum: &Quorum,
    sets: &Sets,
    user: &ours::SecretKeyUser,
    wallet: &[u8],
    payer_is_peer: bool,
    tickets: u64,
    pay_info: &PayInfo,
) -> Result<Vec<u8>> {
    let (today, _) = days()?;
    if payer_is_peer {
        let user = peer::SecretKeyUser::from_bytes(&user.to_bytes())?;
        let wallet = peer::scheme::Wallet::from_bytes(wallet)?.into_wallet_signatures();
        let pay_info = peer::PayInfo { pay_info_bytes: pay_info.0 };
        let payment = wallet.spend(
            peer::ecash_parameters(),
            &quorum.peer_master,
            &user,
            &pay_info,
            0,
            tickets,
            &sets.peer_dates,
            &sets.peer_coins,
            today.timestamp(),
        )?;
        to_bin(&payment)
    } else {
        let spend = ours::Spend { tickets, pay_info, day: today };
        let payment = ours::Wallet::from_bytes(wallet)?.spend(user, &quorum.master, sets.ours(), spend, &mut OsRng)?;
        Ok(payment.to_bytes())
    }
}

fn verified_by_peer(quorum: &Quorum, payment: &[u8], pay_info: &PayInfo) -> Result<()> {
    let (today, _) = days()?;
    let payment: peer::scheme::Payment = from_bin(payment)?;
    let pay_info = peer::PayInfo { pay_info_bytes: pay_info.0 };
    Ok(payment.spend_verify(&quorum.peer_master, &pay_info, today.timestamp())?)
}

fn verified_by_us(quorum: &Quorum, payment: &[u8], pay_info: &PayInfo, policy: CoinIndexProof) -> Result<()> {
    let (day, _) = days()?;
    let payment = ours::Payment::from_bytes(payment)?;
    let claim = ours::Claim { payment: &payment, pay_info, day, key: &quorum.master };
    Ok(ours::verify(&claim, policy, &mut OsRng)?)
}

#[test]
fn keys_have_the_same_bytes() -> Result<()> {
    for dealt_by_peer in BOTH {
        let quorum = Quorum::new(3, 2, dealt_by_peer)?;
        ensure!(quorum.master.key().to_bytes() == quorum.peer_master.to_bytes());
        let json: ours::VerificationKeyAuth = through_json(&quorum.peer_master)?;
        ensure!(&json == quorum.master.key());
        ensure!(to_bin(quorum.master.key())? == to_bin(&quorum.peer_master)?);
        for i in 0..3 {
            ensure!(quorum.partial[i].to_bytes() == quorum.peer_partial[i].to_bytes());
            ensure!(quorum.secrets[i].to_bytes() == quorum.peer_secrets[i].to_bytes());
        }
    }
    let ours_pair = ours::KeyPairUser::from_seed(&[5; 32]);
    let peer_pair = peer::generate_keypair_user_from_seed([5; 32]);
    ensure!(ours_pair.to_bytes().to_vec() == peer_pair.to_bytes());
    ensure!(to_bin(&ours_pair)? == to_bin(&peer_pair)?);
    Ok(())
}

/// Every combination of dealer, client, signer, payer and verifier, with one and with three tickets.
#[test]
fn tickets_travel_between_all_roles() -> Result<()> {
    let (_, expiration) = days()?;
    let user = ours::SecretKeyUser::from_seed(&[1; 32]);
    for dealt_by_peer in BOTH {
        let quorum = Quorum::new(3, 2, dealt_by_peer)?;
        let sets = Sets::new(&quorum, expiration, 2)?;
        for client_is_peer in BOTH {
            for signer_is_peer in BOTH {
                let wallet = ticketbook(&quorum, &user, client_is_peer, signer_is_peer)?;
                for payer_is_peer in BOTH {
                    for tickets in [1, 3] {
                        let pay_info = PayInfo::new(&[9; 32], 5, &mut OsRng);
                        let payment = spend(&quorum, &sets, &user, &wallet, payer_is_peer, tickets, &pay_info)?;
                        verified_by_peer(&quorum, &payment, &pay_info)?;
                        verified_by_us(&quorum, &payment, &pay_info, CoinIndexProof::OptionalForOldClients)?;
                        let strict = verified_by_us(&quorum, &payment, &pay_info, CoinIndexProof::Required);
                        ensure!(strict.is_ok() != payer_is_peer, "the peer never sends the coin-index proof");
                        ensure!(verified_by_peer(&quorum, &payment, &PayInfo([1; 72])).is_err());
                    }
                }
            }
        }
    }
    Ok(())
}

#[test]
fn double_spenders_are_identified_by_both() -> Result<()> {
    let (_, expiration) = days()?;
    let user = ours::SecretKeyUser::from_seed(&[1; 32]);
    let quorum = Quorum::new(3, 2, false)?;
    let sets = Sets::new(&quorum, expiration, 2)?;
    let wallet = ticketbook(&quorum, &user, false, true)?;
    let infos = [PayInfo([6; 72]), PayInfo([7; 72])];
    for payers in [[false, false], [false, true], [true, false], [true, true]] {
        let mut payments = Vec::new();
        for (payer_is_peer, info) in payers.iter().zip(&infos) {
            payments.push(spend(&quorum, &sets, &user, &wallet, *payer_is_peer, 1, info)?);
        }
        let [first, second] = [0, 1].map(|i| ours::Payment::from_bytes(&payments[i]));
        let (first, second) = (first?, second?);
        let expected = user.public_key();
        ensure!(
            ours::identify(&first, &infos[0], &second, &infos[1])? == ours::Identification::DoubleSpender(expected)
        );
        let [p1, p2] = [0, 1].map(|i| from_bin::<peer::scheme::Payment>(&payments[i]));
        let [i1, i2] = infos.map(|info| peer::PayInfo { pay_info_bytes: info.0 });
        match identify(&p1?, &p2?, i1, i2) {
            IdentifyResult::DoubleSpendingPublicKeys(pk) => ensure!(pk.to_bytes() == expected.to_bytes()),
            other => return Err(anyhow!("the peer says {other:?}")),
        }
    }
    Ok(())
}

#[test]
fn signature_sets_aggregate_on_both_sides() -> Result<()> {
    let (_, expiration) = days()?;
    let quorum = Quorum::new(3, 2, true)?;
    let params = peer::ecash_parameters();
    let date = expiration.timestamp();
    let made = Sets::new(&quorum, expiration, 2)?;
    let (mut dates, mut coins) = (Vec::new(), Vec::new());
    let (mut peer_dates, mut peer_coins) = (Vec::new(), Vec::new());
    for i in 0..3 {
        let peer_date = sign_expiration_date(&quorum.peer_secrets[i], date)?;
        let peer_coin = sign_coin_indices(params, &quorum.peer_master, &quorum.peer_secrets[i])?;
        dates.push(through_json::<_, Vec<ours::ExpirationDateSignature>>(&peer_date)?);
        coins.push(through_json::<_, Vec<ours::CoinIndexSignature>>(&peer_coin)?);
        ensure!(dates[i] == ours::sign_expiration_dates(&quorum.secrets[i], expiration)?);
        ensure!(coins[i] == ours::sign_coin_indices(&quorum.secrets[i], &quorum.master));
        ensure!(to_bin(&peer_coin)? == ours::coin_indices_to_bin(&coins[i]));
        ensure!(to_bin(&peer_date)? == ours::expiration_dates_to_bin(&dates[i]));
        let (index, key) = (quorum.indices[i], quorum.peer_partial[i].clone());
        let signatures = through_json(&dates[i])?;
        peer_dates.push(ExpirationDateSignatureShare { index, key: key.clone(), signatures });
        peer_coins.push(CoinIndexSignatureShare { index, key, signatures: through_json(&coins[i])? });
    }
    let rng = &mut OsRng;
    let ours_dates = ours::aggregate_expiration_dates(&shares(&quorum, &dates), expiration, 2, &quorum.master, rng)?;
    let ours_coins = ours::aggregate_coin_indices(&shares(&quorum, &coins), 2, &quorum.master, rng)?;
    ensure!(ours_dates.signatures == made.dates && ours_coins.signatures == made.coins);
    let by_peer = aggregate_annotated_expiration_signatures(&quorum.peer_master, date, &peer_dates)?;
    ensure!(through_json::<_, Vec<ours::ExpirationDateSignature>>(&by_peer)? == made.dates);
    let by_peer = aggregate_annotated_indices_signatures(params, &quorum.peer_master, &peer_coins)?;
    ensure!(through_json::<_, Vec<ours::CoinIndexSignature>>(&by_peer)? == made.coins);
    verify_valid_dates_signatures(&quorum.peer_master, &made.peer_dates, date)?;
    verify_coin_indices_signatures(&quorum.peer_master, &quorum.peer_master, &made.peer_coins)?;
    Ok(())
}

/// What the peer accepts and we do not: the reason for the checks of our own.
#[test]
fn forgeries_that_only_the_peer_accepts() -> Result<()> {
    let (_, expiration) = days()?;
    let user = ours::SecretKeyUser::from_seed(&[1; 32]);
    let quorum = Quorum::new(3, 2, false)?;
    let sets = Sets::new(&quorum, expiration, 2)?;
    let wallet = ticketbook(&quorum, &user, false, false)?;
    let pay_info = PayInfo([6; 72]);
    let payment = ours::Payment::from_bytes(&spend(&quorum, &sets, &user, &wallet, false, 2, &pay_info)?)?;
    let refused = |payment: &ours::Payment| {
        verified_by_us(&quorum, &payment.to_bytes(), &pay_info, CoinIndexProof::OptionalForOldClients).is_err()
    };
    let accepted = |payment: &ours::Payment| verified_by_peer(&quorum, &payment.to_bytes(), &pay_info).is_ok();

    // No coin-index signature at all.
    let mut identity = payment.clone();
    identity.omega = vec![ours::Signature { h: G1Affine::identity(), s: G1Affine::identity() }; 2];
    ensure!(accepted(&identity) && refused(&identity), "identity pairs");

    let error = G1::random(&mut OsRng);
    let mut cancelling = payment.clone();
    cancelling.omega[0].s = (error + cancelling.omega[0].s).to_affine();
    cancelling.omega[1].s = (G1::from(cancelling.omega[1].s) - error).to_affine();
    ensure!(accepted(&cancelling) && refused(&cancelling), "errors that cancel");

    let mut dates = sets.dates.clone();
    dates[0].signature.s = (error + dates[0].signature.s).to_affine();
    dates[1].signature.s = (G1::from(dates[1].signature.s) - error).to_affine();
    let peer_dates: Vec<peer::scheme::expiration_date_signatures::AnnotatedExpirationDateSignature> =
        through_json(&dates)?;
    let date = expiration.timestamp();
    ensure!(verify_valid_dates_signatures(&quorum.peer_master, &peer_dates, date).is_ok());
    ensure!(ours::verify_expiration_dates(quorum.master.key(), expiration, &dates, &mut OsRng).is_err());
    Ok(())
}

#[test]
fn spending_data_in_all_forms() -> Result<()> {
    use peer_credentials_interface::{BandwidthCredential, CredentialSpendingData};
    let (today, expiration) = days()?;
    let user = ours::SecretKeyUser::from_seed(&[1; 32]);
    let quorum = Quorum::new(3, 2, false)?;
    let sets = Sets::new(&quorum, expiration, 2)?;
    let wallet = ticketbook(&quorum, &user, false, false)?;
    let pay_info = PayInfo([6; 72]);
    for payer_is_peer in BOTH {
        let payment = ours::Payment::from_bytes(&spend(&quorum, &sets, &user, &wallet, payer_is_peer, 1, &pay_info)?)?;
        let data = ours::CredentialSpendingData { payment, pay_info, spend_date: today, epoch_id: 77 };
        let peer_data = CredentialSpendingData::try_from_bytes(&data.to_bytes()).map_err(|error| anyhow!("{error}"))?;
        ensure!(peer_data.to_bytes() == data.to_bytes());
        ensure!(to_bin(&peer_data)? == data.to_bin());
        ensure!(through_json::<_, ours::CredentialSpendingData>(&peer_data)? == data);
        // Which form of a date the peer writes is a feature of its build: arrays here, text in its services. We write
        // text and read both; every build of the peer reads arrays.
        let mut json = serde_json::to_value(&data)?;
        ensure!(json["spend_date"] == "2023-12-07");
        json["spend_date"] = serde_json::json!([2023, 341]);
        ensure!(serde_json::from_value::<CredentialSpendingData>(json)?.to_bytes() == data.to_bytes());
        ensure!(peer_data.serial_number_b58() == data.payment.encoded_serial_number());
        peer_data.verify(&quorum.peer_master).map_err(|error| anyhow!("{error}"))?;
        let credential = ours::BandwidthCredential::ZkNym(Box::new(data));
        let peer_credential: BandwidthCredential = from_bin(&credential.to_bin())?;
        ensure!(to_bin(&peer_credential)? == credential.to_bin());
    }
    Ok(())
}

#[test]
fn stored_ticketbooks() -> Result<()> {
    use peer_credentials::ecash::bandwidth::serialiser::VersionedSerialise;
    let (_, expiration) = days()?;
    let user = ours::SecretKeyUser::from_seed(&[1; 32]);
    let quorum = Quorum::new(3, 2, false)?;
    let sets = Sets::new(&quorum, expiration, 2)?;
    let wallet = ours::Wallet::from_bytes(&ticketbook(&quorum, &user, false, false)?)?;
    let ticketbook = ours::IssuedTicketBook {
        signatures_wallet: wallet.signatures().clone(),
        spent_tickets: 3,
        epoch_id: 7,
        ecash_secret_key: user,
        expiration_date: expiration,
        ticketbook_type: TYPE,
    };
    let file = ours::ImportableTicketBook {
        serialised_ticketbook: ticketbook.pack(),
        serialised_expiration_date_signatures: Some(
            ours::AggregatedExpirationDateSignatures {
                epoch_id: 7,
                expiration_date: expiration,
                signatures: sets.dates.clone(),
            }
            .pack(),
        ),
        serialised_coin_index_signatures: Some(
            ours::AggregatedCoinIndicesSignatures { epoch_id: 7, signatures: sets.coins.clone() }.pack(),
        ),
        serialised_master_verification_key: Some(
            ours::EpochVerificationKey { epoch_id: 7, key: quorum.master.key().clone() }.pack(),
        ),
    };
    let peer_file =
        peer_credentials::ecash::bandwidth::importable::ImportableTicketBook::try_unpack(&file.pack().data, None)
            .map_err(|error| anyhow!("{error}"))?;
    ensure!(peer_file.pack().data == file.pack().data);
    let decoded = peer_file.try_unpack_full().map_err(|error| anyhow!("{error}"))?;
    ensure!(decoded.ticketbook.pack().data == ticketbook.pack().data);
    ensure!(decoded.ticketbook.spent_tickets() == 3 && decoded.ticketbook.epoch_id() == 7);
    ensure!(decoded.expiration_date_signatures.is_some() && decoded.coin_index_signatures.is_some());
    let key = decoded.master_verification_key.ok_or_else(|| anyhow!("the key is missing"))?;
    ensure!(
        key.pack().data == ours::EpochVerificationKey { epoch_id: 7, key: quorum.master.key().clone() }.pack().data
    );

    let pending = ours::IssuanceTicketBook {
        deposit_id: 70_000,
        signing_key: [8; 32],
        ecash_keypair: ours::KeyPairUser::from_seed(&[1; 32]),
        ticketbook_type: TYPE,
        expiration_date: expiration,
    };
    let peer_pending = peer_credentials::ecash::bandwidth::IssuanceTicketBook::try_unpack(&pending.pack().data, None)
        .map_err(|error| anyhow!("{error}"))?;
    ensure!(peer_pending.pack().data == pending.pack().data);
    ensure!(peer_pending.deposit_id() == 70_000);
    Ok(())
}

#[test]
fn merkle_proofs_cross() -> Result<()> {
    use peer_merkle::{IssuedTicketbook, IssuedTicketbooksFullMerkleProof, IssuedTicketbooksMerkleTree};
    let (_, expiration) = days()?;
    let mut tree = ours::MerkleTree::new();
    let mut peer_tree = IssuedTicketbooksMerkleTree::new();
    for leaves in 1..=17u32 {
        let issued = ours::IssuedTicketbook {
            deposit_id: leaves,
            epoch_id: 3,
            blinded_partial_credential: vec![u8::try_from(leaves)?; 96],
            joined_encoded_private_attributes_commitments: vec![2; 96],
            expiration_date: expiration,
            ticketbook_type: TYPE,
        };
        let peer_issued: IssuedTicketbook = through_json(&issued)?;
        ensure!(peer_issued.hash_to_merkle_leaf() == issued.leaf());
        ensure!(through_json::<_, ours::IssuedTicketbook>(&peer_issued)? == issued);
        let inserted = tree.insert(issued.leaf());
        let peer_inserted = peer_tree.insert(&peer_issued);
        ensure!(serde_json::to_value(&inserted)? == serde_json::to_value(&peer_inserted)?);
        let root = tree.root().ok_or_else(|| anyhow!("no root"))?;
        let leaves = usize::try_from(leaves)?;
        for picks in [vec![0], vec![leaves - 1], (0..leaves).collect(), (0..leaves).step_by(3).collect()] {
            let proof = tree.prove(&picks)?;
            let peer_proof = peer_tree.generate_proof(&picks).ok_or_else(|| anyhow!("no proof"))?;
            ensure!(serde_json::to_value(&proof)? == serde_json::to_value(&peer_proof)?, "{leaves} {picks:?}");
            ensure!(through_json::<_, IssuedTicketbooksFullMerkleProof>(&proof)?.verify(root));
            through_json::<_, ours::MerkleProof>(&peer_proof)?.verify(&root)?;
        }
    }
    Ok(())
}
