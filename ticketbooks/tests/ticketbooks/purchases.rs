//! Buying with signers that are absent, lie or change.

use nym_ecash::TicketType;
use nym_ticketbooks::{Progress, Recovered, Store, TicketbookError};

use super::quorum::{DepositEnd, Quorum, Signing, generation, user};

const TYPE: TicketType = TicketType::V1MixnetEntry;

#[tokio::test]
async fn a_ticketbook_of_each_type_is_bought_and_kept() {
    let quorum = Quorum::new(4, 3);
    let store = Store::in_memory().await.unwrap();
    let buyer = quorum.buyer(store.clone());
    for ticket_type in TicketType::ALL {
        let book = buyer.issue(&user(1), ticket_type, &mut |_| {}).await.unwrap();
        assert_eq!((book.ticketbook_type, book.epoch_id, book.spent_tickets), (ticket_type, 3, 0));
        assert_eq!(book.expiration_date, quorum.day().plus_days(6).unwrap());
    }
    assert_eq!(store.ticketbooks().await.unwrap().len(), 4);
    assert!(store.purchases().await.unwrap().is_empty());
    assert_eq!(quorum.deposits(), 4);
}

#[tokio::test]
async fn progress_counts_shares_up_to_the_threshold() {
    let quorum = Quorum::new(7, 5);
    quorum.set(2, Signing::Offline);
    quorum.set(5, Signing::WrongKey);
    let buyer = quorum.buyer(Store::in_memory().await.unwrap());
    let mut steps = Vec::new();
    buyer.issue(&user(1), TYPE, &mut |step| steps.push(step)).await.unwrap();
    let counts: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            Progress::Share { have, of, need, .. } => Some((*have, *of, *need)),
            _ => None,
        })
        .collect();
    assert_eq!(counts, [(1, 7, 5), (2, 7, 5), (3, 7, 5), (4, 7, 5), (5, 7, 5)]);
    let text: Vec<_> = steps.iter().map(ToString::to_string).collect();
    assert!(text.iter().any(|line| line.starts_with("5/7 shares, need 5")), "{text:?}");
    assert!(text.iter().any(|line| line.starts_with("depositing 75000000unym")), "{text:?}");
}

#[tokio::test]
async fn lying_and_absent_signers_do_not_matter_while_enough_answer() {
    for bad in [Signing::Offline, Signing::WrongKey, Signing::Foreign] {
        let quorum = Quorum::new(4, 3);
        quorum.set(3, bad);
        let store = Store::in_memory().await.unwrap();
        quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
        assert_eq!(store.tickets_left(TYPE, quorum.day()).await.unwrap(), 50, "{bad:?}");
    }
}

#[tokio::test]
async fn too_few_shares_name_the_culprits_and_lose_nothing() {
    let quorum = Quorum::new(4, 3);
    quorum.set(1, Signing::Offline);
    quorum.set(4, Signing::WrongKey);
    let store = Store::in_memory().await.unwrap();
    let buyer = quorum.buyer(store.clone());
    let error = buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    let TicketbookError::NotEnoughShares { deposit_id: 0, have: 2, asked: 4, needed: 3, refused } = &error else {
        panic!("{error}");
    };
    let mut culprits: Vec<_> = refused.iter().map(|(who, _)| who.as_str()).collect();
    culprits.sort_unstable();
    assert_eq!(culprits, ["signer-1", "signer-4"]);
    assert!(error.to_string().contains("recover"));

    // One of them comes back; only those that are missing are asked, and nothing is paid again.
    quorum.set(1, Signing::Honest);
    quorum.state.lock().asked.clear();
    let outcomes = buyer.recover(&mut |_| {}).await.unwrap();
    assert!(matches!(outcomes[..], [Recovered::Issued(_)]), "{outcomes:?}");
    assert!(quorum.state.lock().asked.iter().all(|(_, index)| [1, 4].contains(index)));
    assert_eq!(quorum.deposits(), 1);
    assert_eq!(store.tickets_left(TYPE, quorum.day()).await.unwrap(), 50);
}

#[tokio::test]
async fn an_interrupted_purchase_is_finished_before_another_is_paid_for() {
    let quorum = Quorum::new(3, 2);
    for index in 1..=3 {
        quorum.set(index, Signing::Offline);
    }
    let store = Store::in_memory().await.unwrap();
    let buyer = quorum.buyer(store.clone());
    buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    for index in 1..=3 {
        quorum.set(index, Signing::Honest);
    }
    // Another type and another user are purchases of their own.
    buyer.issue(&user(1), TicketType::V1WireguardExit, &mut |_| {}).await.unwrap();
    buyer.issue(&user(2), TYPE, &mut |_| {}).await.unwrap();
    assert_eq!(quorum.deposits(), 3);
    buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    assert_eq!(quorum.deposits(), 3);
    assert!(store.purchases().await.unwrap().is_empty());
}

#[tokio::test]
async fn one_bad_published_share_hides_no_others() {
    let quorum = Quorum::new(4, 3);
    quorum.state.lock().unverified.insert(2);
    quorum.buyer(Store::in_memory().await.unwrap()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    quorum.state.lock().unverified.clear();
    quorum.state.lock().garbage.insert(4);
    quorum.buyer(Store::in_memory().await.unwrap()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    quorum.state.lock().unverified.insert(1);
    let error = quorum.buyer(Store::in_memory().await.unwrap()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, TicketbookError::BrokenGeneration { usable: 2, threshold: 3, .. }), "{error}");
    assert_eq!(quorum.deposits(), 2, "nothing is paid to a quorum that cannot issue");
}

#[tokio::test]
async fn one_lying_api_breaks_no_public_data() {
    let quorum = Quorum::new(4, 3);
    quorum.state.lock().lying_apis.extend([1, 2, 3]);
    let store = Store::in_memory().await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    // All of it is good for spending.
    store.pay(TYPE, 1, &[7; 32], quorum.now()).await.unwrap();

    quorum.state.lock().lying_apis.insert(4);
    let error = quorum.buyer(Store::in_memory().await.unwrap()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    let TicketbookError::Unavailable { tried, .. } = &error else { panic!("{error}") };
    assert_eq!(tried.len(), 4);
    assert_eq!(quorum.deposits(), 1, "nothing is paid before what spending needs is there");
}

#[tokio::test]
async fn a_blacklisted_user_pays_nothing() {
    let quorum = Quorum::new(3, 2);
    quorum.state.lock().blacklisted.insert(user(1).public_key().to_bytes());
    let store = Store::in_memory().await.unwrap();
    let error = quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, TicketbookError::Blacklisted), "{error}");
    assert_eq!(quorum.deposits(), 0);
    assert!(store.purchases().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_quorum_without_keys_takes_nothing() {
    let quorum = Quorum::new(3, 2);
    quorum.state.lock().generations.clear();
    let error = quorum.buyer(Store::in_memory().await.unwrap()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, TicketbookError::NoKeys), "{error}");
}

#[tokio::test]
async fn a_refused_deposit_leaves_nothing_behind() {
    let quorum = Quorum::new(3, 2);
    quorum.state.lock().next_deposit = Some(DepositEnd::Refused);
    let store = Store::in_memory().await.unwrap();
    let error = quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("the account is empty"), "{error}");
    assert!(store.purchases().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_deposit_whose_answer_is_lost_is_found() {
    let quorum = Quorum::new(3, 2);
    quorum.state.lock().next_deposit = Some(DepositEnd::MadeAndLost);
    let store = Store::in_memory().await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    assert_eq!(quorum.deposits(), 1);
    assert_eq!(store.ticketbooks().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_deposit_in_doubt_is_not_paid_again_before_it_is_certain() {
    let quorum = Quorum::new(3, 2);
    quorum.state.lock().next_deposit = Some(DepositEnd::NotMadeAndLost);
    let store = Store::in_memory().await.unwrap();
    let buyer = quorum.buyer(store.clone());
    for _ in 0..2 {
        let error = buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
        assert!(matches!(error, TicketbookError::DepositUncertain { .. }), "{error}");
        assert_eq!(quorum.deposits(), 0);
    }
    // It was on its way after all.
    let key = store.purchases().await.unwrap()[0].deposit_public_key();
    quorum.state.lock().deposits.push(key);
    buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    assert_eq!(quorum.deposits(), 1);

    // Or it never comes: then it is paid for once more.
    quorum.state.lock().next_deposit = Some(DepositEnd::NotMadeAndLost);
    buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    quorum.state.lock().now += 121;
    buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    assert_eq!(quorum.deposits(), 2);
    assert_eq!(store.ticketbooks().await.unwrap().len(), 2);
}

/// nym#7088, nym#7096: shares of two generations do not fit together, and the number of the epoch says nothing about
/// which keys sign.
#[tokio::test]
async fn keys_that_change_while_shares_come_in_are_followed() {
    let quorum = Quorum::new(4, 3);
    quorum.set(1, Signing::Offline);
    quorum.set(2, Signing::Offline);
    quorum.state.lock().rotate_after = Some((3, generation(9, 4, 3)));
    let store = Store::in_memory().await.unwrap();
    let mut steps = Vec::new();
    let buyer = quorum.buyer(store.clone());
    let book = buyer
        .issue(&user(1), TYPE, &mut |step| {
            // With the new keys the two are there again.
            if matches!(step, Progress::NewKeys { .. }) {
                quorum.state.lock().signing.clear();
            }
            steps.push(step);
        })
        .await
        .unwrap();
    assert_eq!(book.epoch_id, 9);
    assert!(steps.contains(&Progress::NewKeys { epoch_id: 9 }), "{steps:?}");
    assert_eq!(quorum.deposits(), 1);
    let requests: Vec<_> = quorum.state.lock().signed.values().map(|body| body.inner_sign_request.clone()).collect();
    assert!(requests.windows(2).all(|pair| pair[0] == pair[1]), "one deposit, one request");
    store.pay(TYPE, 50, &[7; 32], quorum.now()).await.unwrap();
}

#[tokio::test]
async fn a_purchase_interrupted_before_a_rotation_is_recovered_after_it() {
    let quorum = Quorum::new(4, 3);
    quorum.set(1, Signing::Offline);
    quorum.set(2, Signing::Offline);
    let store = Store::in_memory().await.unwrap();
    let buyer = quorum.buyer(store.clone());
    buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    {
        let mut state = quorum.state.lock();
        state.generations.push(generation(4, 7, 5));
        state.signing.clear();
        state.now += 3 * 86_400;
    }
    let bought_for = store.purchases().await.unwrap()[0].expiration;
    let outcomes = buyer.recover(&mut |_| {}).await.unwrap();
    let [Recovered::Issued(book)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!((book.epoch_id, book.expiration_date), (4, bought_for));
    store.pay(TYPE, 1, &[7; 32], quorum.now()).await.unwrap();
}

#[tokio::test]
async fn a_deposit_outlives_its_requests_date() {
    let quorum = Quorum::new(3, 2);
    for index in 1..=3 {
        quorum.set(index, Signing::Offline);
    }
    let store = Store::in_memory().await.unwrap();
    let buyer = quorum.buyer(store.clone());
    buyer.issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    quorum.pass_days(10);
    quorum.state.lock().signing.clear();
    let outcomes = buyer.recover(&mut |_| {}).await.unwrap();
    let [Recovered::Issued(book)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert_eq!(book.expiration_date, quorum.day().plus_days(6).unwrap());
    assert_eq!(quorum.deposits(), 1);
}

#[tokio::test]
async fn a_store_of_another_network_is_refused_before_anything_is_paid() {
    let (first, second) = (Quorum::new(3, 2), Quorum::new(3, 2));
    let store = Store::in_memory().await.unwrap();
    first.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    let error = second.buyer(store).issue(&user(1), TYPE, &mut |_| {}).await.unwrap_err();
    assert!(matches!(error, TicketbookError::OtherNetwork { epoch_id: 3 }), "{error}");
    assert_eq!(second.deposits(), 0);
}
