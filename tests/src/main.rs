//! `thoth-tests`: the tests of faults as programs, for longer than a test suite may take. `docs/testing.md` says more.
#![expect(clippy::print_stdout, reason = "a command line program speaks on stdout")]

use clap::{Parser, Subcommand, ValueEnum};
use thoth_tests::random::fresh_seed;
use thoth_tests::scene::Engine;
use thoth_tests::services::Services;
use thoth_tests::soak::soak;
use thoth_tests::walk::{Tally, Way, walk};

/// Kills Thoth and counts what is left of its documents.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Publishers and workers die at random, again and again.
    Soak {
        /// Processes to kill.
        #[arg(long, default_value_t = 1_000)]
        kills: usize,
        /// Where every random choice comes from; printed, and new each time by default.
        #[arg(long)]
        seed: Option<u64>,
        /// The graph.
        #[arg(long, value_enum, default_value_t = Graph::Embedded)]
        engine: Graph,
    },
    /// Every command dies once at every fail point of its way.
    Faults {
        /// The graph.
        #[arg(long, value_enum, default_value_t = Graph::Embedded)]
        engine: Graph,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Graph {
    Embedded,
    Neo4j,
}

impl From<Graph> for Engine {
    fn from(graph: Graph) -> Engine {
        match graph {
            Graph::Embedded => Engine::Embedded,
            Graph::Neo4j => Engine::Neo4j,
        }
    }
}

#[tokio::main]
async fn main() {
    let cli = Cli::parse();
    // Says itself why there are none.
    let Some(services) = Services::get() else { return };
    let tally = match cli.verb {
        Verb::Soak { kills, seed, engine } => {
            let seed = seed.unwrap_or_else(fresh_seed);
            println!("seed {seed}");
            soak(kills, seed, engine.into(), services, &mut |tally| {
                println!("… {tally}")
            })
            .await
        }
        Verb::Faults { engine } => {
            let mut tally = Tally::default();
            for way in Way::ALL {
                let one = walk(way, engine.into(), services).await;
                println!("{way:?}: {one}");
                tally.add(one);
            }
            tally
        }
    };
    println!("{tally}");
}
