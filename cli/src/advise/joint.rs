//! `thoth advise --environment A --environment B`: one lock for several environments, with markers where a line holds
//! in some of them only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use thoth_adviser::{JointAdvice, JointOutcome, Pin};
use thoth_cypher::Graph;
use thoth_schema::environment::Environment;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::purl::DEFAULT_INDEX;
use thoth_server::advise::{self, AdviseInput};

use super::args::{AdviseArgs, AdviseFormat};
use crate::exit;
use crate::output::{Colour, Output, lines};

/// The variables by which environments are told apart, the best known first.
const VARIABLES: &[&str] = &[
    "python_version",
    "sys_platform",
    "platform_machine",
    "platform_python_implementation",
    "os_name",
    "platform_system",
    "python_full_version",
];

/// Advises for all environments and writes what came of it.
///
/// # Errors
/// Faults of the graph and of the adviser; `INVALID_ARGUMENT` where no marker tells the environments apart.
pub(super) async fn run(
    args: &AdviseArgs,
    graph: &dyn Graph,
    inputs: &[AdviseInput],
    output: &Output,
) -> Result<ExitCode, Fault> {
    if !args.explain.is_empty() || args.plot.is_some() {
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            "--explain and --plot are about one environment",
        )
        .remedy("name one environment"));
    }
    let environments: Vec<&Environment> = inputs.iter().map(|input| &input.environment).collect();
    let report = advise::advise_jointly(graph, inputs).await?;
    match args.format {
        AdviseFormat::Json => output.json(&report)?,
        AdviseFormat::Table => output.data(&text(&report.advice, output))?,
        AdviseFormat::Requirements if report.advice.outcome == JointOutcome::Unsatisfiable => {
            output.talk(text(&report.advice, output).trim_end());
        }
        AdviseFormat::Requirements => output.data(&requirements(&report.advice, &environments)?)?,
    }
    Ok(if report.advice.outcome == JointOutcome::Unsatisfiable {
        exit::finding()
    } else {
        ExitCode::SUCCESS
    })
}

/// Releases, as package, version and index, each with the environments that it is pinned in.
type PinsByRelease<'advice> =
    BTreeMap<(&'advice str, &'advice str, &'advice str), Vec<(usize, &'advice Pin)>>;

/// Each line of all locks, with the environments it is for.
fn pins(advice: &JointAdvice) -> PinsByRelease<'_> {
    let mut pins: BTreeMap<_, Vec<(usize, &Pin)>> = BTreeMap::new();
    for (part, environment) in advice.environments.iter().enumerate() {
        for pin in environment.stack.iter().flat_map(|stack| &stack.pins) {
            let key = (pin.name.as_str(), pin.version.as_str(), pin.index.as_str());
            pins.entry(key).or_default().push((part, pin));
        }
    }
    pins
}

/// Writing to a string cannot fail.
fn add(text: &mut String, line: &str) {
    writeln!(text, "{line}").ok();
}

fn text(advice: &JointAdvice, output: &Output) -> String {
    let mut text = String::new();
    let names: Vec<&str> = advice
        .environments
        .iter()
        .map(|one| one.environment.as_str())
        .collect();
    let headline = match advice.outcome {
        JointOutcome::OneLock => format!(
            "{} for {}",
            output.paint(Colour::Green, "one lock"),
            names.join(", ")
        ),
        JointOutcome::Different => format!(
            "{}: {} of the packages differ between {}",
            output.paint(Colour::Yellow, "no common lock"),
            advice.differences.len(),
            names.join(", ")
        ),
        JointOutcome::Unsatisfiable => {
            format!(
                "{}: an environment has no stack",
                output.paint(Colour::Red, "unsatisfiable")
            )
        }
    };
    add(&mut text, &format!("{headline}\n"));
    if advice.outcome == JointOutcome::Unsatisfiable {
        for one in &advice.environments {
            for sentence in one.conflict.iter().flat_map(|conflict| &conflict.sentences) {
                add(&mut text, &format!("{}: {sentence}", one.environment));
            }
        }
        return text;
    }
    let mut table = output.table(["package", "version", "for"]);
    for ((name, version, _), places) in pins(advice) {
        let place = if places.len() == names.len() {
            "all".to_owned()
        } else {
            let places: Vec<&str> = places.iter().map(|(part, _)| names[*part]).collect();
            places.join(", ")
        };
        table.add_row([name.to_owned(), version.to_owned(), place]);
    }
    add(&mut text, &lines(&table));
    for one in &advice.differences {
        let versions = one.versions.iter().zip(&names);
        let versions: Vec<String> = versions
            .filter_map(|(version, name)| version.as_ref().map(|version| format!("{version} for {name}")))
            .collect();
        add(
            &mut text,
            &format!("{} differs: {}", one.package, versions.join(", ")),
        );
    }
    let least = match (advice.minimal, advice.differences.is_empty()) {
        (true, true) => "one lock fits all",
        (true, false) => "proven: fewer packages cannot differ",
        (false, _) => "not proven that fewer packages could not differ",
    };
    let best = if advice.optimal {
        "best score, proven"
    } else {
        "not proven the best score"
    };
    add(
        &mut text,
        &format!(
            "{least} | score {:.4} | {best} | {:.1} ms",
            advice.score, advice.millis
        ),
    );
    text
}

/// One requirements file for all environments.
fn requirements(advice: &JointAdvice, environments: &[&Environment]) -> Result<String, Fault> {
    let all = pins(advice);
    let mut indexes: Vec<&str> = all
        .keys()
        .map(|(_, _, index)| *index)
        .filter(|index| *index != DEFAULT_INDEX)
        .collect();
    indexes.sort_unstable();
    indexes.dedup();
    let mut text = String::new();
    for index in indexes {
        add(&mut text, &format!("--extra-index-url {index}"));
    }
    for ((name, version, _), places) in all {
        let mut extras: Vec<&str> = places
            .iter()
            .flat_map(|(_, pin)| &pin.extras)
            .map(String::as_str)
            .collect();
        extras.sort_unstable();
        extras.dedup();
        let extras = if extras.is_empty() {
            String::new()
        } else {
            format!("[{}]", extras.join(","))
        };
        write!(text, "{name}{extras}=={version}").ok();
        if places.len() < environments.len() {
            let parts: Vec<usize> = places.iter().map(|(part, _)| *part).collect();
            write!(text, " ; {}", marker(&parts, environments)?).ok();
        }
        let mut hashes: Vec<&str> = places
            .iter()
            .flat_map(|(_, pin)| &pin.hashes)
            .map(String::as_str)
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        for hash in hashes {
            write!(text, " \\\n    --hash={hash}").ok();
        }
        text.push('\n');
    }
    Ok(text)
}

/// A marker that holds in these environments and in none of the others.
fn marker(parts: &[usize], environments: &[&Environment]) -> Result<String, Fault> {
    let value = |part: usize, variable: &str| environments[part].variables().get(variable);
    let others: Vec<usize> = (0..environments.len())
        .filter(|part| !parts.contains(part))
        .collect();
    let apart = |variables: &[&str]| {
        let equal = |one: usize, other: usize| {
            variables
                .iter()
                .all(|name| value(one, name) == value(other, name))
        };
        parts
            .iter()
            .all(|one| others.iter().all(|other| !equal(*one, *other)))
    };
    // One variable where that is enough, else as many as it takes.
    let alone = VARIABLES
        .iter()
        .find(|name| apart(&[name]))
        .map(|name| vec![*name]);
    let several = (1..=VARIABLES.len())
        .map(|count| VARIABLES[..count].to_vec())
        .find(|names| apart(names));
    let Some(variables) = alone.or(several) else {
        return Err(Fault::new(
            ErrorCode::InvalidArgument,
            "no marker tells the environments apart",
        )
        .remedy("use --format json, which has a lock for each environment"));
    };
    let mut clauses: Vec<String> = parts
        .iter()
        .map(|part| {
            let tests = variables
                .iter()
                .filter_map(|name| Some(format!("{name} == '{}'", value(*part, name)?)));
            tests.collect::<Vec<String>>().join(" and ")
        })
        .collect();
    clauses.sort_unstable();
    clauses.dedup();
    Ok(clauses.join(" or "))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;
    use thoth_schema::environment::Platform;
    use thoth_schema::requirement::Requirement;

    use super::*;
    use crate::settings::Process;

    #[test]
    fn one_file_serves_every_environment_through_markers() {
        let environment = |platform, python| Environment::for_platform(platform, python).unwrap();
        let all = [
            environment(Platform::LinuxX86_64, "3.9"),
            environment(Platform::LinuxX86_64, "3.11"),
            environment(Platform::WindowsX86_64, "3.11"),
        ];
        let pin = |name: &str, version: &str, hash: &str| {
            json!({"name": name, "version": version, "index": "default", "extras": [], "hashes": [hash], "score": 1.0,
                   "reasons": []})
        };
        let stack = |pins: Vec<serde_json::Value>| json!({"score": 1.0, "pins": pins, "reasons": []});
        let advice: JointAdvice = serde_json::from_value(json!({
            "outcome": "different", "minimal": true, "optimal": true, "score": 3.0, "millis": 1.0,
            "differences": [{"package": "lib", "versions": ["1.0", "2.0", "2.0"]}],
            "environments": [
                {"environment": "a", "stack": stack(vec![pin("lib", "1.0", "sha256:1"), pin("web", "1.0", "sha256:3")]), "conflict": null},
                {"environment": "b", "stack": stack(vec![pin("lib", "2.0", "sha256:2"), pin("web", "1.0", "sha256:3")]), "conflict": null},
                {"environment": "c", "stack": stack(vec![pin("colour", "4", "sha256:5"), pin("lib", "2.0", "sha256:2"), pin("web", "1.0", "sha256:4")]), "conflict": null},
            ],
        }))
        .unwrap();
        let environments: Vec<&Environment> = all.iter().collect();
        let text = requirements(&advice, &environments).unwrap();
        assert_eq!(
            text,
            "colour==4 ; sys_platform == 'win32' \\\n    --hash=sha256:5\n\
             lib==1.0 ; python_version == '3.9' \\\n    --hash=sha256:1\n\
             lib==2.0 ; python_version == '3.11' \\\n    --hash=sha256:2\n\
             web==1.0 \\\n    --hash=sha256:3 \\\n    --hash=sha256:4\n"
        );
        for line in [
            "colour==4 ; sys_platform == 'win32'",
            "lib==1.0 ; python_version == '3.9'",
        ] {
            let requirement = Requirement::parse(line).unwrap();
            let holds: Vec<bool> = all.iter().map(|one| requirement.applies(one, None)).collect();
            assert_eq!(holds.iter().filter(|holds| **holds).count(), 1, "{line}");
        }
        let shown = super::text(&advice, &Output::new(false, &Process::default()));
        assert!(
            shown.contains("no common lock: 1 of the packages differ between a, b, c"),
            "{shown}"
        );
        assert!(
            shown.contains("lib differs: 1.0 for a, 2.0 for b, 2.0 for c"),
            "{shown}"
        );
        let twice: Vec<&Environment> = vec![&all[0], &all[0], &all[0]];
        assert_eq!(
            requirements(&advice, &twice).unwrap_err().code,
            ErrorCode::InvalidArgument
        );
    }
}
