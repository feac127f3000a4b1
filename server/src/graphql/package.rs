//! Packages.

use async_graphql::{Context, ID, Object, Result};
use thoth_cypher::Row;

use super::loaders::{DependentsPage, PageOfPackage, VersionsOf, loaders};
use super::opaque::global_id;
use super::page::{Page, Total, page_cost, page_of_list, page_size};
use super::requirement::{DependentLine, dependents_page, place_of};
use super::version::PackageVersion;

/// A package: a name under which releases are published.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// Package URL without a version.
    pub(crate) key: String,
    /// Name as PEP 503 normalises it.
    pub(crate) name: String,
    /// Type of the package URL.
    pub(crate) ecosystem: String,
}

impl Package {
    pub(crate) fn from_row(row: Row<'_>) -> Self {
        Self::named(row.text("key"), row.text("name"))
    }

    /// The package of a key that the graph gave.
    pub(crate) fn named(key: &str, name: &str) -> Self {
        let ecosystem = key
            .strip_prefix("pkg:")
            .and_then(|rest| rest.split_once('/'))
            .map_or("", |(kind, _)| kind);
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            ecosystem: ecosystem.to_owned(),
        }
    }
}

/// A package: a name under which releases are published.
#[Object]
impl Package {
    /// Global id, for `node`.
    pub(crate) async fn id(&self) -> ID {
        global_id("Package", &self.key)
    }

    /// Package URL (purl) without a version, e.g. `pkg:pypi/flask`.
    async fn purl(&self) -> &str {
        &self.key
    }

    /// Name as PEP 503 normalises it.
    async fn name(&self) -> &str {
        &self.name
    }

    /// Where packages of this sort live: the type of the package URL, e.g. `pypi`.
    async fn ecosystem(&self) -> &str {
        &self.ecosystem
    }

    /// Its known releases, newest first in the order of PEP 440, of every index.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn versions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Releases on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last release of the page before.")] after: Option<String>,
        #[graphql(
            desc = "Whether pre-releases and development releases are listed.",
            default = true
        )]
        include_prereleases: bool,
    ) -> Result<Page<PackageVersion>> {
        page_size(first)?;
        let all = loaders(context)?
            .load_one(VersionsOf(self.key.clone()))
            .await?
            .unwrap_or_default();
        let listed: Vec<_> = all
            .iter()
            .filter(|release| include_prereleases || !release.prerelease)
            .cloned()
            .collect();
        Ok(page_of_list(
            "versions",
            &listed,
            first,
            after.as_deref(),
            |release| release.key.clone(),
            |release| PackageVersion(release.clone()),
        )?)
    }

    /// The requirement lines that name this package, by the package URL of the requiring release.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn dependents(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Dependents on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last dependent of the page before.")] after: Option<String>,
    ) -> Result<Page<DependentLine>> {
        let size = page_size(first)?;
        let place: DependentsPage = place_of(&self.key, after.as_deref(), size)?;
        let lines = loaders(context)?
            .load_one(PageOfPackage(place))
            .await?
            .unwrap_or_default();
        let total = Total::DependentsOfPackage(self.key.clone());
        Ok(dependents_page(&lines, size, after.is_some(), total))
    }
}
