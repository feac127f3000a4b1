//! What is computed on demand, and what operators do.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use thoth_adviser::SearchControl;
use thoth_schema::error::{ErrorCode, Fault};

use super::advice_input::AdviseInput;
use super::advice_output::AdviseResult;
use super::dead_letter::{DeadLetter, desk};
use crate::advise::Advisor;
use crate::limits::ADVISE_COMPLEXITY;

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
        // A task of its own: a client that goes away does not free the turn of the search before it has ended, which it
        // then does soon.
        let leaving = Leaving::default();
        let control = Arc::clone(&leaving.0);
        let search = tokio::spawn(async move {
            if subjects.is_empty() {
                return advisor.advise_under(&order, &control).await;
            }
            let explained = advisor.advise_explained(&order, subjects, &control).await;
            explained.map(|(report, _)| report)
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

fn advisor<'context>(context: &Context<'context>) -> Result<&'context Arc<Advisor>, Fault> {
    context
        .data_opt()
        .ok_or_else(|| Fault::new(ErrorCode::Internal, "the schema holds no adviser"))
}
