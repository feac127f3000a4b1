//! Recorded cases as universes and requests.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use thoth_adviser::{
    Candidate, PackageKnowledge, PredictorName, PrereleasePolicy, RecommendationType, Request, Scoring,
    Universe,
};
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::tags::{ArtifactName, SupportedTags};
use thoth_schema::version::{Version, is_prerelease, order_key};

/// Where the recorded data is; nothing when it is not there, which is printed.
pub(crate) fn shared_data() -> Option<PathBuf> {
    let given = std::env::var_os("THOTH_SHARED_DATA").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no recorded data at {}", folder.display());
    None
}

/// The cases of a suite.
pub(crate) fn cases(suite: &str) -> Vec<Value> {
    let Some(folder) = shared_data() else {
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join(format!("cases/{suite}.json"))).expect("a readable suite");
    serde_json::from_str(&text).expect("a suite is a JSON list")
}

/// The records of one package: version and record.
type Records = BTreeMap<PackageName, Vec<(String, Value)>>;

/// Reads indexes of cases, each file once.
#[derive(Default)]
pub(crate) struct Loader {
    corpus: Option<Arc<Records>>,
    requirements: HashMap<String, Arc<Requirement>>,
}

impl Loader {
    fn corpus(&mut self) -> Arc<Records> {
        Arc::clone(self.corpus.get_or_insert_with(|| {
            let folder = shared_data().expect("recorded data");
            let bytes = std::fs::read(folder.join("pypi/corpus.jsonl.zst")).expect("the corpus");
            let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).expect("zstd")).expect("UTF-8");
            let mut records = Records::new();
            for line in text.lines() {
                let record: Value = serde_json::from_str(line).expect("a record");
                let name = record["name"]
                    .as_str()
                    .expect("a name")
                    .parse()
                    .expect("a package name");
                let version = record["version"].as_str().expect("a version").to_owned();
                records.entry(name).or_default().push((version, record));
            }
            Arc::new(records)
        }))
    }

    fn records(&mut self, index: &Value) -> Records {
        if index.get("corpus").is_some() {
            let day = index["as_of"].as_str().unwrap_or("9999").to_owned();
            let in_time = |record: &Value| {
                record["upload_time"]
                    .as_str()
                    .is_some_and(|time| &time[..10] <= day.as_str())
            };
            let keep = |(_, record): &&(String, Value)| !record["requires_dist"].is_null() && in_time(record);
            let corpus = self.corpus();
            return corpus
                .iter()
                .map(|(name, all)| (name.clone(), all.iter().filter(keep).cloned().collect()))
                .collect();
        }
        let inline = match index.get("file") {
            None => index["inline"].clone(),
            Some(file) => {
                let path = shared_data()
                    .expect("recorded data")
                    .join("cases")
                    .join(file.as_str().expect("a path"));
                let bytes = std::fs::read(path).expect("an index");
                serde_json::from_slice(&zstd::decode_all(bytes.as_slice()).expect("zstd")).expect("JSON")
            }
        };
        let mut records = Records::new();
        for (name, versions) in inline.as_object().expect("packages") {
            let all = versions.as_object().expect("versions").iter();
            let all = all
                .map(|(version, record)| (version.clone(), record.clone()))
                .collect();
            records.insert(name.parse().expect("a package name"), all);
        }
        records
    }

    fn requirement(&mut self, text: &str) -> Arc<Requirement> {
        if let Some(known) = self.requirements.get(text) {
            return Arc::clone(known);
        }
        let parsed = Arc::new(Requirement::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")));
        self.requirements.insert(text.to_owned(), Arc::clone(&parsed));
        parsed
    }

    /// The universe of a case: what its requirements may reach.
    pub(crate) fn universe(&mut self, case: &Value, request: &Request) -> Universe {
        let records = self.records(&case["index"]);
        let tags = request.environment.supported_tags();
        let seed = case["expected"]["best_score"]["seed"].as_str();
        let mut universe = Universe::default();
        let mut todo: Vec<PackageName> = request.requirements.iter().map(|one| one.name.clone()).collect();
        while let Some(name) = todo.pop() {
            let Some(releases) = records.get(&name).filter(|releases| !releases.is_empty()) else {
                continue;
            };
            if universe.packages.contains_key(&name) {
                continue;
            }
            let versions: Vec<Version> = releases
                .iter()
                .map(|(version, _)| version.parse().expect("a version"))
                .collect();
            let mut knowledge = PackageKnowledge {
                known: true,
                all_prereleases: versions.iter().all(is_prerelease),
                candidates: Vec::new(),
            };
            for (version, (_, record)) in versions.into_iter().zip(releases) {
                if !installs(record, &tags) {
                    continue;
                }
                let texts = record["requires_dist"].as_array().cloned().unwrap_or_default();
                let requirements: Vec<Arc<Requirement>> = texts
                    .iter()
                    .map(|text| self.requirement(text.as_str().expect("a requirement")))
                    .collect();
                todo.extend(requirements.iter().map(|one| one.name.clone()));
                knowledge.candidates.push(Candidate {
                    order: order_key(&version),
                    index: "default".to_owned(),
                    yanked: record["yanked"].as_bool().unwrap_or(false),
                    requires_python: record["requires_python"].as_str().map(str::to_owned),
                    requirements: Some(requirements),
                    score: seed.map(|seed| score(seed, name.as_ref(), &version)),
                    published_at: record["upload_time"].as_str().map(str::to_owned),
                    version,
                });
            }
            universe.packages.insert(name, knowledge);
        }
        universe
    }

    /// The request of a case.
    pub(crate) fn request(&mut self, case: &Value) -> Request {
        let read = |list: &Value| -> Vec<Requirement> {
            let list = list.as_array().cloned().unwrap_or_default();
            list.iter()
                .map(|text| Requirement::parse(text.as_str().expect("text")).expect("a requirement"))
                .collect()
        };
        let environment = match case.get("environment") {
            Some(variables) => Environment::from_json(variables),
            None => {
                Environment::for_platform(Platform::LinuxX86_64, case["python"].as_str().expect("a Python"))
            }
        };
        Request {
            constraints: read(&case["constraints"]),
            environment: environment.expect("an environment"),
            prerelease: match case["options"]["prereleases"].as_str() {
                Some("allow") => PrereleasePolicy::Allow,
                Some("fallback") => PrereleasePolicy::Fallback,
                _ => PrereleasePolicy::IfNecessaryOrExplicit,
            },
            ..request(read(&case["requirements"]))
        }
    }
}

/// A request with nothing special about it.
pub(crate) fn request(requirements: Vec<Requirement>) -> Request {
    Request {
        requirements,
        constraints: Vec::new(),
        environment: Environment::for_platform(Platform::LinuxX86_64, "3.11").expect("an environment"),
        prerelease: PrereleasePolicy::default(),
        scoring: Scoring::Recency,
        recommendation_type: RecommendationType::Latest,
        policy: thoth_adviser::Policy::default(),
        lock: None,
        predictor: PredictorName::Exact,
        count: 1,
        limit: None,
        budget: Duration::from_secs(60),
        seed: 0,
        combine: Vec::new(),
        warm_start: None,
        trace: false,
        control: None,
    }
}

fn installs(record: &Value, tags: &SupportedTags) -> bool {
    let Some(artifacts) = record["artifacts"].as_array() else {
        return true;
    };
    let name = |artifact: &Value| {
        artifact
            .as_str()
            .or(artifact["filename"].as_str())
            .expect("a file name")
            .to_owned()
    };
    let recorded_and_empty = artifacts.is_empty() && record.get("name").is_some();
    recorded_and_empty
        || artifacts
            .iter()
            .any(|one| tags.supports(&ArtifactName::parse(&name(one))))
}

/// Uniform in [-1, 1) from the SHA-256 of `seed:name==version`.
pub(crate) fn score(seed: &str, name: &str, version: &Version) -> f64 {
    let digest = Sha256::digest(format!("{seed}:{name}=={version}"));
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first) as f64 / (1_u64 << 63) as f64 - 1.0
}

/// What is known where this index is all there is, and a request for these requirements.
pub(crate) fn inline(index: serde_json::Value, requirements: &[&str]) -> (Universe, Request) {
    let case = serde_json::json!({ "index": { "inline": index }, "expected": {} });
    let requirements = requirements
        .iter()
        .map(|text| Requirement::parse(text).expect("a requirement"));
    let request = request(requirements.collect());
    (Loader::default().universe(&case, &request), request)
}
