//! Files into the graph, the graph emptied and rebuilt.

use crate::support::{file_store, memory_graph, record};
use futures::TryStreamExt;
use thoth_cypher::Graph;
use thoth_ingest::checksum::checksum;
use thoth_ingest::direct::{Progress, ingest_paths};
use thoth_ingest::reader::ReadOptions;
use thoth_ingest::rebuild::{rebuild, wipe};
use thoth_schema::error::ErrorCode;

async fn nodes(graph: &dyn Graph) -> i64 {
    let rows = graph
        .query("MATCH (n) RETURN count(n) AS nodes", thoth_cypher::params! {})
        .await
        .unwrap();
    rows.iter().next().unwrap().int("nodes")
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_stored_ingested_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(&folder.path().join("store"));
    let text: String = (0..2_500)
        .map(|number| record(&format!("p{number}"), "1.0") + "\n")
        .collect();
    std::fs::write(folder.path().join("a.jsonl"), &text).unwrap();
    std::fs::write(folder.path().join("b.json"), record("p7", "1.0")).unwrap();
    let paths = [folder.path().join("a.jsonl"), folder.path().join("b.json")];
    let graph = memory_graph().await;

    let mut seen: Vec<Progress> = Vec::new();
    let mut progress = |state| seen.push(state);
    let options = ReadOptions::default();
    let summary = ingest_paths(graph.as_ref(), Some(&store), &paths, &options, &mut progress)
        .await
        .unwrap();
    assert_eq!(
        (summary.read, summary.ingested, summary.already_known),
        (2_501, 2_500, 1)
    );
    assert_eq!(store.list().try_collect::<Vec<_>>().await.unwrap().len(), 2_500);
    let last = seen.last().unwrap();
    assert_eq!((last.done, last.bytes_read), (2_501, last.bytes_total));

    let summary = ingest_paths(graph.as_ref(), Some(&store), &paths, &options, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(
        (summary.read, summary.ingested, summary.already_known),
        (2_501, 0, 2_501)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_file_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(&folder.path().join("store"));
    let good: String = (0..1_500)
        .map(|number| record(&format!("p{number}"), "1.0") + "\n")
        .collect();
    let path = folder.path().join("bad.jsonl");
    std::fs::write(&path, format!("{good}{{\"name\":\"x\",")).unwrap();
    let graph = memory_graph().await;
    let before = checksum(graph.as_ref()).await.unwrap();

    let paths = [path];
    let strict = ReadOptions::default();
    let fault = ingest_paths(graph.as_ref(), Some(&store), &paths, &strict, &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(fault.code, ErrorCode::TruncatedInput, "{fault}");
    assert!(
        fault.pointer.clone().unwrap().ends_with("bad.jsonl:1501"),
        "{fault}"
    );
    assert_eq!(checksum(graph.as_ref()).await.unwrap(), before);
    assert!(store.list().try_collect::<Vec<_>>().await.unwrap().is_empty());

    let graceful = ReadOptions {
        graceful: true,
        ..ReadOptions::default()
    };
    let summary = ingest_paths(graph.as_ref(), Some(&store), &paths, &graceful, &mut |_| {})
        .await
        .unwrap();
    assert_eq!((summary.ingested, summary.rejected_count), (1_500, 1));
    assert_eq!(summary.rejected[0].code, ErrorCode::TruncatedInput);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graph_is_disposable() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(&folder.path().join("store"));
    let text: String = (0..3_000)
        .map(|number| record(&format!("p{}", number % 900), &format!("1.{number}")) + "\n")
        .collect();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, text).unwrap();
    let graph = memory_graph().await;
    ingest_paths(
        graph.as_ref(),
        Some(&store),
        &[path],
        &ReadOptions::default(),
        &mut |_| {},
    )
    .await
    .unwrap();
    let expected = checksum(graph.as_ref()).await.unwrap();
    let had = nodes(graph.as_ref()).await;
    assert!(had > 6_000, "{had}");

    let mut reported = 0;
    assert_eq!(
        wipe(graph.as_ref(), &mut |removed| reported = removed)
            .await
            .unwrap(),
        had as u64
    );
    assert_eq!(reported, had as u64);
    assert_eq!(nodes(graph.as_ref()).await, 0);
    assert_eq!(wipe(graph.as_ref(), &mut |_| {}).await.unwrap(), 0);

    let summary = rebuild(graph.as_ref(), &store, &mut |_| {}).await.unwrap();
    assert_eq!((summary.read, summary.ingested), (3_000, 3_000));
    assert_eq!(checksum(graph.as_ref()).await.unwrap(), expected);
    let again = rebuild(graph.as_ref(), &store, &mut |_| {}).await.unwrap();
    assert_eq!((again.ingested, again.already_known), (0, 3_000));
    assert_eq!(checksum(graph.as_ref()).await.unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_tells_of_a_damaged_document() {
    let folder = tempfile::tempdir().unwrap();
    let store = file_store(folder.path());
    let key = store.put(&crate::support::release("flask", "1.0")).await.unwrap();
    std::fs::write(folder.path().join(key.as_str()), b"").unwrap();
    let graph = memory_graph().await;
    let fault = rebuild(graph.as_ref(), &store, &mut |_| {}).await.unwrap_err();
    assert_eq!(
        (fault.code, fault.pointer.as_deref()),
        (ErrorCode::StoreCorrupt, Some(key.as_str()))
    );
}
