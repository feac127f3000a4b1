//! A value with its place, and the findings about such values.

use serde_json::{Map, Value};

use super::{Finding, FindingKind};

/// A value and the way to it. The pointer is only put together for a finding.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) value: &'a Value,
    way: Way<'a>,
}

#[derive(Clone, Copy)]
enum Way<'a> {
    Root(&'a str),
    Key(&'a At<'a>, &'a str),
    Item(&'a At<'a>, usize),
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) list: Vec<Finding>,
}

impl Findings {
    pub(super) fn add(&mut self, kind: FindingKind, pointer: String, message: impl Into<String>) {
        let message = message.into();
        self.list.push(Finding {
            kind,
            pointer,
            message,
        });
    }
}

impl<'a> At<'a> {
    pub(super) fn root(value: &'a Value, key: &'a str) -> Self {
        let way = Way::Root(key);
        Self { value, way }
    }

    pub(super) fn pointer(&self) -> String {
        match self.way {
            Way::Root(key) => format!("/{key}"),
            Way::Key(above, key) => {
                format!(
                    "{}/{}",
                    above.pointer(),
                    key.replace('~', "~0").replace('/', "~1")
                )
            }
            Way::Item(above, position) => format!("{}/{position}", above.pointer()),
        }
    }

    pub(super) fn invalid(&self, findings: &mut Findings, message: impl Into<String>) {
        findings.add(FindingKind::Invalid, self.pointer(), message);
    }

    /// Whether nothing stands here.
    pub(super) fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// The mapping here, with none but these keys; null is none.
    pub(super) fn mapping(&self, keys: &[&str], findings: &mut Findings) -> Option<&'a Map<String, Value>> {
        let entries = match self.value {
            Value::Null => return None,
            Value::Object(entries) => entries,
            _ => {
                self.invalid(findings, "must be a mapping");
                return None;
            }
        };
        for key in entries.keys().filter(|key| !keys.contains(&key.as_str())) {
            let pointer = format!("{}/{key}", self.pointer());
            let message = format!("unknown key `{key}`: known are {}", keys.join(", "));
            findings.add(FindingKind::Invalid, pointer, message);
        }
        Some(entries)
    }

    /// The value under a key of a mapping; null where there is none.
    pub(super) fn key(&'a self, key: &'a str) -> At<'a> {
        At {
            value: self.value.get(key).unwrap_or(&Value::Null),
            way: Way::Key(self, key),
        }
    }

    /// Whether the mapping here has the key, be it with null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.value.get(key).is_some()
    }

    /// Each item of a list; a value that is no list counts as its only item, null as none.
    pub(super) fn one_or_many(&'a self) -> Vec<At<'a>> {
        match self.value {
            Value::Null => Vec::new(),
            Value::Array(_) => self.items(),
            _ => vec![*self],
        }
    }

    /// Each item of a list; null is none.
    pub(super) fn list(&'a self, findings: &mut Findings) -> Vec<At<'a>> {
        match self.value {
            Value::Null | Value::Array(_) => self.items(),
            _ => {
                self.invalid(findings, "must be a list");
                Vec::new()
            }
        }
    }

    fn items(&'a self) -> Vec<At<'a>> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items
            .map(|(position, value)| At {
                value,
                way: Way::Item(self, position),
            })
            .collect()
    }

    /// The text here; null is none.
    pub(super) fn text(&self, findings: &mut Findings) -> Option<&'a str> {
        match self.value {
            Value::Null => None,
            Value::String(text) => Some(text),
            Value::Number(number) => {
                self.invalid(findings, format!("must be a text: write \"{number}\""));
                None
            }
            _ => {
                self.invalid(findings, "must be a text");
                None
            }
        }
    }

    /// The text here, which must be there.
    pub(super) fn wanted_text(&self, findings: &mut Findings) -> Option<&'a str> {
        if self.is_null() {
            self.invalid(findings, "is missing");
        }
        self.text(findings)
    }

    /// The text or number here as a text; null is none.
    pub(super) fn scalar(&self, findings: &mut Findings) -> Option<String> {
        match self.value {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(findings).map(str::to_owned),
        }
    }

    /// The truth value here; null is none.
    pub(super) fn truth(&self, findings: &mut Findings) -> Option<bool> {
        match self.value {
            Value::Null => None,
            Value::Bool(truth) => Some(*truth),
            _ => {
                self.invalid(findings, "must be true or false");
                None
            }
        }
    }
}
