//! Blocks: what transactions leave behind, and what survives a restart.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
        bank::v1beta1::{Input, MsgMultiSend, Output},
        base::abci::v1beta1::TxMsgData,
    },
};
use prost::{Message, Name};

use super::{
    TestChain, Tweak,
    signer::{FUNDS, coin, line},
};
use crate::{address, store::Db};

fn account(chain: &TestChain, address: &str) -> BaseAccount {
    let request = QueryAccountRequest { address: address.into() };
    let answer: QueryAccountResponse = chain.query("/cosmos.auth.v1beta1.Query/Account", &request);
    BaseAccount::decode(&answer.account.unwrap().value[..]).unwrap()
}

#[test]
fn a_send_moves_coins_and_tells_it_as_the_node_does() {
    let chain = TestChain::new();
    let (alice, bob) = (chain.alice.address(), chain.bob.address());
    let collector = address::encode(&address::module("fee_collector"));
    let tx = chain.alice.sign(vec![chain.alice.send(&bob, vec![coin(7, "unym")])], &Tweak::sequence(0));

    assert_eq!(chain.app.check_tx(&tx).code, 0);
    let result = chain.deliver(tx);
    assert_eq!((result.code, result.log.as_str(), result.gas_wanted), (0, "", 200_000));
    assert_eq!(chain.balance(&alice, "unym"), FUNDS - 5007);
    assert_eq!(chain.balance(&bob, "unym"), FUNDS + 7);
    assert_eq!((account(&chain, &alice).sequence, account(&chain, &alice).account_number), (1, 0));

    let signature = result.events[6].attributes[0].value.clone();
    let expected = [
        format!("coin_spent{{spender={alice},amount=5000unym}}"),
        format!("coin_received{{receiver={collector},amount=5000unym}}"),
        format!("transfer{{recipient={collector},sender={alice},amount=5000unym}}"),
        format!("message{{sender={alice}}}"),
        format!("tx{{fee=5000unym,fee_payer={alice}}}"),
        format!("tx{{acc_seq={alice}/0}}"),
        format!("tx{{signature={signature}}}"),
        format!("message{{action=/cosmos.bank.v1beta1.MsgSend,sender={alice},module=bank,msg_index=0}}"),
        format!("coin_spent{{spender={alice},amount=7unym,msg_index=0}}"),
        format!("coin_received{{receiver={bob},amount=7unym,msg_index=0}}"),
        format!("transfer{{recipient={bob},sender={alice},amount=7unym,msg_index=0}}"),
        format!("message{{sender={alice},msg_index=0}}"),
    ];
    assert_eq!(result.events.iter().map(line).collect::<Vec<_>>(), expected);
    let data = TxMsgData::decode(&result.data[..]).unwrap();
    assert_eq!(data.msg_responses[0].type_url, "/cosmos.bank.v1beta1.MsgSendResponse");
}

#[test]
fn a_failing_message_keeps_fee_and_sequence_and_nothing_else() {
    let chain = TestChain::new();
    let (alice, bob) = (chain.alice.address(), chain.bob.address());
    let messages =
        vec![chain.alice.send(&bob, vec![coin(7, "unym")]), chain.alice.send(&bob, vec![coin(2 * FUNDS, "unyx")])];
    let result = chain.deliver(chain.alice.sign(messages, &Tweak { gas: 300_000, ..Tweak::sequence(0) }));
    assert_eq!((result.code, result.codespace.as_str()), (5, "sdk"));
    assert_eq!(
        result.log,
        format!(
            "failed to execute message; message index: 1: spendable balance {FUNDS}unyx is smaller than {}unyx: insufficient funds",
            2 * FUNDS
        )
    );
    assert_eq!(result.events.len(), 7, "the events of the checks stay");
    assert_eq!(chain.balance(&alice, "unym"), FUNDS - 5000);
    assert_eq!(chain.balance(&bob, "unym"), FUNDS);
    assert_eq!(account(&chain, &alice).sequence, 1);
}

#[test]
fn running_out_of_gas_in_a_message_names_the_place() {
    let chain = TestChain::new();
    let tweak = Tweak { gas: 72_000, ..Tweak::sequence(0) };
    let tx = chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(7, "unym")])], &tweak);
    let result = chain.deliver(tx);
    assert_eq!((result.code, result.codespace.as_str()), (11, "sdk"));
    assert!(result.log.starts_with("out of gas in location: "), "{}", result.log);
    assert!(
        result.log.ends_with(&format!("; gasWanted: 72000, gasUsed: {}: out of gas", result.gas_used)),
        "{}",
        result.log
    );
    assert!(result.gas_used > 72_000);
    assert_eq!(account(&chain, &chain.alice.address()).sequence, 1);
}

#[test]
fn new_recipients_get_the_next_account_number_and_fees_leave_the_collector_at_the_next_block() {
    let chain = TestChain::new();
    let fresh = address::encode(&[9; 20]);
    let result =
        chain.deliver(chain.alice.sign(vec![chain.alice.send(&fresh, vec![coin(1, "unyx")])], &Tweak::sequence(0)));
    assert_eq!(result.code, 0, "{}", result.log);
    // Two genesis accounts, six module accounts and the escrow account of the first block come before, as on a node.
    assert_eq!(account(&chain, &fresh).account_number, 9);

    let (collector, distribution) =
        ["fee_collector", "distribution"].map(|name| address::encode(&address::module(name))).into();
    assert_eq!(chain.balance(&collector, "unym"), 5000);
    let (_, events, _) = chain.block(&[]);
    assert_eq!(chain.balance(&collector, "unym"), 0);
    assert_eq!(chain.balance(&distribution, "unym"), 5000);
    assert!(line(&events[0]).ends_with(",mode=BeginBlock}"));
}

#[test]
fn multi_send_needs_equal_sums_and_one_sender() {
    let chain = TestChain::new();
    let input = |amount| Input { address: chain.alice.address(), coins: vec![coin(amount, "unym")] };
    let output = |seed, amount| Output { address: address::encode(&[seed; 20]), coins: vec![coin(amount, "unym")] };
    let msg = |inputs, outputs| Any {
        type_url: MsgMultiSend::type_url(),
        value: MsgMultiSend { inputs, outputs }.encode_to_vec(),
    };
    let deliver = |sequence, msg| {
        chain.deliver(chain.alice.sign(vec![msg], &Tweak { gas: 300_000, ..Tweak::sequence(sequence) }))
    };

    let result = deliver(0, msg(vec![input(5)], vec![output(3, 2), output(4, 3)]));
    assert_eq!(result.code, 0, "{}", result.log);
    assert_eq!(chain.balance(&address::encode(&[4; 20]), "unym"), 3);
    let result = deliver(1, msg(vec![input(5)], vec![output(3, 2)]));
    assert_eq!((result.code, result.codespace.as_str()), (4, "bank"));
    let result = deliver(2, msg(vec![input(5), input(5)], vec![output(3, 10)]));
    assert_eq!((result.code, result.codespace.as_str()), (9, "bank"));
    let result = deliver(3, msg(vec![input(5)], vec![]));
    assert_eq!((result.code, result.codespace.as_str()), (3, "bank"));
}

#[test]
fn messages_cannot_pay_module_accounts() {
    let chain = TestChain::new();
    let collector = address::encode(&address::module("fee_collector"));
    let result =
        chain.deliver(chain.alice.sign(vec![chain.alice.send(&collector, vec![coin(1, "unym")])], &Tweak::sequence(0)));
    assert_eq!(result.code, 4);
    assert_eq!(
        result.log,
        format!(
            "failed to execute message; message index: 0: {collector} is not allowed to receive funds: unauthorized"
        )
    );
}

#[test]
fn a_reopened_home_answers_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let (hash, height) = {
        let chain = TestChain::on(Db::open(folder.path()).unwrap());
        let tx =
            chain.alice.sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(7, "unym")])], &Tweak::sequence(0));
        let (results, _, hash) = chain.block(&[tx]);
        assert_eq!(results[0].code, 0);
        // A block that was executed but never committed leaves nothing.
        let (last, _) = chain.app.last().unwrap();
        chain.app.begin_block(crate::app::BlockInfo { height: last.height + 1, ..last.clone() }).unwrap();
        chain.app.end_block().unwrap();
        (hash, last.height)
    };
    let chain = TestChain::on(Db::open(folder.path()).unwrap());
    let (last, again) = chain.app.last().unwrap();
    assert_eq!((last.height, again), (height, hash));
    assert_eq!(chain.balance(&chain.bob.address(), "unym"), FUNDS + 7);
    assert_eq!(account(&chain, &chain.alice.address()).sequence, 1);
}

#[test]
fn the_same_blocks_give_the_same_hashes_on_memory_and_disk() {
    let folder = tempfile::tempdir().unwrap();
    let chains = [TestChain::new(), TestChain::on(Db::open(folder.path()).unwrap())];
    for sequence in 0..3 {
        let hashes = chains.each_ref().map(|chain| {
            let tx = chain
                .alice
                .sign(vec![chain.alice.send(&chain.bob.address(), vec![coin(7, "unym")])], &Tweak::sequence(sequence));
            chain.block(&[tx]).2
        });
        assert_eq!(hashes[0], hashes[1]);
    }
}
