//! The JSON Schemas of documents and messages, as text; checked in under `schema/documents/`.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::advice::AdviceRecord;
use crate::advisory::Advisory;
use crate::document::DocumentKind;
use crate::envelope::{Envelope, ReleasePayload};
use crate::error::{ErrorCode, Fault};
use crate::image::ImageAnalysis;
use crate::index_change::IndexChanges;
use crate::inspection::InspectionReport;
use crate::message::Pointer;
use crate::provenance::ProvenanceReport;
use crate::rules::RuleSet;
use crate::security_indicator::SecurityReport;
use crate::solver::SolverRun;
use crate::wanted::KnowledgeWanted;

/// File name and text of every schema.
///
/// # Errors
/// `INTERNAL`, which no type of this crate causes.
pub fn schemas() -> Result<Vec<(String, String)>, Fault> {
    let mut files = Vec::new();
    for kind in DocumentKind::ALL {
        let text = match kind {
            DocumentKind::Release => schema::<Envelope<ReleasePayload>>()?,
            DocumentKind::Solver => schema::<Envelope<SolverRun>>()?,
            DocumentKind::Image => schema::<Envelope<ImageAnalysis>>()?,
            DocumentKind::Advisory => schema::<Envelope<Advisory>>()?,
            DocumentKind::Inspection => schema::<Envelope<InspectionReport>>()?,
            DocumentKind::SecurityIndicator => schema::<Envelope<SecurityReport>>()?,
            DocumentKind::Advice => schema::<Envelope<AdviceRecord>>()?,
            DocumentKind::Provenance => schema::<Envelope<ProvenanceReport>>()?,
            DocumentKind::IndexChange => schema::<Envelope<IndexChanges>>()?,
            DocumentKind::Rules => schema::<Envelope<RuleSet>>()?,
        };
        files.push((format!("{}.schema.json", kind.as_str()), text));
    }
    files.push(("pointer.schema.json".to_owned(), schema::<Pointer>()?));
    files.push((
        "knowledge-wanted.schema.json".to_owned(),
        schema::<KnowledgeWanted>()?,
    ));
    Ok(files)
}

fn schema<T: JsonSchema>() -> Result<String, Fault> {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    serde_json::to_string_pretty(&schema)
        .map(|text| text + "\n")
        .map_err(|problem| {
            Fault::new(
                ErrorCode::Internal,
                format!("a schema cannot be written: {problem}"),
            )
        })
}
