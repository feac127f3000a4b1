//! Ratios of Thoth to stated peers, measured in one run and printed; nothing here fails for being slow.
//!
//! `cargo bench -p thoth-tests --bench ratios -- [ingest [memory|durable|neo4j]|advise]`; without a word both. What is measured, and the last
//! figures: docs/benchmarks.md.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and ends where it cannot measure"
)]

mod advising;
mod bare;
mod bare_statements;
mod capture;
mod corpus;
mod figures;
mod ingesting;

use std::env;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    // cargo itself adds `--bench`.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads can be started");
    runtime.block_on(async {
        match words.as_slice() {
            [] => {
                ingesting::compare(None);
                advising::compare().await;
            }
            ["ingest"] => ingesting::compare(None),
            ["ingest", engine] => ingesting::compare(Some(engine)),
            ["advise"] => advising::compare().await,
            [ingesting::ONE_RUN, engine, writer] => ingesting::one_run(engine, writer).await,
            other => panic!("no benchmark {other:?}: ingest or advise"),
        }
    });
}
