//! Files of releases.

use async_graphql::{ID, Object};
use thoth_cypher::Row;

use super::opaque::global_id;

/// A file of a release.
#[derive(Debug, Clone)]
pub(crate) struct Artifact {
    pub(crate) key: String,
    filename: Option<String>,
    sha256: String,
    kind: Option<String>,
    size: Option<i64>,
    python_abi_tags: Vec<String>,
    platform_tags: Vec<String>,
    requires_python: Option<String>,
    yanked: bool,
    uploaded_at: Option<String>,
}

impl Artifact {
    pub(crate) fn from_row(row: Row<'_>) -> Self {
        let optional = |column: &str| row.optional_text(column).map(str::to_owned);
        let key = row.text("key").to_owned();
        Self {
            // A file of which only the hash was ever stated is known by it.
            sha256: optional("sha256").unwrap_or_else(|| key.clone()),
            key,
            filename: optional("filename"),
            kind: optional("kind"),
            size: row.get("size").as_int(),
            python_abi_tags: row.texts("pythonAbiTags"),
            platform_tags: row.texts("platformTags"),
            requires_python: optional("requiresPython"),
            yanked: row.bool("yanked"),
            uploaded_at: optional("uploadedAt"),
        }
    }
}

/// A file of a release: a wheel or a source archive.
#[Object]
impl Artifact {
    /// Global id, for `node`.
    pub(crate) async fn id(&self) -> ID {
        global_id("Artifact", &self.key)
    }

    /// Name of the file; absent where only its hash is known.
    async fn filename(&self) -> Option<&str> {
        self.filename.as_deref()
    }

    /// SHA-256 of its bytes, lower-case hexadecimal.
    async fn sha256(&self) -> &str {
        &self.sha256
    }

    /// `wheel`, `sdist` or `other`.
    async fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }

    /// Size in bytes, a whole number; a Float because an Int ends at 2 GiB.
    #[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
    async fn size(&self) -> Option<f64> {
        self.size.map(|size| size as f64)
    }

    /// The pairs of Python and ABI tags of a wheel, e.g. `cp311-cp311` (PEP 425).
    async fn python_abi_tags(&self) -> &[String] {
        &self.python_abi_tags
    }

    /// The platform tags of a wheel, e.g. `manylinux_2_17_x86_64` (PEP 425).
    async fn platform_tags(&self) -> &[String] {
        &self.platform_tags
    }

    /// The Python versions that the index states for this file.
    async fn requires_python(&self) -> Option<&str> {
        self.requires_python.as_deref()
    }

    /// Whether the index withdrew this file (PEP 592).
    async fn yanked(&self) -> bool {
        self.yanked
    }

    /// When it was uploaded, RFC 3339 in UTC.
    async fn uploaded_at(&self) -> Option<&str> {
        self.uploaded_at.as_deref()
    }
}
