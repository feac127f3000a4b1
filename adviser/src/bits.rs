//! Bit sets over the candidates (or extras) of one package, interned so that equal sets have equal numbers.

use std::hash::Hasher;

use crate::hash::{FastHasher, FastMap};

/// Number of the empty set in every table.
pub(crate) const EMPTY: u32 = 0;

/// Whether the bit at `position` is set; positions beyond the words are not.
pub(crate) fn has(words: &[u64], position: usize) -> bool {
    words
        .get(position / 64)
        .is_some_and(|word| word >> (position % 64) & 1 == 1)
}

/// Sets the bit at `position`.
pub(crate) fn set(words: &mut [u64], position: usize) {
    if let Some(word) = words.get_mut(position / 64) {
        *word |= 1 << (position % 64);
    }
}

/// Clears the bit at `position`.
pub(crate) fn clear(words: &mut [u64], position: usize) {
    if let Some(word) = words.get_mut(position / 64) {
        *word &= !(1 << (position % 64));
    }
}

/// Whether no bit is set.
pub(crate) fn none(words: &[u64]) -> bool {
    words.iter().all(|word| *word == 0)
}

/// Whether the two sets share an element.
pub(crate) fn meets(left: &[u64], right: &[u64]) -> bool {
    left.iter().zip(right).any(|(a, b)| a & b != 0)
}

/// Whether every element of `left` is one of `right`.
pub(crate) fn within(left: &[u64], right: &[u64]) -> bool {
    left.iter().zip(right).all(|(a, b)| a & !b == 0)
}

/// Number of elements.
pub(crate) fn count(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

/// `left &= right`; says whether `left` changed.
pub(crate) fn keep(left: &mut [u64], right: &[u64]) -> bool {
    let mut changed = false;
    for (a, b) in left.iter_mut().zip(right) {
        changed |= *a & !*b != 0;
        *a &= b;
    }
    changed
}

/// `left |= right`; says whether `left` changed.
pub(crate) fn join(left: &mut [u64], right: &[u64]) -> bool {
    let mut changed = false;
    for (a, b) in left.iter_mut().zip(right) {
        changed |= *b & !*a != 0;
        *a |= b;
    }
    changed
}

/// `left &= !right`; says whether `left` changed.
pub(crate) fn remove(left: &mut [u64], right: &[u64]) -> bool {
    let mut changed = false;
    for (a, b) in left.iter_mut().zip(right) {
        changed |= *a & *b != 0;
        *a &= !b;
    }
    changed
}

/// The elements in ascending order.
pub(crate) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| {
        let mut rest = *word;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            Some(at * 64 + bit)
        })
    })
}

/// A set holding `0..size`, in as many words as `width` bits take.
pub(crate) fn full(size: usize, width: usize) -> Vec<u64> {
    let mut words = vec![0; words_for(width)];
    for position in 0..size {
        set(&mut words, position);
    }
    words
}

/// How many words hold `width` bits; at least one, so that no set is without words.
pub(crate) fn words_for(width: usize) -> usize {
    width.div_ceil(64).max(1)
}

/// No set: the end of a chain of sets of one hash.
const NO_SET: u32 = u32::MAX;

fn hash(set: &[u64]) -> u64 {
    let mut hasher = FastHasher::default();
    for word in set {
        hasher.write_u64(*word);
    }
    hasher.finish()
}

/// Interned bit sets of one width, with remembered intersections and unions.
#[derive(Debug, Clone)]
pub(crate) struct BitTable {
    words: usize,
    data: Vec<u64>,
    /// The last set of each hash, and for each set the one before it of the same hash.
    last: FastMap<u64, u32>,
    before: Vec<u32>,
    intersections: FastMap<(u32, u32), u32>,
    unions: FastMap<(u32, u32), u32>,
}

impl BitTable {
    /// A table for sets of at most `width` elements, holding the empty set as number [`EMPTY`].
    pub(crate) fn new(width: usize) -> Self {
        let words = words_for(width);
        let mut table = Self {
            words,
            data: Vec::new(),
            last: FastMap::default(),
            before: Vec::new(),
            intersections: FastMap::default(),
            unions: FastMap::default(),
        };
        table.intern(&vec![0; words]);
        table
    }

    /// The number of the given set, which has as many words as the table is wide.
    pub(crate) fn intern(&mut self, set: &[u64]) -> u32 {
        debug_assert_eq!(set.len(), self.words, "a set of another width");
        let hash = hash(set);
        let last = self.last.get(&hash).copied().unwrap_or(NO_SET);
        let mut at = last;
        while at != NO_SET {
            if self.get(at) == set {
                return at;
            }
            at = self.before[at as usize];
        }
        let number = self.before.len() as u32;
        self.data.extend_from_slice(set);
        self.before.push(last);
        self.last.insert(hash, number);
        number
    }

    /// The set of the given number.
    pub(crate) fn get(&self, number: u32) -> &[u64] {
        let start = number as usize * self.words;
        &self.data[start..start + self.words]
    }

    /// Whether the set of that number holds the element.
    pub(crate) fn holds(&self, number: u32, position: usize) -> bool {
        has(self.get(number), position)
    }

    /// The number of the intersection.
    pub(crate) fn and(&mut self, left: u32, right: u32) -> u32 {
        if left == right {
            return left;
        }
        let key = (left.min(right), left.max(right));
        if let Some(number) = self.intersections.get(&key) {
            return *number;
        }
        let mut both = self.get(left).to_vec();
        keep(&mut both, self.get(right));
        let number = self.intern(&both);
        self.intersections.insert(key, number);
        number
    }

    /// The number of the union.
    pub(crate) fn or(&mut self, left: u32, right: u32) -> u32 {
        if left == right || right == EMPTY {
            return left;
        }
        if left == EMPTY {
            return right;
        }
        let key = (left.min(right), left.max(right));
        if let Some(number) = self.unions.get(&key) {
            return *number;
        }
        let mut either = self.get(left).to_vec();
        join(&mut either, self.get(right));
        let number = self.intern(&either);
        self.unions.insert(key, number);
        number
    }
}
