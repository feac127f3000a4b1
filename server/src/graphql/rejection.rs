//! Why releases are not part of the stack, typed as the JSON contract of `thoth advise` has it.

use async_graphql::{Enum, SimpleObject};
use thoth_adviser as adviser;

use super::advice_output::Reason;

/// What kind of reason keeps a release out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum RejectionKind {
    /// Nothing is known of it, or not what it requires.
    Unknown,
    /// It is not legal: a clause of the pruning, or the policy of the request.
    Pruned,
    /// A rule, or an observation of several releases together, forbids it.
    Rule,
    /// A requirement keeps it out.
    Conflict,
    /// Nothing requires its package.
    Unneeded,
    /// It would fit, and scores no better.
    Score,
}

/// Why a release is not part of the first stack.
#[derive(SimpleObject)]
pub(crate) struct Rejection {
    /// Name of the package as PEP 503 normalises it.
    package: String,
    /// Version in the normal form of PEP 440; empty where no release is known.
    version: String,
    /// The index it is on; empty where it is on none that is known.
    index: String,
    /// What kind of reason it is.
    kind: RejectionKind,
    /// The reasons, the deciding one first, in at most five sentences.
    reasons: Vec<Reason>,
    /// How much less the best stack that holds it scores; absent where no stack holds it, or nobody asked.
    regret: Option<f64>,
    /// Whether it is proven that a stack with it scores no better than that, or that there is none.
    proven: bool,
    /// What else the best stack that holds it changes.
    changes: Vec<PinChange>,
}

/// One package that two stacks pin differently.
#[derive(SimpleObject)]
pub(crate) struct PinChange {
    /// Name of the package.
    package: String,
    /// The version before; absent where it was not part of the stack.
    from: Option<String>,
    /// The version after; absent where it is no part of the stack any more.
    to: Option<String>,
}

impl From<adviser::RejectionKind> for RejectionKind {
    fn from(kind: adviser::RejectionKind) -> Self {
        match kind {
            adviser::RejectionKind::Unknown => Self::Unknown,
            adviser::RejectionKind::Pruned => Self::Pruned,
            adviser::RejectionKind::Rule => Self::Rule,
            adviser::RejectionKind::Conflict => Self::Conflict,
            adviser::RejectionKind::Unneeded => Self::Unneeded,
            adviser::RejectionKind::Score => Self::Score,
        }
    }
}

impl From<adviser::Rejection> for Rejection {
    fn from(one: adviser::Rejection) -> Self {
        Self {
            package: one.package,
            version: one.version,
            index: one.index,
            kind: one.kind.into(),
            reasons: one.reasons.into_iter().map(Reason::from).collect(),
            regret: one.regret,
            proven: one.proven,
            changes: one.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<adviser::PinChange> for PinChange {
    fn from(change: adviser::PinChange) -> Self {
        Self {
            package: change.package,
            from: change.from,
            to: change.to,
        }
    }
}
