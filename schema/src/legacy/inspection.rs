//! Inspections as the predecessor's inspection service wrote them.
//!
//! | form | what it is | generation |
//! |---|---|---|
//! | `{inspectionId, specification, results, buildLog, dockerfile}` | a folder of one inspection, put together by who reads the files | `amun 2020` |
//! | `{exit_code, hwinfo, stdout, …}` | one run alone; the inspection is told by its `hostname` | `amun 2020` |
//! | `{base, python, …}` | a specification alone: it names no inspection, so it states a stack only | `amun 2020` |
//! | `{inspection_id, specification, build_log, job_log, status}` | one inspection with one run | `amun 2019` |

use serde_json::{Map, Value};

use crate::document::{Parts, Payload, Producer, SCHEMA_VERSION};
use crate::error::Fault;
use crate::inspection::{Build, Inspection, InspectionReport, Run};
use crate::json::violation;
use crate::legacy::cursor::Cursor;
use crate::legacy::{inspection_run, lock, specification};
use crate::shapes::Reader;
use crate::solver::Skipped;

const FOLDER_KEYS: &[&str] = &[
    "inspectionId",
    "specification",
    "results",
    "buildLog",
    "dockerfile",
];
const RUN_FOLDER_KEYS: &[&str] = &["position", "result", "hwinfo", "log"];
const KEYS_OF_2019: &[&str] = &[
    "inspection_id",
    "created",
    "specification",
    "build_log",
    "job_log",
    "status",
];
const STATUS_KEYS: &[&str] = &["build", "job"];

/// The reader of the form that an object has, if it is of an inspection.
pub(crate) fn reader(object: &Map<String, Value>) -> Option<Reader> {
    let has = |key: &str| object.contains_key(key);
    if has("inspectionId") {
        Some(folder)
    } else if has("inspection_id") && (has("specification") || has("job_log") || has("status")) {
        Some(of_2019)
    } else if has("exit_code") && (has("hwinfo") || has("stdout") || has("runtime_environment")) {
        Some(result)
    } else if has("base") && (has("python") || has("script")) {
        Some(alone)
    } else {
        None
    }
}

/// What is gathered while an inspection is read.
#[derive(Default)]
struct Gathered {
    inspection: Inspection,
    producer_version: Option<String>,
    origin: Option<String>,
    /// Every time that is stated, of which the last is that of the document.
    times: Vec<String>,
    skipped: Vec<Skipped>,
    unknown_keys: usize,
}

impl Gathered {
    fn specification(&mut self, stated: &Cursor<'_>) -> Result<(), Fault> {
        let read = specification::read(stated, &mut self.skipped)?;
        self.times.extend(read.created_at.clone());
        self.unknown_keys += stated.unknown(specification::KEYS);
        self.inspection.specification = Some(read);
        self.producer_version = stated.text("@amun_service_version")?;
        self.origin = stated
            .text("@amun_deployment_name")?
            .or(stated.text("@amun_api_url")?);
        if let Some(python) = stated.object("python")? {
            self.unknown_keys += python.unknown(specification::PYTHON_KEYS);
            if let Some(locked) = python.object("requirements_locked")? {
                self.inspection.stack = lock::pins(&locked, &mut self.skipped)?;
            }
            let target = python.object("runtime_environment")?;
            self.inspection.target = super::hardware::environment(None, target.as_ref(), None)?;
        }
        Ok(())
    }

    fn result(
        &mut self,
        result: &Cursor<'_>,
        hwinfo: Option<&Cursor<'_>>,
        mut run: Run,
    ) -> Result<(), Fault> {
        self.unknown_keys += inspection_run::read(result, hwinfo, &mut run, &mut self.skipped)?;
        self.times.extend(run.finished_at.clone());
        if self.inspection.inspection_id.is_none() {
            self.inspection.inspection_id = result.text("hostname")?.as_deref().and_then(id_of_host);
        }
        let script = result.text("script_sha256")?;
        self.inspection.script_sha256 = self.inspection.script_sha256.take().or(script);
        self.inspection.runs.push(run);
        Ok(())
    }

    fn finish(mut self, generation: &str) -> Result<Parts, Fault> {
        self.inspection.check("")?;
        let produced_at = crate::time::latest(self.times);
        Ok(Parts {
            schema_version: SCHEMA_VERSION,
            generation: generation.to_owned(),
            producer: Producer {
                name: "amun".to_owned(),
                version: self.producer_version.unwrap_or_else(|| "unknown".to_owned()),
            },
            produced_at: produced_at.unwrap_or_else(|| crate::time::EPOCH.to_owned()),
            origin: self.origin,
            upstream_id: self.inspection.inspection_id.clone(),
            environment: None,
            payload: Payload::Inspection(InspectionReport {
                inspections: vec![self.inspection],
                skipped: self.skipped,
            }),
            unknown_keys: self.unknown_keys,
        })
    }
}

/// `inspection-matmul-fd697eb4-1544334140` is a host of `inspection-matmul-fd697eb4`.
fn id_of_host(host: &str) -> Option<String> {
    let (id, number) = host.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    (is_number && id.starts_with("inspect")).then(|| id.to_owned())
}

/// A log as it stands in a document: its text, or its text with how much was cut off in front.
fn log(cursor: &Cursor<'_>, key: &str) -> Result<Option<String>, Fault> {
    match cursor.get(key) {
        Some(Value::Object(_)) => match cursor.object(key)? {
            Some(log) => log.text("text"),
            None => Ok(None),
        },
        _ => cursor.text(key),
    }
}

fn folder(value: &Value) -> Result<Parts, Fault> {
    let stated = Cursor::at(value, "")?;
    let mut gathered = Gathered {
        unknown_keys: stated.unknown(FOLDER_KEYS),
        ..Gathered::default()
    };
    gathered.inspection.inspection_id = stated.text("inspectionId")?;
    if let Some(specification) = stated.object("specification")? {
        gathered.specification(&specification)?;
    }
    if let Some(log) = log(&stated, "buildLog")? {
        gathered.inspection.build = Some(Build {
            log: Some(log),
            ..Build::default()
        });
    }
    for item in stated.objects("results")? {
        gathered.unknown_keys += item.unknown(RUN_FOLDER_KEYS);
        let position = item
            .integer("position")?
            .and_then(|position| u32::try_from(position).ok());
        let position =
            position.ok_or_else(|| violation("a run has a position from 0", &item.place("position")))?;
        let run = Run {
            position,
            log: log(&item, "log")?,
            ..Run::default()
        };
        let hwinfo = item.object("hwinfo")?;
        match item.object("result")? {
            Some(result) => gathered.result(&result, hwinfo.as_ref(), run)?,
            None => {
                let hardware = super::hardware::hardware(hwinfo.as_ref(), None)?;
                gathered.inspection.runs.push(Run { hardware, ..run });
            }
        }
    }
    gathered.finish("amun 2020")
}

fn result(value: &Value) -> Result<Parts, Fault> {
    let mut gathered = Gathered::default();
    let result = Cursor::at(value, "")?;
    gathered.result(&result, None, Run::default())?;
    if gathered.inspection.inspection_id.is_none() {
        return Err(violation(
            "the result of a run does not say of which inspection it is: its hostname is no name of one",
            "/hostname",
        )
        .remedy("ingest the folder of the inspection, named by the inspection, instead of one file of it"));
    }
    // Which run of its batch it was, only its folder tells.
    gathered.finish("amun 2020")
}

fn alone(value: &Value) -> Result<Parts, Fault> {
    let mut gathered = Gathered::default();
    gathered.specification(&Cursor::at(value, "")?)?;
    if gathered.inspection.stack.is_none() {
        return Err(violation(
            "a specification alone names no inspection, and this one states no stack either",
            "/python/requirements_locked",
        )
        .remedy("ingest the folder of the inspection, named by the inspection, instead of one file of it"));
    }
    gathered.skipped.push(Skipped {
        pointer: String::new(),
        reason: "a specification alone names no inspection: only its stack is stated".to_owned(),
    });
    gathered.finish("amun 2020")
}

fn of_2019(value: &Value) -> Result<Parts, Fault> {
    let stated = Cursor::at(value, "")?;
    let mut gathered = Gathered {
        unknown_keys: stated.unknown(KEYS_OF_2019),
        ..Gathered::default()
    };
    gathered.inspection.inspection_id = stated.text("inspection_id")?;
    gathered.times.extend(stated.time("created")?);
    if let Some(specification) = stated.object("specification")? {
        gathered.specification(&specification)?;
    }
    let status = stated.object("status")?;
    let of = |part: &str| {
        status
            .as_ref()
            .map(|status| status.object(part))
            .transpose()
            .map(Option::flatten)
    };
    gathered.unknown_keys += status.as_ref().map_or(0, |status| status.unknown(STATUS_KEYS));
    let build = match of("build")? {
        Some(state) => inspection_run::build(&state)?,
        None => Build::default(),
    };
    let build = Build {
        log: log(&stated, "build_log")?,
        ..build
    };
    gathered.times.extend(build.finished_at.clone());
    gathered.inspection.build = (build != Build::default()).then_some(build);
    let mut run = Run::default();
    if let Some(state) = of("job")? {
        inspection_run::job(&state, &mut run)?;
        gathered.times.extend(run.finished_at.clone());
    }
    match stated.get("job_log") {
        Some(Value::String(text)) if !text.trim().is_empty() => {
            gathered.inspection.runs.push(Run {
                log: Some(text.clone()),
                ..run
            });
        }
        Some(Value::Object(entries)) if !entries.is_empty() => {
            if let Some(result) = stated.object("job_log")? {
                gathered.result(&result, None, run)?;
            }
        }
        Some(Value::String(_) | Value::Object(_)) | None if run.exit_code.is_some() => {
            gathered.inspection.runs.push(run);
        }
        Some(Value::String(_) | Value::Object(_)) | None => {}
        Some(_) => return Err(violation("`job_log` must be an object or a string", "/job_log")),
    }
    gathered.finish("amun 2019")
}
