//! One prescription file (`v1`) as JSON: `{"units": {kind: [unit]}, "path"?, "package"?, "metadata"?, "prescription"?}`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{DEFAULT_NAMESPACE, Rule, RuleKind, RuleSet, named_twice};
use crate::document::{Parts, Payload, Producer, SCHEMA_VERSION};
use crate::error::Fault;
use crate::json::{pointer, sorted, unknown_keys, violation};
use crate::legacy::tree::text;
use crate::solver::Skipped;

const FILE_KEYS: &[&str] = &["metadata", "package", "path", "prescription", "units"];
const UNIT_KEYS: &[&str] = &["match", "metadata", "name", "run", "should_include", "type"];

/// Reads a prescription file. It was made when its newest unit was, as far as one says.
pub(crate) fn read(value: &Value) -> Result<Parts, Fault> {
    let none = Map::new();
    let file = value.as_object().unwrap_or(&none);
    let namespace = file.get("prescription").and_then(Value::as_object);
    let mut set = RuleSet {
        name: namespace
            .and_then(|namespace| text(namespace, &["name"]))
            .unwrap_or_else(|| DEFAULT_NAMESPACE.to_owned()),
        release: namespace.and_then(|namespace| text(namespace, &["release"])),
        path: text(file, &["path"]),
        package: text(file, &["package"]),
        rules: Vec::new(),
        skipped: Vec::new(),
    };
    set.check_names("")?;
    let mut unknown = unknown_keys(value, FILE_KEYS);
    match file.get("units") {
        // The file that names a namespace holds nothing else.
        None | Some(Value::Null) => {}
        Some(Value::Object(units)) => unknown += read_units(units, &mut set)?,
        Some(_) => return Err(violation("`units` must be an object", "/units")),
    }
    Ok(Parts {
        schema_version: SCHEMA_VERSION,
        generation: "prescription v1".to_owned(),
        producer: Producer {
            name: "prescriptions".to_owned(),
            version: set.release.clone().unwrap_or_else(|| "unknown".to_owned()),
        },
        produced_at: newest(file.get("metadata"), &set).unwrap_or_else(|| crate::time::EPOCH.to_owned()),
        origin: None,
        upstream_id: None,
        environment: None,
        payload: Payload::Rules(set),
        unknown_keys: unknown,
    })
}

/// Adds the units to the set; the number counts keys that were not understood.
fn read_units(units: &Map<String, Value>, set: &mut RuleSet) -> Result<usize, Fault> {
    let (mut unknown, mut named) = (0, BTreeSet::new());
    for (key, stated) in sorted(units) {
        let base = pointer(&["units", key]);
        let Some(kind) = RuleKind::ALL.into_iter().find(|kind| kind.as_str() == key) else {
            set.skip(&base, format!("`{key}` is not a kind of unit"));
            continue;
        };
        let stated = match stated {
            Value::Null => continue,
            Value::Array(stated) => stated,
            _ => return Err(violation(format!("`{key}` must be a list"), &base)),
        };
        for (position, unit) in stated.iter().enumerate() {
            let place = format!("{base}/{position}");
            match rule(kind, unit) {
                Ok(rule) => {
                    if !named.insert((kind, rule.name.clone())) {
                        return Err(named_twice(kind, &rule.name, &format!("{place}/name")));
                    }
                    unknown += unknown_keys(unit, UNIT_KEYS);
                    set.add(rule, &place);
                }
                Err(reason) => set.skip(&place, reason),
            }
        }
    }
    Ok(unknown)
}

fn rule(kind: RuleKind, unit: &Value) -> Result<Rule, String> {
    let unit = unit.as_object().ok_or("the unit is not an object")?;
    let name = text(unit, &["name"]).ok_or("the unit has no name")?;
    let unit_type = text(unit, &["type"]).ok_or_else(|| format!("the unit `{name}` has no type"))?;
    let stated = |key: &str| unit.get(key).filter(|value| !value.is_null()).cloned();
    let run = stated("run")
        .filter(Value::is_object)
        .ok_or_else(|| format!("the unit `{name}` does not say what to do"))?;
    Ok(Rule {
        kind,
        name,
        unit_type,
        should_include: stated("should_include"),
        pattern: stated("match"),
        run,
        metadata: stated("metadata"),
    })
}

impl RuleSet {
    /// Adds a rule; a package it names that can be no package is told.
    fn add(&mut self, rule: Rule, place: &str) {
        for name in rule.packages() {
            if let Err(fault) = crate::name::package(name) {
                self.skipped.push(Skipped {
                    pointer: format!("{place}/match"),
                    reason: fault.message,
                });
            }
        }
        self.rules.push(rule);
    }

    fn skip(&mut self, pointer: &str, reason: String) {
        self.skipped.push(Skipped {
            pointer: pointer.to_owned(),
            reason,
        });
    }
}

/// The greatest `datetime` of the file's and its units' metadata.
fn newest(metadata: Option<&Value>, set: &RuleSet) -> Option<String> {
    let of_units = set.rules.iter().filter_map(|rule| rule.metadata.as_ref());
    let times = metadata.into_iter().chain(of_units).filter_map(|metadata| {
        let time = crate::time::normalise(metadata.get("datetime")?.as_str()?)?;
        Some((crate::time::sortable(&time), time))
    });
    times.max().map(|(_, time)| time)
}
