//! `thoth advise --repair`: a lock in, the smallest set of changes that removes its advisories out.

use std::fmt::Write as _;
use std::process::ExitCode;

use thoth_adviser::{Lock, Reason, Repair};
use thoth_cypher::Graph;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::requirement::Requirement;
use thoth_server::advise::{self, AdviseInput};

use super::args::{AdviseArgs, AdviseFormat};
use super::{lock, requirements};
use crate::exit;
use crate::output::{Colour, Output, lines};

/// Reads a lock: a requirements file that pins every line. Where nothing is required on the command line, its packages
/// are, in any version.
///
/// # Errors
/// Faults of the file; `INVALID_ARGUMENT` for several environments and for a line that pins no version.
pub(super) fn read(path: &str, inputs: &mut [AdviseInput]) -> Result<Lock, Fault> {
    let [input] = inputs else {
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            "a lock is repaired for one environment",
        )
        .at("--environment")
        .remedy("repair the lock of each environment by itself"));
    };
    let file = requirements::read(&[path.to_owned()], &[])?;
    let mut lock = Lock::new();
    let mut loose = Vec::new();
    for text in &file.requirements {
        let pinned = Requirement::parse(text)?;
        if !pinned.applies(&input.environment, None) {
            continue;
        }
        let Some(version) = pinned.exact_pin() else {
            return Err(
                Fault::new(ErrorCode::InvalidArgument, format!("`{text}` pins no version"))
                    .at(path)
                    .remedy("name a lock, in which every line is NAME==VERSION"),
            );
        };
        let extras: Vec<String> = pinned.extras.iter().map(ToString::to_string).collect();
        loose.push(match extras.as_slice() {
            [] => pinned.name.to_string(),
            extras => format!("{}[{}]", pinned.name, extras.join(",")),
        });
        lock.insert(pinned.name, version);
    }
    if input.requirements.is_empty() {
        input.requirements = loose;
    }
    if input.indexes.is_empty() {
        input.indexes = file.indexes;
    }
    Ok(lock)
}

/// Repairs the lock and writes what came of it. Advisories that stay are a finding.
///
/// # Errors
/// Faults of the graph and of the adviser.
pub(super) async fn run(
    args: &AdviseArgs,
    graph: &dyn Graph,
    input: &AdviseInput,
    locked: Lock,
    output: &Output,
) -> Result<ExitCode, Fault> {
    let report = advise::repair(graph, input, locked, args.severity).await?;
    let repair = &report.repair;
    match args.format {
        AdviseFormat::Json => output.json(&report)?,
        AdviseFormat::Table => output.data(&text(repair, output))?,
        AdviseFormat::Requirements => match &repair.stack {
            Some(stack) => output.data(&lock::requirements(stack, output))?,
            None => output.talk(text(repair, output).trim_end()),
        },
    }
    Ok(if repair.stack.is_some() && repair.remaining.is_empty() {
        ExitCode::SUCCESS
    } else {
        exit::finding()
    })
}

/// Writing to a string cannot fail.
fn add(text: &mut String, line: &str) {
    writeln!(text, "{line}").ok();
}

fn words(reasons: &[Reason]) -> String {
    let words: Vec<&str> = reasons.iter().map(|reason| reason.message.as_str()).collect();
    words.join("; ")
}

fn text(repair: &Repair, output: &Output) -> String {
    let mut text = String::new();
    if let Some(conflict) = &repair.conflict {
        add(
            &mut text,
            &format!(
                "{}: no stack meets the requirements",
                output.paint(Colour::Red, "unsatisfiable")
            ),
        );
        for sentence in &conflict.sentences {
            add(&mut text, sentence);
        }
        return text;
    }
    let (headline, colour) = match (repair.changes.is_empty(), repair.remaining.is_empty()) {
        (true, true) => ("nothing to repair", Colour::Green),
        (_, true) => ("repaired", Colour::Green),
        (_, false) => ("repaired in part", Colour::Yellow),
    };
    let headline = output.paint(colour, headline);
    let severity = repair.severity;
    let before = repair.advisories_before;
    let after = repair.remaining.len();
    add(
        &mut text,
        &format!("{headline}: {before} advisories of severity {severity} or above before, {after} after\n"),
    );
    if !repair.changes.is_empty() {
        let mut table = output.table(["package", "from", "to", "why"]);
        for change in &repair.changes {
            table.add_row([
                change.package.clone(),
                change.from.clone().unwrap_or_else(|| "-".to_owned()),
                change.to.clone().unwrap_or_else(|| "-".to_owned()),
                words(&change.because),
            ]);
        }
        add(&mut text, &lines(&table));
    }
    for change in &repair.requirements {
        let (requirement, version) = (&change.requirement, &change.version);
        let why = words(&change.because);
        add(
            &mut text,
            &format!("the requirement {requirement} has to change, it does not admit {version}: {why}"),
        );
    }
    for one in &repair.remaining {
        let why = words(&one.because);
        add(
            &mut text,
            &format!("{} {} keeps {}: {why}", one.package, one.version, one.advisory),
        );
    }
    if !repair.changes.is_empty() {
        let proven = if repair.minimal {
            "proven: fewer changes do not leave as few advisories"
        } else {
            "not proven that fewer changes would not do"
        };
        add(&mut text, proven);
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;
    use crate::settings::Process;

    #[test]
    fn changes_broken_requirements_and_what_stays_are_told() {
        let repair: Repair = serde_json::from_value(json!({
            "severity": "high", "advisoriesBefore": 3, "minimal": true, "conflict": null,
            "changes": [{"package": "lib", "from": "1.0", "to": "2.1",
                         "because": [{"code": "ADVISORY", "message": "1.0 is affected by GHSA-1 (high), fixed in 2.0"}]}],
            "requirements": [{"requirement": "lib==1.0", "version": "2.1",
                              "because": [{"code": "ADVISORY", "message": "1.0 is affected by GHSA-1 (high)"}]}],
            "remaining": [{"package": "web", "version": "1.0", "advisory": "GHSA-2", "severity": null,
                           "because": [{"code": "NO_FIX", "message": "every release of web that could be chosen is affected"}]}],
            "stack": {"score": 1.0, "pins": [], "reasons": []},
        }))
        .unwrap();
        let text = text(&repair, &Output::new(false, &Process::default()));
        for part in [
            "repaired in part: 3 advisories of severity high or above before, 1 after",
            "1.0 is affected by GHSA-1 (high), fixed in 2.0",
            "the requirement lib==1.0 has to change, it does not admit 2.1",
            "web 1.0 keeps GHSA-2: every release of web",
            "proven: fewer changes",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
