//! The lock of flask is one that pip takes, hashes and all.

use std::path::Path;
use std::process::{Command, Output};

use thoth_tests::binary::Thoth;
use thoth_tests::paths::workspace_root;

fn pip(folder: &Path, arguments: &[&str]) -> std::io::Result<Output> {
    let common = [
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--quiet",
        "--disable-pip-version-check",
    ];
    let target = [
        "--python-version",
        "3.11",
        "--only-binary=:all:",
        "--retries",
        "1",
        "--timeout",
        "10",
    ];
    Command::new("python3")
        .args(common)
        .args(target)
        .arg("-d")
        .arg(folder)
        .args(arguments)
        .output()
}

#[test]
fn pip_downloads_the_flask_lock_with_its_hashes() {
    let folder = tempfile::tempdir().unwrap();
    let probe = folder.path().join("probe");
    match pip(&probe, &["itsdangerous==2.1.2"]) {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            let reason = String::from_utf8_lossy(&output.stderr).into_owned();
            println!(
                "skipped: no package index answers pip: {}",
                reason.lines().last().unwrap_or_default()
            );
            return;
        }
        Err(problem) => {
            println!("skipped: pip cannot be run: {problem}");
            return;
        }
    }
    let records = workspace_root().join("cli/data/demo.jsonl.zst");
    let lock = Thoth::new()
        .args([
            "advise",
            "flask",
            "--python-version",
            "3.11",
            "--format",
            "requirements",
            "--knowledge",
        ])
        .args([records])
        .run()
        .expect_code(0);
    let file = folder.path().join("flask.lock");
    std::fs::write(&file, &lock.stdout).unwrap();
    let target = folder.path().join("files");
    let output = pip(&target, &["--require-hashes", "-r", &file.display().to_string()]).unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        lock.stdout,
        String::from_utf8_lossy(&output.stderr)
    );
    let pins = lock.stdout.lines().filter(|line| line.contains("==")).count();
    assert_eq!(std::fs::read_dir(&target).unwrap().count(), pins);
}
