//! Everything the program writes: data on stdout, talk and errors on stderr.

use std::io::{ErrorKind, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, TableComponent, presets};
use thoth_schema::error::{ErrorCode, Fault};

use crate::settings::Process;

/// Columns of a table where the terminal's own number is not known.
const DEFAULT_WIDTH: u16 = 110;

/// Colours of the 16 every terminal has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Colour {
    /// Something good.
    Green,
    /// Something to look at.
    Yellow,
    /// Something bad.
    Red,
}

/// Where the program writes, and in what style.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    quiet: bool,
    colour_data: bool,
    colour_talk: bool,
    terminal: bool,
    width: u16,
}

impl Output {
    /// The streams of this process; `quiet` leaves out talk and progress.
    pub(crate) fn new(quiet: bool, process: &Process) -> Output {
        let plain = process.variable("NO_COLOR").is_some() || process.variable("TERM") == Some("dumb");
        let width = process
            .variable("COLUMNS")
            .and_then(|columns| columns.parse().ok());
        Output {
            quiet,
            colour_data: !plain && std::io::stdout().is_terminal(),
            colour_talk: !plain && std::io::stderr().is_terminal(),
            terminal: std::io::stderr().is_terminal(),
            width: width.filter(|columns| *columns >= 40).unwrap_or(DEFAULT_WIDTH),
        }
    }

    /// Whether progress may be drawn.
    pub(crate) fn draws_progress(&self) -> bool {
        self.terminal && !self.quiet
    }

    /// Writes text to stdout; see [`Output::bytes`].
    ///
    /// # Errors
    /// As [`Output::bytes`].
    pub(crate) fn data(&self, text: &str) -> Result<(), Fault> {
        self.bytes(text.as_bytes())
    }

    /// Writes data to stdout. A reader that went away is no error: it has what it wanted.
    ///
    /// # Errors
    /// `IO_ERROR` when stdout cannot be written, as on a full disk.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<(), Fault> {
        let mut stdout = std::io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(problem) if problem.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(problem) => Err(Fault::new(
                ErrorCode::IoError,
                format!("stdout cannot be written: {problem}"),
            )),
        }
    }

    /// Writes a value as indented JSON to stdout.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub(crate) fn json(&self, value: &impl serde::Serialize) -> Result<(), Fault> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|problem| Fault::new(ErrorCode::Internal, format!("no JSON can be made: {problem}")))?;
        self.data(&(text + "\n"))
    }

    /// Writes a line for people to stderr, unless quiet. There is nobody to tell when that fails.
    pub(crate) fn talk(&self, line: &str) {
        if !self.quiet {
            self.complain(line);
        }
    }

    /// Writes a question to stderr, the cursor behind it.
    pub(crate) fn ask(&self, question: &str) {
        let mut stderr = std::io::stderr().lock();
        write!(stderr, "{question}").and_then(|()| stderr.flush()).ok();
    }

    /// Writes an error to stderr: code and message with the place on one line, what to do on the next.
    pub(crate) fn fault(&self, fault: &Fault) {
        let label = paint(self.colour_talk, Colour::Red, &format!("error[{}]", fault.code));
        let place = fault.pointer.as_deref().filter(|pointer| !pointer.is_empty());
        let place = place.map_or(String::new(), |pointer| format!(" (at {})", one_line(pointer)));
        let remedy = fault
            .remedy
            .as_deref()
            .unwrap_or_else(|| usual_remedy(fault.code));
        self.complain(&format!(
            "{label}: {}{place}\n  remedy: {}",
            one_line(&fault.message),
            one_line(remedy)
        ));
    }

    fn complain(&self, line: &str) {
        let mut stderr = std::io::stderr().lock();
        writeln!(stderr, "{line}").and_then(|()| stderr.flush()).ok();
    }

    /// A text for stdout in a colour, where stdout is a terminal.
    pub(crate) fn paint(&self, colour: Colour, text: &str) -> String {
        paint(self.colour_data, colour, text)
    }

    /// An empty table with this head.
    pub(crate) fn table<const COLUMNS: usize>(&self, head: [&str; COLUMNS]) -> Table {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
        // A line below every row would double the height of the table.
        for component in [
            TableComponent::HorizontalLines,
            TableComponent::LeftBorderIntersections,
            TableComponent::MiddleIntersections,
            TableComponent::RightBorderIntersections,
        ] {
            table.remove_style(component);
        }
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(self.width);
        table.set_header(head);
        table
    }

    /// Writes a table to stdout.
    ///
    /// # Errors
    /// As [`Output::data`].
    pub(crate) fn print(&self, table: &Table) -> Result<(), Fault> {
        self.data(&(lines(table) + "\n"))
    }
}

/// The table as text without blanks at the ends of lines.
pub(crate) fn lines(table: &Table) -> String {
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn paint(colours: bool, colour: Colour, text: &str) -> String {
    let code = match colour {
        Colour::Green => 32,
        Colour::Yellow => 33,
        Colour::Red => 31,
    };
    if colours {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

fn one_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// What to do about a fault that does not say so itself.
fn usual_remedy(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::MalformedJson | ErrorCode::SchemaViolation | ErrorCode::DocumentTooDeep => {
            "correct the input at that place; schema/documents holds the schemas"
        }
        ErrorCode::TruncatedInput => "the input was cut off; fetch it again",
        ErrorCode::UnknownDocumentKind | ErrorCode::UnknownSchemaVersion => {
            "send a kind and version of schema/documents, or use a newer thoth"
        }
        ErrorCode::DocumentTooLarge | ErrorCode::DecompressionLimit => {
            "split the input, or raise the limit in the section [ingest] of the configuration"
        }
        ErrorCode::GraphUnreachable => "start the graph database, or correct graph.url",
        ErrorCode::GraphLocked => "stop the process that holds the graph, or ask it over HTTP",
        ErrorCode::GraphConflict => "run the command again",
        ErrorCode::GraphQueryFailed | ErrorCode::GraphQueryRefused => "correct the statement",
        ErrorCode::MigrationPending => "run `thoth graph migrate`",
        ErrorCode::BrokerUnreachable => "start RabbitMQ, or correct broker.url",
        ErrorCode::StoreUnreachable => "make the document store reachable, or correct store.url",
        ErrorCode::InvalidConfiguration => "docs/configuration.md lists what can be set",
        ErrorCode::IoError => "check that the file exists and may be read or written",
        ErrorCode::Internal | ErrorCode::LockCheckFailed | ErrorCode::StoreCorrupt => {
            "this is a fault of the program or of its data; report it with the log of `-vv`"
        }
        _ => "correct the command line; `--help` shows examples",
    }
}
