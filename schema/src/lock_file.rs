//! Locks that people have: requirements files in which every line pins one version, and Pipenv's `Pipfile.lock`.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::environment::Environment;
use crate::error::{ErrorCode, Fault};
use crate::legacy::pipfile_lock;
use crate::name::PackageName;
use crate::requirement::Requirement;
use crate::requirements_file::RequirementsFile;
use crate::version::Version;

/// The releases that a lock names for an environment, from a file with this name and text. Lines whose marker does not
/// hold there are left out, and so is the `develop` section of a `Pipfile.lock`. Nested files are not followed.
///
/// # Errors
/// `MALFORMED_JSON`, `INVALID_REQUIREMENT` or `UNSUPPORTED_REQUIREMENT`, with file and line where there is one, for what
/// is no lock: above all a line that does not pin one version.
pub fn pins(
    file: &str,
    text: &str,
    environment: &Environment,
) -> Result<BTreeMap<PackageName, Version>, Fault> {
    if text.trim_start().starts_with('{') {
        of_pipenv(file, text, environment)
    } else {
        of_requirements(file, text, environment)
    }
}

fn of_pipenv(
    file: &str,
    text: &str,
    environment: &Environment,
) -> Result<BTreeMap<PackageName, Version>, Fault> {
    let value: Value = serde_json::from_str(text).map_err(|problem| {
        Fault::new(
            ErrorCode::MalformedJson,
            format!("the lock is no JSON: {problem}"),
        )
        .at(file)
    })?;
    let lock = pipfile_lock::read(&value, "").map_err(|skipped| {
        Fault::new(ErrorCode::UnsupportedRequirement, skipped.reason).at(format!("{file}{}", skipped.pointer))
    })?;
    let mut pins = BTreeMap::new();
    for entry in lock.pins {
        if let Some(marker) = &entry.marker {
            let line =
                Requirement::parse(&format!("{}; {marker}", entry.name)).map_err(|fault| fault.at(file))?;
            if !line.applies(environment, None) {
                continue;
            }
        }
        pins.insert(entry.name, entry.version);
    }
    Ok(pins)
}

fn of_requirements(
    file: &str,
    text: &str,
    environment: &Environment,
) -> Result<BTreeMap<PackageName, Version>, Fault> {
    let mut nested = |path: &str| {
        Err(Fault::new(
            ErrorCode::UnsupportedRequirement,
            format!("the lock names another file, `{path}`"),
        )
        .at(file)
        .remedy("give one file with every release"))
    };
    let parsed = RequirementsFile::parse(file, text, &mut nested, &|_| None)?;
    let mut pins = BTreeMap::new();
    for entry in parsed.requirements {
        if !entry.requirement.applies(environment, None) {
            continue;
        }
        let place = format!("{}:{}", entry.file, entry.line);
        let Some(version) = entry.requirement.exact_pin() else {
            let message = format!("`{}` does not pin one version", entry.requirement.text);
            return Err(Fault::new(ErrorCode::InvalidRequirement, message)
                .at(place)
                .remedy("write name==version, as `pip freeze` does"));
        };
        pins.insert(entry.requirement.name, version);
    }
    Ok(pins)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::environment::Platform;

    fn read(text: &str) -> Result<Vec<String>, Fault> {
        let environment = Environment::for_platform(Platform::LinuxX86_64, "3.11").unwrap();
        let pins = pins("lock", text, &environment)?;
        Ok(pins
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect())
    }

    #[test]
    fn pinned_lines_are_a_lock() {
        let text = "Flask==2.0\njinja2[i18n]==3.0.0 \\\n    --hash=sha256:aa\ncolorama==1; sys_platform == 'win32'\n";
        assert_eq!(read(text).unwrap(), ["flask 2.0", "jinja2 3.0.0"]);
        let fault = read("flask==2\nclick>=8\n").unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::InvalidRequirement, Some("lock:2"))
        );
        assert_eq!(
            read("-r other.txt\n").unwrap_err().code,
            ErrorCode::UnsupportedRequirement
        );
    }

    #[test]
    fn a_pipfile_lock_is_a_lock() {
        let text = r#"{"default": {"flask": {"version": "==2.0"}, "colorama": {"version": "==1.0", "markers": "sys_platform == 'win32'"}},
                       "develop": {"pytest": {"version": "==7.0"}}}"#;
        assert_eq!(read(text).unwrap(), ["flask 2.0"]);
        let fault = read(r#"{"default": {"flask": {"git": "https://git.test/flask"}}}"#).unwrap_err();
        assert_eq!(
            (fault.code, fault.pointer.as_deref()),
            (ErrorCode::UnsupportedRequirement, Some("lock/default/flask"))
        );
        assert_eq!(read("{").unwrap_err().code, ErrorCode::MalformedJson);
    }
}
