//! Runs in the files of lm-eval 0.4.13, for scripts that read those: `results_<date>.json` with the aggregates and
//! `samples_<task>_<date>.jsonl` with the documents, in a folder per model.

#[cfg(test)]
mod golden;
mod python;
mod results;
mod samples;

use crate::formats::Put;
use crate::{Artifact, ReportError, Run};
use serde_json::{Map, Value};
use yardstick_core::{ModelCard, Sample};

/// Hands the files of `runs` to `put`, as lm-eval would have written them, each model in a folder of its own.
///
/// Standard errors are yardstick's (lm-eval bootstraps that of `perplexity`); what only lm-eval could know is null.
pub(crate) fn write(runs: &[Run], put: &mut Put) -> Result<(), ReportError> {
    // Folders that a run or a report has anyway.
    let mut folders: Vec<String> = ["charts", "data", "docs", "log", "report", "tables"].map(str::to_owned).into();
    for run in runs {
        for model in &run.record.models {
            let folder = distinct(file_name(&model.name), &folders);
            write_model(run, model, &folder, put)?;
            folders.push(folder);
        }
    }
    Ok(())
}

/// What lm-eval calls the results of documents whose answers are taken as they are.
const NO_FILTER: &str = "none";

/// A metric's name and its filter.
fn split(key: &str) -> (&str, &str) {
    key.split_once(',').unwrap_or((key, NO_FILTER))
}

fn write_model(run: &Run, model: &ModelCard, folder: &str, put: &mut Put) -> Result<(), ReportError> {
    let date = file_name(&run.record.started.trim_end_matches('Z').replace(':', "-"));
    let mut task_hashes = Map::new();
    for task in &run.record.tasks {
        let samples: Vec<&Sample> = run.samples.iter().filter(|s| s.model == model.name && s.task == task.id).collect();
        if samples.is_empty() {
            continue;
        }
        let logged = samples::log(&samples, &task.metrics)?;
        task_hashes.insert(task.id.clone(), Value::String(logged.task_hash));
        let path = format!("{folder}/samples_{}_{date}.jsonl", file_name(&task.id));
        put(Artifact { path, bytes: logged.jsonl })?;
    }
    let results = results::results(&run.record, model, task_hashes, folder);
    let encode =
        |e: serde_json::Error| ReportError::Encode { what: "lm-eval's results".to_owned(), reason: e.to_string() };
    let bytes = serde_json::to_vec_pretty(&results).map_err(encode)?;
    put(Artifact { path: format!("{folder}/results_{date}.json"), bytes })
}

/// A name as part of a path: runs of characters that file systems refuse become `__`, as in lm-eval; so do control
/// characters, and a name of dots alone gets an underscore.
pub(crate) fn file_name(name: &str) -> String {
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

    fn written(run: Run) -> Vec<Artifact> {
        let mut artifacts = Vec::new();
        let mut put = |artifact| {
            artifacts.push(artifact);
            Ok(())
        };
        write(&[run], &mut put).expect("writes");
        artifacts
    }

    #[test]
    fn a_folder_per_model() {
        let artifacts = written(Run { record: testing::four_by_eleven(), samples: testing::samples() });
        let of_nano: Vec<&str> = artifacts.iter().filter_map(|a| a.path.strip_prefix("gpt2-nano/")).collect();
        let wanted = [
            "samples_lambada_openai_2026-01-02T03-04-05.jsonl",
            "samples_winogrande_2026-01-02T03-04-05.jsonl",
            "samples_boolq_2026-01-02T03-04-05.jsonl",
            "samples_wikitext_2026-01-02T03-04-05.jsonl",
            "results_2026-01-02T03-04-05.json",
        ];
        assert_eq!(of_nano, wanted);
        let results: Value = serde_json::from_slice(&artifacts[4].bytes).expect("JSON");
        assert_eq!(results["task_hashes"].as_object().map(Map::len), Some(4));
        assert_eq!(results["model_name"], json!("gpt2-nano"));
    }

    #[test]
    fn one_model_in_two_runs_has_two_folders() {
        let run = Run { record: testing::one_by_one("boolq"), samples: vec![testing::choice("gpt2-micro")] };
        let mut paths = Vec::new();
        write(&[run.clone(), run], &mut |artifact| {
            paths.push(artifact.path);
            Ok(())
        })
        .expect("writes");
        assert_eq!(paths.iter().filter(|path| path.starts_with("gpt2-micro_2/")).count(), 2, "{paths:?}");
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
}
