//! What pruning before the search left to remove, for tests and diagnostics of whoever prunes.

use thoth_schema::error::Fault;
use thoth_schema::name::PackageName;
use thoth_schema::version::Version;

use crate::legal::{Exclusion, Rules};
use crate::model::{Request, Universe};

/// A candidate that the rules of its request remove although properties of the release alone tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpruned {
    /// Its package.
    pub package: PackageName,
    /// Its version.
    pub version: Version,
    /// The rule: `python`, `yanked`, `prerelease` or `constraint`.
    pub rule: &'static str,
}

/// The candidates with known requirements that are not legal, but for those that require an address: whether such a
/// line holds takes its marker. A filter in front of the search that leaves any has missed them.
///
/// # Errors
/// `UNSUPPORTED_REQUIREMENT` when a requirement that applies names an address.
pub fn unpruned(universe: &Universe, request: &Request) -> Result<Vec<Unpruned>, Fault> {
    let mut rules = Rules::new(request)?;
    let mut found = Vec::new();
    for (package, knowledge) in &universe.packages {
        for candidate in &knowledge.candidates {
            let rule = match rules.exclusion(package, knowledge, candidate) {
                Some(Exclusion::Python) => "python",
                Some(Exclusion::Yanked) => "yanked",
                Some(Exclusion::Prerelease) => "prerelease",
                Some(Exclusion::Constraint(_)) => "constraint",
                Some(_) | None => continue,
            };
            // A release that nothing is known of is kept as missing knowledge, whatever else is against it.
            if candidate.requirements.is_some() {
                found.push(Unpruned {
                    package: package.clone(),
                    version: candidate.version.clone(),
                    rule,
                });
            }
        }
    }
    Ok(found)
}
