//! Requirement lines, seen from the release that has them and from what they name.

use async_graphql::{Context, Object, Result};
use thoth_cypher::Row;
use thoth_schema::error::{ErrorCode, Fault};

use super::loaders::{DependentsPage, VersionKey, loaders};
use super::opaque::{Cursor, invalid_cursor};
use super::package::Package;
use super::page::{Page, Total, page_of_rows};
use super::version::PackageVersion;

const DEPENDENTS: &str = "dependents";

/// One requirement line of a release, as one extra (or none) brings it in.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    line: i64,
    text: String,
    specifier: String,
    marker: Option<String>,
    extra: Option<String>,
    extras: Vec<String>,
    package: Package,
}

impl Requirement {
    pub(crate) fn from_row(row: Row<'_>) -> Self {
        Self {
            line: row.int("line"),
            text: row.text("text").to_owned(),
            specifier: row.text("specifier").to_owned(),
            marker: row.optional_text("marker").map(str::to_owned),
            extra: row.optional_text("extra").map(str::to_owned),
            extras: row.texts("extras"),
            package: Package::named(row.text("package"), row.text("name")),
        }
    }

    /// Its natural key within the release: line and extra.
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", self.line, self.extra.as_deref().unwrap_or_default())
    }
}

/// A requirement of a release on a package (PEP 508).
#[Object]
impl Requirement {
    /// The line as published.
    async fn text(&self) -> &str {
        &self.text
    }

    /// The versions it admits (PEP 440); empty for any.
    async fn specifier(&self) -> &str {
        &self.specifier
    }

    /// The environments in which it holds, where it is limited to some.
    async fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// The extra of the requiring release that brings it in; absent where it holds without one.
    async fn extra(&self) -> Option<&str> {
        self.extra.as_deref()
    }

    /// The extras it wants of the package.
    async fn extras(&self) -> &[String] {
        &self.extras
    }

    /// The package it names, of which no release needs to be known.
    async fn package(&self) -> &Package {
        &self.package
    }
}

/// A requirement line with the release that has it.
#[derive(Debug, Clone)]
pub(crate) struct DependentLine {
    version: String,
    requirement: Requirement,
}

impl DependentLine {
    pub(crate) fn from_row(row: Row<'_>) -> Self {
        Self {
            version: row.text("version").to_owned(),
            requirement: Requirement::from_row(row),
        }
    }

    fn cursor(&self) -> Cursor {
        // The key of the release comes last: it alone may hold a slash.
        Cursor::new(
            DEPENDENTS,
            &format!("{}/{}", self.requirement.place(), self.version),
        )
    }
}

/// A release that requires something, and the requirement line that says so.
#[Object(name = "Dependent")]
impl DependentLine {
    /// The release that requires.
    async fn release(&self, context: &Context<'_>) -> Result<PackageVersion> {
        // Only here, not with the page: pages without any dependent would run ahead of the others, and the level would
        // fall apart into several statements.
        let release = loaders(context)?
            .load_one(VersionKey(self.version.clone()))
            .await?;
        let release = release.ok_or_else(|| {
            Fault::new(
                ErrorCode::Internal,
                "a requirement belongs to a release that cannot be found",
            )
            .at(&self.version)
        })?;
        Ok(PackageVersion(release))
    }

    /// What it requires.
    async fn requirement(&self) -> &Requirement {
        &self.requirement
    }
}

/// Where a page of dependents begins.
///
/// # Errors
/// `CURSOR_INVALID`.
pub(crate) fn place_of(key: &str, after: Option<&str>, size: usize) -> Result<DependentsPage, Fault> {
    let limit = i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1);
    let mut page = DependentsPage {
        key: key.to_owned(),
        after: String::new(),
        after_line: -1,
        after_extra: String::new(),
        limit,
    };
    let Some(after) = after else { return Ok(page) };
    let text = Cursor::parse(DEPENDENTS, after)?;
    let mut parts = text.splitn(3, '/');
    let (Some(line), Some(extra), Some(version)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(invalid_cursor());
    };
    page.after_line = line.parse().map_err(|_| invalid_cursor())?;
    extra.clone_into(&mut page.after_extra);
    version.clone_into(&mut page.after);
    Ok(page)
}

/// A page of dependents.
pub(crate) fn dependents_page(
    lines: &[DependentLine],
    size: usize,
    continued: bool,
    total: Total,
) -> Page<DependentLine> {
    let rows = lines
        .iter()
        .take(size + 1)
        .map(|line| (line.cursor(), line.clone()))
        .collect();
    page_of_rows(rows, size, continued, total)
}
