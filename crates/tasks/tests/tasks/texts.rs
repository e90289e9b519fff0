//! Metrics of written texts against `sacrebleu` and `rouge_score`: `fixtures/texts.py` made the expected values.

use serde::Deserialize;
use std::collections::BTreeMap;
use yardstick_core::{Doc, Instance, Map, Score, Target};
use yardstick_tasks::{Answers, METRICS, Metric, Options, OutputType};

const CORPORA: &str = include_str!("../fixtures/texts.jsonl");

#[derive(Deserialize)]
struct Corpus {
    documents: Vec<Document>,
    #[serde(flatten)]
    metrics: BTreeMap<String, Measured>,
}

#[derive(Deserialize)]
struct Document {
    written: String,
    references: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Measured {
    Corpus(f64),
    Documents(Vec<f64>),
}

fn metric(name: &str) -> &'static Metric {
    let is_meant = |metric: &&&Metric| metric.name == name && metric.output_types.contains(&OutputType::GenerateUntil);
    METRICS.iter().find(is_meant).unwrap_or_else(|| panic!("there is no metric {name}"))
}

fn score(metric: &Metric, document: &Document) -> Score {
    let instance = Instance {
        doc: Doc { id: 0, fields: Map::new() },
        requests: Vec::new(),
        choices: Vec::new(),
        target: Target::Texts(document.references.clone()),
        target_text: String::new(),
        doc_hash: String::new(),
        prompt_hash: String::new(),
    };
    let texts = [document.written.clone()];
    (metric.score)(&instance, &Answers { responses: &[], texts: &texts }, &Options::default()).expect("one text")
}

fn check(name: &str, got: f64, want: f64, corpus: usize) {
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{name} of corpus {corpus}: {got}, not {want}");
}

#[test]
fn as_sacrebleu_and_rouge_score() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (index, line) in CORPORA.lines().enumerate() {
        let corpus: Corpus = serde_json::from_str(line).expect("a corpus");
        for (name, measured) in &corpus.metrics {
            let metric = metric(name);
            let scores: Vec<_> = corpus.documents.iter().map(|document| score(metric, document)).collect();
            match measured {
                Measured::Corpus(want) => check(name, metric.aggregation.estimate(&scores).value, *want, index),
                Measured::Documents(wanted) => {
                    for (score, want) in scores.iter().zip(wanted) {
                        let Score::Value(got) = score else { panic!("{name} is a mean") };
                        check(name, *got, *want, index);
                    }
                }
            }
            *counts.entry(name.clone()).or_default() += 1;
        }
    }
    let names: Vec<_> = counts.keys().map(String::as_str).collect();
    assert_eq!(names, ["bleu", "chrf", "chrf++", "rouge1", "rouge2", "rougeL", "rougeLsum", "ter"]);
}
