//! The recorded third-party cases: their format, and how one becomes a question, a universe and a problem to check.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use pep440_rs::Version;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::advise_call::{DEFAULT_INDEX, Question};
use crate::lock_checker::{Candidate, Prereleases, Problem, Releases, RequirementCache, normalised};
use crate::wheel_tags::WheelPlatform;

/// glibc of all recorded environments: 2.28.
const GLIBC_MINOR: u32 = 28;

/// One case; fields that only people read are left out.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) index: CaseIndex,
    #[serde(default)]
    pub(crate) requirements: Vec<String>,
    #[serde(default)]
    pub(crate) constraints: Vec<String>,
    pub(crate) environment: Option<Value>,
    #[serde(default)]
    pub(crate) options: CaseOptions,
    #[serde(default)]
    pub(crate) expected: Expected,
    /// Of the kind `resolve-each-root`: can this package be had alone?
    #[serde(default)]
    pub(crate) expected_roots: BTreeMap<String, bool>,
}

/// Where the releases are.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct CaseIndex {
    inline: Option<StatedIndex>,
    /// Relative to the folder of cases.
    file: Option<String>,
    /// Any value means the recorded corpus.
    corpus: Option<String>,
    as_of: Option<String>,
}

type StatedIndex = BTreeMap<String, BTreeMap<String, StatedRelease>>;

#[derive(Debug, Clone, Deserialize)]
struct StatedRelease {
    #[serde(default)]
    requires_dist: Option<Vec<String>>,
    #[serde(default)]
    requires_python: Option<String>,
    #[serde(default)]
    yanked: bool,
    #[serde(default)]
    artifacts: Option<Vec<String>>,
}

/// What the installer was told.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct CaseOptions {
    prereleases: Option<String>,
    #[serde(default)]
    no_build: Vec<String>,
    #[serde(default)]
    no_binary: Vec<String>,
}

/// What must come out.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Expected {
    #[serde(default)]
    pub(crate) resolvable: bool,
    pinned: Option<BTreeMap<String, String>>,
    newest_first: Option<RecordedLock>,
    #[serde(default)]
    pub(crate) conflict_cores: Vec<Vec<String>>,
    /// Decimal digits, see [`quote_long_integers`].
    pub(crate) valid_resolutions: Option<Value>,
    pub(crate) best_score: Option<BestScore>,
}

#[derive(Debug, Clone, Deserialize)]
struct RecordedLock {
    pinned: BTreeMap<String, String>,
}

/// The best sum of hashed scores.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct BestScore {
    pub(crate) seed: String,
    pub(crate) score: f64,
}

impl Expected {
    /// The lock that a newest-first resolver gave, where one was recorded.
    pub(crate) fn recorded_pins(&self) -> Option<&BTreeMap<String, String>> {
        self.pinned
            .as_ref()
            .or_else(|| Some(&self.newest_first.as_ref()?.pinned))
    }
}

/// Decimal digits of a number that may be a text already.
pub(crate) fn digits(number: &Value) -> String {
    number.as_str().map_or_else(|| number.to_string(), str::to_owned)
}

/// Puts integers too long for a double into quotes: counts of stacks have up to 34 digits, and all of them matter.
pub(crate) fn quote_long_integers(json: &str) -> String {
    const SAFE_DIGITS: usize = 15;
    let mut out = String::with_capacity(json.len());
    let mut in_text = false;
    let mut rest = json;
    while let Some(character) = rest.chars().next() {
        let run = rest.chars().take_while(char::is_ascii_digit).count();
        // A fraction has digits before its point or behind it; neither is an integer.
        let whole = !out.ends_with(['.', '-', '+', 'e', 'E']) && !rest[run..].starts_with(['.', 'e', 'E']);
        if !in_text && run > SAFE_DIGITS && whole {
            out.push('"');
            out.push_str(&rest[..run]);
            out.push('"');
            rest = &rest[run..];
        } else if run > 0 {
            out.push_str(&rest[..run]);
            rest = &rest[run..];
        } else if in_text && character == '\\' {
            let escape = character.len_utf8() + rest.chars().nth(1).map_or(0, char::len_utf8);
            out.push_str(&rest[..escape]);
            rest = &rest[escape..];
        } else {
            in_text ^= character == '"';
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

/// Reads a JSON file of the folder of cases, its long integers quoted.
///
/// # Panics
/// When the file cannot be read.
pub(crate) fn read_json<Data: for<'text> Deserialize<'text>>(path: &Path) -> Data {
    let text = std::fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    serde_json::from_str(&quote_long_integers(&text))
        .unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn decompressed(path: &Path) -> impl Read {
    let file = File::open(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    zstd::Decoder::new(file).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// A release of the recorded corpus.
#[derive(Debug, Clone)]
pub(crate) struct CorpusRelease {
    name: String,
    /// `YYYY-MM-DD`, where known.
    day: Option<String>,
    candidate: Candidate,
}

/// Reads the recorded corpus.
///
/// # Panics
/// When it cannot be read.
pub(crate) fn read_corpus(path: &Path) -> Vec<CorpusRelease> {
    #[derive(Deserialize)]
    struct Artifact {
        filename: String,
    }
    #[derive(Deserialize)]
    struct Record {
        name: String,
        version: String,
        upload_time: Option<String>,
        #[serde(default)]
        artifacts: Vec<Artifact>,
        requires_dist: Option<Vec<String>>,
        requires_python: Option<String>,
        #[serde(default)]
        yanked: bool,
    }
    let read = |line: String| {
        let record: Record = serde_json::from_str(&line).unwrap();
        let candidate = Candidate {
            version: Version::from_str(&record.version).unwrap(),
            index: DEFAULT_INDEX.to_owned(),
            requires_dist: record.requires_dist,
            requires_python: record.requires_python,
            yanked: record.yanked,
            artifacts: record
                .artifacts
                .into_iter()
                .map(|artifact| artifact.filename)
                .collect(),
        };
        let day = record.upload_time.map(|time| time[..10].to_owned());
        CorpusRelease {
            name: record.name,
            day,
            candidate,
        }
    };
    BufReader::new(decompressed(path))
        .lines()
        .map(|line| read(line.unwrap()))
        .collect()
}

/// The corpus as it stood at the end of a day: uploaded by then, requirements known.
pub(crate) fn corpus_on(corpus: &[CorpusRelease], last_day: &str) -> Releases {
    let mut releases = Releases::new();
    for release in corpus {
        let there = release.day.as_deref().is_some_and(|day| day <= last_day);
        if there && release.candidate.requires_dist.is_some() {
            releases
                .entry(release.name.clone())
                .or_default()
                .push(release.candidate.clone());
        }
    }
    releases
}

impl Case {
    /// The day of a case on the recorded corpus.
    pub(crate) fn corpus_day(&self) -> Option<&str> {
        self.index.corpus.as_ref().and(self.index.as_of.as_deref())
    }

    /// The releases of a case that brings its own.
    ///
    /// # Panics
    /// When the file that it names cannot be read.
    pub(crate) fn own_releases(&self, folder: &Path) -> Releases {
        let stated: StatedIndex = match (&self.index.inline, &self.index.file) {
            (Some(inline), _) => inline.clone(),
            (None, Some(file)) => {
                serde_json::from_reader(BufReader::new(decompressed(&folder.join(file)))).unwrap()
            }
            (None, None) => panic!("{} has no index", self.id),
        };
        let mut releases = Releases::new();
        for (name, versions) in stated {
            let candidates = versions.into_iter().map(|(version, release)| Candidate {
                version: Version::from_str(&version).unwrap(),
                index: DEFAULT_INDEX.to_owned(),
                // A case that says nothing of requirements has none; only records may lack them.
                requires_dist: Some(release.requires_dist.unwrap_or_default()),
                requires_python: release.requires_python,
                yanked: release.yanked,
                artifacts: release.artifacts.unwrap_or_default(),
            });
            releases.entry(normalised(&name)).or_default().extend(candidates);
        }
        releases
    }

    fn prerelease(&self) -> &str {
        match self.options.prereleases.as_deref() {
            None | Some("pep440") => "if-necessary-or-explicit",
            Some(other) => other,
        }
    }

    /// The question, but for predictor and scores.
    pub(crate) fn question(&self, predictor: &str) -> Question {
        let line = |option: &'static str| move |name: &String| format!("{option} {name}");
        let only_binary = self.options.no_build.iter().map(line("--only-binary"));
        let no_binary = self.options.no_binary.iter().map(line("--no-binary"));
        let mut environment = self.environment.clone();
        if let Some(values) = &mut environment {
            values["glibc"] = json!(format!("2.{GLIBC_MINOR}"));
        }
        Question {
            requirements: self.requirements.clone(),
            constraints: self.constraints.clone(),
            file_lines: only_binary.chain(no_binary).collect(),
            environment,
            prerelease: Some(self.prerelease().to_owned()),
            as_of: self.corpus_day().map(str::to_owned),
            predictor: predictor.to_owned(),
            ..Question::default()
        }
    }

    /// What a stack for this case is judged against.
    ///
    /// # Panics
    /// When the case states no environment.
    pub(crate) fn problem<'releases>(&self, releases: &'releases Releases) -> Problem<'releases> {
        let values = self.environment.as_ref().unwrap();
        let text = |key: &str| values[key].as_str().unwrap();
        let wheels = WheelPlatform::new(
            text("sys_platform"),
            text("platform_machine"),
            text("python_version"),
            GLIBC_MINOR,
        );
        Problem {
            releases,
            requirements: self.requirements.clone(),
            constraints: self.constraints.clone(),
            markers: serde_json::from_value(values.clone()).unwrap(),
            wheels,
            prereleases: Prereleases::named(self.prerelease()),
            only_binary: self
                .options
                .no_build
                .iter()
                .map(|name| normalised(name))
                .collect(),
            no_binary: self
                .options
                .no_binary
                .iter()
                .map(|name| normalised(name))
                .collect(),
            parsed: RequirementCache::default(),
        }
    }
}

#[test]
fn long_integers_are_quoted_and_nothing_else() {
    let json = r#"{"a": 6505750724788457315000976708403200, "b": 0.1234567890123456789, "c": "1234567890123456789 \" 2",
        "d": -1.2345678901234567e-3, "e": [12345678901234567], "f": 12.5}"#;
    let quoted = quote_long_integers(json);
    let value: Value = serde_json::from_str(&quoted).unwrap();
    assert_eq!(value["a"], "6505750724788457315000976708403200");
    assert_eq!(value["c"], "1234567890123456789 \" 2");
    assert_eq!(value["e"][0], "12345678901234567");
    assert!(value["b"].is_f64() && value["d"].is_f64() && value["f"].is_f64());
}
