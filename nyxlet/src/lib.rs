//! nyxlet

pub mod address;
pub mod app;
pub mod error;
pub mod gas;
pub mod modules;
pub mod store;
