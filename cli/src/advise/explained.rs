//! Why releases are not part of the stack, for people.

use std::fmt::Write as _;

use thoth_adviser::{Advice, PinChange, Rejection, RejectionKind, Subject};

/// Releases that are told one by one; the rest is counted.
const SHOWN: usize = 40;

/// A paragraph for every subject.
pub(super) fn text(advice: &Advice, subjects: &[Subject]) -> String {
    let mut text = String::new();
    for subject in subjects {
        about(&mut text, advice, subject);
    }
    text
}

/// Writing to a string cannot fail.
fn add(text: &mut String, line: &str) {
    writeln!(text, "{line}").ok();
}

fn about(text: &mut String, advice: &Advice, subject: &Subject) {
    let name = subject.package.to_string();
    let wanted = subject.version.as_ref().map(ToString::to_string);
    let pin = advice
        .stacks
        .first()
        .and_then(|stack| stack.pins.iter().find(|pin| pin.name == name));
    match pin {
        Some(pin) => {
            let why: Vec<&str> = pin.reasons.iter().map(|reason| reason.message.as_str()).collect();
            add(
                text,
                &format!("{name} {} is part of the stack: {}", pin.version, why.join("; ")),
            );
        }
        None if advice.stacks.is_empty() => add(text, &format!("there is no stack; {name}:")),
        None => add(text, &format!("{name} is not part of the stack")),
    }
    let is_meant = |one: &&Rejection| {
        one.package == name && wanted.as_ref().is_none_or(|version| *version == one.version)
    };
    let rejections: Vec<&Rejection> = advice.rejections.iter().filter(is_meant).collect();
    for one in rejections.iter().take(SHOWN) {
        add(text, &line(one));
    }
    if rejections.len() > SHOWN {
        let more = rejections.len() - SHOWN;
        add(
            text,
            &format!("  and {more} older ones; --format json shows them all"),
        );
    }
}

fn line(rejection: &Rejection) -> String {
    let kind = match rejection.kind {
        RejectionKind::Unknown => "unknown",
        RejectionKind::Pruned => "pruned",
        RejectionKind::Rule => "rule",
        RejectionKind::Conflict => "conflict",
        RejectionKind::Unneeded => "not needed",
        RejectionKind::Score => "score",
    };
    let reasons: Vec<&str> = rejection
        .reasons
        .iter()
        .map(|reason| reason.message.trim_end_matches('.'))
        .collect();
    let mut line = format!("  {} ({kind}): {}", rejection.version, reasons.join("; "));
    if !rejection.changes.is_empty() {
        let changes: Vec<String> = rejection.changes.iter().map(change).collect();
        line.push_str("; with ");
        line.push_str(&changes.join(", "));
    }
    line
}

fn change(change: &PinChange) -> String {
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("{} {to} instead of {from}", change.package),
        (Some(_), None) => format!("without {}", change.package),
        (None, Some(to)) => format!("{} {to} besides", change.package),
        (None, None) => change.package.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    #[test]
    fn releases_are_told_with_kind_reasons_and_what_would_change() {
        let pin = json!({"name": "flask", "version": "2.0", "index": "default", "extras": [], "hashes": [], "score": 1.0,
                         "reasons": [{"code": "RECENCY", "message": "number 2 from the newest of 3 legal releases"}]});
        let rejection = json!({"package": "flask", "version": "2.1", "index": "default", "kind": "conflict",
            "reasons": [{"code": "REQUIREMENT", "message": "app 1.0 requires flask<2.1"},
                        {"code": "SCORE", "message": "the best stack with it scores 1 instead of 2, 1 less"}],
            "regret": 1.0, "proven": true, "changes": [{"package": "app", "from": "1.0", "to": "0.9"},
                                                       {"package": "extra", "from": null, "to": "3"}]});
        let other = json!({"package": "app", "version": "9", "index": "default", "kind": "pruned", "proven": true,
                           "reasons": [{"code": "YANKED", "message": "it is yanked"}]});
        let advice: Advice = serde_json::from_value(json!({"outcome": "advised",
            "stacks": [{"score": 2.0, "pins": [pin], "reasons": []}],
            "search": {"predictor": "exact", "seed": 0, "stacksInSpace": 3, "spaceIsExact": true, "stacksScored": 0,
                       "bound": 2.0, "optimal": true, "millis": 1.0, "graphStatements": 3,
                       "cacheHits": 0, "prunedShare": 0.0},
            "conflict": null, "missing": [], "pruned": [], "rejections": [rejection, other]}))
        .unwrap();
        let subject = |text: &str| thoth_server::advise::subject(text).unwrap();
        assert_eq!(
            text(&advice, &[subject("Flask")]),
            "flask 2.0 is part of the stack: number 2 from the newest of 3 legal releases\n\
             \x20 2.1 (conflict): app 1.0 requires flask<2.1; the best stack with it scores 1 instead of 2, 1 less; \
             with app 0.9 instead of 1.0, extra 3 besides\n"
        );
        assert_eq!(
            text(&advice, &[subject("app==9")]),
            "app is not part of the stack\n  9 (pruned): it is yanked\n"
        );
    }
}
