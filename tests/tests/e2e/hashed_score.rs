//! The score that recorded cases give a release: uniform in [-1, 1), the same for every solver that knows the seed.

use sha2::{Digest, Sha256};

/// The first eight bytes, big-endian, of SHA-256 of `seed:name==version`, over 2^63, minus one.
#[expect(
    clippy::cast_precision_loss,
    reason = "the recorded scores were made by the same rounding division of a 64-bit integer"
)]
pub(crate) fn hashed_score(seed: &str, name: &str, version: &str) -> f64 {
    let digest = Sha256::digest(format!("{seed}:{name}=={version}"));
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first) as f64 / 2_f64.powi(63) - 1.0
}

/// SHA-256 of a text in lower-case hexadecimal digits: the made-up digest of an artifact that has a file name only.
pub(crate) fn sha256_hex(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn hashed_scores_equal_the_recorded_sum_of_one_stack() {
    // The one stack of the recorded case `flask-exact-2020`, seed `thoth`.
    let stack = [
        ("click", "7.0"),
        ("flask", "1.1.1"),
        ("itsdangerous", "1.1.0"),
        ("jinja2", "2.10.3"),
        ("markupsafe", "1.1.1"),
        ("werkzeug", "0.16.0"),
    ];
    let sum: f64 = stack
        .iter()
        .map(|(name, version)| hashed_score("thoth", name, version))
        .sum();
    assert!((sum - -0.438_465_323_713_059_24).abs() < 1e-12, "{sum}");
}
