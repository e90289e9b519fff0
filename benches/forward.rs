//! New tokens through GPT-2 small without the vocabulary: what a token tree's stretches cost.
//!
//! `cargo bench --bench forward` prints times; compare ratios on one machine, not figures between machines. The model has
//! random weights and is written into a temporary folder (498 MB).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use yardstick_core::{LanguageModel, Stretch};
use yardstick_workload::{GPT2_SMALL, write_model};
use yardstick_zoo::{LoadOptions, load};

fn model() -> Box<dyn LanguageModel> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write_model(folder.path(), GPT2_SMALL).expect("room for the model");
    let path = folder.path().to_str().expect("a temporary folder's name is UTF-8");
    load(path, &LoadOptions::default()).expect("the model is well formed")
}

fn forward(c: &mut Criterion) {
    let model = model();
    for threads in [1, rayon::current_num_threads()] {
        let mut group = c.benchmark_group(format!("forward, threads {threads}"));
        group.sample_size(10);
        for length in [1_u32, 16, 64, 256, 1024] {
            let tokens: Vec<u32> = (0..length).map(|i| i * 7919 % model.card().vocab_size as u32).collect();
            let positions: Vec<u32> = (0..length).collect();
            let stretch = Stretch { tokens: &tokens, positions: &positions, wanted: &[] };
            let mut session = model.session(length as usize, threads);
            group.throughput(Throughput::Elements(length.into()));
            group.bench_function(format!("{length} new tokens"), |b| {
                b.iter(|| session.advance(black_box(&stretch)).expect("a stretch that fits"));
            });
        }
    }
}

criterion_group!(benches, forward);
criterion_main!(benches);
