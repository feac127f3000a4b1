//! Requirements files as pip reads them.
//!
//! Understood: requirements with `--hash`, comments, lines continued by `\`, `${VARIABLE}`, `-r`, `-c`, `-i`,
//! `--index-url`, `--extra-index-url`, `--no-index`, `--pre`, `--no-binary`, `--only-binary`, `--prefer-binary`,
//! `--require-hashes`, `--trusted-host` and `--use-feature`, the last four without effect here. Editable
//! requirements, paths and URLs are `UNSUPPORTED_REQUIREMENT`; anything else is `INVALID_REQUIREMENT`. Every fault names
//! file and line. Nothing is read here: nested files and variables come from the caller.

use crate::error::{ErrorCode, Fault};
use crate::requirement::Requirement;

/// Deepest chain of `-r` and `-c`.
pub const MAX_NESTED_FILES: usize = 16;

/// Most lines, nested files included.
pub const MAX_LINES: usize = 200_000;

/// One requirement and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRequirement {
    /// The requirement.
    pub requirement: Requirement,
    /// Hashes such as `sha256:…`, of which a file must have one; empty admits any.
    pub hashes: Vec<String>,
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// What a requirements file and those it names say together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequirementsFile {
    /// What is required, in the order of the files.
    pub requirements: Vec<FileRequirement>,
    /// What is constrained but not required.
    pub constraints: Vec<FileRequirement>,
    /// The index instead of the default one.
    pub index_url: Option<String>,
    /// Further indexes.
    pub extra_index_urls: Vec<String>,
    /// Whether no index shall be used.
    pub no_index: bool,
    /// Whether pre-releases are wanted.
    pub pre: bool,
    /// Packages not to be installed from wheels: names, `:all:` or `:none:`.
    pub no_binary: Vec<String>,
    /// Packages to be installed from wheels only: names, `:all:` or `:none:`.
    pub only_binary: Vec<String>,
}

/// Gives the text of a nested file.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<String, Fault> + 'a;

/// Gives the value of a variable.
pub type Variable<'a> = dyn Fn(&str) -> Option<String> + 'a;

impl RequirementsFile {
    /// Reads the text of a file named `file`; nested files are asked for by their path relative to the outermost one.
    ///
    /// # Errors
    /// `INVALID_REQUIREMENT`, `UNSUPPORTED_REQUIREMENT`, `LIMIT_EXCEEDED` with `file:line`, and the faults of `read`.
    pub fn parse(
        file: &str,
        text: &str,
        read: &mut ReadFile<'_>,
        variable: &Variable<'_>,
    ) -> Result<RequirementsFile, Fault> {
        let mut reader = Reader {
            read,
            variable,
            found: RequirementsFile::default(),
            open: Vec::new(),
            lines: 0,
        };
        reader.file(file, text, false)?;
        Ok(reader.found)
    }

    /// The same for a file of constraints (`-c`).
    ///
    /// # Errors
    /// As [`RequirementsFile::parse`].
    pub fn parse_constraints(
        file: &str,
        text: &str,
        read: &mut ReadFile<'_>,
        variable: &Variable<'_>,
    ) -> Result<RequirementsFile, Fault> {
        let mut reader = Reader {
            read,
            variable,
            found: RequirementsFile::default(),
            open: Vec::new(),
            lines: 0,
        };
        reader.file(file, text, true)?;
        Ok(reader.found)
    }
}

struct Reader<'a, 'read, 'variable> {
    read: &'a mut ReadFile<'read>,
    variable: &'a Variable<'variable>,
    found: RequirementsFile,
    open: Vec<String>,
    lines: usize,
}

/// A place in a file, for faults.
struct Place<'file> {
    file: &'file str,
    line: usize,
}

impl Place<'_> {
    fn fault(&self, code: ErrorCode, message: String) -> Fault {
        Fault::new(code, message).at(format!("{}:{}", self.file, self.line))
    }

    fn locate(&self, fault: Fault) -> Fault {
        let inner = fault.pointer.clone();
        match inner {
            Some(_) => fault,
            None => fault.at(format!("{}:{}", self.file, self.line)),
        }
    }
}

impl Reader<'_, '_, '_> {
    fn file(&mut self, file: &str, text: &str, constraints: bool) -> Result<(), Fault> {
        self.open.push(file.to_owned());
        for (line, content) in logical_lines(text) {
            self.lines += 1;
            let place = Place { file, line };
            if self.lines > MAX_LINES {
                return Err(place.fault(ErrorCode::LimitExceeded, format!("more than {MAX_LINES} lines")));
            }
            let content = self.expand(without_comment(&content));
            if !content.trim().is_empty() {
                self.line(content.trim(), &place, constraints)?;
            }
        }
        self.open.pop();
        Ok(())
    }

    /// Replaces `${NAME}` where the variable is set; an unset one stays as it is, as pip has it.
    fn expand(&self, line: &str) -> String {
        let mut expanded = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(start) = rest.find("${") {
            let (before, from) = rest.split_at(start);
            expanded.push_str(before);
            let end = from.find('}').unwrap_or(0);
            let name = from.get(2..end).unwrap_or_default();
            let is_name = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            match is_name.then(|| (self.variable)(name)).flatten() {
                Some(value) => {
                    expanded.push_str(&value);
                    rest = &from[end + 1..];
                }
                None => {
                    expanded.push_str("${");
                    rest = &from[2..];
                }
            }
        }
        expanded + rest
    }

    fn line(&mut self, content: &str, place: &Place<'_>, constraints: bool) -> Result<(), Fault> {
        if content.starts_with('-') {
            return self.option(content, place, constraints);
        }
        let (text, options) = split_options(content);
        let hashes = hashes(options, place)?;
        let requirement = read_requirement(text, place)?;
        let entry = FileRequirement {
            requirement,
            hashes,
            file: place.file.to_owned(),
            line: place.line,
        };
        if constraints && !entry.requirement.extras.is_empty() {
            return Err(place.fault(
                ErrorCode::InvalidRequirement,
                "a constraint cannot have extras".to_owned(),
            ));
        }
        if constraints {
            self.found.constraints.push(entry)
        } else {
            self.found.requirements.push(entry)
        }
        Ok(())
    }

    fn option(&mut self, content: &str, place: &Place<'_>, constraints: bool) -> Result<(), Fault> {
        let (name, value) = split_option(content);
        let wanted = || {
            let message = format!("`{name}` needs a value");
            if value.is_empty() {
                Err(place.fault(ErrorCode::InvalidRequirement, message))
            } else {
                Ok(value.to_owned())
            }
        };
        match name {
            "-r" | "--requirement" => self.nested(&wanted()?, place, constraints)?,
            "-c" | "--constraint" => self.nested(&wanted()?, place, true)?,
            "-i" | "--index-url" | "--pypi-url" => self.found.index_url = Some(wanted()?),
            "--extra-index-url" => self.found.extra_index_urls.push(wanted()?),
            "--no-index" => self.found.no_index = true,
            "--pre" => self.found.pre = true,
            "--no-binary" => self
                .found
                .no_binary
                .extend(wanted()?.split(',').map(|name| name.trim().to_owned())),
            "--only-binary" => self
                .found
                .only_binary
                .extend(wanted()?.split(',').map(|name| name.trim().to_owned())),
            "--prefer-binary" | "--require-hashes" => {}
            "--trusted-host" | "--use-feature" => {
                wanted()?;
            }
            "-e" | "--editable" => return Err(unsupported(place, "an editable requirement")),
            "-f" | "--find-links" => return Err(unsupported(place, "a list of links")),
            _ => {
                return Err(place
                    .fault(
                        ErrorCode::InvalidRequirement,
                        format!("the option `{name}` is not known"),
                    )
                    .remedy("remove the line, or state a requirement"));
            }
        }
        Ok(())
    }

    fn nested(&mut self, target: &str, place: &Place<'_>, constraints: bool) -> Result<(), Fault> {
        let path = join(place.file, target);
        if self.open.contains(&path) {
            return Err(place.fault(ErrorCode::InvalidRequirement, format!("{path} includes itself")));
        }
        if self.open.len() >= MAX_NESTED_FILES {
            return Err(place.fault(
                ErrorCode::LimitExceeded,
                format!("more than {MAX_NESTED_FILES} nested files"),
            ));
        }
        let text = (self.read)(&path).map_err(|fault| place.locate(fault))?;
        self.file(&path, &text, constraints)
    }
}

fn unsupported(place: &Place<'_>, what: &str) -> Fault {
    place
        .fault(
            ErrorCode::UnsupportedRequirement,
            format!("{what} cannot be resolved"),
        )
        .remedy("state a package and its versions from an index")
}

fn read_requirement(text: &str, place: &Place<'_>) -> Result<Requirement, Fault> {
    if is_path_or_url(text) {
        return Err(unsupported(place, &format!("the path or URL `{text}`")));
    }
    let requirement = Requirement::parse(text).map_err(|fault| place.locate(fault))?;
    requirement.without_url().map_err(|fault| place.locate(fault))
}

fn is_path_or_url(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let archive = [".whl", ".zip", ".tar.gz", ".tar.bz2", ".tgz"]
        .iter()
        .any(|suffix| first.ends_with(suffix));
    !text.contains(" @ ")
        && !first.contains('@')
        && (archive || first.starts_with(['.', '/', '\\', '~']) || first.contains("://"))
}

/// Joins lines that end in `\`; gives each with the number of its first line.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut continues = false;
    for (position, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let is_comment = line.trim_start().starts_with('#');
        let (content, more) = match line.strip_suffix('\\') {
            Some(content) if !is_comment => (content, true),
            _ => (line, false),
        };
        match lines.last_mut() {
            Some((_, last)) if continues => {
                // A comment ends a continued line and is no part of it.
                if is_comment {
                    last.push(' ');
                }
                last.push_str(content);
            }
            _ => lines.push((position + 1, content.to_owned())),
        }
        continues = more;
    }
    lines
}

/// A comment starts at a `#` that is first or follows white space.
fn without_comment(line: &str) -> &str {
    let start = line.char_indices().find(|(position, letter)| {
        *letter == '#' && (*position == 0 || line[..*position].ends_with(char::is_whitespace))
    });
    start.map_or(line, |(position, _)| &line[..position])
}

/// The requirement, and the options behind it.
fn split_options(content: &str) -> (&str, &str) {
    match content.find(" --").or_else(|| content.find("\t--")) {
        Some(position) => (content[..position].trim_end(), content[position..].trim()),
        None => (content, ""),
    }
}

fn hashes(options: &str, place: &Place<'_>) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    let mut words = options.split_whitespace();
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--hash") {
            Some("") => words.next().unwrap_or_default(),
            Some(rest) => rest.strip_prefix('=').unwrap_or_default(),
            None => {
                return Err(place.fault(
                    ErrorCode::InvalidRequirement,
                    format!("`{word}` is not an option of a requirement"),
                ));
            }
        };
        let is_hash = value.split_once(':').is_some_and(|(algorithm, digest)| {
            matches!(algorithm, "sha256" | "sha384" | "sha512")
                && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
                && !digest.is_empty()
        });
        if !is_hash {
            return Err(place
                .fault(ErrorCode::InvalidRequirement, format!("`{value}` is not a hash"))
                .remedy("write --hash=sha256:<hexadecimal digest>"));
        }
        found.push(value.to_ascii_lowercase());
    }
    Ok(found)
}

/// `-r file`, `-rfile`, `--requirement=file`, `--requirement file`
fn split_option(content: &str) -> (&str, &str) {
    if !content.starts_with("--") && content.len() > 2 && content.is_char_boundary(2) {
        let (name, value) = content.split_at(2);
        return (name, value.trim_start_matches('=').trim());
    }
    // The white space may be one of several bytes.
    match content.split_once(|letter: char| letter == '=' || letter.is_whitespace()) {
        Some((name, value)) => (name, value.trim()),
        None => (content, ""),
    }
}

/// The path of a nested file: relative to the folder of the file that names it.
fn join(file: &str, target: &str) -> String {
    if target.starts_with('/') || target.contains("://") {
        return target.to_owned();
    }
    let mut folders: Vec<&str> = file.split('/').collect();
    folders.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." if folders
                .last()
                .is_some_and(|last| *last != ".." && !last.is_empty()) =>
            {
                folders.pop();
            }
            part => folders.push(part),
        }
    }
    // What comes back to where it began is a folder, which has a name too.
    match folders.as_slice() {
        [] => ".".to_owned(),
        [""] => "/".to_owned(),
        parts => parts.join("/"),
    }
}
