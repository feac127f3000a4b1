//! Where the workspace and the shared recorded data are.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
        .to_path_buf()
}

/// The folder of the shared recorded data: `THOTH_SHARED_DATA`, else `../shared/data` beside the workspace.
/// `None`, and a line on stderr, where there is no such folder: the test then skips.
pub fn shared_data() -> Option<PathBuf> {
    let folder = match env::var_os("THOTH_SHARED_DATA") {
        Some(folder) => PathBuf::from(folder),
        None => workspace_root().join("../shared/data"),
    };
    existing(folder)
}

/// One file or folder of the shared recorded data, such as `pypi/corpus.jsonl.zst`; `None` as for
/// [`shared_data`].
pub fn shared_file(relative: &str) -> Option<PathBuf> {
    existing(shared_data()?.join(relative))
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "skipped: the recorded data {} is absent (THOTH_SHARED_DATA names its folder)",
        path.display()
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_root_holds_the_workspace_manifest() {
        assert!(workspace_root().join("Cargo.toml").is_file());
        assert!(workspace_root().join("tests/Cargo.toml").is_file());
    }

    #[test]
    fn an_absent_path_is_none() {
        assert_eq!(existing(PathBuf::from("/nowhere/at/all")), None);
        assert_eq!(existing(workspace_root()), Some(workspace_root()));
    }
}
