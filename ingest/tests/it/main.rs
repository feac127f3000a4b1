//! Tests of the crate through its public face, on a real file system, a real S3 server and a real RabbitMQ.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says on stderr what it skips and measures"
)]

mod dead_letters;
mod direct;
mod limits;

mod inspection_folder;
mod publisher;
mod reader;
mod store;
mod support;
mod topology;
mod unlucky;
mod worker;
