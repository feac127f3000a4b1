//! The envelope of today's documents.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::advice::AdviceRecord;
use crate::advisory::Advisory;
use crate::document::{DocumentKind, Parts, Payload, Producer, SCHEMA_VERSION};
use crate::error::{ErrorCode, Fault};
use crate::image::ImageAnalysis;
use crate::index_change::IndexChanges;
use crate::inspection::InspectionReport;
use crate::json as json_input;
use crate::provenance::ProvenanceReport;
use crate::release::Release;
use crate::rules::RuleSet;
use crate::security_indicator::SecurityReport;
use crate::solver::SolverRun;

/// The envelope of documents, generic over what they say.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<P> {
    /// What the document says.
    pub kind: DocumentKind,
    /// The version of the kind's schema.
    pub schema_version: u32,
    /// Who made it.
    pub producer: Producer,
    /// When, RFC 3339.
    pub produced_at: String,
    /// Where it comes from, such as the name of a deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The name its producer gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_id: Option<String>,
    /// PEP 508 variables of the environment it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<BTreeMap<String, String>>,
    /// What it says.
    pub payload: P,
}

/// The payload of `release` envelopes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ReleasePayload {
    /// The releases.
    pub releases: Vec<Release>,
}

const ENVELOPE_KEYS: &[&str] = &[
    "kind",
    "schemaVersion",
    "producer",
    "producedAt",
    "origin",
    "upstreamId",
    "environment",
    "payload",
];

/// Reads an envelope.
pub(crate) fn read(value: &Value) -> Result<Parts, Fault> {
    let kind = value
        .get("kind")
        .and_then(Value::as_str)
        .ok_or_else(|| json_input::violation("an envelope must name its kind as a string", "/kind"))?;
    let kind = DocumentKind::parse(kind)?;
    check_schema_version(value, kind)?;
    let envelope: Envelope<Value> = json_input::typed(value, "")?;
    let produced_at = crate::time::normalise(&envelope.produced_at).ok_or_else(|| {
        json_input::violation(
            format!("`{}` is not a time of RFC 3339", envelope.produced_at),
            "/producedAt",
        )
    })?;
    let (payload, unknown) = payload(kind, &envelope.payload)?;
    Ok(Parts {
        schema_version: envelope.schema_version,
        generation: format!("envelope {}", envelope.schema_version),
        producer: envelope.producer,
        produced_at,
        origin: envelope.origin,
        upstream_id: envelope.upstream_id,
        environment: envelope.environment,
        payload,
        unknown_keys: unknown + json_input::unknown_keys(value, ENVELOPE_KEYS),
    })
}

/// Reads the payload of a kind; the number counts keys that were not understood.
fn payload(kind: DocumentKind, value: &Value) -> Result<(Payload, usize), Fault> {
    const AT: &str = "/payload";
    Ok(match kind {
        DocumentKind::Release => release_payload(value)?,
        DocumentKind::Solver => {
            let (content, unknown) = SolverRun::from_value(value, AT)?;
            (Payload::Solver(content), unknown)
        }
        DocumentKind::Image => {
            let (content, unknown) = ImageAnalysis::from_value(value, AT)?;
            (Payload::Image(content), unknown)
        }
        DocumentKind::Advisory => {
            let (content, unknown) = Advisory::from_value(value, AT)?;
            (Payload::Advisory(content), unknown)
        }
        DocumentKind::Inspection => {
            let (content, unknown) = InspectionReport::from_value(value, AT)?;
            (Payload::Inspection(content), unknown)
        }
        DocumentKind::SecurityIndicator => {
            let (content, unknown) = SecurityReport::from_value(value, AT)?;
            (Payload::SecurityIndicator(content), unknown)
        }
        DocumentKind::Advice => {
            let (content, unknown) = AdviceRecord::from_value(value, AT)?;
            (Payload::Advice(content), unknown)
        }
        DocumentKind::Provenance => {
            let (content, unknown) = ProvenanceReport::from_value(value, AT)?;
            (Payload::Provenance(content), unknown)
        }
        DocumentKind::IndexChange => {
            let (content, unknown) = IndexChanges::from_value(value, AT)?;
            (Payload::IndexChange(content), unknown)
        }
        DocumentKind::Rules => {
            let (content, unknown) = RuleSet::from_value(value, AT)?;
            (Payload::Rules(content), unknown)
        }
    })
}

fn check_schema_version(value: &Value, kind: DocumentKind) -> Result<(), Fault> {
    let Some(stated) = value.get("schemaVersion") else {
        return Err(json_input::violation(
            "an envelope must state its schemaVersion",
            "/schemaVersion",
        ));
    };
    if stated.as_u64() == Some(u64::from(SCHEMA_VERSION)) {
        return Ok(());
    }
    if !stated.is_u64() {
        return Err(json_input::violation(
            "schemaVersion must be a whole number",
            "/schemaVersion",
        ));
    }
    Err(Fault::new(
        ErrorCode::UnknownSchemaVersion,
        format!(
            "{} documents of schema version {stated} are not known",
            kind.as_str()
        ),
    )
    .at("/schemaVersion")
    .remedy(format!(
        "send schema version {SCHEMA_VERSION}, or update this program"
    )))
}

fn release_payload(value: &Value) -> Result<(Payload, usize), Fault> {
    let releases = value
        .get("releases")
        .and_then(Value::as_array)
        .ok_or_else(|| json_input::violation("a list of releases is missing", "/payload/releases"))?;
    let read: Result<Vec<Release>, Fault> = releases
        .iter()
        .enumerate()
        .map(|(position, release)| Release::from_value(release, &format!("/payload/releases/{position}")))
        .collect();
    let read = read?;
    let unknown = read.iter().map(|release| release.unknown_keys).sum::<usize>();
    Ok((
        Payload::Release(read),
        unknown + json_input::unknown_keys(value, &["releases"]),
    ))
}
