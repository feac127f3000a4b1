//! Which candidates are legal for a request, and why the others are not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::version::{is_prerelease, order_key, parse_specifiers};
use thoth_schema::versions::specifier_set;

use crate::model::{Candidate, PackageKnowledge, PrereleasePolicy, Request};

/// Why a release is no candidate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exclusion {
    /// Its requirements are not known.
    UnknownRequirements,
    /// It admits other Python versions only.
    Python,
    /// It was withdrawn and nobody pins it.
    Yanked,
    /// It is a pre-release the policy does not admit.
    Prerelease,
    /// A constraint of the request leaves it out.
    Constraint(String),
    /// It requires something from an address instead of an index.
    DirectUrl(String),
}

/// The rules of one request, made ready for asking them of every candidate.
#[derive(Debug)]
pub(crate) struct Rules<'a> {
    request: &'a Request,
    python_order: String,
    /// Root requirements whose marker holds, in the order given.
    pub(crate) roots: Vec<&'a Requirement>,
    constraints: BTreeMap<&'a PackageName, Vec<&'a Requirement>>,
    pinned: BTreeSet<(&'a PackageName, String)>,
    prerelease_named: BTreeSet<&'a PackageName>,
    python_verdicts: HashMap<String, bool>,
}

impl<'a> Rules<'a> {
    /// The rules of a request.
    ///
    /// # Errors
    ///
    /// `UNSUPPORTED_REQUIREMENT` when a requirement or constraint that applies names an address.
    pub(crate) fn new(request: &'a Request) -> Result<Self, Fault> {
        let applies = |requirement: &&Requirement| requirement.applies(&request.environment, None);
        let roots: Vec<&Requirement> = request.requirements.iter().filter(applies).collect();
        let constraints: Vec<&Requirement> = request.constraints.iter().filter(applies).collect();
        let mut rules = Self {
            request,
            python_order: request.environment.python_order(),
            roots,
            constraints: BTreeMap::new(),
            pinned: BTreeSet::new(),
            prerelease_named: BTreeSet::new(),
            python_verdicts: HashMap::new(),
        };
        for requirement in rules.roots.iter().chain(&constraints) {
            if requirement.url.is_some() {
                return Err(direct_address(requirement));
            }
            if let Some(version) = requirement.exact_pin() {
                rules.pinned.insert((&requirement.name, order_key(&version)));
            }
            if requirement.names_prerelease() {
                rules.prerelease_named.insert(&requirement.name);
            }
        }
        for constraint in constraints {
            rules
                .constraints
                .entry(&constraint.name)
                .or_default()
                .push(constraint);
        }
        Ok(rules)
    }

    /// The request the rules are of.
    pub(crate) fn request(&self) -> &'a Request {
        self.request
    }

    /// Whether a constraint or root requirement on the package names a pre-release.
    pub(crate) fn names_prerelease(&self, name: &PackageName) -> bool {
        self.prerelease_named.contains(name)
    }

    /// Whether a constraint on the package names a pre-release.
    pub(crate) fn constraint_names_prerelease(&self, name: &PackageName) -> bool {
        self.constraints
            .get(name)
            .is_some_and(|all| all.iter().any(|one| one.names_prerelease()))
    }

    /// Why the candidate is not legal; `None` when it is.
    pub(crate) fn exclusion(
        &mut self,
        name: &PackageName,
        knowledge: &PackageKnowledge,
        candidate: &Candidate,
    ) -> Option<Exclusion> {
        if let Some(python) = &candidate.requires_python
            && !self.python_admitted(python)
        {
            return Some(Exclusion::Python);
        }
        if let Some(constraints) = self.constraints.get(name) {
            let against = constraints
                .iter()
                .find(|one| !one.versions.contains(&candidate.order));
            if let Some(constraint) = against {
                return Some(Exclusion::Constraint(constraint.text.clone()));
            }
        }
        if candidate.yanked && !self.pinned.contains(&(name, candidate.order.clone())) {
            return Some(Exclusion::Yanked);
        }
        if is_prerelease(&candidate.version) && !self.prerelease_admitted(name, knowledge) {
            return Some(Exclusion::Prerelease);
        }
        let Some(requirements) = &candidate.requirements else {
            return Some(Exclusion::UnknownRequirements);
        };
        let environment = &self.request.environment;
        let address = requirements
            .iter()
            .find(|one| one.url.is_some() && one.applies(environment, None));
        address.map(|requirement| Exclusion::DirectUrl(requirement.text.clone()))
    }

    fn prerelease_admitted(&self, name: &PackageName, knowledge: &PackageKnowledge) -> bool {
        match self.request.prerelease {
            PrereleasePolicy::Allow | PrereleasePolicy::Fallback => true,
            PrereleasePolicy::Disallow => false,
            PrereleasePolicy::IfNecessaryOrExplicit => {
                knowledge.all_prereleases || self.names_prerelease(name)
            }
        }
    }

    /// A specifier nobody can read admits every Python, as installers have it.
    fn python_admitted(&mut self, requires_python: &str) -> bool {
        if let Some(verdict) = self.python_verdicts.get(requires_python) {
            return *verdict;
        }
        let verdict = parse_specifiers(requires_python).map_or(true, |specifiers| {
            specifier_set(&specifiers).contains(&self.python_order)
        });
        self.python_verdicts.insert(requires_python.to_owned(), verdict);
        verdict
    }
}

fn direct_address(requirement: &Requirement) -> Fault {
    let message = format!(
        "requirement `{}` names an address instead of versions of an index",
        requirement.text
    );
    Fault::new(ErrorCode::UnsupportedRequirement, message)
        .remedy("require the package by name and version, from an index the graph knows")
}
