//! Named places in the code where tests make things go wrong (`docs/testing.md` has the table).
//!
//! Without the cargo feature `fail-points` nothing of it is compiled in: [`fail_point!`](crate::fail_point!) is an `Ok`,
//! and a process that is given `THOTH_FAIL_POINTS` all the same refuses to start.

#[cfg(feature = "fail-points")]
mod armed;

#[cfg(feature = "fail-points")]
pub use armed::{Action, FailPoint, arm, reach};

/// The environment variable that says what goes wrong where: `NAME=ACTIONS;…`.
pub const VARIABLE: &str = "THOTH_FAIL_POINTS";

/// Refuses: this program has no fail points.
///
/// # Errors
/// `INVALID_CONFIGURATION`, always.
#[cfg(not(feature = "fail-points"))]
pub fn arm(_actions: &str) -> Result<(), thoth_schema::error::Fault> {
    Err(thoth_schema::error::Fault::new(
        thoth_schema::error::ErrorCode::InvalidConfiguration,
        "this program was built without fail points",
    )
    .at(VARIABLE)
    .remedy("unset it; a binary for tests is built by `cargo build --workspace --bins`"))
}

/// A place where tests make things go wrong, by its name in the table and what it is about (a document id, a store key).
/// Gives `Result<(), Fault>`, inside an `async` body only.
#[cfg(feature = "fail-points")]
#[macro_export]
macro_rules! fail_point {
    ($point:ident) => {
        $crate::fail_point!($point, "")
    };
    ($point:ident, $about:expr) => {
        $crate::fail_point::reach($crate::fail_point::FailPoint::$point, $about).await
    };
}

/// A place where tests make things go wrong; nothing in this build.
#[cfg(not(feature = "fail-points"))]
#[macro_export]
macro_rules! fail_point {
    ($point:ident $(, $about:expr)?) => {{
        $(let _never_asked = || _ = $about;)?
        Ok::<(), thoth_schema::error::Fault>(())
    }};
}
