//! Dealers.

use super::deployment::Quorum;
use crate::Engine;
use crate::mixnet::attributes_of;
use cosmwasm_std::Addr;
use nym_dkg_contract::msg::{
    DealerDetailsResponse, ExecuteMsg as DkgMsg, PagedDealerAddressesResponse, PagedDealerIndexResponse,
    PagedDealerResponse, QueryMsg as DkgQuery, RegisteredDealerDetails, VkShareResponse,
};
use nym_dkg_contract::types::DealerType;

fn details<E: Engine>(quorum: &mut Quorum<E>, dealer: &Addr) -> DealerDetailsResponse {
    quorum.dkg_asks(&DkgQuery::GetDealerDetails { dealer_address: dealer.to_string() })
}

pub(super) fn registration<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    let [signer, other, third] = [0, 1, 2].map(|n| quorum.signers[n].clone());
    let good = Quorum::<E>::registration(0, false);
    quorum.dkg_refuses(&signer, &good, "not possible during 'waiting for initialisation'");
    quorum.initiate();
    quorum.dkg_refuses(&signer, &Quorum::<E>::registration(0, true), "not possible during 'registration of dealers'");
    let stranger = quorum.engine.account("stranger", &[]);
    quorum.dkg_refuses(&stranger, &good, "only voting members of the group");
    // A member without weight does not vote.
    quorum.update_members(&[(&third, 0)], &[]);
    quorum.dkg_refuses(&third, &good, "only voting members of the group");
    quorum.update_members(&[(&third, 1)], &[]);

    let with = |change: &dyn Fn(&mut String, &mut String, &mut String)| {
        let mut message = good.clone();
        if let DkgMsg::RegisterDealer { bte_key_with_proof, identity_key, announce_address, .. } = &mut message {
            change(bte_key_with_proof, identity_key, announce_address);
        }
        message
    };
    for key in [String::new(), "0".to_owned(), bs58::encode([1; 127]).into_string(), "1".repeat(100_000)] {
        let message = with(&|encryption_key, _, _| encryption_key.clone_from(&key));
        quorum.dkg_refuses(&signer, &message, "is the base58 form of 128 bytes");
    }
    let message = with(&|_, identity, _| *identity = bs58::encode([1; 31]).into_string());
    quorum.dkg_refuses(&signer, &message, "is not an identity key");
    // y = 2 has no x.
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let message = with(&|_, identity, _| *identity = bs58::encode(no_point).into_string());
    quorum.dkg_refuses(&signer, &message, "no point on the curve");
    let long = format!("https://{}.example", "a".repeat(300));
    for url in
        ["", "signer.example", "ftp://signer.example", "https://", "https:///path", "http://a b", "http://ä", &long]
    {
        let message = with(&|_, _, address| *address = url.to_owned());
        quorum.dkg_refuses(&signer, &message, "cannot be announced");
    }

    assert_eq!(details(&mut quorum, &signer).dealer_type, DealerType::Unknown);
    let registered = quorum.dkg_takes(&signer, &good);
    assert_eq!(attributes_of_plain(&registered), ["1"]);
    quorum.dkg_refuses(&signer, &good, "is registered for epoch 0 already");
    let local = with(&|_, _, address| *address = "http://127.0.0.1:8080".to_owned());
    assert_eq!(attributes_of_plain(&quorum.dkg_takes(&other, &local)), ["2"]);
    let found = details(&mut quorum, &signer);
    assert_eq!(found.dealer_type, DealerType::Current { assigned_index: 1 });
    assert_eq!(found.details.map(|details| details.address), Some(signer.clone()));
    let question = |epoch_id| DkgQuery::GetRegisteredDealer { dealer_address: signer.to_string(), epoch_id };
    let current: RegisteredDealerDetails = quorum.dkg_asks(&question(None));
    assert_eq!(current, quorum.dkg_asks(&question(Some(0))));
    assert!(current.details.is_some_and(|details| details.announce_address == "https://signer1.example/api/"));
    assert!(quorum.dkg_asks::<RegisteredDealerDetails>(&question(Some(1))).details.is_none());
}

/// Values of `node_index` in the contract's own `wasm` event.
fn attributes_of_plain(executed: &crate::Executed) -> Vec<String> {
    let events = executed.events.iter().filter(|event| event.ty == "wasm");
    let attributes = events.flat_map(|event| &event.attributes).filter(|one| one.key == "node_index");
    attributes.map(|attribute| attribute.value.clone()).collect()
}

pub(super) fn lists<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 3);
    quorum.initiate();
    for signer in 0..3 {
        quorum.register(signer, false);
    }
    let mut sorted = quorum.signers.clone();
    sorted.sort();
    let page = |limit, start_after: Option<&Addr>| DkgQuery::GetEpochDealers {
        epoch_id: 0,
        limit,
        start_after: start_after.map(ToString::to_string),
    };
    let first: PagedDealerResponse = quorum.dkg_asks(&page(Some(2), None));
    assert_eq!(first.dealers.iter().map(|dealer| &dealer.address).collect::<Vec<_>>(), [&sorted[0], &sorted[1]]);
    assert_eq!((first.per_page, first.start_next_after.as_ref()), (2, Some(&sorted[1])));
    let second: PagedDealerResponse = quorum.dkg_asks(&page(Some(1000), first.start_next_after.as_ref()));
    assert_eq!((second.dealers.len(), second.per_page), (1, 25));
    let last: PagedDealerResponse = quorum.dkg_asks(&page(None, Some(&sorted[2])));
    assert!(last.dealers.is_empty() && last.start_next_after.is_none() && last.per_page == 10);

    let question = DkgQuery::GetEpochDealersAddresses { epoch_id: 0, limit: None, start_after: None };
    assert_eq!(quorum.dkg_asks::<PagedDealerAddressesResponse>(&question).dealers, sorted);
    let question = DkgQuery::GetEpochDealersAddresses { epoch_id: 7, limit: None, start_after: None };
    assert!(quorum.dkg_asks::<PagedDealerAddressesResponse>(&question).dealers.is_empty());
    let indices: PagedDealerIndexResponse =
        quorum.dkg_asks(&DkgQuery::GetDealerIndices { limit: None, start_after: None });
    for (address, index) in indices.indices {
        let place = quorum.signers.iter().position(|signer| *signer == address).expect("it is a signer");
        assert_eq!(u64::try_from(place + 1).ok(), Some(index));
    }
}

pub(super) fn handing_a_place_over<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    quorum.trigger(true);
    quorum.ceremony(true);
    let [from, other] = [0, 1].map(|n| quorum.signers[n].clone());
    let to = quorum.engine.account("successor", &[]);
    let transfer = |to: &Addr| DkgMsg::TransferOwnership { transfer_to: to.to_string() };
    quorum.dkg_refuses(&from, &transfer(&to), "only voting members of the group");
    quorum.update_members(&[(&to, 1)], &[]);
    quorum.dkg_refuses(&to, &transfer(&to), "is no dealer of epoch 1");
    // A dealer that got another place would lose its own.
    quorum.dkg_refuses(&from, &transfer(&other), "has a place as a dealer already");
    let executed = quorum.dkg_takes(&from, &transfer(&to));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        attributes_of(&executed, "dkg-ownership-transfer"),
        [pair("from", from.as_str()), pair("to", to.as_str()), pair("node_index", "1")]
    );
    assert_eq!(details(&mut quorum, &from).dealer_type, DealerType::Unknown);
    assert_eq!(details(&mut quorum, &to).dealer_type, DealerType::Current { assigned_index: 1 });
    // The keys in service and those that are still accepted move along.
    for epoch_id in 0..2 {
        let share = |owner: &Addr| DkgQuery::GetVerificationKey { epoch_id, owner: owner.to_string() };
        assert!(quorum.dkg_asks::<VkShareResponse>(&share(&from)).share.is_none());
        let moved = quorum.dkg_asks::<VkShareResponse>(&share(&to)).share.expect("it was moved");
        assert_eq!((&moved.owner, moved.node_index, moved.verified), (&to, 1, true));
    }
    quorum.trigger(true);
    quorum.dkg_refuses(&other, &transfer(&from), "only during 'in progress'");
}

pub(super) fn announcing_another_address<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::with_keys(engine, 3);
    let signer = quorum.signers[0].clone();
    let update = |address: &str| DkgMsg::UpdateAnnounceAddress { new_address: address.to_owned() };
    let stranger = quorum.engine.account("stranger", &[]);
    quorum.dkg_refuses(&stranger, &update("https://new.example"), "is no dealer of epoch 0");
    quorum.dkg_refuses(&signer, &update("new.example"), "cannot be announced");
    let executed = quorum.dkg_takes(&signer, &update("https://new.example"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        attributes_of(&executed, "dkg-announce-address-update"),
        [
            pair("dealer", signer.as_str()),
            pair("old_address", "https://signer1.example/api/"),
            pair("new_address", "https://new.example")
        ]
    );
    let owner = signer.to_string();
    let share: VkShareResponse = quorum.dkg_asks(&DkgQuery::GetVerificationKey { epoch_id: 0, owner });
    assert!(share.share.is_some_and(|share| share.announce_address == "https://new.example"));
    assert!(details(&mut quorum, &signer).details.is_some_and(|one| one.announce_address == "https://new.example"));
    let leaver = quorum.signers.remove(0);
    quorum.update_members(&[], &[&leaver]);
    quorum.trigger(true);
    quorum.dkg_refuses(&signer, &update("https://newer.example"), "only during 'in progress'");
    assert_eq!(details(&mut quorum, &signer).dealer_type, DealerType::Past { assigned_index: 1 });

    // Whoever takes part no longer is still asked about tickets of its keys.
    quorum.ceremony(true);
    assert_eq!(quorum.epoch().epoch_id, 1);
    let executed = quorum.dkg_takes(&signer, &update("https://newest.example"));
    assert!(
        attributes_of(&executed, "dkg-announce-address-update").contains(&pair("old_address", "https://new.example"))
    );
    let share = DkgQuery::GetVerificationKey { epoch_id: 0, owner: signer.to_string() };
    let share = quorum.dkg_asks::<VkShareResponse>(&share).share;
    assert!(share.is_some_and(|share| share.announce_address == "https://newest.example"));
}
