//! nym-contracts-common
