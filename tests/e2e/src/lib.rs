//! Tests of the whole network. The tests stand in `tests`; there is nothing else in this package.
