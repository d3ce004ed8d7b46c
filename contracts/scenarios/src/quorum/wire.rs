//! What published clients read: the text of answers, proposals, and storage
//! (`docs/protocol/quorum-contracts.md` §1, §3.3, §4.8, §6.4).

use super::deployment::{PRICE, Quorum, public_key};
use super::deposits::deposit_for;
use crate::Engine;
use crate::mixnet::{NodeIdentity, nym};
use cosmwasm_std::{CosmosMsg, WasmMsg};
use nym_ecash_contract::msg::ExecuteMsg as EcashMsg;

pub(super) fn answers_of_the_dkg_contract<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let dkg = quorum.dkg.clone();
    let times = concat!(
        r#""time_configuration":{"public_key_submission_time_secs":3600,"dealing_exchange_time_secs":3600,"#,
        r#""verification_key_submission_time_secs":3600,"verification_key_validation_time_secs":3600,"#,
        r#""verification_key_finalization_time_secs":3600,"in_progress_time_secs":1209600}"#
    );
    let nothing = r#"{"registered_dealers":0,"registered_resharing_dealers":0,"submitted_dealings":0,"submitted_key_shares":0,"verified_keys":0}"#;
    assert_eq!(
        quorum.text(&dkg, r#"{"get_current_epoch_state":{}}"#),
        format!(
            r#"{{"state":"waiting_initialisation","epoch_id":0,"state_progress":{nothing},{times},"deadline":null}}"#
        )
    );
    assert_eq!(
        quorum.text(&dkg, r#"{"can_advance_state":{}}"#),
        format!(
            r#"{{"current_state":"waiting_initialisation","progress":{nothing},"deadline":null,"reached_deadline":false,"is_complete":false}}"#
        )
    );
    assert_eq!(quorum.text(&dkg, r#"{"get_current_epoch_threshold":{}}"#), "null");
    assert_eq!(quorum.text(&dkg, r#"{"get_epoch_state_at_height":{"height":1}}"#), "null");
    let (multisig, group) = (quorum.multisig.clone(), quorum.group.clone());
    assert_eq!(
        quorum.text(&dkg, r#"{"get_state":{}}"#),
        format!(r#"{{"mix_denom":"unym","multisig_addr":"{multisig}","group_addr":"{group}","key_size":2}}"#)
    );
    let version = quorum.text(&dkg, r#"{"get_cw2_contract_version":{}}"#);
    assert_eq!(version, r#"{"contract":"crate:nym-coconut-dkg","version":"0.1.0"}"#);

    let before = quorum.engine.block_height();
    quorum.initiate();
    quorum.register_all(false);
    let signer = quorum.signers[0].clone();
    quorum.deal(0, false);
    let question = format!(r#"{{"get_dealings_metadata":{{"epoch_id":0,"dealer":"{signer}","dealing_index":0}}}}"#);
    let answer = quorum.text(&dkg, &question);
    let beginning = format!(
        r#"{{"epoch_id":0,"dealer":"{signer}","dealing_index":0,"metadata":{{"dealing_index":0,"submitted_chunks":{{"0":{{"info":{{"size":4}},"status":{{"submission_height":"#
    );
    assert!(answer.starts_with(&beginning), "{answer}");
    let question = format!(r#"{{"get_dealer_dealings_status":{{"epoch_id":0,"dealer":"{signer}"}}}}"#);
    let answer = quorum.text(&dkg, &question);
    let beginning = format!(
        r#"{{"epoch_id":0,"dealer":"{signer}","all_dealings_fully_submitted":true,"dealing_submission_status":{{"0":{{"has_metadata":true,"fully_submitted":true,"chunk_submission_status":{{"0":{{"submission_height":"#
    );
    assert!(answer.starts_with(&beginning), "{answer}");
    let question =
        format!(r#"{{"get_dealing_chunk":{{"epoch_id":0,"dealer":"{signer}","dealing_index":0,"chunk_index":1}}}}"#);
    assert_eq!(
        quorum.text(&dkg, &question),
        format!(
            r#"{{"epoch_id":0,"dealer":"{signer}","dealing_index":0,"chunk_index":1,"chunk":"{}"}}"#,
            bs58::encode([5, 6, 7]).into_string()
        )
    );
    quorum.deal(1, false);
    quorum.deal(2, false);
    quorum.advance();
    quorum.share(0, false);
    let share = bs58::encode([9; 40]).into_string();
    let record = format!(
        r#"{{"share":"{share}","announce_address":"https://signer1.example/api/","node_index":1,"owner":"{signer}","epoch_id":0,"verified":false}}"#
    );
    assert_eq!(
        quorum.text(&dkg, r#"{"get_verification_keys":{"epoch_id":0,"limit":null,"start_after":null}}"#),
        format!(r#"{{"shares":[{record}],"per_page":10,"start_next_after":"{signer}"}}"#)
    );
    let question = format!(r#"{{"get_verification_key":{{"epoch_id":0,"owner":"{signer}"}}}}"#);
    let expected = format!(r#"{{"owner":"{signer}","epoch_id":0,"share":{record}}}"#);
    assert_eq!(quorum.text(&dkg, &question), expected);
    let question = format!(r#"{{"get_dealer_details":{{"dealer_address":"{signer}"}}}}"#);
    let answer = quorum.text(&dkg, &question);
    assert!(answer.ends_with(r#""dealer_type":{"current":{"assigned_index":1}}}"#), "{answer}");
    let question = format!(r#"{{"get_dealer_details":{{"dealer_address":"{dkg}"}}}}"#);
    assert_eq!(quorum.text(&dkg, &question), r#"{"details":null,"dealer_type":"unknown"}"#);
    // Before the block in which the ceremony began.
    let question = format!(r#"{{"get_epoch_state_at_height":{{"height":{before}}}}}"#);
    assert!(quorum.text(&dkg, &question).starts_with(r#"{"state":"waiting_initialisation""#));
    let answer = quorum.text(&dkg, r#"{"get_current_epoch_state":{}}"#);
    assert!(
        answer.starts_with(r#"{"state":{"verification_key_submission":{"resharing":false}},"epoch_id":0,"#),
        "{answer}"
    );
    let first = quorum.signers.iter().min().expect("there are signers").clone();
    let answer = quorum.text(&dkg, r#"{"get_dealer_indices":{"limit":1,"start_after":null}}"#);
    assert!(answer.starts_with(&format!(r#"{{"indices":[["{first}","#)), "{answer}");
}

pub(super) fn answers_of_the_ecash_contract<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let ecash = quorum.ecash.clone();
    let alice = quorum.engine.account("alice", &[nym(PRICE)]);
    let price = r#"{"denom":"unym","amount":"75000000"}"#;
    assert_eq!(quorum.text(&ecash, r#"{"get_default_deposit_amount":{}}"#), price);
    assert_eq!(quorum.text(&ecash, r#"{"get_required_deposit_amount":{}}"#), price);
    let question = format!(r#"{{"get_reduced_deposit_amount":{{"address":"{alice}"}}}}"#);
    assert_eq!(quorum.text(&ecash, &question), "null");
    assert_eq!(quorum.text(&ecash, r#"{"get_all_whitelisted_accounts":{}}"#), r#"{"whitelisted_accounts":[]}"#);
    assert_eq!(quorum.text(&ecash, r#"{"get_latest_deposit":{}}"#), r#"{"deposit":null}"#);
    quorum.ecash_takes(&alice, &deposit_for(1), &[nym(PRICE)]);
    let key = NodeIdentity::number(1).to_base58();
    let deposit = format!(r#"{{"id":0,"deposit":{{"bs58_encoded_ed25519_pubkey":"{key}"}}}}"#);
    assert_eq!(quorum.text(&ecash, r#"{"get_deposit":{"deposit_id":0}}"#), deposit);
    assert_eq!(quorum.text(&ecash, r#"{"get_deposit":{"deposit_id":1}}"#), r#"{"id":1,"deposit":null}"#);
    assert_eq!(quorum.text(&ecash, r#"{"get_latest_deposit":{}}"#), format!(r#"{{"deposit":{deposit}}}"#));
    assert_eq!(
        quorum.text(&ecash, r#"{"get_deposits_paged":{"limit":null,"start_after":null}}"#),
        format!(r#"{{"deposits":[{deposit}],"start_next_after":0}}"#)
    );
    assert_eq!(
        quorum.text(&ecash, r#"{"get_deposits_statistics":{}}"#),
        concat!(
            r#"{"total_deposits_made":1,"total_deposited":{"denom":"unym","amount":"75000000"},"#,
            r#""total_deposits_made_with_default_price":1,"#,
            r#""total_deposited_with_default_price":{"denom":"unym","amount":"75000000"},"#,
            r#""total_deposits_made_with_custom_price":0,"#,
            r#""total_deposited_with_custom_price":{"denom":"unym","amount":"0"},"#,
            r#""deposits_made_with_custom_price":{},"deposited_with_custom_price":{}}"#
        )
    );
    let question = format!(r#"{{"get_blacklisted_account":{{"public_key":"{}"}}}}"#, public_key(1));
    assert_eq!(quorum.text(&ecash, &question), r#"{"account":null}"#);
    assert_eq!(
        quorum.text(&ecash, r#"{"get_blacklist_paged":{"limit":null,"start_after":null}}"#),
        r#"{"accounts":[],"per_page":50,"start_next_after":null}"#
    );
    let signer = quorum.signers[0].clone();
    let evidence = nym_ecash_contract::types::DoubleSpendEvidence { first: vec![1].into(), second: vec![2].into() };
    quorum.ecash_takes(&signer, &EcashMsg::ProposeBlacklisting { public_key: public_key(1), evidence }, &[]);
    let pending = r#"{"proposal_id":1,"finalized_at_height":null}"#;
    assert_eq!(quorum.text(&ecash, &question), format!(r#"{{"account":{pending}}}"#));
    assert_eq!(
        quorum.text(&ecash, r#"{"get_blacklist_paged":{"limit":null,"start_after":null}}"#),
        format!(
            r#"{{"accounts":[{{"public_key":"{0}","info":{pending}}}],"per_page":50,"start_next_after":"{0}"}}"#,
            public_key(1)
        )
    );
}

/// The one message that a proposal sends, and its target.
fn message_of<E: Engine>(quorum: &mut Quorum<E>, proposal_id: u64) -> (String, String) {
    let mut messages = quorum.proposal(proposal_id).msgs;
    match (messages.pop(), messages.pop()) {
        (Some(CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, funds })), None) if funds.is_empty() => {
            (contract_addr, String::from_utf8(msg.to_vec()).expect("messages are text"))
        }
        other => panic!("one execution was expected, not {other:?}"),
    }
}

pub(super) fn proposals<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    quorum.initiate();
    quorum.register_all(false);
    quorum.deal_all(3, false);
    let signer = quorum.signers[0].clone();
    let verification = quorum.share(0, false);
    let proposal = quorum.proposal(verification);
    assert_eq!(proposal.title, "Verify VK share, as ordered by Coconut DKG Contract");
    assert_eq!((proposal.description.as_str(), &proposal.proposer), ("", &quorum.dkg));
    let (target, message) = message_of(&mut quorum, verification);
    assert_eq!(target, quorum.dkg.as_str());
    assert_eq!(message, format!(r#"{{"verify_verification_key_share":{{"owner":"{signer}","resharing":false}}}}"#));

    let alice = quorum.engine.account("alice", &[nym(PRICE)]);
    quorum.ecash_takes(&alice, &deposit_for(1), &[nym(PRICE)]);
    let commitment_bs58 = bs58::encode([1; 32]).into_string();
    let redemption = EcashMsg::RequestRedemption { commitment_bs58: commitment_bs58.clone(), number_of_tickets: 7 };
    let redemption = super::proposal_in(&quorum.ecash_takes(&alice, &redemption, &[]));
    let (target, message) = message_of(&mut quorum, redemption);
    assert_eq!(target, quorum.ecash.as_str());
    assert_eq!(message, format!(r#"{{"redeem_tickets":{{"n":7,"gw":"{alice}"}}}}"#));
    let payout = EcashMsg::RequestPayout { commitment_bs58: commitment_bs58.clone(), number_of_tickets: 7 };
    let payout = super::proposal_in(&quorum.ecash_takes(&alice, &payout, &[]));
    let (target, message) = message_of(&mut quorum, payout);
    assert_eq!(target, quorum.ecash.as_str());
    assert_eq!(
        message,
        format!(r#"{{"pay_for_tickets":{{"n":7,"gw":"{alice}","commitment_bs58":"{commitment_bs58}"}}}}"#)
    );
}

pub(super) fn storage<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    let (dkg, ecash, signer) = (quorum.dkg.clone(), quorum.ecash.clone(), quorum.signers[0].clone());
    let raw = |quorum: &mut Quorum<E>, contract: &cosmwasm_std::Addr, key: &[u8]| {
        quorum.engine.query_raw(contract, key).map(|value| String::from_utf8_lossy(&value).into_owned())
    };
    // len16(namespace) ‖ namespace ‖ len16(part) ‖ part … ‖ last part
    let key = |parts: &[&[u8]]| {
        let (last, others) = parts.split_last().expect("there is a last part");
        let mut key = Vec::new();
        for part in others {
            key.extend(u16::try_from(part.len()).expect("parts are short").to_be_bytes());
            key.extend_from_slice(part);
        }
        key.extend_from_slice(last);
        key
    };
    for (contract, cw2, package) in
        [(&dkg, "crate:nym-coconut-dkg", "nym-dkg-contract"), (&ecash, "crate:nym-ecash", "nym-ecash-contract")]
    {
        let info = raw(&mut quorum, contract, b"contract_info").expect("it is stored");
        assert_eq!(info, format!(r#"{{"contract":"{cw2}","version":"0.1.0"}}"#));
        let build = raw(&mut quorum, contract, b"contract_build_info").expect("it is stored");
        assert!(build.contains(&format!(r#""contract_name":"{package}""#)), "{build}");
    }
    let epoch = raw(&mut quorum, &dkg, b"current_epoch").expect("it is stored");
    assert_eq!(raw(&mut quorum, &dkg, b"historical_epoch"), Some(epoch));
    assert_eq!(raw(&mut quorum, &dkg, b"threshold").as_deref(), Some("2"));
    let zero = 0u64.to_be_bytes();
    assert_eq!(raw(&mut quorum, &dkg, &key(&[b"epoch_thresholds", &zero])).as_deref(), Some("2"));
    assert_eq!(raw(&mut quorum, &dkg, b"node_index_counter").as_deref(), Some("3"));
    let owner = signer.as_bytes();
    assert_eq!(raw(&mut quorum, &dkg, &key(&[b"dealer_index", owner])).as_deref(), Some("1"));
    assert!(raw(&mut quorum, &dkg, &key(&[b"epoch_dealers", &zero, owner])).is_some());
    let dealing = 1u32.to_be_bytes();
    assert!(raw(&mut quorum, &dkg, &key(&[b"dealings_metadata", &zero, owner, &dealing])).is_some());
    let chunk = 0u16.to_be_bytes();
    let bytes = quorum.engine.query_raw(&dkg, &key(&[b"dealing", &zero, owner, &dealing, &chunk]));
    assert_eq!(bytes, Some(vec![1, 2, 3, 4]));
    assert!(
        raw(&mut quorum, &dkg, &key(&[b"vksp", owner, &zero])).is_some_and(|text| text.contains(r#""verified":true"#))
    );
    let mut primary = u16::try_from(owner.len()).expect("addresses are short").to_be_bytes().to_vec();
    primary.extend_from_slice(owner);
    primary.extend_from_slice(&zero);
    assert_eq!(raw(&mut quorum, &dkg, &key(&[b"vkse", &zero, &primary])), Some(primary.len().to_string()));
    assert_eq!(raw(&mut quorum, &dkg, b"dkg-admin"), Some(format!("\"{}\"", quorum.admin)));
    assert_eq!(raw(&mut quorum, &dkg, b"multisig"), Some(format!("\"{}\"", quorum.multisig)));

    let alice = quorum.engine.account("alice", &[nym(PRICE)]);
    quorum.ecash_takes(&alice, &deposit_for(1), &[nym(PRICE)]);
    let stored = quorum.engine.query_raw(&ecash, &key(&[b"deposit", &0u32.to_be_bytes()])).expect("it is stored");
    assert_eq!(bs58::encode(stored).into_string(), NodeIdentity::number(1).to_base58());
    assert_eq!(raw(&mut quorum, &ecash, b"deposit_ids").as_deref(), Some("1"));
    assert_eq!(raw(&mut quorum, &ecash, b"expected_invariants").as_deref(), Some(r#"{"ticket_book_size":50}"#));
    assert_eq!(
        raw(&mut quorum, &ecash, b"pool_counters").as_deref(),
        Some(concat!(
            r#"{"total_deposited":{"denom":"unym","amount":"75000000"},"total_redeemed":{"denom":"unym","amount":"0"},"#,
            r#""tickets_requested_and_not_redeemed":0}"#
        ))
    );
    let config = raw(&mut quorum, &ecash, b"config").expect("it is stored");
    assert!(config.starts_with(&format!(r#"{{"group_addr":"{}","holding_account":"#, quorum.group)), "{config}");
}
