//! Relay connections: pages in a stable order, with a total that is counted only when asked for.

use std::sync::Arc;

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Object, Result};
use thoth_cypher::{Graph, READ_PACKAGE_COUNT, READ_STATISTICS, params};
use thoth_schema::error::{ErrorCode, Fault};

use super::dead_letter::desk;
use super::loaders::{DependentCountOfPackage, DependentCountOfVersion, loaders};
use super::opaque::{Cursor, invalid_cursor};
use crate::limits::{PAGE_DEFAULT, PAGE_MAX};

/// One page of a connection.
pub(crate) type Page<T> = Connection<Cursor, T, Total, EmptyFields>;

/// How many items a page holds.
///
/// # Errors
/// `PAGE_TOO_LARGE` above the limit, `INVALID_ARGUMENT` below 1.
pub(crate) fn page_size(first: Option<i32>) -> Result<usize, Fault> {
    let Some(first) = first else {
        return Ok(PAGE_DEFAULT);
    };
    match usize::try_from(first) {
        Ok(size) if size > PAGE_MAX => Err(Fault::new(
            ErrorCode::PageTooLarge,
            format!("`first: {first}` asks for more than {PAGE_MAX} items"),
        )
        .remedy(format!("use at most {PAGE_MAX}, and `after` for the next page"))),
        Ok(size) if size > 0 => Ok(size),
        _ => Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("`first: {first}` asks for no item"),
        )
        .remedy(format!("use 1 to {PAGE_MAX}"))),
    }
}

/// What a connection costs: its selection once for every item it may hold.
pub(crate) fn page_cost(first: Option<i32>, child_complexity: usize) -> usize {
    let items = first.map_or(PAGE_DEFAULT, |first| {
        usize::try_from(first).unwrap_or_default().clamp(1, PAGE_MAX)
    });
    child_complexity.saturating_mul(items).saturating_add(1)
}

/// A page made of one item more than it holds, where the graph had that many.
pub(crate) fn page_of_rows<T>(items: Vec<(Cursor, T)>, size: usize, continued: bool, total: Total) -> Page<T>
where
    T: async_graphql::OutputType,
{
    let mut page = Page::with_additional_fields(continued, items.len() > size, total);
    page.edges.extend(
        items
            .into_iter()
            .take(size)
            .map(|(cursor, item)| Edge::new(cursor, item)),
    );
    page
}

/// A page of a list that is all at hand.
///
/// # Errors
/// `CURSOR_INVALID` where no item has the cursor; `PAGE_TOO_LARGE`, `INVALID_ARGUMENT`.
pub(crate) fn page_of_list<T, S>(
    connection: &str,
    items: &[S],
    first: Option<i32>,
    after: Option<&str>,
    key: impl Fn(&S) -> String,
    item: impl Fn(&S) -> T,
) -> Result<Page<T>, Fault>
where
    T: async_graphql::OutputType,
{
    let size = page_size(first)?;
    let start = match after {
        None => 0,
        Some(after) => {
            let after = Cursor::parse(connection, after)?;
            1 + items
                .iter()
                .position(|candidate| key(candidate) == after)
                .ok_or_else(invalid_cursor)?
        }
    };
    let total = Total::Known(items.len());
    let rest = items.iter().skip(start).take(size + 1);
    let rows = rest
        .map(|one| (Cursor::new(connection, &key(one)), item(one)))
        .collect();
    Ok(page_of_rows(rows, size, start > 0, total))
}

/// What a total counts.
#[derive(Debug, Clone)]
pub(crate) enum Total {
    /// Nothing is left to count.
    Known(usize),
    /// Packages with this prefix.
    Packages(String),
    /// Documents.
    Documents,
    /// Dead letters of this code and kind, where given.
    DeadLetters {
        code: Option<String>,
        kind: Option<String>,
    },
    /// Requirement lines that name the package.
    DependentsOfPackage(String),
    /// Requirement lines that admit the release.
    DependentsOfVersion(String),
}

/// Beside edges and page info.
#[Object]
impl Total {
    /// Number of items on all pages together.
    async fn total_count(&self, context: &Context<'_>) -> Result<i64> {
        let total = match self {
            Self::Known(total) => i64::try_from(*total).unwrap_or(i64::MAX),
            Self::Packages(prefix) => {
                let rows = graph(context)?
                    .read(&READ_PACKAGE_COUNT, params! { "prefix" => prefix })
                    .await?;
                rows.iter().next().map_or(0, |row| row.int("total"))
            }
            Self::Documents => {
                let rows = graph(context)?.read(&READ_STATISTICS, params! {}).await?;
                rows.iter()
                    .find(|row| row.text("label") == "Document")
                    .map_or(0, |row| row.int("nodes"))
            }
            Self::DeadLetters { code, kind } => {
                let letters = desk(context)?.letters().await?;
                let total = letters.count(code.as_deref(), kind.as_deref()).await?;
                i64::try_from(total).unwrap_or(i64::MAX)
            }
            Self::DependentsOfPackage(key) => loaders(context)?
                .load_one(DependentCountOfPackage(key.clone()))
                .await?
                .unwrap_or_default(),
            Self::DependentsOfVersion(key) => loaders(context)?
                .load_one(DependentCountOfVersion(key.clone()))
                .await?
                .unwrap_or_default(),
        };
        Ok(total)
    }
}

/// The graph that the schema was made over.
///
/// # Errors
/// `INTERNAL`, which the schema of this crate never causes.
pub(crate) fn graph<'context>(context: &Context<'context>) -> Result<&'context Arc<dyn Graph>, Fault> {
    context
        .data_opt()
        .ok_or_else(|| Fault::new(ErrorCode::Internal, "the schema holds no graph"))
}
