//! The adviser: from the knowledge in reach and a request to checked, proven stacks.
//!
//! Entry points
//! - [`advise()`]: one [`Universe`] and one [`Request`] in, one [`Advice`] out; [`advise_fully`] also returns
//!   what the search learnt and the course it took.
//! - [`check()`] and [`check_stack`]: what is wrong with pins, by code that shares nothing with the search.
//!
//! Semantics
//! - A candidate is legal when its requirements are known, it admits the Python at hand, it is not yanked
//!   (unless the request pins it), the pre-release policy and all constraints admit it, and none of its
//!   requirements names an address.
//! - A stack is one version for every package reached from the requirements and no other, closed under the
//!   requirements whose markers hold. Stacks are told apart by their pins; extras do not count apart.
//! - Of stacks with equal scores the one with the least total distance from the newest legal releases comes
//!   first, the number of packages counting as well; of those still equal the one the search finds first,
//!   which depends on nothing but the request and the knowledge.
//! - `unsatisfiable` is only ever said when it is proven.
//!
//! Invariants
//! - Pure: no I/O, no async, no global state; the clock is read for budgets alone.
//! - Everything returned as a stack has passed the checker.

mod advice;
mod advise;
mod audit;
mod best;
mod bits;
mod branch;
mod build;
mod check;
mod clock;
mod control;
mod decide;
mod exact;
mod explain;
mod gather;
mod hash;
mod joint;
mod latest;
mod legal;
mod lock;
mod model;
mod order;
mod predictor;
mod predictors;
mod problem;
mod prune;
mod rejection;
mod repair;
mod report;
pub mod rules;
pub mod scoring;
mod serial;
mod space;
mod terms;
mod trace;
mod values;
mod weight;

pub use advice::{
    Advice, Conflict, LockReport, Missing, Outcome, Pin, Pruned, Reason, SearchReport, SpaceEstimate,
    SpaceMethod, Stack, StackCount,
};
pub use advise::{Advised, advise, advise_fully};
pub use audit::{Unpruned, unpruned};
pub use check::{Pinned, PinnedRelease, check, check_stack};
pub use control::{SearchControl, SearchProgress};
pub use explain::why::{reject_removed, why_not};
pub use joint::{Difference, JointAdvice, JointOutcome, JointStack, advise_jointly};
pub use model::{
    Candidate, Effect, Member, PackageKnowledge, PredictorName, PrereleasePolicy, RecommendationType,
    Request, Scoring, Term, Universe,
};
pub use rejection::{PinChange, Rejection, RejectionKind, Removed, RemovedReleases, Subject};
pub use repair::{
    AdvisoryRef, Affected, Lock, RemainingAdvisory, Repair, RepairChange, RequirementChange, Severity, repair,
};
pub use scoring::{Interval, LicencePolicy, Policy, Unit, UnitScore};
pub use trace::{MAX_POINTS, SearchTrace, TracePoint};
pub use values::{LearntValue, ValueTable};
