//! Ticketbooks of a client: buying them from the quorum, keeping them, spending their tickets.
//!
//! What it is: a store in one SQLite file ([`Store`]), purchases that survive any interruption ([`Buyer`]), payments that
//! no ticket enters twice ([`Store::pay`]), and the file formats in which ticketbooks travel. What it is not: the scheme
//! itself (`nym-ecash`), a provider's verification (`nym_ecash::verifier`), or anything that runs in the background.
//!
//! Time comes from the caller or the chain, never from the machine's clock, so that all of it runs on a chain whose time
//! is controlled. Source: `docs/protocol/crypto.md` §2–§4, §6; `docs/protocol/nym-api.md` §3.2.
//!
//! ```no_run
//! use nym_ecash::{SecretKeyUser, TicketType};
//! use nym_ticketbooks::{Buyer, Store, services::{Apis, Chain}};
//!
//! # async fn example(chain: impl Chain, apis: impl Apis, identity_seed: [u8; 32], provider: [u8; 32], now: i64)
//! # -> Result<(), nym_ticketbooks::TicketbookError> {
//! let store = Store::open("credentials_database.db".as_ref()).await?;
//! let buyer = Buyer::new(store.clone(), chain, apis);
//! let user = SecretKeyUser::from_seed(&identity_seed);
//! buyer.issue(&user, TicketType::V1MixnetEntry, &mut |step| println!("{step}")).await?;
//! let payments = store.pay(TicketType::V1MixnetEntry, 1, &provider, now).await?;
//! println!("{}", payments[0].data.to_base58());
//! # Ok(())
//! # }
//! ```

mod acquisition;
pub mod collection;
mod error;
mod exchange;
pub mod network;
mod public_data;
pub mod quorum;
pub mod services;
mod spending;
pub mod store;

pub use acquisition::{Buyer, Deadlines, Progress, Recovered};
pub use error::{Result, TicketbookError};
pub use exchange::{ALL_TICKETS, Include, Tickets};
pub use spending::TicketPayment;
pub use store::Store;
