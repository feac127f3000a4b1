//! The tally of what pruning removed, by package and reason.

use std::collections::BTreeMap;

use thoth_adviser::{PackageKnowledge, PrereleasePolicy, Pruned, Request};
use thoth_cypher::Row;
use thoth_schema::name::PackageName;
use thoth_schema::version;

/// The clauses in the order in which the first one that removes a release names the reason: column, code.
const CLAUSES: &[(&str, &str)] = &[
    ("foreign", "index"),
    ("late", "as-of"),
    ("missing", "missing"),
    ("outside", "specifier"),
    ("unknown", "requirements-unknown"),
    ("withdrawn", "yanked"),
    ("python", "requires-python"),
];

/// Removed releases, counted once each under the first reason that holds.
pub(super) struct Tally<'request> {
    request: &'request Request,
    counts: BTreeMap<(String, &'static str), (u64, String, String)>,
    /// What says so of one release: package, reason and version.
    evidence: BTreeMap<(String, &'static str, String), Vec<String>>,
}

impl<'request> Tally<'request> {
    pub(super) fn new(request: &'request Request) -> Self {
        Self {
            request,
            counts: BTreeMap::new(),
            evidence: BTreeMap::new(),
        }
    }

    /// As [`Tally::add`], with the keys of the nodes that say so.
    pub(super) fn add_with_evidence(
        &mut self,
        package: &PackageName,
        reason: &'static str,
        row: Row<'_>,
        keys: &[String],
    ) {
        self.add(package, reason, row);
        let release = (package.to_string(), reason, row.text("version").to_owned());
        self.evidence.insert(release, keys.to_vec());
    }

    /// Counts a release under a reason; the newest of them is the example.
    pub(super) fn add(&mut self, package: &PackageName, reason: &'static str, row: Row<'_>) {
        self.count(package, reason, row.text("orderKey"), row.text("version"));
    }

    fn count(&mut self, package: &PackageName, reason: &'static str, order: &str, version: &str) {
        let entry = self.counts.entry((package.to_string(), reason)).or_default();
        entry.0 += 1;
        if entry.1.as_str() <= order {
            entry.1 = order.to_owned();
            entry.2 = version.to_owned();
        }
    }

    /// Counts a release that no round returned.
    pub(super) fn removed(&mut self, package: &PackageName, row: Row<'_>) {
        if row.bool("unknown") && row.optional_text("fault").is_some() {
            return self.add(package, "requirements-unreadable", row);
        }
        let clause = CLAUSES.iter().find(|(column, _)| row.bool(column));
        self.add(package, clause.map_or("prerelease", |(_, reason)| reason), row);
    }

    /// Counts the candidates that the pre-release policy rules out although the graph returned them.
    pub(super) fn prereleases(&mut self, package: &PackageName, knowledge: &mut PackageKnowledge) {
        if self.request.prerelease != PrereleasePolicy::IfNecessaryOrExplicit || knowledge.all_prereleases {
            return;
        }
        let named = self
            .request
            .requirements
            .iter()
            .chain(&self.request.constraints)
            .any(|requirement| {
                requirement.name == *package
                    && requirement.names_prerelease()
                    && requirement.applies(&self.request.environment, None)
            });
        if named {
            return;
        }
        let (removed, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut knowledge.candidates)
            .into_iter()
            .partition(|candidate| version::is_prerelease(&candidate.version));
        knowledge.candidates = kept;
        for candidate in removed {
            self.count(
                package,
                "prerelease",
                &candidate.order,
                &candidate.version.to_string(),
            );
        }
    }

    /// The list, by package and reason.
    pub(super) fn into_pruned(mut self) -> Vec<Pruned> {
        let evidence = &mut self.evidence;
        let told = self
            .counts
            .into_iter()
            .map(|((package, reason), (count, _, example))| {
                let release = (package.clone(), reason, example.clone());
                Pruned {
                    evidence: evidence.remove(&release).unwrap_or_default(),
                    package,
                    reason: reason.to_owned(),
                    count,
                    example,
                }
            });
        told.collect()
    }
}
