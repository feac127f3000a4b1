//! What travels through the broker: pointers to documents.

use serde::{Deserialize, Serialize};

use crate::document::{Document, DocumentKind};
use crate::error::{ErrorCode, Fault};

/// Largest document in bytes that may travel inside its pointer.
pub const MAX_INLINE_BYTES: usize = 64 * 1024;

/// Largest message body in bytes: an inline document, escaped, and what surrounds it.
pub const MAX_MESSAGE_BYTES: usize = 8 * MAX_INLINE_BYTES;

/// The body of a message on the exchange `thoth.documents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pointer {
    /// sha256 of the canonical bytes, hexadecimal.
    pub document_id: String,
    /// The kind of the document.
    pub kind: DocumentKind,
    /// The version of the kind's schema.
    pub schema_version: u32,
    /// Where the document store keeps it.
    pub store_key: String,
    /// Length of the canonical bytes.
    pub bytes: u64,
    /// The canonical text of the document itself, from a producer without access to the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline: Option<String>,
}

impl Pointer {
    /// A pointer to a stored document.
    pub fn to(document: &Document, store_key: impl Into<String>) -> Pointer {
        Pointer {
            document_id: document.id.clone(),
            kind: document.kind,
            schema_version: document.schema_version,
            store_key: store_key.into(),
            bytes: document.canonical_bytes().len() as u64,
            inline: None,
        }
    }

    /// The same pointer with the document inside.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED` where the document is larger than [`MAX_INLINE_BYTES`].
    pub fn with_inline(mut self, document: &Document) -> Result<Pointer, Fault> {
        let bytes = document.canonical_bytes();
        if bytes.len() > MAX_INLINE_BYTES {
            return Err(Fault::new(
                ErrorCode::LimitExceeded,
                format!(
                    "a document of {} bytes is too large to travel in a message",
                    bytes.len()
                ),
            )
            .remedy(format!(
                "store it first; {MAX_INLINE_BYTES} bytes may travel inline"
            )));
        }
        let text = std::str::from_utf8(bytes).map_err(|problem| {
            Fault::new(
                ErrorCode::Internal,
                format!("canonical bytes are not text: {problem}"),
            )
        })?;
        self.inline = Some(text.to_owned());
        Ok(self)
    }

    /// `<kind>.v<major>`, the routing key of the message.
    pub fn routing_key(&self) -> String {
        routing_key(self.kind, self.schema_version)
    }

    /// The body as JSON bytes.
    ///
    /// # Errors
    /// `INTERNAL`, which no pointer causes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        serde_json::to_vec(self).map_err(|problem| {
            Fault::new(
                ErrorCode::Internal,
                format!("a pointer cannot be written: {problem}"),
            )
        })
    }

    /// Reads a message body.
    ///
    /// # Errors
    /// `DOCUMENT_TOO_LARGE`, `MALFORMED_JSON`, `TRUNCATED_INPUT`, `UNKNOWN_DOCUMENT_KIND` or `SCHEMA_VIOLATION`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Pointer, Fault> {
        if bytes.len() > MAX_MESSAGE_BYTES {
            return Err(Fault::new(
                ErrorCode::DocumentTooLarge,
                format!(
                    "a message of {} bytes is larger than {MAX_MESSAGE_BYTES}",
                    bytes.len()
                ),
            )
            .remedy("store the document and send its pointer"));
        }
        let value = crate::json::parse(bytes, 4)?;
        if let Some(kind) = value.get("kind").and_then(|kind| kind.as_str()) {
            DocumentKind::parse(kind)?;
        }
        let pointer: Pointer = crate::json::typed(&value, "")?;
        let is_hash = pointer.document_id.len() == 64
            && pointer
                .document_id
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hash {
            return Err(crate::json::violation(
                "the document id is not a sha256 in hexadecimal",
                "/documentId",
            ));
        }
        Ok(pointer)
    }
}

/// `<kind>.v<major>`
pub fn routing_key(kind: DocumentKind, schema_version: u32) -> String {
    format!("{}.v{schema_version}", kind.as_str())
}
