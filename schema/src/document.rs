//! Documents: the immutable JSON results through which all knowledge enters.
//!
//! A document is named by the sha256 of its canonical bytes (RFC 8785), whichever of three shapes it has:
//! - the envelope `{"kind", "schemaVersion", "producer", "producedAt", "origin"?, "upstreamId"?, "environment"?, "payload"}`;
//! - a solver document of the predecessor, `{"metadata", "result"}`, of any generation ([`crate::legacy`]);
//! - a bare record of one release ([`crate::release::Release`]).
//!
//! The canonical bytes are those of the JSON as received; they are what the document store keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::advice::AdviceRecord;
use crate::advisory::Advisory;
use crate::error::{ErrorCode, Fault};
use crate::image::ImageAnalysis;
use crate::index_change::IndexChanges;
use crate::inspection::InspectionReport;
use crate::json as json_input;
use crate::json::Numbers;
use crate::provenance::ProvenanceReport;
use crate::release::Release;
use crate::rules::RuleSet;
use crate::security_indicator::SecurityReport;
use crate::solver::SolverRun;

pub use crate::json::{canonical_text, sha256_hex};

/// Largest document in bytes that is accepted by default, of kinds that are not heavy.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// Largest document in bytes that is accepted by default, of heavy kinds ([`DocumentKind::is_heavy`]).
pub const MAX_HEAVY_DOCUMENT_BYTES: usize = 128 * 1024 * 1024;

/// Deepest nesting of arrays and objects that is accepted by default.
pub const MAX_DOCUMENT_DEPTH: usize = 64;

/// The version of every kind's schema that is written today.
pub const SCHEMA_VERSION: u32 = 1;

/// What a document says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// Static metadata of releases.
    Release,
    /// One run of a solver in one environment.
    Solver,
    /// One container image, taken apart.
    Image,
    /// A security advisory (OSV).
    Advisory,
    /// A stack that was built and run.
    Inspection,
    /// Static findings in one release.
    SecurityIndicator,
    /// What was advised, for whom.
    Advice,
    /// What a check of a lock's origins found.
    Provenance,
    /// What changed on a package index.
    IndexChange,
    /// A set of rules for advice.
    Rules,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [DocumentKind; 10] = [
        DocumentKind::Release,
        DocumentKind::Solver,
        DocumentKind::Image,
        DocumentKind::Advisory,
        DocumentKind::Inspection,
        DocumentKind::SecurityIndicator,
        DocumentKind::Advice,
        DocumentKind::Provenance,
        DocumentKind::IndexChange,
        DocumentKind::Rules,
    ];

    /// The name in envelopes, routing keys and store keys.
    pub fn as_str(self) -> &'static str {
        match self {
            DocumentKind::Release => "release",
            DocumentKind::Solver => "solver",
            DocumentKind::Image => "image",
            DocumentKind::Advisory => "advisory",
            DocumentKind::Inspection => "inspection",
            DocumentKind::SecurityIndicator => "security-indicator",
            DocumentKind::Advice => "advice",
            DocumentKind::Provenance => "provenance",
            DocumentKind::IndexChange => "index-change",
            DocumentKind::Rules => "rules",
        }
    }

    /// Whether its documents take seconds rather than milliseconds, and may be large.
    pub fn is_heavy(self) -> bool {
        matches!(self, DocumentKind::Image | DocumentKind::Inspection)
    }

    /// The kind with this name.
    ///
    /// # Errors
    /// `UNKNOWN_DOCUMENT_KIND`.
    pub fn parse(text: &str) -> Result<DocumentKind, Fault> {
        DocumentKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| unknown_kind(format!("`{text}` is not a kind of document this program knows")))
    }
}

/// Bounds on one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a document of a kind that is not heavy.
    pub document_bytes: usize,
    /// Most bytes of a document of a heavy kind ([`DocumentKind::is_heavy`]).
    pub heavy_document_bytes: usize,
    /// Deepest nesting of arrays and objects; at most 127.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            document_bytes: MAX_DOCUMENT_BYTES,
            heavy_document_bytes: MAX_HEAVY_DOCUMENT_BYTES,
            depth: MAX_DOCUMENT_DEPTH,
        }
    }
}

impl Limits {
    /// Most bytes of a document of this kind.
    pub fn bytes_of(&self, kind: DocumentKind) -> usize {
        if kind.is_heavy() {
            self.heavy_document_bytes
        } else {
            self.document_bytes
        }
    }

    /// Most bytes of a document of any kind: what is read before the kind is known.
    pub fn most_bytes(&self) -> usize {
        self.document_bytes.max(self.heavy_document_bytes)
    }

    /// Refuses what no document may have.
    fn check_any(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > self.most_bytes() {
            return Err(too_large("a document", bytes, self.most_bytes()));
        }
        Ok(())
    }

    /// Refuses what a document of this kind may not have.
    fn check_kind(&self, kind: DocumentKind, bytes: usize) -> Result<(), Fault> {
        if bytes > self.bytes_of(kind) {
            let what = format!("a document of the kind {}", kind.as_str());
            return Err(too_large(&what, bytes, self.bytes_of(kind)));
        }
        Ok(())
    }
}

/// Who made a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Producer {
    /// Name of the program.
    pub name: String,
    /// Version of the program.
    pub version: String,
}

/// What a document says, read.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one payload per document, never an array of them"
)]
pub enum Payload {
    /// Releases with their metadata.
    Release(Vec<Release>),
    /// One run of a solver.
    Solver(SolverRun),
    /// A container image, taken apart.
    Image(ImageAnalysis),
    /// A security advisory.
    Advisory(Advisory),
    /// Stacks that were built and run.
    Inspection(InspectionReport),
    /// Static findings in one release.
    SecurityIndicator(SecurityReport),
    /// What was advised.
    Advice(AdviceRecord),
    /// What a check of a lock's origins found.
    Provenance(ProvenanceReport),
    /// What changed on a package index.
    IndexChange(IndexChanges),
    /// A set of rules.
    Rules(RuleSet),
}

impl Payload {
    /// The kind of documents with such a payload.
    pub fn kind(&self) -> DocumentKind {
        match self {
            Payload::Release(_) => DocumentKind::Release,
            Payload::Solver(_) => DocumentKind::Solver,
            Payload::Image(_) => DocumentKind::Image,
            Payload::Advisory(_) => DocumentKind::Advisory,
            Payload::Inspection(_) => DocumentKind::Inspection,
            Payload::SecurityIndicator(_) => DocumentKind::SecurityIndicator,
            Payload::Advice(_) => DocumentKind::Advice,
            Payload::Provenance(_) => DocumentKind::Provenance,
            Payload::IndexChange(_) => DocumentKind::IndexChange,
            Payload::Rules(_) => DocumentKind::Rules,
        }
    }

    /// The payload as it stands in an envelope.
    fn to_value(&self) -> Value {
        match self {
            Payload::Release(releases) => json!({ "releases": releases }),
            Payload::Solver(content) => json!(content),
            Payload::Image(content) => json!(content),
            Payload::Advisory(content) => json!(content),
            Payload::Inspection(content) => json!(content),
            Payload::SecurityIndicator(content) => json!(content),
            Payload::Advice(content) => json!(content),
            Payload::Provenance(content) => json!(content),
            Payload::IndexChange(content) => json!(content),
            Payload::Rules(content) => json!(content),
        }
    }
}

/// A document, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// sha256 of the canonical bytes, lower-case hexadecimal.
    pub id: String,
    /// What it says.
    pub kind: DocumentKind,
    /// The version of the kind's schema; 1 for what an adapter read.
    pub schema_version: u32,
    /// The form it came in, such as `envelope 1` or `predecessor 2018`: of one kind there may be several.
    pub generation: String,
    /// Who made it.
    pub producer: Producer,
    /// When, RFC 3339 `Z`.
    pub produced_at: String,
    /// Where it comes from, such as the name of a deployment.
    pub origin: Option<String>,
    /// The name its producer gave it.
    pub upstream_id: Option<String>,
    /// PEP 508 variables of the environment it speaks of.
    pub environment: Option<BTreeMap<String, String>>,
    /// What it says, read.
    pub payload: Payload,
    /// How many keys were not understood; they stay in the canonical bytes.
    pub unknown_keys: usize,
    canonical: Arc<[u8]>,
}

impl Document {
    /// Reads a document of any shape.
    ///
    /// # Errors
    /// `DOCUMENT_TOO_LARGE`, `DOCUMENT_TOO_DEEP`, `MALFORMED_JSON`, `TRUNCATED_INPUT`, `UNKNOWN_DOCUMENT_KIND`,
    /// `UNKNOWN_SCHEMA_VERSION` or `SCHEMA_VIOLATION` with the JSON pointer of the value at fault.
    pub fn from_json_bytes(bytes: &[u8], limits: &Limits) -> Result<Document, Fault> {
        limits.check_any(bytes.len())?;
        let document = Document::from_value(&json_input::parse(bytes, limits.depth)?)?;
        limits.check_kind(document.kind, bytes.len())?;
        Ok(document)
    }

    /// Reads a document from the canonical bytes that a store kept, whose hash the caller has verified: they are not made
    /// canonical once more.
    ///
    /// # Errors
    /// As [`Document::from_json_bytes`].
    pub fn from_canonical_bytes(bytes: Vec<u8>, id: &str, limits: &Limits) -> Result<Document, Fault> {
        limits.check_any(bytes.len())?;
        let parts = parts(&json_input::parse(&bytes, limits.depth)?)?;
        limits.check_kind(parts.payload.kind(), bytes.len())?;
        Ok(parts.into_document(id.to_owned(), bytes.into()))
    }

    /// Reads a document of any shape from a JSON value.
    ///
    /// # Errors
    /// As [`Document::from_json_bytes`], but for size, depth and syntax.
    pub fn from_value(value: &Value) -> Result<Document, Fault> {
        // What is read must be what is read again from the canonical bytes.
        let read = match json_input::numbers(value) {
            Numbers::Canonical => parts(value)?,
            Numbers::Whole => {
                let mut canonical = value.clone();
                json_input::write_whole(&mut canonical);
                parts(&canonical)?
            }
            Numbers::Inexact => {
                // Whatever has a type of its own refuses these.
                parts(value)?;
                parts(&json_input::parse(&json_input::canonical(value)?, usize::MAX)?)?
            }
        };
        let canonical = json_input::canonical(value)?;
        Ok(read.into_document(sha256_hex(&canonical), canonical.into()))
    }

    /// A new document in an envelope.
    ///
    /// # Errors
    /// `SCHEMA_VIOLATION` where the parts make no valid document.
    pub fn new(
        producer: Producer,
        produced_at: &str,
        origin: Option<&str>,
        environment: Option<&BTreeMap<String, String>>,
        payload: &Payload,
    ) -> Result<Document, Fault> {
        let mut value = json!({
            "kind": payload.kind().as_str(),
            "schemaVersion": SCHEMA_VERSION,
            "producer": producer,
            "producedAt": produced_at,
            "payload": payload.to_value(),
        });
        if let Some(origin) = origin {
            value["origin"] = json!(origin);
        }
        if let Some(environment) = environment {
            value["environment"] = json!(environment);
        }
        Document::from_value(&value)
    }

    /// The canonical bytes (RFC 8785) of the JSON as received: what the id is the hash of, what the store keeps.
    pub fn canonical_bytes(&self) -> &[u8] {
        &self.canonical
    }

    /// [`Document::canonical_bytes`] for a thread that outlives the document.
    pub fn shared_bytes(&self) -> Arc<[u8]> {
        Arc::clone(&self.canonical)
    }

    /// The releases the document states metadata of.
    pub fn releases(&self) -> Vec<&Release> {
        match &self.payload {
            Payload::Release(releases) => releases.iter().collect(),
            Payload::Solver(run) => run.results.iter().map(|solved| &solved.release).collect(),
            _ => Vec::new(),
        }
    }
}

/// A document without its bytes.
pub(crate) struct Parts {
    pub(crate) schema_version: u32,
    pub(crate) generation: String,
    pub(crate) producer: Producer,
    pub(crate) produced_at: String,
    pub(crate) origin: Option<String>,
    pub(crate) upstream_id: Option<String>,
    pub(crate) environment: Option<BTreeMap<String, String>>,
    pub(crate) payload: Payload,
    pub(crate) unknown_keys: usize,
}

impl Parts {
    fn into_document(self, id: String, canonical: Arc<[u8]>) -> Document {
        Document {
            id,
            kind: self.payload.kind(),
            schema_version: self.schema_version,
            generation: self.generation,
            producer: self.producer,
            produced_at: self.produced_at,
            origin: self.origin,
            upstream_id: self.upstream_id,
            environment: self.environment,
            payload: self.payload,
            unknown_keys: self.unknown_keys,
            canonical,
        }
    }
}

fn too_large(what: &str, bytes: usize, most: usize) -> Fault {
    Fault::new(
        ErrorCode::DocumentTooLarge,
        format!("{what} of {bytes} bytes is larger than the limit of {most}"),
    )
    .remedy("split the document, or raise the limit of document bytes")
}

/// What a document of any shape says.
fn parts(value: &Value) -> Result<Parts, Fault> {
    let Some(object) = value.as_object() else {
        return Err(json_input::violation("a document must be a JSON object", ""));
    };
    let has = |key: &str| object.contains_key(key);
    if has("kind") || has("payload") {
        crate::envelope::read(value)
    } else if has("metadata") && has("result") {
        crate::legacy::read(value)
    } else if has("name") && has("version") {
        record(value)
    } else if let Some(read) = crate::shapes::reader(object) {
        read(value)
    } else {
        Err(unknown_kind(
            "the object is neither an envelope, nor a document of the predecessor, nor a record of a release"
                .to_owned(),
        ))
    }
}

/// A bare record: produced when the release was uploaded, as far as that is known.
fn record(value: &Value) -> Result<Parts, Fault> {
    let release = Release::from_value(value, "")?;
    Ok(Parts {
        schema_version: SCHEMA_VERSION,
        generation: "record".to_owned(),
        producer: Producer {
            name: "record".to_owned(),
            version: "1".to_owned(),
        },
        produced_at: release
            .upload_time
            .clone()
            .unwrap_or_else(|| crate::time::EPOCH.to_owned()),
        origin: None,
        upstream_id: None,
        environment: None,
        unknown_keys: release.unknown_keys,
        payload: Payload::Release(vec![release]),
    })
}

pub(crate) fn unknown_kind(message: String) -> Fault {
    let known: Vec<&str> = DocumentKind::ALL.iter().map(|kind| kind.as_str()).collect();
    Fault::new(ErrorCode::UnknownDocumentKind, message)
        .at("/kind")
        .remedy(format!("send one of the kinds {}", known.join(", ")))
}
