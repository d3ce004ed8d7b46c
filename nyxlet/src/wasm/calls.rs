//! Creating, calling, migrating and asking contracts.
//!
//! The order of reads and writes in here is the order of a wasmd node, since each of them is charged.

use std::sync::Arc;

use bytes::Bytes;
use cosmwasm_vm_std::Checksum;
use prost::Message;

use super::engine::{Call, ContractBackend, Outcome};
use super::error::{WasmError, no_such_code};
use super::events::CONTRACT_ADDRESS;
use super::gas_register;
use super::history::{append_history, last_history, position_bytes};
use super::keeper::{Keeper, checksum_of, consume_runtime_gas, next_id, runtime_gas};
use super::proto::{AbsoluteTxPosition, ContractCodeHistoryEntry, ContractInfo, HistoryOperation};
use super::querier::ChainQuerier;
use super::storage::ContractStorage;
use super::wire::{
    BlockInfo, ContractAddress, ContractResult, Env, MessageInfo, MigrateInfo, Reply, Response, TransactionInfo,
};
use super::{address as contract_address, coins, go_json, keys, native, wire};
use crate::address;
use crate::app::{Context, event};
use crate::error::{ExecError, ExecResult, Root};
use crate::modules::coins::Coin;
use crate::store::StoreKey;

/// Smart queries that may be nested.
const MAX_QUERY_DEPTH: u32 = 10;

/// What a new contract is made of.
pub struct NewContract<'a> {
    /// Code to run.
    pub code_id: u64,
    /// Who creates it.
    pub creator: &'a [u8],
    /// Who may migrate it; empty for nobody.
    pub admin: &'a [u8],
    /// JSON for the contract.
    pub msg: &'a [u8],
    /// Human readable label.
    pub label: &'a str,
    /// Coins to move to it.
    pub funds: &'a [Coin],
    /// How its address is derived.
    pub address: AddressOf<'a>,
}

/// How the address of a new contract is derived.
pub enum AddressOf<'a> {
    /// From the code id and a counter.
    Counter,
    /// From code, creator, salt and, when it is not empty, the message.
    Salt {
        /// 1 to 64 bytes.
        salt: &'a [u8],
        /// The message when the creator fixed it.
        fixed_msg: &'a [u8],
    },
}

/// What a call returns to its caller: unset and empty data differ.
pub type Data = Option<Vec<u8>>;

impl Keeper {
    /// Creates a contract and returns its address and data.
    ///
    /// # Errors
    /// No such code, no permission, a taken address, missing coins, the contract's own error, out of gas.
    pub fn instantiate(self: &Arc<Self>, ctx: &Context, new: &NewContract<'_>) -> ExecResult<(Vec<u8>, Data)> {
        let kv = ctx.kv(StoreKey::Wasm);
        let code = self.code_info(&kv, new.code_id)?.ok_or_else(|| no_such_code(new.code_id))?;
        let checksum = checksum_of(&code)?;
        let discount = self.discount(ctx, &kv, &checksum, new.code_id)?;
        ctx.gas.consume(gas_register::setup_cost(discount), "Loading CosmWasm module: instantiate")?;
        let creator_text = address::encode(new.creator);
        if !code.instantiate_config.allows(&creator_text) {
            return Err(Root::Unauthorized.wrap("can not instantiate").into());
        }
        let contract = match new.address {
            AddressOf::Counter => contract_address::classic(new.code_id, next_id(&kv, keys::last_contract_id())?),
            AddressOf::Salt { salt, fixed_msg } => {
                contract_address::predictable(checksum.as_slice(), new.creator, salt, fixed_msg)
            }
        };
        if kv.has(&keys::contract(&contract))? {
            return Err(WasmError::Duplicate
                .wrap("contract address already exists, try a different combination of creator, checksum and salt")
                .into());
        }
        native::claim_account(ctx, &contract)?;
        if !new.funds.is_empty() {
            native::transfer(ctx, new.creator, &contract, new.funds)?;
        }

        let info = message_info(new.creator, new.funds);
        let call = Call::Instantiate(&info, new.msg);
        let response = self.call(ctx, &contract, &checksum, call, WasmError::InstantiateFailed)?;

        let position = AbsoluteTxPosition { block_height: ctx.block.height, tx_index: ctx.block_gas_used };
        let contract_text = address::encode(&contract);
        let analysis = self.engine.analyze(&checksum).map_err(|text| WasmError::Vm.wrap(text))?;
        let contract_info = ContractInfo {
            code_id: new.code_id,
            creator: creator_text,
            admin: address::encode(new.admin),
            label: new.label.to_owned(),
            created: Some(position),
            ibc_port_id: if analysis.has_ibc_entry_points { ibc_port(&contract_text) } else { String::new() },
            ibc2_port_id: ibc2_port(&contract_text),
        };
        let key_position = position_bytes(&position);
        kv.set(keys::by_code(new.code_id, &key_position, &contract), Bytes::new())?;
        kv.set(keys::by_creator(new.creator, &key_position, &contract), Bytes::new())?;
        let entry = ContractCodeHistoryEntry {
            operation: HistoryOperation::Init as i32,
            code_id: new.code_id,
            updated: Some(position),
            msg: new.msg.to_vec(),
        };
        append_history(&kv, &contract, &entry)?;
        kv.set(keys::contract(&contract), contract_info.encode_to_vec())?;
        ctx.events
            .emit(event("instantiate", [(CONTRACT_ADDRESS, contract_text), ("code_id", new.code_id.to_string())]));
        let data = self
            .handle_response(ctx, &contract, &contract_info.ibc_port_id, response)
            .map_err(|error| error.wrap("dispatch"))?;
        Ok((contract, data))
    }

    /// Calls a contract.
    ///
    /// # Errors
    /// No such contract, missing coins, the contract's own error, out of gas.
    pub fn execute(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        caller: &[u8],
        msg: &[u8],
        funds: &[Coin],
    ) -> ExecResult<Data> {
        let kv = ctx.kv(StoreKey::Wasm);
        let (info, checksum) = self.instance(&kv, contract)?;
        let discount = self.discount(ctx, &kv, &checksum, info.code_id)?;
        ctx.gas.consume(gas_register::setup_cost(discount), "Loading CosmWasm module: execute")?;
        if !funds.is_empty() {
            native::transfer(ctx, caller, contract, funds)?;
        }
        let message_info = message_info(caller, funds);
        let call = Call::Execute(&message_info, msg);
        let response = self.call(ctx, contract, &checksum, call, WasmError::ExecuteFailed)?;
        emit_called(ctx, "execute", contract);
        self.handle_response(ctx, contract, &info.ibc_port_id, response)
    }

    /// Changes a contract's code.
    ///
    /// # Errors
    /// No such contract or code, no permission, the contract's own error, out of gas.
    pub fn migrate(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        caller: &[u8],
        new_code_id: u64,
        msg: &[u8],
    ) -> ExecResult<Data> {
        let kv = ctx.kv(StoreKey::Wasm);
        let contract_text = address::encode(contract);
        let caller_text = address::encode(caller);
        let mut info = self.contract_to_modify(&kv, contract, caller, "can not migrate")?;
        let new_code = self.code_info(&kv, new_code_id)?.ok_or_else(|| Root::InvalidRequest.wrap("unknown code"))?;
        if !new_code.instantiate_config.allows(&caller_text) {
            return Err(Root::Unauthorized.wrap("to use new code").into());
        }
        let new_checksum = checksum_of(&new_code)?;
        let vm_error = |text: String| WasmError::Vm.wrap(text);
        let new_analysis = self.engine.analyze(&new_checksum).map_err(vm_error)?;
        match (new_analysis.has_ibc_entry_points, info.ibc_port_id.is_empty()) {
            (false, false) => return Err(WasmError::MigrationFailed.wrap("requires ibc callbacks").into()),
            (true, true) => info.ibc_port_id = ibc_port(&contract_text),
            _ => {}
        }
        info.ibc2_port_id = ibc2_port(&contract_text);
        let old_code = self.code_info(&kv, info.code_id)?.ok_or_else(|| no_such_code(info.code_id))?;
        let old_analysis = self.engine.analyze(&checksum_of(&old_code)?).map_err(vm_error)?;
        let same_version =
            new_analysis.migrate_version.is_some() && new_analysis.migrate_version == old_analysis.migrate_version;
        let response = if same_version {
            None
        } else {
            let discount = self.discount(ctx, &kv, &new_checksum, new_code_id)?;
            ctx.gas.consume(gas_register::setup_cost(discount), "Loading CosmWasm module: migrate")?;
            let migrate_info = go_json::to_vec(&MigrateInfo {
                sender: caller_text,
                old_migrate_version: old_analysis.migrate_version,
            });
            let call = Call::Migrate(msg, &migrate_info);
            Some(self.call(ctx, contract, &new_checksum, call, WasmError::MigrationFailed)?)
        };

        let last = last_history(&kv, contract)?;
        kv.delete(keys::by_code(last.code_id, &position_bytes(&last.updated.unwrap_or_default()), contract))?;
        let position = AbsoluteTxPosition { block_height: ctx.block.height, tx_index: ctx.block_gas_used };
        let entry = ContractCodeHistoryEntry {
            operation: HistoryOperation::Migrate as i32,
            code_id: new_code_id,
            updated: Some(position),
            msg: msg.to_vec(),
        };
        info.code_id = new_code_id;
        append_history(&kv, contract, &entry)?;
        kv.set(keys::by_code(new_code_id, &position_bytes(&position), contract), Bytes::new())?;
        kv.set(keys::contract(contract), info.encode_to_vec())?;
        ctx.events.emit(event("migrate", [("code_id", new_code_id.to_string()), (CONTRACT_ADDRESS, contract_text)]));
        match response {
            None => Ok(None),
            Some(response) => {
                self.handle_response(ctx, contract, &info.ibc_port_id, response).map_err(|error| error.wrap("dispatch"))
            }
        }
    }

    /// Hands the outcome of a submessage to the contract that sent it.
    ///
    /// # Errors
    /// The contract's own error, out of gas.
    pub fn reply(self: &Arc<Self>, ctx: &Context, contract: &[u8], reply: &Reply) -> ExecResult<Data> {
        let kv = ctx.kv(StoreKey::Wasm);
        let (info, checksum) = self.instance(&kv, contract)?;
        ctx.gas.consume(gas_register::reply_cost(reply), "Loading CosmWasm module: reply")?;
        let json = go_json::to_vec(reply);
        let response = self.call(ctx, contract, &checksum, Call::Reply(&json), WasmError::ExecuteFailed)?;
        emit_called(ctx, "reply", contract);
        self.handle_response(ctx, contract, &info.ibc_port_id, response).map_err(|error| error.wrap("dispatch"))
    }

    /// Asks a contract. `None` when the contract answers without data.
    ///
    /// # Errors
    /// No such contract, too many nested questions, the contract's own error, out of gas.
    pub fn query_smart(self: &Arc<Self>, ctx: &Context, contract: &[u8], msg: &[u8]) -> ExecResult<Data> {
        let mut ctx = ctx.clone();
        ctx.query_depth += 1;
        if ctx.query_depth > MAX_QUERY_DEPTH {
            return Err(WasmError::ExceedMaxQueryStackSize.error().into());
        }
        let kv = ctx.kv(StoreKey::Wasm);
        let (info, checksum) = self.instance(&kv, contract)?;
        let discount = self.discount(&ctx, &kv, &checksum, info.code_id)?;
        ctx.gas.consume(gas_register::setup_cost(discount), "Loading CosmWasm module: query")?;
        let env = environment(&ctx, contract);
        let backend = self.backend(&ctx, contract);
        let Outcome { result, gas_used } = self.engine.query(&checksum, &env, msg, backend, runtime_gas(&ctx)?);
        consume_runtime_gas(&ctx, gas_used)?;
        let answer = result.map_err(|text| WasmError::Vm.wrap(text))?;
        if answer.error.is_empty() {
            Ok(answer.ok.map(|data| data.0))
        } else {
            Err(WasmError::QueryFailed.by_contract(answer.error))
        }
    }

    /// Runs an entry point; the contract's own error becomes `failure`.
    fn call(
        self: &Arc<Self>,
        ctx: &Context,
        contract: &[u8],
        checksum: &Checksum,
        call: Call<'_>,
        failure: WasmError,
    ) -> ExecResult<Response> {
        let env = environment(ctx, contract);
        let backend = self.backend(ctx, contract);
        let Outcome { result, gas_used } = self.engine.call(checksum, &env, call, backend, runtime_gas(ctx)?);
        consume_runtime_gas(ctx, gas_used)?;
        match result.map_err(|text| WasmError::Vm.wrap(text))? {
            ContractResult { error, .. } if !error.is_empty() => Err(failure.by_contract(error)),
            ContractResult { ok: Some(response), .. } => Ok(response),
            ContractResult { ok: None, .. } => {
                Err(ExecError::Panic("runtime error: invalid memory address or nil pointer dereference".into()))
            }
        }
    }

    fn backend(self: &Arc<Self>, ctx: &Context, contract: &[u8]) -> ContractBackend {
        ContractBackend {
            api: super::api::ChainApi,
            storage: ContractStorage::new(ctx, contract),
            querier: ChainQuerier::new(self.clone(), ctx.clone(), contract.to_vec()),
        }
    }
}

fn emit_called(ctx: &Context, kind: &str, contract: &[u8]) {
    ctx.events.emit(event(kind, [(CONTRACT_ADDRESS, address::encode(contract))]));
}

fn environment(ctx: &Context, contract: &[u8]) -> Vec<u8> {
    let transaction = ctx
        .tx_counter
        .map(|index| TransactionInfo { index, hash: wire::Binary(ctx.tx_hash.map(Vec::from).unwrap_or_default()) });
    go_json::to_vec(&Env {
        block: BlockInfo {
            height: ctx.block.height,
            time: ctx.block.time_nanos.to_string(),
            chain_id: ctx.block.chain_id.clone(),
        },
        transaction,
        contract: ContractAddress { address: address::encode(contract) },
    })
}

fn message_info(sender: &[u8], funds: &[Coin]) -> Vec<u8> {
    go_json::to_vec(&MessageInfo { sender: address::encode(sender), funds: coins::to_wire(funds) })
}

fn ibc_port(contract: &str) -> String {
    format!("wasm.{contract}")
}

fn ibc2_port(contract: &str) -> String {
    format!("wasm2{}", contract.strip_prefix(address::PREFIX).unwrap_or(contract))
}
