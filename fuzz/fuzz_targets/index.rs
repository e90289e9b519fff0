#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| yardstick_zoo::parsers::run("index", bytes));
