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
    examples_in(&String::from_utf8(output.stdout).unwrap())
}

fn examples_in(help: &str) -> Vec<String> {
    let is_example = |line: &&str| line.starts_with("yardstick ") && !line.contains('<');
    help.lines().map(str::trim).filter(is_example).map(str::to_owned).collect()
}

/// The words of a command; single quotes hold words together, as in a shell.
fn split(command: &str) -> impl Iterator<Item = &str> {
    let mut rest = command.trim();
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let (word, after) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'')?,
            None if rest.is_empty() => return None,
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        rest = after;
        Some(word)
    })
}

/// All but those of `data`, which fetch, and of `bench`, which take minutes.
#[test]
fn examples_in_the_help_work() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out").display().to_string();
    ok(&["run", "--model", "gpt2-nano", "--task", "starter_pronouns", "--limit", "2", "--quiet", "--out", &out]);
    let diff = dir.path().join("int8.json").display().to_string();
    ok(&[
        "diff",
        "gpt2-nano",
        "gpt2-nano:int8",
        "--task",
        "starter_pronouns",
        "--limit",
        "2",
        "--quiet",
        "--out",
        &diff,
    ]);
    for command in ["run", "ls", "show", "render", "validate", "report", "diff", "query", "selftest"] {
        run_all(&examples(command), dir.path(), 1);
    }
}

/// The examples of a gate and of kept runs are about a baseline and a candidate, which are made first.
#[test]
fn examples_of_a_gate_work() {
    let dir = tempfile::tempdir().unwrap();
    for (name, model) in [("main", "gpt2-micro"), ("candidate", "gpt2-micro:int8"), ("out", "gpt2-micro")] {
        let out = dir.path().join(name).display().to_string();
        let task = ["--task", "starter_pairs", "starter_prose", "--limit", "200", "--quiet", "--no-report"];
        ok(&[&["run", "--model", model, "--out", &out], &task[..]].concat());
    }
    let saved = ["baseline", "save", "main", &dir.path().join("main").display().to_string()].map(str::to_owned);
    let mut save = yardstick();
    let store = dir.path().join("kept");
    assert!(save.args(&saved).env("YARDSTICK_BASELINES", &store).status().unwrap().success());
    for word in ["gate", "baseline"] {
        let examples = examples(word);
        assert!(examples.len() >= 3, "{examples:?}");
        for command in examples.iter().filter(|command| !needs_more(command)) {
            let mut run = yardstick();
            run.args(split(command).skip(1)).current_dir(dir.path()).env("YARDSTICK_BASELINES", &store);
            let output = run.output().unwrap();
            // A verdict is an answer whatever it says.
            let code = output.status.code().unwrap();
            let is_verdict = command.contains("gate --policy") && [100, 101].contains(&code);
            assert!(code == 0 || is_verdict, "{command}: {code}\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

/// Runs the commands that need nothing of the user's, of which there are some.
fn run_all(commands: &[String], dir: &Path, least: usize) {
    let (skipped, run): (Vec<_>, Vec<_>) = commands.iter().partition(|command| needs_more(command));
    assert!(run.len() >= least, "commands are shown: {run:?}, skipped {skipped:?}");
    for (number, command) in run.iter().enumerate() {
        let out = format!("run-{number}"); // two runs in one second would have one folder
        let mut args: Vec<&str> = split(command).skip(1).collect();
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
