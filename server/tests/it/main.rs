//! The service as its clients see it: GraphQL over the embedded graph, and HTTP over a real port.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod advising;
mod coverage;
mod dead_letters;
mod http;
mod paging;
mod queries;
mod refusals;
mod sdl;
mod support;
