//! The invariants of the graph: the statements under `cypher/invariants`, and that every stored interval is the one
//! its specifier means.

use serde::Serialize;
use thoth_cypher::{CATALOGUE, Graph, Params, READ_PACKAGES, READ_REQUIREMENT_INTERVALS, Row, Value, params};
use thoth_schema::error::Fault;
use thoth_schema::marker;
use thoth_schema::requirement::Requirement;
use thoth_schema::versions::VersionSet;

/// Packages whose requirement lines are compared in one statement.
const PAGE: i64 = 100;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The invariant, as its statement is called.
    pub invariant: String,
    /// Key of the node at fault.
    pub key: String,
    /// What is wrong.
    pub problem: String,
}

/// Checks all invariants; an empty list is a healthy graph.
///
/// # Errors
/// Faults of the graph.
pub async fn check(graph: &dyn Graph) -> Result<Vec<Violation>, Fault> {
    let mut violations = Vec::new();
    for statement in CATALOGUE
        .iter()
        .filter(|statement| statement.name.starts_with("invariants/"))
    {
        let invariant = statement.name.trim_start_matches("invariants/");
        for row in graph.read(statement, Params::new()).await?.iter() {
            violations.push(Violation {
                invariant: invariant.to_owned(),
                key: row.text("key").to_owned(),
                problem: row
                    .optional_text("problem")
                    .or_else(|| statement.header("purpose"))
                    .unwrap_or(invariant)
                    .to_owned(),
            });
        }
    }
    violations.extend(disagreeing_intervals(graph).await?);
    Ok(violations)
}

async fn disagreeing_intervals(graph: &dyn Graph) -> Result<Vec<Violation>, Fault> {
    let mut violations = Vec::new();
    let mut after = String::new();
    loop {
        let page = params! { "prefix" => "", "after" => &after, "limit" => PAGE };
        let packages = graph.read(&READ_PACKAGES, page).await?;
        let Some(last) = packages.iter().last() else {
            return Ok(violations);
        };
        after = last.text("name").to_owned();
        let keys: Vec<&str> = packages.iter().map(|row| row.text("key")).collect();
        let lines = graph
            .read(&READ_REQUIREMENT_INTERVALS, params! { "keys" => keys })
            .await?;
        for line in lines.iter() {
            if let Some(problem) = disagreement(line) {
                let invariant = "interval_disagrees_with_specifier".to_owned();
                violations.push(Violation {
                    invariant,
                    key: line.text("version").to_owned(),
                    problem,
                });
            }
        }
    }
}

fn disagreement(line: Row<'_>) -> Option<String> {
    let text = line.text("text");
    let requirement = match Requirement::parse(text) {
        Ok(requirement) => requirement,
        Err(fault) => return Some(format!("`{text}` cannot be read: {}", fault.message)),
    };
    let reach = marker::reach(&requirement.marker);
    let agrees = line.text("name") == requirement.name.as_ref()
        && same(&requirement.versions, line.get("from"), line.get("until"))
        && same(&reach.python, line.get("pythonFrom"), line.get("pythonUntil"))
        && line.texts("platforms") == reach.platforms
        && line.texts("machines") == reach.machines;
    (!agrees).then(|| format!("the intervals stored for `{text}` are not what it means"))
}

/// Absent bounds stand for every version.
fn same(set: &VersionSet, from: &Value, until: &Value) -> bool {
    if from.is_null() && until.is_null() {
        return set.is_all();
    }
    let (from, until) = (from.texts(), until.texts());
    let meant = set.intervals();
    meant.len() == from.len()
        && meant.len() == until.len()
        && meant
            .iter()
            .zip(from.iter().zip(&until))
            .all(|(interval, (from, until))| interval.from == *from && interval.until == *until)
}
