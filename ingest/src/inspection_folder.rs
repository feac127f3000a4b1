//! The folder of one inspection of the predecessor, as one document.
//!
//! ```text
//! <inspection id>/build/{specification,Dockerfile,log}
//! <inspection id>/results/<number>/{result,hwinfo,log}
//! ```
//!
//! Each file may end in `.json`, and be packed; a log is plain text whatever its ending says. The document is one object,
//! `{"inspectionId", "specification", "results": [{"position", "result", "hwinfo", "log"}], "buildLog", "dockerfile"}`, made
//! of what is there, in this order: the same files give the same document. A log is `{"text", "cutBytes"}`: its last
//! [`MAX_LOG_BYTES`], and how many bytes stood before.

use crate::lines::{Input, Packing};
use crate::reader::ReadOptions;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thoth_schema::error::{ErrorCode, Fault};

/// Bytes of one log or Dockerfile that a document keeps: its end.
pub const MAX_LOG_BYTES: usize = 256 * 1024;

/// How the names of inspections begin.
const ID_PREFIX: &str = "inspect";

/// A file by its name without an ending, and how it is packed.
type Part = (PathBuf, Packing);

#[derive(Debug, Default)]
struct RunParts {
    result: Option<Part>,
    hwinfo: Option<Part>,
    log: Option<Part>,
}

/// The files of one inspection.
#[derive(Debug, Default)]
pub(crate) struct InspectionFolder {
    inspection_id: Option<String>,
    specification: Option<Part>,
    dockerfile: Option<Part>,
    build_log: Option<Part>,
    runs: BTreeMap<u32, RunParts>,
}

impl InspectionFolder {
    /// The inspection in a folder: one that is named like one, or holds a specification where it belongs. The folder of
    /// something else is none.
    pub(crate) fn find(folder: &Path) -> Option<InspectionFolder> {
        // A folder may be named by `.`, too.
        let named = match folder.file_name() {
            Some(name) => name.to_owned(),
            None => folder.canonicalize().ok()?.file_name()?.to_owned(),
        };
        let name = named.to_str()?;
        let build = folder.join("build");
        let found = InspectionFolder {
            inspection_id: name.starts_with(ID_PREFIX).then(|| name.to_owned()),
            specification: part(&build, "specification"),
            dockerfile: part(&build, "Dockerfile"),
            build_log: part(&build, "log"),
            runs: runs(&folder.join("results")),
        };
        let is_one = found.specification.is_some()
            || (found.inspection_id.is_some() && found.parts().next().is_some());
        is_one.then_some(found)
    }

    fn parts(&self) -> impl Iterator<Item = &Part> {
        let build = [&self.specification, &self.dockerfile, &self.build_log];
        let runs = self
            .runs
            .values()
            .flat_map(|run| [&run.result, &run.hwinfo, &run.log]);
        build.into_iter().chain(runs).flatten()
    }

    /// The files, which are no documents of their own.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.parts().map(|(path, _)| path.as_path())
    }

    /// Bytes of all its files as they lie on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        self.files().map(size).sum()
    }

    /// The JSON text of the document. A file that cannot be used is handed to `refuse`, which ends the reading or leaves
    /// the file out.
    ///
    /// # Errors
    /// Those of `refuse`, which gets `MALFORMED_JSON`, `TRUNCATED_INPUT`, `DOCUMENT_TOO_LARGE`, `DECOMPRESSION_LIMIT` or
    /// `IO_ERROR` with the path of the file.
    pub(crate) fn text(
        &self,
        options: &ReadOptions,
        refuse: &mut dyn FnMut(Fault) -> Result<(), Fault>,
    ) -> Result<Vec<u8>, Fault> {
        let mut document = Object::default();
        document.put("inspectionId", json!(self.inspection_id).to_string().as_bytes());
        document.put_read(
            "specification",
            json_text(self.specification.as_ref(), options),
            refuse,
        )?;
        let mut results = Vec::new();
        for (position, parts) in &self.runs {
            let mut run = Object::default();
            run.put("position", position.to_string().as_bytes());
            run.put_read("result", json_text(parts.result.as_ref(), options), refuse)?;
            run.put_read("hwinfo", json_text(parts.hwinfo.as_ref(), options), refuse)?;
            run.put_read("log", log_text(parts.log.as_ref(), options), refuse)?;
            // A run of which nothing could be read says nothing.
            if run.keys > 1 {
                results.push(run.finish());
            }
        }
        if !results.is_empty() {
            document.put(
                "results",
                &[b"[", results.join(&b","[..]).as_slice(), b"]"].concat(),
            );
        }
        document.put_read("buildLog", log_text(self.build_log.as_ref(), options), refuse)?;
        document.put_read("dockerfile", log_text(self.dockerfile.as_ref(), options), refuse)?;
        Ok(document.finish())
    }
}

/// A JSON object in the making, from values that are JSON already.
#[derive(Default)]
struct Object {
    text: Vec<u8>,
    keys: usize,
}

impl Object {
    fn put(&mut self, key: &str, value: &[u8]) {
        self.text.push(if self.keys == 0 { b'{' } else { b',' });
        self.text.extend_from_slice(json!(key).to_string().as_bytes());
        self.text.push(b':');
        self.text.extend_from_slice(value);
        self.keys += 1;
    }

    fn put_read(
        &mut self,
        key: &str,
        read: Result<Option<Vec<u8>>, Fault>,
        refuse: &mut dyn FnMut(Fault) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match read {
            Ok(Some(value)) => self.put(key, &value),
            Ok(None) => {}
            Err(fault) => refuse(fault)?,
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<u8> {
        self.text.push(b'}');
        self.text
    }
}

fn runs(results: &Path) -> BTreeMap<u32, RunParts> {
    let entries = std::fs::read_dir(results).into_iter().flatten().flatten();
    let numbered = entries.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        entry.file_type().ok()?.is_dir().then(|| (number, entry.path()))
    });
    let read = numbered.map(|(number, folder)| {
        let run = RunParts {
            result: part(&folder, "result"),
            hwinfo: part(&folder, "hwinfo"),
            log: part(&folder, "log"),
        };
        (number, run)
    });
    read.filter(|(_, run)| run.result.is_some() || run.hwinfo.is_some() || run.log.is_some())
        .collect()
}

fn part(folder: &Path, name: &str) -> Option<Part> {
    let packings = [
        ("", Packing::Plain),
        (".gz", Packing::Gzip),
        (".zst", Packing::Zstd),
    ];
    for ending in [".json", ""] {
        for (packed, packing) in packings {
            let path = folder.join(format!("{name}{ending}{packed}"));
            if path.is_file() {
                return Some((path, packing));
            }
        }
    }
    None
}

/// The text of a file that holds one JSON value.
fn json_text(part: Option<&Part>, options: &ReadOptions) -> Result<Option<Vec<u8>>, Fault> {
    let Some((path, packing)) = part else {
        return Ok(None);
    };
    let mut text = Vec::new();
    Input::open(path, *packing, options)?.rest(&mut text)?;
    let place = path.display().to_string();
    let limit = options.limits.document_bytes;
    if text.len() > limit {
        let message = format!("the file is larger than the limit of {limit} bytes of a document");
        return Err(Fault::new(ErrorCode::DocumentTooLarge, message)
            .at(place)
            .remedy("raise the limit of document bytes"));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&text) {
        Ok(_) => Ok(Some(text)),
        Err(problem) if problem.is_eof() => Err(Fault::new(
            ErrorCode::TruncatedInput,
            format!("the JSON text ends too early: {problem}"),
        )
        .at(place)
        .remedy("the file was cut off while it was written or copied; fetch it again")),
        Err(problem) => Err(Fault::new(ErrorCode::MalformedJson, problem.to_string())
            .at(place)
            .remedy("fetch the file again")),
    }
}

/// A file of plain text as JSON; an empty one says nothing.
fn log_text(part: Option<&Part>, options: &ReadOptions) -> Result<Option<Vec<u8>>, Fault> {
    let Some((path, packing)) = part else {
        return Ok(None);
    };
    let (tail, total) = Input::open(path, *packing, options)?.tail(MAX_LOG_BYTES)?;
    if total == 0 {
        return Ok(None);
    }
    // Cut in the middle of a character, the text begins with the next one.
    let is_cut = total > tail.len() as u64;
    let start = if is_cut {
        tail.iter()
            .take(3)
            .take_while(|byte| (0x80..0xc0).contains(*byte))
            .count()
    } else {
        0
    };
    let kept = tail.get(start..).unwrap_or_default();
    let log = json!({"text": String::from_utf8_lossy(kept), "cutBytes": total - kept.len() as u64});
    Ok(Some(log.to_string().into_bytes()))
}
