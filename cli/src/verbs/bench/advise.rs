//! `thoth bench advise`: the same requests again and again, by one client with nothing cached and by many with all of it.

use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use thoth_cypher::Graph;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::advise::{AdviseInput, Advisor};
use tokio::io::AsyncWriteExt;

use super::figures::Times;
use crate::args::GraphOption;
use crate::knowledge;
use crate::output::Output;
use crate::settings::Settings;

/// Cold advises of each request, and runs of the peer.
const COLD_RUNS: usize = 5;
/// Bytes that the measured cache may take.
const CACHE_BYTES: usize = 256 * 1024 * 1024;
/// Time for each search.
const BUDGET_MILLIS: u64 = 10_000;
const QUERY: &str = "mutation ($input: AdviseInput!) { advise(input: $input) { __typename \
    ... on Advised { search { graphStatements } } } }";

/// What is asked: requirements and Python.
const REQUESTS: [(&[&str], &str); 2] = [(&["flask"], "3.8"), (&["flask", "tensorflow==2.1.0"], "3.7")];

/// Options of `bench advise`.
#[derive(Debug, Args)]
pub(crate) struct BenchAdviseArgs {
    /// Clients that ask at the same time, each as soon as it has its answer
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) clients: u64,
    /// Warm requests of each sort, all clients together
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) requests: u64,
    /// Only what was published up to then: a day (its end, UTC) or an RFC 3339 time
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Ask a running server instead of the graph; what it has cached already is not cold
    #[arg(long, value_name = "URL", conflicts_with = "graph")]
    pub(crate) server: Option<String>,
    /// Time `uv pip compile` of the same requirements, where `uv` is on the path
    #[arg(long)]
    pub(crate) peer: bool,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
}

/// What is measured.
enum Place {
    Graph(Arc<dyn Graph>),
    Server(String),
}

/// Whom the clients ask.
#[derive(Clone)]
enum Asked {
    Advisor(Arc<Advisor>),
    Server(reqwest::Client, String),
}

/// The figures of one request.
struct Measured {
    cold: Times,
    warm: Times,
    /// Of the whole warm run.
    elapsed: Duration,
    cold_statements: u64,
    warm_statements: u64,
}

/// Runs the verb.
///
/// # Errors
/// Those of the graph and of the advises; `INVALID_ARGUMENT` for a server that answers with errors.
pub(super) async fn run(
    args: &BenchAdviseArgs,
    settings: &Settings,
    output: &Output,
) -> Result<ExitCode, Fault> {
    let place = match &args.server {
        Some(url) => Place::Server(url.clone()),
        None => Place::Graph(knowledge::open(&settings.graph()?).await?),
    };
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    output.data(&format!(
        "Advice, {}; {build} build; {} clients, {} warm requests each; milliseconds\n\n\
         | request | cold p50 | cold max | statements | warm p50 | p95 | p99 | statements | per second |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        place.shown(),
        args.clients,
        args.requests
    ))?;
    let mut peers = Vec::new();
    for (requirements, python) in REQUESTS {
        let input = input(requirements, python, args.as_of.as_deref())?;
        let measured = measure(args, &input, &place).await?;
        output.data(&row(requirements, python, &measured))?;
        if args.peer {
            peers.push(peer(requirements, python, args.as_of.as_deref(), &measured).await);
        }
    }
    if !peers.is_empty() {
        output.data(&format!("\n{}\n", peers.join("\n")))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(args: &BenchAdviseArgs, input: &AdviseInput, place: &Place) -> Result<Measured, Fault> {
    let (mut cold, mut cold_statements) = (Vec::new(), 0);
    let mut asked = place.fresh();
    for run in 0..COLD_RUNS {
        if run > 0 {
            asked = place.fresh();
        }
        let begun = Instant::now();
        cold_statements = asked.once(input).await?;
        cold.push(begun.elapsed());
    }
    let left = Arc::new(AtomicU64::new(args.requests));
    let begun = Instant::now();
    let clients: Vec<_> = (0..args.clients)
        .map(|_| tokio::spawn(client(asked.clone(), input.clone(), Arc::clone(&left))))
        .collect();
    let (mut warm, mut warm_statements) = (Vec::new(), 0);
    for client in clients {
        let ended = client.await.map_err(|problem| {
            Fault::new(
                ErrorCode::Internal,
                format!("a client ended in disorder: {problem}"),
            )
        })?;
        let (times, statements) = ended?;
        warm.extend(times);
        warm_statements = warm_statements.max(statements);
    }
    Ok(Measured {
        cold: Times::of(cold),
        warm: Times::of(warm),
        elapsed: begun.elapsed(),
        cold_statements,
        warm_statements,
    })
}

/// Asks until nothing is left to ask; gives the times and the most statements of one advice.
async fn client(
    asked: Asked,
    input: AdviseInput,
    left: Arc<AtomicU64>,
) -> Result<(Vec<Duration>, u64), Fault> {
    let (mut times, mut statements) = (Vec::new(), 0);
    let take = |left: u64| left.checked_sub(1);
    while left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
        .is_ok()
    {
        let begun = Instant::now();
        statements = asked.once(&input).await?.max(statements);
        times.push(begun.elapsed());
    }
    Ok((times, statements))
}

impl Place {
    fn shown(&self) -> String {
        match self {
            Place::Graph(graph) => format!("in process, {}", graph.engine().as_str()),
            Place::Server(url) => url.clone(),
        }
    }

    /// Somebody to ask who remembers nothing, where that is in our hands.
    fn fresh(&self) -> Asked {
        match self {
            Place::Graph(graph) => Asked::Advisor(Arc::new(Advisor::new(Arc::clone(graph), CACHE_BYTES))),
            Place::Server(url) => Asked::Server(reqwest::Client::new(), url.clone()),
        }
    }
}

impl Asked {
    /// One advice; gives how many statements it took.
    async fn once(&self, input: &AdviseInput) -> Result<u64, Fault> {
        match self {
            Asked::Advisor(advisor) => {
                let report = advisor.advise(input).await?;
                Ok(report.advice.search.graph_statements)
            }
            Asked::Server(client, url) => ask(client, url, input).await,
        }
    }
}

/// Asks a server until it has a turn.
async fn ask(client: &reqwest::Client, url: &str, input: &AdviseInput) -> Result<u64, Fault> {
    let variables = json!({"input": {
        "requirements": input.requirements, "asOf": input.as_of, "budgetMillis": input.budget_millis,
        "pythonVersion": input.environment.python().to_string(), "platform": "LINUX_X86_64",
    }});
    let failed = |problem: &dyn std::fmt::Display| {
        Fault::new(
            ErrorCode::InvalidArgument,
            format!("the server does not advise: {problem}"),
        )
        .at(url)
    };
    loop {
        let request = client
            .post(url)
            .json(&json!({"query": QUERY, "variables": variables}));
        let answer = request.send().await.map_err(|problem| failed(&problem))?;
        if answer.status() == reqwest::StatusCode::SERVICE_UNAVAILABLE {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        }
        let answer: Value = answer.json().await.map_err(|problem| failed(&problem))?;
        if let Some(errors) = answer.get("errors") {
            return Err(failed(errors));
        }
        let statements = answer.pointer("/data/advise/search/graphStatements");
        return Ok(statements.and_then(Value::as_u64).unwrap_or_default());
    }
}

fn row(requirements: &[&str], python: &str, measured: &Measured) -> String {
    let rate = measured.warm.len() as f64 / measured.elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
    let warm = [0.5, 0.95, 0.99].map(|share| measured.warm.percentile(share));
    format!(
        "| {}, Python {python} | {:.1} | {:.1} | {} | {:.1} | {:.1} | {:.1} | {} | {rate:.0} |\n",
        requirements.join(" "),
        measured.cold.percentile(0.5),
        measured.cold.percentile(1.0),
        measured.cold_statements,
        warm[0],
        warm[1],
        warm[2],
        measured.warm_statements,
    )
}

fn input(requirements: &[&str], python: &str, as_of: Option<&str>) -> Result<AdviseInput, Fault> {
    let requirements = requirements.iter().map(|&text| text.to_owned()).collect();
    let environment = Environment::for_platform(Platform::LinuxX86_64, python)?;
    Ok(AdviseInput {
        budget_millis: BUDGET_MILLIS,
        as_of: as_of.map(str::to_owned),
        ..AdviseInput::new(requirements, environment)
    })
}

/// How long `uv pip compile` takes with everything in its cache, and the ratio; or why that is not known.
async fn peer(requirements: &[&str], python: &str, as_of: Option<&str>, measured: &Measured) -> String {
    let name = requirements.join(" ");
    let mut times = Vec::new();
    // The first run fills its cache and is not counted.
    for _ in 0..=COLD_RUNS {
        match compile(requirements, python, as_of).await {
            Ok(time) => times.push(time),
            Err(problem) => return format!("`uv pip compile` of {name}: {problem}"),
        }
    }
    let times = Times::of(times.into_iter().skip(1));
    let peer = times.percentile(0.5);
    let ratio = |ours: f64| peer / ours.max(f64::MIN_POSITIVE);
    format!(
        "`uv pip compile` of {name}, warm, median of {}: {peer:.1} ms; {:.2} times ours cold, {:.2} times ours warm",
        times.len(),
        ratio(measured.cold.percentile(0.5)),
        ratio(measured.warm.percentile(0.5)),
    )
}

async fn compile(requirements: &[&str], python: &str, as_of: Option<&str>) -> Result<Duration, String> {
    let mut command = tokio::process::Command::new("uv");
    command
        .args([
            "pip",
            "compile",
            "-",
            "--quiet",
            "--no-header",
            "--python-version",
            python,
        ])
        .args([
            "--python-platform",
            "x86_64-unknown-linux-gnu",
            "--no-python-downloads",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(day) = as_of {
        command.args(["--exclude-newer", day]);
    }
    let begun = Instant::now();
    let mut child = command
        .spawn()
        .map_err(|problem| format!("uv cannot be run: {problem}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        let text = requirements.join("\n");
        stdin
            .write_all(text.as_bytes())
            .await
            .map_err(|problem| problem.to_string())?;
    }
    let ended = child
        .wait_with_output()
        .await
        .map_err(|problem| problem.to_string())?;
    if ended.status.success() {
        return Ok(begun.elapsed());
    }
    let words = String::from_utf8_lossy(&ended.stderr);
    Err(format!("uv failed: {}", words.lines().last().unwrap_or_default()))
}
