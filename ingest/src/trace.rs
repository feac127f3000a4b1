//! W3C trace context: one id that follows a document from its producer through broker and worker.

use lapin::message::Delivery;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use crate::dead_letters::text;

/// The header that carries it, as the W3C names it.
pub const TRACEPARENT: &str = "traceparent";

/// `00-<32 digits>-<16 digits>-01`, a trace that nobody has begun before.
pub fn fresh_traceparent() -> String {
    format!("00-{:016x}{:016x}-{:016x}-01", random(), random(), random())
}

/// Hardly comes twice, and is never zero, which the W3C forbids. It opens nothing, so it need not be unguessable.
pub(crate) fn random() -> u64 {
    // Each value has keys of its own, made from what the operating system gave.
    RandomState::new().build_hasher().finish() | 1
}

/// The trace id of a `traceparent`: 32 hexadecimal digits. `None` for what is none.
pub fn trace_id(traceparent: &str) -> Option<&str> {
    let parts: Vec<&str> = traceparent.split('-').collect();
    let [version, trace, parent, _flags, ..] = parts.as_slice() else {
        return None;
    };
    let is_id = |text: &str, digits: usize| {
        text.len() == digits
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            && text.bytes().any(|byte| byte != b'0')
    };
    let is_version = version.len() == 2 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_version && *version != "ff" && is_id(trace, 32) && is_id(parent, 16)).then_some(*trace)
}

/// The span that every log line about a message lies in. A message without a trace gets one here.
pub(crate) fn message_span(delivery: &Delivery, queue: &str) -> tracing::Span {
    let properties = &delivery.properties;
    let id = properties.message_id().as_ref().map_or("", |id| id.as_str());
    let kind = properties.kind().as_ref().map_or("", |kind| kind.as_str());
    let traceparent = text(properties.headers().as_ref(), TRACEPARENT)
        .filter(|traceparent| trace_id(traceparent).is_some())
        .unwrap_or_else(fresh_traceparent);
    let trace_id = trace_id(&traceparent).unwrap_or_default();
    // Of the highest level, so that it is there whatever lines are wanted.
    tracing::error_span!("message", trace_id, document.id = id, kind, queue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_w3c_describes_has_a_trace_id() {
        let fresh = fresh_traceparent();
        assert_eq!(trace_id(&fresh).map(str::len), Some(32), "{fresh}");
        assert_ne!(trace_id(&fresh), trace_id(&fresh_traceparent()));
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(trace_id(good), Some("0af7651916cd43dd8448eb211c80319c"));
        for bad in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        ] {
            assert_eq!(trace_id(bad), None, "{bad}");
        }
    }
}
