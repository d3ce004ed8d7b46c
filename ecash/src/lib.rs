//! nym-ecash
