//! Requirements and constraints files, with what their options mean for a request.

use std::collections::BTreeSet;
use std::path::Path;

use thoth_schema::error::{ErrorCode, Fault};
use thoth_schema::name;
use thoth_schema::purl::DEFAULT_INDEX;
use thoth_schema::requirements_file::{FileRequirement, RequirementsFile};

use crate::files;

/// Largest requirements file in bytes.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// What all files say together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    /// Requirements in the order of the files.
    pub(super) requirements: Vec<String>,
    /// Constraints in the order of the files.
    pub(super) constraints: Vec<String>,
    /// The indexes to choose from; empty for every one.
    pub(super) indexes: Vec<String>,
    /// Whether a file wants pre-releases.
    pub(super) pre: bool,
    /// Packages to be installed from wheels only: names or `:all:`.
    pub(super) only_binary: BTreeSet<String>,
    /// Packages not to be installed from wheels: names or `:all:`.
    pub(super) no_binary: BTreeSet<String>,
    /// Whether any line names hashes.
    pub(super) has_hashes: bool,
}

/// Reads the files and those they name.
///
/// # Errors
/// Faults that name file and line.
pub(super) fn read(requirement_files: &[String], constraint_files: &[String]) -> Result<Files, Fault> {
    // Read here, at the edge, as pip does; nothing but requirements files sees them.
    let variable = |name: &str| std::env::var(name).ok();
    let mut open = |path: &str| files::read_text(Path::new(path), MAX_FILE_BYTES);
    let mut together = Files::default();
    let mut index_url = None;
    let mut extra_indexes = Vec::new();
    let named = requirement_files.iter().map(|file| (file, false));
    for (file, constraints) in named.chain(constraint_files.iter().map(|file| (file, true))) {
        let text = open(file)?;
        let parsed = if constraints {
            RequirementsFile::parse_constraints(file, &text, &mut open, &variable)?
        } else {
            RequirementsFile::parse(file, &text, &mut open, &variable)?
        };
        if parsed.no_index {
            return Err(no_index(file));
        }
        let entries = parsed.requirements.iter().chain(&parsed.constraints);
        together.has_hashes |= entries.into_iter().any(|entry| !entry.hashes.is_empty());
        together.pre |= parsed.pre;
        index_url = parsed.index_url.or(index_url);
        extra_indexes.extend(parsed.extra_index_urls);
        names(&mut together.only_binary, &parsed.only_binary, file)?;
        names(&mut together.no_binary, &parsed.no_binary, file)?;
        together.requirements.extend(texts(parsed.requirements));
        together.constraints.extend(texts(parsed.constraints));
    }
    if index_url.is_some() || !extra_indexes.is_empty() {
        together.indexes = vec![index_url.unwrap_or_else(|| DEFAULT_INDEX.to_owned())];
        together.indexes.extend(extra_indexes);
    }
    Ok(together)
}

fn texts(entries: Vec<FileRequirement>) -> impl Iterator<Item = String> {
    entries.into_iter().map(|entry| entry.requirement.text)
}

fn no_index(file: &str) -> Fault {
    Fault::new(
        ErrorCode::UnsupportedRequirement,
        "`--no-index` leaves no release to choose from",
    )
    .at(file)
    .remedy("remove the line")
}

/// As pip reads `--only-binary` and `--no-binary`: `:none:` forgets what was named before, the rest are names.
fn names(set: &mut BTreeSet<String>, given: &[String], file: &str) -> Result<(), Fault> {
    for one in given {
        match one.as_str() {
            ":none:" => set.clear(),
            ":all:" => {
                set.insert(one.clone());
            }
            one => {
                set.insert(name::package(one).map_err(|fault| fault.at(file))?.to_string());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn path(folder: &tempfile::TempDir, name: &str) -> Vec<String> {
        vec![folder.path().join(name).display().to_string()]
    }

    #[test]
    fn nested_files_and_options_come_together() {
        let folder = folder(&[
            (
                "all.txt",
                "-r base.txt\n-c limits.txt\n--pre\n--only-binary numpy,SciPy_X\nflask[async]>=2\n",
            ),
            (
                "base.txt",
                "--extra-index-url https://other.test/simple\njinja2 --hash=sha256:ab\n",
            ),
            ("limits.txt", "werkzeug<3\n"),
        ]);
        let files = read(&path(&folder, "all.txt"), &[]).unwrap();
        assert_eq!(files.requirements.len(), 2, "{files:?}");
        assert_eq!(files.constraints, ["werkzeug<3"]);
        assert_eq!(files.indexes, ["default", "https://other.test/simple"]);
        assert!(files.pre && files.has_hashes);
        assert_eq!(files.only_binary, ["numpy", "scipy-x"].map(str::to_owned).into());
        assert!(files.no_binary.is_empty());
    }

    #[test]
    fn none_forgets_what_was_named() {
        let folder = folder(&[(
            "r.txt",
            "--no-binary a\n--no-binary :none:\n--no-binary b\n-i https://one.test\n",
        )]);
        let files = read(&path(&folder, "r.txt"), &[]).unwrap();
        assert_eq!(files.no_binary, ["b".to_owned()].into());
        assert_eq!(files.indexes, ["https://one.test"]);
    }

    #[test]
    fn faults_name_file_and_line() {
        let folder = folder(&[
            ("r.txt", "flask\n\n>=3 flask\n"),
            ("n.txt", "-r absent.txt\n"),
            ("i.txt", "--no-index\n"),
        ]);
        let fault = read(&path(&folder, "r.txt"), &[]).unwrap_err();
        assert_eq!(fault.code, ErrorCode::InvalidRequirement);
        assert!(fault.pointer.unwrap().ends_with("r.txt:3"));
        let fault = read(&path(&folder, "n.txt"), &[]).unwrap_err();
        assert_eq!(fault.code, ErrorCode::IoError);
        assert!(fault.pointer.unwrap().contains("absent.txt"));
        let fault = read(&path(&folder, "i.txt"), &[]).unwrap_err();
        assert_eq!(fault.code, ErrorCode::UnsupportedRequirement);
    }
}
