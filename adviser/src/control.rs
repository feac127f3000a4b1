//! What a caller may see of a running search, and how it ends one early.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between a search and its caller; every method may be called from any thread at any time.
#[derive(Debug)]
pub struct SearchControl {
    cancelled: AtomicBool,
    scored: AtomicU64,
    /// Bits of scores; NaN while nothing is known.
    best: AtomicU64,
    bound: AtomicU64,
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchProgress {
    /// Complete stacks scored so far.
    pub scored: u64,
    /// The best score so far; `None` before the first stack.
    pub best: Option<f64>,
    /// No stack scores above this; `None` where nothing is known yet.
    pub bound: Option<f64>,
}

impl Default for SearchControl {
    fn default() -> Self {
        Self {
            cancelled: AtomicBool::new(false),
            scored: AtomicU64::new(0),
            best: AtomicU64::new(f64::NAN.to_bits()),
            bound: AtomicU64::new(f64::NAN.to_bits()),
        }
    }
}

impl SearchControl {
    /// Makes the search end soon with the best it has.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// How far the search is; the parts may be of slightly different moments.
    pub fn progress(&self) -> SearchProgress {
        let read =
            |bits: &AtomicU64| Some(f64::from_bits(bits.load(Ordering::Relaxed))).filter(|it| !it.is_nan());
        SearchProgress {
            scored: self.scored.load(Ordering::Relaxed),
            best: read(&self.best),
            bound: read(&self.bound),
        }
    }

    /// Tells how many stacks were scored and the best score so far.
    pub(crate) fn report(&self, scored: u64, best: Option<f64>) {
        self.scored.store(scored, Ordering::Relaxed);
        if let Some(best) = best {
            self.best.store(best.to_bits(), Ordering::Relaxed);
        }
    }

    /// Tells a bound.
    pub(crate) fn report_bound(&self, bound: f64) {
        self.bound.store(bound.to_bits(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_before_it_is_told() {
        let control = SearchControl::default();
        let unknown = SearchProgress {
            scored: 0,
            best: None,
            bound: None,
        };
        assert_eq!(control.progress(), unknown);
        control.report(7, Some(-1.5));
        control.report_bound(2.0);
        let known = SearchProgress {
            scored: 7,
            best: Some(-1.5),
            bound: Some(2.0),
        };
        assert_eq!(control.progress(), known);
        assert!(!control.is_cancelled());
        control.cancel();
        assert!(control.is_cancelled());
    }
}
