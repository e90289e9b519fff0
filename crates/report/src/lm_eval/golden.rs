//! Documents that lm-eval itself logged, written again and compared string for string.

use super::samples;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use yardstick_core::{Map, Request, Response, Sample, Target};

#[test]
fn equals_what_lm_eval_logged() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
        eprintln!("YARDSTICK_SHARED is not set: the export is not compared with lm-eval's own logs");
        return;
    };
    let files = std::fs::read_dir(Path::new(&shared).join("goldens/lm-eval")).expect("the logs");
    let compared: usize = files.map(|file| compare(&file.expect("an entry").path())).sum();
    assert!(compared > 500, "only {compared} documents");
}

/// Compares the documents of one log; a task that generates text has none to compare.
fn compare(path: &Path) -> usize {
    let log: Value = serde_json::from_slice(&std::fs::read(path).expect("reads")).expect("JSON");
    let docs = log["docs"].as_array().expect("documents");
    let samples: Vec<Sample> = docs.iter().filter_map(sample).collect();
    let logged = samples::log(&samples.iter().collect::<Vec<_>>(), &[]).expect("encodes");
    let text = String::from_utf8(logged.jsonl).expect("UTF-8");
    for (line, doc) in text.lines().zip(docs) {
        let line: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(line["resps"], doc["responses"], "{}", path.display());
        assert_eq!(line["filtered_resps"], doc["filtered"], "{}", path.display());
        assert_eq!(line["target"], doc["target"], "{}", path.display());
    }
    samples.len()
}

/// A log's document as a sample; `None` when the model answered with text.
fn sample(doc: &Value) -> Option<Sample> {
    let requests: Vec<Request> = doc["requests"].as_array()?.iter().map(request).collect::<Option<_>>()?;
    let answers = doc["responses"].as_array()?.iter().zip(&requests);
    let responses = answers.map(|(answer, request)| response(&answer[0], request)).collect::<Option<_>>()?;
    let target = target(doc["target"].as_str()?, &requests);
    let (model, task) = (String::new(), String::new());
    let (doc_hash, prompt_hash, target_text) = (String::new(), String::new(), String::new());
    let (metrics, choices) = (BTreeMap::new(), Vec::new());
    let (doc, doc_id) = (Map::new(), 0);
    Some(Sample {
        model,
        task,
        doc_id,
        doc,
        doc_hash,
        prompt_hash,
        requests,
        responses,
        choices,
        target,
        target_text,
        metrics,
    })
}

fn request(arguments: &Value) -> Option<Request> {
    let text = |at: usize| Some(arguments.get(at)?.as_str()?.to_owned());
    match arguments.as_array()?.len() {
        1 => Some(Request::Rolling { text: text(0)? }),
        _ => Some(Request::LogLikelihood { context: text(0)?.into(), continuation: text(1)? }),
    }
}

fn response(answer: &Value, request: &Request) -> Option<Response> {
    let (number, greedy) = match request {
        Request::Rolling { .. } => (answer.as_str()?, "False"),
        Request::LogLikelihood { .. } => (answer.get(0)?.as_str()?, answer.get(1)?.as_str()?),
    };
    let log_likelihood = number.parse().ok()?;
    Some(Response {
        log_likelihood,
        is_greedy: greedy == "True",
        n_tokens: 1,
        n_truncated: 0,
        n_unscored: 0,
        is_merged: false,
    })
}

/// The index of a choice, or a text; for choices of context any index must come out as the shared continuation.
fn target(logged: &str, requests: &[Request]) -> Target {
    let contexts_differ = requests.iter().any(|r| r.context() != requests[0].context());
    match logged.parse() {
        Ok(index) if requests.len() > 1 => Target::Choice(index),
        _ if requests.len() > 1 && contexts_differ => Target::Choice(0),
        _ => Target::Text(logged.to_owned()),
    }
}
