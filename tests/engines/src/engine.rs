//! nyxd as an engine of scenarios: many of them share one chain, each with accounts of its own.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow};
use cosmrs::{
    Any,
    proto::{
        cosmos::{
            auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse},
            bank::v1beta1::{
                Input, MsgMultiSend, Output, QueryAllBalancesRequest, QueryBalanceRequest, QueryBalanceResponse,
            },
            base::{abci::v1beta1::TxMsgData, query::v1beta1::PageRequest},
        },
        cosmwasm::wasm::v1::{
            MsgInstantiateContractResponse, MsgStoreCodeResponse, QueryAllContractStateRequest,
            QueryAllContractStateResponse, QueryContractInfoRequest, QueryRawContractStateRequest,
            QueryRawContractStateResponse, QuerySmartContractStateRequest, QuerySmartContractStateResponse,
        },
        traits::{Message, Name},
    },
};
use cosmwasm_std::{Addr, Attribute, Coin, Event, coin};
use nym_contract_scenarios::{CodeId, Contract, Engine, Executed, Refusal};

use crate::{
    answers::{Answer, TxAnswer},
    messages::{self, FEE, GAS, on_wire},
    node::{Node, hash},
    recording::{Recorded, Step},
    signer::{Numbered, Signer, sign},
};

/// What a scenario has to spend of each denomination.
const FUNDS: u128 = 1_000_000_000_000_000_000;

const ACCOUNT: &str = "/cosmos.auth.v1beta1.Query/Account";
const BALANCE: &str = "/cosmos.bank.v1beta1.Query/Balance";
const ALL_BALANCES: &str = "/cosmos.bank.v1beta1.Query/AllBalances";
const SMART: &str = "/cosmwasm.wasm.v1.Query/SmartContractState";
const RAW: &str = "/cosmwasm.wasm.v1.Query/RawContractState";
const ALL_STATE: &str = "/cosmwasm.wasm.v1.Query/AllContractState";
const CONTRACT_INFO: &str = "/cosmwasm.wasm.v1.Query/ContractInfo";

/// A running node with the stored contracts, which scenarios share.
pub struct Bench {
    node: Arc<Node>,
    contracts: PathBuf,
    /// The number of each stored code, by artefact.
    codes: Mutex<BTreeMap<String, CodeId>>,
}

/// One scenario's view of the node.
pub struct OnNyxd {
    bench: Arc<Bench>,
    scenario: String,
    hour: u64,
    payer: Signer,
    /// By address.
    accounts: BTreeMap<String, Signer>,
    /// Account number and next sequence, by address.
    numbers: BTreeMap<String, (u64, u64)>,
    deployed: Vec<String>,
    steps: Vec<Step>,
}

/// A transaction that took effect.
struct Taken {
    height: u64,
    answer: TxAnswer,
    /// The answer to its message, encoded.
    response: Vec<u8>,
}

impl Bench {
    /// Stores contracts of `folder` and pays every scenario's account from the one that `rich` is the key of. Returns
    /// what that took as a scenario of its own.
    ///
    /// # Errors
    /// A file is missing, or the node refuses something.
    pub fn prepare(
        node: Arc<Node>,
        folder: &Path,
        artefacts: &[&str],
        rich: &[u8; 32],
        scenarios: &[&str],
    ) -> Result<(Arc<Self>, Recorded)> {
        let bench = Arc::new(Self { node, contracts: folder.to_owned(), codes: Mutex::default() });
        let name = "deployment of codes";
        let mut engine = OnNyxd::new(bench.clone(), name, 3600);
        engine.payer = Signer::new(rich);
        engine.pay_scenarios(scenarios)?;
        for artefact in artefacts {
            let code = engine.store_artefact(artefact)?;
            bench.codes.lock().unwrap_or_else(PoisonError::into_inner).insert((*artefact).to_owned(), code);
        }
        Ok((bench, engine.finish(None)))
    }

    fn wasm(&self, artefact: &str) -> Result<Vec<u8>> {
        let path = self.contracts.join(artefact).with_extension("wasm");
        fs::read(&path).with_context(|| format!("{}: run scripts/contracts first", path.display()))
    }
}

impl OnNyxd {
    /// The view of a scenario, where an hour has so many seconds.
    #[must_use]
    pub fn new(bench: Arc<Bench>, scenario: &str, hour: u64) -> Self {
        Self {
            bench,
            scenario: scenario.to_owned(),
            hour,
            payer: Signer::named(scenario),
            accounts: BTreeMap::new(),
            numbers: BTreeMap::new(),
            deployed: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Everything that the scenario did. One that has not failed asks for all that it leaves behind first.
    #[must_use]
    pub fn finish(mut self, failure: Option<String>) -> Recorded {
        let failure = failure.or_else(|| self.ask_for_what_is_left().err().map(|error| format!("{error:#}")));
        Recorded { scenario: self.scenario, steps: self.steps, failure }
    }

    /// The number of a stored code that is none of ours.
    #[must_use]
    pub fn code(&self, artefact: &str) -> CodeId {
        let codes = self.bench.codes.lock().unwrap_or_else(PoisonError::into_inner);
        *codes.get(artefact).unwrap_or_else(|| panic!("{artefact} was not stored"))
    }

    fn pay_scenarios(&mut self, scenarios: &[&str]) -> Result<()> {
        let coins = on_wire(&[coin(FUNDS, "unym"), coin(FUNDS, "unyx")]);
        let from = self.payer.address.to_string();
        let total = FUNDS * scenarios.len() as u128;
        let outputs = scenarios
            .iter()
            .map(|scenario| Output { address: Signer::named(scenario).address.to_string(), coins: coins.clone() });
        let message = MsgMultiSend {
            inputs: vec![Input { address: from.clone(), coins: on_wire(&[coin(total, "unym"), coin(total, "unyx")]) }],
            outputs: outputs.collect(),
        };
        self.deliver(&from, &message).map_err(|refusal| anyhow!(refusal))?;
        Ok(())
    }

    fn store_artefact(&mut self, artefact: &str) -> Result<CodeId> {
        let sender = self.payer.address.to_string();
        let wasm_byte_code = self.bench.wasm(artefact)?;
        let message = messages::store(sender.clone(), wasm_byte_code);
        let stored = self.deliver(&sender, &message).map_err(|refusal| anyhow!("{artefact}: {refusal}"))?;
        Ok(MsgStoreCodeResponse::decode(stored.response.as_slice())?.code_id)
    }

    /// Sends a message as one transaction and waits for its block.
    fn deliver<M: Message + Name>(&mut self, sender: &str, message: &M) -> Result<Taken, Refusal> {
        self.try_deliver(sender, message).unwrap_or_else(|error| panic!("{error:#}"))
    }

    fn try_deliver<M: Message + Name>(&mut self, sender: &str, message: &M) -> Result<Result<Taken, Refusal>> {
        let node = self.bench.node.clone();
        let message = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        let payer = self.payer.address.to_string();
        let mut addresses = vec![sender.to_owned()];
        if sender != payer {
            addresses.push(payer);
        }
        for address in &addresses {
            self.learn_numbers(address)?;
        }
        let signers: Vec<_> = addresses.iter().map(|address| self.numbered(address)).collect();
        let fee = cosmrs::Coin::new(FEE, "unym").map_err(|error| anyhow!("{error}"))?;
        let tx = sign(message, &signers, GAS, fee);

        let (height, _) = node.tip()?;
        let answer = node.rpc().offer(&tx)?;
        if answer.code != 0 {
            let log = answer.log.clone();
            self.steps.push(Step::Refused { height, tx, answer });
            return Ok(Err(log));
        }
        let hash = hash(&tx);
        let (height, delivered) = node.delivered(&hash)?;
        self.steps.push(Step::Tx(hash));
        for address in addresses {
            if let Some((_, sequence)) = self.numbers.get_mut(&address) {
                *sequence += 1;
            }
        }
        let answer = delivered.answer;
        if answer.code != 0 {
            return Ok(Err(answer.log));
        }
        let mut responses = TxMsgData::decode(answer.data.as_slice())?.msg_responses;
        let response = responses.pop().context("every message has an answer")?.value;
        Ok(Ok(Taken { height, answer, response }))
    }

    fn learn_numbers(&mut self, address: &str) -> Result<()> {
        if !self.numbers.contains_key(address) {
            let found = self.find_account(address)?.with_context(|| format!("{address} is not on the chain"))?;
            self.numbers.insert(address.to_owned(), (found.account_number, found.sequence));
        }
        Ok(())
    }

    fn numbered(&self, address: &str) -> Numbered<'_> {
        let signer = self.accounts.get(address).unwrap_or(&self.payer);
        let (account, sequence) = self.numbers.get(address).copied().unwrap_or_default();
        Numbered { signer, account, sequence }
    }

    fn find_account(&self, address: &str) -> Result<Option<BaseAccount>> {
        let request = QueryAccountRequest { address: address.to_owned() };
        let (answer, _) = self.bench.node.query(ACCOUNT, &request.encode_to_vec())?;
        if answer.code != 0 {
            return Ok(None);
        }
        let found = QueryAccountResponse::decode(answer.value.as_slice())?.account;
        Ok(found.map(|account| BaseAccount::decode(account.value.as_slice())).transpose()?)
    }

    /// A query that is compared.
    fn ask(&mut self, path: &'static str, request: &impl Message) -> Result<Answer> {
        let request = request.encode_to_vec();
        let (answer, height) = self.bench.node.query(path, &request)?;
        self.steps.push(Step::Query { height, path, request, answer: answer.clone() });
        Ok(answer)
    }

    fn answered<T: Message + Default>(&mut self, path: &'static str, request: &impl Message) -> Result<T, Refusal> {
        let answer = self.ask(path, request).unwrap_or_else(|error| panic!("{error:#}"));
        if answer.code != 0 {
            return Err(answer.log);
        }
        Ok(T::decode(answer.value.as_slice()).unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    /// Everything that the contracts store, and what everybody has.
    fn ask_for_what_is_left(&mut self) -> Result<()> {
        for contract in self.deployed.clone() {
            self.ask(CONTRACT_INFO, &QueryContractInfoRequest { address: contract.clone() })?;
            let mut key = Vec::new();
            loop {
                let pagination = Some(PageRequest { key, limit: 100, ..PageRequest::default() });
                let request = QueryAllContractStateRequest { address: contract.clone(), pagination };
                let answer = self.ask(ALL_STATE, &request)?;
                let page = QueryAllContractStateResponse::decode(answer.value.as_slice())?;
                key = page.pagination.map(|page| page.next_key).unwrap_or_default();
                if key.is_empty() {
                    break;
                }
            }
        }
        let addresses: Vec<String> =
            self.deployed.iter().chain(self.accounts.keys()).cloned().chain([self.payer.address.to_string()]).collect();
        for address in addresses {
            self.ask(ALL_BALANCES, &QueryAllBalancesRequest { address: address.clone(), ..Default::default() })?;
            self.ask(ACCOUNT, &QueryAccountRequest { address })?;
        }
        Ok(())
    }

    fn transfer(&mut self, from: &str, to: &str, coins: &[Coin]) {
        if let Err(refusal) = self.deliver(from, &messages::transfer(from, to, coins)) {
            panic!("{from} cannot send {coins:?}: {refusal}");
        }
    }
}

impl Engine for OnNyxd {
    fn account(&mut self, name: &str, funds: &[Coin]) -> Addr {
        let signer = Signer::named(&format!("{}/{name}", self.scenario));
        let (address, payer) = (signer.address.to_string(), self.payer.address.to_string());
        let is_new = self.accounts.insert(address.clone(), signer).is_none();
        if !funds.is_empty() {
            self.transfer(&payer, &address, funds);
        } else if is_new {
            // An account begins with the first coin that it gets; this one is to have none.
            self.transfer(&payer, &address, &[coin(1, "unym")]);
            self.transfer(&address, &payer, &[coin(1, "unym")]);
        }
        Addr::unchecked(address)
    }

    fn store(&mut self, contract: Contract) -> CodeId {
        self.code(contract.artefact())
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
        let answer = MsgInstantiateContractResponse::decode(made.response.as_slice())
            .unwrap_or_else(|error| panic!("answer of an instantiation: {error}"));
        self.deployed.push(answer.address.clone());
        Ok(Addr::unchecked(answer.address))
    }

    fn execute(&mut self, sender: &Addr, contract: &Addr, message: &[u8], funds: &[Coin]) -> Result<Executed, Refusal> {
        let message = messages::execute(sender, contract, message, funds);
        let Taken { height, answer, response } = self.deliver(sender.as_str(), &message)?;
        let data = messages::answered_data(&response).unwrap_or_else(|error| panic!("answer of an execution: {error}"));
        let events = answer.events.into_iter().map(|event| {
            let mut copy = Event::new(event.kind);
            copy.attributes = event.attributes.into_iter().map(|(key, value, _)| Attribute { key, value }).collect();
            copy
        });
        Ok(Executed { height, events: events.collect(), data })
    }

    fn migrate(&mut self, sender: &Addr, contract: &Addr, code: CodeId, message: &[u8]) -> Result<(), Refusal> {
        self.deliver(sender.as_str(), &messages::migrate(sender, contract, code, message)).map(|_| ())
    }

    fn query(&mut self, contract: &Addr, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let request = QuerySmartContractStateRequest { address: contract.to_string(), query_data: message.to_vec() };
        Ok(self.answered::<QuerySmartContractStateResponse>(SMART, &request)?.data)
    }

    fn query_raw(&mut self, contract: &Addr, key: &[u8]) -> Option<Vec<u8>> {
        let request = QueryRawContractStateRequest { address: contract.to_string(), query_data: key.to_vec() };
        let answer = self.answered::<QueryRawContractStateResponse>(RAW, &request);
        let value = answer.unwrap_or_else(|refusal| panic!("{contract}: {refusal}")).data;
        // Contracts cannot store empty values: an empty one is an absent one.
        Some(value).filter(|value| !value.is_empty())
    }

    fn send(&mut self, from: &Addr, to: &Addr, coins: &[Coin]) {
        self.transfer(from.as_str(), to.as_str(), coins);
    }

    fn balance(&mut self, address: &Addr, denom: &str) -> u128 {
        let request = QueryBalanceRequest { address: address.to_string(), denom: denom.to_owned() };
        let answer = self.answered::<QueryBalanceResponse>(BALANCE, &request);
        let held = answer.unwrap_or_else(|refusal| panic!("{address}: {refusal}")).balance.unwrap_or_default();
        held.amount.parse().unwrap_or_else(|error| panic!("{:?}: {error}", held.amount))
    }

    fn advance_time(&mut self, seconds: u64) {
        let (_, now) = self.bench.node.tip().unwrap_or_else(|error| panic!("{error:#}"));
        let until = now.after(Duration::from_secs(seconds));
        self.bench.node.wait_until(until).unwrap_or_else(|error| panic!("{error:#}"));
    }

    fn hour(&self) -> u64 {
        self.hour
    }

    fn block_time(&mut self) -> u64 {
        let (_, now) = self.bench.node.tip().unwrap_or_else(|error| panic!("{error:#}"));
        u64::try_from(now.seconds()).unwrap_or_default()
    }

    fn block_height(&mut self) -> u64 {
        self.bench.node.tip().unwrap_or_else(|error| panic!("{error:#}")).0
    }
}
