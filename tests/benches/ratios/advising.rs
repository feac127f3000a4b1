//! A whole advice inside the process against the graph statements it is made of, and against the search alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use thoth_adviser::PredictorName;
use thoth_cypher::{Engine, Graph, GraphAddress, Params, Rows, Statement, Transaction, connect, migrate};
use thoth_ingest::sync::sync;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::Fault;
use thoth_server::advise::{AdviseInput, advise};
use thoth_tests::services::Services;

use crate::corpus;
use crate::figures::{machine, median, millis, peak_mebibytes};
use crate::ingesting::emptied;

const RUNS: usize = 5;

/// Requirements, Python, and the day as of which is advised.
const PROBLEMS: [(&[&str], &str, Option<&str>); 3] = [
    (&["flask"], "3.8", Some("2020-09-01")),
    (&["flask", "tensorflow==2.1.0"], "3.7", Some("2020-08-21")),
    (&["flask"], "3.11", None),
];

/// Measures every engine that is there and prints the table.
pub(crate) async fn compare() {
    println!(
        "advice inside the process, median of {RUNS}, milliseconds; {}",
        machine()
    );
    let graph = connect(&GraphAddress::Memory).await.expect("the graph opens");
    compare_on("embedded, in memory", graph).await;
    let Some(services) = Services::get() else { return };
    let lease = services.neo4j();
    let address = GraphAddress::parse(lease.url(), lease.user(), lease.password(), 8).expect("an address");
    let graph = connect(&address).await.expect("Neo4j answers");
    emptied(graph.as_ref()).await;
    compare_on("Neo4j", graph).await;
}

async fn compare_on(engine: &str, graph: Arc<dyn Graph>) {
    migrate(graph.as_ref()).await.expect("the schema is taken");
    for batch in corpus::documents().chunks(1_000) {
        sync(graph.as_ref(), batch).await.expect("the batch is taken");
    }
    let timed = Timed {
        graph,
        micros: AtomicU64::new(0),
    };
    println!("{engine}");
    for (requirements, python, as_of) in PROBLEMS {
        for predictor in [PredictorName::Exact, PredictorName::Latest] {
            let input = input(requirements, python, as_of, predictor);
            let (mut whole, mut statements, mut count) = (Vec::new(), Vec::new(), 0);
            for _ in 0..RUNS {
                timed.micros.store(0, Ordering::Relaxed);
                let start = Instant::now();
                let report = advise(&timed, &input).await.expect("an advice");
                whole.push(millis(start.elapsed()));
                statements.push(timed.micros.load(Ordering::Relaxed) as f64 / 1_000.0);
                count = report.advice.search.graph_statements;
            }
            let (whole, statements) = (median(whole), median(statements));
            println!(
                "  {:<26} python {python:<4} {:<10} {:<6} {whole:8.1} whole  {statements:8.1} in {count} statements  ratio {:.2}",
                requirements.join(" "),
                as_of.unwrap_or("latest"),
                predictor.as_str(),
                whole / statements,
            );
        }
    }
    println!(
        "  peak of this process {:.0} MiB; {}",
        peak_mebibytes(),
        machine()
    );
}

fn input(requirements: &[&str], python: &str, as_of: Option<&str>, predictor: PredictorName) -> AdviseInput {
    let requirements = requirements.iter().map(|&text| text.to_owned()).collect();
    let environment = Environment::for_platform(Platform::LinuxX86_64, python).expect("an environment");
    AdviseInput {
        predictor,
        as_of: as_of.map(str::to_owned),
        ..AdviseInput::new(requirements, environment)
    }
}

/// Adds up the time that the statements of the graph behind it take.
struct Timed {
    graph: Arc<dyn Graph>,
    micros: AtomicU64,
}

#[async_trait]
impl Graph for Timed {
    fn engine(&self) -> Engine {
        self.graph.engine()
    }

    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        let start = Instant::now();
        let rows = self.graph.read(statement, params).await;
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::Relaxed);
        rows
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        self.graph.query(text, params).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.graph.begin().await
    }

    async fn define(&self, text: &str) -> Result<(), Fault> {
        self.graph.define(text).await
    }
}
