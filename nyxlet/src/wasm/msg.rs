//! The messages of `cosmwasm.wasm.v1.Msg` and what they do.

use std::sync::Arc;

use cosmos_sdk_proto::Any;
use prost::Message;

use super::access::is_type_subset;
use super::account as addresses;
use super::calls::{AddressOf, Data, NewContract};
use super::error::{WasmError, no_such_code};
use super::events::CONTRACT_ADDRESS;
use super::keeper::Keeper;
use super::proto::{
    AccessType, ContractDataResponse, MsgClearAdmin, MsgCodeUploadParamsAddresses, MsgExecuteContract,
    MsgInstantiateContract, MsgInstantiateContract2, MsgInstantiateContractResponse, MsgMigrateContract, MsgPinCodes,
    MsgStoreAndInstantiateContract, MsgStoreAndMigrateContract, MsgStoreAndMigrateContractResponse, MsgStoreCode,
    MsgStoreCodeResponse, MsgSudoContract, MsgUpdateAdmin, MsgUpdateContractLabel, MsgUpdateInstantiateConfig,
    MsgUpdateParams,
};
use super::{coins, keys};
use crate::address;
use crate::app::{Context, event};
use crate::error::{ExecResult, Root, SdkError};
use crate::store::StoreKey;
use crate::tx::Fields;

/// Package of the message types.
const PACKAGE: &str = "/cosmwasm.wasm.v1.";

/// A decoded message.
pub enum Msg {
    /// Upload code.
    StoreCode(MsgStoreCode),
    /// Create a contract.
    Instantiate(MsgInstantiateContract),
    /// Create a contract at a predictable address.
    Instantiate2(MsgInstantiateContract2),
    /// Call a contract.
    Execute(MsgExecuteContract),
    /// Change a contract's code.
    Migrate(MsgMigrateContract),
    /// Change a contract's admin.
    UpdateAdmin(MsgUpdateAdmin),
    /// Remove a contract's admin.
    ClearAdmin(MsgClearAdmin),
    /// Change who may instantiate a code.
    UpdateInstantiateConfig(MsgUpdateInstantiateConfig),
    /// Change a contract's label.
    UpdateLabel(MsgUpdateContractLabel),
    /// Governance: change the parameters.
    UpdateParams(MsgUpdateParams),
    /// Governance: call a contract with privileges.
    Sudo(MsgSudoContract),
    /// Governance: keep codes in memory.
    PinCodes(MsgPinCodes),
    /// Governance: no longer keep codes in memory.
    UnpinCodes(MsgPinCodes),
    /// Upload code and create a contract.
    StoreAndInstantiate(MsgStoreAndInstantiateContract),
    /// Upload code and migrate a contract to it.
    StoreAndMigrate(MsgStoreAndMigrateContract),
    /// Governance: let more addresses upload.
    AddUploadAddresses(MsgCodeUploadParamsAddresses),
    /// Governance: let fewer addresses upload.
    RemoveUploadAddresses(MsgCodeUploadParamsAddresses),
}

/// Whether the type URL is one of the module's messages.
pub fn is_known(type_url: &str) -> bool {
    fields(type_url).is_some()
}

/// The fields that a message may have; `None` for a type that is not the module's.
pub fn fields(type_url: &str) -> Option<&'static Fields> {
    super::fields::of(type_url.strip_prefix(PACKAGE)?)
}

impl Msg {
    /// Decodes a message.
    ///
    /// # Errors
    /// Bytes that are not that message, or amounts that are no numbers.
    pub fn decode(any: &Any) -> Result<Self, SdkError> {
        let bytes = any.value.as_slice();
        let decoded = match any.type_url.strip_prefix(PACKAGE).unwrap_or_default() {
            "MsgStoreCode" => MsgStoreCode::decode(bytes).map(Msg::StoreCode),
            "MsgInstantiateContract" => MsgInstantiateContract::decode(bytes).map(Msg::Instantiate),
            "MsgInstantiateContract2" => MsgInstantiateContract2::decode(bytes).map(Msg::Instantiate2),
            "MsgExecuteContract" => MsgExecuteContract::decode(bytes).map(Msg::Execute),
            "MsgMigrateContract" => MsgMigrateContract::decode(bytes).map(Msg::Migrate),
            "MsgUpdateAdmin" => MsgUpdateAdmin::decode(bytes).map(Msg::UpdateAdmin),
            "MsgClearAdmin" => MsgClearAdmin::decode(bytes).map(Msg::ClearAdmin),
            "MsgUpdateInstantiateConfig" => MsgUpdateInstantiateConfig::decode(bytes).map(Msg::UpdateInstantiateConfig),
            "MsgUpdateContractLabel" => MsgUpdateContractLabel::decode(bytes).map(Msg::UpdateLabel),
            "MsgUpdateParams" => MsgUpdateParams::decode(bytes).map(Msg::UpdateParams),
            "MsgSudoContract" => MsgSudoContract::decode(bytes).map(Msg::Sudo),
            "MsgPinCodes" => MsgPinCodes::decode(bytes).map(Msg::PinCodes),
            "MsgUnpinCodes" => MsgPinCodes::decode(bytes).map(Msg::UnpinCodes),
            "MsgStoreAndInstantiateContract" => {
                MsgStoreAndInstantiateContract::decode(bytes).map(Msg::StoreAndInstantiate)
            }
            "MsgStoreAndMigrateContract" => MsgStoreAndMigrateContract::decode(bytes).map(Msg::StoreAndMigrate),
            "MsgAddCodeUploadParamsAddresses" => {
                MsgCodeUploadParamsAddresses::decode(bytes).map(Msg::AddUploadAddresses)
            }
            "MsgRemoveCodeUploadParamsAddresses" => {
                MsgCodeUploadParamsAddresses::decode(bytes).map(Msg::RemoveUploadAddresses)
            }
            _ => return Err(Root::UnknownRequest.wrap(&any.type_url)),
        };
        decoded.map_err(|error| Root::TxDecode.wrap(error))
    }

    /// Executes the message and returns its answer.
    ///
    /// # Errors
    /// What the keeper says, or that the message is governance's alone.
    pub fn execute(&self, keeper: &Arc<Keeper>, ctx: &Context) -> ExecResult<Any> {
        self.validate_basic()?;
        let sender = addresses::decode(self.signer())?;
        let funds = coins::validate(self.funds())?;
        match self {
            Msg::StoreCode(msg) => {
                let permission = msg.instantiate_permission.as_ref();
                let (code_id, checksum) = keeper.store_code(ctx, &sender, &msg.wasm_byte_code, permission)?;
                let checksum = checksum.as_slice().to_vec();
                Ok(answer("MsgStoreCodeResponse", &MsgStoreCodeResponse { code_id, checksum }))
            }
            Msg::Instantiate(msg) => {
                let new = NewContract {
                    code_id: msg.code_id,
                    creator: &sender,
                    admin: &optional_account(&msg.admin)?,
                    msg: &msg.msg,
                    label: &msg.label,
                    funds: &funds,
                    address: AddressOf::Counter,
                };
                instantiated("MsgInstantiateContractResponse", keeper.instantiate(ctx, &new)?)
            }
            Msg::Instantiate2(msg) => {
                let fixed_msg = if msg.fix_msg { msg.msg.as_slice() } else { &[] };
                let new = NewContract {
                    code_id: msg.code_id,
                    creator: &sender,
                    admin: &optional_account(&msg.admin)?,
                    msg: &msg.msg,
                    label: &msg.label,
                    funds: &funds,
                    address: AddressOf::Salt { salt: &msg.salt, fixed_msg },
                };
                instantiated("MsgInstantiateContract2Response", keeper.instantiate(ctx, &new)?)
            }
            Msg::Execute(msg) => {
                let contract = account(&msg.contract)?;
                let data = keeper.execute(ctx, &contract, &sender, &msg.msg, &funds)?;
                Ok(data_answer("MsgExecuteContractResponse", data))
            }
            Msg::Migrate(msg) => {
                let contract = account(&msg.contract)?;
                let data = keeper.migrate(ctx, &contract, &sender, msg.code_id, &msg.msg)?;
                Ok(data_answer("MsgMigrateContractResponse", data))
            }
            Msg::UpdateAdmin(msg) => {
                set_admin(keeper, ctx, &msg.contract, &sender, &account(&msg.new_admin)?)?;
                Ok(empty_answer("MsgUpdateAdminResponse"))
            }
            Msg::ClearAdmin(msg) => {
                set_admin(keeper, ctx, &msg.contract, &sender, &[])?;
                Ok(empty_answer("MsgClearAdminResponse"))
            }
            Msg::UpdateInstantiateConfig(msg) => {
                update_instantiate_config(keeper, ctx, msg)?;
                Ok(empty_answer("MsgUpdateInstantiateConfigResponse"))
            }
            Msg::UpdateLabel(msg) => {
                set_label(keeper, ctx, msg, &sender)?;
                Ok(empty_answer("MsgUpdateContractLabelResponse"))
            }
            Msg::StoreAndInstantiate(msg) => {
                let permission = msg.instantiate_permission.as_ref();
                let (code_id, _) = keeper.store_code(ctx, &sender, &msg.wasm_byte_code, permission)?;
                let new = NewContract {
                    code_id,
                    creator: &sender,
                    admin: &optional_account(&msg.admin)?,
                    msg: &msg.msg,
                    label: &msg.label,
                    funds: &funds,
                    address: AddressOf::Counter,
                };
                let created = keeper.instantiate(ctx, &new)?;
                instantiated("MsgStoreAndInstantiateContractResponse", created)
            }
            Msg::StoreAndMigrate(msg) => {
                let permission = msg.instantiate_permission.as_ref();
                let (code_id, checksum) = keeper.store_code(ctx, &sender, &msg.wasm_byte_code, permission)?;
                let contract = account(&msg.contract)?;
                let data = keeper.migrate(ctx, &contract, &sender, code_id, &msg.msg)?;
                let response = MsgStoreAndMigrateContractResponse {
                    code_id,
                    checksum: checksum.as_slice().to_vec(),
                    data: data.unwrap_or_default(),
                };
                Ok(answer("MsgStoreAndMigrateContractResponse", &response))
            }
            Msg::UpdateParams(_)
            | Msg::Sudo(_)
            | Msg::PinCodes(_)
            | Msg::UnpinCodes(_)
            | Msg::AddUploadAddresses(_)
            | Msg::RemoveUploadAddresses(_) => {
                // Nobody holds the key of the governance account, so whoever signed is somebody else.
                let authority = address::encode(&address::module("gov"));
                let context = format!("invalid authority; expected {authority}, got {}", self.signer());
                Err(WasmError::Invalid.wrap(context).into())
            }
        }
    }
}

fn set_admin(keeper: &Keeper, ctx: &Context, contract: &str, caller: &[u8], admin: &[u8]) -> ExecResult<()> {
    let contract = account(contract)?;
    let kv = ctx.kv(StoreKey::Wasm);
    let mut info = keeper.contract_to_modify(&kv, &contract, caller, "can not modify contract")?;
    info.admin = address::encode(admin);
    kv.set(keys::contract(&contract), info.encode_to_vec())?;
    ctx.events.emit(event(
        "update_contract_admin",
        [(CONTRACT_ADDRESS, address::encode(&contract)), ("new_admin_address", info.admin)],
    ));
    Ok(())
}

fn set_label(keeper: &Keeper, ctx: &Context, msg: &MsgUpdateContractLabel, caller: &[u8]) -> ExecResult<()> {
    let contract = account(&msg.contract)?;
    let kv = ctx.kv(StoreKey::Wasm);
    let mut info = keeper.contract_to_modify(&kv, &contract, caller, "can not modify contract")?;
    info.label.clone_from(&msg.new_label);
    kv.set(keys::contract(&contract), info.encode_to_vec())?;
    ctx.events.emit(event(
        "update_contract_label",
        [(CONTRACT_ADDRESS, address::encode(&contract)), ("new_label", info.label)],
    ));
    Ok(())
}

fn update_instantiate_config(keeper: &Keeper, ctx: &Context, msg: &MsgUpdateInstantiateConfig) -> ExecResult<()> {
    let config = msg.new_instantiate_permission.clone().unwrap_or_default();
    let kv = ctx.kv(StoreKey::Wasm);
    let mut info = keeper.code_info(&kv, msg.code_id)?.ok_or_else(|| no_such_code(msg.code_id))?;
    let default =
        AccessType::try_from(keeper.params(ctx)?.instantiate_default_permission).unwrap_or(AccessType::Unspecified);
    let caller = address::encode(&account(&msg.sender)?);
    if info.creator != caller || !is_type_subset(config.permission, default) {
        return Err(Root::Unauthorized.wrap("can not modify code access config").into());
    }
    let mut attributes =
        vec![("code_permission", config.permission_name().to_owned()), ("code_id", msg.code_id.to_string())];
    if config.permission == AccessType::AnyOfAddresses as i32 {
        attributes.push(("authorized_addresses", config.addresses.join(",")));
    }
    info.instantiate_config = config;
    kv.set(keys::code(msg.code_id), info.encode_to_vec())?;
    ctx.events.emit(event("update_code_access_config", attributes));
    Ok(())
}

fn account(text: &str) -> ExecResult<Vec<u8>> {
    Ok(addresses::decode(text)?)
}

fn optional_account(text: &str) -> ExecResult<Vec<u8>> {
    if text.is_empty() { Ok(Vec::new()) } else { account(text) }
}

fn answer(name: &str, response: &impl Message) -> Any {
    Any { type_url: format!("{PACKAGE}{name}"), value: response.encode_to_vec() }
}

fn empty_answer(name: &str) -> Any {
    Any { type_url: format!("{PACKAGE}{name}"), value: Vec::new() }
}

fn data_answer(name: &str, data: Data) -> Any {
    answer(name, &ContractDataResponse { data: data.unwrap_or_default() })
}

fn instantiated(name: &str, (contract, data): (Vec<u8>, Data)) -> ExecResult<Any> {
    let address = address::encode(&contract);
    let data = data.unwrap_or_default();
    Ok(answer(name, &MsgInstantiateContractResponse { address, data }))
}
