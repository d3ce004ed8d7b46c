//! nym-mixnet-contract
