//! PEP 508 environment markers, read into the decision diagrams of `pep508_rs`.
//!
//! The grammar and the meaning of each comparison are read here and not by `pep508_rs`, because it deviates where real
//! metadata does not forgive it (`python_version < "3.8.0b1"` would hold for 3.8). In detail:
//! - versions (`python_version`, `python_full_version`, `implementation_version`) compare as PEP 440 specifiers do;
//!   where the value is no version, `!=` holds and nothing else does;
//! - `python_version in "2.7, 3.3"` looks for a part of the text, so `3.1` is in `"3.10"`;
//! - text compares by `==`, `!=`, `in` and `not in`; `<` and `>` never hold, `<=` and `>=` hold for equal text;
//!   `===` is `==`; `platform_release` alone is compared by the order of its characters;
//! - `extra` compares by `==` and `!=`; an extra that is not a valid name is never active;
//! - a variable compares with a quoted value only.
//!
//! A pre-release interpreter counts as its release ([`crate::environment`]), so that decision diagrams stay exact.

mod reach;
pub(crate) mod version_comparison;

use std::collections::BTreeSet;

use pep508_rs::MarkerValueExtra;
pub use pep508_rs::{ExtraName, MarkerTree, MarkerTreeKind};

pub use reach::{MarkerReach, reach};

use crate::error::Fault;

/// Reads a marker.
///
/// # Errors
/// `INVALID_MARKER` where PEP 508 does not describe the text, `LIMIT_EXCEEDED` where it is too large.
pub fn parse(text: &str) -> Result<MarkerTree, Fault> {
    crate::marker_parser::parse(text)
}

/// The extras a marker mentions, sorted, each once.
pub fn extras(marker: &MarkerTree) -> Vec<ExtraName> {
    let mut found = BTreeSet::new();
    let mut seen = std::collections::HashSet::new();
    collect_extras(marker, &mut seen, &mut found);
    found.into_iter().collect()
}

fn collect_extras(
    marker: &MarkerTree,
    seen: &mut std::collections::HashSet<MarkerTree>,
    found: &mut BTreeSet<ExtraName>,
) {
    if marker.is_true() || marker.is_false() || !seen.insert(marker.clone()) {
        return;
    }
    match marker.kind() {
        MarkerTreeKind::True | MarkerTreeKind::False => {}
        MarkerTreeKind::Version(node) => node
            .edges()
            .for_each(|(_, child)| collect_extras(&child, seen, found)),
        MarkerTreeKind::String(node) => node
            .children()
            .for_each(|(_, child)| collect_extras(&child, seen, found)),
        MarkerTreeKind::In(node) => node
            .children()
            .for_each(|(_, child)| collect_extras(&child, seen, found)),
        MarkerTreeKind::Contains(node) => node
            .children()
            .for_each(|(_, child)| collect_extras(&child, seen, found)),
        MarkerTreeKind::Extra(node) => {
            if let MarkerValueExtra::Extra(name) = node.name() {
                found.insert(name.clone());
            }
            node.children()
                .for_each(|(_, child)| collect_extras(&child, seen, found));
        }
    }
}
