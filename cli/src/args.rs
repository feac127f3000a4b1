//! The command line: verbs, their options, and which settings the options stand for.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::advise::args::AdviseArgs;
use crate::dead_letters::args::DeadLettersVerb;
use crate::settings::Override;
use crate::verbs::bench::BenchVerb;
use crate::verbs::{DocumentsVerb, PurgeArgs, RulesVerb};

/// Learns which Python stacks work where, and advises on them.
#[derive(Debug, Parser)]
#[command(
    name = "thoth",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 done or advised; 1 a finding, unsatisfiable, or knowledge is missing; 2 wrong usage or environment.\n\
                  Data goes to stdout, talk and errors to stderr. `thoth VERB --help` shows examples."
)]
pub(crate) struct Cli {
    /// Configuration file instead of ./thoth.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Log more: -v information, -vv everything
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// Only data and errors: no talk, no progress
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Load the recorded Flask closure, advise a Flask stack, and serve what was loaded
    #[command(after_help = "Examples:\n  thoth demo --once\n  thoth demo --listen 127.0.0.1:9090")]
    Demo(DemoArgs),
    /// Answer over HTTP: GraphQL, GraphiQL, health
    #[command(
        after_help = "Examples:\n  thoth serve\n  thoth serve --graph bolt://127.0.0.1:7687 --listen 127.0.0.1:9090\n\n\
                      On an embedded graph the worker runs inside the server when a broker is configured."
    )]
    Serve(ServeArgs),
    /// Bring documents that RabbitMQ announces into the graph, until SIGTERM
    #[command(
        after_help = "Examples:\n  thoth worker --broker amqp://127.0.0.1:5672/%2f --graph bolt://127.0.0.1:7687\n  \
                      thoth worker --listen 127.0.0.1:9464\n  thoth worker --pause heavy\n\n\
                      QUEUE is light or heavy. --pause, --resume and --status speak to all workers of the document store and end."
    )]
    Worker(WorkerArgs),
    /// Store documents and bring them into the graph
    #[command(
        after_help = "Examples:\n  thoth ingest registry.jsonl.zst\n  thoth ingest solver/*.json --format json\n  \
                      thoth ingest registry.jsonl.zst --publish\n\n\
                      A PATH is a document (.json), a file of one document or bare release record a line (.jsonl), either\n\
                      compressed with gzip (.gz) or zstd (.zst), or a folder of such files."
    )]
    Ingest(IngestArgs),
    /// Look after stored documents
    #[command(subcommand)]
    Documents(DocumentsVerb),
    /// Take documents out of the graph by a filter, and set them aside in the store
    #[command(
        after_help = "Examples:\n  thoth purge --kind solver --before 2021-01-01 --dry-run\n  \
                      thoth purge --source adviser-test --yes\n\n\
                      The graph is afterwards what the remaining documents make. Interrupted, run it again. The documents\n\
                      lie under archive/ in the store; `thoth documents restore` brings them back."
    )]
    Purge(PurgeArgs),
    /// Turn requirements and an environment into the best locked stack
    #[command(after_help = "Examples:\n  thoth advise flask 'jinja2<3'\n  \
                      thoth advise -r requirements.txt -c constraints.txt --python-version 3.9 --format json\n  \
                      thoth advise flask --knowledge registry.jsonl.zst --format requirements > flask.lock\n  \
                      thoth advise flask --as-of 2020-08-21 --predictor latest\n  \
                      thoth advise --replay 0f4c… --format json\n\n\
                      Exit codes: 0 advised; 1 unsatisfiable, or knowledge is missing; 2 wrong usage or environment.")]
    Advise(Box<AdviseArgs>),
    /// Measure what it can do and how fast it is here, as Markdown
    #[command(subcommand)]
    Bench(BenchVerb),
    /// Look after rules
    #[command(subcommand)]
    Rules(RulesVerb),
    /// Look after messages that could not be ingested
    #[command(subcommand)]
    DeadLetters(DeadLettersVerb),
    /// Look after the graph
    #[command(subcommand)]
    Graph(GraphVerb),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigVerb),
    /// Print the completions of a shell
    #[command(
        after_help = "Example:\n  thoth completions bash > ~/.local/share/bash-completion/completions/thoth"
    )]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// How data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

/// `--format`
#[derive(Debug, Args)]
pub(crate) struct FormatOption {
    /// How data is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: Format,
}

/// `--graph`
#[derive(Debug, Args)]
pub(crate) struct GraphOption {
    /// The graph: embedded:PATH, embedded::memory:, bolt://HOST:7687
    #[arg(long, value_name = "URL")]
    pub(crate) graph: Option<String>,
}

/// `--store`
#[derive(Debug, Args)]
pub(crate) struct StoreOption {
    /// The document store: file:///PATH or s3://BUCKET/PREFIX
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
}

/// `--broker`
#[derive(Debug, Args)]
pub(crate) struct BrokerOption {
    /// RabbitMQ: amqp://USER:PASSWORD@HOST:5672/VHOST
    #[arg(long, value_name = "URL")]
    pub(crate) broker: Option<String>,
}

/// `--listen`
#[derive(Debug, Args)]
pub(crate) struct ListenOption {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// End after the advice instead of serving
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) listen: ListenOption,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) listen: ListenOption,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) broker: BrokerOption,
}

/// Options of `worker`.
#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    /// Tell all workers to leave a queue alone
    #[arg(long, value_name = "QUEUE", conflicts_with_all = ["resume", "status", "listen"])]
    pub(crate) pause: Vec<String>,
    /// Tell them to consume it again
    #[arg(long, value_name = "QUEUE", conflicts_with_all = ["status", "listen"])]
    pub(crate) resume: Vec<String>,
    /// Show which queues are paused
    #[arg(long, conflicts_with = "listen")]
    pub(crate) status: bool,
    /// Answer /health and /metrics on this address
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) broker: BrokerOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `ingest`.
#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// Files or folders of documents and release records
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Store and announce to RabbitMQ; a worker brings them into the graph
    #[arg(long)]
    pub(crate) publish: bool,
    /// Set bad lines and files aside and bring in the rest; exit code 1 when there were any
    #[arg(long)]
    pub(crate) graceful: bool,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) broker: BrokerOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// What can be done with the graph.
#[derive(Debug, Subcommand)]
pub(crate) enum GraphVerb {
    /// Bring the graph to the newest schema
    #[command(after_help = "Example:\n  thoth graph migrate --graph bolt://127.0.0.1:7687")]
    Migrate(GraphArgs),
    /// Check the invariants; exit code 1 when one is broken
    #[command(after_help = "Example:\n  thoth graph check --format json")]
    Check(GraphArgs),
    /// Print the canonical checksum, of the whole and of each label and relationship
    #[command(after_help = "Example:\n  thoth graph checksum --format json")]
    Checksum(GraphArgs),
    /// Bring every stored document into the graph
    #[command(
        after_help = "Examples:\n  thoth graph rebuild --graph embedded:/tmp/again --store file:///srv/thoth/documents\n  \
                      thoth graph rebuild --wipe --verify\n\n\
                      What the graph states already is passed over, so after an interruption run it again without --wipe."
    )]
    Rebuild(RebuildArgs),
    /// Run a read-only Cypher statement
    #[command(
        after_help = "Examples:\n  thoth graph query -e 'MATCH (p:Package) RETURN p.name AS name LIMIT 5'\n  \
                      thoth graph query question.cypher --param name=flask --param 'limit=10' --format json\n\n\
                      A parameter is read as JSON where it is JSON, else as a text."
    )]
    Query(QueryArgs),
    /// List the statements the program itself uses, or print one
    #[command(after_help = "Examples:\n  thoth graph queries\n  thoth graph queries read/packages")]
    Queries(QueriesArgs),
}

/// Options of a verb that needs the graph alone.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `graph rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArgs {
    /// Empty the graph first
    #[arg(long)]
    pub(crate) wipe: bool,
    /// Compare the checksum with that of the graph that was there; exit code 1 where it differs
    #[arg(long, requires = "wipe")]
    pub(crate) verify: bool,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `graph query`.
#[derive(Debug, Args)]
pub(crate) struct QueryArgs {
    /// File with the statement; `-` is stdin
    #[arg(
        value_name = "FILE",
        required_unless_present = "expression",
        conflicts_with = "expression"
    )]
    pub(crate) file: Option<PathBuf>,
    /// The statement itself
    #[arg(short, long, value_name = "CYPHER")]
    pub(crate) expression: Option<String>,
    /// A parameter of the statement
    #[arg(short, long = "param", value_name = "NAME=VALUE")]
    pub(crate) parameters: Vec<String>,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `graph queries`.
#[derive(Debug, Args)]
pub(crate) struct QueriesArgs {
    /// Print the text of this statement
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigVerb {
    /// Print the values in effect, where each comes from, secrets masked
    #[command(after_help = "Example:\n  THOTH_GRAPH_URL=bolt://127.0.0.1:7687 thoth config show")]
    Show(FormatOption),
}

impl Cli {
    /// The settings that flags stand for.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let (mut graph, mut store, mut broker, mut listen) = (None, None, None, None);
        match &self.verb {
            Verb::Demo(args) => listen = args.listen.listen.as_ref(),
            Verb::Serve(args) => {
                (graph, store) = (args.graph.graph.as_ref(), args.store.store.as_ref());
                (broker, listen) = (args.broker.broker.as_ref(), args.listen.listen.as_ref());
            }
            Verb::Worker(args) => {
                (graph, store) = (args.graph.graph.as_ref(), args.store.store.as_ref());
                (broker, listen) = (args.broker.broker.as_ref(), args.listen.as_ref());
            }
            Verb::DeadLetters(verb) => {
                let places = verb.places();
                (store, broker) = (places.store.store.as_ref(), places.broker.broker.as_ref());
            }
            Verb::Ingest(args) => {
                (graph, store) = (args.graph.graph.as_ref(), args.store.store.as_ref());
                broker = args.broker.broker.as_ref();
            }
            Verb::Documents(verb) => (graph, store) = verb.places(),
            Verb::Purge(args) => (graph, store) = (args.graph.graph.as_ref(), args.store.store.as_ref()),
            Verb::Rules(verb) => graph = verb.graph(),
            Verb::Advise(args) => (graph, store) = (args.graph.graph.as_ref(), args.store.store.as_ref()),
            Verb::Bench(BenchVerb::Advise(args)) => graph = args.graph.graph.as_ref(),
            Verb::Graph(GraphVerb::Migrate(args) | GraphVerb::Check(args) | GraphVerb::Checksum(args)) => {
                graph = args.graph.graph.as_ref();
            }
            Verb::Graph(GraphVerb::Rebuild(args)) => {
                (graph, store) = (args.graph.graph.as_ref(), args.store.store.as_ref());
            }
            Verb::Graph(GraphVerb::Query(args)) => graph = args.graph.graph.as_ref(),
            Verb::Bench(BenchVerb::Search(_))
            | Verb::Graph(GraphVerb::Queries(_))
            | Verb::Config(_)
            | Verb::Completions { .. } => {}
        }
        let level = match (self.quiet, self.verbose) {
            (true, _) => Some(("log.level", "error", "--quiet")),
            (false, 0) => None,
            (false, 1) => Some(("log.level", "info", "--verbose")),
            (false, _) => Some(("log.level", "debug", "--verbose")),
        };
        let urls = [
            ("graph.url", graph, "--graph"),
            ("store.url", store, "--store"),
            ("broker.url", broker, "--broker"),
            ("server.listen", listen, "--listen"),
        ];
        let urls = urls
            .into_iter()
            .filter_map(|(key, value, flag)| Some((key, value?.clone(), flag)));
        urls.chain(level.map(|(key, value, flag)| (key, value.to_owned(), flag)))
            .collect()
    }
}
