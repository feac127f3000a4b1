//! The harness of the tests that need the whole of Thoth: the real services, the real binary, the recorded
//! data.
//!
//! - [`services`]: one real Neo4j and one real RabbitMQ for all test binaries, a lease on the one database, a
//!   virtual host per test;
//! - [`binary`]: the built `thoth`, run to its end or spawned, killed and restarted, in a clean environment;
//! - [`paths`]: the workspace and the shared recorded data, which may be absent;
//! - [`poll`]: wait until something holds, with a deadline;
//! - [`scene`], [`corpus`], [`killer`], [`oracle`]: one run of faults, its documents, who kills, and who counts;
//! - [`walk`] and [`soak`]: a kill at every fail point, and a thousand at random (the program `thoth-tests`).
//!
//! There is no mock of a store here, and never will be: a test that cannot have the real thing says so and
//! skips.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking and says on stderr what it skips; nothing but tests uses this crate"
)]

pub mod binary;
pub mod corpus;
pub mod killer;
pub mod oracle;
pub mod paths;
pub mod poll;
pub mod random;
pub mod scene;
pub mod services;
pub mod soak;
pub mod walk;
