//! `thoth demo`: recorded knowledge in, an advised Flask stack out, and a server to look around in.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use thoth_adviser::Outcome;
use thoth_cypher::{Graph, GraphAddress};
use thoth_ingest::sync::{SyncOutcome, sync};
use thoth_schema::document::Document;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::records;
use thoth_server::advise::{AdviseInput, advise};

use crate::advise::summary;
use crate::args::DemoArgs;
use crate::output::Output;
use crate::progress::Progress;
use crate::settings::{GraphSettings, Settings};
use crate::{exit, knowledge};

/// The complete recorded history of flask and all it ever required; see `cli/data/README.md`.
const RECORDS: &[u8] = include_bytes!("../../data/demo.jsonl.zst");
/// Documents of one transaction: small enough for the bar to move.
const BATCH_DOCUMENTS: usize = 50;
/// The Python of the stack.
const PYTHON: &str = "3.11";

/// Loads, advises, and serves unless told to do so once.
///
/// # Errors
/// Faults of the folder, and `INTERNAL` should the shipped records be damaged.
pub(super) async fn run(args: &DemoArgs, settings: &Settings, output: &Output) -> Result<ExitCode, Fault> {
    let folder = settings.data_folder().join("demo");
    let graph = open(folder.clone()).await?;
    let documents = documents()?;
    let known = load(graph.as_ref(), &documents, output).await?;
    output.talk(&format!(
        "{} recorded releases in {}{}",
        documents.len(),
        folder.display(),
        if known == documents.len() {
            ", all known before"
        } else {
            ""
        }
    ));
    let input = flask()?;
    let report = advise(graph.as_ref(), &input).await?;
    output.data(&summary::text(&report.advice, &input.environment, output))?;
    if report.advice.outcome != Outcome::Advised {
        return Ok(exit::finding());
    }
    if args.once {
        return Ok(ExitCode::SUCCESS);
    }
    super::serve::serve(graph, settings.server()?, output).await?;
    Ok(ExitCode::SUCCESS)
}

async fn open(folder: PathBuf) -> Result<Arc<dyn Graph>, Fault> {
    let shown = folder.display().to_string();
    knowledge::open(&GraphSettings {
        shown,
        address: GraphAddress::Folder(folder),
    })
    .await
}

/// The shipped records.
///
/// # Errors
/// `INTERNAL` should they be damaged.
pub(super) fn documents() -> Result<Vec<Document>, Fault> {
    let damaged = |problem: &dyn std::fmt::Display| {
        Fault::new(
            ErrorCode::Internal,
            format!("the shipped records are damaged: {problem}"),
        )
    };
    let text = zstd::decode_all(RECORDS).map_err(|problem| damaged(&problem))?;
    let text = String::from_utf8(text).map_err(|problem| damaged(&problem))?;
    records::parse(&text)
        .collect::<Result<_, _>>()
        .map_err(|fault| damaged(&fault))
}

/// How many of the documents the graph knew already.
async fn load(graph: &dyn Graph, documents: &[Document], output: &Output) -> Result<usize, Fault> {
    let mut progress = Progress::new(output, "loading recorded releases", documents.len() as u64, true);
    let mut known = 0;
    for batch in documents.chunks(BATCH_DOCUMENTS) {
        let outcomes = sync(graph, batch).await?;
        known += outcomes
            .iter()
            .filter(|outcome| **outcome == SyncOutcome::AlreadyKnown)
            .count();
        progress.advance(batch.len() as u64);
    }
    progress.finish();
    Ok(known)
}

fn flask() -> Result<AdviseInput, Fault> {
    let environment = Environment::for_platform(Platform::LinuxX86_64, PYTHON)?;
    Ok(AdviseInput::new(vec!["flask".to_owned()], environment))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_shipped_records_are_whole() {
        let documents = documents().unwrap();
        let releases: Vec<_> = documents.iter().flat_map(Document::releases).collect();
        assert_eq!(releases.len(), 731);
        let names: std::collections::BTreeSet<&str> =
            releases.iter().map(|release| release.name.as_ref()).collect();
        assert_eq!(names.len(), 13);
        assert!(releases.iter().all(|release| release.requires_dist.is_some()));
    }
}
