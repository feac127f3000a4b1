//! What a unit looks for among releases.

use thoth_schema::name::PackageName;
use thoth_schema::purl::DEFAULT_INDEX;
use thoth_schema::version::is_prerelease;
use thoth_schema::versions::VersionSet;

use crate::model::Candidate;

/// One release that is looked for.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The package; `None` for any.
    pub name: Option<PackageName>,
    /// The versions.
    pub versions: VersionSet,
    /// Whether pre-releases among them count.
    pub prereleases: bool,
    /// The index.
    pub(crate) index: Option<Index>,
}

/// Where a release that is looked for comes from.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    /// Its address, without a slash at the end.
    pub(crate) url: String,
    /// Whether it is any other one.
    pub(crate) negated: bool,
}

impl Pattern {
    /// Whether the release is meant.
    pub(crate) fn admits(
        &self,
        package: &PackageName,
        candidate: &Candidate,
        default_index: Option<&str>,
    ) -> bool {
        self.name.as_ref().is_none_or(|name| name == package)
            && self.admits_release(
                &candidate.order,
                is_prerelease(&candidate.version),
                &candidate.index,
                default_index,
            )
    }

    /// Whether the version from this index is meant, of whatever package.
    pub(crate) fn admits_release(
        &self,
        order: &str,
        prerelease: bool,
        index: &str,
        default_index: Option<&str>,
    ) -> bool {
        (self.prereleases || !prerelease)
            && self.versions.contains(order)
            && self
                .index
                .as_ref()
                .is_none_or(|wanted| wanted.is(index, default_index) != wanted.negated)
    }
}

impl Index {
    /// Whether it names this index; the default index has an address where the request says so.
    fn is(&self, index: &str, default_index: Option<&str>) -> bool {
        let trimmed = |url: &str| url.trim_end_matches('/').to_owned();
        self.url == trimmed(index)
            || (index == DEFAULT_INDEX && default_index.is_some_and(|url| self.url == trimmed(url)))
    }
}

/// Releases that are looked for together: a stack meets it that has one of each.
#[derive(Debug, Clone, Default)]
pub struct Together {
    /// Each of another package, or of any.
    pub members: Vec<Pattern>,
    /// Releases that must require the first member.
    pub(crate) from: Vec<Pattern>,
    /// Whether others may require it too.
    pub(crate) from_allows_others: bool,
}
