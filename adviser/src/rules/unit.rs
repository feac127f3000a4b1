//! What one rule means.

use thoth_schema::name::PackageName;
use thoth_schema::requirement::Requirement;
use thoth_schema::rules::RuleKind;

use super::include::Include;
use super::pattern::Together;
use crate::advice::Reason;

/// One rule, understood.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Key of its node in the graph: `NAMESPACE:PATH#KIND/NAME`.
    pub key: String,
    /// Its name in its namespace.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// What it can do.
    pub unit_type: UnitType,
    pub(crate) include: Include,
    /// Any of them suffices; none given is one pattern that everything meets.
    pub(crate) patterns: Vec<Together>,
    pub(crate) run: Run,
    /// Why it can have no effect on any advice, however well it is understood.
    pub(crate) void: Option<String>,
}

impl Unit {
    /// The kind that it stands under.
    pub fn kind(&self) -> RuleKind {
        self.unit_type.kind()
    }

    /// The units that must be in effect for it to be so: kind, namespace and name.
    pub fn dependencies(&self) -> Vec<(RuleKind, String, String)> {
        let named = |one: &super::include::Dependency| (one.kind, one.namespace.clone(), one.name.clone());
        self.include.dependencies.iter().map(named).collect()
    }

    /// Why it can never have an effect; `None` for a unit that can.
    pub fn void(&self) -> Option<&str> {
        self.void.as_deref()
    }
}

/// Declares the types of units: variant, `type` in the file, kind, keys of `run`.
macro_rules! unit_types {
    ($($(#[$doc:meta])* $variant:ident, $text:literal, $kind:ident, [$($key:literal),*];)*) => {
        /// What a unit can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum UnitType {
            $($(#[$doc])* $variant,)*
        }

        impl UnitType {
            /// Every type.
            pub const ALL: &'static [UnitType] = &[$(UnitType::$variant),*];

            /// The `type` in files.
            pub fn as_str(self) -> &'static str {
                match self { $(UnitType::$variant => $text,)* }
            }

            /// The kind that units of it stand under.
            pub fn kind(self) -> RuleKind {
                match self { $(UnitType::$variant => RuleKind::$kind,)* }
            }

            /// What its `run` may hold.
            pub(crate) fn run_keys(self) -> &'static [&'static str] {
                match self { $(UnitType::$variant => &[$($key),*],)* }
            }
        }
    };
}

unit_types! {
    /// Looks at the request before anything else.
    Boot, "boot", Boots, ["log", "stack_info", "not_acceptable", "eager_stop_pipeline"];
    /// Lets a package stand for another.
    Pseudonym, "pseudonym", Pseudonyms, ["log", "stack_info", "yield"];
    /// Removes releases.
    Sieve, "sieve", Sieves, ["log", "stack_info"];
    /// Takes a package out of all requirements.
    SieveSkip, "sieve.SkipPackage", Sieves, ["log", "stack_info"];
    /// Scores or rejects a release, alone or with others.
    Step, "step", Steps, ["log", "stack_info", "not_acceptable", "eager_stop_pipeline", "score", "justification", "multi_package_resolution"];
    /// Takes a package out of the requirements of a release.
    StepSkip, "step.SkipPackage", Steps, ["log", "stack_info", "multi_package_resolution"];
    /// Adds a package to the requirements of a release.
    StepAdd, "step.AddPackage", Steps, ["log", "stack_info", "package_version", "multi_package_resolution"];
    /// Scores or rejects releases together.
    StepGroup, "step.Group", Steps, ["log", "stack_info", "not_acceptable", "eager_stop_pipeline", "score", "justification", "multi_package_resolution"];
    /// Rejects complete stacks.
    Stride, "stride", Strides, ["log", "stack_info", "not_acceptable", "eager_stop_pipeline"];
    /// Says something of a stack that is advised.
    Wrap, "wrap", Wraps, ["log", "stack_info", "justification", "advised_manifest_changes"];
    /// Links the release notes of a release that is advised.
    ReleaseNotes, "wrap.GHReleaseNotes", Wraps, ["log", "stack_info", "release_notes"];
}

/// What a unit does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    /// For the log of the program: severity and message.
    pub(crate) log: Option<(String, String)>,
    /// What is said of the stack as a whole.
    pub(crate) stack_info: Vec<Reason>,
    /// What is said of a release, or of the stack.
    pub(crate) justification: Vec<(Option<PackageName>, Reason)>,
    /// What is added to the score.
    pub(crate) score: Option<f64>,
    /// Ends something.
    pub(crate) stop: Option<Stop>,
    /// What is required besides.
    pub(crate) adds: Option<Requirement>,
    /// Where release notes are: `https://github.com/O/R/releases/tag/PREFIX`, the version follows.
    pub(crate) release_notes: Option<String>,
    /// Changes of manifests, as written.
    pub(crate) manifest_changes: Vec<serde_json::Value>,
}

/// Ends something, and why.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    /// Whether it ends the advice (`eager_stop_pipeline`) and not just what it looks at (`not_acceptable`).
    pub(crate) advice: bool,
    pub(crate) message: String,
}
