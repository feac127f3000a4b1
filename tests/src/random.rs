//! Numbers by chance that can be had again: every random choice of a test comes from a seed that it prints.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A small generator of numbers (xorshift).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// From this seed.
    pub fn seeded(seed: u64) -> Random {
        // The generator stands still at zero; the multiplication keeps near seeds apart.
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From `THOTH_TEST_SEED`, else from the clock; the seed is printed, so that the run can be had again.
    pub fn from_environment() -> Random {
        let given = std::env::var("THOTH_TEST_SEED")
            .ok()
            .and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(fresh_seed);
        eprintln!("THOTH_TEST_SEED={seed}");
        Random::seeded(seed)
    }

    /// A number below the bound; 0 where that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % (bound as u64).max(1)) as usize
    }

    /// One of them.
    ///
    /// # Panics
    /// Where there is none.
    pub fn pick<'a, One>(&mut self, among: &'a [One]) -> &'a One {
        &among[self.below(among.len())]
    }

    /// A time below the bound.
    pub fn time(&mut self, below: Duration) -> Duration {
        Duration::from_micros(self.below(below.as_micros() as usize) as u64)
    }
}

/// A seed that nobody has had.
pub fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |time| time.as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_again() {
        let numbers = |seed| {
            let mut random = Random::seeded(seed);
            (0..8).map(|_| random.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
        assert_eq!(Random::seeded(0).below(0), 0);
    }
}
