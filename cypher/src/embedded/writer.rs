//! The thread on which transactions of an embedded graph run, one after the other.
//!
//! A pool would do, but what a transaction allocates stays with the thread that did: spread over a pool the same pages
//! are taken from the system once for every thread, which made writing a third slower.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Ends when it is dropped and what was asked of it is done.
pub(super) struct Writer {
    jobs: Sender<Job>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// `INTERNAL` where the system has no thread left.
    pub(super) fn start() -> Result<Self, Fault> {
        let (jobs, taken) = channel::<Job>();
        let started = std::thread::Builder::new()
            .name("thoth-graph".to_owned())
            .spawn(move || taken.into_iter().for_each(|job| job()));
        match started {
            Ok(_) => Ok(Self { jobs }),
            Err(error) => Err(Fault::new(
                ErrorCode::Internal,
                format!("the thread of the graph cannot be started: {error}"),
            )),
        }
    }

    /// Runs work on the thread.
    ///
    /// # Errors
    /// Those of the work; `INTERNAL` where it panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.submit(work).outcome().await
    }

    /// Has work done on the thread, after what was asked of it before.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Pending<T> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            let outcome = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
                Err(Fault::new(
                    ErrorCode::Internal,
                    "the embedded engine panicked over this statement",
                ))
            });
            // Whoever asked may have gone.
            answer.send(outcome).ok();
        };
        // Where the thread is gone the job goes with its end of the answer, which tells.
        self.jobs.send(Box::new(job)).ok();
        Pending(answered)
    }
}

/// Work that the thread has not answered for yet.
pub(super) struct Pending<T>(oneshot::Receiver<Result<T, Fault>>);

impl<T> Pending<T> {
    /// What came of it.
    ///
    /// # Errors
    /// As [`Writer::run`].
    pub(super) async fn outcome(self) -> Result<T, Fault> {
        let stopped = |_| Fault::new(ErrorCode::Internal, "the embedded engine stopped");
        self.0.await.map_err(stopped)?
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
    use super::*;

    #[tokio::test]
    async fn work_runs_on_one_thread_that_outlives_a_panic() {
        let writer = Writer::start().unwrap();
        let thread = || writer.run(|| Ok(std::thread::current().id()));
        let first = thread().await.unwrap();
        let fault = writer.run(|| -> Result<(), Fault> { panic!("as an engine might") });
        assert_eq!(fault.await.unwrap_err().code, ErrorCode::Internal);
        assert_eq!(thread().await.unwrap(), first);
        assert_ne!(first, std::thread::current().id());
    }
}
