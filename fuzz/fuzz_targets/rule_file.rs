#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| thoth_fuzz::rule_file(input));
