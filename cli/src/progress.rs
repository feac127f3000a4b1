//! Progress on stderr: a bar on a terminal, else nothing, or a line now and then where a verb wants to be heard.

use indicatif::{ProgressBar, ProgressStyle};
use thoth_ingest::direct::Progress as State;

use crate::output::Output;

/// How much of a known number of things is done.
pub(crate) struct Progress<'output> {
    output: &'output Output,
    what: &'static str,
    total: u64,
    done: u64,
    /// Quarters that were told as a line; `None` where lines are not wanted.
    told: Option<u64>,
    bar: ProgressBar,
}

impl<'output> Progress<'output> {
    /// Progress over `total` of `what`; `lines` writes plain lines where no bar can be drawn.
    pub(crate) fn new(
        output: &'output Output,
        what: &'static str,
        total: u64,
        lines: bool,
    ) -> Progress<'output> {
        let bar = if output.draws_progress() {
            ProgressBar::new(total)
        } else {
            ProgressBar::hidden()
        };
        // The template is fixed and well formed.
        if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what);
        let told = (lines && !output.draws_progress()).then_some(0);
        Progress {
            output,
            what,
            total,
            done: 0,
            told,
            bar,
        }
    }

    /// So many more are done.
    pub(crate) fn advance(&mut self, by: u64) {
        self.done += by;
        self.bar.set_position(self.done);
        let quarters = self.done * 4 / self.total.max(1);
        if self.told.is_some_and(|told| quarters > told) {
            self.told = Some(quarters);
            self.output
                .talk(&format!("{}: {} of {}", self.what, self.done, self.total));
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        // After an error nothing half drawn may stay in front of its message.
        self.bar.finish_and_clear();
    }
}

/// How many documents are done, of how many, and how fast. Nothing where no bar can be drawn.
pub(crate) struct CountBar(ProgressBar);

impl CountBar {
    /// A bar over `total` of `what`.
    pub(crate) fn new(output: &Output, what: &'static str, total: u64) -> CountBar {
        let bar = if output.draws_progress() {
            ProgressBar::new(total)
        } else {
            ProgressBar::hidden()
        };
        // The template is fixed and well formed.
        if let Ok(style) = ProgressStyle::with_template("[{bar:40}] {pos}/{len} {msg} {per_sec} {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what);
        CountBar(bar)
    }

    /// Shows how many are done.
    pub(crate) fn show(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Shows how many are done, and of how many.
    pub(crate) fn show_of(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.show(done);
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for CountBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How far an ingest is: bytes of the files, and documents. Nothing where no bar can be drawn.
pub(crate) struct BytesBar(ProgressBar);

impl BytesBar {
    /// A bar that shows itself with the first news.
    pub(crate) fn new(output: &Output) -> BytesBar {
        let bar = if output.draws_progress() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        // The template is fixed and well formed.
        if let Ok(style) = ProgressStyle::with_template("[{bar:40}] {bytes}/{total_bytes} {msg} {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        BytesBar(bar)
    }

    /// Shows the state.
    pub(crate) fn show(&self, state: &State) {
        self.0.set_length(state.bytes_total);
        self.0.set_position(state.bytes_read);
        self.0
            .set_message(format!("{} documents read, {} done", state.read, state.done));
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for BytesBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
