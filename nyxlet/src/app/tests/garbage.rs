//! Bytes from outside never bring the application down.

use proptest::prelude::*;

use super::{TestChain, Tweak, signer::coin};

fn valid(chain: &TestChain) -> Vec<u8> {
    chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")])], &Tweak::sequence(0))
}

#[test]
fn unknown_fields_are_refused_wherever_they_hide() {
    let chain = TestChain::new();
    let mut tx = valid(&chain);
    tx.extend_from_slice(&[0x22, 0x01, 0x00]); // field 4 of TxRaw
    let answer = chain.app.check_tx(&tx);
    assert_eq!(answer.code, 2);
    assert_eq!(
        answer.log,
        "errUnknownField \"*tx.TxRaw\": {TagNum: 4, WireType:\"bytes\"}: tx parse error: tx parse error"
    );

    let mut msg = chain.alice.send(&chain.bob.address(), vec![coin(1, "unym")]);
    msg.value.extend_from_slice(&[0x20, 0x01]); // field 4 of MsgSend
    let answer = chain.app.check_tx(&chain.alice.sign(vec![msg], &Tweak::sequence(0)));
    assert_eq!(
        answer.log,
        "errUnknownField \"*types.MsgSend\": {TagNum: 4, WireType:\"varint\"}: tx parse error: tx parse error"
    );
}

#[test]
fn other_encodings_of_a_transaction_are_refused() {
    let chain = TestChain::new();
    let tx = valid(&chain);
    // The first length as a longer varint.
    let mut longer = vec![tx[0], tx[1], tx[2] | 0x80, 0x00];
    longer.extend_from_slice(&tx[3..]);
    assert_eq!(chain.app.check_tx(&longer).code, 2);
    assert!(chain.app.check_tx(&longer).log.contains("is not as short as possible, read 3, only need 2"));
    assert_eq!(chain.app.check_tx(&[]).code, 18, "nothing is a transaction without messages");
}

#[test]
fn deep_nesting_ends_in_an_error() {
    use cosmos_sdk_proto::cosmos::tx::v1beta1::{AuthInfo, ModeInfo, SignerInfo, TxRaw, mode_info};
    use prost::Message;
    let mut mode = ModeInfo { sum: Some(mode_info::Sum::Single(mode_info::Single { mode: 1 })) };
    for _ in 0..90 {
        let multi = mode_info::Multi { bitarray: None, mode_infos: vec![mode] };
        mode = ModeInfo { sum: Some(mode_info::Sum::Multi(multi)) };
    }
    let info = SignerInfo { mode_info: Some(mode), ..SignerInfo::default() };
    let auth_info = AuthInfo { signer_infos: vec![info], ..AuthInfo::default() };
    let raw = TxRaw { auth_info_bytes: auth_info.encode_to_vec(), ..TxRaw::default() };
    assert_eq!(TestChain::new().app.check_tx(&raw.encode_to_vec()).code, 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn arbitrary_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let chain = TestChain::new();
        prop_assert!(chain.app.check_tx(&bytes).code != 0);
        prop_assert!(chain.app.simulate(&bytes).is_err());
        prop_assert!(chain.block(std::slice::from_ref(&bytes)).0[0].code != 0);
        for path in ["/cosmos.bank.v1beta1.Query/AllBalances", "/cosmos.auth.v1beta1.Query/Accounts", "/store/bank/key"] {
            chain.app.query(path, &bytes);
        }
    }

    #[test]
    fn a_changed_or_cut_transaction_never_passes(position in any::<prop::sample::Index>(), flip in 1u8.., cut in any::<bool>()) {
        let chain = TestChain::new();
        let mut tx = valid(&chain);
        let at = position.index(tx.len());
        if cut { tx.truncate(at); } else { tx[at] ^= flip; }
        prop_assert!(chain.app.check_tx(&tx).code != 0);
        prop_assert!(chain.block(&[tx]).0[0].code != 0);
        prop_assert_eq!(chain.balance(&chain.bob.address(), "unym"), super::signer::FUNDS);
    }

    #[test]
    fn arbitrary_paths_are_answered(path in ".{0,60}") {
        let answer = TestChain::new().app.query(&path, &[]);
        prop_assert!(answer.code != 0 || path.contains("version"));
    }
}
