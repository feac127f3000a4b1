//! The book-keeping of a search that scores stacks one by one: limits, the best stacks, the course.

use super::walker::Walker;
use crate::clock::Clock;
use crate::model::Request;
use crate::predictor::Task;
use crate::problem::Pins;
use crate::trace::{Recorder, TracePoint};

/// How many stacks are scored when the request sets no limit.
pub(super) const DEFAULT_LIMIT: u64 = 10_000;

/// Walks between two looks at the clock.
const WALKS_PER_LOOK: u64 = 256;

/// Dead ends in a row after which a search gives up.
const DEAD_ENDS_IN_A_ROW: u32 = 10_000;

/// The state of one search.
pub(super) struct Run<'c> {
    pub(super) limit: u64,
    clock: Clock<'c>,
    keep: usize,
    walks: u64,
    dead_ends: u32,
    patience: u32,
    /// How many stacks were scored, repeated ones included.
    pub(super) scored: u64,
    /// The best stacks, best first, by exact weight.
    best: Vec<(i128, Pins)>,
    /// The score of the best.
    pub(super) best_score: f64,
    /// Scores below this cannot enter.
    threshold: f64,
    recorder: Option<Recorder>,
}

/// What a search leaves.
pub(super) struct Outcome {
    pub(super) stacks: Vec<Pins>,
    pub(super) scored: u64,
    pub(super) recorder: Option<Recorder>,
}

impl<'c> Run<'c> {
    pub(super) fn new(task: &Task<'c>, default_limit: u64) -> Self {
        let request: &Request = task.request;
        Self {
            limit: request.limit.unwrap_or(default_limit),
            clock: task.clock,
            keep: request.count.max(1),
            walks: 0,
            dead_ends: 0,
            patience: DEAD_ENDS_IN_A_ROW,
            scored: 0,
            best: Vec::new(),
            best_score: f64::NEG_INFINITY,
            threshold: f64::NEG_INFINITY,
            recorder: request.trace.then(Recorder::new),
        }
    }

    /// Never gives up for dead ends: the search is over by itself.
    pub(super) fn patient(mut self) -> Self {
        self.patience = u32::MAX;
        self
    }

    /// Whether another stack may be made.
    pub(super) fn goes_on(&mut self) -> bool {
        if self.scored >= self.limit || self.dead_ends >= self.patience {
            return false;
        }
        self.walks += 1;
        if !self.walks.is_multiple_of(WALKS_PER_LOOK) {
            return true;
        }
        if let Some(control) = self.clock.control() {
            control.report(self.scored, Some(self.best_score).filter(|best| best.is_finite()));
        }
        !self.clock.is_over()
    }

    /// How much of the limit is used, from 0 to 1.
    pub(super) fn progress(&self) -> f64 {
        self.scored as f64 / self.limit.max(1) as f64
    }

    /// Counts a walk that led nowhere.
    pub(super) fn dead_end(&mut self) {
        self.dead_ends = self.dead_ends.saturating_add(1);
    }

    /// Counts the stack of the last walk, and keeps it when it is among the best.
    pub(super) fn offer(&mut self, walker: &Walker<'_>, score: f64, temperature: Option<f64>) {
        self.dead_ends = 0;
        self.scored += 1;
        if score >= self.threshold {
            self.consider(walker, score);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.note(TracePoint {
                stacks: self.scored,
                current: score,
                best: self.best_score,
                temperature,
                bound: None,
            });
        }
    }

    fn consider(&mut self, walker: &Walker<'_>, score: f64) {
        self.best_score = self.best_score.max(score);
        let weight = walker.weight();
        let full = self.best.len() >= self.keep;
        if full && self.best.last().is_some_and(|(worst, _)| weight <= *worst) {
            return;
        }
        let pins = walker.pins();
        let at = self.best.partition_point(|(known, _)| *known >= weight);
        let equal = self.best[..at]
            .iter()
            .rev()
            .take_while(|(known, _)| *known == weight);
        if equal.map(|(_, known)| known).any(|known| *known == pins) {
            return;
        }
        self.best.insert(at, (weight, pins));
        self.best.truncate(self.keep);
        if self.best.len() >= self.keep {
            let worst = self
                .best
                .last()
                .map(|(weight, _)| crate::weight::term_score(*weight));
            self.threshold = worst.map_or(f64::NEG_INFINITY, |worst| worst - walker.layout.precision);
        }
    }

    /// What was found.
    pub(super) fn finish(self) -> Outcome {
        Outcome {
            stacks: self.best.into_iter().map(|(_, pins)| pins).collect(),
            scored: self.scored,
            recorder: self.recorder,
        }
    }
}
