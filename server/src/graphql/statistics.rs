//! How much is known, and on what it runs.

use async_graphql::SimpleObject;
use thoth_cypher::{Engine, Rows};

/// How much knowledge there is, in nodes of the graph.
#[derive(SimpleObject)]
pub(crate) struct Statistics {
    /// Packages that are named, as a release's own or by a requirement.
    packages: i64,
    /// Releases.
    package_versions: i64,
    /// Files of releases.
    artifacts: i64,
    /// Documents that the facts come from.
    documents: i64,
    /// Observations of releases.
    observations: i64,
    /// Runtime environments that something was observed in.
    environments: i64,
    /// Indexes that releases come from.
    indexes: i64,
    /// Names that can be imported.
    modules: i64,
}

impl Statistics {
    pub(crate) fn from_rows(rows: &Rows) -> Self {
        let nodes = |label: &str| {
            rows.iter()
                .find(|row| row.text("label") == label)
                .map_or(0, |row| row.int("nodes"))
        };
        Self {
            packages: nodes("Package"),
            package_versions: nodes("PackageVersion"),
            artifacts: nodes("Artifact"),
            documents: nodes("Document"),
            observations: nodes("Observation"),
            environments: nodes("Environment"),
            indexes: nodes("Index"),
            modules: nodes("Module"),
        }
    }
}

/// The graph that answers.
#[derive(SimpleObject)]
pub(crate) struct GraphInfo {
    /// The engine it runs on: `embedded` or `neo4j`.
    engine: &'static str,
}

impl GraphInfo {
    pub(crate) fn of(engine: Engine) -> Self {
        Self {
            engine: engine.as_str(),
        }
    }
}
