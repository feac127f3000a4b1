//! Advisories: what they say, and which versions of which packages they affect.

use super::release::unless_empty;
use super::{Batch, Source, sortable};
use thoth_cypher::{Value, WRITE_ADVISORIES, WRITE_ADVISORY_FACTS, WRITE_AFFECTS, WRITE_AFFECTS_DROP, map};
use thoth_schema::advisory::{Advisory, AffectedPackage};

impl Batch {
    pub(super) fn advisory(&mut self, advisory: &Advisory, source: &Source<'_>) {
        let key = &advisory.id;
        let row = map! { "key" => key, "document" => source.document };
        self.put(&WRITE_ADVISORIES, format!("{key} {}", source.document), row);
        let row = map! { "key" => key, "stamp" => &source.stamp };
        self.put_newest(&WRITE_AFFECTS_DROP, key, source, row);
        let row = map! {
            "key" => key, "stamp" => &source.stamp, "aliases" => unless_empty(advisory.aliases.clone()),
            "related" => unless_empty(advisory.related.clone()),
            "upstream" => unless_empty(advisory.upstream.clone()), "summary" => advisory.summary.as_deref(),
            "details" => advisory.details.as_deref(), "severity" => unless_empty(advisory.severities()),
            "score" => advisory.score(), "databaseSeverity" => advisory.database_severity(),
            "cwes" => unless_empty(advisory.cwes()), "published" => advisory.published.as_deref().map(sortable),
            "modified" => sortable(&advisory.modified),
            "withdrawn" => advisory.withdrawn.as_deref().map(sortable),
            "references" => unless_empty(advisory.links()),
        };
        self.put_newest(&WRITE_ADVISORY_FACTS, key, source, row);
        for package in &advisory.packages {
            self.affects(key, package, source);
        }
    }

    /// A package is one all the same where the statement is not the newest of the batch: it would be one had it come alone.
    fn affects(&mut self, advisory: &str, package: &AffectedPackage, source: &Source<'_>) {
        let (from, until) = package
            .versions
            .iter()
            .flat_map(|versions| versions.intervals())
            .map(|interval| (interval.from.clone(), interval.until.clone()))
            .unzip();
        self.packages
            .entry(package.key.clone())
            .or_insert_with(|| package_row(package));
        let row = map! {
            "advisory" => advisory, "stamp" => &source.stamp, "package" => &package.key,
            // Absent bounds affect nothing: of other ecosystems it is not known what is affected.
            "from" => unless_empty(from), "until" => unless_empty(until),
            "versions" => unless_empty(package.listed.clone()), "fixedIn" => unless_empty(package.fixed_in.clone()),
            "events" => unless_empty(package.events.clone()), "severity" => unless_empty(package.severity.clone()),
        };
        let key = format!("{advisory} {} {}", package.key, source.stamp);
        self.put(&WRITE_AFFECTS, key, row);
    }
}

fn package_row(package: &AffectedPackage) -> Value {
    map! { "key" => &package.key, "ecosystem" => &package.ecosystem, "name" => &package.name }
}
