//! Random sends against a ledger in a map: balances agree and the supply never changes.

use std::collections::BTreeMap;

use cosmos_sdk_proto::cosmos::bank::v1beta1::{QuerySupplyOfRequest, QuerySupplyOfResponse};
use proptest::prelude::*;

use super::{
    TestChain, Tweak,
    signer::{FUNDS, coin},
};
use crate::address;

#[derive(Debug, Clone)]
struct Send {
    from_alice: bool,
    to: u8,
    amount: u128,
    unyx: bool,
}

fn send() -> impl Strategy<Value = Send> {
    let amount = prop_oneof![0u128..1000, Just(FUNDS), Just(FUNDS / 2)];
    (any::<bool>(), 0u8..6, amount, any::<bool>()).prop_map(|(from_alice, to, amount, unyx)| Send {
        from_alice,
        to,
        amount,
        unyx,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn balances_follow_the_ledger(blocks in proptest::collection::vec(proptest::collection::vec(send(), 0..5), 1..8)) {
        let chain = TestChain::new();
        let signers = [&chain.alice, &chain.bob];
        let mut recipients: Vec<String> = signers.iter().map(|signer| signer.address()).collect();
        recipients.extend((2..6).map(|seed| address::encode(&[seed; 20])));
        let mut ledger = BTreeMap::<(String, &str), u128>::new();
        for signer in signers {
            for denom in ["unym", "unyx"] {
                ledger.insert((signer.address(), denom), FUNDS);
            }
        }
        let mut sequences = [0u64; 2];
        for block in blocks {
            let mut txs = Vec::new();
            let mut expected = Vec::new();
            for send in block {
                let which = usize::from(!send.from_alice);
                let (signer, denom) = (signers[which], if send.unyx { "unyx" } else { "unym" });
                let (from, to) = (signer.address(), recipients[usize::from(send.to)].clone());
                let msg = signer.send(&to, vec![coin(send.amount, denom)]);
                let tweak = Tweak { gas: 300_000, fee: vec![coin(7500, "unym")], ..Tweak::sequence(sequences[which]) };
                txs.push(signer.sign(vec![msg], &tweak));
                let purse = ledger.get_mut(&(from.clone(), "unym")).unwrap();
                let Some(rest) = purse.checked_sub(7500) else { expected.push(false); continue };
                *purse = rest;
                sequences[which] += 1;
                let held = ledger.get(&(from.clone(), denom)).copied().unwrap_or(0);
                let moves = send.amount > 0 && held >= send.amount;
                if moves {
                    *ledger.entry((from, denom)).or_default() -= send.amount;
                    *ledger.entry((to, denom)).or_default() += send.amount;
                }
                expected.push(moves);
            }
            let (results, ..) = chain.block(&txs);
            prop_assert_eq!(results.iter().map(|result| result.code == 0).collect::<Vec<_>>(), expected);
        }
        for ((owner, denom), amount) in &ledger {
            prop_assert_eq!(chain.balance(owner, denom), *amount);
        }
        for denom in ["unym", "unyx"] {
            let request = QuerySupplyOfRequest { denom: denom.into() };
            let answer: QuerySupplyOfResponse = chain.query("/cosmos.bank.v1beta1.Query/SupplyOf", &request);
            prop_assert_eq!(answer.amount.unwrap().amount, (2 * FUNDS).to_string());
        }
    }
}
