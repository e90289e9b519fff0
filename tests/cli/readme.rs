//! The commands of the README and of the help are run as they stand there.

use crate::support::{ok, yardstick};
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

/// A command that needs a user's own files or the network.
fn needs_more(command: &str) -> bool {
    ["~/", "./my-", "openai-community/"].iter().any(|part| command.contains(part))
}

#[test]
fn commands_in_the_readme_work() {
    let dir = tempfile::tempdir().unwrap();
    run_all(&commands(), dir.path(), 4);
}

/// The examples in a command's help.
fn examples(command: &str) -> Vec<String> {
    let output = yardstick().args([command, "--help"]).env("COLUMNS", "400").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    help.lines().map(str::trim).filter(|line| line.starts_with("yardstick ")).map(str::to_owned).collect()
}

/// All but those of `data`, which fetch, and of `bench`, which take minutes.
#[test]
fn examples_in_the_help_work() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    ok(&["run", "--model", "gpt2-nano", "--task", "starter_pronouns", "--limit", "2", "--quiet", "--out", &out]);
    for command in ["run", "ls", "show", "render", "validate", "report", "diff", "selftest"] {
        run_all(&examples(command), dir.path(), 1);
    }
}

/// Runs the commands that need nothing of the user's, of which there are some.
fn run_all(commands: &[String], dir: &Path, least: usize) {
    let (skipped, run): (Vec<_>, Vec<_>) = commands.iter().partition(|command| needs_more(command));
    assert!(run.len() >= least, "commands are shown: {run:?}, skipped {skipped:?}");
    for (number, command) in run.iter().enumerate() {
        let out = format!("run-{number}"); // two runs in one second would have one folder
        let mut args: Vec<&str> = command.split_whitespace().skip(1).collect();
        if args.first() == Some(&"run") && !args.contains(&"--limit") {
            args.extend(["--limit", "3"]);
        }
        if args.first() == Some(&"run") && !args.contains(&"--out") {
            args.extend(["--overwrite", "--out", &out]);
        }
        let output = yardstick().args(&args).current_dir(dir).output().unwrap();
        assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}
