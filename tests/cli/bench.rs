//! `yardstick bench`, and the workload it shares with the benchmarks.

use crate::support::{ok, yardstick};
use serde_json::Value;
use yardstick_core::Request;
use yardstick_workload::{Family, Shape, Size, task_sets, write_model, write_model_of, write_tasks};
use yardstick_zoo::LoadOptions;

#[test]
fn a_bundled_model_is_measured() {
    let output = yardstick().args(["bench", "--model", "gpt2-nano", "--threads", "2", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let positive = |path: &str| {
        let value = report.pointer(path).and_then(Value::as_f64);
        assert!(value.is_some_and(|value| value > 0.0 && value.is_finite()), "{path} in {report:#}");
    };
    positive("/machine/peak_gflop_per_second/all_threads");
    positive("/machine/read_gb_per_second/one_thread");
    positive("/scoring/tokens_per_second");
    for pass in 0..report["forward"].as_array().unwrap().len() {
        positive(&format!("/forward/{pass}/of_peak"));
    }
    let tasks = report["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 4);
    for task in tasks {
        assert!(task["tokens"].as_u64() <= task["tokens_without_sharing"].as_u64(), "{task:#}");
    }
    let shared = |index: usize| tasks[index]["tokens"].as_f64() < tasks[index]["tokens_without_sharing"].as_f64();
    assert!(shared(0) && shared(2), "endings share their context, questions their prefix");
}

#[test]
fn the_table_shows_what_was_asked_for() {
    let text = ok(&["bench", "--model", "gpt2-nano", "--only", "scoring"]).stdout;
    assert!(text.contains("GFLOP/s") && text.contains("every position of 8 × "), "{text}");
    assert!(!text.contains("new tokens"), "{text}");
}

/// A tiny model with the workload's tokenizer.
const TINY: Shape = Shape { n_layer: 1, n_head: 1, n_embd: 4, n_ctx: 1024 };

#[test]
fn task_files_ask_what_the_requests_ask() {
    let dir = tempfile::tempdir().unwrap();
    let (model, tasks) = (dir.path().join("model"), dir.path().join("tasks"));
    let sets = task_sets(Size { documents: 0.1, words: 1.0 });
    write_model(&model, TINY).unwrap();
    write_tasks(&tasks, &sets).unwrap();
    for set in &sets {
        let file = tasks.join(set.id).with_extension("yaml").display().to_string();
        let rendered =
            ok(&["render", &file, "--limit", "1000", "--model", &model.display().to_string(), "--json"]).json();
        let documents = rendered.as_array().unwrap();
        let asked: Vec<&Value> = documents.iter().flat_map(|d| d["requests"].as_array().unwrap()).collect();
        let requests = set.requests();
        assert_eq!(asked.len(), requests.len(), "{}", set.id);
        for (asked, request) in asked.iter().zip(&requests) {
            let field = |key: &str| asked[key].as_str().unwrap_or_default();
            match request {
                Request::LogLikelihood { .. } => {
                    assert_eq!((field("context"), field("continuation")), (request.context(), request.scored_text()));
                }
                Request::Rolling { .. } => assert_eq!(field("text"), request.scored_text()),
                Request::Generate { .. } => panic!("these sets ask for no text"),
            }
        }
    }
}

/// What is measured for the papers' sizes is made in both layouts; GPT-1's vocabulary is a smaller one.
#[test]
fn random_models_load_in_both_layouts() {
    let dir = tempfile::tempdir().unwrap();
    for (family, name, vocab_size) in [(Family::Gpt1, "openai-gpt", 40_478), (Family::Gpt2, "gpt2", 50_257)] {
        let folder = dir.path().join(name);
        write_model_of(&folder, TINY, family).unwrap();
        let model = yardstick_zoo::load(folder.to_str().unwrap(), &LoadOptions::default()).unwrap();
        assert_eq!((model.card().family.as_str(), model.card().vocab_size), (name, vocab_size));
        assert!(model.encode(task_sets(Size::FULL)[3].requests()[0].scored_text()).unwrap().len() > 100);
    }
}

#[test]
fn texts_have_as_many_tokens_a_word_as_english() {
    let dir = tempfile::tempdir().unwrap();
    write_model(&dir.path().join("model"), TINY).unwrap();
    let model = yardstick_zoo::load(dir.path().join("model").to_str().unwrap(), &LoadOptions::default()).unwrap();
    let (mut tokens, mut words) = (0, 0);
    for request in task_sets(Size::FULL)[3].requests() {
        tokens += model.encode(request.scored_text()).unwrap().len();
        words += request.scored_text().split_whitespace().count();
    }
    let ratio = tokens as f64 / words as f64;
    assert!((1.2..1.5).contains(&ratio), "{tokens} tokens for {words} words");
}
