//! What the fuzzer found, without the fuzzer: its targets on the corpora that it left behind, and on every cut of them.

use std::fs;
use std::path::Path;

use crate::fuzz_targets::TARGETS;

/// Bytes of one corpus, so that the repository stays small.
const MAX_CORPUS_BYTES: usize = 200 * 1024;

#[test]
fn every_corpus_is_replayed() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (name, target) in TARGETS {
        let (mut inputs, mut bytes) = (0, 0);
        for entry in fs::read_dir(corpora.join(name)).unwrap() {
            let path = entry.unwrap().path();
            let input = fs::read(&path).unwrap();
            // The test names the input that it fails at: the panic itself shows only what contradicts.
            eprintln!("{}", path.display());
            target(&input);
            target(&input[..input.len() / 2]);
            target(&input[input.len() / 3..]);
            (inputs, bytes) = (inputs + 1, bytes + input.len());
        }
        assert!(inputs >= 5, "the corpus of {name} has {inputs} inputs");
        assert!(
            bytes <= MAX_CORPUS_BYTES,
            "the corpus of {name} has {bytes} bytes"
        );
    }
}

#[test]
fn every_target_is_a_program_of_the_fuzzer() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let programs = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/"));
    let mut programs: Vec<&str> = programs.filter_map(|line| line.strip_suffix(".rs\"")).collect();
    let mut targets: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    programs.sort();
    targets.sort();
    assert_eq!(programs, targets);
}
