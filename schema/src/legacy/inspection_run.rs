//! One run of an inspection of the predecessor: what its script printed, measured and used.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Fault;
use crate::figure::Figure;
use crate::inspection::{Build, Indicator, Run};
use crate::json::pointer;
use crate::legacy::cursor::{Cursor, figure};
use crate::legacy::hardware;
use crate::solver::Skipped;

/// The keys of a result that are known.
const RESULT_KEYS: &[&str] = &[
    "datetime",
    "exit_code",
    "hostname",
    "hwinfo",
    "os_release",
    "runtime_environment",
    "script_sha256",
    "stderr",
    "stdout",
    "usage",
];

/// Figures of one indicator, at most; more are left out, and told.
const MAX_FIGURES: usize = 1_000;

/// The keys of what a run prints by the protocol.
const INDICATOR_KEYS: &[&str] = &[
    "@parameters",
    "@result",
    "component",
    "framework",
    "name",
    "overall_score",
];

/// Reads a result into a run of which the position is known; the number counts keys that were not understood.
pub(crate) fn read(
    result: &Cursor<'_>,
    hwinfo: Option<&Cursor<'_>>,
    run: &mut Run,
    skipped: &mut Vec<Skipped>,
) -> Result<usize, Fault> {
    run.exit_code = result.integer("exit_code")?.or(run.exit_code);
    run.finished_at = result.time("datetime")?.or(run.finished_at.take());
    run.stderr = result.text("stderr")?;
    let said = result.object("runtime_environment")?;
    let own = result.object("hwinfo")?;
    run.hardware = hardware::hardware(own.as_ref().or(hwinfo), said.as_ref())?;
    let machine = run
        .hardware
        .as_ref()
        .and_then(|hardware| hardware.machine.clone());
    let release = result.object("os_release")?;
    run.environment = hardware::environment(release.as_ref(), said.as_ref(), machine.as_deref())?;
    if let Some(usage) = result.object("usage")? {
        for (name, _) in usage.entries() {
            run.usage
                .extend(usage.figure(name)?.map(|figure| (name.clone(), figure)));
        }
    }
    Ok(result.unknown(RESULT_KEYS) + read_output(result, run, skipped)?)
}

/// The protocol of indicators is one JSON object on standard output, `{component, name, "@parameters", "@result"}`. Before
/// it there were objects of figures without a name; what is no object was not measured but said.
fn read_output(result: &Cursor<'_>, run: &mut Run, skipped: &mut Vec<Skipped>) -> Result<usize, Fault> {
    match result.get("stdout") {
        Some(Value::Object(_)) => {
            if let Some(stdout) = result
                .object("stdout")?
                .filter(|stdout| stdout.entries().next().is_some())
            {
                let (indicator, unknown) = indicator(&stdout, skipped)?;
                run.indicators.push(indicator);
                return Ok(unknown);
            }
        }
        Some(Value::String(text)) => run.stdout = (!text.trim().is_empty()).then(|| text.clone()),
        Some(other) => run.stdout = Some(other.to_string()),
        None => {}
    }
    Ok(0)
}

fn indicator(stdout: &Cursor<'_>, skipped: &mut Vec<Skipped>) -> Result<(Indicator, usize), Fault> {
    let mut figures = Figures {
        found: BTreeMap::new(),
        skipped,
    };
    let mut indicator = Indicator::default();
    let mut unknown = 0;
    if let Some(results) = stdout.object("@result")? {
        indicator.component = stdout.text("component")?.or(stdout.text("framework")?);
        indicator.name = stdout.text("name")?;
        indicator.overall_score = stdout.figure("overall_score")?;
        if let Some(parameters) = stdout.object("@parameters")? {
            let stated = parameters.entries().filter(|(_, value)| !value.is_null());
            indicator.parameters = stated
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
        }
        figures.gather_all(&results);
        unknown = stdout.unknown(INDICATOR_KEYS);
    } else {
        figures.gather_all(stdout);
    }
    indicator.results = figures.found;
    indicator.units = units(indicator.name.as_deref(), indicator.results.keys());
    Ok((indicator, unknown))
}

struct Figures<'skipped> {
    found: BTreeMap<String, Figure>,
    skipped: &'skipped mut Vec<Skipped>,
}

impl Figures<'_> {
    fn gather_all(&mut self, stated: &Cursor<'_>) {
        for (name, value) in stated.entries() {
            self.gather(name.clone(), value, &stated.place(name));
        }
    }

    /// The figures below a value, each by the keys that lead to it.
    fn gather(&mut self, name: String, value: &Value, place: &str) {
        let reason = match value {
            Value::Null => return,
            Value::Object(entries) => {
                for (key, item) in entries {
                    self.gather(
                        format!("{name}.{key}"),
                        item,
                        &(place.to_owned() + &pointer(&[key])),
                    );
                }
                return;
            }
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    self.gather(format!("{name}.{position}"), item, &format!("{place}/{position}"));
                }
                return;
            }
            Value::Number(_) if self.found.len() == MAX_FIGURES => {
                format!("of one indicator, {MAX_FIGURES} figures are read at most")
            }
            Value::Number(number) => match figure(value) {
                Some(figure) => {
                    self.found.insert(name, figure);
                    return;
                }
                None => format!("{number} is not a number that 64 bits of floating point hold exactly"),
            },
            Value::String(_) | Value::Bool(_) => "what was measured is not a number".to_owned(),
        };
        self.skipped.push(Skipped {
            pointer: place.to_owned(),
            reason,
        });
    }
}

/// What the predecessor's own scripts measure in. Their `rate` is computed wrongly: it is kept as it was stated.
fn units<'name>(
    indicator: Option<&str>,
    figures: impl Iterator<Item = &'name String>,
) -> BTreeMap<String, String> {
    let is_own = matches!(indicator, Some("PiMatmul" | "PiConv1D" | "PiConv2D"));
    let unit = |figure: &str| match figure.rsplit('.').next().unwrap_or(figure) {
        "elapsed_ms" => Some("ms"),
        "elapsed" if is_own => Some("ms"),
        "rate" if is_own => Some("GFLOPS"),
        _ => None,
    };
    figures
        .filter_map(|figure| Some((figure.clone(), unit(figure)?.to_owned())))
        .collect()
}

/// The state of the container that built.
pub(crate) fn build(state: &Cursor<'_>) -> Result<Build, Fault> {
    Ok(Build {
        exit_code: state.integer("exit_code")?,
        started_at: state.time("started_at")?,
        finished_at: state.time("finished_at")?,
        reason: state.text("reason")?,
        log: None,
    })
}

/// The state of the container that ran.
pub(crate) fn job(state: &Cursor<'_>, run: &mut Run) -> Result<(), Fault> {
    run.exit_code = state.integer("exit_code")?;
    run.started_at = state.time("started_at")?;
    run.finished_at = state.time("finished_at")?;
    run.reason = state.text("reason")?;
    Ok(())
}
