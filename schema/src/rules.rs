//! A set of rules for advice: the payload of `rules` documents, and prescriptions (`v1`) as other programs hold them.
//!
//! One set is one file of one namespace. What a rule's condition, pattern and action mean is not read here: they are kept as
//! they are. A prescription file that names a unit twice in one kind is refused, because nobody can tell which is meant; a
//! unit without a name, a type or an action is left out and listed in [`RuleSet::skipped`].

mod prescription;
pub mod yaml;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::advice::Remark;
use crate::error::Fault;
use crate::json::{self, violation};
use crate::release::null_as_default;
use crate::solver::Skipped;

pub(crate) use prescription::read as read_prescription;

/// The namespace of rules that name none.
pub const DEFAULT_NAMESPACE: &str = "prescriptions";

/// The rules of one file of one namespace. A newer set of the same name and path replaces all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleSet {
    /// The namespace; without a colon.
    pub name: String,
    /// The release of the namespace it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The file; without a number sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The package the file is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The rules.
    #[serde(default, deserialize_with = "null_as_default")]
    pub rules: Vec<Rule>,
    /// Parts of the document that could not be used, and why. Not read from our own documents.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// When in the making of an advice it is asked.
    pub kind: RuleKind,
    /// Its name, once in its kind and file.
    pub name: String,
    /// What it can do, such as `step.Group`.
    #[serde(rename = "type")]
    pub unit_type: String,
    /// For which requests it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub should_include: Option<Value>,
    /// What it looks for: one pattern or a list of which any suffices.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Value>,
    /// What it does.
    pub run: Value,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

/// When in the making of an advice a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleKind {
    /// Once, before anything is searched.
    Boots,
    /// Where a package may stand for another.
    Pseudonyms,
    /// On the candidates of a package.
    Sieves,
    /// On one package joining a stack.
    Steps,
    /// On a complete stack.
    Strides,
    /// On a stack that is advised.
    Wraps,
}

impl RuleKind {
    /// Every kind.
    pub const ALL: [RuleKind; 6] = [
        RuleKind::Boots,
        RuleKind::Pseudonyms,
        RuleKind::Sieves,
        RuleKind::Steps,
        RuleKind::Strides,
        RuleKind::Wraps,
    ];

    /// The name in documents and in the graph.
    pub fn as_str(self) -> &'static str {
        match self {
            RuleKind::Boots => "boots",
            RuleKind::Pseudonyms => "pseudonyms",
            RuleKind::Sieves => "sieves",
            RuleKind::Steps => "steps",
            RuleKind::Strides => "strides",
            RuleKind::Wraps => "wraps",
        }
    }
}

const SET_KEYS: &[&str] = &["name", "release", "path", "package", "rules"];
const RULE_KEYS: &[&str] = &[
    "kind",
    "name",
    "type",
    "shouldInclude",
    "match",
    "run",
    "metadata",
];

impl RuleSet {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(RuleSet, usize), Fault> {
        let set: RuleSet = json::typed(value, base)?;
        set.check_names(base)?;
        let mut named = BTreeSet::new();
        for (position, rule) in set.rules.iter().enumerate() {
            let place = format!("{base}/rules/{position}");
            if rule.name.is_empty() {
                return Err(violation("a rule must have a name", &format!("{place}/name")));
            }
            if !rule.run.is_object() {
                return Err(violation(
                    "what a rule does must be an object",
                    &format!("{place}/run"),
                ));
            }
            if !named.insert((rule.kind, rule.name.as_str())) {
                return Err(named_twice(rule.kind, &rule.name, &format!("{place}/name")));
            }
        }
        let rules = value.get("rules").and_then(Value::as_array);
        let of_rules = rules
            .into_iter()
            .flatten()
            .map(|rule| json::unknown_keys(rule, RULE_KEYS));
        let unknown = json::unknown_keys(value, SET_KEYS) + of_rules.sum::<usize>();
        Ok((set, unknown))
    }

    /// Keys are put together from these names, which must be told apart in them.
    fn check_names(&self, base: &str) -> Result<(), Fault> {
        if self.name.is_empty() || self.name.contains(':') {
            return Err(violation(
                "a namespace is a name without a colon",
                &format!("{base}/name"),
            ));
        }
        if self.path.as_deref().is_some_and(|path| path.contains('#')) {
            return Err(violation("a path has no number sign", &format!("{base}/path")));
        }
        Ok(())
    }

    /// `<namespace>:<path>`
    pub fn key(&self) -> String {
        format!("{}:{}", self.name, self.path.as_deref().unwrap_or_default())
    }

    /// `<namespace>:<path>#<kind>/<name>` of one of its rules.
    pub fn rule_key(&self, rule: &Rule) -> String {
        format!("{}#{}/{}", self.key(), rule.kind.as_str(), rule.name)
    }
}

impl Rule {
    /// The packages its pattern names, as written, each once.
    pub fn packages(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        if let Some(pattern) = &self.pattern {
            collect_names(pattern, &mut names);
        }
        names
    }

    /// Whether it may count for a request whatever packages the request reaches: it has no pattern, or one of the patterns
    /// that suffice names no package.
    pub fn is_general(&self) -> bool {
        let nameless = |pattern: &Value| {
            let mut names = BTreeSet::new();
            collect_names(pattern, &mut names);
            names.is_empty()
        };
        match &self.pattern {
            None | Some(Value::Null) => true,
            Some(Value::Array(patterns)) => patterns.is_empty() || patterns.iter().any(nameless),
            Some(pattern) => nameless(pattern),
        }
    }

    /// All that makes it what it is, as canonical JSON: the rule without its metadata. [`Rule::from_definition`] reads it.
    pub fn definition(&self) -> Option<String> {
        let mut value = serde_json::to_value(self).ok()?;
        value.as_object_mut()?.remove("metadata");
        json::canonical_text(&value)
    }

    /// Reads what [`Rule::definition`] gave; `None` for anything else.
    pub fn from_definition(text: &str) -> Option<Rule> {
        serde_json::from_str(text).ok()
    }

    /// What it adds to the score of a stack.
    pub fn score(&self) -> Option<f64> {
        self.run.get("score")?.as_f64()
    }

    /// What it says, in words.
    pub fn messages(&self) -> Vec<String> {
        let remarks = |key: &str| self.run.get(key).and_then(Value::as_array).into_iter().flatten();
        let logged = self.run.get("log").into_iter();
        let said = logged
            .chain(remarks("stack_info"))
            .chain(remarks("justification"));
        let refused = ["not_acceptable", "eager_stop_pipeline"]
            .into_iter()
            .filter_map(|key| Some(format!("{key}: {}", self.run.get(key)?.as_str()?)));
        said.filter_map(remark)
            .map(|remark| remark.to_string())
            .chain(refused)
            .collect()
    }
}

fn remark(stated: &Value) -> Option<Remark> {
    let text = |key: &str| stated.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Remark {
        severity: text("type"),
        message: text("message")?,
        link: text("link"),
        package: text("package_name"),
        specifier: text("version_range"),
        advisory: text("cve_id").or_else(|| text("advisory")),
        code: None,
    })
}

/// Names stand under `name` in every pattern of a release, and under `package_name` where a pattern is a name alone.
fn collect_names<'value>(value: &'value Value, names: &mut BTreeSet<&'value str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(entries) => {
            for (key, entry) in entries {
                match entry.as_str() {
                    Some(name) if matches!(key.as_str(), "name" | "package_name") => drop(names.insert(name)),
                    _ => collect_names(entry, names),
                }
            }
        }
        _ => {}
    }
}

fn named_twice(kind: RuleKind, name: &str, pointer: &str) -> Fault {
    violation(format!("the {} name `{name}` twice", kind.as_str()), pointer)
        .remedy("give each unit of a kind a name of its own")
}
