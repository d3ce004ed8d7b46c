//! nym-network
