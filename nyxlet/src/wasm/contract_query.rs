//! Answers to the questions of contracts: balances, other contracts, codes. Everything else is refused as a wasmd node
//! refuses it.

use std::sync::Arc;

use super::account;
use super::error::{QueryError, WasmError};
use super::keeper::Keeper;
use super::storage::ContractStorage;
use super::wire::Binary;
use super::wire_query::{
    AllBalancesResponse, AllDenomMetadataResponse, AmountResponse, BankQuery, ChannelResponse, CodeInfoResponse,
    ContractInfoResponse, DenomMetadataResponse, IbcQuery, ListChannelsResponse, PortIdResponse, QueryRequest,
    RawRangeQuery, RawRangeResponse, WasmQuery,
};
use super::{coins, go_json, native};
use crate::address;
use crate::app::Context;
use crate::error::{Root, SdkError};
use crate::store::{Order, StoreKey};

type Answer = Result<Vec<u8>, QueryError>;

impl Keeper {
    /// Answers the question of the contract `caller`. The first member that is set counts.
    ///
    /// # Errors
    /// The chain does not answer such questions, the question failed, out of gas.
    pub fn answer_contract(self: &Arc<Self>, ctx: &Context, caller: &[u8], request: QueryRequest) -> Answer {
        if let Some(bank) = request.bank {
            return answer_bank(ctx, &bank);
        }
        if request.custom.is_some() {
            return Err(QueryError::unsupported("custom"));
        }
        if let Some(ibc) = request.ibc {
            return self.answer_ibc(ctx, caller, &ibc);
        }
        if request.staking.is_some() {
            return Err(QueryError::unsupported("unknown Staking variant"));
        }
        if request.stargate.is_some() {
            return Err(QueryError::unsupported("Stargate queries are disabled on this chain"));
        }
        if request.grpc.is_some() {
            return Err(QueryError::unsupported("gRPC queries are disabled on this chain"));
        }
        if let Some(wasm) = request.wasm {
            return self.answer_wasm(ctx, wasm);
        }
        if request.distribution.is_some() {
            return Err(QueryError::unsupported("unknown distribution query"));
        }
        Err(QueryError::System(cosmwasm_vm_std::SystemError::Unknown {}))
    }

    fn answer_ibc(&self, ctx: &Context, caller: &[u8], query: &IbcQuery) -> Answer {
        if query.port_id.is_some() {
            let info = self.contract_info(&ctx.kv(StoreKey::Wasm), caller)?.unwrap_or_default();
            return Ok(go_json::to_vec(&PortIdResponse { port_id: info.ibc_port_id }));
        }
        if query.list_channels.is_some() {
            return Ok(go_json::to_vec(&ListChannelsResponse { channels: [] }));
        }
        if query.channel.is_some() {
            return Ok(go_json::to_vec(&ChannelResponse {}));
        }
        Err(QueryError::unsupported("unknown IBCQuery variant"))
    }

    fn answer_wasm(self: &Arc<Self>, ctx: &Context, query: WasmQuery) -> Answer {
        let kv = ctx.kv(StoreKey::Wasm);
        if let Some(smart) = query.smart {
            let contract = known_address(&smart.contract_addr)?;
            if !go_json::is_valid(&smart.msg.0) {
                return Err(WasmError::Invalid.wrap("json msg").into());
            }
            return match self.query_smart(ctx, &contract, &smart.msg.0) {
                Ok(data) => Ok(data.unwrap_or_default()),
                // A missing contract or code is a fact that every node agrees on.
                Err(error) => Err(system_error(error, &contract)),
            };
        }
        if let Some(raw) = query.raw {
            let contract = known_address(&raw.contract_addr)?;
            let Some(key) = raw.key else { return Ok(Vec::new()) };
            let value = ContractStorage::new(ctx, &contract).read(&key.0)?;
            return Ok(value.map(Vec::from).unwrap_or_default());
        }
        if let Some(query) = query.contract_info {
            let contract = known_address(&query.contract_addr)?;
            let info =
                self.contract_info(&kv, &contract)?.ok_or_else(|| QueryError::no_such_contract(query.contract_addr))?;
            return Ok(go_json::to_vec(&ContractInfoResponse {
                pinned: self.is_pinned(&kv, info.code_id)?,
                code_id: info.code_id,
                creator: info.creator,
                admin: info.admin,
                ibc_port: info.ibc_port_id,
                ibc2_port: info.ibc2_port_id,
            }));
        }
        if let Some(query) = query.code_info {
            let code_id = query.code_id;
            if code_id == 0 {
                return Err(WasmError::Empty.wrap("code id").into());
            }
            let no_such_code = || QueryError::System(cosmwasm_vm_std::SystemError::NoSuchCode { code_id });
            let info = self.code_info(&kv, code_id)?.ok_or_else(no_such_code)?;
            let checksum = hex::encode(&info.code_hash);
            return Ok(go_json::to_vec(&CodeInfoResponse { code_id, creator: info.creator, checksum }));
        }
        if let Some(range) = query.raw_range {
            return answer_raw_range(ctx, &range);
        }
        Err(QueryError::unsupported("unknown WasmQuery variant"))
    }
}

fn answer_bank(ctx: &Context, query: &BankQuery) -> Answer {
    if let Some(query) = &query.all_balances {
        let account = known_address(&query.address)?;
        let amount = coins::to_wire(&native::all_balances(ctx, &account)?);
        return Ok(go_json::to_vec(&AllBalancesResponse { amount }));
    }
    if let Some(query) = &query.balance {
        let account = known_address(&query.address)?;
        let amount = coins::one_to_wire(&native::balance(ctx, &account, &query.denom)?);
        return Ok(go_json::to_vec(&AmountResponse { amount }));
    }
    if let Some(query) = &query.supply {
        let amount = coins::one_to_wire(&native::supply(ctx, &query.denom)?);
        return Ok(go_json::to_vec(&AmountResponse { amount }));
    }
    if let Some(query) = &query.denom_metadata {
        let metadata = native::denom_metadata(ctx, &query.denom)?.ok_or_else(|| Root::NotFound.wrap(&query.denom))?;
        return Ok(go_json::to_vec(&DenomMetadataResponse { metadata }));
    }
    if let Some(query) = &query.all_denom_metadata {
        let page = query.pagination.clone().unwrap_or_default();
        let (metadata, next_key) = native::all_denom_metadata(ctx, page.key.0, page.limit, page.reverse)?;
        let next_key = Some(Binary(next_key)).filter(|key| !key.0.is_empty());
        return Ok(go_json::to_vec(&AllDenomMetadataResponse { metadata, next_key }));
    }
    Err(QueryError::unsupported("unknown BankQuery variant"))
}

fn answer_raw_range(ctx: &Context, query: &RawRangeQuery) -> Answer {
    let contract = known_address(&query.contract_addr)?;
    let order = match query.order.as_str() {
        "ascending" => Order::Ascending,
        "descending" => Order::Descending,
        other => return Err(Root::InvalidRequest.wrap(format_args!("unknown order {other}")).into()),
    };
    let storage = ContractStorage::new(ctx, &contract);
    let bound = |key: &Option<Binary>| key.as_ref().map(|key| key.0.clone());
    let (start, end) = (bound(&query.start), bound(&query.end));
    let mut entries = storage.range(start.as_deref(), end.as_deref(), order)?;
    let mut data = Vec::new();
    while let Some((key, value)) = entries.current() {
        if data.len() == usize::from(query.limit) {
            break;
        }
        data.push((Binary(storage.own_key(key).into()), Binary(value.to_vec())));
        entries.advance()?;
    }
    let next_key = entries.current().map(|(key, _)| Binary(storage.own_key(key).into()));
    Ok(go_json::to_vec(&RawRangeResponse { data, next_key }))
}

fn known_address(text: &str) -> Result<Vec<u8>, SdkError> {
    account::decode(text).map_err(|_| Root::InvalidAddress.wrap(text))
}

/// A missing contract or code as the contract learns of it; other errors unchanged.
fn system_error(error: crate::error::ExecError, contract: &[u8]) -> QueryError {
    match error {
        crate::error::ExecError::Sdk(error) if WasmError::NoSuchContract.is(&error) => {
            QueryError::no_such_contract(address::encode(contract))
        }
        error => QueryError::Exec(error),
    }
}
