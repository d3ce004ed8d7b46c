//! Published peers as independent witnesses of the cryptography: bytes cross between the two implementations in both
//! directions (`tests/`), and both are timed in the same run (`src/bin/crypto-bench.rs`).

pub mod bridge;
pub mod dkg_rows;
pub mod ecash_rows;
pub mod rows;
