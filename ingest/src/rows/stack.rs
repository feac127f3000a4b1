//! Stacks: locked sets of releases, whoever made them.

use super::Batch;
use thoth_cypher::{WRITE_PINS, WRITE_STACKS, map};
use thoth_schema::document::sha256_hex;
use thoth_schema::name::PackageName;
use thoth_schema::version::Version;

impl Batch {
    /// The key of the stack of these releases: sha256 over their sorted keys, a line each. A release named twice counts once.
    pub(super) fn stack<'pin>(
        &mut self,
        pins: impl Iterator<Item = (&'pin PackageName, &'pin Version, Option<&'pin str>)>,
    ) -> String {
        let mut keys: Vec<String> = pins
            .map(|(name, version, index)| self.version_row(name, version, index))
            .collect();
        keys.sort();
        keys.dedup();
        let key = sha256_hex(keys.join("\n").as_bytes());
        let size = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        self.put(&WRITE_STACKS, key.clone(), map! { "key" => &key, "size" => size });
        for version in keys {
            let row = map! { "stack" => &key, "version" => &version };
            self.put(&WRITE_PINS, format!("{key} {version}"), row);
        }
        key
    }
}
