//! The recorded problems, and scores for them.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thoth_adviser::{PredictorName, Request, Scoring, Universe};
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_server::advise::{AdviseInput, gathered};

use crate::knowledge;
use crate::output::Output;
use crate::settings::Settings;

/// Where recorded data lies next to a working copy.
const USUAL_DATA: &str = "../shared/data";

/// The records in a folder of recorded data.
const RECORDS: &str = "pypi/corpus.jsonl.zst";

/// A problem that was recorded.
pub(super) struct Recorded {
    pub(super) title: &'static str,
    requirements: &'static [&'static str],
    python: &'static str,
    as_of: Option<&'static str>,
    /// Whether the shipped records suffice.
    shipped: bool,
}

const RECORDED: [Recorded; 3] = [
    Recorded {
        title: "Flask of 2020-02-06",
        requirements: &["flask"],
        python: "3.6",
        as_of: Some("2020-02-06"),
        shipped: true,
    },
    Recorded {
        title: "Flask with TensorFlow 2.1.0 of 2020-08-21",
        requirements: &["flask", "tensorflow==2.1.0"],
        python: "3.7",
        as_of: Some("2020-08-21"),
        shipped: false,
    },
    Recorded {
        title: "jupyter-sphinx, the largest recorded closure that has a stack",
        requirements: &["jupyter-sphinx"],
        python: "3.7",
        as_of: None,
        shipped: false,
    },
];

/// A problem at hand.
pub(super) struct Problem {
    pub(super) title: &'static str,
    pub(super) universe: Universe,
    pub(super) request: Request,
}

impl Problem {
    /// Draws the score of every release anew: uniform in [-1, 1) from the first eight bytes of the SHA-256 of
    /// `seed:name==version`, big-endian.
    pub(super) fn draw_scores(&mut self, seed: &str) {
        self.draw_some_scores(seed, |_| true);
    }

    /// The same for some releases only, told apart by a number below 100 of their own.
    pub(super) fn draw_some_scores(&mut self, seed: &str, drawn: impl Fn(u8) -> bool) {
        for (name, knowledge) in &mut self.universe.packages {
            for candidate in &mut knowledge.candidates {
                let digest = Sha256::digest(format!("{seed}:{name}=={}", candidate.version));
                let mut first = [0; 8];
                first.copy_from_slice(&digest[..8]);
                if drawn(digest[8] % 100) {
                    let number = u64::from_be_bytes(first);
                    candidate.score = Some(number as f64 / (1_u64 << 63) as f64 - 1.0);
                }
            }
        }
    }
}

/// The problems that the data at hand suffice for.
///
/// # Errors
/// `INVALID_ARGUMENT` for a folder without the records; faults of the records.
pub(super) async fn load(
    folder: Option<&Path>,
    settings: &Settings,
    output: &Output,
) -> Result<Vec<Problem>, Fault> {
    let records = records(folder)?;
    if records.is_none() {
        output.talk("note: no folder of recorded data: Flask alone, from the shipped records");
    }
    let mut problems = Vec::new();
    for recorded in RECORDED.iter().filter(|one| one.shipped || records.is_some()) {
        let inputs = [input(recorded)?];
        let graph = match &records {
            Some(file) => knowledge::in_memory(std::slice::from_ref(file), &inputs, settings, output).await?,
            None => knowledge::of_documents(super::super::demo::documents()?, &inputs, output).await?,
        };
        let (gathered, request) = gathered(graph.as_ref(), &inputs[0]).await?;
        problems.push(Problem {
            title: recorded.title,
            universe: gathered.universe,
            request: Request {
                scoring: Scoring::Given,
                ..request
            },
        });
    }
    Ok(problems)
}

fn records(folder: Option<&Path>) -> Result<Option<PathBuf>, Fault> {
    let usual = Path::new(USUAL_DATA).join(RECORDS);
    match folder.map(|folder| folder.join(RECORDS)) {
        Some(file) if file.is_file() => Ok(Some(file)),
        Some(file) => Err(Fault::new(
            ErrorCode::InvalidArgument,
            format!("there is no {}", file.display()),
        )
        .at("--data")
        .remedy(format!(
            "name a folder that holds {RECORDS}, or leave the option out"
        ))),
        None => Ok(usual.is_file().then_some(usual)),
    }
}

fn input(recorded: &Recorded) -> Result<AdviseInput, Fault> {
    let requirements = recorded.requirements.iter().map(ToString::to_string).collect();
    let environment = Environment::for_platform(Platform::LinuxX86_64, recorded.python)?;
    Ok(AdviseInput {
        predictor: PredictorName::Exact,
        budget_millis: 60_000,
        as_of: recorded.as_of.map(str::to_owned),
        ..AdviseInput::new(requirements, environment)
    })
}
