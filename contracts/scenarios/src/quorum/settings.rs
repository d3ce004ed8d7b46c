//! Instantiation, administration and migration.

use super::deployment::{Quorum, json, proposal_in, times};
use crate::mixnet::nym;
use crate::{Contract, Engine};
use cw_controllers::AdminResponse;
use nym_dkg_contract::msg::{
    AdminAction as DkgAction, ExecuteMsg as DkgMsg, InstantiateMsg as DkgInstantiation, MigrateMsg as DkgMigration,
    QueryMsg as DkgQuery,
};
use nym_dkg_contract::types::{CeremonyRules, EpochState, State, TimeConfiguration};
use nym_ecash_contract::msg::{AdminAction as EcashAction, ExecuteMsg as EcashMsg, QueryMsg as EcashQuery};

pub(super) fn instantiation<E: Engine>(engine: &mut E) {
    let admin = engine.account("admin", &[]);
    let code = engine.store(Contract::Dkg);
    let good = DkgInstantiation {
        group_addr: admin.to_string(),
        multisig_addr: admin.to_string(),
        time_configuration: None,
        mix_denom: "unym".to_owned(),
        key_size: 5,
        ceremony_rules: None,
    };
    for address in ["", "n1", "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a"] {
        let message = DkgInstantiation { group_addr: address.to_owned(), ..good.clone() };
        assert!(engine.instantiate(&admin, code, &json(&message), &[], None).is_err(), "{address}");
    }
    let mut refuses = |change: &dyn Fn(&mut DkgInstantiation), words: &str| {
        let mut message = good.clone();
        change(&mut message);
        let refusal = engine.instantiate(&admin, code, &json(&message), &[], None).expect_err(words);
        assert!(refusal.contains(words), "'{refusal}' instead of '{words}'");
    };
    refuses(&|message| message.key_size = 0, "a key has between 1 and 32 scalars, not 0");
    refuses(&|message| message.key_size = 33, "a key has between 1 and 32 scalars, not 33");
    let never = TimeConfiguration { dealing_exchange_time_secs: 0, ..times(3600) };
    refuses(&|message| message.time_configuration = Some(never), "a state lasts between 1 and");
    let forever = TimeConfiguration { in_progress_time_secs: u64::MAX, ..times(3600) };
    refuses(&|message| message.time_configuration = Some(forever), "a state lasts between 1 and");
    let rules = CeremonyRules { minimum_dealers: 0, retry_delay_secs: 1 };
    refuses(&|message| message.ceremony_rules = Some(rules), "a ceremony needs at least one dealer");
    let rules = CeremonyRules { minimum_dealers: 1, retry_delay_secs: 0 };
    refuses(&|message| message.ceremony_rules = Some(rules), "a state lasts between 1 and 86400 seconds");

    // As published tools send it.
    let text = format!(
        r#"{{"group_addr":"{admin}","multisig_addr":"{admin}","time_configuration":null,"mix_denom":"unym","key_size":5}}"#
    );
    let dkg = engine.instantiate(&admin, code, text.as_bytes(), &[], None).expect("it is complete");
    let ask = |engine: &mut E, question: &DkgQuery| engine.query(&dkg, &json(question)).expect("it is answered");
    let state: State = cosmwasm_std::from_json(ask(engine, &DkgQuery::GetState {})).expect("it is a state");
    assert_eq!((state.key_size, state.multisig_addr, state.group_addr.addr()), (5, admin.clone(), admin.clone()));
    let rules: CeremonyRules =
        cosmwasm_std::from_json(ask(engine, &DkgQuery::GetCeremonyRules {})).expect("they are rules");
    assert_eq!(rules, CeremonyRules::default());

    let code = engine.store(Contract::Ecash);
    let text = r#"{"holding_account":"n1","multisig_addr":"n1","group_addr":"n1","deposit_amount":{"denom":"unym","amount":"75000000"}}"#;
    assert!(engine.instantiate(&admin, code, text.as_bytes(), &[], None).is_err());
}

pub(super) fn who_may_do_what<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    let signer = quorum.signers[0].clone();
    let times = times(quorum.hour());
    let rules = CeremonyRules::default();
    for message in [
        DkgMsg::InitiateDkg {},
        DkgMsg::TriggerReset {},
        DkgMsg::TriggerResharing {},
        DkgMsg::CancelCeremony {},
        DkgMsg::UpdateAdmin { admin: signer.to_string() },
        DkgMsg::UpdateTimeConfiguration { time_configuration: times },
        DkgMsg::UpdateCeremonyRules { ceremony_rules: rules },
        // The multisig's.
        DkgMsg::VerifyVerificationKeyShare { owner: signer.to_string(), resharing: false },
    ] {
        quorum.dkg_refuses(&signer, &message, "Caller is not admin");
    }
    let (address, key) = (signer.to_string(), super::public_key(1));
    for message in [
        EcashMsg::UpdateAdmin { admin: address.clone() },
        EcashMsg::UpdateDefaultDepositValue { new_deposit: nym(100) },
        EcashMsg::SetReducedDepositPrice { address: address.clone(), deposit: nym(100) },
        EcashMsg::RemoveReducedDepositPrice { address: address.clone() },
        // The multisig's.
        EcashMsg::RedeemTickets { n: 1, gw: address.clone() },
        EcashMsg::PayForTickets { n: 1, gw: address, commitment_bs58: String::new() },
        EcashMsg::AddToBlacklist { public_key: key.clone() },
        EcashMsg::ForfeitDeposit { deposit_id: 0, public_key: key },
    ] {
        quorum.ecash_refuses(&signer, &message, &[], "Caller is not admin");
    }
    // A ceremony is not begun while one runs.
    let admin = quorum.admin.clone();
    quorum.trigger(true);
    quorum.dkg_refuses(&admin, &DkgMsg::TriggerReset {}, "a ceremony is running (registration of dealers (resharing))");
    quorum.dkg_refuses(&admin, &DkgMsg::TriggerResharing {}, "a ceremony is running");
}

pub(super) fn times_and_rules<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let (admin, hour) = (quorum.admin.clone(), quorum.hour());
    quorum.initiate();
    let deadline = quorum.epoch().deadline;
    let time_configuration = TimeConfiguration { dealing_exchange_time_secs: 42, ..times(hour) };
    quorum.dkg_takes(&admin, &DkgMsg::UpdateTimeConfiguration { time_configuration });
    // From the next state on.
    assert_eq!(quorum.epoch().deadline, deadline);
    quorum.register_all(false);
    let left = quorum.epoch().deadline.expect("there is one").seconds() - quorum.engine.block_time();
    assert!((37..=42).contains(&left), "{left}");
    let impossible = TimeConfiguration { public_key_submission_time_secs: 0, ..times(hour) };
    let message = DkgMsg::UpdateTimeConfiguration { time_configuration: impossible };
    quorum.dkg_refuses(&admin, &message, "a state lasts between 1 and");
    let ceremony_rules = CeremonyRules { minimum_dealers: 0, retry_delay_secs: 60 };
    quorum.dkg_refuses(&admin, &DkgMsg::UpdateCeremonyRules { ceremony_rules }, "needs at least one dealer");
    let ceremony_rules = CeremonyRules { minimum_dealers: 7, retry_delay_secs: 60 };
    quorum.dkg_takes(&admin, &DkgMsg::UpdateCeremonyRules { ceremony_rules });
    assert_eq!(quorum.dkg_asks::<CeremonyRules>(&DkgQuery::GetCeremonyRules {}), ceremony_rules);
}

pub(super) fn the_multisig_as_admin<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let (admin, multisig, signer) = (quorum.admin.clone(), quorum.multisig.clone(), quorum.signers[0].clone());
    let initiate = DkgMsg::ProposeAdminAction { action: DkgAction::InitiateDkg {} };
    quorum.dkg_refuses(&signer, &initiate, "the admin is not the multisig");
    let lower = EcashMsg::ProposeAdminAction {
        action: EcashAction::UpdateDefaultDepositValue { new_deposit: nym(50_000_000) },
    };
    quorum.ecash_refuses(&signer, &lower, &[], "the admin is not the multisig");

    quorum.dkg_takes(&admin, &DkgMsg::UpdateAdmin { admin: multisig.to_string() });
    quorum.ecash_takes(&admin, &EcashMsg::UpdateAdmin { admin: multisig.to_string() }, &[]);
    let named: AdminResponse = quorum.dkg_asks(&DkgQuery::Admin {});
    assert_eq!(named.admin, Some(multisig.to_string()));
    let named: AdminResponse = quorum.ecash_asks(&EcashQuery::Admin {});
    assert_eq!(named.admin, Some(multisig.to_string()));
    quorum.dkg_refuses(&admin, &DkgMsg::InitiateDkg {}, "Caller is not admin");
    quorum.dkg_refuses(&admin, &initiate, "only voting members of the group");
    quorum.ecash_refuses(&admin, &lower, &[], "only voting members of the group");

    let proposed = quorum.dkg_takes(&signer, &initiate);
    let proposal = proposal_in(&proposed);
    let described = quorum.proposal(proposal);
    assert_eq!((described.title.as_str(), described.description.as_str()), ("dkg-admin", r#"{"initiate_dkg":{}}"#));
    assert_eq!(quorum.epoch().state, EpochState::WaitingInitialisation);
    quorum.pass(proposal);
    assert_eq!(quorum.epoch().state, EpochState::PublicKeySubmission { resharing: false });

    let proposed = quorum.ecash_takes(&signer, &lower, &[]);
    let proposal = proposal_in(&proposed);
    assert_eq!(proposed.data, Some(proposal.to_be_bytes().to_vec()));
    quorum.pass(proposal);
    let price: cosmwasm_std::Coin = quorum.ecash_asks(&EcashQuery::GetDefaultDepositAmount {});
    assert_eq!(price, nym(50_000_000));
    // And the quorum can hand administration on.
    let back = EcashMsg::ProposeAdminAction { action: EcashAction::UpdateAdmin { admin: admin.to_string() } };
    let proposal = proposal_in(&quorum.ecash_takes(&signer, &back, &[]));
    quorum.pass(proposal);
    quorum.ecash_takes(&admin, &EcashMsg::UpdateDefaultDepositValue { new_deposit: nym(100) }, &[]);
}

pub(super) fn migration<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    let (admin, dkg, ecash) = (quorum.admin.clone(), quorum.dkg.clone(), quorum.ecash.clone());
    let before = (quorum.epoch(), quorum.generations());
    let dkg_code = quorum.dkg_code;
    quorum.engine.migrate(&admin, &dkg, dkg_code, &json(&DkgMigration {})).expect("it is the same version");
    assert_eq!((quorum.epoch(), quorum.generations()), before);

    let ecash_code = quorum.ecash_code;
    quorum.engine.migrate(&admin, &ecash, ecash_code, b"{}").expect("nothing has to be said");
    let proxy = quorum.engine.account("proxy", &[nym(100)]);
    let message = |amount: u128| {
        format!(r#"{{"initial_whitelist":[{{"address":"{proxy}","deposit":{{"denom":"unym","amount":"{amount}"}}}}]}}"#)
    };
    let refusal = quorum
        .engine
        .migrate(&admin, &ecash, ecash_code, message(75_000_000).as_bytes())
        .expect_err("it is no reduction");
    assert!(refusal.contains("a reduced price is below the default"), "{refusal}");
    // Doing it twice does no harm.
    for _ in 0..2 {
        quorum.engine.migrate(&admin, &ecash, ecash_code, message(100).as_bytes()).expect("it is a reduction");
    }
    let deposit = EcashMsg::DepositTicketBookFunds { identity_key: crate::mixnet::NodeIdentity::number(1).to_base58() };
    quorum.ecash_takes(&proxy, &deposit, &[nym(100)]);
    quorum.engine.migrate(&admin, &ecash, ecash_code, message(100).as_bytes()).expect("it is a reduction");
    let statistics: nym_ecash_contract::msg::DepositsStatistics =
        quorum.ecash_asks(&EcashQuery::GetDepositsStatistics {});
    assert_eq!(statistics.total_deposits_made_with_custom_price, 1);
    // Other code is refused.
    let refusal = quorum.engine.migrate(&admin, &ecash, dkg_code, b"{}").expect_err("it is another contract");
    assert!(refusal.contains("the stored contract is 'crate:nym-ecash'"), "{refusal}");
}
