//! The name of a stored document.

use object_store::path::Path;
use std::fmt;
use thoth_schema::document::Document;
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::release::is_sha256;

const ENDING: &str = ".json.zst";

/// `<kind>/<yyyy>/<mm>/<dd>/<sha256>.json.zst`: kind, day of production (UTC) and id of a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreKey(String);

impl StoreKey {
    /// The key that a document is stored under.
    pub fn of(document: &Document) -> StoreKey {
        StoreKey::of_parts(document.kind.as_str(), &document.produced_at, &document.id)
    }

    /// The key of a document of this kind, time of production and id.
    pub(crate) fn of_parts(kind: &str, produced_at: &str, id: &str) -> StoreKey {
        let day = produced_at.split('T').next().unwrap_or_default();
        // From the right: a year before our era starts with a minus sign.
        let mut parts = day.rsplitn(3, '-');
        let (day, month, year) = (parts.next(), parts.next(), parts.next());
        let (day, month, year) = (day.unwrap_or("01"), month.unwrap_or("01"), year.unwrap_or("1970"));
        StoreKey(format!("{kind}/{year}/{month}/{day}/{id}{ENDING}"))
    }

    /// Reads a key that came from outside: nothing but this exact form passes, so no key leads out of the store.
    ///
    /// # Errors
    /// `SCHEMA_VIOLATION`.
    pub fn parse(text: &str) -> Result<StoreKey, Fault> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_number = |part: &str| {
            !part.is_empty() && part.len() <= 7 && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_kind = |part: &str| {
            !part.is_empty()
                && part.len() <= 40
                && part.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase())
        };
        let is_key = match parts.as_slice() {
            [kind, year, month, day, file] => {
                is_kind(kind)
                    && is_number(year.strip_prefix('-').unwrap_or(year))
                    && is_number(month)
                    && is_number(day)
                    && file.strip_suffix(ENDING).is_some_and(is_sha256)
            }
            _ => false,
        };
        if !is_key {
            let shown: String = text.chars().take(120).collect();
            return Err(Fault::new(
                ErrorCode::SchemaViolation,
                format!("`{shown}` is no key of the document store"),
            )
            .at("/storeKey")
            .remedy(format!("name it <kind>/<yyyy>/<mm>/<dd>/<sha256>{ENDING}")));
        }
        Ok(StoreKey(text.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the document: sha256 of its canonical bytes, hexadecimal.
    pub fn id(&self) -> &str {
        let file = self.0.rsplit('/').next().unwrap_or_default();
        file.strip_suffix(ENDING).unwrap_or(file)
    }

    /// The kind of the document.
    pub fn kind(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }

    /// Year, month and day of production (UTC).
    pub fn day(&self) -> (i64, i64, i64) {
        let mut numbers = self
            .0
            .split('/')
            .skip(1)
            .map(|part| part.parse().unwrap_or_default());
        let mut next = || numbers.next().unwrap_or_default();
        (next(), next(), next())
    }

    /// The place in the object store.
    pub(crate) fn path(&self) -> Path {
        Path::from(self.0.as_str())
    }
}

impl fmt::Display for StoreKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_day_of_production_and_the_id_make_the_key() {
        let text = br#"{"name":"flask","version":"1.0","upload_time":"2018-04-26T20:10:07Z"}"#;
        let document = Document::from_json_bytes(text, &Default::default()).unwrap();
        let key = StoreKey::of(&document);
        assert_eq!(
            key.as_str(),
            format!("release/2018/04/26/{}.json.zst", document.id)
        );
        assert_eq!(key.id(), document.id);
        assert_eq!(StoreKey::parse(key.as_str()).unwrap(), key);
    }

    #[test]
    fn a_key_cannot_lead_out_of_the_store() {
        let id = "0".repeat(64);
        for bad in [
            String::new(),
            format!("../2018/04/26/{id}.json.zst"),
            format!("/etc/2018/04/26/{id}.json.zst"),
            format!("release/2018/04/../{id}.json.zst"),
            format!("release/2018/04/{id}.json.zst"),
            format!("release/2018/04/26/{id}.json"),
            "release/2018/04/26/passwd.json.zst".to_owned(),
        ] {
            assert_eq!(
                StoreKey::parse(&bad).unwrap_err().code,
                ErrorCode::SchemaViolation,
                "{bad}"
            );
        }
        assert!(StoreKey::parse(&format!("release/-000044/03/15/{id}.json.zst")).is_ok());
    }
}
