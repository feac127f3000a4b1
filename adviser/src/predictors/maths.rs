//! Functions that give the same bits on every machine: sums, products and square roots alone are exact to the
//! last bit everywhere, the exponential and the logarithm of the platform are not.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// e^x for x ≤ 0, to about half a percent where it matters: (1 + x / 4096)^4096 by squaring.
pub(super) fn exp(x: f64) -> f64 {
    if x < -40.0 {
        return 0.0;
    }
    let mut power = 1.0 + x / 4096.0;
    for _ in 0..12 {
        power *= power;
    }
    power
}

/// The natural logarithm of a positive number: exponent and mantissa apart, the latter by the series of the
/// inverse hyperbolic tangent.
pub(super) fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1023;
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 1023 << 52);
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let series = 1.0 + square * (1.0 / 3.0 + square * (0.2 + square * (1.0 / 7.0 + square / 9.0)));
    f64::from(exponent) * std::f64::consts::LN_2 + 2.0 * t * series
}

/// Uniform in 0..size; 0 when there is nothing to choose from.
pub(super) fn below(random: &mut ChaCha8Rng, size: u32) -> u32 {
    ((u64::from(random.next_u32()) * u64::from(size)) >> 32) as u32
}

/// Uniform in [0, 1).
pub(super) fn unit(random: &mut ChaCha8Rng) -> f64 {
    f64::from(random.next_u32()) / 4_294_967_296.0
}

#[cfg(test)]
mod tests {
    #[test]
    fn they_are_close_to_what_they_stand_for() {
        for step in 0..400 {
            let x = f64::from(step) / 20.0;
            let exact = (-x).exp();
            assert!((super::exp(-x) - exact).abs() <= exact * 0.06 + 1e-12, "{x}");
            let y = x * x + 0.1;
            assert!((super::ln(y) - y.ln()).abs() < 1e-4, "{y}");
        }
        assert!(super::exp(-1000.0) == 0.0);
    }
}
