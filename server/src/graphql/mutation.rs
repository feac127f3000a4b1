//! What is computed on demand, and what operators do.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, Object, Result};
use thoth_adviser::SearchControl;
use thoth_schema::error::{ErrorCode, Fault};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::advice_input::AdviseInput;
use super::advice_output::AdviseResult;
use super::dead_letter::{DeadLetter, desk};
use crate::advise::Advisor;
use crate::limits::{ADVISE_COMPLEXITY, ADVISE_WAIT_MILLIS};

/// The root of all mutations.
#[derive(Debug, Clone, Copy)]
pub struct Mutation;

/// What is computed on demand, and what operators do.
#[Object]
impl Mutation {
    /// The best stacks for some requirements in an environment, as far as the knowledge goes, with reasons and proof.
    #[graphql(complexity = "child_complexity.saturating_add(ADVISE_COMPLEXITY)")]
    async fn advise(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: AdviseInput,
    ) -> Result<AdviseResult> {
        let subjects = input.subjects()?;
        let order = input.validate()?;
        let advisor = Arc::clone(advisor(context)?);
        let permit = turns(context)?.take().await?;
        // A task of its own: a client that goes away does not free the turn before the search has ended, which it
        // then does soon.
        let leaving = Leaving::default();
        let control = Arc::clone(&leaving.0);
        let search = tokio::spawn(async move {
            let report = if subjects.is_empty() {
                advisor.advise_under(&order, &control).await
            } else {
                let explained = advisor.advise_explained(&order, subjects, &control).await;
                explained.map(|(report, _)| report)
            };
            drop(permit);
            report
        });
        let report = search.await.map_err(|problem| {
            Fault::new(
                ErrorCode::Internal,
                format!("the search for an advice ended in disorder: {problem}"),
            )
        })?;
        Ok(AdviseResult::from(report?))
    }

    /// Sends a dead letter again as it came, and forgets it; gives what it was. It may become one again.
    async fn requeue_dead_letter(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Key of the dead letter.")] key: String,
    ) -> Result<DeadLetter> {
        let office = desk(context)?.office().await?;
        // A task of its own: a client that goes away does not leave a letter that is half sent.
        let sending = tokio::spawn(async move {
            let mut sent = None;
            let mut note = |letter: &_| sent = Some(Clone::clone(letter));
            office.requeue(&[key], &mut note).await.map(|()| sent)
        });
        let sent = sending.await.map_err(|problem| {
            Fault::new(
                ErrorCode::Internal,
                format!("the sending of a dead letter ended in disorder: {problem}"),
            )
        })??;
        let sent = sent.ok_or_else(|| Fault::new(ErrorCode::Internal, "no dead letter was sent"))?;
        Ok(DeadLetter(sent))
    }

    /// Forgets a dead letter for good; gives what it was.
    async fn discard_dead_letter(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Key of the dead letter.")] key: String,
    ) -> Result<DeadLetter> {
        let letters = desk(context)?.letters().await?;
        Ok(DeadLetter(letters.discard(&key).await?))
    }
}

/// Ends the search of a request that nobody waits for any more.
#[derive(Default)]
struct Leaving(Arc<SearchControl>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// The searches that may run at once.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(crate) fn new(searches: usize) -> Self {
        Self(Arc::new(Semaphore::new(searches)))
    }

    /// Waits a moment for a turn.
    ///
    /// # Errors
    /// `UNAVAILABLE` when all turns stay taken.
    async fn take(&self) -> Result<OwnedSemaphorePermit, Fault> {
        let wait = Duration::from_millis(ADVISE_WAIT_MILLIS);
        match tokio::time::timeout(wait, self.0.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Fault::new(
                ErrorCode::Unavailable,
                "as many searches run as this service runs at once",
            )
            .remedy("try again after `retryAfterMillis`")),
        }
    }
}

fn advisor<'context>(context: &Context<'context>) -> Result<&'context Arc<Advisor>, Fault> {
    context
        .data_opt()
        .ok_or_else(|| Fault::new(ErrorCode::Internal, "the schema holds no adviser"))
}

fn turns<'context>(context: &Context<'context>) -> Result<&'context Turns, Fault> {
    context
        .data_opt()
        .ok_or_else(|| Fault::new(ErrorCode::Internal, "the schema holds no turns"))
}
