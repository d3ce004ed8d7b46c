//! Modules on a state in memory, driven message by message.

use std::collections::BTreeMap;
use std::sync::Arc;

use cosmos_sdk_proto::Any;
use cosmos_sdk_proto::cosmos::base::v1beta1::Coin;
use prost::Message;
use tendermint_proto::v0_38::abci::Event;

use crate::address;
use crate::app::{BlockInfo, Context, ExecMode, Genesis, GenesisAccount, Module, Router, TxContracts};
use crate::error::{ExecError, ExecResult, SdkError};
use crate::gas::GasMeter;
use crate::modules::{auth::Auth, bank::Bank};
use crate::store::{Db, Layers, StoreKey};
use crate::wasm::Wasm;
use crate::wasm::proto::{
    ContractDataResponse, MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContractResponse,
    MsgMigrateContract, MsgStoreCode, MsgStoreCodeResponse,
};
use crate::wasm::proto_query::{QueryContractStateRequest, QueryContractStateResponse};

/// Uploads and owns everything.
pub const OWNER: [u8; 20] = [1; 20];
/// Somebody else.
pub const STRANGER: [u8; 20] = [2; 20];
/// Gas of a transaction unless a test says otherwise.
pub const GAS: u64 = 10_000_000;

pub struct Chain {
    router: Arc<Router>,
    layers: Layers,
    /// Gas limit of the next transactions.
    pub gas_limit: u64,
}

/// What a transaction with one message did.
pub struct Delivered {
    pub result: ExecResult<Any>,
    pub gas_used: u64,
    pub events: Vec<Event>,
}

impl Chain {
    pub fn new() -> Self {
        let modules: Vec<Box<dyn Module>> = vec![Box::new(Auth), Box::new(Bank), Box::new(Wasm::in_memory().unwrap())];
        let router = Arc::new(Router::new(modules));
        let chain = Self { router, layers: Layers::new(Db::memory().snapshot().unwrap()), gas_limit: GAS };
        let coins = BTreeMap::from([("unym".to_owned(), 1_000_000), ("unyx".to_owned(), 500)]);
        let account = |address: [u8; 20]| GenesisAccount { address: address::encode(&address), coins: coins.clone() };
        let genesis = Genesis {
            chain_id: "nyx".into(),
            time_nanos: 1_700_000_000_000_000_000,
            initial_height: 1,
            accounts: vec![account(OWNER), account(STRANGER)],
            state: None,
        };
        let ctx = chain.context(ExecMode::Deliver);
        for module in chain.router.modules() {
            module.init_genesis(&ctx, &genesis).unwrap();
        }
        chain
    }

    /// A chain on which the puppet stands; its address.
    pub fn with_puppet() -> (Self, String) {
        let chain = Self::new();
        chain.store(&puppet()).unwrap();
        let contract = chain.instantiate(b"{\"ok\":{}}", &[]).unwrap();
        (chain, contract)
    }

    pub fn context(&self, mode: ExecMode) -> Context {
        let block = BlockInfo {
            chain_id: "nyx".into(),
            height: 7,
            time_nanos: 1_700_000_005_123_456_789,
            proposer: Vec::new(),
        };
        Context::new(Arc::new(block), mode, self.layers.clone(), self.router.clone())
    }

    pub fn deliver(&self, name: &str, msg: &impl Message) -> Delivered {
        self.run(ExecMode::Deliver, name, msg)
    }

    pub fn run(&self, mode: ExecMode, name: &str, msg: &impl Message) -> Delivered {
        let mut ctx = self.context(mode).with_gas(GasMeter::new(self.gas_limit));
        ctx.tx_contracts = Some(TxContracts::default());
        if mode == ExecMode::Deliver {
            ctx.tx_counter = Some(3);
            ctx.tx_hash = Some([0xab; 32]);
        }
        let any = Any { type_url: format!("/cosmwasm.wasm.v1.{name}"), value: msg.encode_to_vec() };
        let depth = self.layers.depth();
        let result: ExecResult<Any> = ctx.atomically(|ctx| {
            self.router.validate_basic(&any)?;
            let result = self.router.handle_msg(ctx, &any)?;
            ctx.events.emit_all(result.events);
            Ok(result.responses[0].clone())
        });
        assert_eq!(self.layers.depth(), depth, "every layer is merged or dropped");
        Delivered { result, gas_used: ctx.gas.consumed(), events: ctx.events.take() }
    }

    pub fn store(&self, wasm: &[u8]) -> Result<u64, SdkError> {
        let msg = MsgStoreCode {
            sender: address::encode(&OWNER),
            wasm_byte_code: wasm.to_vec(),
            instantiate_permission: None,
        };
        let answer = ordinary(self.deliver("MsgStoreCode", &msg).result)?;
        Ok(MsgStoreCodeResponse::decode(answer.value.as_slice()).unwrap().code_id)
    }

    pub fn instantiate(&self, msg: &[u8], funds: &[(&str, u64)]) -> Result<String, SdkError> {
        let msg = MsgInstantiateContract {
            sender: address::encode(&OWNER),
            admin: address::encode(&OWNER),
            code_id: 1,
            label: "puppet".into(),
            msg: msg.to_vec(),
            funds: coins(funds),
        };
        let answer = ordinary(self.deliver("MsgInstantiateContract", &msg).result)?;
        Ok(MsgInstantiateContractResponse::decode(answer.value.as_slice()).unwrap().address)
    }

    pub fn execute(&self, contract: &str, msg: &[u8]) -> Delivered {
        self.execute_with(contract, msg, &[])
    }

    pub fn execute_with(&self, contract: &str, msg: &[u8], funds: &[(&str, u64)]) -> Delivered {
        let msg = MsgExecuteContract {
            sender: address::encode(&OWNER),
            contract: contract.into(),
            msg: msg.to_vec(),
            funds: coins(funds),
        };
        self.deliver("MsgExecuteContract", &msg)
    }

    pub fn migrate(&self, contract: &str, sender: &[u8], code_id: u64, msg: &[u8]) -> Delivered {
        let msg = MsgMigrateContract {
            sender: address::encode(sender),
            contract: contract.into(),
            code_id,
            msg: msg.to_vec(),
        };
        self.deliver("MsgMigrateContract", &msg)
    }

    /// Asks the query service; the state of the last transaction is what it sees.
    pub fn query<A: Message + Default>(&self, method: &str, request: &impl Message) -> Result<A, SdkError> {
        let path = format!("/cosmwasm.wasm.v1.Query/{method}");
        let ctx = self.context(ExecMode::Query);
        let answer = self.router.query(&ctx, &path, &request.encode_to_vec()).unwrap();
        Ok(A::decode(ordinary(answer)?.as_slice()).unwrap())
    }

    pub fn smart(&self, contract: &str, msg: &[u8]) -> Result<Vec<u8>, SdkError> {
        let request = QueryContractStateRequest { address: contract.into(), query_data: msg.to_vec() };
        self.query::<QueryContractStateResponse>("SmartContractState", &request).map(|answer| answer.data)
    }

    pub fn raw(&self, contract: &str, key: &[u8]) -> Vec<u8> {
        let request = QueryContractStateRequest { address: contract.into(), query_data: key.to_vec() };
        self.query::<QueryContractStateResponse>("RawContractState", &request).unwrap().data
    }

    pub fn balance(&self, account: &str, denom: &str) -> u128 {
        let account = address::decode(account).unwrap();
        crate::modules::bank::balance(&self.context(ExecMode::Query), &account, denom).unwrap()
    }

    /// Writes to a store without gas, for states that no message reaches.
    pub fn put(&self, key: Vec<u8>, value: Vec<u8>) {
        self.layers.set(StoreKey::Wasm, key, value);
    }
}

impl Delivered {
    /// The error, which must be an ordinary one.
    pub fn error(self) -> SdkError {
        ordinary(self.result).unwrap_err()
    }

    /// The contract's data.
    pub fn data(&self) -> Vec<u8> {
        let answer = self.result.as_ref().unwrap();
        ContractDataResponse::decode(answer.value.as_slice()).unwrap().data
    }

    /// Events as `type{key=value,…}`, in order.
    pub fn event_texts(&self) -> Vec<String> {
        self.events
            .iter()
            .map(|event| {
                let attributes: Vec<String> =
                    event.attributes.iter().map(|attribute| format!("{}={}", attribute.key, attribute.value)).collect();
                format!("{}{{{}}}", event.r#type, attributes.join(","))
            })
            .collect()
    }
}

pub fn puppet() -> Vec<u8> {
    wat::parse_str(include_str!("puppet.wat")).unwrap()
}

pub fn coins(coins: &[(&str, u64)]) -> Vec<Coin> {
    coins.iter().map(|(denom, amount)| Coin { denom: (*denom).into(), amount: amount.to_string() }).collect()
}

/// The result without the ways of stopping that only a transaction's runner turns into errors.
pub fn ordinary<T>(result: ExecResult<T>) -> Result<T, SdkError> {
    match result {
        Ok(value) => Ok(value),
        Err(ExecError::Sdk(error)) => Err(error),
        Err(error) => panic!("unexpected: {error}"),
    }
}
