//! What a scenario says was observed, as the documents that tell it: runs of solvers, inspections, advisories.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// Everything besides the releases.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ObservedFacts {
    pub(crate) solved: Vec<Solved>,
    pub(crate) inspected: Vec<Inspected>,
    pub(crate) advisories: Vec<Advised>,
}

/// Runs of a solver that tried one release.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Solved {
    /// `name==version`.
    release: String,
    outcome: String,
    #[serde(default = "python")]
    python: String,
    #[serde(default = "machine")]
    machine: String,
    #[serde(default = "once")]
    times: u32,
}

/// Runs of a stack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inspected {
    stack: BTreeMap<String, String>,
    outcome: String,
    #[serde(default = "python")]
    python: String,
    #[serde(default = "once")]
    times: u32,
    /// Seconds that the work of every run took.
    elapsed: Option<f64>,
    /// `VENDOR-FAMILY-MODEL`.
    processor: Option<String>,
}

/// An advisory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advised {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    package: String,
    #[serde(default = "beginning")]
    introduced: String,
    fixed: Option<String>,
    vector: Option<String>,
    #[serde(default)]
    withdrawn: bool,
}

fn python() -> String {
    "3.11".to_owned()
}

fn machine() -> String {
    "x86_64".to_owned()
}

fn once() -> u32 {
    1
}

fn beginning() -> String {
    "0".to_owned()
}

fn envelope(kind: &str, number: usize, payload: &Value) -> Value {
    json!({"kind": kind, "schemaVersion": 1, "producer": {"name": "scenario", "version": "1"},
        "producedAt": format!("2024-01-01T00:{:02}:{:02}Z", number / 60, number % 60), "payload": payload})
}

impl ObservedFacts {
    /// The documents, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut documents: Vec<Value> = self.advisories.iter().map(Advised::document).collect();
        for solved in &self.solved {
            for _ in 0..solved.times {
                documents.push(envelope("solver", documents.len(), &solved.payload()));
            }
        }
        for (number, inspected) in self.inspected.iter().enumerate() {
            documents.push(envelope(
                "inspection",
                documents.len(),
                &inspected.payload(number),
            ));
        }
        documents.iter().map(Value::to_string).collect()
    }
}

impl Solved {
    fn payload(&self) -> Value {
        let (name, version) = self.release.split_once("==").unwrap();
        let mut run = json!({
            "environment": {"python_version": self.python, "sys_platform": "linux", "platform_machine": self.machine},
            "osName": "rhel", "osVersion": "9", "pythonVersion": self.python, "results": [], "errors": [],
        });
        match self.outcome.as_str() {
            "pass" => run["results"] = json!([{"release": {"name": name, "version": version}}]),
            "fail" => {
                run["errors"] = json!([{"name": name, "version": version, "errorClass": "command_error"}])
            }
            other => panic!("outcome {other}"),
        }
        run
    }
}

impl Inspected {
    fn payload(&self, number: usize) -> Value {
        let stack = self
            .stack
            .iter()
            .map(|(name, version)| json!({"name": name, "version": version}));
        let exit_code = match self.outcome.as_str() {
            "pass" => 0,
            "fail" => 1,
            other => panic!("outcome {other}"),
        };
        let runs = (0..self.times).map(|position| {
            let mut run = json!({
                "position": position, "exitCode": exit_code, "finishedAt": "2024-01-01T00:00:00Z",
                "environment": {"osName": "rhel", "osVersion": "9", "pythonVersion": self.python, "machine": "x86_64"},
            });
            if let Some(elapsed) = self.elapsed {
                run["indicators"] = json!([{"name": "PiWork", "results": {"elapsed": elapsed}, "units": {"elapsed": "s"}}]);
            }
            if let Some(processor) = &self.processor {
                let parts: Vec<&str> = processor.split('-').collect();
                let number = |at: usize| parts[at].parse::<i64>().unwrap();
                run["hardware"] = json!({"cpuVendor": parts[0], "cpuFamily": number(1), "cpuModel": number(2)});
            }
            run
        });
        json!({"inspections": [{"inspectionId": format!("inspection-{number}"), "stack": stack.collect::<Vec<_>>(),
            "runs": runs.collect::<Vec<_>>()}]})
    }
}

impl Advised {
    fn document(&self) -> Value {
        let mut events = vec![json!({"introduced": self.introduced})];
        events.extend(self.fixed.iter().map(|fixed| json!({"fixed": fixed})));
        let severity = self
            .vector
            .iter()
            .map(|vector| json!({"type": "CVSS_V3", "score": vector}));
        let mut document = json!({
            "id": self.id, "modified": "2023-02-01T00:00:00Z", "published": "2023-01-01T00:00:00Z",
            "aliases": self.aliases, "severity": severity.collect::<Vec<_>>(),
            "affected": [{"package": {"ecosystem": "PyPI", "name": self.package},
                "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
        });
        if self.withdrawn {
            document["withdrawn"] = json!("2023-02-01T00:00:00Z");
        }
        document
    }
}
