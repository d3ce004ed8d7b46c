//! Tests of the whole scheme through its public interface, on whichever backend is compiled in: run with the default
//! features and again with `--no-default-features --features pure`.
#![allow(clippy::unwrap_used, reason = "tests may fail loudly")]

mod decoders;
mod encodings;
mod fixture;
mod issuance;
mod merkle;
mod payments;
mod provider;
mod sets;
mod vectors;
