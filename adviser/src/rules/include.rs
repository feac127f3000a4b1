//! For which requests a unit counts (`should_include`).

use thoth_schema::rules::RuleKind;
use thoth_schema::version::{order_key, parse};
use thoth_schema::versions::VersionSet;

use super::context::{Context, OperatingSystem, PythonPackage, RpmPackage, Runtime};
use crate::model::RecommendationType;

/// One of a list, or none of it.
#[derive(Debug, Clone)]
pub(crate) enum Choice<T> {
    Among(Vec<T>),
    Except(Vec<T>),
}

impl<T> Choice<T> {
    /// Whether any of the list is so, or none where it is negated.
    fn any(&self, is: impl Fn(&T) -> bool) -> bool {
        match self {
            Choice::Among(list) => list.iter().any(is),
            Choice::Except(list) => !list.iter().any(is),
        }
    }

    /// Whether all of the list is so, or none where it is negated.
    fn all(&self, is: impl Fn(&T) -> bool) -> bool {
        match self {
            Choice::Among(list) => list.iter().all(is),
            Choice::Except(list) => !list.iter().any(is),
        }
    }
}

/// Conditions on the request; all of them must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Include {
    /// `times: 0`, or for another pipeline alone.
    pub(crate) off: bool,
    pub(crate) recommendation_types: Option<Choice<RecommendationType>>,
    pub(crate) authenticated: Option<bool>,
    /// Any of these pairs.
    pub(crate) labels: Vec<(String, String)>,
    /// Any of these symbols.
    pub(crate) library_usage: Vec<Symbol>,
    /// Units that must be in effect.
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) runtime: Place,
}

/// A symbol of a library, or everything below one.
#[derive(Debug, Clone)]
pub(crate) struct Symbol {
    pub(crate) name: String,
    pub(crate) below: bool,
}

/// Another unit: `namespace.Name`, or `Name` in the own namespace.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) kind: RuleKind,
    pub(crate) namespace: String,
    pub(crate) name: String,
}

/// Conditions on the place where the stack shall run; all of them must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// Any of these: name and version.
    pub(crate) operating_systems: Vec<(Option<String>, Option<String>)>,
    /// Any of these.
    pub(crate) hardware: Vec<Hardware>,
    pub(crate) versions: Vec<(Software, Versions)>,
    pub(crate) platforms: Option<Choice<Option<String>>>,
    pub(crate) base_images: Option<Choice<Option<String>>>,
    pub(crate) symbols: Option<Choice<String>>,
    pub(crate) rpm_packages: Option<Choice<RpmPackage>>,
    pub(crate) python_packages: Option<Choice<PythonPattern>>,
}

/// Conditions on the machine; all of them must hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hardware {
    pub(crate) cpu_families: Option<Choice<Option<String>>>,
    pub(crate) cpu_models: Option<Choice<Option<String>>>,
    pub(crate) gpu_models: Option<Choice<Option<String>>>,
    pub(crate) cpu_flags: Option<Choice<String>>,
}

/// What has a version of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Software {
    Python,
    Cuda,
    Cudnn,
    Mkl,
    Openblas,
    Openmpi,
}

/// A condition on a version.
#[derive(Debug, Clone)]
pub(crate) enum Versions {
    /// There must be none.
    Absent,
    /// It must be one of these; `patches` where they tell patch releases apart.
    Within { set: VersionSet, patches: bool },
}

/// A Python package that must be there.
#[derive(Debug, Clone)]
pub(crate) struct PythonPattern {
    pub(crate) name: String,
    pub(crate) versions: VersionSet,
    pub(crate) location: Option<Location>,
}

/// A folder: from its beginning or anywhere in it, to its end or beyond.
#[derive(Debug, Clone)]
pub(crate) struct Location {
    pub(crate) text: String,
    pub(crate) from_start: bool,
    pub(crate) to_end: bool,
}

impl Include {
    /// Whether all conditions hold, those on other units left aside.
    pub(crate) fn admits(&self, context: &Context<'_>) -> bool {
        let kind = context.request.recommendation_type;
        !self.off
            && self
                .recommendation_types
                .as_ref()
                .is_none_or(|types| types.any(|one| *one == kind))
            && self
                .authenticated
                .is_none_or(|wanted| wanted == context.authenticated)
            && (self.labels.is_empty()
                || self
                    .labels
                    .iter()
                    .any(|(key, value)| context.labels.get(key) == Some(value)))
            && (self.library_usage.is_empty()
                || self.library_usage.iter().any(|symbol| symbol.is_used(context)))
            && self.runtime.admits(context)
    }
}

impl Symbol {
    fn is_used(&self, context: &Context<'_>) -> bool {
        let below = |used: &String| {
            let rest = used.strip_prefix(self.name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if self.below {
            context.library_usage.iter().any(below)
        } else {
            context.library_usage.contains(&self.name)
        }
    }
}

impl Place {
    fn admits(&self, context: &Context<'_>) -> bool {
        let runtime = context.runtime;
        let environment = &context.request.environment;
        let platform = environment
            .name
            .rsplit_once("-py")
            .map_or("", |(platform, _)| platform);
        let system = |(name, version): &(Option<String>, Option<String>)| {
            is_system(
                runtime.operating_system.as_ref(),
                name.as_deref(),
                version.as_deref(),
            )
        };
        let is_text = |wanted: &Option<String>, text: Option<&str>| wanted.as_deref() == text;
        (self.operating_systems.is_empty() || self.operating_systems.iter().any(system))
            && (self.hardware.is_empty() || self.hardware.iter().any(|one| one.admits(runtime)))
            && self
                .versions
                .iter()
                .all(|(software, wanted)| wanted.admit(*software, context))
            && self
                .platforms
                .as_ref()
                .is_none_or(|list| list.any(|one| is_text(one, Some(platform))))
            && self
                .base_images
                .as_ref()
                .is_none_or(|list| list.any(|one| is_image(one.as_deref(), runtime.base_image.as_deref())))
            && known(&self.symbols, &runtime.symbols, |wanted, there| there == wanted)
            && known(&self.rpm_packages, &runtime.rpm_packages, is_rpm)
            && known(&self.python_packages, &runtime.python_packages, PythonPattern::is)
    }
}

/// Whether all of what is wanted is there, or none of it where that is wanted; no where nobody looked.
fn known<Wanted, There>(
    wanted: &Option<Choice<Wanted>>,
    there: &Option<Vec<There>>,
    is: impl Fn(&Wanted, &There) -> bool,
) -> bool {
    let Some(wanted) = wanted else { return true };
    let Some(there) = there else { return false };
    wanted.all(|wanted| there.iter().any(|one| is(wanted, one)))
}

/// Names compare without case, UBI is RHEL; a version admits what is more exact than it.
fn is_system(there: Option<&OperatingSystem>, name: Option<&str>, version: Option<&str>) -> bool {
    let Some(there) = there else { return false };
    let family = |name: &str| match name.to_ascii_lowercase() {
        ubi if ubi == "ubi" => "rhel".to_owned(),
        other => other,
    };
    let has_version = |wanted: &str| {
        let rest = there
            .version
            .as_deref()
            .and_then(|version| version.strip_prefix(wanted));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    name.is_none_or(|name| family(name) == family(&there.name)) && version.is_none_or(has_version)
}

/// `image`, `image:tag`, or `image:v1.*` for every tag with that beginning; `None` for no image.
fn is_image(wanted: Option<&str>, there: Option<&str>) -> bool {
    match (wanted, there) {
        (None, there) => there.is_none(),
        (Some(_), None) => false,
        (Some(wanted), Some(there)) => match wanted.strip_suffix('*') {
            Some(start) => there.starts_with(start),
            None if wanted.rsplit('/').next().is_some_and(|last| last.contains(':')) => wanted == there,
            None => {
                there == wanted
                    || there
                        .strip_prefix(wanted)
                        .is_some_and(|rest| rest.starts_with(':'))
            }
        },
    }
}

fn is_rpm(wanted: &RpmPackage, there: &RpmPackage) -> bool {
    let same = |wanted: &Option<String>, there: &Option<String>| wanted.is_none() || wanted == there;
    wanted.name == there.name
        && same(&wanted.version, &there.version)
        && same(&wanted.arch, &there.arch)
        && same(&wanted.epoch, &there.epoch)
        && same(&wanted.release, &there.release)
        && same(&wanted.identifier, &there.identifier)
        && (wanted.src.is_none() || wanted.src == there.src)
}

impl PythonPattern {
    fn is(&self, there: &PythonPackage) -> bool {
        let name = thoth_schema::name::package(&there.name);
        let order = there
            .version
            .as_deref()
            .and_then(|version| parse(version).ok())
            .map(|version| order_key(&version));
        name.is_ok_and(|name| name.as_ref() == self.name)
            && (self.versions.is_all() || order.is_some_and(|order| self.versions.contains(&order)))
            && self
                .location
                .as_ref()
                .is_none_or(|location| there.location.as_deref().is_some_and(|there| location.is(there)))
    }
}

impl Location {
    fn is(&self, there: &str) -> bool {
        match (self.from_start, self.to_end) {
            (true, true) => there == self.text,
            (true, false) => there.starts_with(&self.text),
            (false, true) => there.ends_with(&self.text),
            (false, false) => there.contains(&self.text),
        }
    }
}

impl Hardware {
    fn admits(&self, runtime: &Runtime) -> bool {
        let number = |number: Option<i64>| number.map(|number| number.to_string());
        let is = |list: &Option<Choice<Option<String>>>, there: Option<String>| {
            list.as_ref().is_none_or(|list| list.any(|one| *one == there))
        };
        is(&self.cpu_families, number(runtime.cpu_family))
            && is(&self.cpu_models, number(runtime.cpu_model))
            && is(&self.gpu_models, runtime.gpu_model.clone())
            && self
                .cpu_flags
                .as_ref()
                .is_none_or(|flags| flags.all(|flag| runtime.cpu_flags.contains(flag)))
    }
}

impl Versions {
    fn admit(&self, software: Software, context: &Context<'_>) -> bool {
        let runtime = context.runtime;
        let stated = match software {
            Software::Python => {
                let Versions::Within { set, patches } = self else {
                    return false;
                };
                let markers = &context.request.environment.markers;
                let short = &markers.python_version().version;
                let python = if *patches {
                    context.request.environment.python()
                } else {
                    short
                };
                return set.contains(&order_key(python));
            }
            Software::Cuda => &runtime.cuda_version,
            Software::Cudnn => &runtime.cudnn_version,
            Software::Mkl => &runtime.mkl_version,
            Software::Openblas => &runtime.openblas_version,
            Software::Openmpi => &runtime.openmpi_version,
        };
        match (self, stated) {
            (Versions::Absent, stated) => stated.is_none(),
            (Versions::Within { .. }, None) => false,
            (Versions::Within { set, .. }, Some(stated)) => {
                parse(stated).is_ok_and(|version| set.contains(&order_key(&version)))
            }
        }
    }
}
