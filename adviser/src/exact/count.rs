//! Counting stacks without ever being wrong: 128 bits, or any number of them.

use num_bigint::BigUint;

/// A number of stacks.
pub(crate) trait Count: Clone {
    /// One stack.
    fn one() -> Self;

    /// `self += other * times`; false when the result does not fit, after which `self` is of no use.
    fn add_times(&mut self, other: &Self, times: u32) -> bool;

    /// In decimal digits.
    fn digits(&self) -> String;

    /// About as many.
    fn rounded(&self) -> f64;
}

impl Count for u128 {
    fn one() -> Self {
        1
    }

    fn add_times(&mut self, other: &Self, times: u32) -> bool {
        match other
            .checked_mul(u128::from(times))
            .and_then(|product| self.checked_add(product))
        {
            Some(sum) => {
                *self = sum;
                true
            }
            None => false,
        }
    }

    fn digits(&self) -> String {
        self.to_string()
    }

    fn rounded(&self) -> f64 {
        *self as f64
    }
}

impl Count for BigUint {
    fn one() -> Self {
        Self::from(1_u32)
    }

    fn add_times(&mut self, other: &Self, times: u32) -> bool {
        *self += other * times;
        true
    }

    fn digits(&self) -> String {
        self.to_string()
    }

    fn rounded(&self) -> f64 {
        let digits = self.iter_u64_digits().rev();
        digits.fold(0.0, |sum, digit| sum * 2_f64.powi(64) + digit as f64)
    }
}
