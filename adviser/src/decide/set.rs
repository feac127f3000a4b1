//! Sets of candidates for the complete decision: bits, and whether everything beyond them belongs to the set.

use std::fmt;

use pubgrub::VersionSet;

use crate::bits;

/// A set of candidate numbers, finite or co-finite; always in its shortest form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidates {
    words: Vec<u64>,
    /// Whether all numbers beyond the words belong to the set.
    rest: bool,
}

impl Candidates {
    /// The set of these bits.
    pub(crate) fn of(words: &[u64]) -> Self {
        Self {
            words: words.to_vec(),
            rest: false,
        }
        .shortest()
    }

    /// The numbers below `size`.
    pub(crate) fn below(&self, size: usize) -> Vec<u64> {
        let mut words = bits::full(size, size);
        for (at, word) in words.iter_mut().enumerate() {
            *word &= self.word(at);
        }
        words
    }

    fn word(&self, at: usize) -> u64 {
        self.words
            .get(at)
            .copied()
            .unwrap_or(if self.rest { u64::MAX } else { 0 })
    }

    fn shortest(mut self) -> Self {
        let fill = if self.rest { u64::MAX } else { 0 };
        while self.words.last() == Some(&fill) {
            self.words.pop();
        }
        self
    }

    fn combine(&self, other: &Self, with: impl Fn(u64, u64) -> u64, rest: bool) -> Self {
        let size = self.words.len().max(other.words.len());
        let words = (0..size).map(|at| with(self.word(at), other.word(at))).collect();
        Self { words, rest }.shortest()
    }
}

impl fmt::Display for Candidates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", bits::ones(&self.words).collect::<Vec<_>>())
    }
}

impl VersionSet for Candidates {
    type V = u32;

    fn empty() -> Self {
        Self {
            words: Vec::new(),
            rest: false,
        }
    }

    fn full() -> Self {
        Self {
            words: Vec::new(),
            rest: true,
        }
    }

    fn singleton(candidate: u32) -> Self {
        let mut words = vec![0; candidate as usize / 64 + 1];
        bits::set(&mut words, candidate as usize);
        Self { words, rest: false }
    }

    fn complement(&self) -> Self {
        Self {
            words: self.words.iter().map(|word| !word).collect(),
            rest: !self.rest,
        }
        .shortest()
    }

    fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left & right, self.rest && other.rest)
    }

    fn union(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left | right, self.rest || other.rest)
    }

    fn contains(&self, candidate: &u32) -> bool {
        self.word(*candidate as usize / 64) >> (candidate % 64) & 1 == 1
    }

    fn is_disjoint(&self, other: &Self) -> bool {
        let size = self.words.len().max(other.words.len());
        !(self.rest && other.rest) && (0..size).all(|at| self.word(at) & other.word(at) == 0)
    }

    fn subset_of(&self, other: &Self) -> bool {
        let size = self.words.len().max(other.words.len());
        (!self.rest || other.rest) && (0..size).all(|at| self.word(at) & !other.word(at) == 0)
    }
}
