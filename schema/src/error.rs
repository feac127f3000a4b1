//! The closed table of error codes and the one error type of the pure crates.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares the table once: variant, code, meaning, HTTP status, retryable.
macro_rules! error_codes {
    ($($variant:ident, $code:literal, $status:literal, $retryable:literal, $meaning:literal;)*) => {
        /// Everything that may go wrong, with a stable name. The table is closed: a new code is a change of the contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ErrorCode {
            $(#[doc = $meaning] #[serde(rename = $code)] $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The stable name, `SCREAMING_SNAKE_CASE`; also the code in GraphQL answers and dead letters.
            pub fn code(self) -> &'static str {
                match self { $(ErrorCode::$variant => $code,)* }
            }

            /// One sentence that says what the code means.
            pub fn meaning(self) -> &'static str {
                match self { $(ErrorCode::$variant => $meaning,)* }
            }

            /// The HTTP status an API answers with.
            pub fn http_status(self) -> u16 {
                match self { $(ErrorCode::$variant => $status,)* }
            }

            /// Whether the same request may succeed later without being changed.
            pub fn retryable(self) -> bool {
                match self { $(ErrorCode::$variant => $retryable,)* }
            }
        }
    };
}

error_codes! {
    MalformedJson, "MALFORMED_JSON", 400, false, "the input is not JSON";
    TruncatedInput, "TRUNCATED_INPUT", 400, false, "the input ends in the middle of a value";
    UnknownDocumentKind, "UNKNOWN_DOCUMENT_KIND", 400, false, "the document is of a kind this program does not know";
    UnknownSchemaVersion, "UNKNOWN_SCHEMA_VERSION", 400, false, "the document is of a version of its kind this program does not know";
    SchemaViolation, "SCHEMA_VIOLATION", 400, false, "the document breaks the schema of its kind";
    DocumentTooLarge, "DOCUMENT_TOO_LARGE", 413, false, "the document has more bytes than the limit allows";
    DocumentTooDeep, "DOCUMENT_TOO_DEEP", 400, false, "the document nests deeper than the limit allows";
    DecompressionLimit, "DECOMPRESSION_LIMIT", 413, false, "the compressed input unpacks to more bytes than the limit allows";
    InvalidRequirement, "INVALID_REQUIREMENT", 400, false, "the requirement is not one PEP 508 describes";
    InvalidVersion, "INVALID_VERSION", 400, false, "the version is not one PEP 440 describes";
    InvalidSpecifier, "INVALID_SPECIFIER", 400, false, "the version specifier is not one PEP 440 describes";
    InvalidMarker, "INVALID_MARKER", 400, false, "the environment marker is not one PEP 508 describes";
    InvalidName, "INVALID_NAME", 400, false, "the name is not a valid package or extra name";
    InvalidEnvironment, "INVALID_ENVIRONMENT", 400, false, "the environment is incomplete or contradicts itself";
    ReplayDiffers, "REPLAY_DIFFERS", 409, false, "a kept advice cannot be given again as it was";
    InvalidArgument, "INVALID_ARGUMENT", 400, false, "an argument has a value that is not allowed";
    InvalidConfiguration, "INVALID_CONFIGURATION", 500, false, "the configuration has a value that is not allowed";
    UnsupportedRequirement, "UNSUPPORTED_REQUIREMENT", 400, false, "the requirement is valid but of a sort this program does not resolve, such as a direct URL";
    NotFound, "NOT_FOUND", 404, false, "there is nothing under this name";
    GraphUnreachable, "GRAPH_UNREACHABLE", 503, true, "the graph database does not answer";
    GraphLocked, "GRAPH_LOCKED", 503, true, "the embedded graph is held by another process";
    GraphConflict, "GRAPH_CONFLICT", 503, true, "the transaction met another one and was rolled back";
    GraphQueryRefused, "GRAPH_QUERY_REFUSED", 400, false, "the statement is one the graph engine would answer wrongly or may not run";
    GraphQueryFailed, "GRAPH_QUERY_FAILED", 500, false, "the graph database could not run the statement";
    MigrationChanged, "MIGRATION_CHANGED", 500, false, "a migration that was applied before has another text now";
    MigrationPending, "MIGRATION_PENDING", 503, false, "the graph lacks migrations this program needs";
    BrokerUnreachable, "BROKER_UNREACHABLE", 503, true, "the message broker does not answer";
    DeliveryLimit, "DELIVERY_LIMIT", 500, false, "the message came back to its queue more often than allowed, as it does when its worker dies each time";
    StoreUnreachable, "STORE_UNREACHABLE", 503, true, "the document store does not answer";
    StoreCorrupt, "STORE_CORRUPT", 500, false, "a stored document does not have the hash it is named by";
    IoError, "IO_ERROR", 500, false, "a file could not be read or written";
    BudgetExhausted, "BUDGET_EXHAUSTED", 504, true, "the time given did not suffice for an answer";
    LimitExceeded, "LIMIT_EXCEEDED", 400, false, "the input is larger than a limit allows";
    PageTooLarge, "PAGE_TOO_LARGE", 400, false, "more items were asked for than a page may hold";
    CursorInvalid, "CURSOR_INVALID", 400, false, "the cursor is not one this connection handed out";
    QueryTooComplex, "QUERY_TOO_COMPLEX", 400, false, "the query asks for more than one answer may cost";
    LockCheckFailed, "LOCK_CHECK_FAILED", 500, false, "a stack did not pass the independent check and was withheld";
    Unavailable, "UNAVAILABLE", 503, true, "the service is starting, stopping or overloaded";
    Internal, "INTERNAL", 500, false, "the program met a state it did not expect";
}

impl ErrorCode {
    /// The exit code of the command line program: 2, usage or environment, for every code of the table.
    pub fn exit_code(self) -> u8 {
        2
    }

    /// The code with this stable name.
    pub fn parse(code: &str) -> Option<ErrorCode> {
        ErrorCode::ALL.iter().copied().find(|known| known.code() == code)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// One thing that went wrong: a code, a sentence, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Row of the closed table.
    pub code: ErrorCode,
    /// What happened, lower case, without a period.
    pub message: String,
    /// JSON pointer (RFC 6901) into the document, or `file:line`; absent where the whole input is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What the reader can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Fault {
    /// A fault without place or remedy.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Fault {
        Fault {
            code,
            message: message.into(),
            pointer: None,
            remedy: None,
        }
    }

    /// The same fault at a JSON pointer or `file:line`.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Fault {
        self.pointer = Some(pointer.into());
        self
    }

    /// The same fault with what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Fault {
        self.remedy = Some(remedy.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)?;
        if let Some(pointer) = self.pointer.as_deref().filter(|pointer| !pointer.is_empty()) {
            write!(formatter, " (at {pointer})")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(formatter, "; {remedy}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// The table as Markdown, the text of `docs/errors.md` after its heading.
pub fn markdown_table() -> String {
    let mut text =
        String::from("| code | meaning | HTTP status | exit code | retryable |\n|---|---|---|---|---|\n");
    for code in ErrorCode::ALL {
        let retryable = if code.retryable() { "yes" } else { "no" };
        text.push_str(&format!(
            "| `{code}` | {} | {} | {} | {retryable} |\n",
            code.meaning(),
            code.http_status(),
            code.exit_code()
        ));
    }
    text
}
