//! Rule sets. The newest statement of a set replaces all its rules, so that a rule taken out of a file is gone.

use super::release::unless_empty;
use super::{Batch, Source};
use thoth_cypher::{
    WRITE_RULE_CONCERNS, WRITE_RULE_SET_FACTS, WRITE_RULE_SETS, WRITE_RULES, WRITE_RULES_DROP, map,
};
use thoth_schema::document::canonical_text;
use thoth_schema::name;
use thoth_schema::rules::{Rule, RuleSet};

impl Batch {
    pub(super) fn rules(&mut self, set: &RuleSet, source: &Source<'_>) {
        let key = set.key();
        let stated = map! { "key" => &key, "document" => source.document };
        self.put(&WRITE_RULE_SETS, format!("{key} {}", source.document), stated);
        let superseded = map! { "key" => &key, "stamp" => &source.stamp };
        self.put_newest(&WRITE_RULES_DROP, &key, source, superseded);
        let facts = map! {
            "key" => &key, "stamp" => &source.stamp, "name" => &set.name, "release" => set.release.as_deref(),
            "path" => set.path.as_deref(), "package" => set.package.as_deref(),
        };
        self.put_newest(&WRITE_RULE_SET_FACTS, &key, source, facts);
        for rule in &set.rules {
            self.rule(rule, set, source);
        }
    }

    fn rule(&mut self, rule: &Rule, set: &RuleSet, source: &Source<'_>) {
        let key = set.rule_key(rule);
        let row = map! {
            "key" => &key, "ruleSet" => set.key(), "stamp" => &source.stamp, "kind" => rule.kind.as_str(),
            "name" => &rule.name, "unitType" => &rule.unit_type, "definition" => rule.definition(),
            "metadata" => rule.metadata.as_ref().and_then(canonical_text), "score" => rule.score(),
            "messages" => unless_empty(rule.messages()), "scope" => rule.is_general().then_some("request"),
        };
        self.put_newest(&WRITE_RULES, &key, source, row);
        for name in rule.packages() {
            let Ok(name) = name::package(name) else { continue };
            let package = self.package(&name);
            let row = map! { "rule" => &key, "stamp" => &source.stamp, "package" => &package };
            self.put_newest(&WRITE_RULE_CONCERNS, &format!("{key} {package}"), source, row);
        }
    }
}
