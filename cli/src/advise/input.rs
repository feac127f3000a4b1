//! The request that arguments and files stand for.

use std::collections::BTreeMap;
use std::path::Path;

use thoth_adviser::{LicencePolicy, Policy, PrereleasePolicy};
use thoth_schema::environment::{Environment, Platform};
use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::lock_file;
use thoth_schema::requirement::Requirement;
use thoth_server::advise::AdviseInput;

use super::args::AdviseArgs;
use super::{requirements, rules, scores};
use crate::files;
use crate::output::Output;

/// Largest file that describes an environment, in bytes.
const MAX_ENVIRONMENT_BYTES: u64 = 1024 * 1024;
/// Largest lock, in bytes.
const MAX_LOCK_BYTES: u64 = 16 * 1024 * 1024;

/// Reads every file and puts the requests together, one for each environment.
///
/// # Errors
/// Faults that name the argument, or the file and line.
pub(super) fn build(args: &AdviseArgs, output: &Output) -> Result<Vec<AdviseInput>, Fault> {
    let files = requirements::read(&args.requirement_files, &args.constraint_files)?;
    if files.has_hashes {
        output
            .talk("note: hashes in requirements files do not restrict the choice; the answer names its own");
    }
    let mut wanted = Vec::with_capacity(args.requirements.len() + files.requirements.len());
    for text in &args.requirements {
        wanted.push(argument(text)?);
    }
    wanted.extend(files.requirements);
    let policy = if files.pre {
        PrereleasePolicy::Allow
    } else {
        PrereleasePolicy::default()
    };
    let scores = args.scores.as_deref().map(scores::read).transpose()?;
    let rules = rules::input(args)?;
    let input = |environment: Environment| {
        let lock = args.lock.as_deref().map(|path| lock(path, &environment));
        Ok(AdviseInput {
            requirements: wanted.clone(),
            constraints: files.constraints.clone(),
            indexes: if args.indexes.is_empty() {
                files.indexes.clone()
            } else {
                args.indexes.clone()
            },
            environment,
            prerelease: args.prerelease.unwrap_or(policy),
            recommendation_type: args.recommendation_type,
            predictor: args.predictor,
            count: usize::try_from(args.count).unwrap_or(usize::MAX),
            limit: args.limit,
            budget_millis: args.budget_millis,
            seed: args.seed,
            warm_start: args.warm_start,
            as_of: args.as_of.clone(),
            scores: scores.clone(),
            only_binary: files.only_binary.clone(),
            no_binary: files.no_binary.clone(),
            policy: policy_of(args),
            lock: lock.transpose()?,
            rules: rules.clone(),
        })
    };
    environments(args)?.into_iter().map(input).collect()
}

fn policy_of(args: &AdviseArgs) -> Policy {
    Policy {
        accepted_advisories: args.accepted_advisories.iter().cloned().collect(),
        min_severity: args.min_severity,
        licences: LicencePolicy {
            allowed: args.allowed_licences.iter().cloned().collect(),
            denied: args.denied_licences.iter().cloned().collect(),
        },
        hardware: args.processor.clone(),
    }
}

/// The releases of a lock, by name.
fn lock(path: &Path, environment: &Environment) -> Result<BTreeMap<String, String>, Fault> {
    let text = files::read_text(path, MAX_LOCK_BYTES)?;
    let pins = lock_file::pins(&path.display().to_string(), &text, environment)?;
    Ok(pins
        .into_iter()
        .map(|(name, version)| (name.to_string(), version.to_string()))
        .collect())
}

fn argument(text: &str) -> Result<String, Fault> {
    let parsed = Requirement::parse(text).and_then(Requirement::without_url);
    let place = |fault: Fault| Fault {
        pointer: Some(format!("argument `{text}`")),
        ..fault
    };
    parsed.map(|requirement| requirement.text).map_err(place)
}

fn environments(args: &AdviseArgs) -> Result<Vec<Environment>, Fault> {
    if args.environments.is_empty() {
        let environment = Environment::for_platform(args.platform, &args.python_version);
        return Ok(vec![environment.map_err(|fault| fault.at("--python-version"))?]);
    }
    args.environments.iter().map(|path| environment(path)).collect()
}

/// `PLATFORM-pyVERSION`, as environments are called in answers, or a file of marker values.
fn environment(path: &Path) -> Result<Environment, Fault> {
    if let Some((platform, python)) = path.to_str().and_then(named).filter(|_| !path.exists()) {
        let place = path.display().to_string();
        return Environment::for_platform(platform, python).map_err(|fault| fault.at(place));
    }
    let text = files::read_text(path, MAX_ENVIRONMENT_BYTES)?;
    let place = |pointer: &str| format!("{}{pointer}", path.display());
    let value = serde_json::from_str(&text).map_err(|problem| {
        Fault::new(
            ErrorCode::MalformedJson,
            format!("the environment is no JSON: {problem}"),
        )
        .at(place(""))
    })?;
    Environment::from_json(&value).map_err(|fault| {
        let pointer = place(fault.pointer.as_deref().unwrap_or_default());
        fault.at(pointer)
    })
}

fn named(text: &str) -> Option<(Platform, &str)> {
    let (platform, python) = text.rsplit_once("-py")?;
    Some((platform.parse().ok()?, python))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn an_environment_is_called_by_its_name() {
        let named = environment(Path::new("macos-arm64-py3.11")).unwrap();
        assert_eq!(named.name, "macos-arm64-py3.11");
        assert_eq!(named.markers.python_version().to_string(), "3.11");
        let fault = environment(Path::new("linux-x86_64-pythree")).unwrap_err();
        assert_eq!(fault.pointer.as_deref(), Some("linux-x86_64-pythree"));
        let fault = environment(Path::new("amiga-py3.8")).unwrap_err();
        assert_eq!(fault.code, ErrorCode::IoError, "it may be a file");
    }

    #[test]
    fn a_bad_requirement_argument_is_named() {
        let fault = argument("flask>>1").unwrap_err();
        assert_eq!(fault.code, ErrorCode::InvalidSpecifier);
        assert!(fault.pointer.unwrap().contains("flask>>1"));
        let fault = argument("flask @ https://files.test/flask.whl").unwrap_err();
        assert_eq!(fault.code, ErrorCode::UnsupportedRequirement);
    }
}
