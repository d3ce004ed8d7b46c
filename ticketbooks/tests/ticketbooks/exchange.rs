//! Ticketbooks and public data as files.

use nym_ecash::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, EpochVerificationKey, ImportableTicketBook,
    Stored, TicketType,
};
use nym_ticketbooks::{ALL_TICKETS, Include, Store, TicketbookError};

use super::quorum::{Quorum, user};

const TYPE: TicketType = TicketType::V1MixnetExit;
const PROVIDER: [u8; 32] = [9; 32];
const EVERYTHING: Include =
    Include { expiration_date_signatures: true, coin_index_signatures: true, master_verification_key: true };

async fn bought(quorum: &Quorum) -> Store {
    let store = Store::in_memory().await.unwrap();
    quorum.buyer(store.clone()).issue(&user(1), TYPE, &mut |_| {}).await.unwrap();
    store
}

#[tokio::test]
async fn an_exported_ticketbook_is_spent_by_its_importer_alone() {
    let quorum = Quorum::new(3, 2);
    let (now, today) = (quorum.now(), quorum.day());
    let store = bought(&quorum).await;
    store.pay(TYPE, 7, &PROVIDER, now).await.unwrap();
    let held = store.ticketbooks().await.unwrap().remove(0);
    let file = store.export(&held, EVERYTHING).await.unwrap();
    assert_eq!(store.tickets_left(TYPE, today).await.unwrap(), 0);
    assert!(matches!(store.export(&held, EVERYTHING).await, Err(TicketbookError::TakenOver)));

    let importer = Store::in_memory().await.unwrap();
    let book = importer.import_bundle(&file, 1, ALL_TICKETS, today).await.unwrap();
    assert_eq!((book.spent_tickets, book.epoch_id), (7, 3));
    assert_eq!(importer.pay(TYPE, 43, &PROVIDER, now).await.unwrap()[0].index, 7);
    let again = importer.import_bundle(&file, 1, ALL_TICKETS, today).await;
    assert!(matches!(again, Err(TicketbookError::AlreadyHeld)), "{again:?}");
}

#[tokio::test]
async fn one_ticketbook_is_split_between_two_stores() {
    let quorum = Quorum::new(3, 2);
    let (now, today) = (quorum.now(), quorum.day());
    let store = bought(&quorum).await;
    let held = store.ticketbooks().await.unwrap().remove(0);
    let file = store.export(&held, EVERYTHING).await.unwrap();
    let (one, two) = (Store::in_memory().await.unwrap(), Store::in_memory().await.unwrap());
    one.import_bundle(&file, 1, 0..20, today).await.unwrap();
    two.import_bundle(&file, 1, 20..50, today).await.unwrap();
    assert_eq!(one.pay(TYPE, 20, &PROVIDER, now).await.unwrap().last().unwrap().index, 19);
    assert!(one.pay(TYPE, 1, &PROVIDER, now).await.is_err());
    assert_eq!(two.pay(TYPE, 30, &PROVIDER, now).await.unwrap()[0].index, 20);

    let empty = Store::in_memory().await.unwrap();
    for wrong in [0..51, 30..30, 50..50, 51..52] {
        let refused = empty.import_bundle(&file, 1, wrong.clone(), today).await;
        assert!(matches!(refused, Err(TicketbookError::Import { .. })), "{wrong:?}");
    }
}

#[tokio::test]
async fn what_spending_needs_must_be_there_or_come_along() {
    let quorum = Quorum::new(3, 2);
    let today = quorum.day();
    let store = bought(&quorum).await;
    let held = store.ticketbooks().await.unwrap().remove(0);
    for (include, missing) in [
        (Include { master_verification_key: false, ..EVERYTHING }, "master verification key"),
        (Include { coin_index_signatures: false, ..EVERYTHING }, "coin-index signatures"),
        (Include { expiration_date_signatures: false, ..EVERYTHING }, "expiration-date signatures"),
    ] {
        let file = store.bundle(&held, include).await.unwrap();
        let importer = Store::in_memory().await.unwrap();
        let error = importer.import_bundle(&file, 1, ALL_TICKETS, today).await.unwrap_err();
        assert!(error.to_string().contains(missing), "{error}");
        assert!(importer.ticketbooks().await.unwrap().is_empty());
    }

    // Each part by itself, then the bare ticketbook.
    let bundle = ImportableTicketBook::unpack(&store.bundle(&held, EVERYTHING).await.unwrap(), 1).unwrap();
    let importer = Store::in_memory().await.unwrap();
    let part = |packed: &Option<nym_ecash::VersionSerialised>| packed.clone().unwrap();
    let key = part(&bundle.serialised_master_verification_key);
    let coins = part(&bundle.serialised_coin_index_signatures);
    let dates = part(&bundle.serialised_expiration_date_signatures);
    importer.import_coin_index_signatures(&coins.data, coins.revision).await.unwrap();
    importer.import_expiration_date_signatures(&dates.data, dates.revision).await.unwrap();
    importer.import_master_verification_key(&key.data, key.revision).await.unwrap();
    let book = &bundle.serialised_ticketbook;
    importer.import_ticketbook(&book.data, book.revision, ALL_TICKETS, today).await.unwrap();
    assert_eq!(importer.tickets_left(TYPE, today).await.unwrap(), 50);
}

#[tokio::test]
async fn wrong_public_data_is_found_out_before_a_ticket_is_spent() {
    let (quorum, other) = (Quorum::new(3, 2), Quorum::new(3, 2));
    let today = quorum.day();
    let (store, foreign) = (bought(&quorum).await, bought(&other).await);
    let unpacked = |data: &[u8]| ImportableTicketBook::unpack(data, 1).unwrap();
    let held = store.ticketbooks().await.unwrap().remove(0);
    let own = unpacked(&store.bundle(&held, EVERYTHING).await.unwrap());
    let theirs = foreign.ticketbooks().await.unwrap().remove(0);
    let theirs = unpacked(&foreign.bundle(&theirs, EVERYTHING).await.unwrap());

    let import = async |bundle: ImportableTicketBook| {
        let importer = Store::in_memory().await.unwrap();
        importer.import_bundle(&bundle.pack().data, 1, ALL_TICKETS, today).await
    };
    let mut mixed = own.clone();
    mixed.serialised_coin_index_signatures = theirs.serialised_coin_index_signatures.clone();
    assert!(import(mixed).await.is_err());
    let mut mixed = own.clone();
    mixed.serialised_expiration_date_signatures = theirs.serialised_expiration_date_signatures.clone();
    assert!(import(mixed).await.is_err());
    // Everything of the other network fits together, but the ticketbook is not of it.
    let mut mixed = theirs.clone();
    mixed.serialised_ticketbook = own.serialised_ticketbook.clone();
    assert!(import(mixed).await.is_err());
    assert!(import(own).await.is_ok());
}

#[tokio::test]
async fn expired_and_malformed_files_are_refused() {
    let quorum = Quorum::new(3, 2);
    let today = quorum.day();
    let store = bought(&quorum).await;
    let held = store.ticketbooks().await.unwrap().remove(0);
    let file = store.bundle(&held, EVERYTHING).await.unwrap();
    let importer = Store::in_memory().await.unwrap();
    let late = today.plus_days(7).unwrap();
    let expired = importer.import_bundle(&file, 1, ALL_TICKETS, late).await;
    assert!(matches!(expired, Err(TicketbookError::Expired { .. })), "{expired:?}");
    for (data, revision) in [(&file[..file.len() - 1], 1), (&file[..], 2), (&[][..], 1), (&[0xfd; 100][..], 1)] {
        let refused = importer.import_bundle(data, revision, ALL_TICKETS, today).await;
        assert!(matches!(refused, Err(TicketbookError::Import { .. })), "{refused:?}");
    }
    assert!(importer.import_coin_index_signatures(&file, AggregatedCoinIndicesSignatures::REVISION).await.is_err());
    assert!(
        importer.import_expiration_date_signatures(&file, AggregatedExpirationDateSignatures::REVISION).await.is_err()
    );
    assert!(importer.import_master_verification_key(&file, EpochVerificationKey::REVISION).await.is_err());
    assert!(importer.import_ticketbook(&file, 1, ALL_TICKETS, today).await.is_err());
}

#[tokio::test]
async fn a_second_master_key_of_an_epoch_is_refused() {
    let (quorum, other) = (Quorum::new(3, 2), Quorum::new(3, 2));
    let (store, foreign) = (bought(&quorum).await, bought(&other).await);
    let packed = foreign.master_key(3).await.unwrap().unwrap().pack();
    let error = store.import_master_verification_key(&packed.data, packed.revision).await.unwrap_err();
    assert!(matches!(error, TicketbookError::OtherNetwork { epoch_id: 3 }), "{error}");
}
