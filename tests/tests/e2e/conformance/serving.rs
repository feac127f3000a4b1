//! Advice as a service on both engines: how often the graph is asked, what is remembered and when it is not believed, and
//! that nothing is left to the search that a property of a release alone removes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use serde_json::json;
use thoth_adviser::{PredictorName, Universe, unpruned};
use thoth_cypher::{Engine, Graph, Params, Rows, Statement, Transaction};
use thoth_ingest::reader::{Piece, ReadOptions, read_file};
use thoth_ingest::retract::retract;
use thoth_ingest::sync::sync;
use thoth_schema::document::Document;
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::Fault;
use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_server::advise::{AdviseInput, Advisor, CacheSize, advise, gathered, keep_within_reach};
use thoth_tests::corpus::read;
use thoth_tests::paths::shared_file;

use super::engines::{Engines, clear, embedded};
use super::fixture::documents;
use super::random::{Random, random_document};
use super::retract::store;

const CACHE_BYTES: usize = 64 << 20;
/// Statements of one advise beyond one for each level of the closure: evidence of what survives, and rules.
const BEYOND_DEPTH: u64 = 2;

/// Counts the reading statements that reach the graph behind it.
struct Counted {
    graph: Arc<dyn Graph>,
    reads: AtomicU64,
}

impl Counted {
    fn over(graph: Arc<dyn Graph>) -> Arc<Counted> {
        let reads = AtomicU64::new(0);
        Arc::new(Counted { graph, reads })
    }

    /// How many since the last call.
    fn taken(&self) -> u64 {
        self.reads.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl Graph for Counted {
    fn engine(&self) -> Engine {
        self.graph.engine()
    }

    async fn read(&self, statement: &'static Statement, params: Params) -> Result<Rows, Fault> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.graph.read(statement, params).await
    }

    async fn query(&self, text: &str, params: Params) -> Result<Rows, Fault> {
        self.graph.query(text, params).await
    }

    async fn begin(&self) -> Result<Box<dyn Transaction>, Fault> {
        self.graph.begin().await
    }

    async fn define(&self, text: &str) -> Result<(), Fault> {
        self.graph.define(text).await
    }
}

fn input(requirements: &[&str], python: &str, as_of: Option<&str>) -> AdviseInput {
    let requirements = requirements.iter().map(|text| (*text).to_owned()).collect();
    let environment = Environment::for_platform(Platform::LinuxX86_64, python).unwrap();
    AdviseInput {
        predictor: PredictorName::Exact,
        budget_millis: 60_000,
        seed: 7,
        as_of: as_of.map(str::to_owned),
        ..AdviseInput::new(requirements, environment)
    }
}

/// The answer without what tells how it came about.
fn told(report: Result<thoth_server::advise::Report, Fault>) -> String {
    match report {
        Ok(mut report) => {
            let search = &mut report.advice.search;
            (search.search_millis, search.millis) = (0.0, 0.0);
            (search.graph_statements, search.cache_hits) = (0, 0);
            serde_json::to_string(&report).unwrap()
        }
        Err(fault) => fault.to_string(),
    }
}

/// Both engines, each behind a counter; the second is `None` where there are no services.
async fn graphs() -> Option<(Engines, Vec<Arc<Counted>>)> {
    let engines = Engines::empty().await?;
    let counted = [&engines.embedded, &engines.neo4j].map(|graph| Counted::over(Arc::clone(graph)));
    Some((engines, counted.into()))
}

/// The documents of the recorded corpus that can matter to these requests.
fn recorded(requests: &[AdviseInput]) -> Option<Vec<Document>> {
    let path = shared_file("pypi/corpus.jsonl.zst")?;
    let all = all_documents(&path);
    let mut kept: BTreeMap<String, Document> = BTreeMap::new();
    for request in requests {
        let mut documents = all.clone();
        keep_within_reach(&mut documents, request).unwrap();
        kept.extend(
            documents
                .into_iter()
                .map(|document| (document.id.clone(), document)),
        );
    }
    Some(kept.into_values().collect())
}

fn all_documents(path: &Path) -> Vec<Document> {
    let mut documents = Vec::new();
    read_file(path, &ReadOptions::default(), &mut |piece| {
        if let Piece::Documents(more) = piece {
            documents.extend(more);
        }
        Ok(())
    })
    .unwrap();
    documents
}

/// How many levels of packages lie behind the requirements, whatever the versions.
fn depth(universe: &Universe, input: &AdviseInput) -> u64 {
    let mut level: BTreeSet<PackageName> = BTreeSet::new();
    let applies = |requirement: &Requirement| {
        let extras = requirement.mentions_extra();
        let with_any = extras
            .iter()
            .any(|extra| requirement.applies(&input.environment, Some(extra)));
        with_any || requirement.applies(&input.environment, None)
    };
    for text in &input.requirements {
        level.insert(Requirement::parse(text).unwrap().name);
    }
    let (mut seen, mut depth) = (BTreeSet::new(), 0);
    while !level.is_empty() {
        depth += 1;
        seen.extend(level.iter().cloned());
        let candidates = level.iter().filter_map(|package| universe.packages.get(package));
        let required = candidates
            .flat_map(|knowledge| &knowledge.candidates)
            .flat_map(|candidate| candidate.requirements.iter().flatten())
            .filter(|requirement| applies(requirement))
            .map(|requirement| requirement.name.clone());
        level = required.filter(|name| !seen.contains(name)).collect();
    }
    depth
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advise_asks_once_for_each_level_of_the_closure_and_once_when_it_remembers() {
    let requests = [
        input(&["flask"], "3.8", None),
        input(&["flask", "tensorflow==2.1.0"], "3.7", Some("2020-08-21")),
    ];
    let Some(documents) = recorded(&requests) else {
        return;
    };
    let Some((_engines, graphs)) = graphs().await else {
        return;
    };
    for graph in graphs {
        for batch in documents.chunks(1_000) {
            sync(graph.as_ref(), batch).await.unwrap();
        }
        let engine = graph.engine().as_str();
        for request in &requests {
            graph.taken();
            let (found, asked) = gathered(graph.as_ref(), request).await.unwrap();
            let depth = depth(&found.universe, request);
            assert!(graph.taken() <= depth + BEYOND_DEPTH, "{engine}: {depth} levels");
            assert_eq!(unpruned(&found.universe, &asked).unwrap(), [], "{engine}");
            assert!(
                found.pruned_share > 0.0 && found.pruned_share < 1.0,
                "{engine}: {}",
                found.pruned_share
            );

            let advisor = Advisor::new(Arc::clone(&graph) as Arc<dyn Graph>, CACHE_BYTES);
            let cold = advisor.advise(request).await.unwrap();
            let statements = graph.taken();
            assert_eq!(cold.advice.search.graph_statements, statements, "{engine}");
            assert!(
                statements <= depth + BEYOND_DEPTH,
                "{engine}: {statements} of {depth} levels"
            );
            assert_eq!(cold.advice.search.cache_hits, 0, "{engine}");
            let warm = advisor.advise(request).await.unwrap();
            assert_eq!(
                (graph.taken(), warm.advice.search.graph_statements),
                (1 + BEYOND_DEPTH, 1 + BEYOND_DEPTH),
                "{engine}"
            );
            assert_eq!(
                warm.advice.search.cache_hits,
                found.universe.packages.len() as u64,
                "{engine}"
            );
            println!(
                "{engine}, {:?}: {depth} levels, {statements} statements cold; {:.1} % pruned; {} bytes kept",
                request.requirements,
                found.pruned_share * 100.0,
                advisor.cache().size().bytes
            );
            assert_eq!(told(Ok(warm)), told(Ok(cold)), "{engine}");
        }
    }
}

/// Requests that touch what the fixture and random documents speak of.
fn small_requests() -> Vec<AdviseInput> {
    let mut requests: Vec<AdviseInput> = [
        &["web"][..],
        &["web[test,docs,fast]"],
        &["lib", "shared"],
        &["nowhere"],
    ]
    .into_iter()
    .map(|requirements| input(requirements, "3.7", None))
    .collect();
    requests.push(input(&["web", "native"], "3.7", Some("2019-06-01")));
    requests
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_is_never_older_than_the_graph() {
    let Some((engines, graphs)) = graphs().await else {
        return;
    };
    for graph in &graphs {
        clear(graph.as_ref()).await;
        let (_folder, store) = store();
        let advisor = Advisor::new(Arc::clone(graph) as Arc<dyn Graph>, CACHE_BYTES);
        let mut random = Random::of(5);
        let mut all = documents();
        all.extend((0..30).map(|number| random_document(&mut random, number)));
        random.shuffle(&mut all);
        let mut there: Vec<Document> = Vec::new();
        for (step, document) in all.into_iter().enumerate() {
            store.put(&document).await.unwrap();
            sync(graph.as_ref(), std::slice::from_ref(&document))
                .await
                .unwrap();
            there.push(document);
            if step % 4 == 3 {
                let gone = there.swap_remove(random.below(there.len()));
                retract(graph.as_ref(), &store, &[gone.id], &mut |_| {})
                    .await
                    .unwrap();
            }
            for request in small_requests() {
                let remembered = told(advisor.advise(&request).await);
                let fresh = told(advise(graph.as_ref(), &request).await);
                assert_eq!(
                    remembered,
                    fresh,
                    "{} after {step} documents",
                    graph.engine().as_str()
                );
            }
        }
        let size = advisor.cache().size();
        assert!(size.packages > 0 && size.bytes <= CACHE_BYTES, "{size:?}");
    }
    drop(engines);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_package_is_read_anew_and_the_others_are_not() {
    let graph = Counted::over(embedded().await);
    let release = |name: &str, version: &str, needs: &[&str]| {
        read(
            &json!({"name": name, "version": version, "requires_dist": needs, "upload_time": "2020-01-01T00:00:00Z"}),
        )
    };
    let known = [
        release("top", "1", &["left", "right"]),
        release("left", "1", &["deep"]),
        release("right", "1", &[]),
        release("deep", "1", &[]),
    ];
    sync(graph.as_ref(), &known).await.unwrap();
    let advisor = Advisor::new(Arc::clone(&graph) as Arc<dyn Graph>, CACHE_BYTES);
    let request = input(&["top"], "3.8", None);
    let figures = |report: &thoth_server::advise::Report| {
        let search = &report.advice.search;
        (
            search.graph_statements,
            search.cache_hits,
            report.advice.stacks[0].pins.len(),
        )
    };
    assert_eq!(figures(&advisor.advise(&request).await.unwrap()), (5, 0, 4));
    assert_eq!(figures(&advisor.advise(&request).await.unwrap()), (3, 4, 4));
    let later = [release("right", "2", &["late"]), release("late", "1", &[])];
    sync(graph.as_ref(), &later).await.unwrap();
    assert_eq!(figures(&advisor.advise(&request).await.unwrap()), (4, 3, 5));
    assert_eq!(figures(&advisor.advise(&request).await.unwrap()), (3, 5, 5));

    let forgetful = Advisor::new(Arc::clone(&graph) as Arc<dyn Graph>, 0);
    for _ in 0..2 {
        assert_eq!(figures(&forgetful.advise(&request).await.unwrap()).1, 0);
    }
    assert_eq!(
        forgetful.cache().size(),
        CacheSize {
            packages: 0,
            bytes: 0
        }
    );
}
