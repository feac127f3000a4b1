//! Package and extra names, normalised as PEP 503 says.

pub use pep508_rs::{ExtraName, PackageName};

use crate::error::{ErrorCode, Fault};

/// Reads and normalises a package name (PEP 503).
///
/// # Errors
/// `INVALID_NAME` where the text is not a valid name.
pub fn package(text: &str) -> Result<PackageName, Fault> {
    // The library takes an empty text for a name.
    if text.is_empty() {
        return Err(invalid(text, "package"));
    }
    text.parse().map_err(|_| invalid(text, "package"))
}

/// Reads and normalises an extra name (PEP 685).
///
/// # Errors
/// `INVALID_NAME` where the text is not a valid name.
pub fn extra(text: &str) -> Result<ExtraName, Fault> {
    if text.is_empty() {
        return Err(invalid(text, "extra"));
    }
    text.parse().map_err(|_| invalid(text, "extra"))
}

fn invalid(text: &str, what: &str) -> Fault {
    Fault::new(
        ErrorCode::InvalidName,
        format!("`{text}` is not a valid {what} name"),
    )
    .remedy("use letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit")
}
