//! HTTP types of nym-api, their encodings, and the typed client (`docs/protocol/nym-api.md` §0, §2.11, §7).
//!
//! What it is: the bodies of the ecash routes, signed messages, the error that every client can tell apart, the shards
//! of spent tickets with the filter that providers build from them, and [`NymApiClient`]. What it is not: it knows no
//! chain and stores nothing.
//!
//! ```no_run
//! use nym_api_requests::{ClientError, NymApiClient};
//!
//! # async fn example() -> Result<(), ClientError> {
//! let api = NymApiClient::new("http://127.0.0.1:8000/".parse().expect("a URL"))?;
//! let key = api.master_verification_key(None).await?;
//! println!("{}", key.to_base58());
//! # Ok(())
//! # }
//! ```

pub mod client;
pub mod ecash;
pub mod encoding;
pub mod error;
pub mod filter;
pub mod issued;
pub mod signed;

pub use client::{ClientError, NymApiClient};
pub use error::{Consumed, ErrorCode, ServerError};
pub use signed::SignedMessage;
