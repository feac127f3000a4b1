//! Work on large documents, away from the threads that wait for broker, store and graph.

use thoth_schema::error::{ErrorCode, Fault};

/// Bytes from which on work leaves the async threads. Unpacking, hashing and reading less takes milliseconds.
pub(crate) const APART_BYTES: usize = 256 * 1024;

/// Does work on so many bytes: on a thread for blocking work where these are many.
///
/// # Errors
/// Those of the work; `INTERNAL` where it panicked.
pub(crate) async fn apart<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    if bytes < APART_BYTES {
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => Err(Fault::new(
            ErrorCode::Internal,
            "the program panicked over this document",
        )),
        Err(_) => Err(Fault::new(ErrorCode::Unavailable, "the program is stopping")),
    }
}
