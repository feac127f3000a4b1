//! Every statement of the catalogue on both engines.

use thoth_cypher::{
    CATALOGUE, Graph, Params, READ_MIGRATIONS, READ_STATISTICS, Rows, Statement, WRITE_DOCUMENTS, WRITE_WIPE,
    params,
};
use thoth_ingest::checksum::{GraphChecksum, checksum};
use thoth_schema::error::ErrorCode;

use super::engines::{Engines, difference};
use super::parameters::sets;

fn writes(statement: &Statement) -> bool {
    statement.name.starts_with("write/")
}

#[test]
fn every_statement_has_parameter_sets() {
    let without: Vec<&str> = CATALOGUE
        .iter()
        .filter(|statement| sets(statement.name).is_none_or(|sets| sets.is_empty()))
        .map(|statement| statement.name)
        .collect();
    assert!(
        without.is_empty(),
        "add parameter sets for {without:?} to parameters.rs or written.rs"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_statements_answer_alike() {
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    let mut faults = Vec::new();
    let (mut compared, mut empty) = (0, Vec::new());
    for statement in CATALOGUE.iter().copied().filter(|statement| !writes(statement)) {
        let mut rows = 0;
        for (number, set) in sets(statement.name).unwrap().into_iter().enumerate() {
            let embedded = engines.embedded.read(statement, set.clone()).await;
            let neo4j = engines.neo4j.read(statement, set).await;
            match (&embedded, &neo4j) {
                (Ok(embedded), Ok(neo4j)) => {
                    rows += neo4j.len();
                    compared += neo4j.len();
                    let found = difference(statement, embedded, neo4j);
                    faults.extend(found.map(|found| format!("{} set {number}: {found}", statement.name)));
                }
                _ => faults.push(format!(
                    "{} set {number}: {:?} {:?}",
                    statement.name,
                    embedded.err(),
                    neo4j.err()
                )),
            }
        }
        // Nothing is broken in the fixture, and nothing is loose.
        let finds_faults = ["invariants/", "read/loose_"];
        if rows == 0
            && !finds_faults
                .iter()
                .any(|folder| statement.name.starts_with(folder))
        {
            empty.push(statement.name);
        }
    }
    println!("{compared} rows are the same on both engines");
    assert!(
        faults.is_empty(),
        "{} differences:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(
        empty.is_empty(),
        "the fixture gives these statements no row to compare: {empty:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_without_nodes_are_counted_alike() {
    let Some(engines) = Engines::empty().await else {
        return;
    };
    for graph in engines.both() {
        let rows = graph.read(&READ_STATISTICS, params! {}).await.unwrap();
        assert_eq!(rows.len(), 8, "{}: {rows:?}", graph.engine().as_str());
        assert!(
            rows.iter().all(|row| row.get("nodes").as_int() == Some(0)),
            "{rows:?}"
        );
    }
}

async fn write(graph: &dyn Graph, statement: &'static Statement, set: Params) -> Rows {
    let mut transaction = graph.begin().await.unwrap();
    let rows = match transaction.run(statement, set).await {
        Ok(rows) => rows,
        Err(fault) => panic!("{} on {}: {fault}", statement.name, graph.engine().as_str()),
    };
    transaction.commit().await.unwrap();
    rows
}

/// The tables that differ, by name.
async fn differing_tables(engines: &Engines) -> Vec<String> {
    let embedded = checksum(engines.embedded.as_ref()).await.unwrap();
    let neo4j = checksum(engines.neo4j.as_ref()).await.unwrap();
    let differs = |(name, table): (&String, _)| (neo4j.tables.get(name) != Some(table)).then(|| name.clone());
    embedded.tables.iter().filter_map(differs).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_statements_write_alike() {
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    assert_eq!(
        differing_tables(&engines).await,
        Vec::<String>::new(),
        "after loading the fixture"
    );
    let mut statements: Vec<&'static Statement> =
        CATALOGUE.iter().copied().filter(|one| writes(one)).collect();
    // Emptying the graph comes last, or there is nothing left to compare.
    statements.sort_by_key(|statement| statement.name == WRITE_WIPE.name);
    let mut faults = Vec::new();
    for statement in statements {
        for (number, set) in sets(statement.name).unwrap().into_iter().enumerate() {
            let embedded = write(engines.embedded.as_ref(), statement, set.clone()).await;
            let neo4j = write(engines.neo4j.as_ref(), statement, set).await;
            let mut found: Vec<String> = differing_tables(&engines).await;
            // A statement without columns returns nothing to anybody.
            if !statement.columns().is_empty() {
                found.extend(difference(statement, &embedded, &neo4j));
            }
            let [left, right] = engines
                .both()
                .map(|graph| graph.read(&READ_MIGRATIONS, params! {}));
            found.extend(difference(
                &READ_MIGRATIONS,
                &left.await.unwrap(),
                &right.await.unwrap(),
            ));
            if !found.is_empty() {
                faults.push(format!("{} set {number}: {}", statement.name, found.join("; ")));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    for graph in engines.both() {
        let before = checksum(graph).await.unwrap();
        let mut transaction = graph.begin().await.unwrap();
        transaction
            .run(&WRITE_WIPE, params! { "nodes" => 1_000_000_i64 })
            .await
            .unwrap();
        drop(transaction);
        assert_unchanged(graph, &before).await;
    }
}

/// The rollback of a dropped transaction may still be under way on a server.
async fn assert_unchanged(graph: &dyn Graph, before: &GraphChecksum) {
    let mut after = checksum(graph).await.unwrap();
    for _ in 0..50 {
        if after == *before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        after = checksum(graph).await.unwrap();
    }
    assert_eq!(after, *before, "{}", graph.engine().as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submitted_statement_that_fails_takes_its_transaction_with_it() {
    let Some(engines) = Engines::loaded().await else {
        return;
    };
    for graph in engines.both() {
        let before = checksum(graph).await.unwrap();
        let mut transaction = graph.begin().await.unwrap();
        let outcome = async {
            let wipe = || params! { "nodes" => 1_000_000_i64 };
            transaction.submit(&WRITE_WIPE, wipe()).await?;
            transaction.submit(&WRITE_DOCUMENTS, params! {}).await?;
            transaction.submit(&WRITE_WIPE, wipe()).await?;
            transaction.commit().await
        };
        let fault = outcome.await.unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::GraphQueryFailed, Some(WRITE_DOCUMENTS.name)),
            "{}: {fault}",
            graph.engine().as_str()
        );
        assert_unchanged(graph, &before).await;
        // The next one has its turn.
        let transaction = graph.begin().await.unwrap();
        transaction.commit().await.unwrap();
    }
}
