//! The tests of the vocabulary: vectors and recorded data where the shared folder is there, generated values always.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod advice;
mod advisories;
mod contracts;
mod documents;
mod environments;
mod fuzz_corpus;
#[path = "../../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "the same file is the library of the fuzzer")]
mod fuzz_targets;
mod images;
mod index_changes;
mod inspection;
mod inspection_recorded;
mod legacy;
mod markers;
mod native_packages;
mod provenance;
mod requirements;
mod requirements_files;
mod rules;
mod security_indicator;
mod shapes;
mod shared;
mod specifiers;
mod tags;
mod versions;
