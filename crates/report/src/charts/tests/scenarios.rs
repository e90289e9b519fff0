//! Runs for charts that need several of them, speeds, or samples.

use super::{ACC, twelve_models};
use crate::Run;
use crate::hash::sha256_hex;
use crate::testing::{self, model, record, task};
use yardstick_core::{ModelCard, Request, Response, RunRecord, Sample, SpeedRecord, TokenLikelihood};

/// The charts whose data and pictures are kept for [`small`].
pub(super) const NEW: [&str; 7] = ["scale", "aggregate", "shots", "steps", "pareto", "positions", "radar"];

fn bare(record: RunRecord) -> Run {
    Run { record, samples: Vec::new() }
}

/// The same run with 0, 1 and 5 solved examples.
fn several_shots(record: &RunRecord) -> Vec<Run> {
    let more = [1, 5].map(|shots| at_shots(record, shots));
    [record.clone()].into_iter().chain(more).map(bare).collect()
}

fn tasks(n: usize) -> Vec<yardstick_core::TaskCard> {
    (0..n).map(|t| task(&format!("task_{t}"), ACC, 400)).collect()
}

/// Checkpoints of one training run, and the model that came out.
fn checkpoints(steps: &[u64], n_tasks: usize) -> RunRecord {
    let mut models: Vec<ModelCard> =
        steps.iter().map(|step| model(&format!("gpt2-micro-step{step}"), "gpt2", 1_100_000)).collect();
    models.push(model("gpt2-micro", "gpt2", 1_100_000));
    record(models, tasks(n_tasks))
}

/// Whole texts with a score for each token: the more before it, the likelier.
fn token_scores(models: &[ModelCard], n_docs: u64, n_tokens: usize) -> Run {
    let mut run = record(models.to_vec(), vec![task("wikitext", &[("bits_per_byte", false, None)], n_docs)]);
    run.spec.token_scores = true;
    let samples = models.iter().enumerate().flat_map(|(m, model)| {
        (0..n_docs).map(move |doc| sample(&model.name, doc, n_tokens - 7 * (doc as usize % 3), 1.0 + m as f64))
    });
    Run { samples: samples.collect(), record: run }
}

fn sample(model: &str, doc: u64, n_tokens: usize, quality: f64) -> Sample {
    let token = |at: usize| {
        let noise = ((at as f64 + 0.37 * doc as f64) * 0.618).fract();
        ("word ", -(2.0 + 6.0 / (quality * (at as f64 + 2.0).ln()) + noise))
    };
    rolling_tokens(model, doc, &(0..n_tokens).map(token).collect::<Vec<_>>())
}

/// Small runs that each show one thing.
pub(super) fn small() -> Vec<(&'static str, Vec<Run>)> {
    let two = vec![model("gpt2-nano", "gpt2", 430_000), model("gpt2-micro", "gpt2", 1_100_000)];
    let shots = record(two.clone(), vec![task("piqa", ACC, 200), task("copa", ACC, 100), task("winogrande", ACC, 300)]);
    vec![
        ("two_shots", [shots.clone(), at_shots(&shots, 1)].map(bare).to_vec()),
        ("three_steps", vec![bare(checkpoints(&[0, 8, 32], 2))]),
        ("two_speeds", vec![bare(with_speeds(shots))]),
        ("few_tokens", vec![token_scores(&two, 3, 24)]),
    ]
}

/// Everything, small and large.
pub(super) fn runs() -> Vec<(&'static str, Vec<Run>)> {
    let bundled = testing::bundled_models();
    let steps: Vec<u64> = (0..20).map(|k| if k == 0 { 0 } else { 1 << k }).collect();
    let mut both = checkpoints(&[0, 512, 1000], 5);
    let other = (1..5).map(|k| model(&format!("runs/bigger/checkpoint-{k}000"), "gpt_neo", 9_000_000));
    both = record(both.models.into_iter().chain(other).collect(), both.tasks);
    let large = vec![
        ("several_shots", several_shots(&testing::four_by_eleven())),
        ("twelve_models_shots", several_shots(&with_speeds(twelve_models()))),
        ("one_model_shots", several_shots(&testing::one_by_one("hellaswag"))),
        ("twenty_checkpoints", vec![bare(checkpoints(&steps, 9))]),
        ("two_trainings", vec![bare(both)]),
        ("speeds", vec![bare(with_speeds(testing::four_by_eleven()))]),
        ("token_scores", vec![token_scores(&bundled, 40, 600)]),
        ("one_document", vec![token_scores(&bundled[..1], 1, 300)]),
        ("hostile_tokens", vec![token_scores(&testing::hostile().models, 4, 60)]),
    ];
    small().into_iter().chain(large).collect()
}

/// The same run with so many solved examples in its prompts, and other numbers.
pub(in crate::charts) fn at_shots(record: &RunRecord, shots: usize) -> RunRecord {
    let mut record = record.clone();
    for task in &mut record.tasks {
        task.shots = shots;
        task.prompt_hash = sha256_hex(format!("{} {shots}", task.id));
    }
    for (at, result) in record.results.iter_mut().enumerate() {
        let estimate = &mut result.estimate;
        let factor = 1.0 + 0.02 * shots as f64 * (0.618 * at as f64 + 0.3).fract();
        for number in [Some(&mut estimate.value), estimate.low.as_mut(), estimate.high.as_mut()].into_iter().flatten() {
            *number *= factor;
        }
    }
    record
}

/// The same run with a speed for each model: the larger, the slower.
pub(in crate::charts) fn with_speeds(mut record: RunRecord) -> RunRecord {
    let threads = record.environment.threads;
    let speed = |(at, model): (usize, &ModelCard)| SpeedRecord {
        model: model.name.clone(),
        tokens: 100_000 + at as u64,
        seconds: model.n_params as f64 / 4e5,
        threads,
    };
    record.speeds = record.models.iter().enumerate().map(speed).collect();
    record
}

/// A whole text of these tokens with their log-probabilities; U+FFFD is half of an é.
pub(in crate::charts) fn rolling_tokens(model: &str, doc: u64, tokens: &[(&str, f64)]) -> Sample {
    let mut sample = testing::rolling(model);
    let text: String = tokens.iter().map(|(text, _)| *text).collect();
    sample.requests = vec![Request::Rolling { text: text.replace("\u{fffd}\u{fffd}", "é") }];
    sample.doc_id = doc;
    sample.doc_hash = format!("wikitext {doc}");
    sample.prompt_hash = format!("wikitext {doc}");
    let token = |(text, log_prob): &(&str, f64)| TokenLikelihood { text: (*text).to_owned(), log_prob: *log_prob };
    sample.responses = vec![Response { tokens: tokens.iter().map(token).collect(), ..sample.responses[0].clone() }];
    sample
}
