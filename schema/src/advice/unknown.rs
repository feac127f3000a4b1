//! Keys of an advice that are not understood.

use serde_json::Value;

use crate::json::unknown_keys;

#[rustfmt::skip]
const RECORD: &[&str] = &[
    "request", "outcome", "stacks", "lacked", "messages", "conflict", "pruned", "error", "durationSeconds", "search",
    "graphChecksum", "replay",
];
#[rustfmt::skip]
const REQUEST: &[&str] = &[
    "requirements", "developRequirements", "constraints", "indexes", "lock", "environment", "recommendationType",
    "prerelease", "predictor", "seed", "count", "limit", "budgetMillis", "asOf", "onlyBinary", "noBinary", "scores",
    "labels", "libraryUsage", "parameters", "origin", "sourceType",
];
#[rustfmt::skip]
const ENVIRONMENT: &[&str] = &[
    "name", "osName", "osVersion", "pythonVersion", "platform", "baseImage", "variables", "software", "hardware",
];
#[rustfmt::skip]
const STACK: &[&str] = &[
    "rank", "score", "pins", "justifications", "dependencies", "advisedEnvironment", "manifestChanges",
];
#[rustfmt::skip]
const PIN: &[&str] = &[
    "name", "version", "index", "extras", "hashes", "score", "reasons", "marker", "develop",
];

pub(super) fn count(value: &Value) -> usize {
    let of = |pointer: &str, known| value.pointer(pointer).map_or(0, |part| unknown_keys(part, known));
    let pins = |pins: &[Value]| pins.iter().map(|pin| unknown_keys(pin, PIN)).sum::<usize>();
    let stacks = items(value, "/stacks").iter();
    let stacks = stacks.map(|stack| unknown_keys(stack, STACK) + pins(items(stack, "/pins")));
    unknown_keys(value, RECORD)
        + of("/request", REQUEST)
        + of("/request/environment", ENVIRONMENT)
        + pins(items(value, "/request/lock"))
        + stacks.sum::<usize>()
}

fn items<'value>(value: &'value Value, pointer: &str) -> &'value [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
