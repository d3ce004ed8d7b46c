//! nyxlet with compiled wasm as an engine.

use std::{collections::BTreeMap, path::Path, time::Duration};

use cosmrs::{
    Any,
    proto::{
        cosmos::{
            auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
            bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse},
            base::abci::v1beta1::TxMsgData,
        },
        cosmwasm::wasm::v1::{
            MsgInstantiateContractResponse, MsgStoreCodeResponse, QueryRawContractStateRequest,
            QueryRawContractStateResponse, QuerySmartContractStateRequest, QuerySmartContractStateResponse,
        },
        traits::{Message, Name},
    },
};
use cosmwasm_std::{Addr, Attribute, Coin, Event, coin};
use engines::{
    messages::{self, FEE, GAS},
    signer::{CHAIN_ID, Numbered, Signer, sign},
};
use nym_contract_scenarios::{CodeId, Contract, Engine, Executed, Refusal};
use nyxlet::{Config, Handle, Nyxlet, chain::Mining, clock::Nanos};
use tokio::runtime::Runtime;

/// Where block time begins, in nanoseconds since the start of 1970.
const GENESIS: Nanos = Nanos(1_700_000_000_000_000_000);

/// The shortest time between two blocks.
const MOMENT: Duration = Duration::from_nanos(1);

/// A chain in memory. Every transaction gets a block, a nanosecond later than the one before: the time that a test takes
/// does not count. The chain's richest account pays all fees, signing beside the sender: what others hold is touched by
/// messages only.
pub struct OnNyxlet {
    chain: Handle,
    runtime: Runtime,
    payer: Signer,
    /// By address.
    accounts: BTreeMap<String, Signer>,
}

/// A transaction that took effect.
struct Delivered {
    height: u64,
    events: Vec<Event>,
    /// The answer to its message, encoded.
    answer: Vec<u8>,
}

impl OnNyxlet {
    pub fn new() -> Self {
        let chain = Nyxlet::start(Config {
            chain_id: CHAIN_ID.to_owned(),
            accounts: 1,
            balance: 1_000_000_000_000_000_000_000,
            mining: Mining::Manual,
            genesis_time: Some(GENESIS),
            ..Config::default()
        })
        .unwrap();
        let payer = Signer::new(&chain.accounts()[0].secret);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        OnNyxlet { chain, runtime, payer, accounts: BTreeMap::new() }
    }

    /// Makes a block that much later than the last one.
    fn mine(&self, later: Duration) {
        self.runtime.block_on(self.chain.chain().mine(1, Some(later))).unwrap();
    }

    /// Sends a message as one transaction in one block.
    fn deliver<M: Message + Name>(&self, sender: &str, message: &M) -> Result<Delivered, Refusal> {
        let message = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        let sender = self.accounts.get(sender).unwrap_or(&self.payer);
        let mut signers = vec![self.numbered(sender)];
        if sender.address != self.payer.address {
            signers.push(self.numbered(&self.payer));
        }
        let fee = cosmrs::Coin::new(FEE, "unym").unwrap();
        let tx = sign(message, &signers, GAS, fee);

        let (checked, included) = self.chain.chain().submit_and_listen(&tx).map_err(|error| error.to_string())?;
        if checked.code != 0 {
            return Err(checked.log);
        }
        self.mine(MOMENT);
        let included = self.runtime.block_on(included).expect("what passed the check stands in the next block");
        let result = included.block.txs[included.index].result.clone().expect("what stands in a block was executed");
        if result.code != 0 {
            return Err(result.log);
        }
        let events = result.events.iter().map(|event| {
            let attributes = event.attributes.iter();
            let mut copy = Event::new(&event.r#type);
            copy.attributes = attributes
                .map(|attribute| Attribute { key: attribute.key.clone(), value: attribute.value.clone() })
                .collect();
            copy
        });
        let mut answers = TxMsgData::decode(result.data).unwrap().msg_responses;
        Ok(Delivered {
            height: included.block.record.height(),
            events: events.collect(),
            answer: answers.pop().expect("every message has an answer").value,
        })
    }

    fn numbered<'a>(&self, signer: &'a Signer) -> Numbered<'a> {
        let account = self.find_account(signer).unwrap_or_else(|| panic!("{} is not on the chain", signer.address));
        Numbered { signer, account: account.account_number, sequence: account.sequence }
    }

    fn find_account(&self, signer: &Signer) -> Option<BaseAccount> {
        let request = QueryAccountRequest { address: signer.address.to_string() };
        let found: QueryAccountResponse = self.ask("/cosmos.auth.v1beta1.Query/Account", &request).ok()?;
        Some(BaseAccount::decode(found.account?.value.as_slice()).unwrap())
    }

    fn ask<Answer: Message + Default>(&self, path: &str, request: &impl Message) -> Result<Answer, Refusal> {
        let answer = self.chain.chain().app().query(path, &request.encode_to_vec());
        if answer.code != 0 {
            return Err(answer.log);
        }
        Ok(Answer::decode(answer.value).unwrap())
    }

    fn transfer(&self, from: &str, to: &str, coins: &[Coin]) {
        self.deliver(from, &messages::transfer(from, to, coins)).unwrap();
    }
}

impl Engine for OnNyxlet {
    fn account(&mut self, name: &str, funds: &[Coin]) -> Addr {
        let signer = Signer::named(name);
        let (address, payer) = (signer.address.to_string(), self.payer.address.to_string());
        if !funds.is_empty() {
            self.transfer(&payer, &address, funds);
        }
        let exists = self.find_account(&signer).is_some();
        self.accounts.insert(address.clone(), signer);
        if !exists {
            // An account begins with the first coin that it gets; this one is to have none.
            self.transfer(&payer, &address, &[coin(1, "unym")]);
            self.transfer(&address, &payer, &[coin(1, "unym")]);
        }
        Addr::unchecked(address)
    }

    fn store(&mut self, contract: Contract) -> CodeId {
        let sender = self.payer.address.to_string();
        let wasm_byte_code = read_wasm(contract);
        let message = messages::store(sender.clone(), wasm_byte_code);
        let stored = self.deliver(&sender, &message).unwrap();
        MsgStoreCodeResponse::decode(stored.answer.as_slice()).unwrap().code_id
    }

    fn instantiate(
        &mut self,
        sender: &Addr,
        code: CodeId,
        message: &[u8],
        funds: &[Coin],
        admin: Option<&Addr>,
    ) -> Result<Addr, Refusal> {
        let message = messages::instantiate(sender, code, message, funds, admin);
        let made = self.deliver(sender.as_str(), &message)?;
        let answer = MsgInstantiateContractResponse::decode(made.answer.as_slice()).unwrap();
        Ok(Addr::unchecked(answer.address))
    }

    fn execute(&mut self, sender: &Addr, contract: &Addr, message: &[u8], funds: &[Coin]) -> Result<Executed, Refusal> {
        let message = messages::execute(sender, contract, message, funds);
        let Delivered { height, events, answer } = self.deliver(sender.as_str(), &message)?;
        Ok(Executed { height, events, data: messages::answered_data(&answer).unwrap() })
    }

    fn migrate(&mut self, sender: &Addr, contract: &Addr, code: CodeId, message: &[u8]) -> Result<(), Refusal> {
        self.deliver(sender.as_str(), &messages::migrate(sender, contract, code, message)).map(|_| ())
    }

    fn query(&mut self, contract: &Addr, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let request = QuerySmartContractStateRequest { address: contract.to_string(), query_data: message.to_vec() };
        let path = "/cosmwasm.wasm.v1.Query/SmartContractState";
        Ok(self.ask::<QuerySmartContractStateResponse>(path, &request)?.data)
    }

    fn query_raw(&mut self, contract: &Addr, key: &[u8]) -> Option<Vec<u8>> {
        let request = QueryRawContractStateRequest { address: contract.to_string(), query_data: key.to_vec() };
        let path = "/cosmwasm.wasm.v1.Query/RawContractState";
        // Contracts cannot store empty values: an empty one is an absent one.
        let value = self.ask::<QueryRawContractStateResponse>(path, &request).unwrap().data;
        Some(value).filter(|value| !value.is_empty())
    }

    fn send(&mut self, from: &Addr, to: &Addr, coins: &[Coin]) {
        self.transfer(from.as_str(), to.as_str(), coins);
    }

    fn balance(&mut self, address: &Addr, denom: &str) -> u128 {
        let request = QueryBalanceRequest { address: address.to_string(), denom: denom.to_owned() };
        let answer: QueryBalanceResponse = self.ask("/cosmos.bank.v1beta1.Query/Balance", &request).unwrap();
        answer.balance.unwrap().amount.parse().unwrap()
    }

    fn advance_time(&mut self, seconds: u64) {
        self.mine(Duration::from_secs(seconds));
    }

    fn block_time(&mut self) -> u64 {
        self.chain.chain().tip().block.time().seconds().try_into().expect("block time is after 1970")
    }

    fn block_height(&mut self) -> u64 {
        self.chain.chain().tip().height()
    }
}

/// The compiled contract.
pub fn read_wasm(contract: Contract) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts");
    let path = folder.join(contract.artefact()).with_extension("wasm");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}: run scripts/contracts first", path.display()))
}
