#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| brand_nn_fuzz::at("table", bytes));
