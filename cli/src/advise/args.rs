//! Options of `thoth advise`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use thoth_adviser::{PredictorName, PrereleasePolicy, RecommendationType, Severity};
use thoth_schema::environment::Platform;
use thoth_schema::error::Fault;
use thoth_server::advise::{MAX_BUDGET_MILLIS, MAX_STACKS};

use crate::args::{GraphOption, StoreOption};

/// Options of `advise`.
#[derive(Debug, Args)]
pub(crate) struct AdviseArgs {
    /// What the stack must hold, such as `flask`, 'jinja2[i18n]>=3'
    #[arg(value_name = "REQUIREMENT", required_unless_present_any = ["requirement_files", "repair", "replay"])]
    pub(crate) requirements: Vec<String>,
    /// File of requirements, as pip reads it
    #[arg(short, long = "requirement", value_name = "FILE")]
    pub(crate) requirement_files: Vec<String>,
    /// File of constraints, as pip reads it
    #[arg(short, long = "constraint", value_name = "FILE")]
    pub(crate) constraint_files: Vec<String>,
    /// Documents or records to advise from, in memory and for this run alone
    #[arg(long, value_name = "PATH", conflicts_with = "graph")]
    pub(crate) knowledge: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    /// Only releases of this index; repeatable
    #[arg(long = "index", value_name = "URL")]
    pub(crate) indexes: Vec<String>,
    /// Python of the stack, such as 3.11 or 3.11.4
    #[arg(long, value_name = "VERSION", default_value = "3.11")]
    pub(crate) python_version: String,
    /// Platform of the stack
    #[arg(long, value_name = "PLATFORM", default_value = "linux-x86_64", value_parser = choice::<Platform>(Platform::ALL.map(Platform::as_str)))]
    pub(crate) platform: Platform,
    /// `PLATFORM-pyVERSION`, or a JSON file of all PEP 508 marker values and optionally `glibc`, instead of Python version
    /// and platform; given several times, one lock for all of them is looked for
    #[arg(long = "environment", value_name = "NAME|FILE", conflicts_with_all = ["python_version", "platform"])]
    pub(crate) environments: Vec<PathBuf>,
    /// Say why a package, or one release of it, is not part of the stack; repeatable
    #[arg(long, value_name = "PKG[==VERSION]")]
    pub(crate) explain: Vec<String>,
    /// Change as little of this lock as removes its advisories
    #[arg(long, value_name = "LOCK", conflicts_with_all = ["explain", "plot", "predictor", "limit", "count"])]
    pub(crate) repair: Option<String>,
    /// The least severity of the advisories to remove; those that nobody rated count too
    #[arg(long, value_name = "SEVERITY", default_value = Severity::Low.as_str(), requires = "repair",
          value_parser = choice::<Severity>(Severity::ALL.iter().map(|one| one.as_str())))]
    pub(crate) severity: Severity,
    /// Draw the course of the search
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
    /// What the advice is for
    #[arg(long, value_name = "TYPE", default_value = RecommendationType::default().as_str(),
          value_parser = choice::<RecommendationType>(RecommendationType::ALL.iter().map(|one| one.as_str())))]
    pub(crate) recommendation_type: RecommendationType,
    /// How to search
    #[arg(long, default_value = PredictorName::default().as_str(),
          value_parser = choice::<PredictorName>(PredictorName::ALL.iter().map(|one| one.as_str())))]
    pub(crate) predictor: PredictorName,
    /// JSON Lines of {"name", "version", "score"}: the score of a stack is the sum over its releases
    #[arg(long, value_name = "FILE")]
    pub(crate) scores: Option<PathBuf>,
    /// Stacks that a sampling predictor scores at most
    #[arg(long, value_name = "STACKS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Time for the search, in milliseconds
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=MAX_BUDGET_MILLIS))]
    pub(crate) budget_millis: u64,
    /// Seed of random predictors
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Start a predictor that learns from what earlier searches learnt, or not [default: with --predictor auto]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) warm_start: Option<bool>,
    /// Only what was published up to then: a day (its end, UTC) or an RFC 3339 time
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// When pre-releases may be chosen [default: if-necessary-or-explicit; `allow` where a requirements file says --pre]
    #[arg(long, value_name = "POLICY", value_parser = choice::<PrereleasePolicy>(PrereleasePolicy::ALL.iter().map(|one| one.as_str())))]
    pub(crate) prerelease: Option<PrereleasePolicy>,
    /// Lock in use, a requirements file of `==` lines or a Pipfile.lock: kept unless something better exists
    #[arg(long, value_name = "FILE")]
    pub(crate) lock: Option<PathBuf>,
    /// Advisory, by id or alias, that is not held against a release; repeatable
    #[arg(long = "accept-advisory", value_name = "ID")]
    pub(crate) accepted_advisories: Vec<String>,
    /// With the type security: least severity (CVSS, 0 to 10) of an advisory that removes a release
    #[arg(long, value_name = "N", default_value_t = 0.0)]
    pub(crate) min_severity: f64,
    /// SPDX id of a licence that is welcome, and no others are; repeatable
    #[arg(long = "allow-licence", value_name = "ID")]
    pub(crate) allowed_licences: Vec<String>,
    /// SPDX id of a licence that is not welcome; repeatable
    #[arg(long = "deny-licence", value_name = "ID")]
    pub(crate) denied_licences: Vec<String>,
    /// Processor of the machine as VENDOR-FAMILY-MODEL: only figures measured on such count
    #[arg(long, value_name = "NAME")]
    pub(crate) processor: Option<String>,
    /// Stacks to return
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=MAX_STACKS as u64))]
    pub(crate) count: u64,
    /// Give an advice again that was kept under this id
    #[arg(long, value_name = "ID", conflicts_with_all = ["requirements", "requirement_files", "constraint_files", "knowledge", "graph", "explain", "plot", "repair"])]
    pub(crate) replay: Option<String>,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) rules: RulesOptions,
    /// How the answer is written
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: AdviseFormat,
}

/// Rules for one run, and what rules ask of a request.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RulesOptions {
    /// File or folder of rules for this run; a file replaces that of the graph with the same namespace and path
    #[arg(long, value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Leave the rules of the graph aside
    #[arg(long)]
    pub(crate) no_graph_rules: bool,
    /// Label that rules may ask for
    #[arg(long = "label", value_name = "KEY=VALUE")]
    pub(crate) labels: Vec<String>,
    /// JSON of the symbols that your code takes from libraries: {"numpy": ["numpy.random.rand"]}
    #[arg(long, value_name = "FILE")]
    pub(crate) library_usage: Option<PathBuf>,
    /// JSON of what is known of the place where the stack shall run: operating system, hardware, image
    #[arg(long, value_name = "FILE")]
    pub(crate) runtime: Option<PathBuf>,
    /// The address that rules give the default index of the graph
    #[arg(long, value_name = "URL")]
    pub(crate) default_index: Option<String>,
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AdviseFormat {
    /// A summary for people
    Table,
    /// Everything, for programs
    Json,
    /// The first stack as a requirements file with hashes
    Requirements,
}

/// A parser of one of these names that shows them in the help.
fn choice<Choice>(names: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = Choice>
where
    Choice: FromStr<Err = Fault> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names.into_iter().collect::<Vec<_>>())
        .try_map(|name| name.parse::<Choice>().map_err(|fault| fault.message))
}
