//! Who may upload code and instantiate it.

use super::account;
use super::error::WasmError;
use super::proto::{AccessConfig, AccessType};
use crate::error::{Root, SdkError};

/// Addresses that one message may list.
const MAX_ADDRESSES: usize = 50;

impl AccessConfig {
    /// Anyone.
    pub fn everybody() -> Self {
        Self { permission: AccessType::Everybody as i32, addresses: Vec::new() }
    }

    /// The configuration of `access` for code that `creator` uploads.
    pub fn for_creator(access: AccessType, creator: &str) -> Self {
        let addresses = match access {
            AccessType::AnyOfAddresses => vec![creator.to_owned()],
            AccessType::Unspecified | AccessType::Nobody | AccessType::Everybody => Vec::new(),
        };
        Self { permission: access as i32, addresses }
    }

    /// Whether `actor` has the permission.
    pub fn allows(&self, actor: &str) -> bool {
        match AccessType::try_from(self.permission) {
            Ok(AccessType::Everybody) => true,
            Ok(AccessType::AnyOfAddresses) => self.addresses.iter().any(|address| address == actor),
            Ok(AccessType::Nobody | AccessType::Unspecified) | Err(_) => false,
        }
    }

    /// Whether everyone whom this allows is also allowed by `superset`.
    pub fn is_subset_of(&self, superset: &AccessConfig) -> bool {
        match AccessType::try_from(superset.permission) {
            Ok(AccessType::AnyOfAddresses) => match AccessType::try_from(self.permission) {
                Ok(AccessType::Nobody) => true,
                Ok(AccessType::AnyOfAddresses) => {
                    self.addresses.iter().all(|address| superset.addresses.contains(address))
                }
                _ => false,
            },
            Ok(superset) => is_type_subset(self.permission, superset),
            Err(_) => false,
        }
    }

    /// Syntax checks.
    ///
    /// # Errors
    /// No or an unknown permission, or a list of addresses that is empty, too long, repeated or malformed.
    pub fn validate_basic(&self) -> Result<(), SdkError> {
        match AccessType::try_from(self.permission) {
            Ok(AccessType::Unspecified) => Err(WasmError::Empty.wrap("type")),
            Ok(AccessType::Nobody | AccessType::Everybody) => Ok(()),
            Ok(AccessType::AnyOfAddresses) => {
                validate_addresses(&self.addresses).map_err(|error| error.wrap("addresses"))
            }
            Err(_) => Err(WasmError::Invalid.wrap("unknown type: \"Unspecified\"")),
        }
    }

    /// The name of the permission, as events and clients show it.
    pub fn permission_name(&self) -> &'static str {
        match AccessType::try_from(self.permission) {
            Ok(AccessType::Nobody) => "Nobody",
            Ok(AccessType::Everybody) => "Everybody",
            Ok(AccessType::AnyOfAddresses) => "AnyOfAddresses",
            Ok(AccessType::Unspecified) | Err(_) => "Unspecified",
        }
    }
}

/// Whether permission `access` allows no more than `superset`.
pub fn is_type_subset(access: i32, superset: AccessType) -> bool {
    let access = AccessType::try_from(access);
    match superset {
        AccessType::Everybody => access != Ok(AccessType::Unspecified),
        AccessType::Nobody => access == Ok(AccessType::Nobody),
        AccessType::AnyOfAddresses => {
            matches!(access, Ok(AccessType::Nobody | AccessType::AnyOfAddresses))
        }
        AccessType::Unspecified => false,
    }
}

/// Checks a list of addresses.
///
/// # Errors
/// The list is empty or too long, or has a malformed or repeated address.
pub fn validate_addresses(addresses: &[String]) -> Result<(), SdkError> {
    if addresses.is_empty() {
        return Err(WasmError::Empty.wrap("addresses"));
    }
    if addresses.len() > MAX_ADDRESSES {
        let context = format!("total number of addresses is greater than {MAX_ADDRESSES}");
        return Err(Root::InvalidRequest.wrap(context));
    }
    let mut seen = std::collections::BTreeSet::new();
    for text in addresses {
        account::decode(text).map_err(|error| error.wrap(format_args!("address: {text}")))?;
        if !seen.insert(text.to_uppercase()) {
            return Err(WasmError::Duplicate.wrap("duplicate addresses"));
        }
    }
    Ok(())
}
