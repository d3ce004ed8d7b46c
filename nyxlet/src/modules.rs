//! The native modules.

pub mod bank;
