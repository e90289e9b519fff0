//! Requests to responses: tokenizing, planning and scoring four kinds of task with GPT-2 small.
//!
//! `cargo bench --bench end_to_end` prints times; compare ratios on one machine, not figures between machines. The model
//! has random weights and is written into a temporary folder (498 MB). Throughput counts distinct tokens.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use yardstick_core::{LanguageModel, Request};
use yardstick_runner::{Outcome, Plan, PlanOptions, Silent, execute, plan};
use yardstick_workload::{GPT2_SMALL, Size, task_sets, write_model};
use yardstick_zoo::{LoadOptions, load};

/// 5 of 200 documents, 1 of 8 rolling texts: a second or so for each iteration on two cores.
const SIZE: Size = Size { documents: 0.025, words: 1.0 };
/// Bytes for keys, values and working memory.
const MEMORY: u64 = 1 << 30;

fn model() -> Box<dyn LanguageModel> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_model(folder.path(), GPT2_SMALL).expect("room for the model");
    let path = folder.path().to_str().expect("a temporary folder's name is UTF-8");
    load(path, &LoadOptions::default()).expect("the model is well formed")
}

fn planned(model: &dyn LanguageModel, requests: &[Request]) -> Plan {
    let requests: Vec<&Request> = requests.iter().collect();
    let options = PlanOptions { threads: rayon::current_num_threads(), memory: MEMORY, share: true };
    plan(model, &requests, &options).expect("requests that fit")
}

fn score(model: &dyn LanguageModel, requests: &[Request]) -> Outcome {
    execute(model, &planned(model, requests), &AtomicBool::new(false), &mut Silent)
}

fn end_to_end(c: &mut Criterion) {
    let model = model();
    let mut group = c.benchmark_group("end to end");
    group.sample_size(10);
    for set in task_sets(SIZE) {
        let requests = set.requests();
        let tokens = planned(model.as_ref(), &requests).counts.rows;
        group.throughput(Throughput::Elements(tokens as u64));
        group.bench_function(set.id, |b| b.iter(|| score(model.as_ref(), black_box(&requests))));
    }
}

criterion_group!(benches, end_to_end);
criterion_main!(benches);
