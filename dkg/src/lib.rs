//! nym-dkg
