//! How fast a document becomes a number: encoding and planning, then scoring, with a bundled model.
//!
//! `cargo bench` prints times; compare ratios on one machine, not figures between machines.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::atomic::AtomicBool;
use yardstick_core::{LanguageModel, Request, Response, Span};
use yardstick_runner::{Progress, RunnerError, execute, plan};
use yardstick_zoo::{LoadOptions, load};

/// Progress that nobody looks at.
struct Silent;

impl Progress for Silent {
    fn batch(&mut self, _: usize) -> Result<(), RunnerError> {
        Ok(())
    }

    fn response(&mut self, _: usize, _: &Response) -> Result<(), RunnerError> {
        Ok(())
    }
}

fn model() -> Box<dyn LanguageModel> {
    load("gpt2-micro", &LoadOptions::default()).expect("the model is in the binary")
}

/// Two-choice questions, as the bundled suite asks them.
fn requests(count: usize) -> Vec<Request> {
    let request = |i: usize| Request::LogLikelihood {
        context: format!("The children had walked for {} hours before they saw the river", i / 2),
        continuation: [" and they sat down to rest.", " and it ate the moon for breakfast."][i % 2].to_owned(),
    };
    (0..count).map(request).collect()
}

fn planning(c: &mut Criterion) {
    let (model, requests) = (model(), requests(2000));
    let requests: Vec<&Request> = requests.iter().collect();
    let mut group = c.benchmark_group("plan");
    group.throughput(Throughput::Elements(requests.len() as u64));
    group.bench_function("2000 requests", |b| b.iter(|| plan(model.as_ref(), black_box(&requests)).expect("fits")));
}

fn forward(c: &mut Criterion) {
    let model = model();
    let mut group = c.benchmark_group("forward, every position scored");
    for length in [1_usize, 16, 64, 256] {
        let span = Span { tokens: (0..=length as u32).map(|t| t * 7 % 4096).collect(), scored: length };
        group.throughput(Throughput::Elements(length as u64));
        group.bench_function(format!("{length} tokens"), |b| {
            b.iter(|| model.score(black_box(std::slice::from_ref(&span))).expect("scores"));
        });
    }
}

fn end_to_end(c: &mut Criterion) {
    let (model, requests) = (model(), requests(200));
    let requests: Vec<&Request> = requests.iter().collect();
    let plan = plan(model.as_ref(), &requests).expect("fits");
    let mut group = c.benchmark_group("execute");
    group.throughput(Throughput::Elements(plan.counts.tokens as u64));
    group.sample_size(20);
    group.bench_function("200 two-choice requests", |b| {
        b.iter(|| execute(model.as_ref(), black_box(&plan), &AtomicBool::new(false), &mut Silent));
    });
}

criterion_group!(benches, planning, forward, end_to_end);
criterion_main!(benches);
