//! `GET /metrics`: what becomes of documents, and how advises use their cache, for Prometheus.

use actix_web::HttpResponse;
use thoth_ingest::metrics::CONTENT_TYPE;

use super::answer;
use crate::metrics::render;

/// The counters of this process.
pub(crate) async fn metrics() -> HttpResponse {
    match render() {
        Ok(text) => HttpResponse::Ok().content_type(CONTENT_TYPE).body(text),
        Err(fault) => answer::fault(&fault),
    }
}
