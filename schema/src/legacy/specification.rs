//! What an inspection of the predecessor was asked to build and run.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Fault;
use crate::figure::Figure;
use crate::inspection::{Requests, Specification};
use crate::legacy::cursor::Cursor;
use crate::solver::Skipped;

/// The keys that are known, whether they become facts or stay in the document.
pub(crate) const KEYS: &[&str] = &[
    "@amun_api_url",
    "@amun_deployment_name",
    "@amun_service_version",
    "@created",
    "base",
    "batch_size",
    "build",
    "environment",
    "files",
    "force_sync",
    "identifier",
    "package_manager",
    "packages",
    "python",
    "python_packages",
    "run",
    "script",
    "send_messages",
    "update",
    "upgrade_pip",
];

/// The keys of its part on Python.
pub(crate) const PYTHON_KEYS: &[&str] = &[
    "constraints",
    "requirements",
    "requirements_locked",
    "runtime_environment",
];

/// Reads a specification but for its stack.
pub(crate) fn read(stated: &Cursor<'_>, skipped: &mut Vec<Skipped>) -> Result<Specification, Fault> {
    Ok(Specification {
        created_at: stated.time("@created")?,
        identifier: stated.text("identifier")?,
        base_image: stated.text("base")?,
        package_manager: stated.text("package_manager")?,
        native_packages: stated.texts("packages")?,
        python_packages: stated.texts("python_packages")?,
        environment: variables(stated)?,
        script: stated.text("script")?,
        batch_size: stated.integer("batch_size")?,
        build_requests: requests(stated, "build", skipped)?,
        run_requests: requests(stated, "run", skipped)?,
    })
}

fn variables(stated: &Cursor<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let mut variables = BTreeMap::new();
    for variable in stated.objects("environment")? {
        if let Some(name) = variable.text("name")? {
            variables.insert(name, variable.get("value").map(plain).unwrap_or_default());
        }
    }
    Ok(variables)
}

/// A text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn requests(stated: &Cursor<'_>, part: &str, skipped: &mut Vec<Skipped>) -> Result<Option<Requests>, Fault> {
    let Some(part) = stated.object(part)? else {
        return Ok(None);
    };
    let Some(stated) = part.object("requests")? else {
        return Ok(None);
    };
    let mut requests = Requests::default();
    if let Some(cpu) = stated.get("cpu") {
        requests.cpu = quantity(&plain(cpu)).map(Figure);
        note(requests.cpu.is_none(), &stated, "cpu", cpu, skipped);
    }
    if let Some(memory) = stated.get("memory") {
        requests.memory_bytes = quantity(&plain(memory)).and_then(whole);
        note(
            requests.memory_bytes.is_none(),
            &stated,
            "memory",
            memory,
            skipped,
        );
    }
    if let Some(hardware) = stated.object("hardware")? {
        let traits = hardware.entries().filter(|(_, value)| !value.is_null());
        requests.hardware = traits.map(|(name, value)| (name.clone(), plain(value))).collect();
    }
    Ok(Some(requests))
}

fn note(unread: bool, stated: &Cursor<'_>, key: &str, value: &Value, skipped: &mut Vec<Skipped>) {
    if unread {
        skipped.push(Skipped {
            pointer: stated.place(key),
            reason: format!("`{}` is not a quantity such as 500m or 4Gi", plain(value)),
        });
    }
}

/// A quantity as Kubernetes writes it: a number with a unit of thousands (`k`, `M`, `G`, `T`), of 1024 (`Ki`, `Mi`, `Gi`,
/// `Ti`), or thousandths (`m`).
fn quantity(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let scaled = match unit {
        "" => number,
        "m" => number / 1e3,
        "k" => number * 1e3,
        "M" => number * 1e6,
        "G" => number * 1e9,
        "T" => number * 1e12,
        "Ki" => number * 1024.0,
        "Mi" => number * 1024.0 * 1024.0,
        "Gi" => number * 1024.0 * 1024.0 * 1024.0,
        "Ti" => number * 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    scaled.is_finite().then_some(scaled)
}

/// The bytes of a quantity; none where it is none of whole bytes.
fn whole(quantity: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    (quantity.fract() == 0.0 && quantity <= MOST).then_some(quantity as i64)
}
