//! The tests of the vocabulary: vectors and recorded data where the shared folder is there, generated values always.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod contracts;
mod documents;
mod environments;
mod fuzz_corpus;
#[path = "../../../fuzz/src/lib.rs"]
mod fuzz_targets;
mod legacy;
mod markers;
mod requirements;
mod requirements_files;
mod shared;
mod specifiers;
mod tags;
mod versions;
