//! The built `thoth`, run as a user runs it: arguments in, stdout, stderr and exit code out.
//!
//! `THOTH_TEST_BINARY` names it; without that variable cargo builds it once per test process, beside the test
//! itself. The environment is clean: a `PATH`, a temporary home, and what the test gives; no `THOTH_*`
//! variable is inherited.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::paths::workspace_root;

const DEFAULT_DEADLINE: Duration = Duration::from_secs(120);

/// Path of the binary, built first where need be.
///
/// # Panics
/// When it cannot be built.
pub fn thoth_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match env::var_os("THOTH_TEST_BINARY") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let test = env::current_exe().expect("the test knows its own path");
    let profile = profile_folder(&test).expect("a program lies in a folder");
    let target = profile
        .parent()
        .expect("a profile folder lies in a target folder");
    let profile_name = match profile.file_name().and_then(OsStr::to_str) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "build",
            "--quiet",
            "--locked",
            // Together with the tests, so that it has the fail points that they ask for.
            "--package",
            "thoth-cli",
            "--package",
            "thoth-tests",
            "--bins",
            "--profile",
            profile_name,
            "--target-dir",
        ])
        .arg(target)
        .current_dir(workspace_root())
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "cargo could not build thoth");
    profile.join(format!("thoth{}", env::consts::EXE_SUFFIX))
}

/// `<target>/<profile>` of a test `<target>/<profile>/deps/<name>`, or of a program `<target>/<profile>/<name>`.
fn profile_folder(program: &Path) -> Option<&Path> {
    let folder = program.parent()?;
    match folder.file_name()? == "deps" {
        true => folder.parent(),
        false => Some(folder),
    }
}

/// One run of the binary to be: arguments, environment, input, deadline.
#[derive(Debug)]
pub struct Thoth {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
    stdin: Vec<u8>,
    deadline: Duration,
    home: TempDir,
}

/// What a run gave.
#[derive(Debug, Clone)]
pub struct Output {
    /// Data.
    pub stdout: String,
    /// Talk, progress and errors.
    pub stderr: String,
    /// Exit code; `None` when a signal ended the process.
    pub code: Option<i32>,
    /// The signal that ended the process, such as 6 for an abort.
    pub signal: Option<i32>,
}

impl Output {
    /// Stdout as JSON.
    ///
    /// # Panics
    /// When it is no JSON, showing both streams.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(fault) => panic!("stdout is no JSON ({fault}): {self:#?}"),
        }
    }

    /// Itself, when the exit code is the expected one.
    ///
    /// # Panics
    /// When it is not, showing both streams.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Output {
        assert_eq!(self.code, Some(code), "unexpected exit code: {self:#?}");
        self
    }
}

impl Default for Thoth {
    fn default() -> Self {
        Thoth::new()
    }
}

impl Thoth {
    /// A run of `thoth` without arguments and with a deadline of two minutes.
    pub fn new() -> Thoth {
        Thoth::of_program(thoth_path().to_path_buf())
    }

    fn of_program(program: PathBuf) -> Thoth {
        let home = tempfile::tempdir().expect("a temporary folder can be made");
        let (arguments, environment, stdin) = (Vec::new(), Vec::new(), Vec::new());
        Thoth {
            program,
            arguments,
            environment,
            folder: None,
            stdin,
            deadline: DEFAULT_DEADLINE,
            home,
        }
    }

    /// Adds arguments.
    pub fn args<Argument: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = Argument>) -> Thoth {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds one variable to the otherwise clean environment.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Thoth {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Sets the working folder; without it the run's own temporary home.
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Thoth {
        self.folder = Some(folder.into());
        self
    }

    /// Sets what the process reads from stdin; without it stdin is empty.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Thoth {
        self.stdin = bytes.into();
        self
    }

    /// Sets after which time [`Thoth::run`] kills the process and fails the test.
    pub fn deadline(mut self, deadline: Duration) -> Thoth {
        self.deadline = deadline;
        self
    }

    /// The temporary home of this run, where the test may put a `thoth.toml`.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs to the end.
    ///
    /// # Panics
    /// When the process cannot be started or is not done by the deadline.
    #[track_caller]
    pub fn run(self) -> Output {
        let deadline = self.deadline;
        self.spawn().wait(deadline)
    }

    /// Starts and leaves running.
    ///
    /// # Panics
    /// When the process cannot be started.
    #[track_caller]
    pub fn spawn(self) -> Running {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear();
        for name in [
            "PATH",
            "TMPDIR",
            "LD_LIBRARY_PATH",
            "RUST_BACKTRACE",
            "LLVM_PROFILE_FILE",
        ] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("HOME", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .envs(self.environment);
        command.current_dir(self.folder.as_deref().unwrap_or(self.home.path()));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(fault) => panic!("{} cannot be started: {fault}", self.program.display()),
        };
        if let Some(mut pipe) = child.stdin.take() {
            // A process that ends before it has read everything closes the pipe: its exit code tells the
            // story.
            thread::spawn(move || pipe.write_all(&self.stdin));
        }
        let stdout = Stream::read(child.stdout.take());
        let stderr = Stream::read(child.stderr.take());
        Running {
            child,
            stdout,
            stderr,
            _home: self.home,
        }
    }
}

/// A started process; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Stream,
    stderr: Stream,
    _home: TempDir,
}

impl Running {
    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Has it not ended yet?
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Everything it has written to stdout so far.
    pub fn stdout_so_far(&self) -> String {
        self.stdout.text()
    }

    /// Everything it has written to stderr so far.
    pub fn stderr_so_far(&self) -> String {
        self.stderr.text()
    }

    /// Waits until stdout or stderr holds the text.
    ///
    /// # Panics
    /// After the deadline, or when the process ends first, showing both streams.
    #[track_caller]
    pub fn wait_for_text(&mut self, text: &str, deadline: Duration) {
        let started = Instant::now();
        loop {
            // Asked before the streams are looked at: what a process wrote before its end is there after it.
            let alive = self.is_alive();
            if self.stdout.text().contains(text) || self.stderr.text().contains(text) {
                return;
            }
            if !alive || started.elapsed() >= deadline {
                let (stdout, stderr) = (self.stdout.text(), self.stderr.text());
                panic!(
                    "waited {:?} in vain for {text:?}\nstdout: {stdout}\nstderr: {stderr}",
                    started.elapsed()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks it to stop: SIGTERM.
    pub fn terminate(&self) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill can be run");
        assert!(status.success(), "process {pid} cannot be signalled");
    }

    /// Ends it without warning, SIGKILL, and waits until it is gone.
    pub fn kill9(mut self) -> Output {
        self.child.kill().expect("the process can be killed");
        let status = self.child.wait().expect("the process can be awaited");
        self.output(status)
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// After the deadline, having killed it, showing both streams.
    #[track_caller]
    pub fn wait(mut self, deadline: Duration) -> Output {
        let started = Instant::now();
        loop {
            if let Some(status) = self
                .child
                .try_wait()
                .expect("the process can be asked for its state")
            {
                return self.output(status);
            }
            if started.elapsed() >= deadline {
                let output = self.kill9();
                panic!("not done after {deadline:?}: {output:#?}");
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn output(&mut self, status: ExitStatus) -> Output {
        Output {
            stdout: self.stdout.finish(),
            stderr: self.stderr.finish(),
            code: status.code(),
            signal: status.signal(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or it must not outlive its test; either way there is nobody to tell of a
        // failure.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One output stream, read by a thread of its own so that the process never waits for a full pipe.
#[derive(Debug)]
struct Stream {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn read(pipe: Option<impl Read + Send + 'static>) -> Stream {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&bytes);
        let reader = pipe.map(|pipe| thread::spawn(move || copy(pipe, &sink)));
        Stream { bytes, reader }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Everything up to the end of the stream. Only once the process has ended; a grandchild that holds the
    /// pipe open is not waited for longer than a second.
    fn finish(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            let started = Instant::now();
            while !reader.is_finished() && started.elapsed() < Duration::from_secs(1) {
                thread::sleep(Duration::from_millis(1));
            }
        }
        self.text()
    }
}

fn copy(mut pipe: impl Read, sink: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 64 * 1024];
    while let Ok(count @ 1..) = pipe.read(&mut buffer) {
        sink.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend_from_slice(&buffer[..count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Thoth {
        Thoth::of_program("/bin/sh".into()).args(["-c", script])
    }

    #[test]
    fn streams_exit_code_and_input_come_through() {
        let output = shell("cat; echo talk >&2; exit 3")
            .stdin("{\"a\": 1}")
            .run()
            .expect_code(3);
        assert_eq!(output.json()["a"], 1);
        assert_eq!(output.stderr, "talk\n");
    }

    #[test]
    fn the_environment_is_clean() {
        let output = shell("env; pwd").env("THOTH_GRAPH_URL", "x").run().expect_code(0);
        let names: Vec<&str> = output
            .stdout
            .lines()
            .filter_map(|line| Some(line.split_once('=')?.0))
            .collect();
        assert!(
            names.contains(&"THOTH_GRAPH_URL") && !names.iter().any(|name| name.starts_with("CARGO")),
            "{names:?}"
        );
    }

    #[test]
    #[should_panic(expected = "not done after")]
    fn a_run_that_does_not_end_is_killed_at_its_deadline() {
        shell("sleep 60").deadline(Duration::from_millis(200)).run();
    }

    #[test]
    fn a_large_output_does_not_block() {
        let output = shell("head -c 3000000 /dev/zero | tr '\\0' x")
            .run()
            .expect_code(0);
        assert_eq!(output.stdout.len(), 3_000_000);
    }

    #[test]
    fn a_process_is_terminated_and_killed() {
        let mut polite = shell("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done").spawn();
        polite.wait_for_text("up", Duration::from_secs(10));
        polite.terminate();
        let output = polite.wait(Duration::from_secs(10)).expect_code(7);
        assert!(output.stdout.ends_with("bye\n"), "{output:?}");

        let mut stubborn = shell("echo up; exec sleep 60").spawn();
        stubborn.wait_for_text("up", Duration::from_secs(10));
        assert!(stubborn.is_alive());
        assert_eq!(stubborn.kill9().code, None);
    }

    #[test]
    fn the_profile_folder_is_found() {
        let profile = profile_folder(Path::new("/t/debug/deps/end_to_end-1a2b"));
        assert_eq!(profile, Some(Path::new("/t/debug")));
        let profile = profile_folder(Path::new("/t/debug/thoth-tests"));
        assert_eq!(profile, Some(Path::new("/t/debug")));
    }
}
