//! Inspections: stacks that were built and run, and what was measured.

use std::collections::{BTreeMap, BTreeSet};

use pep508_rs::PackageName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Fault;
use crate::figure::Figure;
use crate::json;
use crate::release::{check_time, null_as_default};
use crate::solver::Skipped;
use crate::version::Version;

/// Inspections, planned, under way or done. A runner states one, a plan of many states all of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectionReport {
    /// The inspections; of each, what this document knows.
    pub inspections: Vec<Inspection>,
    /// Parts of the document that could not be used, and why. Not read from our own documents.
    #[serde(skip)]
    pub skipped: Vec<Skipped>,
}

/// One inspection: a stack, what it was built from, and its runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// Its name, such as `inspection-matmul-fd697eb4`. Without one, only a stack can be stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection_id: Option<String>,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specification: Option<Specification>,
    /// sha256 of the script that ran, lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_sha256: Option<String>,
    /// Every release of the stack; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Vec<Pin>>,
    /// The environment the stack is meant for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<RunEnvironment>,
    /// How the build went; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// The runs that are known.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub runs: Vec<Run>,
}

/// One release of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pin {
    /// The package; normalised as PEP 503 says.
    #[schemars(with = "String")]
    pub name: PackageName,
    /// The version; normalised as PEP 440 says.
    #[schemars(with = "String")]
    pub version: Version,
    /// URL of the index; absent for the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
}

/// What an inspection was asked to build and run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Specification {
    /// When it was asked for, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The word its author tells it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The image it was built from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_image: Option<String>,
    /// The program that installed the stack, such as `micropipenv`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_manager: Option<String>,
    /// Packages of the operating system that were added.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub native_packages: Vec<String>,
    /// Python packages that were added before the stack, as they were asked for.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub python_packages: Vec<String>,
    /// Environment variables of build and run.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub environment: BTreeMap<String, String>,
    /// The script to run: its text or its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// How often it was to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<i64>,
    /// What the build was to get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_requests: Option<Requests>,
    /// What each run was to get.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_requests: Option<Requests>,
}

/// Resources that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Requests {
    /// Processors; parts of one are fractions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Figure>,
    /// Memory in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<i64>,
    /// Traits of the machine that were insisted on, by name.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub hardware: BTreeMap<String, String>,
}

/// How a build went.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    /// Exit code; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// When it began, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it ended, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// Why it ended, in the word of the machinery, such as `OOMKilled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the build printed, or the end of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// One run of the script in what was built.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Which run of the batch, from 0.
    #[serde(default, deserialize_with = "null_as_default")]
    pub position: u32,
    /// Exit code; below zero where a signal ended it, absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// When it began, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it ended, RFC 3339 `Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// Why it ended, in the word of the machinery, such as `OOMKilled`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it printed that is no indicator, or the end of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<String>,
    /// What it complained of, or the end of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stderr: Option<String>,
    /// The log of its container, or the end of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// What it used, as `getrusage` counts: `ru_utime` in seconds, `ru_maxrss` in KiB…
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub usage: BTreeMap<String, Figure>,
    /// What it measured.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub indicators: Vec<Indicator>,
    /// The machine it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hardware: Option<Hardware>,
    /// The environment it ran in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<RunEnvironment>,
}

/// One performance indicator: figures that were measured under parameters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Indicator {
    /// What was measured, such as `tensorflow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// How, such as `PiMatmul`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Under which parameters.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub parameters: BTreeMap<String, Value>,
    /// The figures by name.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub results: BTreeMap<String, Figure>,
    /// Units of figures by their name, where known.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub units: BTreeMap<String, String>,
    /// One figure for all, where the indicator gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overall_score: Option<Figure>,
}

/// A machine, by what does not change from run to run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hardware {
    /// Maker of the processor, such as `GenuineIntel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_vendor: Option<String>,
    /// Family of the processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_family: Option<i64>,
    /// Model within the family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_model: Option<i64>,
    /// Stepping of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_stepping: Option<i64>,
    /// Name of the processor as it gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_name: Option<String>,
    /// Features of the processor, sorted.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub cpu_flags: Vec<String>,
    /// Logical processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<i64>,
    /// Architecture, such as `x86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// Second-level cache in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l2_cache_bytes: Option<i64>,
    /// Third-level cache in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub l3_cache_bytes: Option<i64>,
    /// Name of the graphics processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpu_model: Option<String>,
    /// Memory of the machine in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<i64>,
}

/// An environment a stack runs in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunEnvironment {
    /// Operating system, such as `rhel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_name: Option<String>,
    /// Version of the operating system, such as `8.2`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
    /// Python as `3.8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python_version: Option<String>,
    /// Architecture, such as `x86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    /// Version of CUDA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cuda_version: Option<String>,
}

impl InspectionReport {
    /// Reads the payload of an envelope; the number counts keys that were not understood.
    pub(crate) fn from_value(value: &Value, base: &str) -> Result<(InspectionReport, usize), Fault> {
        let mut report: InspectionReport = json::typed(value, base)?;
        let written = serde_json::to_value(&report)
            .map_err(|problem| json::violation(format!("the payload cannot be written: {problem}"), base))?;
        let unknown = json::unread_keys(value, &written);
        for (position, inspection) in report.inspections.iter_mut().enumerate() {
            inspection.check(&format!("{base}/inspections/{position}"))?;
        }
        Ok((report, unknown))
    }
}

impl Inspection {
    /// What no schema says: that runs are of something, once each, and that times are times.
    ///
    /// # Errors
    /// `SCHEMA_VIOLATION` with the JSON pointer of the value at fault.
    pub(crate) fn check(&mut self, base: &str) -> Result<(), Fault> {
        if self
            .inspection_id
            .as_deref()
            .is_some_and(|id| id.trim().is_empty())
        {
            self.inspection_id = None;
        }
        let says_nothing = self.stack.is_none() || self.build.is_some() || !self.runs.is_empty();
        if self.inspection_id.is_none() && says_nothing {
            return Err(json::violation(
                "the document does not say which inspection it is about",
                &format!("{base}/inspectionId"),
            ));
        }
        if let Some(stated) = &mut self.script_sha256 {
            stated.make_ascii_lowercase();
            if !crate::release::is_sha256(stated) {
                let place = format!("{base}/scriptSha256");
                return Err(json::violation("a sha256 is 64 hexadecimal digits", &place));
            }
        }
        if let Some(specification) = &mut self.specification {
            check_time(
                &mut specification.created_at,
                &format!("{base}/specification/createdAt"),
            )?;
        }
        if let Some(build) = &mut self.build {
            check_time(&mut build.started_at, &format!("{base}/build/startedAt"))?;
            check_time(&mut build.finished_at, &format!("{base}/build/finishedAt"))?;
        }
        let mut positions = BTreeSet::new();
        for (index, run) in self.runs.iter_mut().enumerate() {
            let place = format!("{base}/runs/{index}");
            if !positions.insert(run.position) {
                let message = format!("there are two runs at position {}", run.position);
                return Err(json::violation(message, &format!("{place}/position")));
            }
            check_time(&mut run.started_at, &format!("{place}/startedAt"))?;
            check_time(&mut run.finished_at, &format!("{place}/finishedAt"))?;
            if let Some(hardware) = &mut run.hardware {
                hardware.cpu_flags.sort();
                hardware.cpu_flags.dedup();
            }
        }
        Ok(())
    }
}
