//! Everything that clients can ask of a chain's contracts and accounts, one answer a line: two chains with the same
//! state give the same text.

use std::io::Write;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use cosmrs::proto::{
    cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountsRequest, QueryAccountsResponse},
        bank::v1beta1::{QueryAllBalancesRequest, QueryTotalSupplyRequest},
        base::query::v1beta1::{PageRequest, PageResponse},
    },
    cosmwasm::wasm::v1::{
        QueryAllContractStateRequest, QueryAllContractStateResponse, QueryCodeRequest, QueryCodesRequest,
        QueryCodesResponse, QueryContractHistoryRequest, QueryContractInfoRequest, QueryContractsByCodeRequest,
        QueryContractsByCodeResponse, QuerySmartContractStateRequest,
    },
    traits::Message,
};
use sha2::{Digest as _, Sha256};

use crate::rpc::Rpc;

/// Questions that need no time: contracts that do not know one refuse it, which has to be the same, too.
const QUESTIONS: [&str; 5] = [
    r#"{"get_cw2_contract_version":{}}"#,
    r#"{"get_state":{}}"#,
    r#"{"list_members":{}}"#,
    r#"{"reverse_proposals":{}}"#,
    r#"{"admin_list":{}}"#,
];

/// Writes everything that the node at `url` answers about codes, contracts and the accounts of people.
///
/// # Errors
/// The node does not answer, or nobody reads.
pub fn write(url: &str, out: &mut impl Write) -> Result<()> {
    let rpc = Rpc::new(url)?;
    let codes = pages(|pagination| {
        let page: QueryCodesResponse = ask(&rpc, "/cosmwasm.wasm.v1.Query/Codes", &QueryCodesRequest { pagination })?;
        Ok((page.code_infos, page.pagination))
    })?;
    for code in codes {
        let code_id = code.code_id;
        line(&rpc, out, "/cosmwasm.wasm.v1.Query/Code", &QueryCodeRequest { code_id })?;
        let contracts = pages(|pagination| {
            let request = QueryContractsByCodeRequest { code_id, pagination };
            let page: QueryContractsByCodeResponse = ask(&rpc, "/cosmwasm.wasm.v1.Query/ContractsByCode", &request)?;
            Ok((page.contracts, page.pagination))
        })?;
        for address in contracts {
            write_contract(&rpc, out, &address)?;
        }
    }
    let accounts = pages(|pagination| {
        let page: QueryAccountsResponse =
            ask(&rpc, "/cosmos.auth.v1beta1.Query/Accounts", &QueryAccountsRequest { pagination })?;
        Ok((page.accounts, page.pagination))
    })?;
    for account in accounts {
        writeln!(out, "account {} {}", account.type_url, BASE64.encode(&account.value))?;
        if account.type_url == "/cosmos.auth.v1beta1.BaseAccount" {
            let address = BaseAccount::decode(account.value.as_slice())?.address;
            let request = QueryAllBalancesRequest { address, ..QueryAllBalancesRequest::default() };
            line(&rpc, out, "/cosmos.bank.v1beta1.Query/AllBalances", &request)?;
        }
    }
    line(&rpc, out, "/cosmos.bank.v1beta1.Query/TotalSupply", &QueryTotalSupplyRequest::default())
}

fn write_contract(rpc: &Rpc, out: &mut impl Write, address: &str) -> Result<()> {
    let of = || address.to_owned();
    line(rpc, out, "/cosmwasm.wasm.v1.Query/ContractInfo", &QueryContractInfoRequest { address: of() })?;
    let history = QueryContractHistoryRequest { address: of(), pagination: None };
    line(rpc, out, "/cosmwasm.wasm.v1.Query/ContractHistory", &history)?;
    let balances = QueryAllBalancesRequest { address: of(), ..QueryAllBalancesRequest::default() };
    line(rpc, out, "/cosmos.bank.v1beta1.Query/AllBalances", &balances)?;
    let state = pages(|pagination| {
        let request = QueryAllContractStateRequest { address: of(), pagination };
        let page: QueryAllContractStateResponse = ask(rpc, "/cosmwasm.wasm.v1.Query/AllContractState", &request)?;
        Ok((page.models, page.pagination))
    })?;
    for entry in state {
        writeln!(out, "{address} {} {}", hex::encode(entry.key), BASE64.encode(entry.value))?;
    }
    for question in QUESTIONS {
        let request = QuerySmartContractStateRequest { address: of(), query_data: question.as_bytes().to_vec() };
        line(rpc, out, "/cosmwasm.wasm.v1.Query/SmartContractState", &request)?;
    }
    Ok(())
}

/// The answer of a query, as a line; a long one as its hash.
fn line(rpc: &Rpc, out: &mut impl Write, path: &str, request: &impl Message) -> Result<()> {
    let request = request.encode_to_vec();
    let (answer, _) = rpc.query(path, &request, 0)?;
    let value = match answer.value.len() {
        0..=4096 => BASE64.encode(&answer.value),
        length => format!("{length} bytes with the hash {}", hex::encode(Sha256::digest(&answer.value))),
    };
    writeln!(out, "{path} {} {} {:?} {value}", BASE64.encode(&request), answer.code, answer.log)?;
    Ok(())
}

fn ask<T: Message + Default>(rpc: &Rpc, path: &str, request: &impl Message) -> Result<T> {
    let (answer, _) = rpc.query(path, &request.encode_to_vec(), 0)?;
    anyhow::ensure!(answer.code == 0, "{path}: {}", answer.log);
    T::decode(answer.value.as_slice()).with_context(|| path.to_owned())
}

/// All entries of a list that comes in pages.
fn pages<T>(mut page: impl FnMut(Option<PageRequest>) -> Result<(Vec<T>, Option<PageResponse>)>) -> Result<Vec<T>> {
    let (mut all, mut key) = (Vec::new(), Vec::new());
    loop {
        let (entries, next) = page(Some(PageRequest { key, limit: 100, ..PageRequest::default() }))?;
        all.extend(entries);
        key = next.map(|next| next.next_key).unwrap_or_default();
        if key.is_empty() {
            return Ok(all);
        }
    }
}
