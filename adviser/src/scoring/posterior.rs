//! What outcomes say of a rate: the Beta-Binomial model.
//!
//! With `s` passes and `f` failures, each counted by its weight, and Jeffreys' prior Beta(½, ½), the rate of passes is
//! distributed as Beta(s + ½, f + ½). Its mean is `(s + ½) / (s + f + 1)`, and its interval is the equal-tailed one that
//! holds 95 % of it (Brown, Cai and DasGupta, *Interval Estimation for a Binomial Proportion*, 2001: Jeffreys' interval).
//! Outcomes that count less than one are a power prior (Ibrahim and Chen 2000): likelihoods raised to their weight.
//!
//! Means are made of sums and quotients alone, so that scores are the same on every machine. The interval needs the
//! incomplete beta function; nothing is ever decided by it.

use statrs::function::beta::beta_reg;

use super::Interval;

/// Jeffreys' prior of a rate: Beta(½, ½).
const PRIOR: f64 = 0.5;
/// What lies outside the interval on each side.
const TAIL: f64 = 0.025;
/// Halvings until two neighbouring floating point numbers are left, whatever the rate.
const HALVINGS: usize = 64;

/// A rate of passes, known by weighted outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Posterior {
    /// Sum of the weights of what passed.
    pub passes: f64,
    /// Sum of the weights of what failed.
    pub failures: f64,
}

impl Posterior {
    /// With one more outcome of this weight.
    pub fn add(&mut self, passed: bool, weight: f64) {
        *if passed {
            &mut self.passes
        } else {
            &mut self.failures
        } += weight;
    }

    /// The mean as a unit: from -1, never, over 0, as good as unknown, to 1, always.
    pub fn mean(&self) -> f64 {
        // As a difference, for that is exactly 0 where both sides are equal.
        (self.passes - self.failures) / (self.passes + self.failures + 2.0 * PRIOR)
    }

    /// The equal-tailed 95 % interval, as a unit.
    pub fn interval(&self) -> Interval {
        Interval {
            low: 2.0 * self.quantile(TAIL) - 1.0,
            high: 2.0 * self.quantile(1.0 - TAIL) - 1.0,
        }
    }

    /// The rate below which this share of the distribution lies. By bisection of the regularised incomplete beta
    /// function, which grows with the rate: that cannot miss, as a search by tangents can where a shape is below one.
    fn quantile(&self, share: f64) -> f64 {
        let (alpha, beta) = (self.passes + PRIOR, self.failures + PRIOR);
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if beta_reg(alpha, beta, middle) < share {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(passes: f64, failures: f64) -> Posterior {
        Posterior { passes, failures }
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Of Beta(½, ½), the arcsine distribution: sin²(π q / 2). Of Beta(10½, ½) as R's qbeta has it.
        let nothing = rate(0.0, 0.0);
        let arcsine = |share: f64| (std::f64::consts::FRAC_PI_2 * share).sin().powi(2);
        assert!((nothing.quantile(0.025) - arcsine(0.025)).abs() < 1e-9);
        assert!((nothing.quantile(0.975) - arcsine(0.975)).abs() < 1e-9);
        assert_eq!(nothing.mean(), 0.0);
        let interval = rate(10.0, 0.0).interval();
        assert!(
            (interval.low - (2.0 * 0.782_9 - 1.0)).abs() < 1e-3,
            "{interval:?}"
        );
        assert!((rate(10.0, 0.0).mean() - (2.0 * 10.5 / 11.0 - 1.0)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn means_lie_in_their_interval_and_that_in_range(passes in 0.0..500.0_f64, failures in 0.0..500.0_f64) {
            let known = rate(passes, failures);
            let Interval { low, high } = known.interval();
            prop_assert!(-1.0 <= low && high <= 1.0);
            // The mean of a distribution with a long tail may leave 95 % of it, never in our range of shapes.
            prop_assert!(low <= known.mean() && known.mean() <= high);
        }

        #[test]
        fn passes_raise_and_failures_lower(passes in 0.0..500.0_f64, failures in 0.0..500.0_f64, weight in 0.01..5.0_f64) {
            let before = rate(passes, failures);
            let (mut better, mut worse) = (before, before);
            better.add(true, weight);
            worse.add(false, weight);
            prop_assert!(better.mean() > before.mean() && worse.mean() < before.mean());
            prop_assert!(better.interval().high >= before.interval().high);
            prop_assert!(worse.interval().low <= before.interval().low);
        }

        #[test]
        fn more_of_the_same_evidence_narrows(passes in 0.0..50.0_f64, failures in 0.0..50.0_f64, times in 2.0..8.0_f64) {
            prop_assume!(passes + failures > 0.5);
            let width = |known: Posterior| { let Interval { low, high } = known.interval(); high - low };
            prop_assert!(width(rate(passes * times, failures * times)) < width(rate(passes, failures)));
        }
    }
}
