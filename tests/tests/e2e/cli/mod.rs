//! Every verb of `thoth` as a user calls it: what it prints, where, and with which exit code.

mod advise;
mod demo;
mod documents;
mod faults;
mod graph;
mod lock;
mod modes;
mod purge;
mod rules;
mod usage;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use thoth_tests::binary::{Output, Thoth};

/// A folder with record files, and in it a graph and a store for the runs of one test.
struct Place(TempDir);

impl Place {
    fn new() -> Place {
        Place(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file and gives its path as an argument.
    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn graph_url(&self) -> String {
        format!("embedded:{}", self.path("graph").display())
    }

    /// `thoth` with the graph and the store of this place.
    fn thoth<const COUNT: usize>(&self, arguments: [&str; COUNT]) -> Thoth {
        Thoth::new()
            .args(arguments)
            .env("THOTH_GRAPH_URL", self.graph_url())
            .env(
                "THOTH_STORE_URL",
                format!("file://{}", self.path("store").display()),
            )
    }

    /// Files that lie in the store.
    fn stored(&self) -> usize {
        count_files(&self.path("store"))
    }

    /// Documents that the graph states.
    fn documents_in_graph(&self) -> u64 {
        let query = "MATCH (d:Document) RETURN count(d) AS documents";
        let output = self
            .thoth(["graph", "query", "-e", query, "--format", "json"])
            .run()
            .expect_code(0);
        output.json()[0]["documents"].as_u64().unwrap()
    }
}

fn count_files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| if path.is_dir() { count_files(&path) } else { 1 })
        .sum()
}

/// A record of a release that installs everywhere.
fn record(name: &str, version: &str, requires: &[&str]) -> Value {
    let sha256 = crate::hashed_score::sha256_hex(&format!("{name}-{version}"));
    let filename = format!("{}-{version}-py3-none-any.whl", name.replace('-', "_"));
    json!({
        "name": name, "version": version, "requires_dist": requires, "yanked": false,
        "upload_time": "2020-01-01T00:00:00Z",
        "artifacts": [{"filename": filename, "kind": "wheel", "sha256": sha256, "yanked": false}],
    })
}

/// Three packages: `app` needs `lib`, and `lib` 2 needs `other` that only `lib` 1 can do without.
fn records() -> String {
    let records = [
        record("app", "1.0", &["lib>=1"]),
        record("app", "2.0", &["lib>=1,<3"]),
        record("lib", "1.0", &[]),
        record("lib", "2.0", &["other>=1"]),
        record("other", "1.0", &[]),
    ];
    records.map(|record| record.to_string() + "\n").concat()
}

/// One error with this code and a remedy, exit code 2, and nothing on stdout.
#[track_caller]
fn expect_fault(output: &Output, code: &str) {
    assert_eq!(output.code, Some(2), "{output:#?}");
    assert_eq!(output.stdout, "", "{output:#?}");
    let errors: Vec<&str> = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("error["))
        .collect();
    assert_eq!(errors.len(), 1, "{output:#?}");
    assert!(errors[0].starts_with(&format!("error[{code}]: ")), "{output:#?}");
    let remedies = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("  remedy: "))
        .count();
    assert_eq!(remedies, 1, "{output:#?}");
}
