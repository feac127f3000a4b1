//! What units ask of a request.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Request;

/// A request as units see it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The request.
    pub request: &'a Request,
    /// What is known of the place where the stack shall run, beyond its markers.
    pub runtime: &'a Runtime,
    /// Labels of the request.
    pub labels: &'a BTreeMap<String, String>,
    /// Symbols that the user's code takes from libraries, such as `numpy.random.rand`.
    pub library_usage: &'a BTreeSet<String>,
    /// Whether the caller is known by name.
    pub authenticated: bool,
    /// The address that rules give the default index of the graph.
    pub default_index: Option<&'a str>,
}

/// What is known of a place where stacks run, beyond the markers of PEP 508. What is absent is not known, or not there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Runtime {
    /// The operating system.
    pub operating_system: Option<OperatingSystem>,
    /// Family of the processor.
    pub cpu_family: Option<i64>,
    /// Model of the processor within its family.
    pub cpu_model: Option<i64>,
    /// Features of the processor, such as `avx2`.
    pub cpu_flags: Vec<String>,
    /// Model of the accelerator.
    pub gpu_model: Option<String>,
    /// Version of CUDA.
    pub cuda_version: Option<String>,
    /// Version of cuDNN.
    pub cudnn_version: Option<String>,
    /// Version of the Math Kernel Library.
    pub mkl_version: Option<String>,
    /// Version of OpenBLAS.
    pub openblas_version: Option<String>,
    /// Version of Open MPI.
    pub openmpi_version: Option<String>,
    /// The container image that the stack goes into, `NAME:TAG`.
    pub base_image: Option<String>,
    /// The symbols that its libraries offer; `None` where nobody looked.
    pub symbols: Option<Vec<String>>,
    /// RPM packages that are installed; `None` where nobody looked.
    pub rpm_packages: Option<Vec<RpmPackage>>,
    /// Python packages that are installed beside the stack; `None` where nobody looked.
    pub python_packages: Option<Vec<PythonPackage>>,
}

/// An operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatingSystem {
    /// Its name, such as `fedora`.
    pub name: String,
    /// Its version, such as `35`.
    #[serde(default)]
    pub version: Option<String>,
}

/// An RPM package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RpmPackage {
    /// Its name.
    #[serde(alias = "package_name")]
    pub name: String,
    /// Its version.
    #[serde(alias = "package_version")]
    pub version: Option<String>,
    /// Its architecture.
    pub arch: Option<String>,
    /// Its epoch.
    pub epoch: Option<String>,
    /// Its release.
    pub release: Option<String>,
    /// Its full name, such as `git-2.31.1-1.el8.x86_64`.
    #[serde(alias = "package_identifier")]
    pub identifier: Option<String>,
    /// Whether it is a source package.
    pub src: Option<bool>,
}

/// A Python package that is there already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PythonPackage {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: Option<String>,
    /// The folder it lies in.
    #[serde(default)]
    pub location: Option<String>,
}

/// The symbols of a library usage: every text of every list, below `report` where there is one.
///
/// Read are `{"numpy": ["numpy.array"]}`, the same by file, and either as the `report` of a document.
pub fn library_usage(value: &Value) -> BTreeSet<String> {
    let mut symbols = BTreeSet::new();
    collect(value.get("report").unwrap_or(value), &mut symbols);
    symbols
}

fn collect(value: &Value, symbols: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => entries.values().for_each(|entry| collect(entry, symbols)),
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::String(symbol) => drop(symbols.insert(symbol.clone())),
                    other => collect(other, symbols),
                }
            }
        }
        _ => {}
    }
}
