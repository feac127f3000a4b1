//! The adviser against brute force and against recorded cases.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking and says what it compared"
)]

mod brute;
mod generated;
mod joint;
mod loader;
mod predictors;
mod quality;
mod recorded;
mod repair;
mod rules;
mod rules_conditions;
mod speed;
mod terms;
mod why;
mod worded;
