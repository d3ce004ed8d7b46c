//! nym-multisig-contract
