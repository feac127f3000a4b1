//! What the graph gave of one package for one scope: its revision, and every release with what removes it.

use std::collections::BTreeSet;
use std::mem::size_of;
use std::sync::Arc;
use std::time::{Duration, Instant};

use thoth_adviser::Candidate;
use thoth_cypher::Row;
use thoth_schema::error::Fault;
use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::version;

use super::frontier::Lines;

/// How long after a revision was first seen its facts are read once more. A server may show the revision of a
/// transaction a moment before it shows all of the facts that it committed; what was read in that moment is not
/// believed for longer than this.
const SETTLING: Duration = Duration::from_secs(5);

/// One file of a release.
#[derive(Debug)]
pub(super) struct File {
    /// Absent where only the hash is known.
    pub(super) filename: String,
    pub(super) sha256: String,
    pub(super) fit: Fit,
}

/// What a file is good for in the environment of the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// A source distribution, or a file of which only the hash is known.
    Source,
    /// A wheel that installs.
    Wheel,
    /// On the index, but it does not install.
    Unfit,
    /// No longer on the index.
    Gone,
}

/// One release with the clauses of `prune/candidates` that remove it.
#[derive(Debug)]
pub(super) struct Release {
    /// Without requirements and score, which are of one request.
    pub(super) candidate: Candidate,
    pub(super) prerelease: bool,
    /// Its requirements are not known.
    pub(super) unknown: bool,
    /// Its requirements were stated and cannot be read.
    pub(super) unreadable: bool,
    /// It is from an index that was not asked for.
    pub(super) foreign: bool,
    /// It is no longer on its index.
    pub(super) missing: bool,
    /// It was published later.
    pub(super) late: bool,
    /// It is for other Pythons.
    pub(super) python: bool,
    /// The requirement lines in reach of the environment, for the extras that were asked; each text once.
    pub(super) lines: Vec<Arc<Requirement>>,
    pub(super) files: Vec<File>,
}

impl Release {
    /// Reads a row of `prune/candidates`.
    ///
    /// # Errors
    /// `INVALID_VERSION` for a version that ingest would never have written.
    pub(super) fn read(row: Row<'_>, lines: &mut Lines<'_>) -> Result<Release, Fault> {
        let candidate = Candidate {
            version: version::parse(row.text("version"))?,
            order: row.text("orderKey").to_owned(),
            index: row.text("index").to_owned(),
            yanked: row.bool("yanked"),
            requires_python: row.optional_text("requiresPython").map(str::to_owned),
            requirements: None,
            score: None,
            published_at: row.optional_text("publishedAt").map(str::to_owned),
        };
        let texts: BTreeSet<&str> = row
            .get("requirements")
            .items()
            .iter()
            .filter_map(|text| text.as_str())
            .collect();
        let files = row.get("files").items().iter().map(|file| {
            let part = |at: usize| {
                file.items()
                    .get(at)
                    .and_then(|part| part.as_str())
                    .unwrap_or_default()
            };
            File {
                sha256: part(0).to_owned(),
                filename: part(1).to_owned(),
                fit: match part(2) {
                    "sdist" => Fit::Source,
                    "wheel" => Fit::Wheel,
                    "gone" => Fit::Gone,
                    _ => Fit::Unfit,
                },
            }
        });
        Ok(Release {
            candidate,
            prerelease: row.bool("prerelease"),
            unknown: row.bool("unknown"),
            unreadable: row.bool("unknown") && row.optional_text("fault").is_some(),
            foreign: row.bool("foreign"),
            missing: row.bool("missing"),
            late: row.bool("late"),
            python: row.bool("python"),
            lines: texts.into_iter().filter_map(|text| lines.parse(text)).collect(),
            files: files.collect(),
        })
    }

    /// Whether a file of it installs, of those that may be used. One without any file on record counts as installable.
    pub(super) fn installs(&self, sdists: bool, wheels: bool) -> bool {
        self.files.is_empty()
            || self.files.iter().any(|file| match file.fit {
                Fit::Source => sdists,
                Fit::Wheel => wheels,
                Fit::Unfit | Fit::Gone => false,
            })
    }

    fn bytes(&self) -> usize {
        let candidate = &self.candidate;
        let texts = [Some(&candidate.order), Some(&candidate.index)];
        let optional = [
            candidate.requires_python.as_ref(),
            candidate.published_at.as_ref(),
        ];
        let texts: usize = texts.into_iter().chain(optional).flatten().map(String::len).sum();
        // Requirements are shared by the releases that were read together; each is charged where it is used.
        let lines: usize = self
            .lines
            .iter()
            .map(|line| line.text.len() * 2 + size_of::<usize>())
            .sum();
        let files = self
            .files
            .iter()
            .map(|file| size_of::<File>() + file.filename.len() + file.sha256.len());
        size_of::<Release>() + size_of::<usize>() + texts + lines + files.sum::<usize>()
    }
}

/// Everything known of one package in one scope.
#[derive(Debug)]
pub(super) struct Known {
    /// The revision that the graph gave before it gave the releases; empty for a package of which nothing was written
    /// since there are revisions, absent for one that is not there.
    pub(super) revision: Option<String>,
    /// The extras for which the requirement lines were read.
    pub(super) extras: BTreeSet<String>,
    pub(super) releases: Vec<Release>,
    /// When this process first saw the revision.
    seen: Instant,
    /// Whether the releases were read when the revision was long there.
    settled: bool,
}

impl Known {
    /// What was read now; `before` is what was known until then.
    pub(super) fn new(
        revision: Option<String>,
        extras: BTreeSet<String>,
        releases: Vec<Release>,
        before: Option<&Known>,
    ) -> Known {
        let seen = before
            .filter(|before| before.revision == revision)
            .map_or_else(Instant::now, |before| before.seen);
        Known {
            revision,
            extras,
            releases,
            seen,
            settled: seen.elapsed() >= SETTLING,
        }
    }

    /// Whether this may be used where the graph still has the revision.
    pub(super) fn is_settled(&self) -> bool {
        self.revision.is_some() && (self.settled || self.seen.elapsed() < SETTLING)
    }

    /// Bytes of memory, about.
    pub(super) fn bytes(&self, package: &PackageName) -> usize {
        let releases: usize = self.releases.iter().map(Release::bytes).sum();
        size_of::<Known>() + 2 * package.as_ref().len() + releases
    }
}
