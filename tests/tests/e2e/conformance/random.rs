//! Random documents of every kind about the same few subjects, the same every time.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use thoth_schema::document::Document;

use super::fixture::{MIRROR, sha256};

/// A small generator of numbers (xorshift), so that a run is the same every time.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn of(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// Once in `times`.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

const NAMES: &[&str] = &["lib", "web", "alpha", "beta"];
const REQUIREMENTS: &[&str] = &[
    "lib>=1",
    "beta",
    "gamma<2; extra == 'x'",
    "delta==1.*",
    "no requirement",
    "epsilon",
];

fn pick<'item, T>(random: &mut Random, items: &'item [T]) -> &'item T {
    &items[random.below(items.len())]
}

/// A release of a few, with whatever a statement may say or leave out.
fn release(random: &mut Random) -> Value {
    let mut release = json!({"name": pick(random, NAMES), "version": pick(random, &["1.0", "2.0"])});
    if random.below(3) == 0 {
        release["index"] = json!(MIRROR);
    }
    if random.below(4) > 0 {
        let count = random.below(3);
        release["requires_dist"] = (0..count).map(|_| json!(pick(random, REQUIREMENTS))).collect();
    }
    if random.below(2) == 0 {
        release["summary"] = json!(format!("words {}", random.below(3)));
    }
    if random.below(3) == 0 {
        release["upload_time"] = json!(format!("201{}-01-01T00:00:00Z", random.below(9)));
    }
    release["yanked"] = json!(random.below(4) == 0);
    // Files are shared between releases and indexes, and described in several ways.
    let files = (0..random.below(3)).map(|position| {
        let sha256 = sha256((800 + 3 * position + random.below(3)) as u32);
        json!({"filename": format!("file-{position}.zip"), "kind": "sdist", "sha256": sha256,
            "size": random.below(3), "yanked": random.below(2) == 0})
    });
    let files: Vec<Value> = files.collect();
    release["artifacts"] = json!(files);
    release
}

/// A document of any kind, told from the others by its number.
pub(super) fn random_document(random: &mut Random, number: usize) -> Document {
    // Every kind among the first ten.
    let (kind, payload) = match number % 10 {
        0 => ("release", json!({"releases": some(random, 1, 3, release)})),
        1 => ("solver", solver(random)),
        2 => ("image", image(random)),
        3 => ("advisory", advisory(random)),
        4 => (
            "inspection",
            json!({"inspections": some(random, 1, 2, inspection)}),
        ),
        5 => ("security-indicator", security_indicator(random)),
        6 => ("advice", advice(random)),
        7 => ("provenance", provenance(random)),
        8 => ("index-change", index_change(random)),
        _ => ("rules", rules(random)),
    };
    let produced_at = format!("2020-0{}-01T00:00:00Z", 1 + random.below(4));
    let value = json!({"kind": kind, "schemaVersion": 1, "producer": {"name": "random", "version": "1"},
        "producedAt": produced_at, "origin": number.to_string(), "payload": payload});
    Document::from_value(&value).unwrap_or_else(|fault| panic!("{kind}: {fault}\n{value}"))
}

fn some(
    random: &mut Random,
    least: usize,
    more: usize,
    mut one: impl FnMut(&mut Random) -> Value,
) -> Vec<Value> {
    let count = least + random.below(more);
    (0..count).map(|_| one(random)).collect()
}

/// Some of these, each once.
fn subset(random: &mut Random, items: &[&str]) -> Vec<String> {
    let kept = items.iter().filter(|_| random.once_in(2));
    kept.map(|item| (*item).to_owned()).collect()
}

fn python(random: &mut Random) -> String {
    format!("3.{}", 8 + random.below(3))
}

fn environment(random: &mut Random) -> Value {
    json!({"osName": pick(random, &["fedora", "debian"]), "osVersion": "12", "pythonVersion": python(random)})
}

/// A release by name and version, some of which no other kind of document states.
fn pin(random: &mut Random) -> Value {
    let mut pin = json!({"name": pick(random, NAMES), "version": pick(random, &["1.0", "2.0", "3.0"])});
    if random.once_in(4) {
        pin["index"] = json!(pick(random, &[MIRROR, "https://rare.example/simple"]));
    }
    pin
}

fn pins(random: &mut Random) -> Vec<Value> {
    let mut pins = some(random, 0, 3, pin);
    let mut seen = BTreeSet::new();
    pins.retain(|pin| seen.insert(pin["name"].to_string()));
    pins
}

fn solver(random: &mut Random) -> Value {
    let results = some(
        random,
        1,
        3,
        |random| json!({"release": release(random), "packages": [format!("module{}", random.below(3))], "sha256": [sha256(800)]}),
    );
    let failed = |random: &mut Random| json!({"name": pick(random, NAMES), "version": "0.9", "errorClass": "command_error"});
    json!({"environment": {"python_version": python(random)}, "results": results, "errors": some(random, 0, 2, failed)})
}

fn native_package(random: &mut Random) -> Value {
    let mut package = json!({"ecosystem": "deb", "name": pick(random, &["curl", "web", "libc6"]),
        "version": pick(random, &["1.0", "2.0"])});
    if random.once_in(2) {
        package["depends"] = json!(subset(random, &["libc6", "zlib1g"]));
        package["source"] = json!(pick(random, &["one", "other"]));
    }
    package
}

/// An analysis of one of two images that speaks of some groups of facts and leaves others out.
fn image(random: &mut Random) -> Value {
    let mut image = json!({"digest": format!("sha256:{}", sha256(900 + random.below(2) as u32)),
        "names": [pick(random, &["app:1", "app:2"])]});
    if random.once_in(2) {
        image["architecture"] = json!("amd64");
        image["env"] = json!(subset(random, &["A=1", "B=2"]));
    }
    if random.once_in(2) {
        image["operatingSystem"] = json!({"id": pick(random, &["debian", "fedora"]), "versionId": "12"});
        let interpreters = some(
            random,
            0,
            3,
            |random| json!({"path": format!("/usr/bin/python{}", random.below(2)), "version": format!("{}.1", python(random))}),
        );
        image["interpreters"] = json!(interpreters);
    }
    if random.once_in(2) {
        image["packages"] = json!(some(random, 0, 3, native_package));
    }
    if random.once_in(2) {
        let found = some(
            random,
            0,
            4,
            |random| json!({"name": pick(random, NAMES), "version": pick(random, &["1.0", "4.0"]), "location": "/opt", "layer": random.below(2)}),
        );
        image["python"] = json!(found);
    }
    if random.once_in(2) {
        let symbols = subset(random, &["V1", "V2", "V3", "V4"]);
        image["libraries"] = json!([{"path": "/lib/libc.so", "soname": "libc.so.6", "symbols": symbols}]);
    }
    image
}

fn advisory(random: &mut Random) -> Value {
    let affected = some(random, 0, 4, |random| {
        let (ecosystem, name) = *pick(
            random,
            &[
                ("PyPI", "lib"),
                ("PyPI", "gamma"),
                ("PyPI", "told-of"),
                ("Debian:12", "curl"),
            ],
        );
        json!({"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM",
            "events": [{"introduced": "0"}, {"fixed": pick(random, &["1.0", "2.0"])}]}]})
    });
    let month = 1 + random.below(4);
    json!({"id": pick(random, &["RANDOM-1", "RANDOM-2"]), "modified": format!("2020-0{month}-01T00:00:00Z"),
        "summary": pick(random, &["one", "other"]), "affected": affected})
}

/// One of two inspections, or a lone stack.
fn inspection(random: &mut Random) -> Value {
    let mut inspection = json!({});
    if random.once_in(5) {
        return json!({"stack": pins(random), "target": environment(random)});
    }
    inspection["inspectionId"] = json!(pick(random, &["random-one", "random-two"]));
    if random.once_in(2) {
        inspection["stack"] = json!(pins(random));
    }
    if random.once_in(2) {
        inspection["target"] = environment(random);
    }
    if random.once_in(2) {
        inspection["specification"] =
            json!({"identifier": pick(random, &["one", "other"]), "baseImage": "fedora:32"});
    }
    if random.once_in(3) {
        inspection["scriptSha256"] = json!(sha256(910 + random.below(2) as u32));
    }
    let mut position = 0;
    let runs = some(random, 0, 3, |random| {
        position += 1;
        json!({"position": position, "exitCode": random.below(2), "hardware": {"cores": random.below(3)},
            "environment": environment(random)})
    });
    inspection["runs"] = json!(runs);
    inspection
}

fn security_indicator(random: &mut Random) -> Value {
    json!({"tool": "bandit", "package": pick(random, NAMES), "version": pick(random, &["1.0", "5.0"]),
        "releasedAt": format!("201{}-01-01T00:00:00Z", random.below(9)), "metrics": {"loc": random.below(9)}})
}

fn advice(random: &mut Random) -> Value {
    let mut rank = 0;
    let stacks = some(random, 0, 3, |random| {
        rank += 1;
        json!({"rank": rank, "pins": pins(random)})
    });
    let lacked = subset(random, &["epsilon", "zeta", "lib"]);
    let lacked: Vec<Value> = lacked.iter().map(|name| json!({"package": name})).collect();
    let mut request = json!({"requirements": ["web"]});
    if random.once_in(2) {
        request["lock"] = json!(pins(random));
    }
    if random.once_in(2) {
        request["environment"] = environment(random);
    }
    let outcome = if stacks.is_empty() {
        "unsatisfiable"
    } else {
        "advised"
    };
    json!({"request": request, "outcome": outcome, "stacks": stacks, "lacked": lacked})
}

fn provenance(random: &mut Random) -> Value {
    let findings = some(random, 0, 3, |random| {
        let mut finding = pin(random);
        finding["id"] = json!("MISSING-PACKAGE");
        finding["severity"] = json!("error");
        finding
    });
    json!({"lock": pins(random), "findings": findings})
}

fn index_change(random: &mut Random) -> Value {
    let changes = some(random, 1, 4, |random| {
        let name = *pick(random, &["lib", "web", "alpha", "vanishing"]);
        if random.once_in(3) {
            return json!({"name": name, "change": pick(random, &["vanished", "returned"])});
        }
        let change = *pick(
            random,
            &["vanished", "returned", "yanked", "unyanked", "files-changed"],
        );
        let mut stated = json!({"name": name, "version": pick(random, &["1.0", "2.0"]), "change": change});
        if change == "files-changed" || (change != "vanished" && random.once_in(3)) {
            let mut number = 0;
            let files = some(random, 0, 3, |random| {
                number += 1;
                json!({"filename": format!("file-{number}.zip"), "sha256": sha256((800 + random.below(3)) as u32), "size": random.below(3),
                    "present": random.once_in(2), "uploadTime": format!("201{}-01-01T00:00:00Z", random.below(9))})
            });
            stated["files"] = json!(files);
        }
        stated
    });
    let index = *pick(random, &["default", MIRROR, "https://changed.example/simple"]);
    json!({"index": index, "observedAt": "2020-01-01T00:00:00Z", "changes": changes})
}

fn rules(random: &mut Random) -> Value {
    let mut number = 0;
    let rules = some(random, 0, 3, |random| {
        number += 1;
        let package = *pick(random, &["lib", "gamma", "ruled"]);
        json!({"kind": "steps", "name": format!("Rule{number}"), "type": "step",
            "match": {"package_version": {"name": package}}, "run": {"score": 0.5}})
    });
    json!({"name": "random", "path": pick(random, &["one.yaml", "two.yaml"]), "rules": rules})
}
