//! Rules for one run, and what rules ask of a request.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thoth_adviser::rules::{Runtime, library_usage};
use thoth_ingest::reader::{Piece, ReadOptions, input_files, read_file};
use thoth_schema::document::Payload;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::rules::RuleSet;
use thoth_server::advise::RulesInput;

use super::args::AdviseArgs;
use crate::files;

/// Largest file of a library usage or a runtime, in bytes.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Reads every file that the options name.
///
/// # Errors
/// Faults that name the option, or the file and line.
pub(super) fn input(args: &AdviseArgs) -> Result<RulesInput, Fault> {
    let stated = &args.rules;
    let usage = stated.library_usage.as_deref().map(json).transpose()?;
    Ok(RulesInput {
        sets: sets(&stated.rules)?,
        no_graph: stated.no_graph_rules,
        labels: labels(&stated.labels)?,
        library_usage: usage.as_ref().map(library_usage).unwrap_or_default(),
        runtime: stated
            .runtime
            .as_deref()
            .map(runtime)
            .transpose()?
            .unwrap_or_default(),
        // Whoever runs the program is nobody that rules know by name.
        authenticated: false,
        default_index: stated.default_index.clone(),
    })
}

/// The rule sets of files and folders.
fn sets(paths: &[PathBuf]) -> Result<Vec<RuleSet>, Fault> {
    let options = ReadOptions::default();
    let mut sets = Vec::new();
    for file in input_files(paths)? {
        read_file(&file, &options, &mut |piece| {
            let Piece::Documents(documents) = piece else {
                return Ok(());
            };
            for document in documents {
                let Payload::Rules(set) = document.payload else {
                    let message = format!(
                        "the document is of the kind {}, not rules",
                        document.kind.as_str()
                    );
                    return Err(Fault::new(ErrorCode::InvalidArgument, message)
                        .at(file.display().to_string())
                        .remedy("name files of rules alone"));
                };
                sets.push(set);
            }
            Ok(())
        })?;
    }
    Ok(sets)
}

fn labels(stated: &[String]) -> Result<BTreeMap<String, String>, Fault> {
    let pair = |label: &String| match label.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(
            Fault::new(ErrorCode::InvalidArgument, format!("`{label}` is no label"))
                .at("--label")
                .remedy("write --label KEY=VALUE"),
        ),
    };
    stated.iter().map(pair).collect()
}

fn runtime(path: &Path) -> Result<Runtime, Fault> {
    serde_json::from_value(json(path)?).map_err(|problem| {
        Fault::new(
            ErrorCode::SchemaViolation,
            format!("the file describes no runtime: {problem}"),
        )
        .at(path.display().to_string())
        .remedy("docs/rules.md lists what can be said of a runtime")
    })
}

fn json(path: &Path) -> Result<Value, Fault> {
    serde_json::from_str(&files::read_text(path, MAX_FILE_BYTES)?).map_err(|problem| {
        Fault::new(
            ErrorCode::MalformedJson,
            format!("the file is no JSON: {problem}"),
        )
        .at(path.display().to_string())
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_label_has_a_key_and_a_value() {
        let read = labels(&["a=b=c".to_owned(), "d=".to_owned()]).unwrap();
        let wanted = [("a", "b=c"), ("d", "")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read, wanted.into());
        for bad in ["a", "=b"] {
            let fault = labels(&[bad.to_owned()]).unwrap_err();
            assert_eq!(fault.code, ErrorCode::InvalidArgument, "{bad}");
        }
    }
}
