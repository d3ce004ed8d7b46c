//! The command line of operators, delegators and custodians, as a library: every command is a function with a typed
//! result, and the program `nym-cli` only reads arguments and prints.
//!
//! It holds no state and runs nothing in the background. Results go to standard output as text or JSON, everything
//! else to standard error, and every failure has an exit code ([`ExitCode`]). Secrets are read from a file, the
//! environment or a prompt; they are never logged.
//!
//! ```
//! use nym_cli::mixnet::operators::Bonding;
//! use nyxd_client::parse_address;
//!
//! let bonding = Bonding {
//!     host: "203.0.113.7".into(),
//!     custom_http_port: None,
//!     profit_margin_percent: 20,
//!     interval_operating_cost: 40_000_000,
//!     pledge: 100_000_000,
//! };
//! let owner = parse_address("n1qqqsyqcyq5rqwzqfpg9scrgwpugpzysn3jxcwu", "n")?;
//! let key = nym_cli::identity_key::from_seed([7; 32]);
//! let identity = nym_cli::identity_key::public_text(&key);
//! let payload = bonding.payload(&owner, 0, &identity, "unym")?;
//! let signed = nym_cli::identity_key::sign_contract_message(&key, &payload)?;
//! assert_eq!(signed.encoded_message, payload);
//! # Ok::<(), nym_cli::CliError>(())
//! ```

pub mod account;
mod args;
pub mod block;
pub mod cosmwasm;
mod csv_rows;
pub mod ecash;
mod error;
pub mod identity_key;
pub mod init_messages;
pub mod mixnet;
mod output;
mod secrets;
mod session;
pub mod signature;
pub mod tx;

pub use args::{Cli, run};
pub use error::{CliError, ExitCode};
pub use output::{Format, Receipt};
pub use secrets::SecretSource;
pub use session::Session;
