//! nym-cli
