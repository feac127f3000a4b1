//! Ids that tie an answer to its log lines.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// Characters of an id that a client may bring along.
const CHARACTERS_MAX: usize = 64;

/// 16 hexadecimal digits that hardly come twice. They say nothing and open nothing, so they need not be unguessable.
pub(crate) fn fresh() -> String {
    static SEQUENCE: AtomicU64 = AtomicU64::new(0);
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(SEQUENCE.fetch_add(1, Ordering::Relaxed));
    format!("{:016x}", hasher.finish())
}

/// The id a client brought along, where it can stand in a log line.
pub(crate) fn acceptable(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=CHARACTERS_MAX).contains(&text.len()) && text.bytes().all(plain)
}
