//! Releases: one version of one package on one index.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use thoth_cypher::Row;

use super::artifact::Artifact;
use super::loaders::{ArtifactsOf, PageOfVersion, RequirementsOf, loaders};
use super::opaque::global_id;
use super::package::Package;
use super::page::{Page, Total, page_cost, page_of_list, page_size};
use super::requirement::{DependentLine, Requirement, dependents_page, place_of};

/// A release as the graph holds it.
#[derive(Debug)]
pub(crate) struct Release {
    pub(crate) package: String,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) order: String,
    pub(crate) prerelease: bool,
    pub(crate) yanked: bool,
    pub(crate) yanked_reason: Option<String>,
    pub(crate) index: String,
    pub(crate) published_at: Option<String>,
    pub(crate) requires_python: Option<String>,
    pub(crate) requirements_known: bool,
    pub(crate) summary: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) classifiers: Vec<String>,
    pub(crate) provides_extra: Vec<String>,
}

impl Release {
    pub(crate) fn from_row(row: Row<'_>) -> Arc<Self> {
        let optional = |column: &str| row.optional_text(column).map(str::to_owned);
        Arc::new(Self {
            package: row.text("package").to_owned(),
            key: row.text("key").to_owned(),
            name: row.text("name").to_owned(),
            version: row.text("version").to_owned(),
            order: row.text("orderKey").to_owned(),
            prerelease: row.bool("prerelease"),
            yanked: row.bool("yanked"),
            yanked_reason: optional("yankedReason"),
            index: row.text("index").to_owned(),
            published_at: optional("publishedAt"),
            requires_python: optional("requiresPython"),
            requirements_known: row.bool("requirementsKnown"),
            summary: optional("summary"),
            license: optional("license"),
            classifiers: row.texts("classifiers"),
            provides_extra: row.texts("providesExtra"),
        })
    }
}

/// A release in an answer.
#[derive(Debug, Clone)]
pub(crate) struct PackageVersion(pub(crate) Arc<Release>);

/// A release: one version of a package on one index. The same version on two indexes is two of these.
#[Object]
impl PackageVersion {
    /// Global id, for `node`.
    pub(crate) async fn id(&self) -> ID {
        global_id("PackageVersion", &self.0.key)
    }

    /// Package URL (purl) with the version, and with `repository_url` where the index is not the default one.
    async fn purl(&self) -> &str {
        &self.0.key
    }

    /// Name of the package as PEP 503 normalises it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Version in the normal form of PEP 440.
    async fn version(&self) -> &str {
        &self.0.version
    }

    /// Whether it is a pre-release or a development release (PEP 440).
    async fn prerelease(&self) -> bool {
        self.0.prerelease
    }

    /// Whether its index withdrew it (PEP 592).
    async fn yanked(&self) -> bool {
        self.0.yanked
    }

    /// Why it was withdrawn, where a reason was given.
    async fn yanked_reason(&self) -> Option<&str> {
        self.0.yanked_reason.as_deref()
    }

    /// When its first file was uploaded, RFC 3339 in UTC.
    async fn published_at(&self) -> Option<&str> {
        self.0.published_at.as_deref()
    }

    /// The Python versions it admits (core metadata `Requires-Python`).
    async fn requires_python(&self) -> Option<&str> {
        self.0.requires_python.as_deref()
    }

    /// Whether its requirements are known; if not, an empty list of them says nothing.
    async fn requirements_known(&self) -> bool {
        self.0.requirements_known
    }

    /// One line about it (core metadata `Summary`).
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// Its licence as published (core metadata `License` or `License-Expression`).
    async fn license(&self) -> Option<&str> {
        self.0.license.as_deref()
    }

    /// Its trove classifiers.
    async fn classifiers(&self) -> &[String] {
        &self.0.classifiers
    }

    /// The extras it offers (core metadata `Provides-Extra`).
    async fn provides_extra(&self) -> &[String] {
        &self.0.provides_extra
    }

    /// The index it comes from; `default` is the one that the installer is configured for.
    async fn index(&self) -> &str {
        &self.0.index
    }

    /// Its package.
    async fn package(&self) -> Package {
        Package::named(&self.0.package, &self.0.name)
    }

    /// Its requirements in published order. A line that several extras bring in stands once for each.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn requirements(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Requirements on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last requirement of the page before.")] after: Option<String>,
    ) -> Result<Page<Requirement>> {
        page_size(first)?;
        let lines = loaders(context)?
            .load_one(RequirementsOf(self.0.key.clone()))
            .await?
            .unwrap_or_default();
        Ok(page_of_list(
            "requirements",
            &lines,
            first,
            after.as_deref(),
            Requirement::place,
            Requirement::clone,
        )?)
    }

    /// Its files by name.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn artifacts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Artifacts on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last artifact of the page before.")] after: Option<String>,
    ) -> Result<Page<Artifact>> {
        page_size(first)?;
        let files = loaders(context)?
            .load_one(ArtifactsOf(self.0.key.clone()))
            .await?
            .unwrap_or_default();
        Ok(page_of_list(
            "artifacts",
            &files,
            first,
            after.as_deref(),
            |file| file.key.clone(),
            Artifact::clone,
        )?)
    }

    /// The requirement lines that name this package and admit this version, by the package URL of the requiring release.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn dependents(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Dependents on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last dependent of the page before.")] after: Option<String>,
    ) -> Result<Page<DependentLine>> {
        let size = page_size(first)?;
        let place = place_of(&self.0.key, after.as_deref(), size)?;
        let lines = loaders(context)?
            .load_one(PageOfVersion(place))
            .await?
            .unwrap_or_default();
        let total = Total::DependentsOfVersion(self.0.key.clone());
        Ok(dependents_page(&lines, size, after.is_some(), total))
    }
}
