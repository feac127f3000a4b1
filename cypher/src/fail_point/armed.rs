//! The table of fail points and what happens at them.

use super::VARIABLE;
use std::time::Duration;
use thoth_schema::error::{ErrorCode, Fault};

/// Declares the table once: variant, name, when it is reached, what it is about.
macro_rules! fail_points {
    ($($variant:ident, $name:literal, $about:literal, $meaning:literal;)*) => {
        /// A named place in the code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FailPoint {
            $(#[doc = $meaning] $variant,)*
        }

        impl FailPoint {
            /// Every one, in the order of the table.
            pub const ALL: &'static [FailPoint] = &[$(FailPoint::$variant,)*];

            /// The name in [`VARIABLE`] and in the documentation.
            pub fn name(self) -> &'static str {
                match self { $(FailPoint::$variant => $name,)* }
            }

            /// What `abort(PREFIX)` compares with; empty where there is nothing.
            pub fn about(self) -> &'static str {
                match self { $(FailPoint::$variant => $about,)* }
            }

            /// When it is reached.
            pub fn meaning(self) -> &'static str {
                match self { $(FailPoint::$variant => $meaning,)* }
            }
        }
    };
}

fail_points! {
    SubmitAfterValidate, "submit.after_validate", "", "documents were read and found valid; nothing is stored";
    SubmitAfterStorePut, "submit.after_store_put", "", "they are in the store; no message was sent";
    SubmitBeforeConfirm, "submit.before_confirm", "", "the messages were sent; no confirm was awaited";
    SubmitAfterConfirm, "submit.after_confirm", "", "the broker has confirmed the messages; the producer does not know";
    IngestAfterReceive, "ingest.after_receive", "document id", "a worker was handed a message";
    IngestAfterFetch, "ingest.after_fetch", "document id", "the bytes were fetched from the store, or out of the message";
    IngestAfterParse, "ingest.after_parse", "document id", "the document was read and verified";
    IngestTxMidBatch, "ingest.tx.mid_batch", "statement", "a statement of the transaction has run, others have not";
    IngestBeforeCommit, "ingest.before_commit", "", "every statement has run, nothing is committed";
    IngestAfterCommitBeforeAck, "ingest.after_commit_before_ack", "", "committed; the broker does not know";
    IngestAfterAck, "ingest.after_ack", "", "the acknowledgement was sent";
    DeadletterBeforeRecord, "deadletter.before_record", "", "a document was found at fault; no dead letter exists";
    DeadletterAfterRecordBeforeAck, "deadletter.after_record_before_ack", "", "the dead letter exists; the message is still in its queue";
    MigrateBetweenStatements, "migrate.between_statements", "migration", "a statement of a migration has run, its record is not written";
    RebuildMid, "rebuild.mid", "", "a part of the stored documents was taken in";
    StorePut, "store.put", "document id", "before a document is written to the store";
    StoreGet, "store.get", "document id", "before a document is read from the store";
}

/// What happens at a fail point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The process ends as by `kill -9`, where what the point is about begins with these letters.
    Abort(String),
    /// A line in the log, for tests that count.
    Note,
    /// The task waits; other tasks go on.
    Sleep(Duration),
    /// The place meets this fault.
    Fail(ErrorCode),
    /// The place meets a disk without space.
    Full,
}

impl Action {
    /// Reads `abort`, `abort(PREFIX)`, `note`, `sleep(MILLISECONDS)`, `fail(CODE)` or `full`.
    fn parse(text: &str) -> Option<Action> {
        let (word, argument) = match text.split_once('(') {
            Some((word, rest)) => (word, Some(rest.strip_suffix(')')?)),
            None => (text, None),
        };
        Some(match (word, argument) {
            ("abort", prefix) => Action::Abort(prefix.unwrap_or_default().to_owned()),
            ("note", None) => Action::Note,
            ("sleep", Some(millis)) => Action::Sleep(Duration::from_millis(millis.parse().ok()?)),
            ("fail", Some(code)) => Action::Fail(ErrorCode::parse(code)?),
            ("full", None) => Action::Full,
            _ => return None,
        })
    }
}

/// Sets what goes wrong where, from the text of [`VARIABLE`]: `NAME=ACTIONS;…`, the actions those of the crate `fail`
/// (`[PERCENT%][COUNT*]ACTION` joined by `->`) with the actions of [`Action`] and `off`. So `ingest.after_fetch=3*off->abort`
/// ends the process at the fourth document.
///
/// # Errors
/// `INVALID_CONFIGURATION` naming the part that is not understood.
pub fn arm(text: &str) -> Result<(), Fault> {
    for one in text.split(';').filter(|one| !one.trim().is_empty()) {
        let (name, actions) = one.split_once('=').ok_or_else(|| invalid(one))?;
        if !FailPoint::ALL.iter().any(|point| point.name() == name.trim()) {
            return Err(invalid(name));
        }
        let actions: Option<Vec<String>> = actions.split("->").map(translated).collect();
        let actions = actions.ok_or_else(|| invalid(one))?.join("->");
        fail::cfg(name.trim(), &actions).map_err(|_| invalid(one))?;
    }
    Ok(())
}

/// `3*abort` as the crate knows it: `3*return(abort)`.
fn translated(one: &str) -> Option<String> {
    let one = one.trim();
    let frequency = one
        .find('(')
        .map_or(one, |at| &one[..at])
        .rfind(['*', '%'])
        .map_or(0, |at| at + 1);
    let (frequency, action) = one.split_at(frequency);
    if action == "off" {
        return Some(one.to_owned());
    }
    Action::parse(action)?;
    Some(format!("{frequency}return({action})"))
}

fn invalid(text: &str) -> Fault {
    Fault::new(
        ErrorCode::InvalidConfiguration,
        format!("`{text}` is no fail point with actions"),
    )
    .at(VARIABLE)
    .remedy("write such as ingest.after_fetch=3*off->abort; docs/testing.md has the names and actions")
}

/// What [`fail_point!`](crate::fail_point!) becomes: does what was set for this place.
///
/// # Errors
/// The fault that was set.
pub async fn reach(point: FailPoint, about: &str) -> Result<(), Fault> {
    match due(point) {
        None => Ok(()),
        Some(Action::Abort(prefix)) if !about.starts_with(&prefix) => Ok(()),
        Some(Action::Abort(_)) => {
            tracing::error!(fail_point = point.name(), about, "aborted at a fail point");
            std::process::abort()
        }
        Some(Action::Note) => {
            tracing::warn!(fail_point = point.name(), about, "reached a fail point");
            Ok(())
        }
        Some(Action::Sleep(time)) => {
            tokio::time::sleep(time).await;
            Ok(())
        }
        Some(Action::Fail(code)) => Err(Fault::new(
            code,
            format!("the fail point {} says so", point.name()),
        )),
        Some(Action::Full) => Err(Fault::new(
            ErrorCode::StoreUnreachable,
            "the document store does not answer: no space left on device",
        )
        .at(point.name())),
    }
}

/// The action whose turn it is.
fn due(point: FailPoint) -> Option<Action> {
    fail::fail_point!(point.name(), |argument: Option<String>| {
        Action::parse(argument.as_deref().unwrap_or_default())
    });
    None
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read_with_their_frequency() {
        for (text, expected) in [
            ("off", "off"),
            ("3*off", "3*off"),
            ("abort", "return(abort)"),
            ("2*abort(ab12)", "2*return(abort(ab12))"),
            ("5.5%1*sleep(200)", "5.5%1*return(sleep(200))"),
            ("fail(STORE_UNREACHABLE)", "return(fail(STORE_UNREACHABLE))"),
            ("full", "return(full)"),
            ("note", "return(note)"),
        ] {
            assert_eq!(translated(text).as_deref(), Some(expected));
        }
        for text in [
            "",
            "explode",
            "sleep",
            "sleep(x)",
            "fail(NO_SUCH_CODE)",
            "abort(a",
            "full(1)",
        ] {
            assert_eq!(translated(text), None, "{text}");
        }
    }

    #[test]
    fn unknown_names_are_refused() {
        for text in [
            "ingest.after_lunch=abort",
            "store.get",
            "store.get=3*",
            "store.get=explode",
        ] {
            let fault = arm(text).unwrap_err();
            assert_eq!(fault.code, ErrorCode::InvalidConfiguration, "{text}");
        }
    }

    #[tokio::test]
    async fn actions_take_their_turns_and_look_at_what_the_place_is_about() {
        arm("submit.after_validate=2*off->1*full->off; submit.after_confirm=abort(poison)").unwrap();
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes.push(
                reach(FailPoint::SubmitAfterValidate, "")
                    .await
                    .map_err(|fault| fault.code),
            );
        }
        let full = Err(ErrorCode::StoreUnreachable);
        assert_eq!(codes, [Ok(()), Ok(()), full, Ok(())]);
        // Were this one meant, the test would end here.
        assert_eq!(reach(FailPoint::SubmitAfterConfirm, "good").await, Ok(()));
        assert_eq!(reach(FailPoint::SubmitAfterStorePut, "").await, Ok(()));
    }
}
