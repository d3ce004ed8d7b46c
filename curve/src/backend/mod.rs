//! The two sources of arithmetic. Exactly one is used by the crate's types: blst when it is compiled in, else pure Rust.
//!
//! Both modules export the same names with the same signatures; everything above them is written once.

#[cfg(feature = "blst")]
mod endomorphism;
#[cfg(feature = "blst")]
mod native;
#[cfg(feature = "blst")]
pub(crate) use native::*;

#[cfg(all(feature = "pure", not(feature = "blst")))]
mod portable;
#[cfg(all(feature = "pure", not(feature = "blst")))]
pub(crate) use portable::*;

#[cfg(not(any(feature = "blst", feature = "pure")))]
compile_error!("nym-curve needs one backend: enable the feature `blst` (native) or `pure` (wasm32)");
