//! The course of a search, for plots: what was scored when, and how it compared.

use serde::{Deserialize, Serialize};

/// A trace never holds more points than this.
pub const MAX_POINTS: usize = 2_000;

/// The course of one search, thinned evenly; the same for the same request and knowledge.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchTrace {
    /// In the order of time, at most [`MAX_POINTS`]; the last one is the end of the search.
    pub points: Vec<TracePoint>,
}

/// One moment of a search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TracePoint {
    /// How many complete stacks had been scored, this one included.
    pub stacks: u64,
    /// The score of the stack at hand.
    pub current: f64,
    /// The best score so far.
    pub best: f64,
    /// The temperature of a search that anneals, in units of score.
    pub temperature: Option<f64>,
    /// No stack scores above this, where that is known.
    pub bound: Option<f64>,
}

/// Records every so many stacks; when there are too many points, every other one goes and the step doubles.
#[derive(Debug)]
pub(crate) struct Recorder {
    points: Vec<TracePoint>,
    step: u64,
    last: Option<TracePoint>,
}

impl Recorder {
    /// Records nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            points: Vec::with_capacity(MAX_POINTS),
            step: 1,
            last: None,
        }
    }

    /// Takes notice of one moment; `stacks` grows from call to call.
    pub(crate) fn note(&mut self, point: TracePoint) {
        self.last = Some(point);
        if !point.stacks.is_multiple_of(self.step) {
            return;
        }
        // One place is left for the end.
        if self.points.len() + 1 >= MAX_POINTS {
            self.step *= 2;
            let step = self.step;
            self.points.retain(|known| known.stacks.is_multiple_of(step));
        }
        if point.stacks.is_multiple_of(self.step) {
            self.points.push(point);
        }
    }

    /// What was recorded, with a bound that came to be known at the end.
    pub(crate) fn finish(mut self, bound: Option<f64>) -> SearchTrace {
        if let Some(last) = self.last.filter(|last| self.points.last() != Some(last)) {
            self.points.push(last);
        }
        for point in &mut self.points {
            point.bound = point.bound.or(bound);
        }
        SearchTrace { points: self.points }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_trace_is_thinned_evenly_and_ends_with_the_end() {
        let mut recorder = Recorder::new();
        for stacks in 1..=123_457 {
            recorder.note(TracePoint {
                stacks,
                current: 0.0,
                best: 1.0,
                temperature: None,
                bound: None,
            });
        }
        let points = recorder.finish(Some(2.0)).points;
        assert!(points.len() > MAX_POINTS / 3 && points.len() <= MAX_POINTS);
        assert_eq!(points.last().map(|point| point.stacks), Some(123_457));
        let steps: Vec<u64> = points
            .windows(2)
            .map(|pair| pair[1].stacks - pair[0].stacks)
            .collect();
        assert!(steps[..steps.len() - 1].iter().all(|step| *step == steps[0]));
        assert!(points.iter().all(|point| point.bound == Some(2.0)));
    }
}
