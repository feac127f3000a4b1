//! `--scores`: JSON Lines of `{"name", "version", "score"}`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::{name, version};

use crate::files;

/// Largest file of scores in bytes.
const MAX_SCORES_BYTES: u64 = 256 * 1024 * 1024;

/// Scores by normalised name and canonical version.
type Scores = BTreeMap<(String, String), f64>;

#[derive(Deserialize)]
struct Line {
    name: String,
    version: String,
    score: f64,
}

/// Reads the file.
///
/// # Errors
/// `MALFORMED_JSON`, `SCHEMA_VIOLATION`, `INVALID_NAME` or `INVALID_VERSION` at `file:line`.
pub(super) fn read(path: &Path) -> Result<Scores, Fault> {
    parse(
        &files::read_text(path, MAX_SCORES_BYTES)?,
        &path.display().to_string(),
    )
}

fn parse(text: &str, file: &str) -> Result<Scores, Fault> {
    let mut scores = Scores::new();
    for (position, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let (release, score) = entry(line).map_err(|fault| fault.at(format!("{file}:{}", position + 1)))?;
        let before = scores.insert(release, score);
        if before.is_some_and(|before| before != score) {
            return Err(
                violation("the release is listed before with another score".to_owned())
                    .at(format!("{file}:{}", position + 1))
                    .remedy("list every release once"),
            );
        }
    }
    Ok(scores)
}

fn entry(line: &str) -> Result<((String, String), f64), Fault> {
    let line: Line = serde_json::from_str(line).map_err(|problem| {
        if problem.is_data() {
            violation(format!("the line is no score: {problem}"))
        } else {
            Fault::new(
                ErrorCode::MalformedJson,
                format!("the line is no JSON: {problem}"),
            )
        }
        .remedy(r#"write {"name": "flask", "version": "2.0.1", "score": 0.5}"#)
    })?;
    if !line.score.is_finite() {
        return Err(violation("the score is no finite number".to_owned()));
    }
    let package = name::package(&line.name)?.to_string();
    Ok(((package, version::parse(&line.version)?.to_string()), line.score))
}

fn violation(message: String) -> Fault {
    Fault::new(ErrorCode::SchemaViolation, message)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn names_and_versions_are_normalised() {
        let scores = parse(
            "{\"name\": \"Typing_Extensions\", \"version\": \"4.0.0RC1\", \"score\": -0.5}\n\n",
            "s",
        )
        .unwrap();
        let key = ("typing-extensions".to_owned(), "4.0.0rc1".to_owned());
        assert_eq!(scores, [(key, -0.5)].into());
    }

    #[test]
    fn a_bad_line_is_named() {
        let good = r#"{"name": "a", "version": "1", "score": 1}"#;
        for (line, code) in [
            ("{\"name\": \"a\"", ErrorCode::MalformedJson),
            (r#"{"name": "a", "version": "1"}"#, ErrorCode::SchemaViolation),
            (
                r#"{"name": "a", "version": "1", "score": "high"}"#,
                ErrorCode::SchemaViolation,
            ),
            (
                r#"{"name": "a", "version": "1", "score": 2}"#,
                ErrorCode::SchemaViolation,
            ),
            (
                r#"{"name": "a b", "version": "1", "score": 1}"#,
                ErrorCode::InvalidName,
            ),
            (
                r#"{"name": "a", "version": "one", "score": 1}"#,
                ErrorCode::InvalidVersion,
            ),
        ] {
            let fault = parse(&format!("{good}\n{line}\n"), "scores.jsonl").unwrap_err();
            assert_eq!(fault.code, code, "{line}");
            assert_eq!(fault.pointer.as_deref(), Some("scores.jsonl:2"), "{line}");
        }
    }
}
