//! Scores and aggregates against lm-eval's own functions: `fixtures/choices.py` made the expected values.

use crate::workspace::{ROW, Workspace, multiple_choice};
use serde::Deserialize;
use serde_json::{Map as JsonMap, Value as Json};
use std::sync::Arc;
use yardstick_core::{Doc, Generation, Instance, Map, Request, Response, Sample, Score, Target};
use yardstick_tasks::{METRICS, Task};

const TASKS: &str = include_str!("../fixtures/choices.jsonl");

/// A task's documents with what lm-eval makes of them, or numbers alone with their aggregates.
#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    output_type: String,
    #[serde(default)]
    options: JsonMap<String, Json>,
    #[serde(default)]
    docs: Vec<CaseDoc>,
    #[serde(default)]
    values: Vec<f64>,
    aggregates: JsonMap<String, Json>,
}

#[derive(Deserialize)]
struct CaseDoc {
    #[serde(default)]
    choices: Vec<String>,
    target: Json,
    /// Log-likelihood and whether greedy, or what was written.
    responses: Vec<Json>,
    scores: JsonMap<String, Json>,
}

fn target(json: &Json) -> Target {
    let index = |json: &Json| usize::try_from(json.as_u64()?).ok();
    let text = |json: &Json| json.as_str().expect("a text").to_owned();
    match json {
        Json::Array(items) => match items.iter().map(index).collect() {
            Some(indices) => Target::Choices(indices),
            None => Target::Texts(items.iter().map(text).collect()),
        },
        one => index(one).map_or_else(|| Target::Text(text(one)), Target::Choice),
    }
}

fn response(json: &Json) -> Response {
    match json {
        Json::String(text) => Response { text: Some(text.clone()), ..Response::default() },
        pair => Response {
            log_likelihood: pair[0].as_f64().expect("a log-likelihood"),
            is_greedy: pair[1] == Json::Bool(true),
            n_tokens: 1,
            ..Response::default()
        },
    }
}

fn request(response: &Response) -> Request {
    let context = Arc::from("");
    if response.text.is_none() {
        return Request::LogLikelihood { context, continuation: String::new() };
    }
    let generation = Arc::new(Generation { until: Vec::new(), max_tokens: 1, sampling: None });
    Request::Generate { context, generation, sample: 0 }
}

/// A task of the case's metrics, with its options for each of them.
fn task(case: &Case) -> Task {
    let entry = |name: &String| {
        let mut entry = case.options.clone();
        entry.insert("metric".to_owned(), Json::from(name.as_str()));
        Json::Object(entry)
    };
    let metrics: Vec<Json> = case.aggregates.keys().map(entry).collect();
    let lines = format!("output_type: {}\nmetric_list: {}\n", case.output_type, Json::from(metrics));
    let files = [("t.yaml", multiple_choice(&lines)), ("data/o/d/default/test/rows.jsonl", ROW.to_owned())];
    let workspace = Workspace::new(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    workspace.resolve("t.yaml").expect("a task").tasks.remove(0)
}

fn sample(task: &Task, id: u64, doc: &CaseDoc) -> Sample {
    let responses: Vec<_> = doc.responses.iter().map(response).collect();
    let instance = Instance {
        doc: Doc { id, fields: Map::new() },
        requests: responses.iter().map(request).collect(),
        choices: doc.choices.clone(),
        target: target(&doc.target),
        target_text: String::new(),
        doc_hash: String::new(),
        prompt_hash: String::new(),
    };
    task.sample("model", &instance, &responses).expect("scores")
}

fn close(got: f64, want: f64) -> bool {
    (got - want).abs() <= 1e-12 * want.abs().max(1.0)
}

/// lm-eval's Brier score of a document is (right, probabilities); ours is the distance between them.
fn brier(pair: &Json) -> f64 {
    let gold = usize::try_from(pair[0].as_u64().expect("an index")).expect("a small one");
    let probabilities = pair[1].as_array().expect("probabilities").iter().map(|p| p.as_f64().expect("a number"));
    probabilities.enumerate().map(|(index, p)| (p - if index == gold { 1.0 } else { 0.0 }).powi(2)).sum()
}

fn check_score(name: &str, score: &Score, want: &Json) {
    let is_same = match score {
        Score::Value(value) if name == "brier_score" => close(*value, brier(want)),
        Score::Value(value) => want.as_f64() == Some(*value),
        Score::Counts(counts) => {
            counts.iter().zip(want.as_array().expect("a pair")).all(|(a, b)| Some(*a) == b.as_f64())
        }
        Score::Ratio(..) => false,
    };
    assert!(is_same, "{name}: {score:?}, not {want}");
}

fn check_task(case: &Case) {
    let task = task(case);
    let samples: Vec<_> = (0..).zip(&case.docs).map(|(id, doc)| sample(&task, id, doc)).collect();
    for (sample, doc) in samples.iter().zip(&case.docs) {
        assert_eq!(sample.metrics.len(), doc.scores.len());
        sample.metrics.iter().for_each(|(name, score)| check_score(name, score, &doc.scores[name]));
    }
    let estimates = task.estimates(&samples);
    assert_eq!(estimates.len(), case.aggregates.len());
    for (name, estimate) in estimates {
        let want = case.aggregates[&name].as_f64().expect("a number");
        assert!(close(estimate.value, want), "{name}: {}, not {want}", estimate.value);
        assert_eq!(estimate.stderr.is_some(), case.docs.len() > 1, "{name}");
    }
}

/// Aggregations that no metric of lm-eval's has by itself.
fn check_values(case: &Case) {
    let numbers: Vec<_> = case.values.iter().map(|&value| Score::Value(value)).collect();
    for (name, want) in &case.aggregates {
        let yaml = multiple_choice(&format!("metric_list: [{{metric: acc, aggregation: {name}}}]\n"));
        let workspace = Workspace::new(&[("t.yaml", &yaml)]);
        let task = workspace.resolve("t.yaml").expect("a task").tasks.remove(0);
        let doc = CaseDoc {
            choices: vec!["a".to_owned()],
            target: Json::from(0),
            responses: vec![serde_json::json!([-1.0, true])],
            scores: JsonMap::new(),
        };
        let with = |(id, score): (u64, &Score)| {
            let mut sample = sample(&task, id, &doc);
            sample.metrics.insert("acc".to_owned(), score.clone());
            sample
        };
        let samples: Vec<_> = (0..).zip(&numbers).map(with).collect();
        let got = task.estimates(&samples).remove(0).1.value;
        assert!(close(got, want.as_f64().expect("a number")), "{name}: {got}, not {want}");
    }
}

#[test]
fn as_lm_evals_functions() {
    for line in TASKS.lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        if case.values.is_empty() { check_task(&case) } else { check_values(&case) }
    }
}

#[test]
fn every_metric_has_a_card() {
    for metric in METRICS {
        assert!(!metric.name.is_empty() && !metric.about.is_empty(), "{metric:?}");
    }
}
