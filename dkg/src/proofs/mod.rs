//! The two proofs of a dealing, over one statement: keys and ciphertexts.

pub(crate) mod chunking;
mod oracle;
pub(crate) mod sharing;
