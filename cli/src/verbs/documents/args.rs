//! Options of `documents` and `purge`.

use clap::{Args, Subcommand, ValueEnum};
use thoth_ingest::archive::ArchiveName;
use thoth_ingest::selection::{Day, Selection};
use thoth_ingest::store::StoreKey;
use thoth_schema::document::DocumentKind;
use thoth_schema::error::Fault;

use crate::args::{FormatOption, GraphOption, StoreOption};

/// What can be done with stored documents.
#[derive(Debug, Subcommand)]
pub(crate) enum DocumentsVerb {
    /// List stored documents in the order of their keys
    #[command(
        after_help = "Examples:\n  thoth documents list --kind solver --before 2021-01-01\n  \
                      thoth documents list --graph-has no --format json\n\n\
                      The list is that of the store, page by page. The graph is asked only with --graph-has."
    )]
    List(ListArgs),
    /// Print what is known of one document
    #[command(
        after_help = "Examples:\n  thoth documents show 3f2a91c0\n  thoth documents show 3f2a91c0 --raw | jq .payload"
    )]
    Show(ShowArgs),
    /// Copy documents into another store; what is there is passed over
    #[command(after_help = "Example:\n  thoth documents copy --to s3://backup/documents --kind solver")]
    Copy(CopyArgs),
    /// Take documents out of the graph and set them aside in the store
    #[command(after_help = "Example:\n  thoth documents delete 3f2a91c0 77aa01b2\n\n\
                      The graph is afterwards what the remaining documents make. The documents lie under archive/ in the\n\
                      store; `thoth documents restore` brings them back.")]
    Delete(DeleteArgs),
    /// List what was set aside
    #[command(after_help = "Example:\n  thoth documents archives")]
    Archives(ArchivesArgs),
    /// Bring an archive back, into store and graph
    #[command(after_help = "Example:\n  thoth documents restore 20261121-170000")]
    Restore(RestoreArgs),
}

/// Which documents are meant; every option given must hold.
#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// Of this kind, such as release or solver
    #[arg(long, value_parser = kind)]
    pub(crate) kind: Option<DocumentKind>,
    /// Made by the producer of this name, or from this origin
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    /// Produced before this day (UTC)
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) before: Option<Day>,
}

/// Beside [`SelectionArgs`], for listing.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Produced on this day (UTC) or later
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) since: Option<Day>,
    /// Made by the producer of this name
    #[arg(long, value_name = "NAME")]
    pub(crate) producer: Option<String>,
    /// From this origin
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    /// Only what the graph states, or only what it does not
    #[arg(long, value_name = "WHICH")]
    pub(crate) graph_has: Option<Answer>,
    /// Documents to list at most
    #[arg(long, value_name = "N", default_value = "100", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) first: u16,
    /// Go on behind this key, as the page before names it
    #[arg(long, value_name = "KEY", value_parser = store_key)]
    pub(crate) after: Option<StoreKey>,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Answer {
    /// It does
    Yes,
    /// It does not
    No,
}

/// Options of `documents show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Id of the document, or its first digits, 8 at least
    pub(crate) id: String,
    /// Print the document itself, in its canonical bytes
    #[arg(long, conflicts_with = "format")]
    pub(crate) raw: bool,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `documents copy`.
#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// The store to copy to: file:///PATH or s3://BUCKET/PREFIX
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `documents delete`.
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// Ids of documents, or their first digits, 8 at least
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `documents archives`.
#[derive(Debug, Args)]
pub(crate) struct ArchivesArgs {
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `documents restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The archive, as `documents archives` names it
    #[arg(value_parser = archive)]
    pub(crate) archive: ArchiveName,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

/// Options of `purge`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("filter").args(["kind", "source", "before"]).required(true).multiple(true))]
pub(crate) struct PurgeArgs {
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Count what would go, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do it
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
    /// Remove the documents for good instead of setting them aside
    #[arg(long)]
    pub(crate) erase: bool,
    #[command(flatten)]
    pub(crate) graph: GraphOption,
    #[command(flatten)]
    pub(crate) store: StoreOption,
    #[command(flatten)]
    pub(crate) format: FormatOption,
}

impl SelectionArgs {
    /// The filter that these options stand for.
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            kind: self.kind,
            before: self.before,
            source: self.source.clone(),
            ..Selection::default()
        }
    }
}

impl ListArgs {
    /// The filter that these options stand for.
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            since: self.since,
            producer: self.producer.clone(),
            origin: self.origin.clone(),
            after: self.after.clone(),
            ..self.selection.selection()
        }
    }
}

impl DocumentsVerb {
    /// The graph and the store that the verb names.
    pub(crate) fn places(&self) -> (Option<&String>, Option<&String>) {
        let (graph, store) = match self {
            DocumentsVerb::List(args) => (Some(&args.graph), &args.store),
            DocumentsVerb::Show(args) => (Some(&args.graph), &args.store),
            DocumentsVerb::Copy(args) => (None, &args.store),
            DocumentsVerb::Delete(args) => (Some(&args.graph), &args.store),
            DocumentsVerb::Archives(args) => (None, &args.store),
            DocumentsVerb::Restore(args) => (Some(&args.graph), &args.store),
        };
        (graph.and_then(|graph| graph.graph.as_ref()), store.store.as_ref())
    }
}

fn told<T>(outcome: Result<T, Fault>) -> Result<T, String> {
    outcome.map_err(|fault| match fault.remedy {
        Some(remedy) => format!("{}; {remedy}", fault.message),
        None => fault.message,
    })
}

fn kind(text: &str) -> Result<DocumentKind, String> {
    told(DocumentKind::parse(text))
}

fn day(text: &str) -> Result<Day, String> {
    told(Day::parse(text))
}

fn store_key(text: &str) -> Result<StoreKey, String> {
    told(StoreKey::parse(text))
}

fn archive(text: &str) -> Result<ArchiveName, String> {
    told(ArchiveName::parse(text))
}
