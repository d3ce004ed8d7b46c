//! cw-multi-test as an engine.

use cosmwasm_std::testing::MockStorage;
use cosmwasm_std::{Addr, BankMsg, Coin, CosmosMsg, Empty, WasmMsg};
use cw_multi_test::{
    App, AppBuilder, BankKeeper, BankSudo, ContractWrapper, Executor, MockApiBech32, SudoMsg, WasmKeeper,
};
use cw_utils::parse_execute_response_data;
use nym_contract_scenarios::{CodeId, Contract, Engine, Executed, Refusal};

type Chain = App<
    BankKeeper,
    MockApiBech32,
    MockStorage,
    cw_multi_test::FailingModule<Empty, Empty, Empty>,
    WasmKeeper<Empty, Empty>,
>;

/// A chain without wasm, gas or fees.
pub struct MultiTest {
    chain: Chain,
}

impl Default for MultiTest {
    fn default() -> Self {
        let chain = AppBuilder::new().with_api(MockApiBech32::new("n")).build(|_, _, _| {});
        MultiTest { chain }
    }
}

impl Engine for MultiTest {
    fn account(&mut self, name: &str, funds: &[Coin]) -> Addr {
        let address = self.chain.api().addr_make(name);
        let to_address = address.to_string();
        let amount = funds.to_vec();
        if !amount.is_empty() {
            self.chain.sudo(SudoMsg::Bank(BankSudo::Mint { to_address, amount })).unwrap();
        }
        address
    }

    fn store(&mut self, contract: Contract) -> CodeId {
        let code: Box<dyn cw_multi_test::Contract<Empty>> = match contract {
            Contract::Mixnet => {
                use nym_mixnet_contract::contract::{execute, instantiate, migrate, query};
                Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
            }
            Contract::Group => {
                use nym_group_contract::contract::{execute, instantiate, migrate, query};
                Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
            }
            Contract::Multisig => {
                use nym_multisig_contract::contract::{execute, instantiate, migrate, query};
                Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate))
            }
            Contract::Dkg => {
                use nym_dkg_contract::contract::{execute, instantiate, migrate, query, reply};
                Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate).with_reply(reply))
            }
            Contract::Ecash => {
                use nym_ecash_contract::contract::{execute, instantiate, migrate, query, reply};
                Box::new(ContractWrapper::new(execute, instantiate, query).with_migrate(migrate).with_reply(reply))
            }
        };
        self.chain.store_code(code)
    }

    fn instantiate(
        &mut self,
        sender: &Addr,
        code: CodeId,
        message: &[u8],
        funds: &[Coin],
        admin: Option<&Addr>,
    ) -> Result<Addr, Refusal> {
        let message = WasmMsg::Instantiate {
            admin: admin.map(Addr::to_string),
            code_id: code,
            msg: message.into(),
            funds: funds.to_vec(),
            label: "contract".to_owned(),
        };
        let response = self.send_message(sender, message.into())?;
        let event = response.events.iter().find(|event| event.ty == "instantiate").unwrap();
        let address = event.attributes.iter().find(|one| one.key == "_contract_address").unwrap();
        Ok(Addr::unchecked(&address.value))
    }

    fn execute(&mut self, sender: &Addr, contract: &Addr, message: &[u8], funds: &[Coin]) -> Result<Executed, Refusal> {
        let message =
            WasmMsg::Execute { contract_addr: contract.to_string(), msg: message.into(), funds: funds.to_vec() };
        self.send_message(sender, message.into())
    }

    fn migrate(&mut self, sender: &Addr, contract: &Addr, code: CodeId, message: &[u8]) -> Result<(), Refusal> {
        let message = WasmMsg::Migrate { contract_addr: contract.to_string(), new_code_id: code, msg: message.into() };
        self.send_message(sender, message.into()).map(|_| ())
    }

    fn query(&mut self, contract: &Addr, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        let question =
            cosmwasm_std::to_json_vec(&cosmwasm_std::QueryRequest::<Empty>::Wasm(cosmwasm_std::WasmQuery::Smart {
                contract_addr: contract.to_string(),
                msg: message.into(),
            }))
            .unwrap();
        let answer = cosmwasm_std::Querier::raw_query(&self.chain, &question).unwrap();
        answer.into_result().map(Vec::from)
    }

    fn query_raw(&mut self, contract: &Addr, key: &[u8]) -> Option<Vec<u8>> {
        self.chain.wrap().query_wasm_raw(contract, key).unwrap()
    }

    fn send(&mut self, from: &Addr, to: &Addr, coins: &[Coin]) {
        let message = BankMsg::Send { to_address: to.to_string(), amount: coins.to_vec() };
        self.send_message(from, message.into()).unwrap();
    }

    fn balance(&mut self, address: &Addr, denom: &str) -> u128 {
        self.chain.wrap().query_balance(address, denom).unwrap().amount.u128()
    }

    fn advance_time(&mut self, seconds: u64) {
        self.chain.update_block(|block| {
            block.time = block.time.plus_seconds(seconds);
            block.height += 1;
        });
    }

    fn block_time(&mut self) -> u64 {
        self.chain.block_info().time.seconds()
    }

    fn block_height(&mut self) -> u64 {
        self.chain.block_info().height
    }
}

impl MultiTest {
    fn send_message(&mut self, sender: &Addr, message: CosmosMsg) -> Result<Executed, Refusal> {
        let height = self.block_height();
        // The whole chain of causes, as a chain's log has it.
        let response = self.chain.execute(sender.clone(), message).map_err(|error| format!("{error:#}"))?;
        // Around the contract's own answer is the chain's.
        let data = response.data.and_then(|data| parse_execute_response_data(&data).unwrap().data).map(Vec::from);
        Ok(Executed { height, events: response.events, data })
    }
}
