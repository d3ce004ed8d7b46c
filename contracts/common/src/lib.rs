//! What the Nyx contracts share: build information, the check before a migration, percentages,
//! identity keys and message signatures, bytes in base58, page limits, and
//! what is asked of the quorum.
//!
//! It is not a place for the rules of any one contract, and it holds no contract of its own.
//!
//! ```
//! use nym_contracts_common::{page_limit, Percent};
//!
//! let margin: Percent = "0.2".parse()?;
//! assert_eq!(margin.to_string(), "20%");
//! assert!("1.1".parse::<Percent>().is_err());
//! // The caller asked for 1000, the list gives at most 100.
//! assert_eq!(page_limit(Some(1000), 50, 100), 100);
//! # Ok::<(), nym_contracts_common::PercentError>(())
//! ```

mod build_information;
mod identity;
mod migration;
mod paging;
mod percent;
pub mod quorum;
mod safe_bytes;

pub use build_information::{BUILD_INFORMATION, ContractBuildInformation, UNKNOWN, store_build_information};
pub use identity::{
    ED25519_PUBLIC_KEY_LENGTH, ED25519_SIGNATURE_LENGTH, IdentityKey, IdentityKeyRef, MalformedIdentityKey,
    MalformedSignature, MalformedSigningKey, MessageSignature, decode_identity_key, decode_signing_key,
};
pub use migration::{MigrationError, check_and_bump_contract_version};
pub use paging::page_limit;
pub use percent::{Percent, PercentError};
pub use safe_bytes::{ContractSafeBytes, MalformedBase58};
