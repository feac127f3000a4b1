//! Turns at the processors: a search takes one, what waits for the graph or the store takes none.

use std::time::Duration;

use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::limits::ADVISE_WAIT_MILLIS;

/// The searches that may run at once.
#[derive(Debug)]
pub(super) struct Turns(Semaphore);

impl Turns {
    pub(super) fn new(searches: usize) -> Self {
        Self(Semaphore::new(searches))
    }

    /// Waits a moment for a turn.
    ///
    /// # Errors
    /// `UNAVAILABLE` when all turns stay taken.
    pub(super) async fn take(&self) -> Result<SemaphorePermit<'_>, Fault> {
        let wait = Duration::from_millis(ADVISE_WAIT_MILLIS);
        match tokio::time::timeout(wait, self.0.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Fault::new(
                ErrorCode::Unavailable,
                "as many searches run as this service runs at once",
            )
            .remedy("try again after `retryAfterMillis`")),
        }
    }
}
