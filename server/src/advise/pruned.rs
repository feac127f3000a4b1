//! The tally of what pruning removed, by package and reason.

use std::collections::BTreeMap;

use thoth_adviser::{
    Candidate, PackageKnowledge, PrereleasePolicy, Pruned, Removed, RemovedReleases, Request,
};
use thoth_schema::name::PackageName;
use thoth_schema::version;

use super::frontier::Want;
use super::known::Release;

/// Removed releases, counted once each under the first reason that holds.
pub(super) struct Tally<'request> {
    request: &'request Request,
    counts: BTreeMap<(String, &'static str), (u64, String, String)>,
    removed: RemovedReleases,
    /// What says so of one release: package, reason and version.
    evidence: BTreeMap<(String, &'static str, String), Vec<String>>,
}

impl<'request> Tally<'request> {
    pub(super) fn new(request: &'request Request) -> Self {
        Self {
            request,
            counts: BTreeMap::new(),
            removed: RemovedReleases::new(),
            evidence: BTreeMap::new(),
        }
    }

    /// As [`Tally::add`], with the keys of the nodes that say so.
    pub(super) fn add_with_evidence(
        &mut self,
        package: &PackageName,
        reason: &'static str,
        release: &Release,
        keys: &[String],
    ) {
        self.add(package, reason, release);
        let version = release.candidate.version.to_string();
        self.evidence
            .insert((package.to_string(), reason, version), keys.to_vec());
    }

    /// Counts a release under a reason; the newest of them is the example.
    pub(super) fn add(&mut self, package: &PackageName, reason: &'static str, release: &Release) {
        self.remove(package, reason, &release.candidate);
    }

    fn remove(&mut self, package: &PackageName, reason: &'static str, candidate: &Candidate) {
        self.count(package, reason, &candidate.order, &candidate.version.to_string());
        self.removed.entry(package.clone()).or_default().push(Removed {
            version: candidate.version.clone(),
            order: candidate.order.clone(),
            index: candidate.index.clone(),
            clause: reason.to_owned(),
        });
    }

    fn count(&mut self, package: &PackageName, reason: &'static str, order: &str, version: &str) {
        let entry = self.counts.entry((package.to_string(), reason)).or_default();
        entry.0 += 1;
        if entry.1.as_str() <= order {
            entry.1 = order.to_owned();
            entry.2 = version.to_owned();
        }
    }

    /// Counts a release that the clauses of the statement or the request leave out, under the first that does.
    pub(super) fn removed(&mut self, package: &PackageName, release: &Release, want: &Want) {
        let reasons = [
            (release.unreadable, "requirements-unreadable"),
            (release.foreign, "index"),
            (release.late, "as-of"),
            (release.missing, "missing"),
            (want.is_outside(release), "specifier"),
            (release.unknown, "requirements-unknown"),
            (want.withdraws(release), "yanked"),
            (release.python, "requires-python"),
        ];
        let reason = reasons.into_iter().find(|(holds, _)| *holds);
        self.add(
            package,
            reason.map_or("prerelease", |(_, reason)| reason),
            release,
        );
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
        for candidate in &removed {
            self.remove(package, "prerelease", candidate);
        }
    }

    /// The list, by package and reason, and release by release.
    pub(super) fn into_pruned(mut self) -> (Vec<Pruned>, RemovedReleases) {
        // The graph gives releases in any order.
        for releases in self.removed.values_mut() {
            releases.sort_by(|left, right| {
                (&left.order, &left.index, &left.clause).cmp(&(&right.order, &right.index, &right.clause))
            });
        }
        let mut evidence = self.evidence;
        let pruned = self
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
        (pruned.collect(), self.removed)
    }
}
