//! Payments: tickets spent towards a provider, their verification, and what spending twice reveals
//! (`docs/protocol/crypto.md` §4, §5).

mod identify;
mod proof;
mod spend;
mod types;
mod verify;

pub use identify::{Identification, identify};
pub use proof::SpendProof;
pub use spend::{SignatureSets, Spend};
pub use types::{PayInfo, Payment, SerialNumber};
pub use verify::{Claim, CoinIndexProof, verify, verify_batch};
