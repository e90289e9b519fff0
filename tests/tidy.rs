//! Rules of the house that a compiler does not hold: who may know whom, and how long a file may be.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's own crates that each may know; what is not listed is forbidden.
const DIRECTION: &[(&str, &[&str])] = &[
    ("yardstick-core", &[]),
    ("yardstick-stats", &["core"]),
    ("yardstick-zoo", &["core"]),
    ("yardstick-tasks", &["core", "stats"]),
    ("yardstick-runner", &["core"]),
    ("yardstick-report", &["core", "stats"]),
    ("yardstick-hub", &[]),
    ("yardstick-workload", &["core"]),
    ("yardstick", &["core", "hub", "report", "runner", "tasks", "workload", "zoo"]),
];

/// Heavy dependencies and the one crate that may name each.
const OWNERS: &[(&str, &str)] = &[
    ("candle-core", "yardstick-zoo"),
    ("pulp", "yardstick-zoo"),
    ("safetensors", "yardstick-zoo"),
    ("tokenizers", "yardstick-zoo"),
    ("minijinja", "yardstick-tasks"),
    ("parquet", "yardstick-tasks"),
    ("saphyr-parser", "yardstick-tasks"),
    ("polars", "yardstick-report"),
    ("polars-io", "yardstick-report"),
    ("polars-lazy", "yardstick-report"),
    ("polars-sql", "yardstick-report"),
    ("plotters", "yardstick-report"),
    ("toml", "yardstick-report"),
    ("statrs", "yardstick-stats"),
    ("ureq", "yardstick-hub"),
    ("clap", "yardstick"),
    ("miette", "yardstick"),
];

/// All that the crate at the bottom may use of others.
const CORE_MAY_USE: &[&str] = &["serde", "thiserror"];

/// The network, which nobody may bring in but the crate that fetches datasets.
const NETWORK: &[&str] = &["ureq", "rustls", "ring", "webpki-roots"];

/// Crates that must not come in through anybody: system libraries, and network stacks besides the one.
const NOWHERE: &[&str] =
    &["openssl-sys", "yeslogic-fontconfig-sys", "freetype-sys", "onig_sys", "reqwest", "hyper", "object_store"];

const LONGEST_FILE: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(args).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "cargo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Package name → names of its direct, non-development dependencies.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let text = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
    let name = |value: &serde_json::Value| value["name"].as_str().unwrap().to_owned();
    let direct = |package: &serde_json::Value| {
        package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null()).map(name).collect()
    };
    metadata["packages"].as_array().unwrap().iter().map(|p| (name(p), direct(p))).collect()
}

#[test]
fn dependencies_point_one_way() {
    let dependencies = dependencies();
    assert_eq!(dependencies.len(), DIRECTION.len(), "every crate has its line in DIRECTION");
    for (krate, allowed) in DIRECTION {
        let own: Vec<&str> = dependencies[*krate].iter().filter_map(|name| name.strip_prefix("yardstick-")).collect();
        assert_eq!(own, *allowed, "{krate} knows");
    }
    for name in &dependencies["yardstick-core"] {
        assert!(CORE_MAY_USE.contains(&name.as_str()), "core must not depend on {name}");
    }
}

#[test]
fn heavy_dependencies_have_one_owner() {
    for (name, owner) in OWNERS {
        for (krate, own) in dependencies() {
            assert_eq!(own.contains(*name), krate == *owner, "{krate} and {name}, which belongs to {owner}");
        }
    }
}

#[test]
fn nothing_drags_in_system_libraries_or_a_network_stack() {
    let tree =
        cargo(&["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("candle-core"), "the tree was read");
    for name in NOWHERE {
        assert!(!names.contains(name), "{name} is in the dependency tree");
    }
}

#[test]
fn the_network_comes_in_through_one_crate() {
    for name in NETWORK {
        let args = ["tree", "--offline", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
        let tree = cargo(&[&args[..], &["--workspace", "--invert", name]].concat());
        let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        let own: Vec<&&str> = names.iter().filter(|name| name.starts_with("yardstick")).collect();
        assert_eq!(own, [&"yardstick", &"yardstick-hub"], "{name} is known to");
    }
}

fn rust_files(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// All Rust files of the project.
fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for dir in ["crates", "tests", "benches", "datasets"] {
        rust_files(&root().join(dir), &mut files);
    }
    assert!(files.len() > 50);
    files
}

#[test]
fn files_are_short() {
    for file in sources() {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines, more than {LONGEST_FILE}", file.display());
    }
}

/// The workspace denies it; one module may lift that.
#[test]
fn unsafe_stays_in_one_module() {
    let mark = ["allow(", "unsafe_code"].concat();
    let lifts = |file: &PathBuf| std::fs::read_to_string(file).unwrap().contains(&mark);
    let files: Vec<PathBuf> = sources().into_iter().filter(lifts).collect();
    assert_eq!(files, [root().join("crates/zoo/src/native.rs")]);
}

#[test]
fn no_test_is_switched_off() {
    let mark = ["#[", "ignore"].concat();
    for file in sources() {
        assert!(!std::fs::read_to_string(&file).unwrap().contains(&mark), "{} has an ignored test", file.display());
    }
}
