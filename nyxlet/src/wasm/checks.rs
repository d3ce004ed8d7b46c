//! Checks of messages that need no state (`ValidateBasic`), and their signers.

use cosmos_sdk_proto::cosmos::base::v1beta1::Coin as ProtoCoin;

use super::access::validate_addresses;
use super::account as addresses;
use super::address::MAX_SALT;
use super::error::WasmError;
use super::keeper::MAX_WASM;
use super::msg::Msg;
use super::proto::AccessConfig;
use super::{coins, go_json};
use crate::error::{Root, SdkError};

/// Longest label, in bytes.
const MAX_LABEL: usize = 128;
/// Code ids that one pinning message may list.
const MAX_CODE_IDS: usize = 50;

type Check = Result<(), SdkError>;

impl Msg {
    /// Bech32 text of the one signer.
    pub fn signer(&self) -> &str {
        match self {
            Msg::StoreCode(msg) => &msg.sender,
            Msg::Instantiate(msg) => &msg.sender,
            Msg::Instantiate2(msg) => &msg.sender,
            Msg::Execute(msg) => &msg.sender,
            Msg::Migrate(msg) => &msg.sender,
            Msg::UpdateAdmin(msg) => &msg.sender,
            Msg::ClearAdmin(msg) => &msg.sender,
            Msg::UpdateInstantiateConfig(msg) => &msg.sender,
            Msg::UpdateLabel(msg) => &msg.sender,
            Msg::UpdateParams(msg) => &msg.authority,
            Msg::Sudo(msg) => &msg.authority,
            Msg::PinCodes(msg) | Msg::UnpinCodes(msg) => &msg.authority,
            Msg::StoreAndInstantiate(msg) => &msg.authority,
            Msg::StoreAndMigrate(msg) => &msg.authority,
            Msg::AddUploadAddresses(msg) | Msg::RemoveUploadAddresses(msg) => &msg.authority,
        }
    }

    /// Coins that the message carries.
    pub fn funds(&self) -> &[ProtoCoin] {
        match self {
            Msg::Instantiate(msg) => &msg.funds,
            Msg::Instantiate2(msg) => &msg.funds,
            Msg::Execute(msg) => &msg.funds,
            Msg::StoreAndInstantiate(msg) => &msg.funds,
            _ => &[],
        }
    }

    /// The checks in the order of a Go node: the first failure is the one that clients see.
    ///
    /// # Errors
    /// What is wrong with the message.
    pub fn validate_basic(&self) -> Check {
        match self {
            Msg::StoreCode(msg) => {
                account(&msg.sender)?;
                code_bytes(&msg.wasm_byte_code)?;
                permission(msg.instantiate_permission.as_ref())
            }
            Msg::Instantiate(msg) => {
                named("sender", account(&msg.sender))?;
                code_id(msg.code_id)?;
                named("label", label(&msg.label))?;
                named("funds", funds(&msg.funds))?;
                admin(&msg.admin)?;
                payload(&msg.msg)
            }
            Msg::Instantiate2(msg) => {
                named("sender", account(&msg.sender))?;
                code_id(msg.code_id)?;
                named("label", label(&msg.label))?;
                named("funds", funds(&msg.funds))?;
                admin(&msg.admin)?;
                payload(&msg.msg)?;
                named("salt", salt(&msg.salt))
            }
            Msg::Execute(msg) => {
                named("sender", account(&msg.sender))?;
                named("contract", account(&msg.contract))?;
                named("funds", funds(&msg.funds))?;
                payload(&msg.msg)
            }
            Msg::Migrate(msg) => {
                code_id(msg.code_id)?;
                named("sender", account(&msg.sender))?;
                named("contract", account(&msg.contract))?;
                payload(&msg.msg)
            }
            Msg::UpdateAdmin(msg) => {
                named("sender", account(&msg.sender))?;
                named("contract", account(&msg.contract))?;
                named("new admin", account(&msg.new_admin))?;
                if msg.sender.to_lowercase() == msg.new_admin.to_lowercase() {
                    return Err(WasmError::Invalid.wrap("new admin is the same as the old"));
                }
                Ok(())
            }
            Msg::ClearAdmin(msg) => {
                named("sender", account(&msg.sender))?;
                named("contract", account(&msg.contract))
            }
            Msg::UpdateInstantiateConfig(msg) => {
                named("sender", account(&msg.sender))?;
                code_id(msg.code_id)?;
                let permission = msg
                    .new_instantiate_permission
                    .as_ref()
                    .ok_or_else(|| Root::InvalidRequest.wrap("instantiate permission is required"))?;
                named("instantiate permission", permission.validate_basic())
            }
            Msg::UpdateLabel(msg) => {
                named("sender", account(&msg.sender))?;
                named("label", label(&msg.new_label))?;
                named("contract", account(&msg.contract))
            }
            Msg::UpdateParams(msg) => {
                named("authority", account(&msg.authority))?;
                let default = AccessConfig {
                    permission: msg.params.instantiate_default_permission,
                    addresses: vec![msg.authority.clone()],
                };
                named("instantiate default permission", default.validate_basic())?;
                named("upload access", msg.params.code_upload_access.validate_basic())
            }
            Msg::Sudo(msg) => {
                named("authority", account(&msg.authority))?;
                named("contract", account(&msg.contract))?;
                payload(&msg.msg)
            }
            Msg::PinCodes(msg) | Msg::UnpinCodes(msg) => {
                named("authority", account(&msg.authority))?;
                code_ids(&msg.code_ids)
            }
            Msg::StoreAndInstantiate(msg) => {
                named("authority", account(&msg.authority))?;
                named("label", label(&msg.label))?;
                named("funds", funds(&msg.funds))?;
                admin(&msg.admin)?;
                let verification = verification(&msg.source, &msg.builder, &msg.code_hash);
                named("code verification info", verification)?;
                payload(&msg.msg)?;
                code_bytes(&msg.wasm_byte_code)?;
                permission(msg.instantiate_permission.as_ref())
            }
            Msg::StoreAndMigrate(msg) => {
                named("authority", account(&msg.authority))?;
                named("contract", account(&msg.contract))?;
                payload(&msg.msg)?;
                code_bytes(&msg.wasm_byte_code)?;
                permission(msg.instantiate_permission.as_ref())
            }
            Msg::AddUploadAddresses(msg) | Msg::RemoveUploadAddresses(msg) => {
                named("authority", account(&msg.authority))?;
                validate_addresses(&msg.addresses)
            }
        }
    }
}

fn named(field: &str, check: Check) -> Check {
    check.map_err(|error| error.wrap(field))
}

fn account(text: &str) -> Check {
    addresses::decode(text).map(drop)
}

fn admin(text: &str) -> Check {
    if text.is_empty() { Ok(()) } else { named("admin", account(text)) }
}

fn code_id(code_id: u64) -> Check {
    if code_id == 0 { Err(Root::InvalidRequest.wrap("code id is required")) } else { Ok(()) }
}

fn code_ids(code_ids: &[u64]) -> Check {
    let mut sorted = code_ids.to_vec();
    sorted.sort_unstable();
    let context = if code_ids.is_empty() {
        "empty code ids".to_owned()
    } else if code_ids.len() > MAX_CODE_IDS {
        format!("total number of code ids is greater than {MAX_CODE_IDS}")
    } else if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        "duplicate code ids".to_owned()
    } else {
        return Ok(());
    };
    Err(Root::InvalidRequest.wrap(context))
}

fn code_bytes(wasm: &[u8]) -> Check {
    let inner = if wasm.is_empty() {
        WasmError::Empty.wrap("is required")
    } else if wasm.len() > MAX_WASM {
        WasmError::Limit.wrap(format_args!("cannot be longer than {MAX_WASM} bytes"))
    } else {
        return Ok(());
    };
    Err(Root::InvalidRequest.wrap(format_args!("code bytes {}", inner.log)))
}

fn permission(permission: Option<&AccessConfig>) -> Check {
    permission.map_or(Ok(()), |config| named("instantiate permission", config.validate_basic()))
}

fn payload(msg: &[u8]) -> Check {
    if go_json::is_valid(msg) { Ok(()) } else { Err(WasmError::Invalid.wrap("payload msg")) }
}

fn funds(funds: &[ProtoCoin]) -> Check {
    coins::validate(funds).map(drop)
}

fn salt(salt: &[u8]) -> Check {
    if salt.is_empty() {
        return Err(WasmError::Empty.wrap("is required"));
    }
    if salt.len() > MAX_SALT {
        return Err(WasmError::Limit.wrap(format_args!("cannot be longer than {MAX_SALT} characters")));
    }
    Ok(())
}

fn label(label: &str) -> Check {
    if label.is_empty() {
        return Err(WasmError::Empty.wrap("is required"));
    }
    if label.len() > MAX_LABEL {
        return Err(WasmError::Limit.wrap(format_args!("cannot be longer than {MAX_LABEL} characters")));
    }
    if label != label.trim() {
        return Err(WasmError::Invalid.wrap("label must not start/end with whitespaces"));
    }
    if !label.chars().all(is_printable) {
        return Err(WasmError::Invalid.wrap("label must have printable characters only"));
    }
    Ok(())
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space: what Rust prints in debug output unescaped.
fn is_printable(character: char) -> bool {
    if matches!(character, '"' | '\'' | '\\') {
        return true;
    }
    // Behind another character, so that combining marks count as printable.
    let text = format!("a{character}");
    text.escape_debug().eq(text.chars())
}

/// Source, builder and hash of a code come together or not at all.
fn verification(source: &str, builder: &str, code_hash: &[u8]) -> Check {
    if source.is_empty() && builder.is_empty() && code_hash.is_empty() {
        return Ok(());
    }
    let missing = if source.is_empty() {
        "source is required"
    } else if !(source.starts_with('/') || source.contains(':')) {
        return Err(SdkError::unregistered(format!("source: parse {source:?}: invalid URI for request")));
    } else if builder.is_empty() {
        "builder is required"
    } else if code_hash.is_empty() {
        "code hash is required"
    } else {
        return Ok(());
    };
    Err(SdkError::unregistered(missing))
}
