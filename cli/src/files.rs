//! Small files that a user names.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use thoth_schema::error::{ErrorCode, Fault};

/// Reads a text of at most `limit` bytes; `-` is no special name here.
///
/// # Errors
/// `IO_ERROR` where it cannot be read or is no UTF-8, `LIMIT_EXCEEDED` where it is larger.
pub(crate) fn read_text(path: &Path, limit: u64) -> Result<String, Fault> {
    let place = path.display().to_string();
    let file = File::open(path).map_err(|problem| unreadable(&place, &problem))?;
    let mut text = String::new();
    let read = file
        .take(limit + 1)
        .read_to_string(&mut text)
        .map_err(|problem| unreadable(&place, &problem))?;
    if read as u64 > limit {
        return Err(Fault::new(
            ErrorCode::LimitExceeded,
            format!("the file is larger than {limit} bytes"),
        )
        .at(place)
        .remedy("split the file"));
    }
    Ok(text)
}

/// Writes a text, in the place of what was there.
///
/// # Errors
/// `IO_ERROR` where it cannot be written.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), Fault> {
    std::fs::write(path, text).map_err(|problem| {
        Fault::new(
            ErrorCode::IoError,
            format!("the file cannot be written: {problem}"),
        )
        .at(path.display().to_string())
        .remedy("name a file in a folder that exists and may be written")
    })
}

fn unreadable(place: &str, problem: &std::io::Error) -> Fault {
    Fault::new(ErrorCode::IoError, format!("the file cannot be read: {problem}"))
        .at(place)
        .remedy("name a file that exists, may be read and is UTF-8")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_limit_is_the_last_size_that_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "12345").unwrap();
        assert_eq!(read_text(file.path(), 5).unwrap(), "12345");
        assert_eq!(
            read_text(file.path(), 4).unwrap_err().code,
            ErrorCode::LimitExceeded
        );
        std::fs::write(file.path(), [0xff]).unwrap();
        assert_eq!(read_text(file.path(), 4).unwrap_err().code, ErrorCode::IoError);
        assert_eq!(
            read_text(Path::new("/nowhere/at/all"), 4).unwrap_err().code,
            ErrorCode::IoError
        );
    }
}
