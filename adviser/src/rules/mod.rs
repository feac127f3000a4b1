//! Rules: what people know of packages, written as prescriptions (`v1`), and what it means for one request.
//!
//! Entry points
//! - [`Unit::read`]: one rule as it is kept into what it means, with every finding on the way.
//! - [`evaluate`]: the units in reach of a request into a [`Ruling`]: terms, removals, changed requirements, refusals and
//!   what is to be said, none of which depends on the order of the units or of the packages.
//! - [`Ruling::apply`] before the search, [`Ruling::annotate`] after it.
//! - [`trial::run`]: the tests that stand beside a rule.
//!
//! A unit that is not wholly understood is never applied by halves: it is left out and listed with its reason.
mod annotate;
mod context;
mod effect;
mod evaluate;
mod include;
mod pattern;
mod read;
mod report;
mod ruling;
pub mod trial;
mod unit;
pub use context::{Context, OperatingSystem, PythonPackage, RpmPackage, Runtime, library_usage};
pub use evaluate::evaluate;
pub use pattern::{Pattern, Together};
pub use read::{Finding, FindingKind};
pub use report::{ManifestChange, RulesReport, SkippedRule};
pub use ruling::{Removal, Ruling};
pub use unit::{Unit, UnitType};
