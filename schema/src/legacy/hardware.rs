//! Machines and environments as runs of inspections describe them.
//!
//! | | early 2019 | later |
//! |---|---|---|
//! | processor | `cpu`: truths such as `is_Intel`, `ncpus` | `cpu_info`, `cpu_features`, `cpu_type`, `platform` |
//! | environment | – | `os_release`, `runtime_environment` |
//!
//! Clock rates differ from run to run on one machine, so they are not of the machine.

use serde_json::Value;

use crate::error::Fault;
use crate::inspection::{Hardware, RunEnvironment};
use crate::legacy::cursor::Cursor;

/// The machine of a run, from what it found itself and from what the environment was said to have.
pub(crate) fn hardware(
    found: Option<&Cursor<'_>>,
    environment: Option<&Cursor<'_>>,
) -> Result<Option<Hardware>, Fault> {
    let mut hardware = match found {
        Some(found) => read(found)?,
        None => Hardware::default(),
    };
    if let Some(said) = environment
        .map(|environment| environment.object("hardware"))
        .transpose()?
        .flatten()
    {
        hardware.cpu_family = hardware.cpu_family.or(said.integer("cpu_family")?);
        hardware.cpu_model = hardware.cpu_model.or(said.integer("cpu_model")?);
        hardware.gpu_model = said.text("gpu_model")?;
    }
    Ok((hardware != Hardware::default()).then_some(hardware))
}

fn read(found: &Cursor<'_>) -> Result<Hardware, Fault> {
    let mut hardware = Hardware::default();
    if let Some(cpu) = found.object("cpu_info")? {
        // The program that asks the processor renamed its answers in its version 6.
        hardware.cpu_vendor = cpu.text("vendor_id_raw")?.or(cpu.text("vendor_id")?);
        hardware.cpu_name = cpu.text("brand_raw")?.or(cpu.text("brand")?);
        hardware.cpu_family = cpu.integer("family")?;
        hardware.cpu_model = cpu.integer("model")?;
        hardware.cpu_stepping = cpu.integer("stepping")?;
        hardware.cores = cpu.integer("count")?;
        hardware.machine = cpu.text("arch_string_raw")?.or(cpu.text("raw_arch_string")?);
        hardware.cpu_flags = cpu.texts("flags")?;
    }
    if let Some(features) = found.object("cpu_features")? {
        hardware.cpu_flags.extend(features.texts("flags")?);
        hardware.l2_cache_bytes = features.get("l2_cache_size").and_then(cache_bytes);
        hardware.l3_cache_bytes = features.get("l3_cache_size").and_then(cache_bytes);
    }
    let kind = match found.object("cpu_type")? {
        Some(kind) => Some(kind),
        None => found.object("cpu")?,
    };
    if let Some(kind) = kind {
        hardware.cores = hardware.cores.or(kind.integer("ncpus")?);
        // What there is instead of flags.
        if hardware.cpu_flags.is_empty() {
            let holds = kind.entries().filter(|(_, value)| value.as_bool() == Some(true));
            hardware.cpu_flags = holds.map(|(name, _)| name.clone()).collect();
        }
    }
    if let Some(platform) = found.object("platform")? {
        hardware.machine = hardware.machine.or(platform.text("machine")?);
    }
    hardware.cpu_flags.sort();
    hardware.cpu_flags.dedup();
    Ok(hardware)
}

/// A size in bytes; it was a text such as `16384 KB` once.
fn cache_bytes(value: &Value) -> Option<i64> {
    let Some(text) = value.as_str() else {
        return value.as_i64();
    };
    let (number, unit) = text.trim().split_once(' ')?;
    let number: i64 = number.parse().ok()?;
    match unit.trim() {
        "KB" => number.checked_mul(1024),
        "MB" => number.checked_mul(1024 * 1024),
        _ => None,
    }
}

/// The environment of a run, from what it found itself and from what it was said to be.
pub(crate) fn environment(
    os_release: Option<&Cursor<'_>>,
    said: Option<&Cursor<'_>>,
    machine: Option<&str>,
) -> Result<Option<RunEnvironment>, Fault> {
    let mut environment = RunEnvironment::default();
    if let Some(said) = said {
        if let Some(system) = said.object("operating_system")? {
            environment.os_name = system.text("name")?;
            environment.os_version = system.text("version")?;
        }
        environment.python_version = said.text("python_version")?;
        environment.cuda_version = said.text("cuda_version")?;
        let platform = said.text("platform")?;
        environment.machine =
            platform.and_then(|platform| platform.split_once('-').map(|(_, machine)| machine.to_owned()));
    }
    if let Some(release) = os_release {
        environment.os_name = environment.os_name.or(release.text("id")?);
        environment.os_version = environment.os_version.or(release.text("version_id")?);
    }
    let is_known = environment != RunEnvironment::default();
    environment.machine = environment.machine.or(machine.map(str::to_owned));
    Ok(is_known.then_some(environment))
}
