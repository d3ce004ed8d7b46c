//! The query service, and questions of contracts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cosmos_sdk_proto::cosmos::base::query::v1beta1::PageRequest;

use super::chain::{Chain, OWNER, puppet};
use crate::address;
use crate::wasm::keys;
use crate::wasm::proto::HistoryOperation;
use crate::wasm::proto_query::{
    QueryAllContractStateResponse, QueryCodeInfoResponse, QueryCodeRequest, QueryCodeResponse, QueryCodesRequest,
    QueryCodesResponse, QueryContractHistoryResponse, QueryContractInfoRequest, QueryContractInfoResponse,
    QueryContractsByCodeRequest, QueryContractsResponse, QueryPagedByAddressRequest, QueryParamsResponse,
    QueryPinnedCodesRequest, QueryPinnedCodesResponse, QueryWasmLimitsConfigResponse,
};

fn by_address(address: &str, pagination: Option<PageRequest>) -> QueryPagedByAddressRequest {
    QueryPagedByAddressRequest { address: address.into(), pagination }
}

#[test]
fn codes_and_contracts_are_described() {
    let (chain, contract) = Chain::with_puppet();
    chain.store(&puppet()).unwrap();
    assert!(chain.migrate(&contract, &OWNER, 2, b"{\"ok\":{}}").result.is_ok());
    let owner = address::encode(&OWNER);

    let info: QueryContractInfoResponse =
        chain.query("ContractInfo", &QueryContractInfoRequest { address: contract.clone() }).unwrap();
    assert_eq!(info.address, contract);
    let info = info.contract_info;
    assert_eq!((info.code_id, info.creator.as_str(), info.admin.as_str()), (2, owner.as_str(), owner.as_str()));
    assert_eq!((info.label.as_str(), info.ibc_port_id.as_str()), ("puppet", ""));
    assert_eq!(info.ibc2_port_id, format!("wasm2{}", &contract[1..]));
    assert_eq!(info.created.unwrap().block_height, 7);

    let history: QueryContractHistoryResponse = chain.query("ContractHistory", &by_address(&contract, None)).unwrap();
    let operations: Vec<(i32, u64)> = history.entries.iter().map(|entry| (entry.operation, entry.code_id)).collect();
    assert_eq!(operations, [(HistoryOperation::Init as i32, 1), (HistoryOperation::Migrate as i32, 2)]);
    assert_eq!(history.entries[1].msg, b"{\"ok\":{}}");

    let of_code = |code_id| {
        let request = QueryContractsByCodeRequest { code_id, pagination: None };
        chain.query::<QueryContractsResponse>("ContractsByCode", &request).map(|answer| answer.contracts)
    };
    assert_eq!(of_code(1).unwrap(), [""; 0]);
    assert_eq!(of_code(2).unwrap(), std::slice::from_ref(&contract));
    let error = of_code(0).unwrap_err();
    assert_eq!((error.code, error.log.as_str()), (14, "code id: invalid"));
    let created: QueryContractsResponse = chain.query("ContractsByCreator", &by_address(&owner, None)).unwrap();
    assert_eq!(created.contracts, [contract]);

    let code: QueryCodeResponse = chain.query("Code", &QueryCodeRequest { code_id: 2 }).unwrap();
    assert_eq!(code.data, puppet());
    let info: QueryCodeInfoResponse = chain.query("CodeInfo", &QueryCodeRequest { code_id: 2 }).unwrap();
    assert_eq!(info.checksum, code.code_info.unwrap().data_hash);
    let error = chain.query::<QueryCodeResponse>("Code", &QueryCodeRequest { code_id: 3 }).unwrap_err();
    assert_eq!((error.code, error.log.as_str()), (28, "code id 3: no such code"));
    let codes: QueryCodesResponse = chain.query("Codes", &QueryCodesRequest::default()).unwrap();
    assert_eq!(codes.code_infos.iter().map(|info| info.code_id).collect::<Vec<_>>(), [1, 2]);
    let pinned: QueryPinnedCodesResponse = chain.query("PinnedCodes", &QueryPinnedCodesRequest::default()).unwrap();
    assert!(pinned.code_ids.is_empty());
    let params: QueryParamsResponse = chain.query("Params", &()).unwrap();
    assert_eq!((params.params.instantiate_default_permission, params.params.code_upload_access.permission), (3, 3));
    let limits: QueryWasmLimitsConfigResponse = chain.query("WasmLimitsConfig", &()).unwrap();
    assert_eq!(limits.config, "{}");
}

#[test]
fn state_is_read_key_by_key_and_page_by_page() {
    let (chain, contract) = Chain::with_puppet();
    let bytes = address::decode(&contract).unwrap();
    for index in 0..130u8 {
        chain.put([keys::contract_store(&bytes), vec![b'a', index]].concat(), vec![index]);
    }
    // A contract whose address begins alike must not show.
    chain.put([keys::contract_store(&bytes), vec![b'b']].concat(), vec![1]);
    assert_eq!(chain.raw(&contract, &[b'a', 7]), [7]);
    assert!(chain.raw(&contract, b"none").is_empty());

    let page = |pagination| {
        let request = by_address(&contract, Some(pagination));
        chain.query::<QueryAllContractStateResponse>("AllContractState", &request)
    };
    let first = page(PageRequest { limit: 1000, ..PageRequest::default() }).unwrap();
    assert_eq!(first.models.len(), 100, "a page has at most 100 entries");
    let next_key = first.pagination.unwrap().next_key;
    assert_eq!(next_key, [b'a', 100]);
    let second = page(PageRequest { key: next_key, limit: 50, ..PageRequest::default() }).unwrap();
    assert_eq!(second.models.len(), 31);
    assert!(second.pagination.unwrap().next_key.is_empty());
    let backwards = page(PageRequest { limit: 2, reverse: true, ..PageRequest::default() }).unwrap();
    assert_eq!(backwards.models[0].key, b"b");
    let rest =
        PageRequest { key: backwards.pagination.unwrap().next_key, limit: 1, reverse: true, ..PageRequest::default() };
    assert_eq!(page(rest).unwrap().models[0].key, [b'a', 128]);
    for refused in [
        PageRequest { offset: 1, ..PageRequest::default() },
        PageRequest { count_total: true, ..PageRequest::default() },
    ] {
        assert_eq!(
            page(refused).unwrap_err().log,
            "rpc error: code = InvalidArgument desc = offset and count queries not supported"
        );
    }
}

#[test]
fn smart_queries_answer_or_say_why_not() {
    let (chain, contract) = Chain::with_puppet();
    assert_eq!(chain.smart(&contract, b"2").unwrap(), b"123");
    let error = chain.smart(&contract, b"4").unwrap_err();
    assert_eq!((error.code, error.log.as_str()), (9, "nope: query wasm contract failed"));
    let error = chain.smart(&contract, b"3").unwrap_err();
    assert_eq!((error.code, error.log), (22, format!("address {contract}: no such contract")));
    let error = chain.smart(&contract, b"not json").unwrap_err();
    assert_eq!(error.log, "rpc error: code = InvalidArgument desc = invalid query data");
    let error = chain.smart(&address::encode(&[9; 32]), b"2").unwrap_err();
    assert_eq!(error.code, 22);
}

/// Asks the chain through the contract.
fn ask(chain: &Chain, contract: &str, question: &str) -> Result<String, String> {
    chain
        .smart(contract, question.as_bytes())
        .map(|answer| String::from_utf8(answer).unwrap())
        .map_err(|error| error.log.strip_suffix(": query wasm contract failed").unwrap().to_owned())
}

#[test]
fn contracts_ask_the_chain() {
    let (chain, contract) = Chain::with_puppet();
    let owner = address::encode(&OWNER);
    let ask = |question: &str| ask(&chain, &contract, question);
    let ok = |text: &str| Ok(text.to_owned());
    let failed = |text: &str| Err(text.to_owned());
    assert_eq!(
        ask(&format!(r#"{{"bank":{{"balance":{{"address":"{owner}","denom":"unym"}}}}}}"#)),
        ok(r#"{"amount":{"denom":"unym","amount":"1000000"}}"#)
    );
    assert_eq!(
        ask(&format!(r#"{{"bank":{{"all_balances":{{"address":"{owner}"}}}}}}"#)),
        ok(r#"{"amount":[{"denom":"unym","amount":"1000000"},{"denom":"unyx","amount":"500"}]}"#)
    );
    assert_eq!(ask(r#"{"bank":{"supply":{"denom":"unyx"}}}"#), ok(r#"{"amount":{"denom":"unyx","amount":"1000"}}"#));
    assert_eq!(ask(r#"{"bank":{"balance":{"address":"bad","denom":"unym"}}}"#), failed("codespace: sdk, code: 7"));
    let code = ask(r#"{"wasm":{"code_info":{"code_id":1}}}"#).unwrap();
    assert!(code.starts_with(&format!(r#"{{"code_id":1,"creator":"{owner}","checksum":""#)), "{code}");
    assert_eq!(
        ask(&format!(r#"{{"wasm":{{"contract_info":{{"contract_addr":"{contract}"}}}}}}"#)),
        ok(&format!(
            r#"{{"code_id":1,"creator":"{owner}","admin":"{owner}","pinned":false,"ibc2_port":"wasm2{}"}}"#,
            &contract[1..]
        ))
    );
    // The chain could not be asked: the contract gets a system error.
    for refused in [
        r#"{"custom":{}}"#,
        r#"{"stargate":{"path":"/x","data":""}}"#,
        r#"{"grpc":{"path":"/x","data":""}}"#,
        r#"{"wasm":{"code_info":{"code_id":99}}}"#,
        r#"{}"#,
    ] {
        assert_eq!(ask(refused), failed("system"), "{refused}");
    }
    assert_eq!(ask(r#"{"wasm":{"code_info":{"code_id":0}}}"#), failed("codespace: wasm, code: 12"));
}

#[test]
fn contracts_read_and_ask_each_other() {
    let (chain, contract) = Chain::with_puppet();
    assert!(chain.execute(&contract, b"5").result.is_ok());
    let ask = |question: &str| ask(&chain, &contract, question);
    let raw = |key: &str| {
        format!(r#"{{"wasm":{{"raw":{{"contract_addr":"{contract}","key":"{}"}}}}}}"#, STANDARD.encode(key))
    };
    assert_eq!(ask(&raw("k")).unwrap(), "{\"ok\":{}}  ");
    assert_eq!(ask(&raw("none")).unwrap(), "");
    let smart = |msg: &str| {
        format!(r#"{{"wasm":{{"smart":{{"contract_addr":"{contract}","msg":"{}"}}}}}}"#, STANDARD.encode(msg))
    };
    assert_eq!(ask(&smart("2")).unwrap(), "123");
    assert_eq!(ask(&smart("4")).unwrap_err(), "nope: query wasm contract failed");
    assert_eq!(ask(&smart(&smart("2"))).unwrap(), "123");
    let range =
        format!(r#"{{"wasm":{{"raw_range":{{"contract_addr":"{contract}","limit":10,"order":"ascending"}}}}}}"#);
    let value = STANDARD.encode("{\"ok\":{}}  ");
    assert_eq!(ask(&range).unwrap(), format!(r#"{{"data":[["aw==","{value}"]],"next_key":null}}"#));
}

#[test]
fn nested_questions_have_a_floor() {
    let (chain, contract) = Chain::with_puppet();
    let smart = |msg: &str| {
        format!(r#"{{"wasm":{{"smart":{{"contract_addr":"{contract}","msg":"{}"}}}}}}"#, STANDARD.encode(msg))
    };
    let mut question = "2".to_owned();
    for _ in 0..9 {
        question = smart(&question);
    }
    assert_eq!(ask(&chain, &contract, &question).unwrap(), "123");
    let error = ask(&chain, &contract, &smart(&question)).unwrap_err();
    assert!(error.starts_with("codespace: wasm, code: 27"), "{error}");
}
