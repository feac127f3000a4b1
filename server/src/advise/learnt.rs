//! What searches learnt of releases, kept for later searches of the same packages in the same environment.

use serde_json::json;
use thoth_adviser::{PredictorName, Request, Universe, ValueTable};
use thoth_ingest::advices;
use thoth_ingest::store::DocumentStore;
use thoth_schema::document::sha256_hex;
use thoth_schema::error::{ErrorCode, Fault};

use super::AdviseInput;

/// Whether the search of a request starts from values of earlier ones.
pub(super) fn recalls(input: &AdviseInput) -> bool {
    match input.predictor {
        PredictorName::Auto => input.warm_start.unwrap_or(true),
        PredictorName::TemporalDifference => input.warm_start.unwrap_or(false),
        _ => false,
    }
}

/// What values are of: the packages in reach, the environment, and what makes the scores. Values of other releases of the
/// packages stay of use, so releases are no part of it.
pub(super) fn subject(universe: &Universe, request: &Request) -> String {
    let packages: Vec<&str> = universe.packages.keys().map(AsRef::as_ref).collect();
    let of = json!({
        "packages": packages, "environment": request.environment.variables(),
        "platform": request.environment.platform.map(|platform| platform.as_str()),
        "scoring": request.scoring, "recommendationType": request.recommendation_type,
    });
    sha256_hex(of.to_string().as_bytes())
}

/// What was learnt of it before, if anything.
///
/// # Errors
/// Those of the store; `STORE_CORRUPT` for what is no table.
pub(super) async fn recall(store: &DocumentStore, subject: &str) -> Result<Option<ValueTable>, Fault> {
    let Some(bytes) = advices::values(store, subject).await? else {
        return Ok(None);
    };
    let read = serde_json::from_slice(&bytes);
    read.map(Some).map_err(|problem| {
        Fault::new(
            ErrorCode::StoreCorrupt,
            format!("values cannot be read: {problem}"),
        )
        .at(subject)
    })
}

/// Keeps what was learnt, in the place of what was known before.
///
/// # Errors
/// Those of the store.
pub(super) async fn remember(store: &DocumentStore, subject: &str, table: &ValueTable) -> Result<(), Fault> {
    let bytes = serde_json::to_vec(table).map_err(|problem| {
        Fault::new(
            ErrorCode::Internal,
            format!("values cannot be written: {problem}"),
        )
    })?;
    advices::keep_values(store, subject, bytes).await
}
