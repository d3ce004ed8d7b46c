//! The native modules: accounts, balances, and the small parts of other modules that transactions touch.

pub mod auth;
pub mod bank;
pub mod circuit;
pub mod coins;
pub mod distribution;
pub mod paging;
pub mod tx_service;
