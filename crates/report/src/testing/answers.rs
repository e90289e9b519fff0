//! Made-up runs with answers: no number here was measured.

use super::{document, fraction, model, record, task};
use crate::{DiffMaterial, DiffRecord, DiffText, Run};
use yardstick_core::{Estimate, ModelCard, Score, TaskCard, TokenDiff, TopToken};

/// Every model on every document of every task, later models better. Tasks with `perplexity` first are scored by
/// log-likelihoods, all others are right or wrong.
pub(crate) fn answered(models: Vec<ModelCard>, tasks: Vec<TaskCard>) -> Run {
    let mut record = record(models, tasks);
    for task in &mut record.tasks {
        for metric in task.metrics.iter_mut().filter(|metric| metric.name == "perplexity") {
            metric.aggregation = "perplexity".to_owned();
        }
    }
    let mut samples = Vec::new();
    for (m, model) in record.models.iter().enumerate() {
        let ability = (m + 1) as f64 / (record.models.len() + 1) as f64;
        for (t, task) in record.tasks.iter().enumerate() {
            for row in 0..task.n_docs {
                let hardness = fraction(31 * row as usize + 7 * t);
                let luck = 0.3 * fraction(17 * row as usize + 101 * m + 13 * t);
                let certainty = 0.2 + 3.0 * fraction(5 * row as usize + 11 * m);
                let right = 0.8 * ability + luck > 0.9 * hardness;
                let mut sample = document(&model.name, &task.id, row, right, certainty);
                for metric in &task.metrics {
                    let score = match metric.name.as_str() {
                        "perplexity" => -4.0 * hardness - luck - 3.0 * (1.0 - ability),
                        _ => f64::from(u8::from(right)),
                    };
                    sample.metrics.insert(metric.name.clone(), Score::Value(score));
                }
                samples.push(sample);
            }
        }
    }
    let mut run = Run { record, samples };
    count_right_ones(&mut run);
    run
}

/// Makes the estimates of 0/1 scores those of the answers.
fn count_right_ones(Run { record, samples }: &mut Run) {
    for result in record.results.iter_mut().filter(|result| result.metric != "perplexity") {
        let is_own = |s: &&yardstick_core::Sample| s.model == result.model && s.task == result.task;
        let scores = samples.iter().filter(is_own).filter_map(|s| s.metrics.get(&result.metric));
        let right: Vec<bool> = scores.map(|score| *score == Score::Value(1.0)).collect();
        let (hits, n) = (right.iter().filter(|right| **right).count() as f64, right.len() as f64);
        let (low, high) = yardstick_stats::wilson(hits, n);
        result.estimate = Estimate { value: hits / n, low: Some(low), high: Some(high), ..result.estimate.clone() };
    }
}

/// Four models on tasks of several kinds.
pub(crate) fn four_answered() -> Run {
    let acc = |id: &str, n| task(id, &[("acc", true, Some(0.5))], n);
    let tasks = vec![
        task("lambada_openai", &[("perplexity", false, None), ("acc", true, Some(0.0))], 120),
        task("hellaswag", &[("acc", true, Some(0.25)), ("acc_norm", true, Some(0.25))], 200),
        acc("piqa", 60),
        acc("winogrande", 150),
        acc("copa", 20),
    ];
    answered(super::bundled_models(), tasks)
}

/// One model over time: the third run is worse.
pub(crate) fn over_time() -> Vec<Run> {
    let run = |day: usize| {
        let tasks = vec![task("piqa", &[("acc", true, Some(0.5))], 80)];
        let mut run = answered(vec![model("main", "gpt2", 1_000_000)], tasks);
        run.record.started = format!("2026-01-0{day}T03:04:05Z");
        run.record.models[0].weights_sha256 = crate::hash::sha256_hex(day.to_string());
        let lost = if day == 3 { 14 } else { day };
        let right = run.samples.iter_mut().filter(|s| s.metrics["acc"] == Score::Value(1.0)).take(lost);
        right.for_each(|sample| drop(sample.metrics.insert("acc".to_owned(), Score::Value(0.0))));
        count_right_ones(&mut run);
        run
    };
    (1..6).map(run).collect()
}

/// Two models' distributions, `size` nats apart at most; the same to the bit where it is 0.
pub(crate) fn diff(a: &str, b: &str, size: f64) -> DiffRecord {
    let top = |token| TopToken { token, log_prob: [-0.5, -0.75] };
    let token = |at: u32| TokenDiff {
        request: 0,
        window: at / 50,
        position: at,
        token: 4,
        is_repeated: false,
        kl: size * fraction(at as usize).powi(6),
        log_prob: [-1.0 - fraction(at as usize), -1.0 - fraction(at as usize) - 0.01 * size],
        top: [top(1), top(if size > 0.0 && at.is_multiple_of(40) { 2 } else { 1 })],
        same_top5: true,
        same_bits: size == 0.0,
    };
    let material =
        DiffMaterial { texts: vec![DiffText::new("alice.txt".to_owned(), b"text")], ..DiffMaterial::default() };
    DiffRecord::new(
        [model(a, "gpt2", 1_000), model(b, "gpt2", 1_000)],
        material,
        &[(0..2_000).map(token).collect()],
        [None, None],
    )
}
