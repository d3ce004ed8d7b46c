//! nym-group-contract
