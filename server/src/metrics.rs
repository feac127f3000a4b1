//! Counters of the advises of this process, beside those of documents.

use std::sync::LazyLock;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use thoth_schema::error::{ErrorCode, Fault};

/// What [`thoth_ingest::metrics::render`] ends with.
const END: &str = "# EOF\n";

#[derive(Default)]
struct Metrics {
    registry: Registry,
    hits: Counter,
    misses: Counter,
    evicted: Counter,
    bytes: Gauge,
    packages: Gauge,
}

/// Every counter and gauge: its name as it is scraped, and its meaning.
pub const METRICS: [(&str, &str); 5] = [
    (
        "thoth_advise_cache_hits_total",
        "Packages that were cached and had not changed",
    ),
    (
        "thoth_advise_cache_misses_total",
        "Packages that were read from the graph",
    ),
    (
        "thoth_advise_cache_evicted_total",
        "Packages that were dropped for want of room",
    ),
    (
        "thoth_advise_cache_bytes",
        "Bytes of memory that cached packages take, about",
    ),
    (
        "thoth_advise_cache_packages",
        "Packages cached, once for each scope",
    ),
];

static PROCESS: LazyLock<Metrics> = LazyLock::new(|| {
    let mut metrics = Metrics::default();
    let (counters, gauges) = METRICS.split_at(3);
    for ((name, meaning), counter) in counters
        .iter()
        .zip([&metrics.hits, &metrics.misses, &metrics.evicted])
    {
        // The writer adds the ending.
        let name = name.trim_end_matches("_total");
        metrics.registry.register(name, *meaning, counter.clone());
    }
    for ((name, meaning), gauge) in gauges.iter().zip([&metrics.bytes, &metrics.packages]) {
        metrics.registry.register(*name, *meaning, gauge.clone());
    }
    metrics
});

/// Packages of one round that held, and that were read.
pub(crate) fn cache_used(hits: u64, misses: u64) {
    PROCESS.hits.inc_by(hits);
    PROCESS.misses.inc_by(misses);
}

/// A package was dropped for want of room.
pub(crate) fn cache_evicted() {
    PROCESS.evicted.inc();
}

/// How much is cached now.
pub(crate) fn cache_size(bytes: usize, packages: usize) {
    PROCESS.bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    PROCESS.packages.set(i64::try_from(packages).unwrap_or(i64::MAX));
}

/// Every metric of this process, those of documents first.
///
/// # Errors
/// `INTERNAL`, which no metric causes.
pub(crate) fn render() -> Result<String, Fault> {
    let mut text = thoth_ingest::metrics::render()?;
    text.truncate(text.trim_end_matches(END).len());
    encode_registry(&mut text, &PROCESS.registry)
        .and_then(|()| encode_eof(&mut text))
        .map_err(|error| {
            Fault::new(
                ErrorCode::Internal,
                format!("the metrics cannot be written: {error}"),
            )
        })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn every_metric_is_scraped_and_documented() {
        let (text, documented) = (render().unwrap(), include_str!("../../docs/advising.md"));
        for (name, _) in METRICS {
            assert!(text.contains(&format!("\n{name} ")), "{name} is not in {text}");
            assert!(
                documented.contains(&format!("`{name}`")),
                "{name} is not documented"
            );
        }
    }

    #[test]
    fn both_registries_are_one_text() {
        cache_used(3, 1);
        let text = render().unwrap();
        assert!(text.contains("thoth_advise_cache_hits_total "), "{text}");
        assert_eq!(text.matches("# EOF").count(), 1);
        assert!(text.ends_with(END));
    }
}
