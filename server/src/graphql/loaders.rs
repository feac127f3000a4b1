//! What one request reads from the graph: keys gathered over one level of the query, then one statement for all of them.
//!
//! A loader lives as long as its request, and so does what it has read.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use thoth_cypher::{
    Graph, READ_ARTIFACTS_BY_KEY, READ_ARTIFACTS_OF_VERSIONS, READ_DEPENDENT_COUNTS_OF_PACKAGES,
    READ_DEPENDENT_COUNTS_OF_VERSIONS, READ_DEPENDENTS_OF_PACKAGES, READ_DEPENDENTS_OF_VERSIONS,
    READ_DOCUMENTS_BY_KEY, READ_PACKAGES_BY_KEY, READ_REQUIREMENTS_OF_VERSIONS, READ_VERSIONS_BY_KEY,
    READ_VERSIONS_OF_PACKAGES, Row, Statement, Value, map, params,
};
use thoth_schema::error::{ErrorCode, Fault};

use super::artifact::Artifact;
use super::document::Document;
use super::package::Package;
use super::requirement::{DependentLine, Requirement};
use super::version::Release;

/// The loader of one request.
pub(crate) type Loaders = DataLoader<Knowledge, HashMapCache>;

/// A fresh loader for one request.
pub(crate) fn fresh(graph: Arc<dyn Graph>) -> Loaders {
    DataLoader::with_cache(Knowledge { graph }, tokio::spawn, HashMapCache::default())
}

/// The loader of this request.
///
/// # Errors
/// `INTERNAL`, which the schema of this crate never causes.
pub(crate) fn loaders<'context>(context: &Context<'context>) -> Result<&'context Loaders, Fault> {
    context
        .data_opt()
        .ok_or_else(|| Fault::new(ErrorCode::Internal, "the request holds no loader"))
}

/// Reads for all keys at once.
pub(crate) struct Knowledge {
    graph: Arc<dyn Graph>,
}

impl Knowledge {
    async fn read<T>(
        &self,
        statement: &'static Statement,
        keys: Vec<String>,
        key_column: &str,
        item: impl Fn(Row<'_>) -> T,
    ) -> Result<Vec<(String, T)>, Fault> {
        let rows = self.graph.read(statement, params! { "keys" => keys }).await?;
        Ok(rows
            .iter()
            .map(|row| (row.text(key_column).to_owned(), item(row)))
            .collect())
    }

    async fn pages(
        &self,
        statement: &'static Statement,
        pages: Vec<&DependentsPage>,
    ) -> Result<HashMap<String, Vec<DependentLine>>, Fault> {
        // One level of a query asks for one size, unless aliases ask twice; who asked for less takes less.
        let limit = pages.iter().map(|page| page.limit).max().unwrap_or_default();
        let pages: Vec<Value> = pages.into_iter().map(DependentsPage::to_parameter).collect();
        let rows = self
            .graph
            .read(statement, params! { "pages" => pages, "limit" => limit })
            .await?;
        Ok(grouped(
            rows.iter()
                .map(|row| (row.text("key").to_owned(), DependentLine::from_row(row)))
                .collect(),
        ))
    }
}

/// Declares a key type and its loader: one item, or a list of them, per key.
macro_rules! loader {
    ($(#[$doc:meta])* $key:ident -> $value:ty, $statement:ident by $column:literal, $item:expr, $collect:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub(crate) struct $key(pub(crate) String);

        impl Loader<$key> for Knowledge {
            type Value = $value;
            type Error = Fault;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Fault> {
                let texts = sorted(keys.iter().map(|key| key.0.clone()));
                let items = self.read(&$statement, texts, $column, $item).await?;
                let found: HashMap<String, $value> = $collect(items);
                Ok(found.into_iter().map(|(key, value)| ($key(key), value)).collect())
            }
        }
    };
}

loader!(
    /// A package by key.
    PackageKey -> Package, READ_PACKAGES_BY_KEY by "key", Package::from_row, single
);
loader!(
    /// A release by key.
    VersionKey -> Arc<Release>, READ_VERSIONS_BY_KEY by "key", Release::from_row, single
);
loader!(
    /// The releases of a package by the package's key, newest first.
    VersionsOf -> Arc<Vec<Arc<Release>>>, READ_VERSIONS_OF_PACKAGES by "package", Release::from_row, shared
);
loader!(
    /// The requirement lines of a release by its key, in published order.
    RequirementsOf -> Arc<Vec<Requirement>>, READ_REQUIREMENTS_OF_VERSIONS by "version", Requirement::from_row, shared
);
loader!(
    /// The artifacts of a release by its key, by file name.
    ArtifactsOf -> Arc<Vec<Artifact>>, READ_ARTIFACTS_OF_VERSIONS by "version", Artifact::from_row, shared
);
loader!(
    /// An artifact by key.
    ArtifactKey -> Artifact, READ_ARTIFACTS_BY_KEY by "key", Artifact::from_row, single
);
loader!(
    /// A document by key.
    DocumentKey -> Document, READ_DOCUMENTS_BY_KEY by "key", Document::from_row, single
);
loader!(
    /// How many requirement lines name a package.
    DependentCountOfPackage -> i64, READ_DEPENDENT_COUNTS_OF_PACKAGES by "key", total_of, single
);
loader!(
    /// How many requirement lines admit a release.
    DependentCountOfVersion -> i64, READ_DEPENDENT_COUNTS_OF_VERSIONS by "key", total_of, single
);

/// The place where a page of dependents begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct DependentsPage {
    /// Key of the package or release that is depended on.
    pub(crate) key: String,
    /// Key of the last release of the page before.
    pub(crate) after: String,
    /// Its requirement line.
    pub(crate) after_line: i64,
    /// The extra that brought the line in.
    pub(crate) after_extra: String,
    /// Rows wanted.
    pub(crate) limit: i64,
}

impl DependentsPage {
    fn to_parameter(&self) -> Value {
        map! {
            "key" => &self.key, "after" => &self.after, "afterLine" => self.after_line,
            "afterExtra" => &self.after_extra,
        }
    }
}

/// A page of what depends on a package.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageOfPackage(pub(crate) DependentsPage);

/// A page of what admits a release.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageOfVersion(pub(crate) DependentsPage);

/// Batches of pages: pages of one key that begin in different places would be mixed up, so each place is a batch.
macro_rules! page_loader {
    ($key:ident, $statement:ident) => {
        impl Loader<$key> for Knowledge {
            type Value = Arc<Vec<DependentLine>>;
            type Error = Fault;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Fault> {
                let mut loaded = HashMap::with_capacity(keys.len());
                for batch in batches(keys.iter().map(|key| (&key.0.key, key))) {
                    let found = self
                        .pages(&$statement, batch.iter().map(|key| &key.0).collect())
                        .await?;
                    for key in batch {
                        let lines = found.get(&key.0.key).cloned().unwrap_or_default();
                        loaded.insert(key.clone(), Arc::new(lines));
                    }
                }
                Ok(loaded)
            }
        }
    };
}

page_loader!(PageOfPackage, READ_DEPENDENTS_OF_PACKAGES);
page_loader!(PageOfVersion, READ_DEPENDENTS_OF_VERSIONS);

/// Splits pages so that no batch holds two of one key; without aliases that is one batch.
fn batches<'keys, K: Hash + Eq>(keys: impl Iterator<Item = (&'keys String, &'keys K)>) -> Vec<Vec<&'keys K>> {
    let mut batches: Vec<Vec<&K>> = Vec::new();
    let mut used: HashMap<&String, usize> = HashMap::new();
    for (text, key) in keys {
        let position = used.entry(text).or_default();
        match batches.get_mut(*position) {
            Some(batch) => batch.push(key),
            None => batches.push(vec![key]),
        }
        *position += 1;
    }
    batches
}

fn sorted(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut keys: Vec<String> = keys.collect();
    keys.sort_unstable();
    keys
}

fn total_of(row: Row<'_>) -> i64 {
    row.int("total")
}

fn single<T>(items: Vec<(String, T)>) -> HashMap<String, T> {
    items.into_iter().collect()
}

fn grouped<T>(items: Vec<(String, T)>) -> HashMap<String, Vec<T>> {
    let mut groups: HashMap<String, Vec<T>> = HashMap::new();
    for (key, item) in items {
        groups.entry(key).or_default().push(item);
    }
    groups
}

fn shared<T>(items: Vec<(String, T)>) -> HashMap<String, Arc<Vec<T>>> {
    grouped(items)
        .into_iter()
        .map(|(key, group)| (key, Arc::new(group)))
        .collect()
}
