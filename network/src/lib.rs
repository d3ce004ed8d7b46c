//! What makes one Nym network different from another: names, denoms, endpoints and contract addresses, and the
//! two forms in which they travel: the env file and the JSON description.
//!
//! This crate reads and writes descriptions; it opens no connection and asks no chain. It never completes a
//! description with values of another network: what is missing is an error that names it, and the live network is
//! only used when it is asked for by name.
//!
//! ```
//! use nym_network::{Network, NymContracts};
//!
//! let network = Network::local("http://127.0.0.1:26657", "http://127.0.0.1:8000/")?
//!     .with_contracts(NymContracts { mixnet_contract_address: Some("n1mixnet".into()), ..Default::default() });
//! let text = network.to_env_text();
//! assert!(text.contains("MIXNET_CONTRACT_ADDRESS=n1mixnet\n"));
//! assert_eq!(Network::from_env_text(&text)?, network);
//!
//! let error = Network::from_env_text("NETWORK_NAME=mine\n").unwrap_err();
//! assert!(error.to_string().contains("NYXD"), "the missing variables are named: {error}");
//! # Ok::<(), nym_network::NetworkError>(())
//! ```

mod chain;
mod choice;
mod details;
mod env_file;
mod error;
mod known;
mod network;
mod ticket;

pub use chain::{
    ChainDetails, DEFAULT_GAS_MARGIN_PERCENT, DenomDetails, GAS_PRICE_DENOMINATOR, GAS_PRICE_NUMERATOR, HD_PATH,
    TOTAL_SUPPLY, fee_for_gas,
};
pub use choice::{NetworkChoice, Overrides};
pub use details::{ApiUrl, NymContracts, NymNetworkDetails, ValidatorDetails};
pub use env_file::{parse_variables, variable};
pub use error::NetworkError;
pub use known::KnownNetwork;
pub use network::Network;
pub use ticket::{
    DEFAULT_DEPOSIT, MINIMUM_SERVED_TICKETBOOKS, TICKETBOOK_VALIDITY_DAYS, TICKETS_PER_TICKETBOOK, TicketType,
};
