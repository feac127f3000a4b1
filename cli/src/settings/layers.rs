//! The layers of the configuration: file, then environment, then flags, merged by the `config` crate.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use config::{Config, File, FileFormat, Map, Source, Value, ValueKind};
use thoth_schema::error::{ErrorCode, Fault};

use super::keys::{KEYS, Key, is_foreign, near_matches};
use super::{Effective, Override};

/// The file that is read from the working folder where none is named.
const FILE_NAME: &str = "thoth.toml";

/// What the process was started with: read once in `main`, passed down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Process {
    /// Environment variables that are Unicode.
    pub(crate) variables: BTreeMap<String, String>,
    /// The working folder.
    pub(crate) folder: PathBuf,
}

impl Process {
    /// Of this process.
    pub(crate) fn current() -> Process {
        let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Process {
            variables: std::env::vars_os().filter_map(unicode).collect(),
            folder: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// A variable that is set and not empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The path from the root.
    pub(crate) fn absolute(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// `$XDG_DATA_HOME/thoth`, else `~/.local/share/thoth`.
    ///
    /// # Errors
    /// `INVALID_CONFIGURATION` where neither variable says where that is.
    pub(crate) fn data_folder(&self) -> Result<PathBuf, Fault> {
        if let Some(folder) = self
            .variable("XDG_DATA_HOME")
            .map(Path::new)
            .filter(|path| path.is_absolute())
        {
            return Ok(folder.join("thoth"));
        }
        // Windows calls it USERPROFILE.
        match self.variable("HOME").or_else(|| self.variable("USERPROFILE")) {
            Some(home) => Ok(Path::new(home).join(".local/share/thoth")),
            None => Err(Fault::new(
                ErrorCode::InvalidConfiguration,
                "there is no home folder to keep data in",
            )
            .at("data.folder")
            .remedy("set THOTH_DATA_FOLDER, or HOME")),
        }
    }
}

/// Values with keys as they are written, each with its origin.
#[derive(Debug, Clone, Default)]
struct Layer(Map<String, Value>);

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}

/// Everything that any layer sets, the strongest layer last.
pub(super) fn collect(
    file: Option<&Path>,
    flags: &[Override],
    process: &Process,
) -> Result<BTreeMap<&'static str, Effective>, Fault> {
    let merged = Config::builder()
        .add_source(file_layer(file, process)?)
        .add_source(environment_layer(process)?)
        .add_source(flag_layer(flags))
        .build()
        .map_err(|problem| {
            invalid(
                format!("the configuration cannot be merged: {problem}"),
                "configuration",
            )
        })?;
    let mut set = BTreeMap::new();
    flatten("", merged.cache, &mut set)?;
    Ok(set)
}

fn file_layer(named: Option<&Path>, process: &Process) -> Result<Layer, Fault> {
    let path = process.absolute(named.unwrap_or(Path::new(FILE_NAME)));
    let shown = named.map_or(FILE_NAME.to_owned(), |path| path.display().to_string());
    if named.is_none() && !path.exists() {
        return Ok(Layer::default());
    }
    let text = std::fs::read_to_string(&path).map_err(|problem| {
        Fault::new(
            ErrorCode::IoError,
            format!("the configuration file cannot be read: {problem}"),
        )
        .at(shown.clone())
        .remedy("name a readable file with --config, or leave the option out")
    })?;
    let tables = File::from_str(&text, FileFormat::Toml)
        .collect()
        .map_err(|problem| {
            let problem = problem.to_string();
            // One line; the text that follows draws the place, which the line number says already.
            invalid(problem.lines().next().unwrap_or_default().to_owned(), &shown)
                .remedy("write the file as TOML")
        })?;
    let mut set = BTreeMap::new();
    flatten("", Value::new(None, ValueKind::Table(tables)), &mut set).map_err(|fault| Fault {
        pointer: Some(shown.clone()),
        ..fault
    })?;
    let origin = format!("file {shown}");
    let value = |effective: Effective| Value::new(Some(&origin), effective.value.unwrap_or_default());
    Ok(Layer(
        set.into_iter()
            .map(|(name, effective)| (name.to_owned(), value(effective)))
            .collect(),
    ))
}

fn environment_layer(process: &Process) -> Result<Layer, Fault> {
    let mut layer = Layer::default();
    for (variable, text) in process
        .variables
        .iter()
        .filter(|(name, _)| name.starts_with("THOTH_"))
    {
        if is_foreign(variable) {
            continue;
        }
        let Some(key) = KEYS.iter().find(|key| key.variable() == *variable) else {
            let names: Vec<String> = KEYS.iter().map(Key::variable).collect();
            return Err(unknown("variable", variable, names.iter().map(String::as_str)).at(variable.clone()));
        };
        let origin = format!("variable {variable}");
        layer
            .0
            .insert(key.name.to_owned(), Value::new(Some(&origin), text.as_str()));
    }
    Ok(layer)
}

fn flag_layer(flags: &[Override]) -> Layer {
    let value = |(key, value, flag): &Override| {
        (
            (*key).to_owned(),
            Value::new(Some(&format!("flag {flag}")), value.as_str()),
        )
    };
    Layer(flags.iter().map(value).collect())
}

/// Walks the tables and knows every leaf, or says which key it does not know.
fn flatten(prefix: &str, value: Value, set: &mut BTreeMap<&'static str, Effective>) -> Result<(), Fault> {
    let origin = value.origin().unwrap_or("file").to_owned();
    if let ValueKind::Table(entries) = value.kind {
        for (name, inner) in entries {
            let path = if prefix.is_empty() {
                name
            } else {
                format!("{prefix}.{name}")
            };
            flatten(&path, inner, set)?;
        }
        return Ok(());
    }
    let Some(key) = Key::named(prefix) else {
        return Err(unknown("key", prefix, KEYS.iter().map(|key| key.name)).at(origin));
    };
    if matches!(value.kind, ValueKind::Array(_) | ValueKind::Nil) {
        return Err(invalid(format!("{} is {}", key.name, key.wanted()), &origin));
    }
    let text = value
        .into_string()
        .map_err(|_| invalid(format!("{} is {}", key.name, key.wanted()), &origin))?;
    set.insert(
        key.name,
        Effective {
            value: Some(text),
            origin,
        },
    );
    Ok(())
}

fn unknown<'known>(what: &str, name: &str, known: impl Iterator<Item = &'known str>) -> Fault {
    let near = near_matches(name, known);
    let remedy = if near.is_empty() {
        "docs/configuration.md lists what can be set".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    };
    Fault::new(
        ErrorCode::InvalidConfiguration,
        format!("the configuration {what} `{name}` is not known"),
    )
    .remedy(remedy)
}

fn invalid(message: String, place: &str) -> Fault {
    Fault::new(ErrorCode::InvalidConfiguration, message).at(place)
}
