//! Storing code, creating, calling and migrating contracts.

use std::io::Write;

use prost::Message;

use super::chain::{Chain, OWNER, STRANGER, ordinary, puppet};
use crate::address;
use crate::app::ExecMode;
use crate::error::ExecError;
use crate::wasm::proto::{
    AccessConfig, AccessType, MsgClearAdmin, MsgCodeUploadParamsAddresses, MsgInstantiateContract,
    MsgInstantiateContract2, MsgInstantiateContractResponse, MsgPinCodes, MsgStoreAndInstantiateContract, MsgStoreCode,
    MsgStoreCodeResponse, MsgSudoContract, MsgUpdateAdmin, MsgUpdateContractLabel, MsgUpdateInstantiateConfig,
    MsgUpdateParams, Params,
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn store_msg(wasm: Vec<u8>) -> MsgStoreCode {
    MsgStoreCode { sender: address::encode(&OWNER), wasm_byte_code: wasm, instantiate_permission: None }
}

#[test]
fn stored_code_has_an_id_a_checksum_and_an_event() {
    let chain = Chain::new();
    let wasm = puppet();
    let stored = chain.deliver("MsgStoreCode", &store_msg(wasm.clone()));
    let answer = MsgStoreCodeResponse::decode(stored.result.as_ref().unwrap().value.as_slice()).unwrap();
    assert_eq!(answer.code_id, 1);
    use sha2::Digest;
    assert_eq!(answer.checksum, sha2::Sha256::digest(&wasm).to_vec());
    assert_eq!(
        stored.event_texts(),
        [format!("store_code{{code_checksum={},code_id=1}}", hex::encode(&answer.checksum))]
    );
    // Circuit breaker, parameters twice, compiling, the counter of codes, the code info.
    let circuit = 1000;
    let params = 2 * (1000 + 3 * (1 + 6));
    let compile = 3 * wasm.len() as u64;
    let counter = 1000 + 3 * 11 + 2000 + 30 * (11 + 8);
    let info_length = 2 + 32 + 2 + address::encode(&OWNER).len() as u64 + 2 + 2;
    let info = 2000 + 30 * (9 + info_length);
    assert_eq!(stored.gas_used, circuit + params + compile + counter + info);
}

#[test]
fn archives_are_unpacked_for_a_price() {
    let chain = Chain::new();
    let plain = chain.deliver("MsgStoreCode", &store_msg(puppet())).gas_used;
    let archive = gzip(&puppet());
    let packed = chain.deliver("MsgStoreCode", &store_msg(archive.clone()));
    assert!(packed.result.is_ok());
    // The second id is read from the store: eight bytes more.
    assert_eq!(packed.gas_used, plain + archive.len() as u64 * 15 / 100 + 3 * 8);
}

#[test]
fn code_that_cannot_run_is_refused() {
    let chain = Chain::new();
    let refused = |wasm: Vec<u8>| chain.store(&wasm).unwrap_err();

    let error = refused(b"not wasm".to_vec());
    assert_eq!((error.codespace.as_ref(), error.code), ("wasm", 2));
    assert!(error.log.starts_with("Error calling the VM: Error during static Wasm validation: "), "{}", error.log);
    assert!(error.log.ends_with(": create wasm contract failed"), "{}", error.log);

    let error = refused(gzip(&vec![0; 800 * 1024 + 1]));
    assert_eq!(
        (error.code, error.log.as_str()),
        (2, "uncompress wasm archive: max 819200 bytes: exceeds limit: create wasm contract failed")
    );
    let mut broken = gzip(&puppet());
    broken.truncate(40);
    assert_eq!(refused(broken).log, "uncompress wasm archive: unexpected EOF: create wasm contract failed");

    let error = refused(Vec::new());
    assert_eq!((error.codespace.as_ref(), error.code), ("sdk", 18));
    assert_eq!(error.log, "code bytes is required: empty: invalid request");
    let error = refused(vec![0; 800 * 1024 + 1]);
    assert_eq!(error.log, "code bytes cannot be longer than 819200 bytes: exceeds limit: invalid request");

    let memory = r#"(module (memory (export "memory") 513) (func (export "interface_version_8"))
        (func (export "allocate") (param i32) (result i32) i32.const 0) (func (export "deallocate") (param i32)))"#;
    let error = refused(wat::parse_str(memory).unwrap());
    assert!(error.log.contains("memory's minimum must not exceed 512 pages"), "{}", error.log);
    let import = memory.replace("513", "1").replace("(module", r#"(module (import "env" "launch" (func))"#);
    let error = refused(wat::parse_str(import).unwrap());
    assert!(error.log.contains("unsupported import"), "{}", error.log);
    let capability = memory.replace("513", "1").replace("(module", r#"(module (func (export "requires_moon"))"#);
    let error = refused(wat::parse_str(capability).unwrap());
    assert!(error.log.contains("unavailable capabilities"), "{}", error.log);
}

#[test]
fn simulated_uploads_leave_no_file() {
    let chain = Chain::new();
    let simulated = chain.run(ExecMode::Simulate, "MsgStoreCode", &store_msg(puppet()));
    assert!(simulated.result.is_ok());
    assert!(simulated.event_texts()[0].ends_with("code_id=1}"));
    let error = chain.instantiate(b"{\"ok\":{}}", &[]).unwrap_err();
    assert!(error.log.contains("Error opening Wasm file for reading"), "{}", error.log);
}

#[test]
fn the_first_contract_of_the_first_code_has_the_address_of_a_real_node() {
    let chain = Chain::new();
    chain.store(&puppet()).unwrap();
    let msg = MsgInstantiateContract {
        sender: address::encode(&OWNER),
        admin: String::new(),
        code_id: 1,
        label: "first".into(),
        msg: b"{\"ok\":{\"attributes\":[{\"key\":\"a\",\"value\":\"b\"}],\"data\":\"AQI=\"}}".to_vec(),
        funds: super::chain::coins(&[("unym", 5)]),
    };
    let created = chain.deliver("MsgInstantiateContract", &msg);
    let answer = MsgInstantiateContractResponse::decode(created.result.as_ref().unwrap().value.as_slice()).unwrap();
    let contract = "n14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9sjyvg3g";
    assert_eq!((answer.address.as_str(), answer.data.as_slice()), (contract, &[1, 2][..]));
    assert_eq!(chain.balance(contract, "unym"), 5);
    let owner = address::encode(&OWNER);
    assert_eq!(
        created.event_texts(),
        [
            format!("coin_spent{{spender={owner},amount=5unym}}"),
            format!("coin_received{{receiver={contract},amount=5unym}}"),
            format!("transfer{{recipient={contract},sender={owner},amount=5unym}}"),
            format!("instantiate{{_contract_address={contract},code_id=1}}"),
            format!("wasm{{_contract_address={contract},a=b}}"),
        ]
    );
}

#[test]
fn predictable_addresses_can_be_computed_and_taken_once() {
    let chain = Chain::new();
    chain.store(&puppet()).unwrap();
    let msg = MsgInstantiateContract2 {
        sender: address::encode(&OWNER),
        admin: String::new(),
        code_id: 1,
        label: "salted".into(),
        msg: b"{\"ok\":{}}".to_vec(),
        funds: Vec::new(),
        salt: b"salt".to_vec(),
        fix_msg: true,
    };
    let created = ordinary(chain.deliver("MsgInstantiateContract2", &msg).result).unwrap();
    assert_eq!(created.type_url, "/cosmwasm.wasm.v1.MsgInstantiateContract2Response");
    let answer = MsgInstantiateContractResponse::decode(created.value.as_slice()).unwrap();
    let request = crate::wasm::proto_query::QueryBuildAddressRequest {
        code_hash: {
            use sha2::Digest;
            hex::encode(sha2::Sha256::digest(puppet()))
        },
        creator_address: address::encode(&OWNER),
        salt: hex::encode("salt"),
        init_args: b"{\"ok\":{}}".to_vec(),
    };
    let computed: crate::wasm::proto_query::QueryBuildAddressResponse = chain.query("BuildAddress", &request).unwrap();
    assert_eq!(computed.address, answer.address);

    let error = chain.deliver("MsgInstantiateContract2", &msg).error();
    assert_eq!(
        (error.code, error.log.as_str()),
        (15, "contract address already exists, try a different combination of creator, checksum and salt: duplicate")
    );
    let unfixed = MsgInstantiateContract2 { fix_msg: false, ..msg.clone() };
    let other = ordinary(chain.deliver("MsgInstantiateContract2", &unfixed).result).unwrap();
    let other = MsgInstantiateContractResponse::decode(other.value.as_slice()).unwrap();
    assert_ne!(other.address, answer.address);
    let unsalted = MsgInstantiateContract2 { salt: Vec::new(), ..msg };
    assert_eq!(chain.deliver("MsgInstantiateContract2", &unsalted).error().log, "salt: is required: empty");
}

#[test]
fn malformed_messages_are_refused_before_they_cost_anything() {
    let chain = Chain::new();
    let good = MsgInstantiateContract {
        sender: address::encode(&OWNER),
        admin: String::new(),
        code_id: 1,
        label: "x".into(),
        msg: b"{}".to_vec(),
        funds: Vec::new(),
    };
    let refused = |change: &dyn Fn(&mut MsgInstantiateContract)| {
        let mut msg = good.clone();
        change(&mut msg);
        let delivered = chain.deliver("MsgInstantiateContract", &msg);
        assert_eq!(delivered.gas_used, 0);
        let error = delivered.error();
        (error.code, error.log)
    };
    let is = |code: u32, log: &str| (code, log.to_owned());
    assert_eq!(refused(&|msg| msg.sender.clear()), is(1, "sender: empty address string is not allowed"));
    assert_eq!(refused(&|msg| msg.code_id = 0), is(18, "code id is required: invalid request"));
    assert_eq!(refused(&|msg| msg.label.clear()), is(12, "label: is required: empty"));
    assert_eq!(
        refused(&|msg| msg.label = "x".repeat(129)),
        is(13, "label: cannot be longer than 128 characters: exceeds limit")
    );
    assert_eq!(
        refused(&|msg| msg.label = " x".into()),
        is(14, "label: label must not start/end with whitespaces: invalid")
    );
    assert_eq!(
        refused(&|msg| msg.label = "a\u{7}b".into()),
        is(14, "label: label must have printable characters only: invalid")
    );
    assert_eq!(refused(&|msg| msg.msg = b"{".to_vec()), is(14, "payload msg: invalid"));
    assert_eq!(
        refused(&|msg| msg.funds = super::chain::coins(&[("unym", 0)])),
        is(1, "funds: coin 0unym amount is not positive")
    );
    assert_eq!(
        refused(&|msg| msg.funds = super::chain::coins(&[("unyx", 1), ("unym", 1)])),
        is(1, "funds: denomination unym is not sorted")
    );
    assert_eq!(
        refused(&|msg| msg.funds = super::chain::coins(&[("unym", 1), ("unym", 1)])),
        is(1, "funds: duplicate denomination unym")
    );
    let (code, log) = refused(&|msg| msg.admin = "n1bad".into());
    assert!(code == 1 && log.starts_with("admin: decoding bech32 failed: "), "{log}");
}

#[test]
fn a_contract_sees_block_transaction_and_itself() {
    let (chain, contract) = Chain::with_puppet();
    assert!(chain.execute(&contract, b"9").result.is_ok());
    use base64::Engine as _;
    let hash = base64::engine::general_purpose::STANDARD.encode([0xab; 32]);
    assert_eq!(
        String::from_utf8(chain.raw(&contract, b"k")).unwrap(),
        format!(
            "{{\"block\":{{\"height\":7,\"time\":\"1700000005123456789\",\"chain_id\":\"nyx\"}},\
             \"transaction\":{{\"index\":3,\"hash\":\"{hash}\"}},\"contract\":{{\"address\":\"{contract}\"}}}}"
        )
    );
    let msg = crate::wasm::proto::MsgExecuteContract {
        sender: address::encode(&OWNER),
        contract: contract.clone(),
        msg: b"9".to_vec(),
        funds: Vec::new(),
    };
    assert!(chain.run(ExecMode::Simulate, "MsgExecuteContract", &msg).result.is_ok());
    assert!(String::from_utf8(chain.raw(&contract, b"k")).unwrap().contains("\"transaction\":null"));
}

#[test]
fn failures_of_a_call_have_the_codes_of_a_real_node() {
    let (chain, contract) = Chain::with_puppet();
    let error = chain.execute(&contract, b"{\"error\":\"no thanks\"}").error();
    assert_eq!(
        (error.codespace.as_ref(), error.code, error.log.as_str()),
        ("wasm", 5, "no thanks: execute wasm contract failed")
    );
    let error = chain.instantiate(b"{\"error\":\"no thanks\"}", &[]).unwrap_err();
    assert_eq!((error.code, error.log.as_str()), (4, "no thanks: instantiate wasm contract failed"));
    let nobody = address::encode(&[9; 32]);
    let error = chain.execute(&nobody, b"{}").error();
    assert_eq!((error.code, error.log), (22, format!("address {nobody}: no such contract")));
    let error = chain.execute_with(&contract, b"{\"ok\":{}}", &[("unym", 2_000_000)]).error();
    assert_eq!(
        (error.codespace.as_ref(), error.code, error.log.as_str()),
        ("sdk", 5, "spendable balance 1000000unym is smaller than 2000000unym: insufficient funds")
    );
    let error = chain.execute(&contract, b"4").error();
    assert_eq!(error.code, 29);
    assert!(error.log.starts_with("Error calling the VM: Error executing Wasm: "), "{}", error.log);
    assert!(error.log.ends_with(": wasmvm error"), "{}", error.log);
    // An answer that is neither success nor failure makes a Go node panic.
    assert!(matches!(chain.execute(&contract, b"{}").result, Err(ExecError::Panic(_))));
    let error = chain.execute(&contract, b"{\"ok\":{\"messages\":7}}").error();
    assert_eq!(error.code, 29);
}

#[test]
fn events_are_checked() {
    let (chain, contract) = Chain::with_puppet();
    let refused = |answer: &str| {
        let error = chain.execute(&contract, answer.as_bytes()).error();
        assert_eq!((error.codespace.as_ref(), error.code), ("wasm", 21));
        error.log
    };
    assert_eq!(
        refused(r#"{"ok":{"attributes":[{"key":" ","value":"v"}]}}"#),
        "Empty attribute key. Value: v: invalid event"
    );
    assert_eq!(
        refused(r#"{"ok":{"attributes":[{"key":"_contract_address","value":"v"}]}}"#),
        "Attribute key starts with reserved prefix _: '_contract_address': invalid event"
    );
    assert_eq!(
        refused(r#"{"ok":{"events":[{"type":" ab ","attributes":[]}]}}"#),
        "Event type too short: 'ab': invalid event"
    );
    let emitted = chain.execute(
        &contract,
        br#"{"ok":{"attributes":[{"key":" z ","value":" 1 "},{"key":"a","value":""}],
            "events":[{"type":" abc ","attributes":[{"key":"y","value":"x"}]}]}}"#,
    );
    assert_eq!(
        emitted.event_texts(),
        [
            format!("execute{{_contract_address={contract}}}"),
            format!("wasm{{_contract_address={contract},z=1,a=}}"),
            format!("wasm-abc{{_contract_address={contract},y=x}}"),
        ]
    );
}

#[test]
fn only_the_admin_changes_a_contract() {
    let (chain, contract) = Chain::with_puppet();
    chain.store(&puppet()).unwrap();
    let owner = address::encode(&OWNER);
    let stranger = address::encode(&STRANGER);
    let error = chain.migrate(&contract, &STRANGER, 2, b"{\"ok\":{}}").error();
    assert_eq!((error.code, error.log.as_str()), (4, "can not migrate: unauthorized"));
    let error = chain.migrate(&contract, &OWNER, 3, b"{\"ok\":{}}").error();
    assert_eq!((error.code, error.log.as_str()), (18, "unknown code: invalid request"));
    let error = chain.migrate(&address::encode(&[9; 32]), &OWNER, 1, b"{}").error();
    assert_eq!((error.code, error.log.as_str()), (18, "unknown contract: invalid request"));
    let error = chain.migrate(&contract, &OWNER, 2, b"{\"error\":\"stay\"}").error();
    assert_eq!((error.code, error.log.as_str()), (11, "stay: migrate wasm contract failed"));
    let migrated = chain.migrate(&contract, &OWNER, 2, b"{\"ok\":{\"data\":\"AQ==\"}}");
    assert_eq!(migrated.data(), [1]);
    assert_eq!(migrated.event_texts(), [format!("migrate{{code_id=2,_contract_address={contract}}}")]);

    let label = |sender: &str| MsgUpdateContractLabel {
        sender: sender.into(),
        new_label: "new".into(),
        contract: contract.clone(),
    };
    let error = chain.deliver("MsgUpdateContractLabel", &label(&stranger)).error();
    assert_eq!((error.code, error.log.as_str()), (4, "can not modify contract: unauthorized"));
    assert_eq!(
        chain.deliver("MsgUpdateContractLabel", &label(&owner)).event_texts(),
        [format!("update_contract_label{{_contract_address={contract},new_label=new}}")]
    );
    let update = |sender: &str, new_admin: &str| MsgUpdateAdmin {
        sender: sender.into(),
        new_admin: new_admin.into(),
        contract: contract.clone(),
    };
    let error = chain.deliver("MsgUpdateAdmin", &update(&owner, &owner)).error();
    assert_eq!((error.code, error.log.as_str()), (14, "new admin is the same as the old: invalid"));
    assert_eq!(
        chain.deliver("MsgUpdateAdmin", &update(&owner, &stranger)).event_texts(),
        [format!("update_contract_admin{{_contract_address={contract},new_admin_address={stranger}}}")]
    );
    let clear = |sender: &str| MsgClearAdmin { sender: sender.into(), contract: contract.clone() };
    assert_eq!(chain.deliver("MsgClearAdmin", &clear(&owner)).error().code, 4);
    assert_eq!(
        chain.deliver("MsgClearAdmin", &clear(&stranger)).event_texts(),
        [format!("update_contract_admin{{_contract_address={contract},new_admin_address=}}")]
    );
    assert_eq!(chain.deliver("MsgClearAdmin", &clear(&stranger)).error().code, 4);
}

#[test]
fn a_code_may_be_reserved() {
    let chain = Chain::new();
    chain.store(&puppet()).unwrap();
    let restrict = |sender: &[u8], permission: AccessType, addresses: Vec<String>| {
        let msg = MsgUpdateInstantiateConfig {
            sender: address::encode(sender),
            code_id: 1,
            new_instantiate_permission: Some(AccessConfig { permission: permission as i32, addresses }),
        };
        chain.deliver("MsgUpdateInstantiateConfig", &msg)
    };
    let stranger = address::encode(&STRANGER);
    let error = restrict(&STRANGER, AccessType::Nobody, Vec::new()).error();
    assert_eq!((error.code, error.log.as_str()), (4, "can not modify code access config: unauthorized"));
    assert_eq!(
        restrict(&OWNER, AccessType::AnyOfAddresses, vec![stranger.clone()]).event_texts(),
        [format!(
            "update_code_access_config{{code_permission=AnyOfAddresses,code_id=1,authorized_addresses={stranger}}}"
        )]
    );
    let error = chain.instantiate(b"{\"ok\":{}}", &[]).unwrap_err();
    assert_eq!((error.code, error.log.as_str()), (4, "can not instantiate: unauthorized"));
    let doubled = vec![stranger.clone(), stranger.to_uppercase()];
    let error = restrict(&OWNER, AccessType::AnyOfAddresses, doubled).error();
    assert_eq!(error.log, "instantiate permission: addresses: duplicate addresses: duplicate");
    let error = restrict(&OWNER, AccessType::AnyOfAddresses, Vec::new()).error();
    assert_eq!(error.log, "instantiate permission: addresses: addresses: empty");
}

#[test]
fn governance_messages_are_refused_to_everybody_else() {
    let (chain, contract) = Chain::with_puppet();
    let authority = address::encode(&OWNER);
    let pin = MsgPinCodes { authority: authority.clone(), code_ids: vec![1] };
    let addresses = MsgCodeUploadParamsAddresses { authority: authority.clone(), addresses: vec![authority.clone()] };
    let sudo = MsgSudoContract { authority: authority.clone(), contract, msg: b"{}".to_vec() };
    let params = MsgUpdateParams {
        authority: authority.clone(),
        params: Params {
            code_upload_access: AccessConfig::everybody(),
            instantiate_default_permission: AccessType::Everybody as i32,
        },
    };
    let gov = address::encode(&address::module("gov"));
    let expected = format!("invalid authority; expected {gov}, got {authority}: invalid");
    for delivered in [
        chain.deliver("MsgPinCodes", &pin),
        chain.deliver("MsgUnpinCodes", &pin),
        chain.deliver("MsgAddCodeUploadParamsAddresses", &addresses),
        chain.deliver("MsgRemoveCodeUploadParamsAddresses", &addresses),
        chain.deliver("MsgSudoContract", &sudo),
        chain.deliver("MsgUpdateParams", &params),
    ] {
        let error = delivered.error();
        assert_eq!((error.codespace.as_ref(), error.code), ("wasm", 14));
        assert_eq!(error.log, expected);
    }
    // Storing and instantiating at once is not governance's alone.
    let both = MsgStoreAndInstantiateContract {
        authority,
        wasm_byte_code: puppet(),
        label: "both".into(),
        msg: b"{\"ok\":{}}".to_vec(),
        ..MsgStoreAndInstantiateContract::default()
    };
    let delivered = chain.deliver("MsgStoreAndInstantiateContract", &both);
    assert!(delivered.result.is_ok());
    assert!(delivered.event_texts()[0].starts_with("store_code{"));
}
