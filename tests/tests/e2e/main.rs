//! The end-to-end tests: one binary, everything through the interfaces a user has.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking and says on stdout what it skips and counts"
)]

mod advise_call;
mod case_format;
mod cases;
mod cli;
mod conformance;
mod dead_letters;
mod faults;
mod hashed_score;
mod kinds;
mod lock_checker;
mod parallel;
mod scenario_format;
mod scenario_knowledge;
mod scenarios;
mod serving;
mod wheel_tags;
