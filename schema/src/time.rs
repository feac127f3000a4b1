//! Points in time as text: RFC 3339 in UTC, ending in `Z`.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// The start of the Unix epoch, for what states no time.
pub const EPOCH: &str = "1970-01-01T00:00:00Z";

/// Reads a time as RFC 3339 or as ISO 8601 without an offset, which is taken as UTC, and writes it as RFC 3339 `Z`: whole
/// seconds, or six digits of a second where it has a fraction of as many. `None` where the text is no time, or one that
/// RFC 3339 cannot write: before the year 0, which would also sort wrongly as text.
pub fn normalise(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return write(timestamp);
    }
    let civil: DateTime = text.parse().ok()?;
    write(jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()?)
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
    Timestamp::from_second(seconds).ok().and_then(write)
}

/// The last of some normalised times.
pub(crate) fn latest(times: impl IntoIterator<Item = String>) -> Option<String> {
    // Without its `Z`, a whole second sorts before its fractions.
    times
        .into_iter()
        .max_by(|one, two| one.trim_end_matches('Z').cmp(two.trim_end_matches('Z')))
}

fn write(timestamp: Timestamp) -> Option<String> {
    let time = timestamp.to_zoned(jiff::tz::TimeZone::UTC);
    if time.year() < 0 {
        return None;
    }
    // Digits behind the sixth are left out, and nothing but zeros is no fraction.
    let format = if time.subsec_nanosecond() / 1_000 == 0 {
        "%Y-%m-%dT%H:%M:%SZ"
    } else {
        "%Y-%m-%dT%H:%M:%S.%6fZ"
    };
    Some(time.strftime(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_written_alike_again() {
        for (text, expected) in [
            ("2020-02-03T04:05:06+02:00", Some("2020-02-03T02:05:06Z")),
            ("2018-06-12T08:30:01.5", Some("2018-06-12T08:30:01.500000Z")),
            ("2018-06-12 08:30:01.0000009", Some("2018-06-12T08:30:01Z")),
            (
                "1969-12-31T23:59:59.9999999Z",
                Some("1969-12-31T23:59:59.999999Z"),
            ),
            ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
            ("-000001-01-01T00:00:00Z", None),
            ("yesterday", None),
        ] {
            assert_eq!(normalise(text).as_deref(), expected, "{text}");
            assert_eq!(expected.and_then(normalise).as_deref(), expected, "{text}");
        }
        assert_eq!(from_epoch_seconds(0).as_deref(), Some(EPOCH));
        assert_eq!(from_epoch_seconds(-100_000_000_000), None);
    }
}
