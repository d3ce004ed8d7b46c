//! `cargo +nightly fuzz run decoders`: the first byte chooses the decoder, the rest is its input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nym_dkg::decoders::DECODERS;

fuzz_target!(|input: &[u8]| {
    if let Some((choice, bytes)) = input.split_first() {
        let decoder = &DECODERS[usize::from(*choice) % DECODERS.len()];
        let _ = (decoder.accepts)(bytes);
    }
});
