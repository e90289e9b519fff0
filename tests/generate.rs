//! Texts written by networks as the runner asks for them: equal to lm-eval's, and to themselves however they are written.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use yardstick_core::{Generation, LanguageModel, Request, Response, Sampling};
use yardstick_runner::{GenerateOptions, GenerationPlan, RunnerError, Silent};
use yardstick_zoo::{LoadOptions, Model};

fn open(folder: &Path) -> Model {
    Model::open(folder.to_str().unwrap(), &LoadOptions::default()).unwrap()
}

fn write(model: &dyn LanguageModel, requests: &[&Request], threads: usize, memory: u64) -> Vec<Response> {
    let plan = GenerationPlan::new(model, requests, &GenerateOptions { threads, memory }).unwrap();
    let outcome = plan.write(model, &AtomicBool::new(false), &mut Silent);
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    outcome.responses.into_iter().map(Option::unwrap).collect()
}

fn least_memory(model: &dyn LanguageModel, requests: &[&Request], threads: usize) -> u64 {
    match GenerationPlan::new(model, requests, &GenerateOptions { threads, memory: 0 }).unwrap_err().as_slice() {
        [RunnerError::Memory { least, .. }] => *least,
        other => panic!("{other:?}"),
    }
}

/// The requests and texts of a recorded run of lm-eval.
fn recorded(file: &Path) -> Vec<(Request, String)> {
    /// What lm-eval writes at most where a task does not say.
    const MAX_GEN_TOKS: u32 = 256;
    let run: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let one = |doc: &Value| {
        let [context, arguments] = doc["requests"][0].as_array().unwrap().as_slice() else { panic!("{doc}") };
        let until = arguments["until"].as_array().unwrap().iter().map(|stop| stop.as_str().unwrap().to_owned());
        let generation = Generation { until: until.collect(), max_tokens: MAX_GEN_TOKS, sampling: None };
        let context = context.as_str().unwrap().into();
        let text = doc["responses"][0][0].as_str().unwrap().to_owned();
        (Request::Generate { context, generation: Arc::new(generation), sample: 0 }, text)
    };
    run["docs"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn texts_are_those_of_lm_eval() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED").map(PathBuf::from) else {
        eprintln!("YARDSTICK_SHARED is not set: no texts of lm-eval to compare with");
        return;
    };
    let model = open(&shared.join("reference/gpt2-ctx512"));
    for task in ["anagrams1", "gsm8k-2shot", "nq_open-5shot"] {
        let recorded = recorded(&shared.join("goldens/lm-eval").join(task).with_extension("json"));
        assert!(!recorded.is_empty());
        let requests: Vec<&Request> = recorded.iter().map(|(request, _)| request).collect();
        for (response, (_, wanted)) in write(&model, &requests, 2, u64::MAX).iter().zip(&recorded) {
            assert_eq!(response.text.as_ref(), Some(wanted), "{task}");
            assert!(response.is_greedy && response.log_likelihood < 0.0);
        }
    }
}

/// Prompts that share beginnings, of several lengths and stops, greedy and drawn.
fn requests(n_ctx: usize) -> Vec<Request> {
    let begin = "The old man saw the ship come back. ".repeat(2);
    let drawn = Sampling { temperature: 1.3, top_k: Some(100), top_p: Some(0.95), seed: 11 };
    let one = |i: usize| {
        let question = ["Who came?", "a river and", "Seven men"][i % 3];
        let context = [question.to_owned(), format!("{begin}{question}"), begin.repeat(1 + i % 16)][i % 3].clone();
        let generation = Generation {
            until: vec![["e", ".", "\n"][i % 3].to_owned()],
            max_tokens: 1 + (i * 7 % (n_ctx / 4)) as u32,
            sampling: i.is_multiple_of(2).then_some(drawn),
        };
        Request::Generate { context: context.into(), generation: Arc::new(generation), sample: (i % 5) as u32 }
    };
    (0..40).map(one).collect()
}

#[test]
fn no_company_changes_a_text() {
    for family in ["gpt2", "gpt_neo", "openai-gpt"] {
        let model = open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(family));
        let requests = requests(model.card().n_ctx);
        let all: Vec<&Request> = requests.iter().collect();
        let wanted: Vec<Response> =
            all.iter().map(|request| write(&model, &[request], 1, u64::MAX).remove(0)).collect();
        assert!(wanted.iter().any(|response| response.n_truncated > 0), "{family}: some prompt is cut");
        for threads in [1, 2, 7] {
            let least = least_memory(&model, &all, threads);
            for memory in [least, 3 * least, u64::MAX] {
                assert_eq!(write(&model, &all, threads, memory), wanted, "{family}: {threads} threads, {memory} bytes");
            }
        }
        let backwards: Vec<&Request> = requests.iter().rev().step_by(2).collect();
        let found = write(&model, &backwards, 2, u64::MAX);
        assert!(found.iter().eq(wanted.iter().rev().step_by(2)), "{family}: every second, backwards");
    }
}
