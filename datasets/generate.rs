//! Writes the generated datasets of this folder, and checks all of them.
//!
//! `cargo run --release --example generate-datasets` rewrites the files that have a generator. With `-- --check` nothing
//! is written: every file is compared with what its generator gives, every row, those without a generator included, is held
//! against what its dataset promises, and the exit code is 1 if anything is amiss.

#[path = "arithmetic/generate.rs"]
mod arithmetic;
mod check;
#[path = "pairs/generate.rs"]
mod pairs;
mod random;
#[path = "scramble/generate.rs"]
mod scramble;

use serde_json::Value;
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// One generated file: a split of a dataset.
struct DataFile {
    dataset: &'static str,
    split: &'static str,
    rows: Vec<Value>,
}

impl DataFile {
    fn path(&self, root: &Path) -> PathBuf {
        root.join(self.dataset).join("data").join(format!("{}.jsonl", self.split))
    }

    /// The file's bytes: one JSON object a line.
    fn text(&self) -> String {
        self.rows.iter().flat_map(|row| [row.to_string(), "\n".into()]).collect()
    }

    fn write(&self, root: &Path) -> io::Result<()> {
        fs::write(self.path(root), self.text())
    }

    fn differs(&self, root: &Path) -> bool {
        fs::read_to_string(self.path(root)).map_or(true, |text| text != self.text())
    }
}

fn generated() -> Vec<DataFile> {
    [arithmetic::files(), scramble::files(), pairs::files()].into_iter().flatten().collect()
}

/// All that is amiss under `root`, one line each.
fn complaints(root: &Path) -> Vec<String> {
    let stale = generated()
        .into_iter()
        .filter(|file| file.differs(root))
        .map(|file| format!("{}: not what its generator writes; run the generator again", file.path(root).display()));
    stale.chain(check::all(root)).collect()
}

fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    match arguments {
        [] => generated()
            .iter()
            .try_for_each(|file| file.write(root).map_err(|error| format!("{}: {error}", file.path(root).display()))),
        [flag] if flag == "--check" => match complaints(root).as_slice() {
            [] => Ok(()),
            lines => Err(lines.join("\n")),
        },
        _ => Err("usage: generate-datasets [--check]".into()),
    }
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets");
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&root, &arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
