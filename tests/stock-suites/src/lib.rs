//! Nothing: the tests beside this are the published suites of cw4-group and cw3-flex-multisig
//! 2.0.0, which `build.rs` takes from the package registry's sources, run against our contracts.
