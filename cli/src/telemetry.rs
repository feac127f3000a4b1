//! Log lines on stderr.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::args::Verb;
use crate::settings::{LogSettings, Process};

/// Starts logging. Libraries that are not ours speak from `warn` on only, or `error` where even that is not wanted.
pub(crate) fn start(settings: &LogSettings, verb: &Verb, process: &Process) {
    let usual = if matches!(verb, Verb::Serve(_) | Verb::Worker(_)) {
        "info"
    } else {
        "warn"
    };
    let level = settings.level.as_deref().unwrap_or(usual);
    let others = if level == "error" { "error" } else { "warn" };
    let filter = EnvFilter::new(format!("{others},thoth={level}"));
    let colours = process.variable("NO_COLOR").is_none() && std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    // A second start is not possible in this program, and a first one cannot fail.
    if settings.json {
        lines.json().try_init().ok();
    } else {
        lines.try_init().ok();
    }
}
