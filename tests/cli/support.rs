//! Running the binary and finding what it wrote.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The binary, in an environment that holds nothing of the user's.
pub fn yardstick() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yardstick"));
    for name in ["YARDSTICK_DATA", "YARDSTICK_LOG", "YARDSTICK_BASELINES", "HF_HOME", "HF_HUB_CACHE", "HF_TOKEN"] {
        command.env_remove(name);
    }
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8");
    command.env("XDG_CACHE_HOME", "/nonexistent").env("XDG_DATA_HOME", "/nonexistent");
    // No test leaves this machine; those with a hub on it take this away.
    command.env("HF_HUB_OFFLINE", "1");
    command
}

/// What a finished process left.
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {}", self.stdout))
    }

    /// The message without the line breaks that fit it to the screen.
    pub fn message(&self) -> String {
        self.stderr.replace(['│', '×'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Runs the binary to its end.
pub fn run(args: &[&str]) -> Finished {
    Finished::new(yardstick().args(args).output().unwrap())
}

/// Runs the binary and expects success.
pub fn ok(args: &[&str]) -> Finished {
    let finished = run(args);
    assert_eq!(finished.code, 0, "yardstick {args:?}\n{}", finished.stderr);
    finished
}

/// Shared test material, where there is some; says what is skipped where there is not.
pub fn shared(skipping: &str) -> Option<PathBuf> {
    let dir = std::env::var_os("YARDSTICK_SHARED").map(PathBuf::from);
    if dir.is_none() {
        eprintln!("YARDSTICK_SHARED is not set: skipping {skipping}");
    }
    dir
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))).unwrap()
}

/// The only file in `dir` whose name begins and ends so.
pub fn only_file(dir: &Path, prefix: &str, suffix: &str) -> PathBuf {
    let entries = std::fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    let mut found = entries.map(|entry| entry.unwrap().path()).filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.starts_with(prefix) && name.ends_with(suffix)
    });
    let first = found.next().unwrap_or_else(|| panic!("no {prefix}…{suffix} in {}", dir.display()));
    assert!(found.next().is_none(), "several {prefix}…{suffix} in {}", dir.display());
    first
}
