//! Runs of solvers: releases, and what was observed of them.

use super::environment::EnvironmentFacts;
use super::observation::{Finding, Subject};
use super::{Batch, Source, sortable};
use thoth_schema::solver::SolverRun;
use thoth_schema::{name, version};

impl Batch {
    pub(super) fn solver_run(&mut self, run: &SolverRun, source: &Source<'_>) {
        for solved in &run.results {
            let key = self.release(&solved.release, source);
            for sha256 in &solved.sha256 {
                self.artifacts.insert((sha256.clone(), key.clone()));
            }
            for module in solved.packages.iter().flatten() {
                self.modules.insert((module.clone(), key.clone()));
            }
        }
        let observed_at = run
            .observed_at
            .as_deref()
            .map_or_else(|| source.produced_at.to_owned(), sortable);
        for observation in run.observations() {
            let (Ok(name), Some(Ok(version))) = (
                name::package(observation.name),
                observation.version.as_deref().map(version::parse),
            ) else {
                continue;
            };
            let version = self.version_row(&name, &version, observation.index);
            let environment = self.environment(&environment_of(run));
            self.statements
                .insert((source.document.to_owned(), version.clone()));
            let finding = Finding {
                kind: "solve",
                outcome: Some(observation.outcome.as_str()),
                error_class: observation.error_class,
                message: observation.message,
                observed_at: Some(&observed_at),
                ..Finding::default()
            };
            let subjects = [Subject::Version(&version), Subject::Environment(&environment)];
            self.observe(source, &observation.position.to_string(), &finding, &subjects);
        }
    }
}

/// The environment that a solver ran in.
fn environment_of(run: &SolverRun) -> EnvironmentFacts<'_> {
    let variable = |name: &str| run.environment.get(name).map(String::as_str);
    let from_platform = run
        .platform
        .as_deref()
        .and_then(|platform| platform.split_once('-'))
        .map(|(_, machine)| machine);
    EnvironmentFacts {
        os: run.os_name.as_deref().or(variable("sys_platform")),
        os_version: run.os_version.as_deref(),
        python: run.python_version.as_deref().or(variable("python_version")),
        machine: variable("platform_machine").or(from_platform),
        implementation: variable("implementation_name"),
    }
}
