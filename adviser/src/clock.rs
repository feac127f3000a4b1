//! The budget of time of one search.

use std::time::{Duration, Instant};

/// A deadline; searches look at it every so many steps and end with the best they have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    started: Instant,
    budget: Duration,
}

impl Clock {
    /// A clock that starts now.
    pub(crate) fn start(budget: Duration) -> Self {
        Self {
            started: Instant::now(),
            budget,
        }
    }

    /// The time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether the budget is used up.
    pub(crate) fn is_over(&self) -> bool {
        self.elapsed() >= self.budget
    }

    /// A clock with the same start whose budget is no smaller than this.
    pub(crate) fn at_least(&self, budget: Duration) -> Self {
        Self {
            started: self.started,
            budget: self.budget.max(budget),
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
            started: self.started,
            budget: self.budget / 100 * percent,
        }
    }
}
