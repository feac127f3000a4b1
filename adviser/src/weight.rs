//! Scores as exact integers: sums do not depend on their order, and ties are true ties.
//!
//! A weight is `round(score · 2^60) · 2^18 - (rank + 1)`: the low bits count how far the release is from the
//! newest, so that of stacks with equal scores the one with the least total rank (and, of equal releases, the
//! fewest packages) wins.

use thoth_schema::error::{ErrorCode, Fault};

const FRACTION_BITS: u32 = 60;
const RANK_BITS: u32 = 18;

/// Scores beyond this are refused: a sum over many packages must fit.
pub(crate) const LARGEST_SCORE: f64 = 1e12;

/// The weight of a release with this score that is `rank` places from the newest.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when the score is no number or too large.
pub(crate) fn weight(score: f64, rank: usize) -> Result<i128, Fault> {
    if !score.is_finite() || score.abs() > LARGEST_SCORE {
        let message =
            format!("score {score} is not a number between -{LARGEST_SCORE:e} and {LARGEST_SCORE:e}");
        return Err(
            Fault::new(ErrorCode::InvalidArgument, message).remedy("give finite scores of moderate size")
        );
    }
    let fixed = (score * (1_u64 << FRACTION_BITS) as f64).round() as i128;
    let rank = rank.min((1 << RANK_BITS) / 256 - 1) as i128;
    Ok((fixed << RANK_BITS) - rank - 1)
}

/// The weight of a term over several releases, which has no rank.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when the score is no number or too large.
pub(crate) fn term_weight(score: f64) -> Result<i128, Fault> {
    Ok(weight(score, 0)? + 1)
}

/// The score of a term of this weight.
pub(crate) fn term_score(weight: i128) -> f64 {
    (weight >> RANK_BITS) as f64 / (1_u64 << FRACTION_BITS) as f64
}

/// The score of a release of this weight, as a multiple of 2^-60: sums of these are exact.
pub(crate) fn exact_score(weight: i128) -> i128 {
    (weight >> RANK_BITS) + 1
}

/// A score that no stack of at most so many packages exceeds when it weighs no more than this.
pub(crate) fn score_above(weight: i128, packages: usize) -> f64 {
    let most_ranks = (packages as i128) << (RANK_BITS - 8);
    let fixed = ((weight + most_ranks) >> RANK_BITS) + 1;
    let score = fixed as f64 / (1_u64 << FRACTION_BITS) as f64;
    // What adding so many floating point numbers may be off by.
    (score + score.abs().max(1.0) * f64::EPSILON * packages as f64).next_up()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn weights_carry_scores_exactly_and_bounds_lie_above() {
        for (score, rank) in [(0.0, 0), (1.0, 3), (-1.0, 2000), (0.625, 7), (-0.1, 1), (1e12, 5)] {
            let weight = weight(score, rank).unwrap();
            assert_eq!(
                exact_score(weight),
                (score * (1_u64 << FRACTION_BITS) as f64).round() as i128
            );
            assert!(score_above(weight, 1) >= score);
            assert!(score_above(weight, 1) - score <= score.abs().max(1.0) * 1e-12);
        }
        assert!(weight(f64::INFINITY, 0).is_err() && weight(1e13, 0).is_err());
        assert!(
            weight(0.5, 0).unwrap() > weight(0.5, 1).unwrap(),
            "of equal scores the newer release wins"
        );
        assert!(
            weight(0.5, 1023).unwrap() > weight(0.499_999, 0).unwrap(),
            "a better score wins over a newer release"
        );
    }
}
