//! Which packages a decision may bear on: those that the package may require, directly or not.

use std::collections::VecDeque;

use super::layout::Layout;
use crate::bits;

/// How much of a reward is credited one step of the dependency graph further up (the λ of eligibility traces).
const TRACE_DECAY: f64 = 0.9;

/// After so many steps of the dependency graph nothing is credited (the n of n-step returns).
const STEPS: u32 = 8;

/// At most so many followers are credited to one package, the nearest.
const NEAREST: usize = 128;

/// By place what may follow from its decision.
pub(super) struct Followers {
    words: usize,
    all: Vec<u64>,
    starts: Vec<u32>,
    near: Vec<(u32, f64)>,
}

impl Followers {
    pub(super) fn new(layout: &Layout<'_>) -> Self {
        let targets = layout.targets();
        let size = targets.len();
        let words = bits::words_for(size);
        let mut followers = Self {
            words,
            all: Vec::with_capacity(words * size),
            starts: vec![0],
            near: Vec::new(),
        };
        let mut steps = vec![u32::MAX; size];
        for from in 0..size {
            steps.fill(u32::MAX);
            steps[from] = 0;
            let mut set = vec![0; words];
            let mut todo = VecDeque::from([from]);
            let start = followers.near.len();
            while let Some(at) = todo.pop_front() {
                for to in targets[at].iter().map(|to| *to as usize) {
                    if steps[to] != u32::MAX {
                        continue;
                    }
                    steps[to] = steps[at] + 1;
                    bits::set(&mut set, to);
                    todo.push_back(to);
                    if steps[to] <= STEPS && followers.near.len() - start < NEAREST {
                        let trace = (1..steps[to]).fold(1.0, |trace, _| trace * TRACE_DECAY);
                        followers.near.push((to as u32, trace));
                    }
                }
            }
            followers.all.extend(set);
            followers.starts.push(followers.near.len() as u32);
        }
        followers
    }

    /// Every place that may follow, as a set.
    pub(super) fn all(&self, place: usize) -> &[u64] {
        &self.all[place * self.words..(place + 1) * self.words]
    }

    /// The nearest with their eligibility.
    pub(super) fn near(&self, place: usize) -> &[(u32, f64)] {
        &self.near[self.starts[place] as usize..self.starts[place + 1] as usize]
    }
}
