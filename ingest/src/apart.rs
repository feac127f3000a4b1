//! Work on large documents, away from the threads that wait for broker, store and graph.

use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::Semaphore;

/// Bytes from which on work leaves the async threads. Unpacking, hashing and reading less takes milliseconds.
const APART_BYTES: usize = 256 * 1024;

/// Large documents that are worked on at once: reading one takes about eleven times its bytes of memory.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

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
    let stopping = || Fault::new(ErrorCode::Unavailable, "the program is stopping");
    let _permit = AT_ONCE.acquire().await.map_err(|_| stopping())?;
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => Err(Fault::new(
            ErrorCode::Internal,
            "the program panicked over this document",
        )),
        Err(_) => Err(stopping()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn large_work_is_done_apart_and_a_panic_is_a_fault() {
        let here = std::thread::current().id();
        let thread = |bytes| apart(bytes, || Ok(std::thread::current().id()));
        assert_eq!(thread(APART_BYTES - 1).await, Ok(here));
        assert_ne!(thread(APART_BYTES).await, Ok(here));
        for _ in 0..4 {
            let fault = apart::<()>(APART_BYTES, || unreachable!("as a reader might")).await;
            assert_eq!(fault.map_err(|fault| fault.code), Err(ErrorCode::Internal));
        }
    }
}
