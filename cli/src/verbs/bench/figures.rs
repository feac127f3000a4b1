//! Times into figures.

use std::time::Duration;

/// Durations in milliseconds, sorted.
#[derive(Debug, Default, Clone)]
pub(super) struct Times(Vec<f64>);

impl Times {
    pub(super) fn of(times: impl IntoIterator<Item = Duration>) -> Times {
        let mut millis: Vec<f64> = times
            .into_iter()
            .map(|time| time.as_secs_f64() * 1_000.0)
            .collect();
        millis.sort_by(f64::total_cmp);
        Times(millis)
    }

    /// The value that this share of all do not exceed (nearest rank); 0 where nothing was measured.
    pub(super) fn percentile(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil().max(1.0) as usize;
        self.0
            .get(rank.min(self.0.len()).wrapping_sub(1))
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let times = Times::of((1..=100).rev().map(Duration::from_millis));
        let found = [0.0, 0.5, 0.95, 0.99, 1.0].map(|share| times.percentile(share));
        assert_eq!(found, [1.0, 50.0, 95.0, 99.0, 100.0]);
        assert_eq!(Times::default().percentile(0.5), 0.0);
    }
}
