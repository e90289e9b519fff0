//! Documents that lm-eval itself logged, written again and compared string for string.

use super::samples;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use yardstick_core::{Generation, Map, Request, Response, Sample, Target};

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

/// Compares the documents of one log, filter by filter as they stand there.
fn compare(path: &Path) -> usize {
    let log: Value = serde_json::from_slice(&std::fs::read(path).expect("reads")).expect("JSON");
    let docs = log["docs"].as_array().expect("documents");
    let samples: Vec<Sample> = docs.iter().map(|doc| sample(doc).expect("a logged document")).collect();
    for (sample, doc) in samples.iter().zip(docs) {
        let logged = samples::log(&[sample], &[]).expect("encodes");
        let line: Value = serde_json::from_slice(&logged.jsonl).expect("one line");
        assert_eq!(line["filter"], doc["filter"], "{}", path.display());
        assert_eq!(line["resps"], doc["responses"], "{}", path.display());
        assert_eq!(line["filtered_resps"], doc["filtered"], "{}", path.display());
        assert_eq!(line["target"], doc["target"], "{}", path.display());
    }
    samples.len()
}

/// A log's document as a sample; `None` when it is none.
fn sample(doc: &Value) -> Option<Sample> {
    let requests: Vec<Request> = doc["requests"].as_array()?.iter().map(request).collect::<Option<_>>()?;
    let answers = doc["responses"].as_array()?.iter().zip(&requests);
    let responses = answers.map(|(answer, request)| response(&answer[0], request)).collect::<Option<_>>()?;
    let target_text = doc["target"].as_str()?.to_owned();
    let target = target(&target_text, &requests);
    let filtered = filtered(doc, &requests);
    let (model, task) = (String::new(), String::new());
    let (doc_hash, prompt_hash) = (String::new(), String::new());
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
        filtered,
        metrics,
    })
}

fn request(arguments: &Value) -> Option<Request> {
    let text = |at: usize| Some(arguments.get(at)?.as_str()?.to_owned());
    let settings = arguments.get(1).filter(|settings| settings.is_object());
    match arguments.as_array()?.len() {
        1 => Some(Request::Rolling { text: text(0)? }),
        _ if settings.is_some() => {
            let until = serde_json::from_value(settings?["until"].clone()).ok()?;
            let generation = Arc::new(Generation { until, max_tokens: 256, sampling: None });
            Some(Request::Generate { context: text(0)?.into(), generation, sample: 0 })
        }
        _ => Some(Request::LogLikelihood { context: text(0)?.into(), continuation: text(1)? }),
    }
}

fn response(answer: &Value, request: &Request) -> Option<Response> {
    if let Request::Generate { .. } = request {
        return Some(Response { text: Some(answer.as_str()?.to_owned()), ..Response::default() });
    }
    let (number, greedy) = match request {
        Request::Rolling { .. } => (answer.as_str()?, "False"),
        _ => (answer.get(0)?.as_str()?, answer.get(1)?.as_str()?),
    };
    let log_likelihood = number.parse().ok()?;
    Some(Response { log_likelihood, is_greedy: greedy == "True", n_tokens: 1, ..Response::default() })
}

/// What the log's filter made of a written answer; nothing where a text was scored.
fn filtered(doc: &Value, requests: &[Request]) -> Vec<(String, Vec<String>)> {
    let name = doc["filter"].as_str().unwrap_or_default().to_owned();
    let texts = doc["filtered"].as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned()));
    match requests {
        [Request::Generate { .. }, ..] => vec![(name, texts.collect())],
        _ => Vec::new(),
    }
}

/// The index of a choice, or a text; for choices of context any index must come out as the shared continuation.
fn target(logged: &str, requests: &[Request]) -> Target {
    let contexts_differ = requests.iter().any(|r| r.context() != requests[0].context());
    match logged.parse() {
        Ok(index) if requests.len() > 1 => Target::Choice(index),
        _ if requests.len() > 1 && contexts_differ => Target::Choice(0),
        _ if logged.starts_with('[') => Target::Texts(Vec::new()),
        _ => Target::Text(logged.to_owned()),
    }
}
