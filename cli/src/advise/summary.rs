//! The answer as a summary that fits a screen: outcome, pins, how good they are, why; or why there is no stack.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use thoth_adviser::rules::{RulesReport, SkippedRule};
use thoth_adviser::{Advice, Interval, Outcome, Pruned, Reason, SearchReport, Stack};
use thoth_schema::environment::Environment;

use crate::output::{Colour, Output, lines};

/// Lines of a list that are shown; the rest is counted.
const SHOWN: usize = 8;
/// Reasons of one release that are shown.
const REASONS: usize = 3;

/// The whole summary.
pub(crate) fn text(advice: &Advice, environment: &Environment, output: &Output) -> String {
    let mut text = headline(advice, environment, output);
    match advice.outcome {
        Outcome::Advised => {
            stacks(&mut text, &advice.stacks, output);
            lock(&mut text, advice);
        }
        Outcome::Unsatisfiable => conflict(&mut text, advice),
        Outcome::NeedsKnowledge => missing(&mut text, advice, output),
        Outcome::Refused => {}
    }
    rules(&mut text, advice.rules.as_ref());
    add(&mut text, &search(advice));
    pruned(&mut text, &advice.pruned);
    if let Some(id) = &advice.id {
        add(&mut text, &format!("kept: thoth advise --replay {id}"));
    }
    text
}

/// Writing to a string cannot fail.
fn add(text: &mut String, line: &str) {
    writeln!(text, "{line}").ok();
}

fn headline(advice: &Advice, environment: &Environment, output: &Output) -> String {
    let place = &environment.name;
    match advice.outcome {
        Outcome::Advised => {
            let packages = advice.stacks.first().map_or(0, |stack| stack.pins.len());
            let outcome = output.paint(Colour::Green, "advised");
            format!(
                "{outcome}: {packages} {} for {place}\n",
                plural(packages, "package")
            )
        }
        Outcome::Unsatisfiable => {
            format!(
                "{}: no stack meets the requirements on {place}\n",
                output.paint(Colour::Red, "unsatisfiable")
            )
        }
        Outcome::NeedsKnowledge => {
            let outcome = output.paint(Colour::Yellow, "needs knowledge");
            format!("{outcome}: nothing fits of what is known for {place}\n")
        }
        Outcome::Refused => {
            format!(
                "{}: a rule ends the advice for {place}\n",
                output.paint(Colour::Red, "refused")
            )
        }
    }
}

fn stacks(text: &mut String, stacks: &[Stack], output: &Output) {
    let Some((best, others)) = stacks.split_first() else {
        return;
    };
    let mut table = output.table(["package", "version", "score", "why"]);
    for pin in &best.pins {
        let extras = if pin.extras.is_empty() {
            String::new()
        } else {
            format!("[{}]", pin.extras.join(","))
        };
        let mut why: Vec<&str> = pin.reasons.iter().map(|reason| reason.message.as_str()).collect();
        let more = why.len().saturating_sub(REASONS);
        why.truncate(REASONS);
        let more = (more > 0).then(|| format!("{more} more reasons"));
        why.extend(more.as_deref());
        table.add_row([
            format!("{}{extras}", pin.name),
            pin.version.clone(),
            scored(pin.score, pin.interval, pin.evidence),
            why.join("; "),
        ]);
    }
    add(text, &lines(&table));
    list(text, "", &best.reasons.iter().map(reason).collect::<Vec<_>>());
    for (position, other) in others.iter().take(SHOWN).enumerate() {
        let different: Vec<String> = other
            .pins
            .iter()
            .filter(|pin| {
                !best
                    .pins
                    .iter()
                    .any(|one| one.name == pin.name && one.version == pin.version)
            })
            .map(|pin| format!("{} {}", pin.name, pin.version))
            .collect();
        add(
            text,
            &format!(
                "stack {}: score {}, with {}",
                position + 2,
                number(other.score),
                different.join(", ")
            ),
        );
    }
    if others.len() > SHOWN {
        add(
            text,
            &format!(
                "and {} more stacks; --format json shows them all",
                others.len() - SHOWN
            ),
        );
    }
}

/// A score, with its interval where anything was observed.
fn scored(score: f64, interval: Option<Interval>, evidence: u64) -> String {
    match interval {
        Some(Interval { low, high }) if evidence > 0 => {
            format!("{} ({} to {})", number(score), number(low), number(high))
        }
        _ => number(score),
    }
}

/// What became of the lock.
fn lock(text: &mut String, advice: &Advice) {
    let Some(lock) = &advice.lock else { return };
    match (lock.kept, lock.score, lock.difference) {
        (true, ..) => add(text, "your lock is kept"),
        (false, Some(score), Some(better)) => {
            let line = format!(
                "your lock scores {}, this stack {} more",
                number(score),
                number(better)
            );
            add(text, &line);
        }
        _ => list(text, "your lock cannot be used:", &lock.violations),
    }
}

fn reason(reason: &Reason) -> String {
    reason.message.clone()
}

fn conflict(text: &mut String, advice: &Advice) {
    let Some(conflict) = &advice.conflict else { return };
    list(text, "", &conflict.sentences);
    let title = "these requirements cannot be met together, and without any one of them the rest can:";
    list(text, title, &conflict.requirements);
}

fn missing(text: &mut String, advice: &Advice, output: &Output) {
    let mut table = output.table(["missing package", "versions", "required by"]);
    for one in advice.missing.iter().take(SHOWN) {
        let versions = if one.specifier.is_empty() {
            "any"
        } else {
            &one.specifier
        };
        table.add_row([one.package.as_str(), versions, one.required_by.as_str()]);
    }
    add(text, &lines(&table));
    if advice.missing.len() > SHOWN {
        add(
            text,
            &format!(
                "and {} more; --format json shows them all",
                advice.missing.len() - SHOWN
            ),
        );
    }
    add(
        text,
        "bring their releases in with `thoth ingest PATH`, or name a file with `--knowledge PATH`, and ask again",
    );
}

/// One paragraph about how good the answer is.
fn search(advice: &Advice) -> String {
    let search = &advice.search;
    let mut parts = Vec::new();
    if let Some(stack) = advice.stacks.first() {
        parts.push(format!(
            "score {}",
            scored(stack.score, stack.interval, stack.evidence)
        ));
        if stack.evidence > 0 {
            parts.push(format!("{} pieces of evidence", stack.evidence));
        }
    }
    if let Some(bound) = search.bound {
        parts.push(format!("bound {}", number(bound)));
    }
    if advice.outcome == Outcome::Advised {
        let proven = if search.optimal {
            "optimal, proven"
        } else {
            "not proven optimal"
        };
        parts.extend([proven.to_owned(), space(search)]);
    }
    parts.push(format!("predictor {}", search.predictor));
    if search.recalled_values > 0 {
        parts.push(format!("started from {} learnt values", search.recalled_values));
    }
    if search.pruned_share > 0.0 {
        parts.push(format!(
            "{:.0} % pruned before the search",
            search.pruned_share * 100.0
        ));
    }
    parts.push(format!(
        "{:.1} ms, {} graph {}",
        search.millis,
        search.graph_statements,
        plural(
            usize::try_from(search.graph_statements).unwrap_or(usize::MAX),
            "statement"
        )
    ));
    parts.join(" | ")
}

fn space(search: &SearchReport) -> String {
    let digits = &search.stacks_in_space.0;
    let size = match digits.len() {
        0..=18 => digits.clone(),
        // Nobody reads 34 digits; JSON has them all.
        length => format!("{}.{}e{}", &digits[..1], &digits[1..4], length - 1),
    };
    let sure = if search.space_is_exact { "" } else { "at most " };
    let estimate = search.space_estimate.map_or_else(String::new, |estimate| {
        format!(
            ", about {:.1e} ± {:.0e} by estimate",
            estimate.stacks, estimate.standard_error
        )
    });
    format!(
        "space {sure}{size} {}{estimate}",
        if digits == "1" { "stack" } else { "stacks" }
    )
}

fn rules(text: &mut String, report: Option<&RulesReport>) {
    let Some(report) = report else { return };
    let refusal = |reason: &Reason| format!("{} ({})", reason.message, reason.evidence.join(", "));
    list(
        text,
        "refused by:",
        &report.refusals.iter().map(refusal).collect::<Vec<_>>(),
    );
    let skipped = |one: &SkippedRule| format!("{}: {}", one.rule, one.reason);
    list(
        text,
        "rules not applied:",
        &report.skipped.iter().map(skipped).collect::<Vec<_>>(),
    );
}

fn pruned(text: &mut String, pruned: &[Pruned]) {
    let mut reasons: BTreeMap<&str, (u64, &Pruned)> = BTreeMap::new();
    for one in pruned {
        let (count, largest) = reasons.entry(&one.reason).or_insert((0, one));
        *count += one.count;
        if one.count > largest.count {
            *largest = one;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, (count, _))| (std::cmp::Reverse(*count), *reason));
    let line = |(reason, (count, example)): &(&str, (u64, &Pruned))| {
        let count = *count;
        let releases = plural(usize::try_from(count).unwrap_or(usize::MAX), "release");
        format!(
            "{reason}: {count} {releases}, {} of {}, such as {}",
            example.count, example.package, example.example
        )
    };
    list(
        text,
        "not considered:",
        &reasons.iter().map(line).collect::<Vec<_>>(),
    );
}

/// A list under its title, cut where it grows too long for a screen.
fn list(text: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let indent = if title.is_empty() { "" } else { "  " };
    if !title.is_empty() {
        add(text, title);
    }
    for item in items.iter().take(SHOWN) {
        add(text, &format!("{indent}{item}"));
    }
    if items.len() > SHOWN {
        add(
            text,
            &format!(
                "{indent}and {} more; --format json shows them all",
                items.len() - SHOWN
            ),
        );
    }
}

/// Up to four decimals, no zeros at the end.
fn number(score: f64) -> String {
    let text = format!("{score:.4}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" {
        "0".to_owned()
    } else {
        short.to_owned()
    }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        noun.to_owned()
    } else {
        format!("{noun}s")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};
    use thoth_schema::environment::Platform;

    use super::*;
    use crate::settings::Process;

    fn shown(advice: Value) -> String {
        let advice: Advice = serde_json::from_value(advice).unwrap();
        let environment = Environment::for_platform(Platform::LinuxX86_64, "3.11").unwrap();
        text(&advice, &environment, &Output::new(false, &Process::default()))
    }

    fn search(count: &str, exact: bool) -> Value {
        json!({"predictor": "exact", "seed": 0, "stacksInSpace": count, "spaceIsExact": exact, "stacksScored": 0,
               "bound": 1.5, "optimal": exact, "millis": 1.25, "graphStatements": 1,
               "cacheHits": 0, "prunedShare": 0.25})
    }

    #[test]
    fn an_advised_stack_is_a_table_with_its_quality() {
        let pin = json!({"name": "flask", "version": "2.0", "index": "default", "extras": ["async"], "hashes": [],
                         "score": 0.75, "reasons": [{"code": "NEWEST", "message": "the newest legal release"}]});
        let pruned = json!([{"package": "flask", "reason": "PYTHON", "count": 3, "example": "flask==0.1"},
                            {"package": "click", "reason": "PYTHON", "count": 1, "example": "click==1.0"}]);
        let stack = json!({"score": 1.5, "pins": [pin], "reasons": []});
        let shown = shown(
            json!({"outcome": "advised", "stacks": [stack], "search": search("6505750724788457315000976708403200", true),
                                 "conflict": null, "missing": [], "pruned": pruned}),
        );
        assert!(shown.starts_with("advised: 1 package for "), "{shown}");
        assert!(
            shown.contains("flask[async]") && shown.contains("the newest legal release"),
            "{shown}"
        );
        assert!(
            shown.contains("score 1.5 | bound 1.5 | optimal, proven | space 6.505e33 stacks"),
            "{shown}"
        );
        assert!(
            shown.contains("PYTHON: 4 releases, 3 of flask, such as flask==0.1"),
            "{shown}"
        );
    }

    #[test]
    fn no_stack_is_explained() {
        let conflict = json!({"sentences": ["a needs b<1"], "requirements": ["a", "b>=1"]});
        let shown = shown(
            json!({"outcome": "unsatisfiable", "stacks": [], "search": search("0", true), "conflict": conflict,
                                 "missing": [], "pruned": []}),
        );
        assert!(
            shown.starts_with("unsatisfiable") && shown.contains("a needs b<1") && shown.contains("  b>=1"),
            "{shown}"
        );
    }

    #[test]
    fn missing_knowledge_is_listed_with_what_to_do() {
        let missing: Vec<Value> = (0..SHOWN + 2)
            .map(|number| json!({"package": format!("p{number}"), "specifier": "", "requiredBy": "request"}))
            .collect();
        let shown = shown(
            json!({"outcome": "needs_knowledge", "stacks": [], "search": search("0", false), "conflict": null,
                                 "missing": missing, "pruned": []}),
        );
        assert!(
            shown.contains("p7") && !shown.contains("p8") && shown.contains("and 2 more"),
            "{shown}"
        );
        assert!(shown.contains("thoth ingest"), "{shown}");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [number(1.0), number(0.12345), number(-0.00001), number(10.5)],
            ["1", "0.1235", "0", "10.5"]
        );
    }
}
