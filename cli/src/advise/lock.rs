//! A stack as a requirements file that pip installs with `--require-hashes`.

use std::collections::BTreeSet;

use thoth_adviser::{Pin, Stack};
use thoth_schema::purl::DEFAULT_INDEX;

use crate::output::Output;

/// One `name[extras]==version` for every pin, with its hashes, indexes other than the default one in front.
pub(super) fn requirements(stack: &Stack, output: &Output) -> String {
    let bare: Vec<&str> = stack
        .pins
        .iter()
        .filter(|pin| pin.hashes.is_empty())
        .map(|pin| pin.name.as_str())
        .collect();
    if !bare.is_empty() {
        output.talk(&format!(
            "note: no artifact hashes are known of {}; pip refuses them with --require-hashes",
            bare.join(", ")
        ));
    }
    let foreign: BTreeSet<&str> = stack
        .pins
        .iter()
        .map(|pin| pin.index.as_str())
        .filter(|index| *index != DEFAULT_INDEX)
        .collect();
    let indexes = foreign
        .into_iter()
        .map(|index| format!("--extra-index-url {index}\n"));
    indexes.chain(stack.pins.iter().map(line)).collect()
}

fn line(pin: &Pin) -> String {
    let extras = if pin.extras.is_empty() {
        String::new()
    } else {
        format!("[{}]", pin.extras.join(","))
    };
    let mut text = format!("{}{extras}=={}", pin.name, pin.version);
    for hash in &pin.hashes {
        text.push_str(" \\\n    --hash=");
        text.push_str(hash);
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Process;

    #[test]
    fn pins_have_extras_hashes_and_indexes() {
        let pin = |name: &str, index: &str, extras: &[&str], hashes: &[&str]| Pin {
            name: name.to_owned(),
            version: "1.0".to_owned(),
            index: index.to_owned(),
            extras: extras.iter().map(|&extra| extra.to_owned()).collect(),
            hashes: hashes.iter().map(|&hash| hash.to_owned()).collect(),
            score: 0.0,
            interval: None,
            evidence: 0,
            units: Vec::new(),
            reasons: Vec::new(),
        };
        let pins = vec![
            pin("a", DEFAULT_INDEX, &["x", "y"], &["sha256:1", "sha256:2"]),
            pin("b", "https://other.test/simple", &[], &[]),
        ];
        let stack = Stack {
            score: 0.0,
            interval: None,
            evidence: 0,
            pins,
            reasons: Vec::new(),
        };
        assert_eq!(
            requirements(&stack, &Output::new(true, &Process::default())),
            "--extra-index-url https://other.test/simple\n\
             a[x,y]==1.0 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\nb==1.0\n"
        );
    }
}
