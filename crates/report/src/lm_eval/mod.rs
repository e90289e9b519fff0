//! Runs in the files of lm-eval 0.4.13, for scripts that read those: `results_<date>.json` with the aggregates and
//! `samples_<task>_<date>.jsonl` with the documents, in a folder per model.

#[cfg(test)]
mod golden;
mod python;
mod results;
mod samples;

use crate::{Artifact, ReportError, Run, files};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use yardstick_core::{ModelCard, Sample};

/// Writes `run` below `dir` as lm-eval would have, in `<dir>/<model name>/`, and returns the files.
///
/// Standard errors are yardstick's (lm-eval bootstraps that of `perplexity`); what only lm-eval could know is null.
///
/// # Errors
/// A file that cannot be written.
pub fn export_lm_eval(run: &Run, dir: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let mut written = Vec::new();
    let mut folders: Vec<String> = Vec::new();
    for model in &run.record.models {
        let folder = distinct(file_name(&model.name), &folders);
        for artifact in artifacts(run, model, &folder)? {
            written.push(files::write_artifact(dir, &artifact)?);
        }
        folders.push(folder);
    }
    Ok(written)
}

/// What lm-eval calls the results of documents whose answers are taken as they are.
const NO_FILTER: &str = "none";

/// A metric's name and its filter.
fn split(key: &str) -> (&str, &str) {
    key.split_once(',').unwrap_or((key, NO_FILTER))
}

fn artifacts(run: &Run, model: &ModelCard, folder: &str) -> Result<Vec<Artifact>, ReportError> {
    let date = file_name(&run.record.started.trim_end_matches('Z').replace(':', "-"));
    let mut artifacts = Vec::new();
    let mut task_hashes = Map::new();
    for task in &run.record.tasks {
        let samples: Vec<&Sample> = run.samples.iter().filter(|s| s.model == model.name && s.task == task.id).collect();
        if samples.is_empty() {
            continue;
        }
        let logged = samples::log(&samples, &task.metrics)?;
        task_hashes.insert(task.id.clone(), Value::String(logged.task_hash));
        let path = format!("{folder}/samples_{}_{date}.jsonl", file_name(&task.id));
        artifacts.push(Artifact { path, bytes: logged.jsonl });
    }
    let results = results::results(&run.record, model, task_hashes, folder);
    let encode =
        |e: serde_json::Error| ReportError::Encode { what: "lm-eval's results".to_owned(), reason: e.to_string() };
    let bytes = serde_json::to_vec_pretty(&results).map_err(encode)?;
    artifacts.push(Artifact { path: format!("{folder}/results_{date}.json"), bytes });
    Ok(artifacts)
}

/// A name as part of a path: runs of characters that file systems refuse become `__`, as in lm-eval; so do control
/// characters, and a name of dots alone gets an underscore.
fn file_name(name: &str) -> String {
    let refused = |c: char| "\"<>:/|\\?*[]".contains(c) || c.is_control();
    let mut out = String::with_capacity(name.len());
    let mut after_refused = false;
    for c in name.chars() {
        match (refused(c), after_refused) {
            (true, false) => out.push_str("__"),
            (true, true) => {}
            (false, _) => out.push(c),
        }
        after_refused = refused(c);
    }
    if out.chars().all(|c| c == '.') { format!("_{out}") } else { out }
}

fn distinct(name: String, taken: &[String]) -> String {
    let numbered = (2..).map(|i| format!("{name}_{i}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|n| !taken.contains(n));
    free.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use serde_json::json;

    fn names(dir: &Path, written: &[PathBuf]) -> Vec<String> {
        let relative = |p: &PathBuf| p.strip_prefix(dir).expect("below the folder").to_string_lossy().into_owned();
        written.iter().map(relative).collect()
    }

    #[test]
    fn a_folder_per_model() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let run = Run { record: testing::four_by_eleven(), samples: testing::samples() };
        let written = export_lm_eval(&run, dir.path()).expect("writes");
        let names = names(dir.path(), &written);
        let of_nano: Vec<&str> = names.iter().filter_map(|n| n.strip_prefix("gpt2-nano/")).collect();
        let wanted = [
            "samples_lambada_openai_2026-01-02T03-04-05.jsonl",
            "samples_winogrande_2026-01-02T03-04-05.jsonl",
            "samples_boolq_2026-01-02T03-04-05.jsonl",
            "samples_wikitext_2026-01-02T03-04-05.jsonl",
            "results_2026-01-02T03-04-05.json",
        ];
        assert_eq!(of_nano, wanted);
        let results: Value = serde_json::from_slice(&std::fs::read(&written[4]).expect("reads")).expect("JSON");
        assert_eq!(results["task_hashes"].as_object().map(Map::len), Some(4));
        assert_eq!(results["model_name"], json!("gpt2-nano"));
    }

    #[test]
    fn names_stay_inside_the_folder() {
        for (name, wanted) in
            [("a/b", "a__b"), ("..", "_.."), ("../x", "..__x"), ("a:[b]", "a__b__"), ("n\0m", "n__m"), ("", "_")]
        {
            assert_eq!(file_name(name), wanted);
        }
        assert_eq!(distinct("a".into(), &["a".into(), "a_2".into()]), "a_3");
    }

    #[test]
    fn hostile_names() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let run = Run { record: testing::hostile(), samples: Vec::new() };
        let written = export_lm_eval(&run, dir.path()).expect("writes");
        assert!(
            written
                .iter()
                .all(|p| p.canonicalize().is_ok_and(|p| p.starts_with(dir.path().canonicalize().expect("a folder"))))
        );
    }
}
