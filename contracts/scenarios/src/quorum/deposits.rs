//! Deposits and their prices.

use super::deployment::{PRICE, Quorum};
use crate::mixnet::{NodeIdentity, attributes_of, nym};
use crate::{Engine, Executed};
use cosmwasm_std::{Addr, Coin, coin};
use nym_ecash_contract::msg::{
    DepositResponse, DepositsStatistics, ExecuteMsg as EcashMsg, LatestDepositResponse, PagedDepositsResponse,
    QueryMsg as EcashQuery, WhitelistedAccountsResponse,
};

pub(super) fn deposit_for(number: u8) -> EcashMsg {
    EcashMsg::DepositTicketBookFunds { identity_key: NodeIdentity::number(number).to_base58() }
}

fn statistics<E: Engine>(quorum: &mut Quorum<E>) -> DepositsStatistics {
    quorum.ecash_asks(&EcashQuery::GetDepositsStatistics {})
}

fn id_of(executed: &Executed) -> u32 {
    let id = attributes_of(executed, "deposited-funds")[0].1.parse().expect("it is a number");
    assert_eq!(executed.data, Some(u32::to_be_bytes(id).to_vec()));
    id
}

pub(super) fn default_price<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 1);
    let alice = quorum.engine.account("alice", &[nym(3 * PRICE)]);
    for question in [EcashQuery::GetDefaultDepositAmount {}, EcashQuery::GetRequiredDepositAmount {}] {
        assert_eq!(quorum.ecash_asks::<Coin>(&question), nym(PRICE));
    }
    assert!(quorum.ecash_asks::<LatestDepositResponse>(&EcashQuery::GetLatestDeposit {}).deposit.is_none());
    for expected in 0..2 {
        let executed = quorum.ecash_takes(&alice, &deposit_for(7), &[nym(PRICE)]);
        assert_eq!(id_of(&executed), expected);
    }
    let key = NodeIdentity::number(7).to_base58();
    let found: DepositResponse = quorum.ecash_asks(&EcashQuery::GetDeposit { deposit_id: 1 });
    assert_eq!((found.id, found.deposit.map(|deposit| deposit.bs58_encoded_ed25519_pubkey)), (1, Some(key)));
    assert!(quorum.ecash_asks::<DepositResponse>(&EcashQuery::GetDeposit { deposit_id: 2 }).deposit.is_none());
    let latest: LatestDepositResponse = quorum.ecash_asks(&EcashQuery::GetLatestDeposit {});
    assert_eq!(latest.deposit.map(|deposit| deposit.id), Some(1));
    let ecash = quorum.ecash.clone();
    assert_eq!(quorum.engine.balance(&ecash, "unym"), 2 * PRICE);
    let statistics = statistics(&mut quorum);
    assert_eq!((statistics.total_deposits_made, statistics.total_deposited), (2, nym(2 * PRICE)));
    assert_eq!(statistics.total_deposits_made_with_default_price, 2);
    assert_eq!(statistics.total_deposited_with_default_price, nym(2 * PRICE));
    assert_eq!(statistics.total_deposits_made_with_custom_price, 0);
    assert_eq!(statistics.total_deposited_with_custom_price, nym(0));
}

pub(super) fn reduced_price<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 1);
    let (admin, proxy) = (quorum.admin.clone(), quorum.engine.account("proxy", &[nym(10 * PRICE)]));
    let address = proxy.to_string();
    let reduced = |quorum: &mut Quorum<E>, account: &Addr| -> Option<Coin> {
        quorum.ecash_asks(&EcashQuery::GetReducedDepositAmount { address: account.to_string() })
    };
    assert_eq!(reduced(&mut quorum, &proxy), None);
    let set = |amount| EcashMsg::SetReducedDepositPrice { address: address.clone(), deposit: nym(amount) };
    quorum.ecash_takes(&admin, &set(30_000_000), &[]);
    quorum.ecash_takes(&admin, &set(20_000_000), &[]);
    assert_eq!(reduced(&mut quorum, &proxy), Some(nym(20_000_000)));
    let listed: WhitelistedAccountsResponse = quorum.ecash_asks(&EcashQuery::GetAllWhitelistedAccounts {});
    assert_eq!(listed.whitelisted_accounts.len(), 1);

    quorum.ecash_takes(&proxy, &deposit_for(1), &[nym(20_000_000)]);
    // The default price is taken from everybody, and counted as such.
    quorum.ecash_takes(&proxy, &deposit_for(2), &[nym(PRICE)]);
    quorum.ecash_refuses(&proxy, &deposit_for(3), &[nym(30_000_000)], "the deposit is 20000000unym, not 30000000unym");
    let alice = quorum.engine.account("alice", &[nym(PRICE)]);
    quorum.ecash_refuses(&alice, &deposit_for(3), &[nym(20_000_000)], "the deposit is 75000000unym, not 20000000unym");
    let counted = statistics(&mut quorum);
    assert_eq!((counted.total_deposits_made, counted.total_deposits_made_with_custom_price), (2, 1));
    assert_eq!(counted.total_deposited_with_custom_price, nym(20_000_000));
    assert_eq!(counted.deposits_made_with_custom_price.get(&address), Some(&1));
    assert_eq!(counted.deposited_with_custom_price.get(&address), Some(&nym(20_000_000)));

    let remove = EcashMsg::RemoveReducedDepositPrice { address: address.clone() };
    quorum.ecash_takes(&admin, &remove, &[]);
    quorum.ecash_refuses(&admin, &remove, &[], "has no reduced price");
    quorum.ecash_refuses(&proxy, &deposit_for(3), &[nym(20_000_000)], "the deposit is 75000000unym");
    // What was counted stays counted.
    assert_eq!(statistics(&mut quorum), counted);
}

pub(super) fn prices_are_changed<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 1);
    let (admin, alice) = (quorum.admin.clone(), quorum.engine.account("alice", &[nym(PRICE)]));
    let default = |new_deposit: Coin| EcashMsg::UpdateDefaultDepositValue { new_deposit };
    let reduced = |deposit: Coin| EcashMsg::SetReducedDepositPrice { address: alice.to_string(), deposit };
    quorum.ecash_refuses(&admin, &default(nym(49)), &[], "costs at least as many base units");
    quorum.ecash_refuses(&admin, &default(coin(100, "unyx")), &[], "prices are in 'unym', not in 'unyx'");
    quorum.ecash_refuses(&admin, &reduced(nym(49)), &[], "costs at least as many base units");
    quorum.ecash_refuses(&admin, &reduced(coin(100, "unyx")), &[], "prices are in 'unym', not in 'unyx'");
    quorum.ecash_refuses(&admin, &reduced(nym(PRICE)), &[], "a reduced price is below the default of 75000000unym");
    quorum.ecash_takes(&admin, &reduced(nym(1000)), &[]);
    quorum.ecash_refuses(&admin, &default(nym(1000)), &[], "would not be above the reduced price 1000unym");
    let executed = quorum.ecash_takes(&admin, &default(nym(1001)), &[]);
    let updated = executed.events.iter().flat_map(|event| &event.attributes).find(|one| one.key == "updated_deposit");
    assert_eq!(updated.map(|attribute| attribute.value.as_str()), Some("1001unym"));
    quorum.ecash_takes(&alice, &deposit_for(1), &[nym(1001)]);
    // The name that a published client uses.
    let ecash = quorum.ecash.clone();
    let message = br#"{"update_deposit_value":{"new_deposit":{"denom":"unym","amount":"2000"}}}"#;
    quorum.engine.execute(&admin, &ecash, message, &[]).expect("it is the same message");
    assert_eq!(quorum.text(&ecash, r#"{"GetRequiredDepositAmount":{}}"#), r#"{"denom":"unym","amount":"2000"}"#);
}

pub(super) fn refusals<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 1);
    let alice = quorum.engine.account("alice", &[nym(10 * PRICE), coin(PRICE, "unyx")]);
    quorum.ecash_refuses(&alice, &deposit_for(1), &[], "No funds sent");
    quorum.ecash_refuses(&alice, &deposit_for(1), &[coin(PRICE, "unyx")], "a deposit is one coin");
    quorum.ecash_refuses(&alice, &deposit_for(1), &[nym(PRICE), coin(1, "unyx")], "a deposit is one coin");
    quorum.ecash_refuses(&alice, &deposit_for(1), &[nym(PRICE - 1)], "the deposit is 75000000unym, not 74999999unym");
    quorum.ecash_refuses(&alice, &deposit_for(1), &[nym(PRICE + 1)], "the deposit is 75000000unym, not 75000001unym");
    // Keys that could never sign, so that the deposit would be lost.
    let mut no_point = [0; 32];
    no_point[0] = 2;
    for (key, words) in [
        (String::new(), "is not an identity key"),
        (bs58::encode([7; 31]).into_string(), "is not an identity key"),
        (bs58::encode([7; 33]).into_string(), "is not an identity key"),
        ("0OIl".to_owned(), "is not an identity key"),
        (bs58::encode(no_point).into_string(), "no point on the curve"),
    ] {
        let message = EcashMsg::DepositTicketBookFunds { identity_key: key };
        quorum.ecash_refuses(&alice, &message, &[nym(PRICE)], words);
    }
    assert_eq!(quorum.engine.balance(&alice, "unym"), 10 * PRICE);
    assert_eq!(statistics(&mut quorum).total_deposits_made, 0);
}

pub(super) fn lists<E: Engine>(engine: &mut E) {
    let mut quorum = Quorum::deploy(engine, 1);
    let alice = quorum.engine.account("alice", &[nym(5 * PRICE)]);
    for number in 1..=5 {
        quorum.ecash_takes(&alice, &deposit_for(number), &[nym(PRICE)]);
    }
    let page = |limit, start_after| EcashQuery::GetDepositsPaged { limit, start_after };
    let ids = |page: &PagedDepositsResponse| page.deposits.iter().map(|deposit| deposit.id).collect::<Vec<_>>();
    let first: PagedDepositsResponse = quorum.ecash_asks(&page(Some(2), None));
    assert_eq!((ids(&first), first.start_next_after), (vec![0, 1], Some(1)));
    let rest: PagedDepositsResponse = quorum.ecash_asks(&page(None, first.start_next_after));
    assert_eq!((ids(&rest), rest.start_next_after), (vec![2, 3, 4], Some(4)));
    let keys: Vec<_> = rest.deposits.into_iter().map(|one| one.deposit.bs58_encoded_ed25519_pubkey).collect();
    assert_eq!(keys, [3, 4, 5].map(|number| NodeIdentity::number(number).to_base58()));
    let nothing: PagedDepositsResponse = quorum.ecash_asks(&page(None, Some(4)));
    assert!(nothing.deposits.is_empty() && nothing.start_next_after.is_none());
}
