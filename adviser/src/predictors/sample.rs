//! Independent random stacks.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::maths::below;
use super::run::Run;
use super::walker::{Policy, Walker};
use crate::bits;

/// In what order a stack decides its packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sequence {
    /// Whoever requires comes before what is required: `random-walk`.
    Ordered,
    /// Any package required so far, each as likely: `sampling`.
    Shuffled,
}

/// Decides each package uniformly.
pub(super) struct Uniform {
    pub(super) random: ChaCha8Rng,
    pub(super) sequence: Sequence,
}

/// Scores random stacks up to the limit.
pub(super) fn search(walker: &mut Walker<'_>, run: &mut Run<'_>, sequence: Sequence, seed: u64) {
    let mut policy = Uniform {
        random: ChaCha8Rng::seed_from_u64(seed),
        sequence,
    };
    while run.goes_on() {
        match walker.walk(&mut policy) {
            Some(score) => run.offer(walker, score, None),
            None => run.dead_end(),
        }
    }
}

impl Policy for Uniform {
    fn next(&mut self, walker: &Walker<'_>) -> Option<usize> {
        match self.sequence {
            Sequence::Ordered => walker.first_open(),
            Sequence::Shuffled => any(&mut self.random, &walker.open),
        }
    }

    fn pick(&mut self, walker: &Walker<'_>, place: usize) -> usize {
        any(&mut self.random, walker.choices(place)).unwrap_or(0)
    }
}

/// An element of a set, each as likely.
pub(super) fn any(random: &mut ChaCha8Rng, words: &[u64]) -> Option<usize> {
    let size = bits::count(words);
    if size == 0 {
        return None;
    }
    let mut skip = below(random, size);
    for (at, word) in words.iter().enumerate() {
        let mut word = *word;
        let ones = word.count_ones();
        if skip >= ones {
            skip -= ones;
            continue;
        }
        for _ in 0..skip {
            word &= word - 1;
        }
        return Some(at * 64 + word.trailing_zeros() as usize);
    }
    None
}
