//! The budget of time of one search, and whether its caller still wants it.

use std::time::{Duration, Instant};

use crate::control::SearchControl;

/// A deadline; searches look at it every so many steps and end with the best they have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock<'c> {
    started: Instant,
    budget: Duration,
    control: Option<&'c SearchControl>,
}

impl<'c> Clock<'c> {
    /// A clock that starts now.
    pub(crate) fn start(budget: Duration) -> Self {
        Self {
            started: Instant::now(),
            budget,
            control: None,
        }
    }

    /// The same clock, over as well once the search is cancelled.
    pub(crate) fn under(self, control: Option<&'c SearchControl>) -> Self {
        Self { control, ..self }
    }

    /// The search as its caller sees it.
    pub(crate) fn control(&self) -> Option<&'c SearchControl> {
        self.control
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether the search was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.control.is_some_and(SearchControl::is_cancelled)
    }

    /// Whether the budget is used up, or the search was cancelled.
    pub(crate) fn is_over(&self) -> bool {
        self.is_cancelled() || self.elapsed() >= self.budget
    }

    /// A clock with the same start whose budget is no smaller than this.
    pub(crate) fn at_least(&self, budget: Duration) -> Self {
        Self {
            budget: self.budget.max(budget),
            ..*self
        }
    }

    /// A clock that starts now with as much time as this one, and at least two seconds: for explanations, which
    /// come after the search.
    pub(crate) fn extended(&self) -> Self {
        Self::start(self.budget.max(Duration::from_secs(2)))
    }

    /// A clock with the same start that ends after this share (in percent) of the budget.
    pub(crate) fn share(&self, percent: u32) -> Self {
        Self {
            budget: self.budget / 100 * percent,
            ..*self
        }
    }
}
