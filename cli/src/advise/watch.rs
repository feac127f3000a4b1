//! A search that is watched: how far it is on a terminal, and Ctrl-C ends it with the best that it has.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use thoth_adviser::{SearchControl, SearchProgress, SearchTrace, Subject};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::advise::{AdviseInput, Advisor, Report};

use crate::output::Output;

/// How often the line is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Advises, and explains the subjects where there are any; the first Ctrl-C ends the search with the best so far, the
/// second gives up.
///
/// # Errors
/// Those of the advice; `UNAVAILABLE` when given up.
pub(crate) async fn advise(
    advisor: &Advisor,
    input: &AdviseInput,
    explained: Option<Vec<Subject>>,
    output: &Output,
) -> Result<(Report, Option<SearchTrace>), Fault> {
    let control = Arc::new(SearchControl::default());
    let line = Line::new(output);
    let mut advice = std::pin::pin!(async {
        match explained {
            Some(subjects) => advisor.advise_explained(input, subjects, &control).await,
            None => {
                let report = advisor.advise_under(input, &control).await;
                report.map(|report| (report, None))
            }
        }
    });
    let mut tick = tokio::time::interval(TICK);
    let mut interrupt = Box::pin(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            report = &mut advice => return report,
            _ = tick.tick() => line.show(&control.progress()),
            asked = &mut interrupt => {
                // Where signals cannot be received, nobody asked.
                if asked.is_err() {
                    return advice.await;
                }
                if control.is_cancelled() {
                    return Err(Fault::new(ErrorCode::Unavailable, "interrupted").remedy("run it again"));
                }
                control.cancel();
                interrupt = Box::pin(tokio::signal::ctrl_c());
                line.clear();
                output.talk("ending the search; Ctrl-C again gives up");
            }
        }
    }
}

/// The line on the terminal; nothing where there is none.
struct Line(ProgressBar);

impl Line {
    fn new(output: &Output) -> Line {
        let bar = if output.draws_progress() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        // The template is fixed and well formed.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            bar.set_style(style);
        }
        Line(bar)
    }

    fn show(&self, progress: &SearchProgress) {
        self.0.set_message(told(progress));
        self.0.tick();
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.clear();
    }
}

/// How far a search is, in words.
fn told(progress: &SearchProgress) -> String {
    let mut parts = Vec::new();
    if let Some(best) = progress.best {
        parts.push(format!("best {best:.4}"));
    }
    if let Some(bound) = progress.bound {
        parts.push(format!("bound {bound:.4}"));
    }
    if progress.scored > 0 {
        parts.push(format!("{} stacks scored", progress.scored));
    }
    if parts.is_empty() {
        parts.push("reading what is known".to_owned());
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_yet_is_not_shown() {
        let mut progress = SearchProgress {
            scored: 0,
            best: None,
            bound: None,
        };
        assert_eq!(told(&progress), "reading what is known");
        progress.bound = Some(5.0);
        assert_eq!(told(&progress), "bound 5.0000");
        (progress.scored, progress.best) = (70, Some(4.25));
        assert_eq!(told(&progress), "best 4.2500, bound 5.0000, 70 stacks scored");
    }
}
