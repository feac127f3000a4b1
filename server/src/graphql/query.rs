//! The questions.

use async_graphql::{Context, ID, Interface, Object, Result};
use thoth_cypher::{READ_DOCUMENTS, READ_PACKAGES, READ_STATISTICS, params};
use thoth_ingest::dead_letters::Selection;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::{name, purl, version};

use super::artifact::Artifact;
use super::dead_letter::{DeadLetter, desk};
use super::document::Document;
use super::loaders::{ArtifactKey, DocumentKey, PackageKey, VersionKey, VersionsOf, loaders};
use super::opaque::{Cursor, parse_global_id};
use super::package::Package;
use super::page::{Page, Total, graph, page_cost, page_of_rows, page_size};
use super::statistics::{GraphInfo, Statistics};
use super::version::PackageVersion;
use crate::limits::ECHO_CHARACTERS;

/// Anything with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id, for `node`."))]
pub(crate) enum Node {
    /// A package.
    Package(Package),
    /// A release.
    PackageVersion(PackageVersion),
    /// A file of a release.
    Artifact(Artifact),
    /// A document.
    Document(Document),
}

/// The root of all queries.
#[derive(Debug, Clone, Copy)]
pub struct Query;

/// What can be asked of the knowledge.
#[Object]
impl Query {
    /// Version of this API: the version of the program.
    async fn api_version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The graph that answers.
    async fn graph(&self, context: &Context<'_>) -> Result<GraphInfo> {
        Ok(GraphInfo::of(graph(context)?.engine()))
    }

    /// The package of this name, in any spelling that PEP 503 takes for the same.
    async fn package(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Name of the package.")] name: String,
    ) -> Result<Option<Package>> {
        let key = purl::package_key(&package_name(&name)?);
        Ok(loaders(context)?.load_one(PackageKey(key)).await?)
    }

    /// Packages by name.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn packages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Beginning of the name, in any spelling.", default)] prefix: String,
        #[graphql(desc = "Packages on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last package of the page before.")] after: Option<String>,
    ) -> Result<Page<Package>> {
        const CONNECTION: &str = "packages";
        let size = page_size(first)?;
        let prefix = normalised_prefix(&prefix);
        let start = after
            .as_deref()
            .map(|after| Cursor::parse(CONNECTION, after))
            .transpose()?
            .unwrap_or_default();
        let limit = i64::try_from(size + 1).unwrap_or(i64::MAX);
        let parameters = params! { "prefix" => &prefix, "after" => start, "limit" => limit };
        let rows = graph(context)?.read(&READ_PACKAGES, parameters).await?;
        let packages = rows.iter().map(Package::from_row);
        let items = packages
            .map(|package| (Cursor::new(CONNECTION, &package.name), package))
            .collect();
        Ok(page_of_rows(
            items,
            size,
            after.is_some(),
            Total::Packages(prefix),
        ))
    }

    /// The release of this name and version on an index.
    async fn version(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Name of the package.")] name: String,
        #[graphql(desc = "Version (PEP 440), in any spelling of it.")] version: String,
        #[graphql(desc = "URL or name of the index; the default one where not given.")] index: Option<String>,
    ) -> Result<Option<PackageVersion>> {
        let version = version::parse(bounded(&version)?)?;
        let name = package_name(&name)?;
        let key = purl::version_key(&name, &version, index.as_deref());
        let loaders = loaders(context)?;
        if let Some(release) = loaders.load_one(VersionKey(key)).await? {
            return Ok(Some(PackageVersion(release)));
        }
        // 2.0 and 2.0.0 are one version; which of them was published only the list of releases knows.
        let order = version::order_key(&version);
        let index = index.as_deref().unwrap_or(purl::DEFAULT_INDEX);
        let releases = loaders
            .load_one(VersionsOf(purl::package_key(&name)))
            .await?
            .unwrap_or_default();
        let equal = releases
            .iter()
            .find(|release| release.order == order && release.index == index);
        Ok(equal.cloned().map(PackageVersion))
    }

    /// The object of this global id.
    async fn node(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Global id as an `id` field gave it.")] id: ID,
    ) -> Result<Option<Node>> {
        let (type_name, key) = parse_global_id(&id)?;
        let loaders = loaders(context)?;
        Ok(match type_name.as_str() {
            "Package" => loaders.load_one(PackageKey(key)).await?.map(Node::Package),
            "PackageVersion" => loaders
                .load_one(VersionKey(key))
                .await?
                .map(|release| Node::PackageVersion(PackageVersion(release))),
            "Artifact" => loaders.load_one(ArtifactKey(key)).await?.map(Node::Artifact),
            "Document" => loaders.load_one(DocumentKey(key)).await?.map(Node::Document),
            _ => {
                return Err(Fault::new(
                    ErrorCode::InvalidArgument,
                    "the id names no type that has global ids",
                )
                .remedy("take the id from the `id` field of an object")
                .into());
            }
        })
    }

    /// How much knowledge there is.
    async fn statistics(&self, context: &Context<'_>) -> Result<Statistics> {
        Ok(Statistics::from_rows(
            &graph(context)?.read(&READ_STATISTICS, params! {}).await?,
        ))
    }

    /// The documents that the facts come from, by their hash.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn documents(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Documents on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last document of the page before.")] after: Option<String>,
    ) -> Result<Page<Document>> {
        const CONNECTION: &str = "documents";
        let size = page_size(first)?;
        let start = after
            .as_deref()
            .map(|after| Cursor::parse(CONNECTION, after))
            .transpose()?
            .unwrap_or_default();
        let limit = i64::try_from(size + 1).unwrap_or(i64::MAX);
        let rows = graph(context)?
            .read(&READ_DOCUMENTS, params! { "after" => start, "limit" => limit })
            .await?;
        let documents = rows.iter().map(Document::from_row);
        let items = documents
            .map(|document| (Cursor::new(CONNECTION, &document.key), document))
            .collect();
        Ok(page_of_rows(items, size, after.is_some(), Total::Documents))
    }

    /// The messages that could not be ingested, by their key.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn dead_letters(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Dead letters on the page: 1 to 100, 20 where not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor of the last dead letter of the page before.")] after: Option<String>,
        #[graphql(desc = "Only those of this code of the table of errors.")] code: Option<String>,
        #[graphql(desc = "Only those of this kind of documents.")] kind: Option<String>,
    ) -> Result<Page<DeadLetter>> {
        const CONNECTION: &str = "deadLetters";
        let size = page_size(first)?;
        let is_continued = after.is_some();
        let after = after.as_deref().map(|after| Cursor::parse(CONNECTION, after));
        let selection = Selection {
            first: size + 1,
            after: after.transpose()?,
            code: code.clone(),
            kind: kind.clone(),
        };
        let shown = desk(context)?.letters().await?.list(&selection).await?;
        let letters = shown.letters.into_iter();
        let items = letters
            .map(|letter| (Cursor::new(CONNECTION, &letter.key), DeadLetter(letter)))
            .collect();
        let total = Total::DeadLetters { code, kind };
        Ok(page_of_rows(items, size, is_continued, total))
    }

    /// The message of this key that could not be ingested.
    async fn dead_letter(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Key of the dead letter.")] key: String,
    ) -> Result<Option<DeadLetter>> {
        match desk(context)?.letters().await?.find(&key).await {
            Ok(letter) => Ok(letter.map(DeadLetter)),
            Err(fault) => Err(fault.into()),
        }
    }
}

fn package_name(text: &str) -> Result<name::PackageName, Fault> {
    name::package(bounded(text)?)
}

/// Refuses what is too long to be a name or a version, before a fault repeats it.
fn bounded(text: &str) -> Result<&str, Fault> {
    if text.chars().count() <= ECHO_CHARACTERS {
        return Ok(text);
    }
    Err(Fault::new(
        ErrorCode::LimitExceeded,
        format!("a name or version has more than {ECHO_CHARACTERS} characters"),
    )
    .remedy("no package is named like that"))
}

/// What PEP 503 makes of the beginning of a name; runs of separators are one hyphen.
fn normalised_prefix(prefix: &str) -> String {
    let mut normalised = String::with_capacity(prefix.len());
    for character in prefix.chars().flat_map(char::to_lowercase) {
        let separator = matches!(character, '-' | '_' | '.');
        if !separator {
            normalised.push(character);
        } else if !normalised.ends_with('-') {
            normalised.push('-');
        }
    }
    normalised
}
