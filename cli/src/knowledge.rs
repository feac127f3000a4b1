//! Opening graphs, and loading files into one that lives as long as the command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thoth_cypher::{EmbeddedGraph, Engine, Graph, connect, migrate, pending};
use thoth_ingest::reader::{Piece, ReadOptions, input_files, read_file};
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::advise::{AdviseInput, keep_within_reach_of_any};

use crate::output::Output;
use crate::progress::Progress;
use crate::settings::{GraphSettings, Settings};

/// Documents that go into the graph in one transaction.
pub(crate) const TRANSACTION_DOCUMENTS: usize = 500;

/// Opens the graph for reading and writing facts. An embedded graph, which no other process can use at the same time, is
/// brought to the newest schema; a server's schema is changed by `thoth graph migrate` alone.
///
/// # Errors
/// `GRAPH_UNREACHABLE`, `GRAPH_LOCKED`, `MIGRATION_CHANGED`, `MIGRATION_PENDING`.
pub(crate) async fn open(settings: &GraphSettings) -> Result<Arc<dyn Graph>, Fault> {
    let graph = connect(&settings.address).await?;
    if graph.engine() == Engine::Embedded {
        migrate(graph.as_ref()).await?;
        return Ok(graph);
    }
    let lacking = pending(graph.as_ref()).await?;
    if lacking.is_empty() {
        return Ok(graph);
    }
    Err(Fault::new(
        ErrorCode::MigrationPending,
        format!("the graph lacks the migrations {}", lacking.join(", ")),
    )
    .at(settings.shown.clone())
    .remedy("run `thoth graph migrate` with the same graph"))
}

/// The documents of files and folders that can matter to one of the requests, in a graph that is gone with the process.
///
/// # Errors
/// Faults of the files, naming file and line.
pub(crate) async fn in_memory(
    paths: &[PathBuf],
    inputs: &[AdviseInput],
    settings: &Settings,
    output: &Output,
) -> Result<Arc<dyn Graph>, Fault> {
    let options = settings.reading(false);
    let mut documents = Vec::new();
    for file in input_files(paths)? {
        documents.extend(documents_of(&file, &options)?);
    }
    of_documents(documents, inputs, output).await
}

/// Of these documents the ones that can matter to one of the requests, in a graph that is gone with the process.
///
/// # Errors
/// Faults of the graph, and of the requirements.
pub(crate) async fn of_documents(
    mut documents: Vec<Document>,
    inputs: &[AdviseInput],
    output: &Output,
) -> Result<Arc<dyn Graph>, Fault> {
    let graph = EmbeddedGraph::in_memory()?;
    migrate(&graph).await?;
    keep_within_reach_of_any(&mut documents, inputs)?;
    let progress = Progress::new(output, "knowledge", documents.len() as u64, false);
    load(&graph, &documents, progress).await?;
    Ok(Arc::new(graph))
}

/// All documents of a file, or the fault of its first bad line.
fn documents_of(file: &Path, options: &ReadOptions) -> Result<Vec<Document>, Fault> {
    let mut documents = Vec::new();
    read_file(file, options, &mut |piece| {
        if let Piece::Documents(read) = piece {
            documents.extend(read);
        }
        Ok(())
    })?;
    Ok(documents)
}

async fn load(graph: &dyn Graph, documents: &[Document], mut progress: Progress<'_>) -> Result<(), Fault> {
    for batch in documents.chunks(TRANSACTION_DOCUMENTS) {
        sync(graph, batch).await?;
        progress.advance(batch.len() as u64);
    }
    progress.finish();
    Ok(())
}
