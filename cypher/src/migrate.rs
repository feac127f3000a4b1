//! Numbered, immutable, checksummed changes of the graph's schema, recorded in the graph
//! (the habit of neo4j-migrations: a changed file refuses to start).

use crate::{Graph, READ_MIGRATIONS, Statement, WRITE_MIGRATION, fail_point, params};
use sha2::{Digest, Sha256};
use thoth_schema::error::{ErrorCode, Fault};

/// One migration file.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `V001`.
    pub key: &'static str,
    /// What the file is called behind its number.
    pub name: &'static str,
    /// Data definition statements separated by `;`, each safe to repeat.
    pub source: &'static str,
}

/// Every migration in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        key: "V001",
        name: "keys",
        source: include_str!("../migrations/V001__keys.cypher"),
    },
    Migration {
        key: "V002",
        name: "names",
        source: include_str!("../migrations/V002__names.cypher"),
    },
    Migration {
        key: "V003",
        name: "kinds",
        source: include_str!("../migrations/V003__kinds.cypher"),
    },
    Migration {
        key: "V004",
        name: "rules",
        source: include_str!("../migrations/V004__rules.cypher"),
    },
];

impl Migration {
    /// SHA-256 of the file, hexadecimal.
    pub fn checksum(&self) -> String {
        Sha256::digest(self.source.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The statements without comments.
    pub fn statements(&self) -> impl Iterator<Item = String> {
        let code: Vec<&str> = self
            .source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        let statements: Vec<String> = code
            .join("\n")
            .split(';')
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        statements.into_iter()
    }
}

/// Brings the graph to the newest schema and returns the keys that were applied now.
///
/// Interrupted half-way it is simply run again: every statement is safe to repeat and the record is written last. Two
/// processes that start at once do the same work twice, to the same end.
///
/// # Errors
/// `MIGRATION_CHANGED` when the graph records another text for a migration, or one that this binary does not know.
pub async fn migrate(graph: &dyn Graph) -> Result<Vec<&'static str>, Fault> {
    let applied = recorded(graph).await?;
    let mut now = Vec::new();
    for migration in MIGRATIONS {
        if applied.iter().any(|(key, _)| key == migration.key) {
            continue;
        }
        for statement in migration.statements() {
            graph.define(&statement).await?;
            fail_point!(MigrateBetweenStatements, migration.key)?;
        }
        let mut transaction = graph.begin().await?;
        let record =
            params! { "key" => migration.key, "name" => migration.name, "checksum" => migration.checksum() };
        transaction.run(&WRITE_MIGRATION, record).await?;
        transaction.commit().await?;
        tracing::info!(
            migration.key = migration.key,
            migration.name = migration.name,
            "migration applied"
        );
        now.push(migration.key);
    }
    Ok(now)
}

/// The keys of migrations that this graph still lacks.
///
/// # Errors
/// As [`migrate`].
pub async fn pending(graph: &dyn Graph) -> Result<Vec<&'static str>, Fault> {
    let applied = recorded(graph).await?;
    let lacking = MIGRATIONS
        .iter()
        .filter(|migration| !applied.iter().any(|(key, _)| key == migration.key));
    Ok(lacking.map(|migration| migration.key).collect())
}

async fn recorded(graph: &dyn Graph) -> Result<Vec<(String, String)>, Fault> {
    let rows = graph.read(&READ_MIGRATIONS, params! {}).await?;
    let mut applied = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let key = row.text("key");
        let known = MIGRATIONS.iter().find(|migration| migration.key == key);
        if known.is_none_or(|migration| migration.checksum() != row.text("checksum")) {
            return Err(changed(key, &READ_MIGRATIONS));
        }
        applied.push((key.to_owned(), row.text("checksum").to_owned()));
    }
    Ok(applied)
}

fn changed(key: &str, statement: &Statement) -> Fault {
    Fault {
        code: ErrorCode::MigrationChanged,
        message: format!("the graph was migrated by another text of {key} than this binary holds"),
        pointer: Some(statement.name.to_owned()),
        remedy: Some("run the version that made this graph, or rebuild the graph from the store".to_owned()),
    }
}
