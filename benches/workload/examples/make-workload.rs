//! Writes the benchmark's model and tasks, for other tools or for a look.
//!
//! `cargo run --release -p yardstick-workload --example make-workload -- DIR` writes `DIR/model` (GPT-2 small with random weights, 498 MB) and
//! `DIR/tasks` (four task files in lm-eval's schema with their documents).

use std::path::Path;
use std::process::ExitCode;
use yardstick_workload::{GPT2_SMALL, Size, WorkloadError, task_sets, write_model, write_tasks};

fn write(folder: &Path) -> Result<(), WorkloadError> {
    write_model(&folder.join("model"), GPT2_SMALL)?;
    write_tasks(&folder.join("tasks"), &task_sets(Size::FULL))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder] = arguments.as_slice() else {
        eprintln!("usage: make-workload DIR");
        return ExitCode::from(2);
    };
    match write(Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
