//! Counters of what becomes of documents, for the process as a whole, in the text that Prometheus reads.
//!
//! At rest, over all workers of a broker: `received = ingested + known + dead_lettered + put_back + lost`, and
//! `published + requeued + put_back + lost = received` and what lies in the queues or met the delivery limit. Labels are
//! closed sets: queues, kinds, error codes.

use crate::dead_letters::DeadLetter;
use lapin::message::Delivery;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use thoth_schema::document::{Document, DocumentKind};
use thoth_schema::error::{ErrorCode, Fault};

/// The media type of [`render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The label of what is no kind, or no code, of this program.
const UNKNOWN: &str = "unknown";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfKind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfQueue {
    queue: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfMessage {
    queue: &'static str,
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfFault {
    queue: &'static str,
    kind: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct OfLetter {
    kind: &'static str,
    code: &'static str,
}

type Counters<Labels> = Family<Labels, Counter>;
type Gauges<Labels> = Family<Labels, Gauge>;
type Histograms<Labels> = Family<Labels, Histogram, fn() -> Histogram>;

/// From a millisecond to four minutes.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 10))
}

/// From 256 bytes to 64 MiB.
fn bytes() -> Histogram {
    Histogram::new(exponential_buckets(256.0, 4.0, 10))
}

fn counters<Labels: Clone + std::hash::Hash + Eq>() -> Counters<Labels> {
    Counters::default()
}

fn gauges<Labels: Clone + std::hash::Hash + Eq>() -> Gauges<Labels> {
    Gauges::default()
}

fn histograms<Labels: Clone + std::hash::Hash + Eq>(make: fn() -> Histogram) -> Histograms<Labels> {
    Histograms::new_with_constructor(make)
}

/// Declares every metric once: field, type, value, name, what is added to it when read, labels, meaning.
macro_rules! metrics {
    ($($field:ident: $type:ty = $value:expr, $name:literal + $ending:literal, $labels:literal, $meaning:literal;)*) => {
        struct Metrics {
            registry: Registry,
            $($field: $type,)*
        }

        impl Metrics {
            fn new() -> Metrics {
                let mut registry = Registry::default();
                $(let $field: $type = $value; registry.register($name, $meaning, $field.clone());)*
                Metrics { registry, $($field,)* }
            }
        }

        /// Every metric: name, labels, meaning.
        pub const METRICS: &[(&str, &str, &str)] = &[$((concat!($name, $ending), $labels, $meaning),)*];
    };
}

metrics! {
    accepted: Counters<OfKind> = counters(),
        "thoth_ingest_documents_accepted" + "_total", "kind",
        "Documents that passed the checks of a reader and are taken on";
    stored: Counters<OfKind> = counters(),
        "thoth_ingest_documents_stored" + "_total", "kind",
        "Documents that lie in the store when their put ends, those that lay there before included";
    stored_seconds: Histograms<OfKind> = histograms(seconds),
        "thoth_ingest_documents_stored_seconds" + "", "kind",
        "Seconds that a document took into the store";
    stored_bytes: Histograms<OfKind> = histograms(bytes),
        "thoth_ingest_documents_stored_bytes" + "", "kind",
        "Canonical bytes of a document put into the store";
    published: Counters<OfKind> = counters(),
        "thoth_ingest_documents_published" + "_total", "kind",
        "Messages of new documents that the broker has confirmed";
    published_seconds: Histograms<OfKind> = histograms(seconds),
        "thoth_ingest_documents_published_seconds" + "", "kind",
        "Seconds from sending a message to its confirm";
    received: Counters<OfMessage> = counters(),
        "thoth_ingest_documents_received" + "_total", "queue, kind",
        "Messages that a worker began to work on";
    received_bytes: Histograms<OfMessage> = histograms(bytes),
        "thoth_ingest_documents_received_bytes" + "", "queue, kind",
        "Bytes of the body of a message";
    in_work: Gauges<OfQueue> = gauges(),
        "thoth_ingest_documents_in_work" + "", "queue",
        "Messages in the hands of the workers of this process";
    ingested: Counters<OfMessage> = counters(),
        "thoth_ingest_documents_ingested" + "_total", "queue, kind",
        "Messages whose document a worker brought into the graph";
    ingested_seconds: Histograms<OfMessage> = histograms(seconds),
        "thoth_ingest_documents_ingested_seconds" + "", "queue, kind",
        "Seconds from the beginning of the work on a message to the commit of its document";
    known: Counters<OfMessage> = counters(),
        "thoth_ingest_documents_known" + "_total", "queue, kind",
        "Messages whose document the graph had already";
    retried: Counters<OfMessage> = counters(),
        "thoth_ingest_documents_retried" + "_total", "queue, kind",
        "Attempts that met something away and were made again";
    put_back: Counters<OfMessage> = counters(),
        "thoth_ingest_documents_put_back" + "_total", "queue, kind",
        "Messages put back into their queue as a fresh copy";
    lost: Counters<OfMessage> = counters(),
        "thoth_ingest_documents_lost" + "_total", "queue, kind",
        "Messages whose connection ended before their answer; the broker delivers them again";
    dead_lettered: Counters<OfFault> = counters(),
        "thoth_ingest_documents_dead_lettered" + "_total", "queue, kind, code",
        "Messages that a worker put into the dead-letter queue";
    recorded: Counters<OfLetter> = counters(),
        "thoth_ingest_documents_recorded" + "_total", "kind, code",
        "Messages of the dead-letter queue that were recorded in the store, those over the delivery limit included";
    recorded_seconds: Histograms<OfLetter> = histograms(seconds),
        "thoth_ingest_documents_recorded_seconds" + "", "kind, code",
        "Seconds that a dead letter took into the store";
    requeued: Counters<OfLetter> = counters(),
        "thoth_ingest_documents_requeued" + "_total", "kind, code",
        "Dead letters that were sent again";
    discarded: Counters<OfLetter> = counters(),
        "thoth_ingest_documents_discarded" + "_total", "kind, code",
        "Dead letters that were discarded";
    paused: Gauges<OfQueue> = gauges(),
        "thoth_ingest_queue_paused" + "", "queue",
        "1 where the workers are told to leave the queue alone";
}

static PROCESS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// Every metric of this process as text of the media type [`CONTENT_TYPE`].
///
/// # Errors
/// `INTERNAL`, which no metric causes.
pub fn render() -> Result<String, Fault> {
    let mut text = String::new();
    encode(&mut text, &PROCESS.registry).map_err(|error| {
        Fault::new(
            ErrorCode::Internal,
            format!("the metrics cannot be written: {error}"),
        )
    })?;
    Ok(text)
}

fn known_kind(kind: &str) -> &'static str {
    DocumentKind::parse(kind).map_or(UNKNOWN, DocumentKind::as_str)
}

fn of_kind(document: &Document) -> OfKind {
    OfKind {
        kind: document.kind.as_str(),
    }
}

/// Documents are taken on.
pub(crate) fn accepted(documents: &[Document]) {
    for document in documents {
        PROCESS.accepted.get_or_create(&of_kind(document)).inc();
    }
}

/// A document lies in the store.
pub(crate) fn stored(document: &Document, took: Duration) {
    let labels = of_kind(document);
    PROCESS.stored.get_or_create(&labels).inc();
    let seconds = PROCESS.stored_seconds.get_or_create(&labels);
    seconds.observe(took.as_secs_f64());
    let bytes = PROCESS.stored_bytes.get_or_create(&labels);
    bytes.observe(document.canonical_bytes().len() as f64);
}

/// A message of a new document was confirmed.
pub(crate) fn published(kind: &'static str, took: Duration) {
    let labels = OfKind { kind };
    PROCESS.published.get_or_create(&labels).inc();
    let seconds = PROCESS.published_seconds.get_or_create(&labels);
    seconds.observe(took.as_secs_f64());
}

/// Whether a queue is paused.
pub(crate) fn paused(queue: &'static str, is_paused: bool) {
    let gauge = PROCESS.paused.get_or_create(&OfQueue { queue });
    gauge.set(i64::from(is_paused));
}

fn of_letter(letter: &DeadLetter) -> OfLetter {
    OfLetter {
        kind: known_kind(letter.kind.as_deref().unwrap_or_default()),
        code: ErrorCode::parse(&letter.code).map_or(UNKNOWN, ErrorCode::code),
    }
}

/// A dead letter was recorded.
pub(crate) fn recorded(letter: &DeadLetter, took: Duration) {
    let labels = of_letter(letter);
    PROCESS.recorded.get_or_create(&labels).inc();
    let seconds = PROCESS.recorded_seconds.get_or_create(&labels);
    seconds.observe(took.as_secs_f64());
}

/// A dead letter was sent again.
pub(crate) fn requeued(letter: &DeadLetter) {
    PROCESS.requeued.get_or_create(&of_letter(letter)).inc();
}

/// A dead letter was discarded.
pub(crate) fn discarded(letter: &DeadLetter) {
    PROCESS.discarded.get_or_create(&of_letter(letter)).inc();
}

/// A message in a worker's hands, from its arrival to its one end; dropped without an end it counts as lost.
pub(crate) struct Arrival {
    labels: OfMessage,
    began: Instant,
    has_ended: bool,
}

impl Arrival {
    /// A worker begins to work on a message.
    pub(crate) fn of(delivery: &Delivery, queue: &'static str) -> Arrival {
        let kind = delivery.properties.kind().as_ref();
        let labels = OfMessage {
            queue,
            kind: known_kind(kind.map_or("", |kind| kind.as_str())),
        };
        PROCESS.received.get_or_create(&labels).inc();
        let bytes = PROCESS.received_bytes.get_or_create(&labels);
        bytes.observe(delivery.data.len() as f64);
        PROCESS.in_work.get_or_create(&OfQueue { queue }).inc();
        Arrival {
            labels,
            began: Instant::now(),
            has_ended: false,
        }
    }

    /// Something was away; it is tried again.
    pub(crate) fn retried(&self) {
        PROCESS.retried.get_or_create(&self.labels).inc();
    }

    /// The document is in the graph; `is_new` when it was not before.
    pub(crate) fn ingested(self, is_new: bool) {
        if is_new {
            let seconds = PROCESS.ingested_seconds.get_or_create(&self.labels);
            seconds.observe(self.began.elapsed().as_secs_f64());
            self.end(&PROCESS.ingested);
        } else {
            self.end(&PROCESS.known);
        }
    }

    /// The message is in its queue again.
    pub(crate) fn put_back(self) {
        self.end(&PROCESS.put_back);
    }

    /// The message is in the dead-letter queue.
    pub(crate) fn dead_lettered(mut self, code: ErrorCode) {
        let OfMessage { queue, kind } = self.labels;
        let labels = OfFault {
            queue,
            kind,
            code: code.code(),
        };
        PROCESS.dead_lettered.get_or_create(&labels).inc();
        self.has_ended = true;
    }

    fn end(mut self, counters: &Counters<OfMessage>) {
        counters.get_or_create(&self.labels).inc();
        self.has_ended = true;
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let queue = self.labels.queue;
        PROCESS.in_work.get_or_create(&OfQueue { queue }).dec();
        if !self.has_ended {
            PROCESS.lost.get_or_create(&self.labels).inc();
        }
    }
}

/// The table of `docs/operations.md`.
#[cfg(test)]
fn documentation() -> String {
    let mut text = String::from("| metric | labels | meaning |\n|---|---|---|\n");
    for (name, labels, meaning) in METRICS {
        let mut letters = meaning.chars();
        let first = letters.next().map(|first| first.to_lowercase().to_string());
        let first = first.unwrap_or_default();
        text.push_str(&format!(
            "| `{name}` | {labels} | {first}{} |\n",
            letters.as_str()
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn metrics_are_rendered_under_the_names_of_the_table() {
        let labels = OfMessage {
            queue: "thoth.ingest.light",
            kind: known_kind("release"),
        };
        PROCESS.known.get_or_create(&labels).inc();
        PROCESS.ingested_seconds.get_or_create(&labels).observe(0.5);
        let text = render().unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        for name in [
            "thoth_ingest_documents_known_total",
            "thoth_ingest_documents_ingested_seconds_sum",
        ] {
            let line = format!(r#"{name}{{queue="thoth.ingest.light",kind="release"}} "#);
            assert!(text.contains(&line), "{text}");
        }
    }

    #[test]
    fn names_are_of_the_grammar_and_come_once() {
        let mut names: Vec<&str> = METRICS.iter().map(|(name, _, _)| *name).collect();
        for name in &names {
            let rest = name.strip_prefix("thoth_ingest_").unwrap();
            assert!(
                rest.starts_with("documents_") || rest.starts_with("queue_"),
                "{name}"
            );
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), METRICS.len());
    }

    #[test]
    fn the_table_of_the_documentation_is_up_to_date() {
        const BEGIN: &str =
            "<!-- metrics: written by THOTH_BLESS=1 cargo test -p thoth-ingest metrics -->\n\n";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
        let found = std::fs::read_to_string(&path).unwrap();
        let (before, rest) = found.split_once(BEGIN).unwrap();
        let (_, after) = rest.split_once("\n<!-- end of metrics -->").unwrap();
        let text = format!(
            "{before}{BEGIN}{}\n<!-- end of metrics -->{after}",
            documentation()
        );
        if std::env::var_os("THOTH_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
            return;
        }
        assert!(
            found == text,
            "docs/operations.md is out of date: run this test once with THOTH_BLESS=1"
        );
    }

    #[test]
    fn labels_are_of_closed_sets() {
        assert_eq!(known_kind("solver"), "solver");
        assert_eq!(known_kind("flask"), UNKNOWN);
    }
}
