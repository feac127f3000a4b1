//! The bare peer: the two drivers as Thoth uses them, without Thoth in between.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use grafeo::{Config, DurabilityMode, GrafeoDB, Value as Stored};
use neo4rs::{BoltList, BoltMap, BoltNull, BoltString, BoltType, ConfigBuilder};
use thoth_cypher::{MIGRATIONS, Value};

use crate::bare_statements;
use crate::capture::Plan;

/// Rows of one `UNWIND`.
const STATEMENT_ROWS: usize = 1_000;

/// An engine reached by its own driver.
pub(crate) enum Bare {
    /// grafeo in this process.
    Embedded(Box<GrafeoDB>),
    /// Neo4j over Bolt.
    Neo4j(neo4rs::Graph),
}

impl Bare {
    /// An empty graph in memory, with the index that Thoth gives it.
    pub(crate) fn in_memory() -> Self {
        Self::embedded(Config::in_memory())
    }

    /// The same in a folder that Thoth can open afterwards, synchronised to the disk at each commit.
    pub(crate) fn durable(folder: &Path) -> Self {
        let config = Config::persistent(folder.join("graph")).with_wal_durability(DurabilityMode::Sync);
        Self::embedded(config)
    }

    fn embedded(config: Config) -> Self {
        let database = GrafeoDB::with_config(config).expect("the graph opens");
        database.create_property_index("key");
        for statement in MIGRATIONS.iter().flat_map(|migration| migration.statements()) {
            let session = database.session();
            session.execute_cypher(&statement).expect("the schema is taken");
        }
        Self::Embedded(Box::new(database))
    }

    /// Neo4j; the caller has emptied and migrated it.
    pub(crate) fn neo4j(url: &str, user: &str, password: &str) -> Self {
        let config = ConfigBuilder::default().uri(url).user(user).password(password);
        let config = config.build().expect("the address is complete");
        Self::Neo4j(neo4rs::Graph::connect(config).expect("the driver starts"))
    }

    /// Writes one batch in one transaction.
    pub(crate) async fn write(&self, plan: Plan) {
        match self {
            Self::Embedded(database) => write_embedded(database, plan),
            Self::Neo4j(driver) => write_neo4j(driver, plan).await,
        }
    }

    /// Ends the use of the graph; what is durable is on the disk then.
    pub(crate) fn close(self) {
        if let Self::Embedded(database) = self {
            database.close().expect("the graph closes");
        }
    }
}

fn chunks(plan: Plan) -> impl Iterator<Item = (&'static str, Vec<Value>)> {
    plan.tables.into_iter().flat_map(|(table, rows)| {
        let mut rows = rows.into_iter().peekable();
        std::iter::from_fn(move || {
            rows.peek()?;
            Some((table, rows.by_ref().take(STATEMENT_ROWS).collect()))
        })
    })
}

fn write_embedded(database: &GrafeoDB, plan: Plan) {
    let mut session = database.session();
    session.begin_transaction().expect("a transaction opens");
    for (table, rows) in chunks(plan) {
        let params = HashMap::from([("rows".to_owned(), stored(Value::List(rows)))]);
        let written = session.execute_cypher_with_params(bare_statements::text(table), params);
        written.unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    session.commit().expect("the transaction commits");
}

async fn write_neo4j(driver: &neo4rs::Graph, plan: Plan) {
    let mut transaction = driver.start_txn().await.expect("a transaction opens");
    for (table, rows) in chunks(plan) {
        let query = neo4rs::query(bare_statements::text(table)).param("rows", bolt(Value::List(rows)));
        let written = transaction.run(query).await;
        written.unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    transaction.commit().await.expect("the transaction commits");
}

fn stored(value: Value) -> Stored {
    match value {
        Value::Null => Stored::Null,
        Value::Bool(flag) => Stored::Bool(flag),
        Value::Int(number) => Stored::Int64(number),
        Value::Float(number) => Stored::Float64(number),
        Value::Text(text) => Stored::String(text.into()),
        Value::List(items) => Stored::List(items.into_iter().map(stored).collect()),
        Value::Map(fields) => {
            let fields = fields.into_iter().map(|(name, item)| (name.into(), stored(item)));
            Stored::Map(Arc::new(fields.collect()))
        }
    }
}

fn bolt(value: Value) -> BoltType {
    match value {
        Value::Null => BoltType::Null(BoltNull),
        Value::Bool(flag) => flag.into(),
        Value::Int(number) => number.into(),
        Value::Float(number) => number.into(),
        Value::Text(text) => BoltType::String(BoltString::from(text)),
        Value::List(items) => BoltType::List(BoltList {
            value: items.into_iter().map(bolt).collect(),
        }),
        Value::Map(fields) => {
            let mut map = BoltMap::with_capacity(fields.len());
            for (name, item) in fields {
                map.put(BoltString::from(name), bolt(item));
            }
            BoltType::Map(map)
        }
    }
}
