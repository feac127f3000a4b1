//! The recorded corpus, or what the repository ships of it.

use std::path::PathBuf;

use thoth_ingest::reader::{Piece, ReadOptions, read_file};
use thoth_schema::document::Document;
use thoth_tests::paths::{shared_file, workspace_root};

/// The file of records that is measured.
pub(crate) fn file() -> PathBuf {
    shared_file("pypi/corpus.jsonl.zst").unwrap_or_else(|| workspace_root().join("cli/data/demo.jsonl.zst"))
}

/// Its documents in the order of the file.
pub(crate) fn documents() -> Vec<Document> {
    let mut documents = Vec::new();
    read_file(&file(), &ReadOptions::default(), &mut |piece| {
        if let Piece::Documents(more) = piece {
            documents.extend(more);
        }
        Ok(())
    })
    .expect("the corpus can be read");
    documents
}
