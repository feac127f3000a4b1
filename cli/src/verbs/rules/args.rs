//! Options of `thoth rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::{FormatOption, GraphOption};

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesVerb {
    /// Check rule files: format, names, version ranges, units named twice, and the tests beside the rules
    #[command(
        after_help = "Examples:\n  thoth rules validate prescriptions\n  thoth rules validate rules.yaml --format json\n\n\
                      A PATH is a file of rules in YAML, or a folder of such files. Exit codes: 0 nothing found; 1 a finding."
    )]
    Validate(ValidateArgs),
    /// List the rules of the graph that concern packages, and those that concern every request
    #[command(after_help = "Example:\n  thoth rules list flask jinja2")]
    List(ListArgs),
    /// Print one rule of the graph
    #[command(after_help = "Example:\n  thoth rules show 'thoth:fl_/flask/a.yaml#wraps/FlaskWrap'")]
    Show(ShowArgs),
}

/// Options of `rules validate`.
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Files or folders of rules
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `rules list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Names of packages
    #[arg(value_name = "PACKAGE")]
    pub(crate) packages: Vec<String>,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `rules show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Key of the rule: NAMESPACE:PATH#KIND/NAME
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
}

impl RulesVerb {
    /// The graph that the verb names.
    pub(crate) fn graph(&self) -> Option<&String> {
        match self {
            RulesVerb::Validate(_) => None,
            RulesVerb::List(args) => args.graph.graph.as_ref(),
            RulesVerb::Show(args) => args.graph.graph.as_ref(),
        }
    }
}
