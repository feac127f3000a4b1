//! The input files under the paths that a user names.

use crate::inspection_folder::InspectionFolder;
use crate::lines::Packing;
use crate::reader::Rejected;
use crate::rule_file::is_rule_file;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use thoth_schema::error::{ErrorCode, Fault};

/// Deepest nesting of folders that is followed.
pub const MAX_FOLDER_DEPTH: usize = 32;

const ENDINGS: &str = ".json, .jsonl or .ndjson, each also with .gz or .zst, or rules in .yaml";

/// What lies under some paths.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The files to read, in the order of the paths; those of a folder, with all folders in it, by name. A file named
    /// twice stands here once. The folder of an inspection stands for its files.
    pub files: Vec<PathBuf>,
    /// Files of folders with other endings, by ending: they hold no documents.
    pub passed_over: BTreeMap<String, u64>,
    /// Paths that cannot be read at all; when being graceful only.
    pub rejected: Vec<Rejected>,
}

impl Inputs {
    /// Looks for the input files. `graceful` sets a path at fault aside instead of ending.
    ///
    /// # Errors
    /// `NOT_FOUND`; `INVALID_ARGUMENT` for a named file with another ending and for a folder without any input;
    /// `LIMIT_EXCEEDED` for folders deeper than [`MAX_FOLDER_DEPTH`]; `IO_ERROR`.
    pub fn find(paths: &[PathBuf], graceful: bool) -> Result<Inputs, Fault> {
        let mut inputs = Inputs::default();
        let mut seen = BTreeSet::new();
        for path in paths {
            match inputs.look_under(path) {
                Ok(found) => inputs
                    .files
                    .extend(found.into_iter().filter(|file| seen.insert(file.clone()))),
                Err(fault) if graceful => inputs.rejected.push(fault.into()),
                Err(fault) => return Err(fault),
            }
        }
        Ok(inputs)
    }

    fn look_under(&mut self, path: &Path) -> Result<Vec<PathBuf>, Fault> {
        let metadata = std::fs::metadata(path).map_err(|error| folder_fault(&error, path))?;
        if metadata.is_dir() {
            let mut found = Vec::new();
            self.walk(path, 0, &mut BTreeSet::new(), &mut found)?;
            if found.is_empty() {
                return Err(
                    Fault::new(ErrorCode::InvalidArgument, "the folder holds no documents")
                        .at(path.display().to_string())
                        .remedy(format!("name a folder with files that end in {ENDINGS}")),
                );
            }
            return Ok(found);
        }
        if !is_input(path) || !metadata.is_file() {
            return Err(Fault::new(
                ErrorCode::InvalidArgument,
                "the file is of no kind that holds documents",
            )
            .at(path.display().to_string())
            .remedy(format!("name a file that ends in {ENDINGS}")));
        }
        Ok(vec![path.to_owned()])
    }

    /// Adds the inputs below a folder to `found`; those in `taken` belong to an inspection found before.
    fn walk(
        &mut self,
        folder: &Path,
        depth: usize,
        taken: &mut BTreeSet<PathBuf>,
        found: &mut Vec<PathBuf>,
    ) -> Result<(), Fault> {
        if depth > MAX_FOLDER_DEPTH {
            return Err(Fault::new(
                ErrorCode::LimitExceeded,
                format!("folders nest deeper than {MAX_FOLDER_DEPTH}"),
            )
            .at(folder.display().to_string())
            .remedy("name the inner folder itself"));
        }
        if let Some(inspection) = InspectionFolder::find(folder) {
            taken.extend(inspection.files().map(Path::to_path_buf));
            found.push(folder.to_path_buf());
        }
        let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = entries.map_err(|error| folder_fault(&error, folder))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| folder_fault(&error, &path))?;
            // A link to a file counts as the file; a link to a folder could lead in a circle.
            if kind.is_dir() {
                self.walk(&path, depth + 1, taken, found)?;
            } else if taken.contains(&path) {
                tracing::trace!(path = %path.display(), "a file is part of an inspection");
            } else if is_input(&path) && path.is_file() {
                found.push(path);
            } else {
                tracing::debug!(path = %path.display(), "a file holds no documents and is passed over");
                *self.passed_over.entry(ending_of(&path)).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// The input files under these paths, as [`Inputs::find`].
///
/// # Errors
/// As [`Inputs::find`].
pub fn input_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
    Ok(Inputs::find(paths, false)?.files)
}

/// Bytes of an input as it lies on the disk.
pub(crate) fn input_bytes(path: &Path) -> u64 {
    match InspectionFolder::find(path) {
        Some(inspection) if path.is_dir() => inspection.bytes(),
        _ => std::fs::metadata(path).map_or(0, |metadata| metadata.len()),
    }
}

/// `.yaml`; empty for a name without an ending.
fn ending_of(path: &Path) -> String {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    ending.map_or_else(String::new, |ending| format!(".{ending}"))
}

fn folder_fault(error: &std::io::Error, path: &Path) -> Fault {
    let fault = match error.kind() {
        std::io::ErrorKind::NotFound => Fault::new(ErrorCode::NotFound, "there is no such file or folder"),
        _ => Fault::new(ErrorCode::IoError, format!("the path cannot be read: {error}")),
    };
    fault.at(path.display().to_string()).remedy("correct the path")
}

/// Whether a file with this name holds documents.
fn is_input(path: &Path) -> bool {
    form_of(path).is_some() || is_rule_file(path)
}

/// How a file with this name is packed, and whether it holds lines for sure; `None` for other files.
pub(crate) fn form_of(path: &Path) -> Option<(Packing, bool)> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let (stem, packing) = match (name.strip_suffix(".gz"), name.strip_suffix(".zst")) {
        (Some(stem), _) => (stem, Packing::Gzip),
        (_, Some(stem)) => (stem, Packing::Zstd),
        _ => (name.as_str(), Packing::Plain),
    };
    match stem.rsplit_once('.')?.1 {
        "json" => Some((packing, false)),
        "jsonl" | "ndjson" => Some((packing, true)),
        _ => None,
    }
}
