//! The README's commands are run as they stand there.

use crate::support::yardstick;
use std::path::Path;

/// Lines of the README's shell blocks that call the binary.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut inside = false;
    let mut commands = Vec::new();
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```sh" && !inside;
        } else if inside && line.starts_with("yardstick ") {
            commands.push(line.split(" #").next().unwrap().trim().to_owned());
        }
    }
    commands
}

/// A command that needs a user's own files, or that runs everything.
fn needs_more(command: &str) -> bool {
    command.contains("~/") || command.contains("./my-")
}

#[test]
fn commands_in_the_readme_work() {
    let dir = tempfile::tempdir().unwrap();
    let commands = commands();
    let (skipped, run): (Vec<_>, Vec<_>) = commands.iter().partition(|command| needs_more(command));
    assert!(run.len() >= 4, "the README shows commands: {run:?}, skipped {skipped:?}");
    for command in run {
        let mut args: Vec<&str> = command.split_whitespace().skip(1).collect();
        if args.first() == Some(&"run") && !args.contains(&"--limit") {
            args.extend(["--limit", "3"]);
        }
        let output = yardstick().args(&args).current_dir(dir.path()).output().unwrap();
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}
