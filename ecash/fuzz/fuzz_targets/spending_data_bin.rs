#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    nym_ecash::decoders::decode("spending_data_bin", bytes);
});
