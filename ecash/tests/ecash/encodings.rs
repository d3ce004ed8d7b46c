//! Encodings of composite types (§0.3, §6).

use crate::fixture::{THRESHOLD, TYPE, quorum, rng, user};
use nym_ecash::{
    AggregatedCoinIndicesSignatures, AggregatedExpirationDateSignatures, BandwidthCredential, CredentialSpendingData,
    CredentialSpendingRequest, EcashDay, EcashError, EpochVerificationKey, ImportableTicketBook, IssuanceTicketBook,
    IssuedTicketBook, KeyPairUser, PayInfo, Stored, TicketType, VersionSerialised, WalletSignatures,
};
use proptest::prelude::*;

fn data() -> CredentialSpendingData {
    let quorum = quorum();
    let pay_info = PayInfo([6; 72]);
    quorum.data(quorum.pay(&user(), &mut quorum.ticketbook(&user(), 2), 1, &pay_info, 3), pay_info)
}

#[test]
fn spending_data_in_all_forms() {
    let data = data();
    assert_eq!(data.to_bytes().len(), 1190 + 88);
    assert_eq!(CredentialSpendingData::from_bytes(&data.to_bytes()).unwrap(), data);
    assert_eq!(CredentialSpendingData::from_bin(&data.to_bin()).unwrap(), data);
    // payment ‖ varint 72 ‖ info ‖ (year 2023 as zig-zag 4046, day 341) ‖ epoch.
    let bin = data.to_bin();
    let mut tail = vec![72];
    tail.extend([6; 72]);
    tail.extend([0xfb, 0x0f, 0xce, 0xfb, 0x01, 0x55, 1]);
    assert!(bin.ends_with(&tail));
    let json = serde_json::to_value(&data).unwrap();
    assert_eq!(json["spend_date"], "2023-12-07");
    assert_eq!(json["pay_info"].as_array().unwrap().len(), 72);
    assert_eq!(serde_json::from_value::<CredentialSpendingData>(json.clone()).unwrap(), data);
    let mut array = json;
    array["spend_date"] = serde_json::json!([2023, 341]);
    assert_eq!(serde_json::from_value::<CredentialSpendingData>(array).unwrap(), data);
    let request = CredentialSpendingRequest { data: data.clone() };
    assert!(serde_json::to_string(&request).unwrap().starts_with("{\"data\":{\"payment\":{\"kappa\":\""));
    let credential = BandwidthCredential::ZkNym(Box::new(data.clone()));
    assert_eq!(credential.to_bin()[0], 0);
    assert_eq!(credential.to_bin()[1..], data.to_bin());
    assert_eq!(BandwidthCredential::from_bin(&credential.to_bin()).unwrap(), credential);
    let token = BandwidthCredential::UpgradeModeJWT { token: "ab".into() };
    assert_eq!(token.to_bin(), [1, 2, b'a', b'b']);
}

#[test]
fn truncated_and_trailing_bytes_are_refused() {
    let data = data();
    let bytes = data.to_bytes();
    for len in (0..bytes.len()).step_by(7) {
        assert!(CredentialSpendingData::from_bytes(&bytes[..len]).is_err(), "{len}");
        assert!(CredentialSpendingData::from_bin(&data.to_bin()[..len.min(data.to_bin().len() - 1)]).is_err());
    }
    let mut long = bytes.clone();
    long.push(0);
    assert!(matches!(CredentialSpendingData::from_bytes(&long), Err(EcashError::Length { .. })));
    let mut long = data.to_bin();
    long.push(0);
    assert!(CredentialSpendingData::from_bin(&long).is_err());
    let mut huge = bytes;
    huge[..4].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(CredentialSpendingData::from_bytes(&huge).is_err());
}

/// Non-canonical scalars and points are errors wherever they lie; the published crate panics on a stored v that is none.
#[test]
fn elements_that_are_not_canonical_are_refused() {
    let wallet = quorum().ticketbook(&user(), 2);
    let bytes = wallet.signatures().to_bytes();
    assert_eq!(&WalletSignatures::from_bytes(&bytes).unwrap(), wallet.signatures());
    let mut secret = bytes;
    secret[96..128].fill(0xff);
    assert!(matches!(WalletSignatures::from_bytes(&secret), Err(EcashError::Curve(_))));
    let mut bin = wallet.signatures().to_bin();
    let v = bin.windows(32).position(|window| window == &bytes[96..128]).unwrap();
    bin[v..v + 32].fill(0xff);
    assert!(WalletSignatures::from_bin(&bin).is_err());
    // A point whose x is the field's order plus something, or whose flags contradict each other.
    for flags in [0x9f, 0x40, 0xe0, 0x00] {
        let mut point = bytes;
        point[0] = flags;
        point[1..48].fill(0xff);
        assert!(matches!(WalletSignatures::from_bytes(&point), Err(EcashError::Curve(_))), "{flags:x}");
    }
    let mut challenge = data().to_bytes();
    let own = data().payment.zk_proof.challenge.to_bytes();
    let at = challenge.windows(32).position(|window| window == own).unwrap();
    challenge[at..at + 32].fill(0xff);
    assert!(CredentialSpendingData::from_bytes(&challenge).is_err());
}

#[test]
fn stored_ticketbooks() {
    let quorum = quorum();
    let pair = KeyPairUser::from_seed(&[0x2a; 32]);
    assert_eq!(KeyPairUser::from_bytes(&pair.to_bytes()).unwrap(), pair);
    let mut wrong = pair.to_bytes();
    wrong[32..].copy_from_slice(&KeyPairUser::from_seed(&[1; 32]).public_key().to_bytes());
    assert!(KeyPairUser::from_bytes(&wrong).is_err());
    let pending = IssuanceTicketBook {
        deposit_id: 300,
        signing_key: [7; 32],
        ecash_keypair: pair,
        ticketbook_type: TicketType::V1WireguardEntry,
        expiration_date: quorum.expiration,
    };
    let packed = pending.pack();
    // varint 300 ‖ 32 ‖ 33 + 49 ‖ type ‖ year ‖ day of the year 347.
    assert_eq!(packed.data.len(), 3 + 32 + 82 + 1 + 3 + 3);
    assert_eq!(packed.data[..3], [0xfb, 1, 44]);
    assert_eq!(IssuanceTicketBook::unpack(&packed.data, 1).unwrap().pack(), packed);
    assert!(matches!(
        IssuanceTicketBook::unpack(&packed.data, 2),
        Err(EcashError::UnknownRevision { revision: 2, .. })
    ));

    let (request, info) = quorum.request(&user(), 2);
    let wallet = info.collect(&user(), &quorum.answers(&request, &user()), THRESHOLD, &quorum.master).unwrap().wallet;
    let ticketbook = IssuedTicketBook {
        signatures_wallet: wallet.signatures().clone(),
        spent_tickets: 4,
        epoch_id: 9,
        ecash_secret_key: user(),
        expiration_date: quorum.expiration,
        ticketbook_type: TYPE,
    };
    assert_eq!(ticketbook.wallet().tickets_left(), 46);
    assert!(!ticketbook.is_expired(quorum.expiration));
    assert!(ticketbook.is_expired(quorum.expiration.plus_days(1).unwrap()));
    let file = ImportableTicketBook {
        serialised_ticketbook: ticketbook.pack(),
        serialised_expiration_date_signatures: Some(
            AggregatedExpirationDateSignatures {
                epoch_id: 9,
                expiration_date: quorum.expiration,
                signatures: quorum.dates.clone(),
            }
            .pack(),
        ),
        serialised_coin_index_signatures: Some(
            AggregatedCoinIndicesSignatures { epoch_id: 9, signatures: quorum.coins.clone() }.pack(),
        ),
        serialised_master_verification_key: Some(
            EpochVerificationKey { epoch_id: 9, key: quorum.master.key().clone() }.pack(),
        ),
    };
    let exported = file.pack();
    let imported = ImportableTicketBook::unpack(&exported.data, exported.revision).unwrap().import().unwrap();
    assert_eq!(imported.ticketbook.pack(), ticketbook.pack());
    assert_eq!(imported.coin_index_signatures.unwrap().signatures, quorum.coins);
    assert_eq!(imported.expiration_date_signatures.unwrap().signatures, quorum.dates);
    assert_eq!(&imported.master_verification_key.unwrap().key, quorum.master.key());

    let mut foreign = file.clone();
    foreign.serialised_coin_index_signatures =
        Some(AggregatedCoinIndicesSignatures { epoch_id: 8, signatures: quorum.coins.clone() }.pack());
    assert!(matches!(foreign.import(), Err(EcashError::Malformed { .. })));
    let mut old = file;
    old.serialised_master_verification_key = Some(VersionSerialised { data: vec![], revision: 1 });
    assert!(matches!(old.import(), Err(EcashError::UnknownRevision { revision: 1, .. })));
}

#[test]
fn dates() {
    let day: EcashDay = "2024-12-11".parse().unwrap();
    assert_eq!((day.julian_day(), day.timestamp()), (2_460_656, 1_733_875_200));
    assert_eq!(EcashDay::containing(1_733_875_200 + 86_399), Ok(day));
    assert!(EcashDay::from_timestamp(1_733_875_201).is_err());
    for bad in [
        "2024-13-01",
        "2024-02-30",
        "24-01-01",
        "2024-1-1",
        "2024-01-01 ",
        "",
        "1970-01-01",
        "2106-02-08",
        "é024-01-01",
    ] {
        assert!(bad.parse::<EcashDay>().is_err(), "{bad}");
    }
    assert!("2106-02-07".parse::<EcashDay>().is_ok());
    assert!(EcashDay::containing(i64::MIN).is_err());
    assert!(EcashDay::containing(i64::MAX).is_err());
    assert!(EcashDay::from_julian_day(i32::MIN).is_err());
    assert!("1970-01-02".parse::<EcashDay>().unwrap().default_expiration().unwrap().first_spending_day().is_ok());
    assert!("1970-01-02".parse::<EcashDay>().unwrap().first_spending_day().is_err());
}

#[test]
fn ticket_types() {
    for (number, ticket_type) in (0u8..).zip(TicketType::ALL) {
        assert_eq!(TicketType::try_from(number), Ok(ticket_type));
        assert_eq!(ticket_type.to_string().parse(), Ok(ticket_type));
        assert_eq!(serde_json::to_string(&ticket_type).unwrap(), format!("\"{ticket_type}\""));
    }
    assert_eq!(TicketType::try_from(4), Err(EcashError::UnknownTicketType(4)));
    assert!("v1".parse::<TicketType>().is_err());
}

proptest! {
    #[test]
    fn days_round_trip(day in 1u32..49_710) {
        let day = EcashDay::from_timestamp(day * 86_400).unwrap();
        prop_assert_eq!(day.to_string().parse(), Ok(day));
        prop_assert_eq!(EcashDay::from_julian_day(day.julian_day()), Ok(day));
        prop_assert_eq!(serde_json::from_str::<EcashDay>(&serde_json::to_string(&day).unwrap()).unwrap(), day);
    }

    #[test]
    fn pay_info_round_trips(provider in any::<[u8; 32]>(), time in any::<i64>(), seed in any::<u8>()) {
        let info = PayInfo::new(&provider, time, &mut rng(seed));
        prop_assert_eq!((info.provider(), info.timestamp()), (&provider, time));
        prop_assert_eq!(serde_json::from_str::<PayInfo>(&serde_json::to_string(&info).unwrap()).unwrap(), info);
    }
}
