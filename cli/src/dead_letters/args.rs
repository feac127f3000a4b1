//! The options of `thoth dead-letters`.

use clap::{Args, Subcommand};

use crate::args::{BrokerOption, FormatOption, StoreOption};

/// What can be done with dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum DeadLettersVerb {
    /// List them, by key
    #[command(after_help = "Examples:\n  thoth dead-letters list\n  \
                      thoth dead-letters list --code SCHEMA_VIOLATION --kind solver --format json\n\n\
                      What lies in the dead-letter queue is recorded first, where a broker is configured and answers.")]
    List(ListArgs),
    /// Show one: where it came from, why it failed, when
    #[command(after_help = "Examples:\n  thoth dead-letters show 1cd19d05c298\n  \
                      thoth dead-letters show 1cd19d05c298 --body > message.json\n\n\
                      A KEY may be cut to its first 6 digits or more, while they name one dead letter.")]
    Show(ShowArgs),
    /// Send them again, as after a fault was mended, and forget them
    #[command(after_help = "Examples:\n  thoth dead-letters requeue 1cd19d05c298\n  \
                      thoth dead-letters requeue --all --code DELIVERY_LIMIT")]
    Requeue(RequeueArgs),
    /// Forget them for good
    #[command(after_help = "Examples:\n  thoth dead-letters discard 1cd19d05c298\n  \
                      thoth dead-letters discard --all --code MALFORMED_JSON --yes\n\n\
                      Asks on a terminal; elsewhere --yes is needed.")]
    Discard(DiscardArgs),
}

/// `--store` and `--broker`
#[derive(Debug, Args)]
pub(crate) struct Places {
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) broker: BrokerOption,
}

/// Options of `dead-letters list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those of this error code
    #[arg(long, value_name = "CODE")]
    pub(crate) code: Option<String>,
    /// Only those of this kind of documents
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) first: u32,
    /// Only those behind this key
    #[arg(long, value_name = "KEY")]
    pub(crate) after: Option<String>,
    #[command(flatten)]
    pub(crate) places: Places,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `dead-letters show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Key of a dead letter
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    /// Only the body of the message, byte by byte
    #[arg(long)]
    pub(crate) body: bool,
    #[command(flatten)]
    pub(crate) places: Places,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Which dead letters something is done to.
#[derive(Debug, Args)]
pub(crate) struct Chosen {
    /// Keys of dead letters
    #[arg(value_name = "KEY", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) keys: Vec<String>,
    /// All of them
    #[arg(long)]
    pub(crate) all: bool,
    /// Of all only those of this error code
    #[arg(long, value_name = "CODE", requires = "all")]
    pub(crate) code: Option<String>,
    /// Of all only those of this kind of documents
    #[arg(long, value_name = "KIND", requires = "all")]
    pub(crate) kind: Option<String>,
}

/// Options of `dead-letters requeue`.
#[derive(Debug, Args)]
pub(crate) struct RequeueArgs {
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    #[command(flatten)]
    pub(crate) places: Places,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `dead-letters discard`.
#[derive(Debug, Args)]
pub(crate) struct DiscardArgs {
    #[command(flatten)]
    pub(crate) chosen: Chosen,
    /// Do not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) places: Places,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

impl DeadLettersVerb {
    /// Where the dead letters are.
    pub(crate) fn places(&self) -> &Places {
        match self {
            DeadLettersVerb::List(args) => &args.places,
            DeadLettersVerb::Show(args) => &args.places,
            DeadLettersVerb::Requeue(args) => &args.places,
            DeadLettersVerb::Discard(args) => &args.places,
        }
    }
}
