//! Points in time as text: RFC 3339 in UTC, ending in `Z`.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// The start of the Unix epoch, for what states no time.
pub const EPOCH: &str = "1970-01-01T00:00:00Z";

/// Reads a time as RFC 3339 or as ISO 8601 without an offset, which is taken as UTC, and writes it as RFC 3339 `Z`: whole
/// seconds, or six digits of a second where it has a fraction. `None` where the text is no time.
pub fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(write(timestamp));
    }
    let civil: DateTime = text.parse().ok()?;
    Some(write(jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?))
}

/// A normalised time in the form that compares as a string: always with microseconds.
pub fn sortable(time: &str) -> String {
    match time.strip_suffix('Z') {
        Some(head) if !head.contains('.') => format!("{head}.000000Z"),
        _ => time.to_owned(),
    }
}

/// The time this many seconds after the start of the Unix epoch.
pub fn from_epoch_seconds(seconds: i64) -> Option<String> {
    Timestamp::from_second(seconds).ok().map(write)
}

/// The last of some normalised times.
pub(crate) fn latest(times: impl IntoIterator<Item = String>) -> Option<String> {
    // Without its `Z`, a whole second sorts before its fractions.
    times
        .into_iter()
        .max_by(|one, two| one.trim_end_matches('Z').cmp(two.trim_end_matches('Z')))
}

fn write(timestamp: Timestamp) -> String {
    let format = if timestamp.subsec_nanosecond() == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S.%6fZ"
    };
    timestamp.strftime(format).to_string()
}
