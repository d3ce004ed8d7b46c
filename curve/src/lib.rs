//! nym-curve
